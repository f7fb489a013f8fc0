// Package ptx runs PTX kernels in Go, for tests: the text that a driver would compile is
// executed as it is, without a GPU or any tool of CUDA.
//
// A Module is parsed text, a Kernel a linked kernel, a Device has memory and launches
// kernels. A launch fails if a kernel
//
//   - reads or writes outside a buffer, off its alignment, in freed memory, or in one
//     that is constant; or reads a byte that nothing has set;
//   - has a data race: two accesses to a cell by two threads, one of them a write and one
//     of them weak, that barriers, fences and atomics do not order (clock.go, race.go);
//   - parts the threads of a warp at an instruction that all have to execute, waits for
//     threads that have ended, or takes a value from a lane that does not take part;
//   - runs more instructions than it may.
//
// Threads of a warp have their own program counters. A Schedule chooses one of the legal
// orders of lanes, warps and blocks. A volatile load may return an old value, as long as
// the thread cannot know of a newer one. A Variant chooses between the results that a
// compiler or the hardware may give: fused or separate roundings, either end of the
// error of ex2.approx.
//
// What is not modelled: registers and caches as hardware has them, so neither spills nor
// time; what ptxas does besides joining products and sums, and that it might join other
// ones; instructions, types and modifiers that kernels.ptx does not have, which are
// errors; fences weaker than membar.gl, which is sequentially consistent; scopes, since
// there is one device; partial barriers and exchanges in parts of a warp; calls within
// called functions; weak reads of racing writes, since a race is an error; coherence of
// volatile reads by different threads that are ordered; the payload of NaN. Two accesses
// of one warp are ordered by bar.warp.sync only if all its threads take part.
package ptx
