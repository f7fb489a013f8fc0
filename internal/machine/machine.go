// Package machine says what the machine has.
package machine

// Little is how many bytes may be taken without a look at the free memory.
const Little = 16 << 20
