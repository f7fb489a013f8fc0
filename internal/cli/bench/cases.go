package bench

import (
	"errors"
	"strconv"

	"mnistgpu/internal/backend"
	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/mnist"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/train"
	"mnistgpu/internal/ui"
)

// prepare warms up a run of c.
func (s *options) prepare(b backend.Backend, data *mnist.Dataset, c train.Config) (*steps, error) {
	if s.measure == "epochs" {
		return newEpochs(b, data, c, s.repeats, max(1, s.sample))
	}
	return newSteps(b, data, c, s.repeats, s.sample)
}

// open opens a backend for each combination of precision and engine on a GPU, or for each
// of the --blas on the CPU. On an error, it returns what it has opened.
func (s *options) open(o *ui.IO) (backends []backend.Backend, err error) {
	if s.backend != "cpu" {
		backends, err = s.openGPUs(o)
		if s.backend == "cuda" || !errors.Is(err, backend.ErrNoDevice) {
			return backends, err
		}
		o.Notef("using the CPU: %v", err)
	}
	for _, name := range s.blas {
		b, err := open(o, "backend", "cpu", "blas", name)
		if err != nil {
			return backends, err
		}
		backends = append(backends, b)
	}
	return backends, nil
}

func (s *options) openGPUs(o *ui.IO) (backends []backend.Backend, err error) {
	for _, precision := range s.precisions {
		for _, engine := range s.engines {
			b, err := open(o, "device", strconv.Itoa(s.device), "precision", precision, "engine", engine)
			if err != nil {
				return backends, err
			}
			backends = append(backends, b)
		}
	}
	return backends, nil
}

// open opens the backend that settings, given as names and values, select.
func open(o *ui.IO, pairs ...string) (backend.Backend, error) {
	v, err := settings.Resolve(given(pairs...))
	if err != nil {
		return nil, err
	}
	return shared.OpenBackend(o, v)
}

func given(pairs ...string) settings.Given {
	g := settings.Given{}
	for i := 0; i < len(pairs); i += 2 {
		g.Set(pairs[i], pairs[i+1])
	}
	return g
}

// configs returns each preset with each of the networks and batch sizes.
func (s *options) configs() ([]train.Config, error) {
	var configs []train.Config
	for _, preset := range s.presets {
		for _, hidden := range orPreset(s.hidden) {
			for _, batch := range orPreset(s.batches) {
				g := given("preset", preset)
				if hidden != "" {
					g.Set("hidden", settings.Lookup("hidden").Typed(hidden))
				}
				if batch != "" {
					g.Set("batch", batch)
				}
				v, err := settings.Resolve(g)
				if err != nil {
					return nil, err
				}
				configs = append(configs, v.Train)
			}
		}
	}
	return configs, nil
}

// orPreset returns the values of a list, or an empty one for what the preset has.
func orPreset(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}
