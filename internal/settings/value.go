package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mnistgpu/internal/train"
)

// Value is the value of a setting.
type Value interface {
	// Set takes a text as it is typed after a flag.
	Set(text string) error
	// String returns a text that Set accepts.
	String() string
	// Must says what the text must be.
	Must() string
	// Literal returns the value in the type that TOML and JSON have for it.
	Literal() any
}

// errValue is the error of Set. What was wrong is told by Must.
var errValue = errors.New("not a value of this setting")

// asNumber returns a value as a number, times in seconds, or 0 if it is not one.
func asNumber(v Value) float64 {
	switch v := v.(type) {
	case *count:
		return float64(*v)
	case *number:
		return float64(*v)
	case *seconds:
		return float64(*v)
	case *duration:
		return time.Duration(*v).Seconds()
	}
	return 0
}

type text string

func (t *text) Set(s string) error { *t = text(s); return nil }
func (t *text) String() string     { return string(*t) }
func (t *text) Must() string       { return "a text" }
func (t *text) Literal() any       { return string(*t) }

// texts are texts between commas. Each Set adds to them.
type texts []string

func (t *texts) Set(s string) error {
	if s != "" {
		*t = append(*t, strings.Split(s, ",")...)
	}
	return nil
}
func (t *texts) String() string { return strings.Join(*t, ",") }
func (t *texts) Must() string   { return "texts between commas" }
func (t *texts) Literal() any   { return []string(*t) }

// count is a whole number. Leading zeros do not make it octal.
type count int

func (c *count) Set(s string) error {
	n, err := strconv.Atoi(s)
	*c = count(n)
	return err
}
func (c *count) String() string { return strconv.Itoa(int(*c)) }
func (c *count) Must() string   { return "a whole number" }
func (c *count) Literal() any   { return int64(*c) }

type seed uint64

func (d *seed) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	*d = seed(n)
	return err
}
func (d *seed) String() string { return strconv.FormatUint(uint64(*d), 10) }
func (d *seed) Must() string   { return "a whole number, 0 or greater" }

// Literal returns a string for a number that TOML does not have.
func (d *seed) Literal() any {
	if n := int64(*d); n >= 0 {
		return n
	}
	return d.String()
}

type number float64

func (n *number) Set(s string) error {
	x, err := strconv.ParseFloat(s, 64)
	*n = number(x)
	return err
}
func (n *number) String() string { return strconv.FormatFloat(float64(*n), 'g', -1, 64) }
func (n *number) Must() string   { return "a number" }
func (n *number) Literal() any   { return float64(*n) }

type toggle bool

func (t *toggle) Set(s string) error {
	on, err := strconv.ParseBool(s)
	*t = toggle(on)
	return err
}
func (t *toggle) String() string  { return strconv.FormatBool(bool(*t)) }
func (t *toggle) Must() string    { return "true or false" }
func (t *toggle) Literal() any    { return bool(*t) }
func (t *toggle) Words() []string { return []string{"true", "false"} }

// word is one of several words.
type word[S ~string] struct {
	value *S
	words []string
}

func (w word[S]) Set(s string) error {
	if !slices.Contains(w.words, s) {
		return errValue
	}
	*w.value = S(s)
	return nil
}
func (w word[S]) String() string  { return string(*w.value) }
func (w word[S]) Must() string    { return OneOf(w.words) }
func (w word[S]) Literal() any    { return w.String() }
func (w word[S]) Words() []string { return w.words }

// wordOf returns the value of a setting that is one of several words.
func wordOf[S ~string](value *S, words ...string) Value { return word[S]{value, words} }

// widths are whole numbers, such as those of the hidden layers, "1024,512".
type widths []int

func (w *widths) Set(s string) error {
	var list []int
	for field := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(field)
		if err != nil {
			return err
		}
		list = append(list, n)
	}
	*w = list
	return nil
}
func (w *widths) String() string { return Join(*w, ",") }
func (w *widths) Must() string   { return "whole numbers between commas, such as 400 or 1024,512" }
func (w *widths) Literal() any   { return []int(*w) }

// Join puts a separator between numbers.
func Join(numbers []int, separator string) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", separator), "[]")
}

// OneOf formats a choice of words: "a, b or c".
func OneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// batchSize is a number of images, or "full".
type batchSize int

func (b *batchSize) Set(s string) error {
	if s == "full" {
		*b = train.Full
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errValue
	}
	*b = batchSize(n)
	return nil
}
func (b *batchSize) String() string {
	if *b == train.Full {
		return "full"
	}
	return strconv.Itoa(int(*b))
}
func (b *batchSize) Must() string { return "a whole number, at least 1, or full" }
func (b *batchSize) Literal() any {
	if *b == train.Full {
		return "full"
	}
	return int64(*b)
}

type duration time.Duration

func (d *duration) Set(s string) error {
	x, err := time.ParseDuration(s)
	*d = duration(x)
	return err
}
func (d *duration) String() string {
	if *d == 0 {
		return "0"
	}
	return time.Duration(*d).String()
}
func (d *duration) Must() string { return "a time, such as 90s or 10m" }
func (d *duration) Literal() any { return d.String() }

// seconds is a duration that is kept as a number of seconds.
type seconds float64

func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	*s = seconds(d.Seconds())
	return err
}
func (s *seconds) String() string {
	d := duration(time.Duration(float64(*s) * float64(time.Second)))
	return d.String()
}
func (s *seconds) Must() string { return (*duration)(nil).Must() }
func (s *seconds) Literal() any {
	if *s == 0 {
		return int64(0)
	}
	return s.String()
}
