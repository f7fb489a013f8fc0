package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mnistgpu/gpu"
	"mnistgpu/internal/train"
)

// widths is a flag's list of layer widths, such as "1024,512".
type widths []int

func (w *widths) String() string {
	return join(*w, ",")
}

func (w *widths) Set(s string) error {
	var list []int
	for field := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(field)
		if err != nil || n <= 0 {
			return errors.New("not a list of widths")
		}
		list = append(list, n)
	}
	*w = list
	return nil
}

// join puts the separator between numbers.
func join(numbers []int, separator string) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", separator), "[]")
}

func (w *widths) Type() string { return "widths" }

// batchSize is a flag's number of images a step, or "full".
type batchSize int

func (b *batchSize) String() string {
	if *b == train.Full {
		return "full"
	}
	return strconv.Itoa(int(*b))
}

func (b *batchSize) Set(s string) error {
	if s == "full" {
		*b = train.Full
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		return errors.New("not a batch size")
	}
	*b = batchSize(n)
	return nil
}

func (b *batchSize) Type() string { return "images" }

// timeLimit is a flag's time such as "10m", in seconds.
type timeLimit float64

func (t *timeLimit) String() string {
	if *t == 0 {
		return "0"
	}
	return time.Duration(float64(*t) * float64(time.Second)).String()
}

func (t *timeLimit) Set(s string) error {
	d, err := time.ParseDuration(s)
	*t = timeLimit(d.Seconds())
	return err
}

func (t *timeLimit) Type() string { return "duration" }

// precision is a flag's precision of a GPU.
type precision gpu.Precision

func (p *precision) String() string { return gpu.Precision(*p).String() }

func (p *precision) Set(s string) error { return (*gpu.Precision)(p).UnmarshalText([]byte(s)) }

func (p *precision) Type() string { return "precision" }

// engine is a flag's engine of a GPU.
type engine gpu.Engine

func (e *engine) String() string { return gpu.Engine(*e).String() }

func (e *engine) Set(s string) error { return (*gpu.Engine)(e).UnmarshalText([]byte(s)) }

func (e *engine) Type() string { return "engine" }

// wanted says what a flag of the given type takes.
func wanted(flagType string) string {
	switch flagType {
	case "int", "uint64":
		return "a whole number"
	case "duration":
		return "a time, such as 90s or 10m"
	case "float64":
		return "a number"
	case "bool":
		return "true or false"
	case "precision":
		return oneOf(gpu.Precisions())
	case "engine":
		return oneOf(gpu.Engines())
	case "widths":
		return "positive whole numbers, such as 400 or 1024,512"
	case "list":
		return "values between commas, such as 0.1,0.5, or with --method random a range such as 0.001:1"
	case "interval":
		return "a number of steps, a time such as 30s, or epoch"
	case "images":
		return "a positive whole number or full"
	}
	return flagType
}

// wantedBy says what a flag takes.
func wantedBy(f *pflag.Flag) string {
	list, ok := f.Value.(*axisFlag)
	if !ok {
		return wanted(f.Value.Type())
	}
	if names := flagWords()[f.Name]; names != nil {
		return "values between commas, of " + oneOf(names)
	}
	switch list.of.Value.Type() {
	case "widths":
		return "widths between commas, such as 300,400,1024x512, or with --method random a range such as 100:1000"
	case "images":
		return "values between commas, such as 64,128,full, or with --method random a range such as 16:512"
	case "bool":
		return "true, false or true,false"
	case "int", "uint64":
		return "whole numbers between commas, such as 5,10, or with --method random a range such as 1:100"
	case "duration":
		return "times between commas, such as 90s,10m"
	}
	return wanted("list")
}

// oneOf is a choice of names: a, b or c.
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
