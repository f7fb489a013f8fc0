//go:build cuda && linux

package driver

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	cublas "gorgonia.org/cu/blas"
)

// gemmCase is a product of factors whose rows are longer than they need to be.
type gemmCase struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    float32
}

func (g gemmCase) String() string {
	return fmt.Sprintf("%v,%v/%dx%dx%d/%v,%v", g.transA, g.transB, g.m, g.n, g.k, g.alpha, g.beta)
}

// want computes the product in float64 by its formula.
func (g gemmCase) want(a []float32, lda int, b []float32, ldb int, c []float32) []float32 {
	want := append([]float32(nil), c...)
	for i := range g.m {
		for j := range g.n {
			var sum float64
			for l := range g.k {
				sum += at(a, lda, g.transA, i, l) * at(b, ldb, g.transB, l, j)
			}
			product := float64(g.alpha) * sum
			if g.beta != 0 {
				product += float64(g.beta) * float64(c[i*g.n+j])
			}
			want[i*g.n+j] = float32(product)
		}
	}
	return want
}

// at is element (i, j) of op(x).
func at(x []float32, ld int, transpose bool, i, j int) float64 {
	if transpose {
		i, j = j, i
	}
	return float64(x[i*ld+j])
}

// integers fills a matrix with integers from -4 to 4. Products of them, and
// sums of a few hundred, are exact in all precisions.
func integers(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.IntN(9) - 4)
	}
	return x
}

func TestMultiply(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range []Precision{FP32, TF32, BF16, FP16} {
		for _, g := range []gemmCase{
			{false, false, 5, 7, 3, 1, 0},
			{true, false, 5, 7, 3, 1, 0},
			{false, true, 5, 7, 3, 1, 0},
			{true, true, 5, 7, 3, 1, 0},
			{false, false, 64, 10, 100, 1, 1},
			{true, false, 100, 10, 64, -2, 0.5},
			{true, true, 1, 33, 17, 1, -1},
			{false, true, 33, 1, 1, 2, 0},
		} {
			t.Run(fmt.Sprintf("%d/%v", p, g), func(t *testing.T) { testMultiply(t, rng, p, g) })
		}
	}
}

func testMultiply(t *testing.T, rng *rand.Rand, p Precision, g gemmCase) {
	d := openAny(t)
	rowsA, colsA, rowsB, colsB := g.m, g.k, g.k, g.n
	if g.transA {
		rowsA, colsA = colsA, rowsA
	}
	if g.transB {
		rowsB, colsB = colsB, rowsB
	}
	lda, ldb := colsA+1, colsB+2
	a, b, c := integers(rng, rowsA*lda), integers(rng, rowsB*ldb), integers(rng, g.m*g.n)
	if g.beta == 0 {
		// What is not read may be anything.
		for i := range c {
			c[i] = float32(math.NaN())
		}
	}
	onDevice := upload(t, d, c)
	product := Product{
		Precision: p, M: g.m, N: g.n, K: g.k, TransA: g.transA, TransB: g.transB, LDA: lda, LDB: ldb,
		A: uploadFactor(t, d, p, a), B: uploadFactor(t, d, p, b), C: onDevice, Accumulate: g.beta == 1,
	}
	if g.alpha != 1 || g.beta != 0 && g.beta != 1 {
		product.Scales = upload(t, d, []float32{g.alpha, g.beta})
	}
	must(t, d.Multiply(product))
	got, want := download(t, d, onDevice, len(c)), g.want(a, lda, b, ldb, c)
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// TestFP32IsStrict multiplies 1 + 2^-20 by the identity. Only float32 can represent
// that number.
func TestFP32IsStrict(t *testing.T) {
	d := openAny(t)
	const n = 64
	x, identity := make([]float32, n*n), make([]float32, n*n)
	for i := range x {
		x[i] = 1 + 0x1p-20
		if i%(n+1) == 0 {
			identity[i] = 1
		}
	}
	y := upload(t, d, make([]float32, n*n))
	must(t, d.Multiply(Product{M: n, N: n, K: n, A: upload(t, d, x), B: upload(t, d, identity), C: y}))
	if got := download(t, d, y, n*n); !reflect.DeepEqual(got, x) {
		t.Errorf("1 + 2^-20 becomes %v", got)
	}
}

// TestPrecision multiplies 1 + 2^-9 and 1 + 2^-12 by 1: TF32 can represent the first
// but not the second, bfloat16 neither.
func TestPrecision(t *testing.T) {
	d, _ := open(t)
	x := []float32{1 + 0x1p-9, 1 + 0x1p-12}
	one := upload(t, d, []float32{1})
	for p, want := range map[Precision][]float32{
		FP32: x,
		TF32: {1 + 0x1p-9, 1},
		BF16: {1, 1},
	} {
		y := upload(t, d, make([]float32, 2))
		must(t, d.Multiply(Product{Precision: p, M: 2, N: 1, K: 1, A: upload(t, d, x), B: one, C: y}))
		if got := download(t, d, y, 2); !reflect.DeepEqual(got, want) {
			t.Errorf("precision %d: %v becomes %v, want %v", p, x, got, want)
		}
	}
}

// TestHandle checks what Device.handle relies on.
func TestHandle(t *testing.T) {
	field := reflect.TypeFor[cublas.Standard]().Field(0)
	if field.Name != "h" || field.Offset != 0 || field.Type.Kind() != reflect.Pointer {
		t.Errorf("the first field of cublas.Standard is %v, want the handle", field)
	}
}
