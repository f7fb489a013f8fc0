package mnist

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// A Source says where MNIST is to be had.
type Source struct {
	// DataDir is a folder that holds MNIST. When it is set, there is no other
	// place to look.
	DataDir string

	// CacheDir is where MNIST is kept once it was downloaded. Without it there
	// is no download.
	CacheDir string

	// Mirrors are the https addresses, up to and with the last slash, that the
	// files are downloaded from, in the order of preference.
	Mirrors []string

	// Client lends its Transport to downloads; nil stands for the default one.
	// Redirects are followed to https only, whatever Client allows.
	Client *http.Client

	// Stall is how long a mirror may be silent before it is given up. Zero
	// stands for 5 s when synthetic data could stand in, and 30 s when not.
	Stall time.Duration

	// Progress, when not nil, is called while a file is downloaded, with the
	// number of bytes so far and in all. The total is -1 while it is unknown.
	Progress func(file string, done, total int64)
}

// Environment returns the Source that the user's environment describes:
// MNISTGPU_DATA names a folder that holds MNIST; failing that, MNIST is kept
// in MNISTGPU_HOME/mnist or, without that, below the user's cache folder.
func Environment() Source {
	s := Source{
		DataDir: os.Getenv("MNISTGPU_DATA"),
		Mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
	}
	if home := os.Getenv("MNISTGPU_HOME"); home != "" {
		s.CacheDir = filepath.Join(home, "mnist")
	} else if cache, err := os.UserCacheDir(); err == nil {
		s.CacheDir = filepath.Join(cache, "mnistgpu", "mnist")
	}
	return s
}

// Folder returns the folder that holds MNIST, or would once it was downloaded.
// It is empty when there is none.
func (s Source) Folder() string {
	if s.DataDir != "" {
		return s.DataDir
	}
	return s.CacheDir
}

// Complete reports whether all four files are in the folder of s, whatever they
// hold.
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
//	auto       MNIST, or synthetic when there is none to be had
//	DIR        the folder DIR; see [LoadDir]
//
// Only a folder can have a number of classes other than 10. Under auto, MNIST
// that is there but damaged is an error; Fallback of the data set says why
// there was none. The error is ctx's own when ctx ended.
func Open(ctx context.Context, spec string, classes int, s Source) (*Dataset, error) {
	switch spec {
	case "auto", "mnist", "synthetic":
		if classes != 10 {
			return nil, faultf(spec, "has 10 classes, not %d: want a folder of your own data for that", classes)
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
		return nil, faultf(spec, "no such folder: want auto, mnist, synthetic or a folder")
	}
	return LoadDir(spec, classes)
}

// loadOrDraw returns MNIST or, when it cannot be had, synthetic data.
func (s Source) loadOrDraw(ctx context.Context) (*Dataset, error) {
	d, err := s.load(ctx, 5*time.Second)
	if err == nil || !errors.Is(err, ErrNotHad) {
		return d, err
	}
	d = Synthetic(syntheticTrain, syntheticTest, syntheticSeed)
	d.Fallback = err.Error()
	return d, nil
}

// load returns MNIST. The error wraps ErrNotHad when it is neither here nor
// could be downloaded.
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

// Hint says what to do about a file of MNIST in the folder of s that is at fault.
func (s Source) Hint() string {
	if s.DataDir != "" {
		return "MNISTGPU_DATA names this folder"
	}
	return "delete the file to download it again"
}

// loadMNIST reads the four files in dir, which must be MNIST's. The hint goes
// with every fault.
func loadMNIST(dir, hint string) (*Dataset, error) {
	f, err := readFolder(dir)
	if err == nil {
		err = f.verify()
	}
	var fault *Error
	if errors.As(err, &fault) {
		fault.Hint = hint
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
