package checkpoint

import (
	"encoding/binary"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
)

// checkHostile is checkStrict with limits on memory and time.
func checkHostile(t *testing.T, content []byte) {
	t.Helper()
	hostile.CheckCost(t, len(content), func() { Decode(content) })
	checkStrict(t, content)
}

// lists returns, for each list of a file, a file in which that list has n elements of
// the given bytes and the others are empty.
func lists(element string, n int) [][]byte {
	var files [][]byte
	const order, history = 1, 6 // the first list after step, epoch and cursor; the one with its lines
	for place := range 8 {
		b := make([]byte, headerSize)
		for i := range place {
			if i == order {
				b = append(b, make([]byte, 24)...)
			}
			b = append(b, 0, 0, 0, 0)
			if i == history {
				b = append(b, 0, 0, 0, 0)
			}
		}
		if place == order {
			b = append(b, make([]byte, 24)...)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		files = append(files, seal(append(b, strings.Repeat(element, n)...)))
	}
	return files
}

// Lists with as many of the smallest elements as possible take no more memory than
// others.
func TestListsThatSwell(t *testing.T) {
	for _, element := range []string{
		"\x00\x00\x00\x00", "\x00\x00\x00\x00\x00\x00\x00\x00", "\x01\x00\x00\x00a\x00\x00\x00\x00",
		"\x01\x00\x00\x00a\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		for _, n := range []int{1, maxNames, maxTensors, maxTensors + 1, 100_000} {
			for _, content := range lists(element, n) {
				checkHostile(t, content)
			}
		}
	}
	many := &State{Settings: map[string]string{}, Numbers: map[string]float64{}}
	for i := range maxTensors {
		name := string(binary.BigEndian.AppendUint16(nil, uint16(i)))
		many.Tensors = append(many.Tensors, sample(1, 40).Tensors[1])
		many.Tensors[i].Name = name
		if i < maxNames {
			many.Settings[name], many.Numbers[name] = "", 0
			many.History = append(many.History, Column{Name: name})
		}
	}
	checkHostile(t, Encode(many))
}

// FuzzDecode reads content unchanged, and with a correct size and sum.
func FuzzDecode(f *testing.F) {
	for _, s := range []*State{{}, sample(1, 40)} {
		content := Encode(s)
		f.Add(content)
		f.Add(content[:len(content)-32])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		checkHostile(t, content)
		checkHostile(t, seal(content))
	})
}
