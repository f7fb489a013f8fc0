package convert

import (
	"bytes"
	"image/png"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"mnistgpu/internal/mnist"
)

// parquetOf returns a Parquet file of rows.
func parquetOf[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hubImage is how Hugging Face stores a picture.
type hubImage struct {
	Bytes []byte  `parquet:"bytes,optional"`
	Path  *string `parquet:"path,optional"`
}

type hubRow struct {
	Image hubImage `parquet:"image,optional"`
	Label *int64   `parquet:"label,optional"`
}

func hubRows(t testing.TB, s mnist.Split) []hubRow {
	var rows []hubRow
	for i, label := range s.Labels {
		number := int64(label)
		rows = append(rows, hubRow{hubImage{Bytes: encode(t, digit(s, i), png.Encode)}, &number})
	}
	return rows
}

// A data set of Hugging Face: parts in files whose names begin with them, pictures in a
// struct and the names of the classes in the metadata.
func TestParquetPictures(t *testing.T) {
	about := parquet.KeyValueMetadata("huggingface", `{"info": {"features": {"image": {"_type": "Image"},
		"label": {"names": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], "_type": "ClassLabel"}}}}`)
	dir := store(t, map[string][]byte{
		"README.md":                          []byte("---\nlicense: mit\n---\n"),
		"mnist/train-00000-of-00002.parquet": parquetOf(t, hubRows(t, digits.Train)[:13], about),
		"mnist/train-00001-of-00002.parquet": parquetOf(t, hubRows(t, digits.Train)[13:], about, parquet.MaxRowsPerRowGroup(7)),
		"mnist/test-00000-of-00001.parquet":  parquetOf(t, hubRows(t, digits.Test), about),
	})
	set := load(t, dir, Options{}, digits.Train, digits.Test, `labels are in the column "label"`)
	if diff := cmp.Diff([]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}, set.Names); diff != "" {
		t.Error(diff)
	}
}

// What is missing in a row is a reason to skip it, not a zero.
func TestParquetSkips(t *testing.T) {
	rows := hubRows(t, digits.Train)
	path := "only/here.png"
	rows[3].Image = hubImage{Path: &path}
	rows[5].Label = nil
	rows[7].Image.Bytes = []byte("no picture")
	name := filepath.Join(store(t, map[string][]byte{"x.parquet": parquetOf(t, rows)}), "x.parquet")
	var skipped []string
	set, err := Load(name, Options{Skip: func(s Skipped) { skipped = append(skipped, s.String()) }})
	if err != nil || set.Train.Len() != 37 {
		t.Fatalf("%+v, %v", set, err)
	}
	want := []string{
		name + ":4: has no bytes of a picture, only a path perhaps",
		name + ":6: label is missing",
		name + ":8: is not a picture: PNG, JPEG, GIF, BMP, WebP or TIFF",
	}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Error(diff)
	}
}

// Lists of numbers of any type and depth. An inner list whose element has another name
// than the standard's is read too, which a Go struct would fill with zeros.
func TestParquetLists(t *testing.T) {
	type flat struct {
		Label  int32   `parquet:"label"`
		Pixels []int32 `parquet:"pixels,list"`
	}
	type unnamed struct {
		Pixels []uint32 `parquet:"pixels"`
		Label  string   `parquet:"target"`
	}
	type deep struct {
		Image [][]float32 `parquet:"image,list"`
		Label uint32      `parquet:"y"`
	}
	type item struct {
		Item uint8 `parquet:"item"`
	}
	type renamed struct {
		Label int32 `parquet:"label"`
		Image struct {
			List []item `parquet:"list"`
		} `parquet:"image"`
	}
	var flats []flat
	var renameds []renamed
	var unnameds []unnamed
	var deeps []deep
	for i, label := range all.Labels {
		f, u, d := flat{Label: int32(label)}, unnamed{Label: string('0' + label)}, deep{Label: uint32(label)}
		r := renamed{Label: int32(label)}
		for k, v := range all.Images[i*784:][:784] {
			r.Image.List = append(r.Image.List, item{v})
			f.Pixels, u.Pixels = append(f.Pixels, int32(v)), append(u.Pixels, uint32(v))
			if k%28 == 0 {
				d.Image = append(d.Image, nil)
			}
			d.Image[k/28] = append(d.Image[k/28], float32(v)/255)
		}
		renameds = append(renameds, r)
		flats, unnameds, deeps = append(flats, f), append(unnameds, u), append(deeps, d)
	}
	where := func(content []byte) string {
		return filepath.Join(store(t, map[string][]byte{"x.parquet": content}), "x.parquet")
	}
	load(t, where(parquetOf(t, flats, parquet.PageBufferSize(1000))), Options{}, all, mnist.Split{}, `"label"`)
	load(t, where(parquetOf(t, unnameds, parquet.MaxRowsPerRowGroup(9))), Options{}, all, mnist.Split{}, `"target"`)
	load(t, where(parquetOf(t, renameds)), Options{}, all, mnist.Split{}, `"label"`)
	load(t, where(parquetOf(t, deeps)), Options{}, all, mnist.Split{}, `"y"`, "from 0 to 1 were multiplied")
}

func TestParquetColumns(t *testing.T) {
	type row struct {
		Index int64   `parquet:"__index_level_0__"`
		A     uint8   `parquet:"a"`
		B     int64   `parquet:"b"`
		Class string  `parquet:"class"`
		C     float64 `parquet:"c"`
		D     *int32  `parquet:"d,optional"`
	}
	four := int32(250)
	path := filepath.Join(store(t, map[string][]byte{"x.parquet": parquetOf(t, []row{{0, 200, 2, "dog", 3, &four}, {1, 4, 3, "cat", 2, &four}})}), "x.parquet")
	set := load(t, path, Options{}, mnist.Split{Images: []byte{200, 2, 3, 250, 4, 3, 2, 250}, Labels: []byte{1, 0}}, mnist.Split{}, `"class"`)
	if diff := cmp.Diff([]string{"cat", "dog"}, set.Names); diff != "" {
		t.Error(diff)
	}
}

func TestParquetRefused(t *testing.T) {
	type text struct {
		Label int32
		Words string
	}
	type two struct {
		Label       int32
		Left, Right []byte
	}
	good := parquetOf(t, hubRows(t, digits.Test))
	for name, test := range map[string]struct {
		content []byte
		o       Options
		want    string
	}{
		"cut off":     {good[:len(good)/2], Options{}, "is not a complete Parquet file"},
		"texts":       {parquetOf(t, []text{{1, "a"}}), Options{}, "must have a column of pictures, of lists of numbers, or one for each pixel (got Label, Words)"},
		"two images":  {parquetOf(t, []two{{1, []byte("a"), []byte("b")}}), Options{}, `must have one column of images, such as "image" (got Left and Right)`},
		"no label":    {good, Options{Label: "kind"}, `must have a column "kind" (got 2 columns: image, label)`},
		"of pictures": {good, Options{Label: "image"}, `column "image" must be of numbers or texts`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(filepath.Join(store(t, map[string][]byte{"x.parquet": test.content}), "x.parquet"), test.o)
			checkFault(t, err, test.want)
		})
	}
}

// The library panics for some damaged files; here that is an error.
func FuzzParquet(f *testing.F) {
	f.Add(parquetOf(f, hubRows(f, digits.Test)[:4]), uint16(0), byte(0))
	f.Add(parquetOf(f, []struct {
		Label  int32   `parquet:"label"`
		Pixels []int32 `parquet:"pixels,list"`
	}{{0, []int32{1, 2, 3, 4}}, {1, []int32{4, 3, 2, 1}}}), uint16(99), byte(7))
	path := filepath.Join(f.TempDir(), "x.parquet")
	f.Fuzz(func(t *testing.T, content []byte, at uint16, flip byte) {
		content = bytes.Clone(content)
		if len(content) > 0 {
			content[int(at)%len(content)] ^= flip
		}
		write(t, path, content)
		checkValid(t, path, Options{Memory: fuzzMemory, AllowSkipped: true})
	})
}
