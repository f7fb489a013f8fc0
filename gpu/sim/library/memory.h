// Device memory: each allocation is between pages that must not be accessed, so that a
// kernel that leaves its memory faults as it does on a GPU.

#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

namespace sim {

// The host and the device have different addresses for all memory, which differ in this
// bit. Neither can access what it was given by mistake: no processor has such addresses.
const uint64_t other_side = (uint64_t)1 << 55;

// to_device returns the device's address of memory that the host has at p, and to_host
// the reverse. A null pointer stays null.
inline uint64_t to_device(void *p) { return p ? (uint64_t)p ^ other_side : 0; }

template <typename T>
T *to_host(T *p) {
	return p ? (T *)((uint64_t)p ^ other_side) : nullptr;
}

// fence_alloc returns n bytes, all bits set, which start at a multiple of alignment and
// end at a forbidden page, or as close to it as the alignment allows. It returns null if
// the host has no more memory.
void *fence_alloc(size_t n, size_t alignment);

// fence_free makes the memory forbidden too, until forget_freed. It returns false if
// something was written shortly before p, or between the end and the forbidden page.
bool fence_free(void *p, size_t n);

// forget_freed gives back the addresses of all freed memory.
void forget_freed();

}  // namespace sim

#endif
