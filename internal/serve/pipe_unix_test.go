//go:build unix

package serve

import (
	"errors"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mnistgpu/internal/hostile"
	"mnistgpu/internal/run"
)

// logged receives what is logged, a line each.
type logged chan string

func (l logged) Write(line []byte) (int, error) {
	l <- strings.TrimSpace(string(line))
	return len(line), nil
}

// TestPipes replaces files by named pipes while the server runs. It must report them and
// still be able to end.
func TestPipes(t *testing.T) {
	for _, name := range []string{run.ModelFile, run.ConfigFile, run.HistoryFile, run.SummaryFile} {
		o, lines := options(t), make(logged, 100)
		o.Run, o.Log = t.TempDir(), log.New(lines, "", 0)
		o.Model = filepath.Join(o.Run, run.ModelFile)
		s := start(t, o)
		hostile.CheckPipe(t, filepath.Join(o.Run, name), func() error {
			if name == run.ConfigFile { // which is read along with the others
				if err := os.WriteFile(filepath.Join(o.Run, run.HistoryFile), nil, 0o666); err != nil {
					return err
				}
			}
			line := <-lines
			return errors.Join(s.stop(), errors.New(line))
		})
	}
}
