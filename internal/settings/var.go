package settings

import (
	"github.com/spf13/pflag"
)

// Var defines a flag of one command that is not a setting of a run. It takes the value
// that v has as its default, and arg stands for a value in help.
func Var(f *pflag.FlagSet, v Value, name, arg, usage string) {
	f.SortFlags = false
	flag := f.VarPF(&own{v, arg}, name, "", usage)
	if _, ok := v.(*toggle); ok {
		flag.NoOptDefVal, flag.DefValue = "true", ""
	}
}

// own is a flag of one command.
type own struct {
	Value
	arg string
}

// Type returns what stands for the value in help.
func (o *own) Type() string { return o.arg }

// Words lists the values of a flag with a fixed choice.
func (o *own) Words() []string {
	if c, ok := o.Value.(interface{ Words() []string }); ok {
		return c.Words()
	}
	return nil
}

// Text is the value of a flag that takes any text.
func Text(p *string) Value { return (*text)(p) }

// Texts is the value of a flag that takes texts between commas, and can be given several
// times.
func Texts(p *[]string) Value { return (*texts)(p) }

// Word is the value of a flag that takes one of several words.
func Word(p *string, words ...string) Value { return wordOf(p, words...) }

// Count is the value of a flag that takes a whole number.
func Count(p *int) Value { return (*count)(p) }

// Counts is the value of a flag that takes whole numbers between commas.
func Counts(p *[]int) Value { return (*widths)(p) }

// Seed is the value of a flag that takes a whole number from 0 on.
func Seed(p *uint64) Value { return (*seed)(p) }

// Number is the value of a flag that takes a number.
func Number(p *float64) Value { return (*number)(p) }

// Switch is the value of a flag that is on or off.
func Switch(p *bool) Value { return (*toggle)(p) }

// ImageSize is the value of a flag that takes the size of images.
func ImageSize(p *Size) Value { return p }

// WordsOf lists the values that a shell completes for a flag, or nil, and whether names of
// files are values too.
func WordsOf(flag *pflag.Flag) (words []string, files bool) {
	if flag.Name == "data" {
		return builtIn, true
	}
	if v, ok := flag.Value.(interface{ Words() []string }); ok {
		return v.Words(), false
	}
	return nil, false
}
