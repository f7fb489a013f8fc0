package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/settings"
)

// flagError rewords an error of the flag library in the user's terms.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		return fault.Usage("--%s must be %s (got %q)", flag.Name, settings.MustOf(flag), invalid.GetValue())
	case errors.As(err, &missing):
		flag := missing.GetFlag()
		return fault.Usage("--%s needs a value: %s", flag.Name, flag.Value.Type())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name := "--" + unknown.GetSpecifiedName()
		return fault.Usage("unknown flag %s%s", name, settings.DidYouMean(name, flagNames(cmd)))
	}
	return fault.Usage("%w", err)
}

// flagNames lists the flags of a command, with their dashes.
func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, "--"+flag.Name) })
	return names
}
