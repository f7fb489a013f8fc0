// Device memory: each allocation is between pages that must not be accessed, so that a
// kernel that leaves its memory faults as it does on a GPU.

#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

namespace sim {

// fence_alloc returns n bytes, all bits set, which end at a forbidden page. It returns
// null if the host has no more memory.
void *fence_alloc(size_t n);

// fence_free makes the memory forbidden too, until forget_freed. It returns false if
// something was written shortly before p.
bool fence_free(void *p, size_t n);

// forget_freed gives back the addresses of all freed memory.
void forget_freed();

}  // namespace sim

#endif
