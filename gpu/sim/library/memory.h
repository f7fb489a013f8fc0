// Device memory: each allocation lies between pages that nobody may touch, so
// that a kernel which leaves its memory faults as it does on a GPU.

#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stddef.h>

namespace sim {

// fence_alloc returns n bytes, all bits set, which end where a forbidden page
// starts. It returns null if the host has no more.
void *fence_alloc(size_t n);

// fence_free makes the memory forbidden too, until forget_freed. It returns
// false if something was written shortly before p.
bool fence_free(void *p, size_t n);

// forget_freed gives back the addresses of all that is freed.
void forget_freed();

}  // namespace sim

#endif
