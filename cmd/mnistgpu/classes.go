package main

import (
	"fmt"
	"strconv"
	"strings"

	"mnistgpu/internal/mnist"
)

// classList is a flag's number of classes, such as "26", or their names in the
// order of the labels, such as "cat,dog". A name with a comma has to go into a
// classes.txt.
type classList struct {
	count int      // 0 for as many as the data say
	names []string // nil for those of the data
}

func (c *classList) String() string {
	if c.names != nil {
		return strings.Join(c.names, ",")
	}
	return strconv.Itoa(c.count)
}

// Set takes any text; check says what is wrong with it.
func (c *classList) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil {
		*c = classList{count: n}
		return nil
	}
	names := strings.Split(text, ",")
	*c = classList{len(names), names}
	return nil
}

func (c *classList) Type() string { return "classes" }

// of is the flag's text for what was found in data.
func (c *classList) of(data *mnist.Dataset) string {
	if c.names != nil {
		return c.String()
	}
	return strconv.Itoa(data.Classes)
}

// check looks at what the user gave.
func (c *classList) check() error {
	if c.names != nil {
		if err := mnist.CheckNames(c.names); err != nil {
			return fmt.Errorf("--classes: %w", err)
		}
	}
	if c.count < 2 || c.count > mnist.MaxClasses {
		return fmt.Errorf("--classes %v: want 2 to %d, or their names", c, mnist.MaxClasses)
	}
	return nil
}
