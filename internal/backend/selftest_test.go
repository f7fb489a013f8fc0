package backend_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/backend/backendtest"
	"mnistgpu/internal/fault"
)

// liar is a backend that returns other numbers than it has computed.
type liar struct {
	backendtest.Reference
	alter func(values []float32)
	err   error // of every copy to the host
}

func (l *liar) Download(dst []byte, src backend.Tensor) error {
	values, err := backend.Download[float32](&l.Reference, src)
	if err != nil {
		return err
	}
	l.alter(values)
	copy(dst, backend.Bytes(values))
	return l.err
}

func honest([]float32) {}

func TestSelfTestPassesTheReference(t *testing.T) {
	if err := backend.SelfTest(new(backendtest.Reference)); err != nil {
		t.Error(err)
	}
	if err := backend.SelfTest(&liar{alter: honest}); err != nil {
		t.Errorf("a liar that does not lie: %v", err)
	}
}

func TestSelfTestFindsLiars(t *testing.T) {
	for name, alter := range map[string]func(values []float32){
		"one element a bit larger": func(v []float32) { v[100] = math.Nextafter32(v[100], math.MaxFloat32) },
		"the last element":         func(v []float32) { v[len(v)-1]++ },
		"not a number":             func(v []float32) { v[0] = float32(math.NaN()) },
		"nothing computed":         func(v []float32) { clear(v) },
		"rows in reverse":          func(v []float32) { slices.Reverse(v) },
	} {
		if err := backend.SelfTest(&liar{alter: alter}); !fault.Is(err, fault.WrongNumber) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// linear leaves out the activation.
type linear struct{ backendtest.Reference }

func (l *linear) Capture(step func(backend.Ops)) (backend.Graph, error) {
	return l.Reference.Capture(func(ops backend.Ops) { step(withoutActivation{ops}) })
}

type withoutActivation struct{ backend.Ops }

func (o withoutActivation) LinearForward(y backend.Tensor, x backend.Input, w, b backend.Tensor, _ backend.Activation) {
	o.Ops.LinearForward(y, x, w, b, backend.Identity)
}

func TestSelfTestChecksTheActivation(t *testing.T) {
	if err := backend.SelfTest(new(linear)); !fault.Is(err, fault.WrongNumber) {
		t.Errorf("a backend without ReLU: %v", err)
	}
}

func TestSelfTestReturnsFaults(t *testing.T) {
	lost := errors.New("lost")
	if err := backend.SelfTest(&liar{alter: honest, err: lost}); !errors.Is(err, lost) {
		t.Errorf("%v, want %v", err, lost)
	}
}
