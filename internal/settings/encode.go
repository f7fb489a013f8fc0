package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// TOML returns the settings that a run uses as a file, each on a line with the comment
// that is made for it.
func (v *Values) TOML(comment func(Entry) string) ([]byte, error) {
	list := v.Used()
	lines := make([]string, len(list))
	width := 0
	for i, e := range list {
		line, err := toml.Marshal(map[string]any{Key(e.Row.Name): e.Row.of(v).Literal()})
		if err != nil {
			return nil, err
		}
		lines[i] = strings.TrimSpace(string(line))
		width = max(width, len(lines[i]))
	}
	var b bytes.Buffer
	for i, e := range list {
		fmt.Fprintf(&b, "%-*s  # %s\n", width, lines[i], comment(e))
	}
	return b.Bytes(), nil
}

// WriteJSON writes the settings that a run uses as an array of objects with name, value
// and origin.
func (v *Values) WriteJSON(w io.Writer) error {
	type line struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
		From  string `json:"from"`
	}
	lines := []line{}
	for _, e := range v.Used() {
		lines = append(lines, line{Key(e.Row.Name), e.Row.of(v).Literal(), e.Origin})
	}
	return json.NewEncoder(w).Encode(lines)
}
