package run

import (
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"mnistgpu/internal/fault"
)

// MaxConfig is the most bytes that a file of settings may have, which is more than
// all settings need. A TOML reader uses up to a hundred times the size of its file in
// memory.
const MaxConfig = 8 << 10

// Config is what a run's config.toml says about the model, the data and the length
// of the run. What it does not say is empty.
type Config struct {
	Preset, Data, Backend string
	Hidden                []int
	Epochs, Steps         int // one of them is set
}

// ReadConfig reads the config.toml of a run. The error is of the kind fault.BadData, which wraps
// [fs.ErrNotExist] if there is no such file.
func ReadConfig(dir string) (*Config, error) {
	path := filepath.Join(dir, ConfigFile)
	content, err := readFile(path, MaxConfig)
	if err != nil {
		return nil, err
	}
	if len(content) == 0 {
		return nil, fault.Inf(path, "has no settings: it is damaged")
	}
	c := new(Config)
	if err := toml.Unmarshal(content, c); err != nil {
		return nil, fault.Inf(path, "is not a file of settings: %w", err)
	}
	return c, nil
}
