package mnist

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mnistgpu/internal/fault"
)

// A Source says where to find MNIST.
type Source struct {
	// DataDir is a folder that holds MNIST. If it is set, no other place is
	// searched.
	DataDir string

	// CacheDir is where MNIST is kept after the download. Without it nothing is
	// downloaded.
	CacheDir string

	// Mirrors are the https addresses, up to and including the last slash, that
	// the files are downloaded from, in order of preference.
	Mirrors []string

	// Client provides the Transport for downloads; nil means the default one.
	// Redirects are followed to https only, whatever Client allows.
	Client *http.Client

	// Stall is how long a mirror may send nothing before it is given up. Zero
	// means 5 s if synthetic data can be used instead, otherwise 30 s.
	Stall time.Duration

	// Progress, if not nil, is called while a file is downloaded, with the number
	// of bytes so far and in total. The total is -1 while it is unknown.
	Progress func(file string, done, total int64)
}

// Environment returns the Source that the user's environment, as getenv returns it,
// describes:
// MNISTGPU_DATA names a folder that holds MNIST; if it is not set, MNIST is kept in
// MNISTGPU_HOME/mnist or, without MNISTGPU_HOME, below the user's cache folder.
func Environment(getenv func(name string) string) Source {
	s := Source{
		DataDir: getenv("MNISTGPU_DATA"),
		Mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
	}
	if home := getenv("MNISTGPU_HOME"); home != "" {
		s.CacheDir = filepath.Join(home, "mnist")
	} else if cache, err := os.UserCacheDir(); err == nil {
		s.CacheDir = filepath.Join(cache, "mnistgpu", "mnist")
	}
	return s
}

// Folder returns the folder that holds MNIST, or will hold it after the download.
// It is empty if there is none.
func (s Source) Folder() string {
	if s.DataDir != "" {
		return s.DataDir
	}
	return s.CacheDir
}

// HasFiles reports whether one of the four files of a data set in MNIST's layout is in a
// folder.
func HasFiles(dir string) bool {
	return slices.ContainsFunc(knownFiles[:], func(k knownFile) bool { _, err := find(dir, k.name); return err == nil })
}

// Complete reports whether all four files are in the folder of s, whatever their
// content.
func (s Source) Complete() bool {
	for _, k := range knownFiles {
		if _, err := find(s.Folder(), k.name); err != nil {
			return false
		}
	}
	return true
}

// The synthetic data set has the size of MNIST and one fixed seed, so that
// results on it can be compared.
const (
	syntheticTrain = 60_000
	syntheticTest  = 10_000
	syntheticSeed  = 1
)

// Open returns the data that spec asks for:
//
//	mnist      MNIST, downloaded if need be
//	synthetic  digits drawn by the program; see [Synthetic]
//	auto       MNIST, or synthetic if MNIST is not available
//	DIR        the folder DIR; see [LoadDir]
//
// Only a folder can have a number of classes other than 10. With auto, it is an
// error if MNIST is there but damaged; if it is not available, Fallback of the data
// set says why. If ctx ended, the error is that of ctx.
func Open(ctx context.Context, spec string, classes int, s Source) (*Dataset, error) {
	switch spec {
	case "auto", "mnist", "synthetic":
		if classes != 10 {
			return nil, fault.Inf(spec, "has 10 classes, not %d: give a folder of your own data for that", classes)
		}
	}
	switch spec {
	case "synthetic":
		return Synthetic(syntheticTrain, syntheticTest, syntheticSeed), nil
	case "mnist":
		return s.load(ctx, 30*time.Second)
	case "auto":
		return s.loadOrDraw(ctx)
	}
	if _, err := os.Stat(spec); errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Inf(spec, "must be auto, mnist, synthetic or a folder or file that exists")
	}
	return LoadDir(spec, classes)
}

// loadOrDraw returns MNIST or, if it is not available, synthetic data.
func (s Source) loadOrDraw(ctx context.Context) (*Dataset, error) {
	d, err := s.load(ctx, 5*time.Second)
	if err == nil || !errors.Is(err, ErrNotHad) {
		return d, err
	}
	d = Synthetic(syntheticTrain, syntheticTest, syntheticSeed)
	d.Fallback = err.Error()
	return d, nil
}

// load returns MNIST. The error wraps ErrNotHad if MNIST is not on this machine and
// could not be downloaded.
func (s Source) load(ctx context.Context, stall time.Duration) (*Dataset, error) {
	if s.DataDir != "" {
		return loadMNIST(s.DataDir, s.Hint())
	}
	if s.Stall == 0 {
		s.Stall = stall
	}
	if err := s.download(ctx); err != nil {
		return nil, err
	}
	return loadMNIST(s.CacheDir, s.Hint())
}

// Hint says what to do about a bad file of MNIST in the folder of s.
func (s Source) Hint() string {
	if s.DataDir != "" {
		return "MNISTGPU_DATA names this folder"
	}
	return "delete the file to download it again"
}

// loadMNIST reads the four files in dir, which must be MNIST's. Its errors carry the hint.
func loadMNIST(dir, hint string) (*Dataset, error) {
	f, err := readFolder(dir)
	if err == nil {
		err = f.verify()
	}
	if e := fault.Of(err); e != nil {
		e.Hint = hint
	}
	if err != nil {
		return nil, err
	}
	d, err := f.dataset(10)
	if err != nil {
		return nil, err
	}
	d.Name, d.verified = "mnist", true
	return d, nil
}
