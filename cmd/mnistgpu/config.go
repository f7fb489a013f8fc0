package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/spf13/cobra"
)

const configHelp = `Settings come from flags, the environment, a file and a preset.

A flag on the command line always wins. Next come environment variables, such as
MNISTGPU_LR for --lr and MNISTGPU_RUN_DIR for --run-dir, then the file that --config
names, then the preset. Only the variable for --data has a different name,
MNISTGPU_DATASET, since MNISTGPU_DATA names the folder of MNIST itself.

The file is TOML, with the names of flags as keys and _ for -. The config.toml that
a run leaves behind is such a file.`

const configPrintHelp = `Print the settings that train would use, and where each came from.

It takes the flags of train, and prints a file that --config accepts.`

const configExamples = `  mnistgpu config print --preset notebook > notebook.toml
  mnistgpu config print --config notebook.toml --hidden 400
  mnistgpu train --config runs/mnist-001/config.toml --seed 2`

// newConfig returns the config command.
func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show settings and where they come from",
		Long:    configHelp,
		Example: configExamples,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigPrint())
	return cmd
}

func newConfigPrint() *cobra.Command {
	s := new(settings)
	cmd := &cobra.Command{
		Use:     "print",
		Short:   "Print the settings that train would use",
		Long:    configPrintHelp,
		Example: configExamples,
		Args:    noArguments,
	}
	s.register(cmd.Flags())
	cmd.Flags().Lookup("json").Usage = "print one JSON array"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := s.resolve(cmd.Flags()); err != nil {
			return usageError(cmd, err)
		}
		return s.printConfig(os.Stdout)
	}
	return cmd
}

// printConfig writes the resolved settings, as JSON or as a settings file.
func (s *settings) printConfig(w io.Writer) error {
	list := s.list(s.from)
	if s.json {
		return printSettingsJSON(w, list)
	}
	content, err := encodeSettings(list)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

func printSettingsJSON(w io.Writer, list []setting) error {
	type line struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
		From  string `json:"from"`
	}
	lines := []line{}
	for _, s := range list {
		lines = append(lines, line{key(s.flag.Name), s.literal(), s.comment})
	}
	return json.NewEncoder(w).Encode(lines)
}
