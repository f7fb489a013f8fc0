package sample

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/mnist"
)

// Classes says which class each label is.
type Classes struct {
	Names []string
	Fact  string // what the user should know of the labels, in one line, or ""

	of   []int // class of each label, or -1
	list []label
}

// Of returns the class of the label of the given number.
func (c *Classes) Of(number int) (byte, *Reason) {
	if class := c.of[number]; class >= 0 {
		return byte(class), nil
	}
	return 0, Because("label must be one of the %d classes (got %q)", len(c.Names), Cut([]byte(c.list[number].text)))
}

// Classes decides which classes the labels are.
//
// If names are given, a label is the class of that name or, if no name is a number, the
// number of a class from 0. Otherwise, if at least nine tenths of the samples have a
// number, numbers are classes in their order and words are wrong: those from 0 up have
// the names that the file declares, or else the usual ones, and the classes of other
// numbers are called by them. Words are classes in the order that the file declares, or
// else of the alphabet.
func (l *Labels) Classes(given, declared []string) (*Classes, error) {
	c := &Classes{of: make([]int, len(l.list)), list: l.list}
	numbers, words := l.sorted()
	switch {
	case given != nil:
		c.byName(given)
	case numbers != nil:
		c.byNumber(numbers, declared)
	case subset(words, declared):
		c.byName(declared)
	default:
		c.byName(words)
	}
	if n := len(c.Names); n < 2 || n > mnist.MaxClasses {
		return nil, fmt.Errorf("must have 2 to %d classes (got %s)", mnist.MaxClasses, c.found(n))
	}
	return c, nil
}

// found says what the labels are that make n classes.
func (c *Classes) found(n int) string {
	switch n {
	case 0:
		return "no label"
	case 1:
		return fmt.Sprintf("1, %q", c.Names[0])
	}
	return fmt.Sprintf("%d different labels, from %q to %q", n, Cut([]byte(c.Names[0])), Cut([]byte(c.Names[n-1])))
}

// sorted returns the labels that occur: the numbers if at least nine tenths of the
// samples have one, otherwise all as words.
func (l *Labels) sorted() (numbers []int64, words []string) {
	samples, numbered := 0, 0
	for _, x := range l.list {
		if x.samples == 0 {
			continue
		}
		samples += x.samples
		words = append(words, x.text)
		if x.isNumber {
			numbered += x.samples
			numbers = append(numbers, x.value)
		}
	}
	if 10*numbered < 9*samples {
		numbers = nil
	}
	slices.Sort(numbers)
	slices.SortFunc(words, inOrder)
	return numbers, words
}

// inOrder compares words: numbers by their value, and before all others.
func inOrder(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil && x != y:
		return cmp.Compare(x, y)
	case errX == nil && errY != nil:
		return -1
	case errX != nil && errY == nil:
		return 1
	}
	return cmp.Compare(a, b)
}

// byName makes each label the class of its name or, if no name is a number, the class
// of its number.
func (c *Classes) byName(names []string) {
	c.Names = names
	anyNumber := anyNumber(names)
	counted := false
	for i, x := range c.list {
		c.of[i] = slices.Index(names, x.text)
		if x.isNumber && !anyNumber {
			c.of[i] = indexWithin(x.value, len(names))
			counted = counted || x.samples > 0
		}
	}
	if counted && !slices.Equal(names, mnist.DefaultNames(len(names))) {
		c.Fact = fmt.Sprintf("labels are numbers, which count the classes: 0 is %q, and %d is %q", names[0], len(names)-1, names[len(names)-1])
	}
}

// IndexOf returns the class of a label by the same rule, or -1.
func IndexOf(names []string, text string) int {
	if v, err := strconv.ParseInt(text, 10, 64); err == nil && !anyNumber(names) {
		return indexWithin(v, len(names))
	}
	return slices.Index(names, text)
}

// anyNumber reports whether one of the names is a number.
func anyNumber(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, err := strconv.Atoi(name); return err == nil })
}

// indexWithin returns v if it is from 0 to n-1, or -1.
func indexWithin(v int64, n int) int {
	if v < 0 || v >= int64(n) {
		return -1
	}
	return int(v)
}

// byNumber makes the numbers classes in their order.
func (c *Classes) byNumber(numbers []int64, declared []string) {
	first, last := numbers[0], numbers[len(numbers)-1]
	if first >= 0 && last < int64(len(declared)) {
		c.Names = declared
		for i, x := range c.list {
			if c.of[i] = slices.Index(declared, x.text); x.isNumber {
				c.of[i] = indexWithin(x.value, len(declared))
			}
		}
		return
	}
	if first == 0 && last == int64(len(numbers)-1) {
		c.Names = mnist.DefaultNames(len(numbers))
	} else {
		for _, n := range numbers {
			c.Names = append(c.Names, strconv.FormatInt(n, 10))
		}
		c.Fact = fmt.Sprintf("labels are %s: they become the classes 0 to %d, named by these numbers", runs(numbers), len(numbers)-1)
	}
	for i, x := range c.list {
		c.of[i] = -1
		if at, ok := slices.BinarySearch(numbers, x.value); x.isNumber && ok {
			c.of[i] = at
		}
	}
}

// runs returns sorted numbers as text, such as "1 to 8, 10 to 24".
func runs(numbers []int64) string {
	const most = 6
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if len(parts) == most {
			return strings.Join(parts, ", ") + fmt.Sprintf(" and up to %d", numbers[len(numbers)-1])
		}
		part := strconv.FormatInt(numbers[i], 10)
		if end > i {
			part += " to " + strconv.FormatInt(numbers[end], 10)
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ", ")
}

// subset reports whether every word is declared.
func subset(words, declared []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(declared, w) })
}
