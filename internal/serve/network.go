package serve

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/infer"
	"mnistgpu/internal/model"
)

// modelInfo is the response to GET /v1/model.
type modelInfo struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"` // the start of the file's SHA-256
	Classes    []string `json:"classes"`
	Height     int      `json:"height"`
	Width      int      `json:"width"`
	Background string   `json:"background"` // of the training images: dark, light or mixed
	Framing    string   `json:"framing"`    // of the training images: centred, cropped or whole
	Layers     []int    `json:"layers"`     // widths, from pixels to classes
	Parameters int      `json:"parameters"`
	Backend    string   `json:"backend"`
	Device     string   `json:"device"`
}

// network is a model that is ready to answer.
type network struct {
	model *model.Model
	info  modelInfo
	infer *infer.Network // used only by the worker
}

// newNetwork puts m on b. It must be called by the worker.
func newNetwork(b backend.Backend, m *model.Model, name string, classes []string) (*network, error) {
	content, err := m.Encode()
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(content)
	n := &network{model: m, info: modelInfo{
		Name: name, Version: hex.EncodeToString(hash[:6]), Classes: classes,
		Height: m.Height, Width: m.Width, Layers: []int{m.Height * m.Width},
		Background: m.Form.Background.String(), Framing: m.Form.Framing.String(),
		Backend: b.Name(), Device: b.Device(),
	}}
	for _, t := range m.Tensors {
		n.info.Parameters += len(t.Values)
		if len(t.Shape) == 1 {
			n.info.Layers = append(n.info.Layers, t.Shape[0])
		}
	}
	if len(classes) != m.Classes() {
		n.info.Classes = numbers(m.Classes())
	}
	n.infer, err = infer.Open(b, m, 1)
	return n, err
}

// numbers returns names for n classes that have no others.
func numbers(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// load replaces the network by one of m. It opens a new backend, since a backend frees
// its memory only when it is closed. The error is a fault of the backend, after which
// the server ends.
func (s *Server) load(ctx context.Context, m *model.Model) error {
	return s.worker.do(ctx, func() error {
		if err := s.closeBackend(); err != nil {
			return err
		}
		b, err := s.options.Open()
		if err != nil {
			return err
		}
		s.backend = b
		n, err := newNetwork(b, m, s.name(), s.options.Classes)
		if err != nil {
			return err
		}
		s.network.Store(n)
		s.broadcast.setModel(n.info)
		return nil
	})
}

// closeBackend closes the backend, if there is one. It must be called by the worker,
// or after the worker has ended.
func (s *Server) closeBackend() error {
	if s.backend == nil {
		return nil
	}
	b := s.backend
	s.backend = nil
	return b.Close()
}

// answer is the response to POST /v1/predict.
type answer struct {
	Model         string    `json:"model"` // its version
	Class         int       `json:"class"`
	Name          string    `json:"name"`
	Probability   float64   `json:"probability"`
	Probabilities []float64 `json:"probabilities"`
	Image         []int     `json:"image,omitempty"` // what the network saw
	Units         []unit    `json:"units,omitempty"` // the most active of the first hidden layer
}

type unit struct {
	Unit       int     `json:"unit"`
	Activation float32 `json:"activation"`
}

// shownUnits is the most units that a detailed answer lists.
const shownUnits = 8

// errReplaced says that the network was replaced while a request waited for its turn.
var errReplaced = errors.New("the model has just been replaced")

// errNotFinite says that an answer holds NaN or an infinity: the weights are finite
// but too large.
var errNotFinite = errors.New("the answer is not finite")

// classify computes the answer of n for an image. The error is errNotFinite, errReplaced,
// errStopped, a fault of the backend, or the error of ctx.
func (s *Server) classify(ctx context.Context, n *network, image []byte, detail bool) (*answer, error) {
	var probabilities []float64
	var activations []float32
	replaced := false
	err := s.worker.do(ctx, func() (err error) {
		if replaced = s.network.Load() != n; replaced {
			return nil
		}
		if probabilities, err = n.infer.Probabilities(image); err == nil && detail && n.infer.Hidden() > 0 {
			activations, err = n.infer.Activations(0)
		}
		return err
	})
	if replaced {
		return nil, errReplaced
	}
	if err != nil {
		return nil, err
	}
	if math.IsNaN(slices.Max(probabilities)) || !finite(activations) {
		return nil, errNotFinite
	}
	a := n.newAnswer(probabilities)
	if detail {
		a.Units = mostActive(activations)
		a.Image = make([]int, len(image))
		for i, v := range image {
			a.Image[i] = int(v)
		}
	}
	return a, nil
}

func (n *network) newAnswer(probabilities []float64) *answer {
	best := slices.Index(probabilities, slices.Max(probabilities))
	return &answer{
		Model: n.info.Version, Class: best, Name: n.info.Classes[best],
		Probability: probabilities[best], Probabilities: probabilities,
	}
}

// finite reports whether no activation is infinite or NaN.
func finite(activations []float32) bool {
	return !slices.ContainsFunc(activations, func(a float32) bool { return a-a != 0 })
}

// mostActive returns the most active units, at most shownUnits of them, in descending order.
func mostActive(activations []float32) []unit {
	var units []unit
	for i, a := range activations {
		if a > 0 {
			units = append(units, unit{i, a})
		}
	}
	slices.SortStableFunc(units, func(a, b unit) int { return cmp.Compare(b.Activation, a.Activation) })
	return units[:min(len(units), shownUnits)]
}

// describe returns a short description of the model.
func (n *network) describe() string {
	widths := strings.Trim(strings.ReplaceAll(fmt.Sprint(n.info.Layers), " ", "-"), "[]")
	return fmt.Sprintf("%s (%s)", n.info.Name, widths)
}
