//go:build race

package hostile

// slack is how many times its limit a reading may take. Under the race detector
// sync.Pool forgets at random what it is given, so that the buffers of the
// standard library are allocated again and again.
const slack = 2
