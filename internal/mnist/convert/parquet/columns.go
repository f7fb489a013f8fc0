package parquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"mnistgpu/internal/floats"
	"mnistgpu/internal/mnist/convert/csv"
	"mnistgpu/internal/mnist/convert/sample"
)

// columns says where a file has its images and labels. Columns are found by the paths
// of their leaves and checked by their types here: a Go struct that does not fit the
// file would be filled with zeros without an error.
type columns struct {
	picture *parquet.Column   // of encoded pictures, or nil
	list    *parquet.Column   // of lists of pixels, or nil
	scalars []*parquet.Column // of a pixel each, if there is neither of these
	label   *parquet.Column   // or nil
	names   []string          // of the classes, or nil
	facts   []string
}

// imageNames are the names of columns of images, in the order of preference.
var imageNames = []string{"image", "img", "images", "picture", "pixels", "data", "features", "x"}

// find finds the columns of a file.
func find(f *parquet.File, q *sample.Request) (*columns, error) {
	var c columns
	top := f.Root().Columns()
	names := func(yield func([]byte) bool) {
		for _, column := range top {
			if !yield([]byte(column.Name())) {
				return
			}
		}
	}
	if err := c.findLabel(f, top, names, q); err != nil {
		return nil, err
	}
	var pictures, lists []*parquet.Column
	for _, column := range top {
		if column == c.label {
			continue
		}
		switch leaf := leafOf(column); {
		case leaf == nil:
		case leaf.Type().Kind() == parquet.ByteArray && !isText(leaf) && leaf.MaxRepetitionLevel() == 0:
			pictures = append(pictures, leaf)
		case !isNumber(leaf):
		case leaf.MaxRepetitionLevel() > 0:
			lists = append(lists, leaf)
		case !csv.IsIndex([]byte(column.Name())):
			c.scalars = append(c.scalars, leaf)
		}
	}
	var err error
	if c.picture, err = prefer(pictures); err != nil {
		return nil, err
	}
	if c.list, err = prefer(lists); err != nil {
		return nil, err
	}
	switch {
	case c.picture != nil:
		c.list, c.scalars = nil, nil
	case c.list != nil:
		c.scalars = nil
	case len(c.scalars) == 0:
		return nil, fmt.Errorf("must have a column of pictures, of lists of numbers, or one for each pixel (got %s)", listed(names))
	}
	return &c, nil
}

// findLabel finds the column of labels: the one that is asked for, the one that the data
// sets of Hugging Face declare, or one with a usual name.
func (c *columns) findLabel(f *parquet.File, top []*parquet.Column, names iter.Seq[[]byte], q *sample.Request) error {
	declared := classLabels(f)
	name := q.LabelColumn
	if name == "" && len(declared) == 1 {
		for only := range declared {
			name = only
		}
	}
	at, err := csv.LabelColumn(names, name)
	if err != nil && !q.Unlabelled {
		return err
	}
	if at < 0 {
		return nil
	}
	c.label = top[at]
	if !c.label.Leaf() || c.label.MaxRepetitionLevel() > 0 || !isNumber(c.label) && !isText(c.label) {
		return fmt.Errorf("column %q must be of numbers or texts", c.label.Name())
	}
	c.names = declared[c.label.Name()]
	c.facts = append(c.facts, fmt.Sprintf("labels are in the column %q", c.label.Name()))
	return nil
}

// classLabels returns the names of the classes of each column of labels that the metadata
// of a data set of Hugging Face declares.
//
// Source: datasets 5.2, Features.arrow_schema.
func classLabels(f *parquet.File) map[string][]string {
	text, ok := f.Lookup("huggingface")
	if !ok {
		return nil
	}
	var about struct {
		Info struct {
			Features map[string]json.RawMessage `json:"features"`
		} `json:"info"`
	}
	if json.Unmarshal([]byte(text), &about) != nil {
		return nil
	}
	found := map[string][]string{}
	for name, raw := range about.Info.Features {
		var feature struct {
			Names []string `json:"names"`
		}
		if json.Unmarshal(raw, &feature) == nil && len(feature.Names) > 0 {
			found[name] = feature.Names
		}
	}
	return found
}

// leafOf returns the leaf with the values of a top column: itself, the leaf "bytes" of a
// struct, or the only leaf of nested lists, whatever its lists and elements are called.
// It returns nil for anything else.
func leafOf(c *parquet.Column) *parquet.Column {
	if bytes := c.Column("bytes"); bytes != nil && bytes.Leaf() {
		return bytes
	}
	for !c.Leaf() {
		inner := c.Columns()
		if len(inner) != 1 {
			return nil
		}
		c = inner[0]
	}
	return c
}

// prefer returns the column with the most usual name among some, or the only one.
func prefer(columns []*parquet.Column) (*parquet.Column, error) {
	if len(columns) == 0 {
		return nil, nil
	}
	for _, name := range imageNames {
		for _, c := range columns {
			if strings.EqualFold(c.Path()[0], name) {
				return c, nil
			}
		}
	}
	if len(columns) > 1 {
		return nil, fmt.Errorf("must have one column of images, such as \"image\" (got %s and %s)", columns[0].Path()[0], columns[1].Path()[0])
	}
	return columns[0], nil
}

func listed(names iter.Seq[[]byte]) string {
	const most = 8
	var all []string
	for name := range names {
		all = append(all, string(name))
	}
	if len(all) > most {
		all = append(slices.Clone(all[:most]), "...")
	}
	return strings.Join(all, ", ")
}

// isText reports whether a column is of texts.
func isText(c *parquet.Column) bool {
	logical := c.Type().LogicalType()
	if logical == nil {
		return false
	}
	switch logical.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return c.Type().Kind() == parquet.ByteArray
	}
	return false
}

// isNumber reports whether a column is of numbers that [number] reads.
func isNumber(c *parquet.Column) bool {
	logical := c.Type().LogicalType()
	switch c.Type().Kind() {
	case parquet.Boolean, parquet.Float, parquet.Double:
		return true
	case parquet.Int32, parquet.Int64:
		if logical == nil || logical.Value == nil {
			return true
		}
		_, whole := logical.Value.(*format.IntType)
		return whole
	case parquet.FixedLenByteArray:
		return isHalf(c)
	}
	return false
}

// isHalf reports whether a column is of float16.
func isHalf(c *parquet.Column) bool {
	logical := c.Type().LogicalType()
	if logical == nil {
		return false
	}
	_, half := logical.Value.(*format.Float16Type)
	return half
}

var errNull = errors.New("is missing")

// number returns the number that a value is.
func number(v parquet.Value) (float64, error) {
	switch v.Kind() {
	case parquet.Boolean:
		if v.Boolean() {
			return 1, nil
		}
		return 0, nil
	case parquet.Int32:
		return float64(v.Int32()), nil
	case parquet.Int64:
		return float64(v.Int64()), nil
	case parquet.Float:
		return float64(v.Float()), nil
	case parquet.Double:
		return v.Double(), nil
	case parquet.FixedLenByteArray:
		if b := v.ByteArray(); len(b) == 2 {
			return floats.Binary16(uint16(b[0]) | uint16(b[1])<<8), nil
		}
	}
	return math.NaN(), errNull
}
