package mnist

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpenDir(t *testing.T) {
	dir := t.TempDir()
	storeSmall(t, dir)
	d, err := Open(context.Background(), dir, 4, Source{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Classes != 4 || d.Train.Len() != 2 {
		t.Errorf("%d classes, %d training images: want 4, 2", d.Classes, d.Train.Len())
	}
}

func TestOpenFaults(t *testing.T) {
	missing, empty := filepath.Join(t.TempDir(), "missing"), t.TempDir()
	for _, test := range []struct {
		name, spec string
		classes    int
		source     Source
		want       string
	}{
		{"classes of auto", "auto", 26, Source{}, "auto: has 10 classes, not 26: give a folder of your own data for that"},
		{"classes of mnist", "mnist", 9, Source{}, "mnist: has 10 classes, not 9: give a folder of your own data for that"},
		{"classes of synthetic", "synthetic", 2, Source{}, "synthetic: has 10 classes, not 2: give a folder of your own data for that"},
		{"one class", ".", 1, Source{}, ".: must have 2 to 256 classes (got 1)"},
		{"classes beyond a byte", ".", 257, Source{}, ".: must have 2 to 256 classes (got 257)"},
		{"misspelt", "mnits", 10, Source{}, "mnits: must be auto, mnist, synthetic or a folder or file that exists"},
		{"no cache folder", "mnist", 10, Source{}, "mnist: MNIST is not here and cannot be downloaded: no cache folder (set MNISTGPU_HOME)"},
		{"no mirrors", "mnist", 10, Source{CacheDir: empty}, empty + "/train-images-idx3-ubyte.gz: MNIST is not here and cannot be downloaded: no mirrors"},
		{"no such data folder", "auto", 10, Source{DataDir: missing}, missing + ": no such file or directory (MNISTGPU_DATA names this folder)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(context.Background(), test.spec, test.classes, test.source)
			checkFault(t, err, test.want)
		})
	}
}

// If MNIST is not available, the data is synthetic, and Fallback has the reason.
func TestOpenAutoFallback(t *testing.T) {
	server := serve(t, http.NotFound)
	dir := t.TempDir()
	s := Source{CacheDir: dir, Mirrors: []string{server.URL + "/a/", server.URL + "/b/"}, Client: server.Client()}
	d, err := Open(context.Background(), "auto", 10, s)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "synthetic" || d.Train.Len() != 60_000 || d.Test.Len() != 10_000 {
		t.Errorf("data set is %s, %d and %d images: want synthetic, 60000 and 10000", d.Name, d.Train.Len(), d.Test.Len())
	}
	want := filepath.Join(dir, "train-images-idx3-ubyte.gz") + ": MNIST is not here and cannot be downloaded: " +
		server.URL + "/a/: answers 404 Not Found; " + server.URL + "/b/: answers 404 Not Found"
	if d.Fallback != want {
		t.Errorf("reason is\n%s\nwant\n%s", d.Fallback, want)
	}
}

// Data that are there but are not MNIST are never silently replaced.
func TestOpenAutoDamaged(t *testing.T) {
	dir := t.TempDir()
	storeSmall(t, dir)
	path := filepath.Join(dir, "train-images-idx3-ubyte")
	fault := path + ": SHA-256 of the content must be " + trainImages.sha256 + ", that of MNIST (got " + hexSum(twoImages) + ")"
	for _, test := range []struct {
		source Source
		hint   string
	}{
		{Source{CacheDir: dir}, " (delete the file to download it again)"},
		{Source{DataDir: dir}, " (MNISTGPU_DATA names this folder)"},
	} {
		_, err := Open(context.Background(), "auto", 10, test.source)
		checkFault(t, err, fault+test.hint)
	}
	store(t, dir, "train-images-idx3-ubyte", twoImages[:20])
	_, err := Open(context.Background(), "auto", 10, Source{CacheDir: dir})
	checkFault(t, err, path+": must have 28 bytes (got 20) (delete the file to download it again)")
}

func TestEnvironment(t *testing.T) {
	for _, test := range []struct{ data, home, xdg, wantData, wantCache string }{
		{"", "", "/x", "", "/x/mnistgpu/mnist"},
		{"", "/h", "/x", "", "/h/mnist"},
		{"/d", "/h", "/x", "/d", "/h/mnist"},
	} {
		t.Setenv("XDG_CACHE_HOME", test.xdg)
		set := map[string]string{"MNISTGPU_DATA": test.data, "MNISTGPU_HOME": test.home}
		s := Environment(func(name string) string { return set[name] })
		if s.DataDir != test.wantData || s.CacheDir != test.wantCache {
			t.Errorf("%+v: folders are %q and %q", test, s.DataDir, s.CacheDir)
		}
		if len(s.Mirrors) < 2 {
			t.Errorf("%d mirrors: want two at least", len(s.Mirrors))
		}
	}
}

// realMNIST returns a folder with MNIST's four files.
func realMNIST(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MNISTGPU_DATA")
	if dir == "" {
		t.Skip("MNISTGPU_DATA names no folder with MNIST")
	}
	return dir
}

func TestRealMNIST(t *testing.T) {
	dir := realMNIST(t)
	d, err := Open(context.Background(), dir, 10, Source{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "mnist" || d.Height != 28 || d.Width != 28 || d.Classes != 10 {
		t.Errorf("data set is %s, %dx%d, %d classes", d.Name, d.Height, d.Width, d.Classes)
	}
	if len(d.Train.Images) != 60_000*28*28 || len(d.Test.Images) != 10_000*28*28 {
		t.Errorf("%d and %d bytes of images", len(d.Train.Images), len(d.Test.Images))
	}
	first := string(d.Train.Labels[:5]) + string(d.Test.Labels[:3])
	if want := "\x05\x00\x04\x01\x09\x07\x02\x01"; first != want {
		t.Errorf("first labels are %q: want %q", first, want)
	}
}

// If only the test set is missing from the cache, only the test set is downloaded;
// without a mirror that is an error.
func TestRealMNISTDownload(t *testing.T) {
	dir, cache := realMNIST(t), t.TempDir()
	for _, k := range []knownFile{trainImages, trainLabels} {
		data, err := os.ReadFile(findFile(t, dir, k))
		if err != nil {
			t.Fatal(err)
		}
		store(t, cache, k.name+".gz", data)
	}
	var requests []string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r.URL.Path)
		http.ServeFile(w, r, findFile(t, dir, map[string]knownFile{
			"/t10k-images-idx3-ubyte.gz": testImages,
			"/t10k-labels-idx1-ubyte.gz": testLabels,
		}[r.URL.Path]))
	})
	_, err := Open(context.Background(), "mnist", 10, Source{CacheDir: cache})
	if !errors.Is(err, ErrNotHad) {
		t.Errorf("error is %v: want %v", err, ErrNotHad)
	}
	s := Source{CacheDir: cache, Mirrors: []string{server.URL + "/"}, Client: server.Client()}
	d, err := Open(context.Background(), "auto", 10, s)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "mnist" || d.Fallback != "" {
		t.Errorf("data set is %s: %s", d.Name, d.Fallback)
	}
	if diff := cmp.Diff([]string{"/t10k-images-idx3-ubyte.gz", "/t10k-labels-idx1-ubyte.gz"}, requests); diff != "" {
		t.Errorf("requests: -want +got:\n%s", diff)
	}
	checkNames(t, cache, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
		"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
}

// findFile returns the path of k in dir.
func findFile(t *testing.T, dir string, k knownFile) string {
	t.Helper()
	path, err := find(dir, k.name)
	if err != nil {
		t.Error(err)
	}
	return path
}
