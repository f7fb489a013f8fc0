// Package sim is a simulated CUDA device for tests on machines without a GPU.
//
// Its C++ sources build one library that stands in for libcuda, libcublas and
// libcublasLt and that runs the real sources of package kernels on the host. [Use] builds
// it, points the two environment variables of package driver at it, and returns
// the [Device] that tests inspect and break.
//
// The device is strict where a GPU is not:
//
//   - Fresh memory is NaN, and so is the dynamic shared memory of each block.
//   - A kernel that reads or writes outside an allocation, in freed memory, or
//     past the end of a shared array fails with CUDA_ERROR_ILLEGAL_ADDRESS. An
//     allocation ends where a page starts that nobody may touch; what is written
//     shortly before it shows when it is freed.
//   - A barrier that cannot open fails with CUDA_ERROR_LAUNCH_TIMEOUT: of a warp, a
//     block or, made of threads that nap until a word of memory has changed, a grid.
//   - Only a cooperative launch has all of its blocks there at the same time, and at
//     most as many as its 8 multiprocessors hold. One block after another goes on
//     until all of its threads wait.
//   - A block has 48 KiB of dynamic shared memory, and 227 KiB if the host asks.
//   - All work waits until the host waits for it, or has asked for it twice. Only
//     then are the host's buffers read and written and do a kernel's failures come
//     out. What an event comes before is not done with it.
//   - A launch waits where the queue is full, at 1024 kernels and products.
//   - Blocks and their threads run in rising order in one launch and in falling
//     order in the next, and each thread runs until it has to wait. The threads of a
//     block keep step in the one launch; in the other a warp goes on as far as it can.
//   - A call from a thread without the context fails.
//   - A kernel is found only if the loaded PTX or cubin has it too, and a cubin is taken
//     only if it is for the device.
//   - A product whose shape is new to cuBLAS, or its type, fails in a recording.
//   - A sum of products of float16 is cut, not rounded, after each 16.
//   - cuBLASLt takes only matrices that start where an allocation does or at a multiple
//     of 256 bytes from there, and only with the algorithm that it chose for their shapes.
//
// It computes on one thread of the host and has no fused multiply-add, so its
// results may differ from a GPU's by roundings. Static shared memory keeps what
// the block before left in it, and blocks that run together have it in common:
// their kernels must have none.
package sim
