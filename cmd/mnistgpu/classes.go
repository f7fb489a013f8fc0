package main

import (
	"fmt"
	"strconv"
	"strings"

	"mnistgpu/internal/mnist"
)

// classList is the value of a flag: a number of classes, such as "26", or their names
// in the order of the labels, such as "cat,dog". A name with a comma has to be given in
// a classes.txt.
type classList struct {
	count int      // 0 to take it from the data
	names []string // nil to take them from the data
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

// of returns the flag's value as text: the names, or the number of classes found in
// data.
func (c *classList) of(data *mnist.Dataset) string {
	if c.names != nil {
		return c.String()
	}
	return strconv.Itoa(data.Classes)
}

// check validates what the user gave.
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
