package kernel

import "golang.org/x/sys/cpu"

// avx2 is the set for processors with AVX2 and FMA: those since 2013 (Intel) and 2015
// (AMD).
var avx2 = &Set{
	Name:         "avx2",
	fetch:        fetchAVX2,
	listPair:     listPairAVX2,
	transpose:    transposeBytesAVX2,
	sparse:       []sparseFunc{sparse1AVX2, sparse2AVX2},
	panels:       2,
	denseForward: denseForwardAVX2,
	denseMasked:  denseMaskedAVX2,
	denseAdd:     denseAddAVX2,
	columns:      4,
	momentum:     momentumAVX2,
	adam:         adamAVX2,
}

// avx512 is the set for processors with those instructions of AVX-512 that Intel's
// servers have had since 2017 and all of AMD's processors since 2022 (Zen 4).
var avx512 = &Set{
	Name:         "avx512",
	fetch:        fetchAVX512,
	listPair:     listPairAVX512,
	transpose:    transposeBytesAVX512,
	sparse:       []sparseFunc{sparse1AVX512, sparse2AVX512, sparse3AVX512, sparse4AVX512},
	panels:       4,
	denseForward: denseForwardAVX512,
	denseMasked:  denseMaskedAVX512,
	denseAdd:     denseAddAVX512,
	columns:      16,
	momentum:     momentumAVX512,
	adam:         adamAVX512,
}

// native returns the sets that the processor can run and whose registers the operating
// system saves, the fastest first.
func native() (sets []*Set) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasPOPCNT {
		sets = append(sets, avx512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasPOPCNT {
		sets = append(sets, avx2)
	}
	return sets
}
