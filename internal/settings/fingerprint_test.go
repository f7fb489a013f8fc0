package settings

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"mnistgpu/internal/mnist"
)

// fingerprintOf returns the fingerprint of train with flags, on drawn digits.
func fingerprintOf(t *testing.T, images int, line string) Fingerprint {
	t.Helper()
	data := mnist.Synthetic(images, 10, 1)
	sum, err := data.SHA256()
	if err != nil {
		t.Fatal(err)
	}
	return mustResolve(t, line).Fingerprint("cpu", "amd64, avx2", "v1", data, sum)
}

// TestFingerprint changes one thing at a time. What can change the result must be named,
// and the rest must make no difference.
func TestFingerprint(t *testing.T) {
	begun := fingerprintOf(t, 20, "")
	for _, line := range []string{
		"", "--backend cpu", "--save-every 5", "--keep 3", "--quiet", "--report=false", "--json", "--run-dir x", "--graph=false",
		"--step-timeout 5s", "--verify-every 3", "--lr 0.5", "--momentum 0", "--patience 0",
	} {
		if d := begun.Changes(fingerprintOf(t, 20, line)); d != nil {
			t.Errorf("%s: %q", line, d)
		}
	}
	for line, want := range map[string]string{
		"--hidden 8":               "its hidden is 400, not 8",
		"--batch full":             "its batch is 128, not full",
		"--epochs 11":              "its epochs is 10, not 11",
		"--steps 11":               "its epochs is 10, not unset; its steps is unset, not 11",
		"--lr 0.25":                "its lr is 0.5, not 0.25",
		"--seed 2":                 "its seed is 1, not 2",
		"--shuffle=false":          "its shuffle is true, not false",
		"--optimizer adam":         "its lr is 0.5, not 0.001; its optimizer is sgd, not adam",
		"--optimizer adam --lr .5": "its optimizer is sgd, not adam",
		"--optimizer momentum":     "its lr is 0.5, not 0.05; its momentum is unset, not 0.9; its optimizer is sgd, not momentum",
		"--lr-schedule cosine":     "its lr-min is unset, not 0; its lr-schedule is const, not cosine",
		"--l2 0.5":                 "its l2 is 0, not 0.5",
		"--init-std 0.1":           "its init-std is 0.03, not 0.1",
		"--pixel-scale 1":          "its pixel-scale is 0.00392156862745098, not 1",
		"--warmup 1":               "its warmup is 0, not 1",
		"--val-fraction 0.5":       "its patience is unset, not 0; its val-fraction is 0, not 0.5",
		"--time 1h":                "its time is 0, not 1h0m0s",
		"--target-accuracy 0.9":    "its target-accuracy is 0, not 0.9",
		"--eval-every 3":           "its eval-every is 0, not 3",
		"--blas gonum":             "its blas is unset, not gonum",
		"--preset notebook --hidden 400 --batch 128 --lr 0.5 --init-std 0.03 --eval-every 0 --epochs 10": "its pixel-scale is 0.00392156862745098, not 1; its preset is default, not notebook; its shuffle is true, not false",
	} {
		if got := strings.Join(begun.Differences(fingerprintOf(t, 20, line)), "; "); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestFingerprintHasTheData(t *testing.T) {
	begun, others := fingerprintOf(t, 20, ""), fingerprintOf(t, 21, "")
	if begun.SameData(others) || !begun.SameData(fingerprintOf(t, 20, "--lr 1")) {
		t.Error("the data are taken for others")
	}
	was, is := begun["data"][:12], others["data"][:12]
	for _, test := range []struct {
		begun, now Fingerprint
		want       string
	}{
		{begun, others, "its data is " + was + ", not " + is},
		{begun.WithDataName("digits"), others.WithDataName("more"), "its data is digits (" + was + "), not more (" + is + ")"},
	} {
		if got := test.begun.Differences(test.now); !slices.Equal(got, []string{test.want}) {
			t.Errorf("other data: %q, want %s", got, test.want)
		}
	}
}

// TestOtherMachine checks that another machine or program is named, and is no difference.
func TestOtherMachine(t *testing.T) {
	begun := fingerprintOf(t, 20, "")
	if got := begun.OtherMachine(begun); got != "" {
		t.Errorf("the same machine is %q", got)
	}
	for name, want := range map[string]string{
		"machine": "another machine wrote the checkpoint: amd64, avx2, not abacus",
		"program": "another program wrote the checkpoint: v1, not abacus",
	} {
		now := maps.Clone(begun)
		now[name] = "abacus"
		if got := begun.OtherMachine(now); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if d := begun.Differences(now); d != nil {
			t.Errorf("another %s: %q", name, d)
		}
		if d := begun.Changes(now); len(d) != 1 {
			t.Errorf("changes with another %s: %q", name, d)
		}
	}
}

// unused are the settings that earlier versions named in every fingerprint.
var unused = []string{"momentum", "lr-period", "lr-decay", "lr-min", "pct-start", "patience", "min-delta"}

// TestOldFingerprints compares fingerprints of earlier versions, which named settings that
// made no difference or did not have all of today's.
func TestOldFingerprints(t *testing.T) {
	for _, line := range []string{
		"", "--optimizer momentum", "--lr-schedule onecycle", "--lr-schedule step", "--preset notebook", "--steps 5", "--optimizer adam --lr-schedule triangular",
		"--val-fraction 0.1 --patience 3", "--blas gonum",
	} {
		now := fingerprintOf(t, 20, line)
		old := maps.Clone(now)
		for _, name := range unused {
			if _, ok := old[name]; !ok {
				old[name] = "0"
			}
		}
		if d := old.Changes(now); d != nil {
			t.Errorf("%s, with what is unused: %q", line, d)
		}
		for name, without := range map[string]string{"target-accuracy": "0", "time": "0", "warmup": "0", "l2": "0", "pixel-scale": ""} {
			if without == "" || old[name] != without {
				continue
			}
			older := maps.Clone(old)
			delete(older, name)
			if d := older.Changes(now); d != nil {
				t.Errorf("%s, without %s: %q", line, name, d)
			}
		}
	}
	// A setting that is newer than the run counts if it is not what the run had.
	old := fingerprintOf(t, 20, "")
	delete(old, "l2")
	if got := old.Differences(fingerprintOf(t, 20, "--l2 0.5")); !slices.Equal(got, []string{"its l2 is 0, not 0.5"}) {
		t.Errorf("a newer setting: %q", got)
	}
	// So does one that was named and made a difference.
	old = fingerprintOf(t, 20, "--optimizer momentum")
	if got := old.Differences(fingerprintOf(t, 20, "--optimizer momentum --momentum 0.8 --lr 0.05")); !slices.Equal(got, []string{"its momentum is 0.9, not 0.8"}) {
		t.Errorf("another momentum: %q", got)
	}
	// A run that this program would refuse stays as it was.
	old = fingerprintOf(t, 20, "")
	old["optimizer"] = "rmsprop"
	if got := old.Differences(fingerprintOf(t, 20, "")); !slices.Equal(got, []string{"its optimizer is rmsprop, not sgd"}) {
		t.Errorf("an unknown optimizer: %q", got)
	}
}
