package serve

import (
	"strings"

	"mnistgpu/internal/fault"
)

// tokenVariable is the environment variable for a token, which has no flag because
// everybody on a machine can see the command lines.
const tokenVariable = "MNISTGPU_TOKEN"

// A token must be too long to be guessed.
const minToken, maxToken = 16, 256

// maxTokenFile is the most bytes that a file with a token may have.
const maxTokenFile = 4 << 10

// givenToken returns the token in a file or, without one, in the environment. It is "" if
// there is none there.
func givenToken(file string, getenv func(string) string) (string, error) {
	token, source := getenv(tokenVariable), tokenVariable
	if file != "" {
		content, err := fault.Read(file, maxTokenFile)
		if err != nil {
			return "", err
		}
		token, source = strings.TrimSpace(string(content)), file
	} else if token == "" {
		return "", nil
	}
	if len(token) < minToken || len(token) > maxToken || strings.ContainsFunc(token, unfit) {
		return "", fault.Usage(`%s must hold a token of %d to %d letters, digits and signs other than "\,;`, source, minToken, maxToken).
			WithHint("openssl rand -hex 16 makes one")
	}
	return token, nil
}

// unfit reports whether a character cannot be in a token, since it cannot be in a cookie.
func unfit(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"\,;`, r) }
