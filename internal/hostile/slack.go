//go:build !race

package hostile

// slack is how many times its limit a reading may take.
const slack = 1
