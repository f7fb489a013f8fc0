package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"mnistgpu/internal/fault"
	"mnistgpu/internal/mnist/convert/input"
)

// guard calls f, and returns a panic of it as an error: the library panics for some files
// that are damaged.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("is damaged: %v", p)
		}
	}()
	return f()
}

// open opens a file. The caller closes the [input.Raw].
func open(f input.File) (*parquet.File, *input.Raw, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, nil, err
	}
	var file *parquet.File
	err = guard(func() error {
		file, err = parquet.OpenFile(raw, raw.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	if err != nil {
		raw.Close()
		return nil, nil, fault.Inf(f.Path, "is not a complete Parquet file: %w", err)
	}
	return file, raw, nil
}

// valuesAhead is how many values a cursor reads at a time. There may be a cursor for each
// pixel.
const valuesAhead = 128

// A cursor reads the values of a leaf column, row by row.
type cursor struct {
	pages  parquet.Pages
	values parquet.ValueReader // of the current page, or nil
	buffer []parquet.Value
	ahead  []parquet.Value // read and not yet returned
	row    []parquet.Value
}

// newCursor returns a cursor at the start of a column in a group of rows.
func newCursor(rows parquet.RowGroup, column *parquet.Column) (c *cursor, err error) {
	err = guard(func() error {
		c = &cursor{pages: rows.ColumnChunks()[column.Index()].Pages(), buffer: make([]parquet.Value, valuesAhead)}
		return nil
	})
	return c, err
}

func (c *cursor) close() { guard(c.pages.Close) }

// next returns the values of the next row: one, or all of a list. They are valid until
// the next call. The error is io.EOF after the last row.
func (c *cursor) next() ([]parquet.Value, error) {
	c.row = c.row[:0]
	for {
		for i, v := range c.ahead {
			if v.RepetitionLevel() == 0 && len(c.row)+i > 0 {
				c.row = append(c.row, c.ahead[:i]...)
				c.ahead = c.ahead[i:]
				return c.row, nil
			}
		}
		c.row = append(c.row, c.ahead...)
		c.ahead = nil
		err := guard(c.fill)
		if err == io.EOF && len(c.row) > 0 {
			return c.row, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// fill reads more values ahead.
func (c *cursor) fill() error {
	for {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return err
			}
			c.values = page.Values()
		}
		n, err := c.values.ReadValues(c.buffer)
		if err == io.EOF {
			c.values, err = nil, nil
		} else if n == 0 && err == nil {
			err = io.ErrNoProgress // a damaged page may say that there is more for ever
		}
		if n > 0 || err != nil {
			c.ahead = c.buffer[:n] // n > 0 may come together with io.EOF
			return err
		}
	}
}
