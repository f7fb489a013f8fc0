package sample

import (
	"slices"
	"strings"
	"unicode"
)

// A Part is a part of a data set that its makers set aside for a purpose.
type Part uint8

// The parts. Images of no part are to be split by the user of the data set.
const (
	None Part = iota
	Train
	Validation
	Test
)

// String returns what the part is for, in a sentence.
func (p Part) String() string { return [...]string{"", "training", "validation", "test"}[p] }

// partWords are the words in names of files, folders and arrays that name a part.
var partWords = map[string]Part{
	"train": Train, "training": Train, "trn": Train,
	"val": Validation, "valid": Validation, "validation": Validation, "dev": Validation,
	"test": Test, "testing": Test, "tst": Test, "t10k": Test, "test10k": Test,
}

// Words returns the words of a name in lower case: "X_train" and "xTrain.npy" have x,
// train and, the second one, npy.
func Words(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, unglue(strings.ToLower(string(word)))...)
		}
		word = word[:0]
	}
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			end()
			continue
		case unicode.IsUpper(c) && len(word) > 0 && unicode.IsLower(word[len(word)-1]):
			end()
		}
		word = append(word, c)
	}
	end()
	return words
}

// unglue splits xtrain and its like into x and train.
func unglue(word string) []string {
	if len(word) > 1 && (word[0] == 'x' || word[0] == 'y') {
		if _, ok := partWords[word[1:]]; ok {
			return []string{word[:1], word[1:]}
		}
	}
	return []string{word}
}

// PartOf returns the part that words name, or None if they name none or several, and the
// other words.
func PartOf(words []string) (Part, []string) {
	part, several := None, false
	rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		p, ok := partWords[w]
		several = several || ok && part != None && p != part
		if ok {
			part = p
		}
		return ok
	})
	if several {
		return None, words
	}
	return part, rest
}
