package settings

import "strings"

// Several is the value of a flag that takes several values of a setting between commas,
// such as 64,128,full. The layers of one network are joined by an x: 400,1024x512 is two
// networks.
func Several(name string, values *[]string) Value { return &several{Lookup(name), values} }

type several struct {
	row    *Row
	values *[]string
}

func (s *several) Set(text string) error {
	list := strings.Split(text, ",")
	for _, v := range list {
		if err := s.row.Accepts(s.row.Typed(v)); err != nil {
			return err
		}
	}
	*s.values = list
	return nil
}

func (s *several) String() string  { return strings.Join(*s.values, ",") }
func (s *several) Literal() any    { return s.String() }
func (s *several) Words() []string { return s.row.Words() }

func (s *several) Must() string {
	switch {
	case s.row.IsList():
		return "networks between commas, such as 400,1024x512"
	case s.Words() != nil:
		return "values between commas, each " + OneOf(s.Words())
	}
	return "values between commas, each " + s.row.Must()
}

// Typed returns one of several values as it is typed after the setting's own flag.
func (r *Row) Typed(value string) string {
	if r.IsList() {
		return strings.ReplaceAll(value, "x", ",")
	}
	return value
}
