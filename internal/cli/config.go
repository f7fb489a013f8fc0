package cli

import (
	"github.com/spf13/cobra"

	"mnistgpu/internal/cli/shared"
	"mnistgpu/internal/settings"
	"mnistgpu/internal/ui"
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
func newConfig(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show settings and where they come from",
		Long:    configHelp,
		Example: configExamples,
		Args:    shared.NoArguments,
		RunE:    shared.Help,
	}
	cmd.AddCommand(newConfigPrint(o))
	return cmd
}

// newConfigPrint returns the config print command.
func newConfigPrint(o *ui.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "print",
		Short:   "Print the settings that train would use",
		Long:    configPrintHelp,
		Example: configExamples,
		Args:    shared.NoArguments,
	}
	f := cmd.Flags()
	settings.Register(f, settings.Train)
	f.Lookup("json").Usage = "print one JSON array"
	cmd.RunE = func(*cobra.Command, []string) error {
		v, err := settings.Resolve(settings.GivenBy(f))
		if err != nil {
			return err
		}
		if v.JSON {
			return v.WriteJSON(o)
		}
		content, err := v.TOML(func(e settings.Entry) string { return e.Origin })
		if err != nil {
			return err
		}
		o.Printf("%s", content)
		return nil
	}
	return cmd
}
