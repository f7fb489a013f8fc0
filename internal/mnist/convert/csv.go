package convert

import (
	"bufio"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist"
)

// maxLine is more than the line of the largest image needs: four bytes a pixel, or
// six with quotes.
const maxLine = 8 * mnist.MaxPixels

// readCSV reads a CSV file and returns the names of the classes.
func (c *collector) readCSV() ([]string, error) {
	f, _, err := fault.Open(c.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for number := 1; lines.Scan(); number++ {
		if err := c.readLine(number, lines.Text()); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err == bufio.ErrTooLong {
		return nil, fault.Inf(c.path, "lines must have at most %d bytes (got a longer one)", maxLine)
	} else if err != nil {
		return nil, fault.In(c.path, err)
	}
	if len(c.labels) == 0 || c.options.Names != nil {
		return c.options.Names, nil
	}
	return mnist.DefaultNames(int(slices.Max(c.labels)) + 1), nil
}

// readLine reads a line: an image or, on the first line, perhaps a header.
func (c *collector) readLine(number int, line string) error {
	if number == 1 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	if number == 1 && isHeader(line) {
		return nil
	}
	height, width, pixels, label, err := c.parse(line)
	if err != nil {
		c.skip(c.path, number, err.Error())
		return nil
	}
	return c.add(height, width, pixels, label)
}

// decimal matches a number. Parsing instead would allocate an error for each name
// in a header.
var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// isHeader reports whether a line is a header: none of its fields is a number.
func isHeader(line string) bool {
	for field := range strings.SplitSeq(line, ",") {
		if decimal.MatchString(unquote(field)) {
			return false
		}
	}
	return true
}

func unquote(field string) string { return strings.Trim(strings.TrimSpace(field), `"`) }

// parse reads an image and its label from a line. It reads the fields one by one: a
// slice of them would take many times the memory of the line.
func (c *collector) parse(line string) (height, width int, pixels []byte, label byte, err error) {
	first, rest, _ := strings.Cut(line, ",")
	if height, width, err = c.shape(strings.Count(line, ",")); err != nil {
		return 0, 0, nil, 0, err
	}
	label, err = parseByte(first)
	if err != nil {
		return 0, 0, nil, 0, fmt.Errorf("label %w", err)
	}
	if n := len(c.options.Names); n > 0 && int(label) >= n {
		return 0, 0, nil, 0, fmt.Errorf("label must be 0 to %d, which have names (got %d)", n-1, label)
	}
	pixels = make([]byte, 0, height*width)
	for field := range strings.SplitSeq(rest, ",") {
		v, err := parseByte(field)
		if err != nil {
			return 0, 0, nil, 0, fmt.Errorf("column %d %w", len(pixels)+2, err)
		}
		pixels = append(pixels, v)
	}
	return height, width, pixels, label, nil
}

// shape returns the size of an image of n pixels.
func (c *collector) shape(n int) (height, width int, err error) {
	if c.height > 0 {
		if n != c.height*c.width {
			return 0, 0, fmt.Errorf("must have %d columns, a label and %dx%d pixels (got %d)", c.height*c.width+1, c.height, c.width, n+1)
		}
		return c.height, c.width, nil
	}
	side := int(math.Sqrt(float64(n)))
	if n < 1 || n > mnist.MaxPixels || side*side != n {
		return 0, 0, fmt.Errorf("must have a label and the pixels of a square, up to %d (got %d columns)", mnist.MaxPixels, n+1)
	}
	return side, side, nil
}

// parseByte reads a number from 0 to 255.
func parseByte(field string) (byte, error) {
	field = unquote(field)
	v, err := strconv.ParseUint(field, 10, 8)
	if err != nil {
		const longest = 20
		if len(field) > longest {
			field = field[:longest] + "..."
		}
		return 0, fmt.Errorf("must be a whole number from 0 to 255 (got %q)", field)
	}
	return byte(v), nil
}
