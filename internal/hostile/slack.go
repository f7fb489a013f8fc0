//go:build !race

package hostile

// slack is the factor by which a reading may exceed its memory limit.
const slack = 1
