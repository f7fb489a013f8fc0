package kernel

import "golang.org/x/sys/cpu"

// avx2 is the set for processors with AVX2 and FMA, which are those since 2013
// (Intel) and 2015 (AMD).
var avx2 = &Set{
	Name:          "avx2",
	listBytes:     listBytes,
	sparseForward: [2]sparseForwardFunc{sparseForward16, sparseForward32},
	sparseAdd:     [2]sparseAddFunc{sparseAdd16, sparseAdd32},
	denseForward:  denseForward,
	denseMasked:   denseMasked,
	denseAdd:      denseAdd,
}

func native() []*Set {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		return []*Set{avx2}
	}
	return nil
}
