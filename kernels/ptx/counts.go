package ptx

// Counts are what launches have done.
type Counts struct{}

func (c *Counts) add(l *launch) {}

func (c *Counts) request(w *warp, in *instruction, address *[warpSize]uint64, active []uint8, elements int) {
}
