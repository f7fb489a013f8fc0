//go:build race

package hostile

// slack is the factor by which a reading may exceed its memory limit. Under the race
// detector sync.Pool randomly drops what is put into it, so the standard library
// allocates its buffers repeatedly.
const slack = 2
