package settings

import (
	"fmt"
	"strconv"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// Classes is a number of classes, such as "26", or their names in the order of the
// labels, such as "cat,dog". A name with a comma has to be given in a classes.txt.
type Classes struct {
	Count int      // 0 to take it from the data
	Names []string // nil to take them from the data
}

// Set accepts any text; [Classes.Check] tells what is wrong with it.
func (c *Classes) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil {
		*c = Classes{Count: n}
		return nil
	}
	names := strings.Split(text, ",")
	*c = Classes{len(names), names}
	return nil
}

func (c *Classes) String() string {
	if c.Names != nil {
		return strings.Join(c.Names, ",")
	}
	return strconv.Itoa(c.Count)
}

// Must implements [Value].
func (c *Classes) Must() string {
	return fmt.Sprintf("from 2 to %d, or names between commas", mnist.MaxClasses)
}

// Literal implements [Value].
func (c *Classes) Literal() any {
	if c.Names != nil {
		return c.String()
	}
	return int64(c.Count)
}

// Check returns a usage error that tells what is wrong with a number or with names. label
// is what the user gave them as, such as "--classes".
func (c *Classes) Check(label string) error {
	if c.Names != nil {
		if err := mnist.CheckNames(c.Names); err != nil {
			return fault.Usage("%s: %w", label, err)
		}
	}
	if !c.fits() {
		return fault.Usage("%s must be %s (got %v)", label, c.Must(), c)
	}
	return nil
}

func (c *Classes) fits() bool { return c.Count >= 2 && c.Count <= mnist.MaxClasses }

// In returns c with the number of classes that were found in data, if c has no names.
func (c *Classes) In(data *mnist.Dataset) Classes {
	if c.Names != nil {
		return *c
	}
	return Classes{Count: data.Classes}
}
