// Package sim is a simulated CUDA device for tests on machines without a GPU.
//
// Its C++ sources build one library that stands in for libcuda, libcublas and
// libcublasLt and that runs the real sources of package kernels on the host. [Use] builds
// it, points the two environment variables of package driver at it, and returns
// the [Device] that tests inspect and break.
//
// The device is strict where a GPU is not:
//
//   - Fresh memory is NaN, and so is the shared memory of each block.
//   - Host and device have different addresses for the same memory. What is given to the
//     wrong side faults there.
//   - A kernel that reads or writes outside an allocation, in freed memory, or
//     past the end of a shared array fails with CUDA_ERROR_ILLEGAL_ADDRESS. An
//     allocation ends at a page that must not be accessed; a write shortly before its
//     start is found when it is freed.
//   - A barrier that cannot open fails with CUDA_ERROR_LAUNCH_TIMEOUT: that of a warp, of
//     a block, or of a grid, made of threads that nap until a word of memory has changed.
//   - Only a cooperative launch has all of its blocks on the device at the same time, at
//     most as many as its 8 multiprocessors hold. They take turns: each block runs until
//     all of its threads wait.
//   - A block has at most 48 KiB of dynamic shared memory, or 227 KiB if the host asks.
//   - All work is put off until the host waits for it, or has asked for it twice. Only
//     then are the host's buffers read and written, and kernels' failures reported.
//     Waiting for an event does not do the work after the event.
//   - A launch waits if the queue is full, at 1024 kernels and products.
//   - Blocks and their threads run in rising order in one launch and in falling
//     order in the next, and each thread runs until it has to wait. In rising order the
//     threads of a block keep step; in falling order a warp runs as far as it can.
//   - A call from a thread without the context fails.
//   - A kernel is found only if the loaded PTX or cubin has it too, and a cubin is
//     accepted only if it is for the device.
//   - A kernel is loaded when it is first used, which must not be in a recording.
//   - A product fails in a recording if its shape, its type or the alignment of one of
//     its operands is new to cuBLAS, or if cuBLAS has no workspace from the host.
//   - A cuBLAS handle keeps its math mode, its pointer mode, and its workspace until it
//     gets another stream.
//   - A sum of products of float16 is truncated, not rounded, after every 16.
//   - cuBLASLt accepts only matrices that start at a multiple of 256 bytes from the start
//     of an allocation, and only the algorithm that it chose for their shapes.
//
// After [Device.Watch] it is strict about the order of accesses too. Then kernels run
// that are compiled to report each access, and a launch fails if two threads access the
// same bytes, one of them writes, and nothing orders the two:
//
//   - Barriers of a block and of a warp order what their threads do. Shuffles and votes
//     do not, nor does the order in which the device happens to run the threads.
//   - Threads of different blocks are ordered only by a fence, an atomic access that
//     another thread's atomic access reads, and a fence of that thread. A volatile read
//     is atomic.
//   - A vector must start at a multiple of its size. Allocations start at multiples of
//     256 bytes for that, and so do not always end at a forbidden page.
//
// It computes on one thread of the host and has no fused multiply-add, so its results
// may differ from a GPU's by rounding. Blocks that run together share their static shared
// memory, so kernels for cooperative launches must have none.
package sim
