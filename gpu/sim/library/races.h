// Finds races: accesses of two threads to the same memory, at least one of them a write,
// which nothing orders.

#ifndef SIM_RACES_H
#define SIM_RACES_H

#include <stddef.h>

#include <vector>

namespace sim {

// watching is whether the running kernel reports its accesses.
extern bool watching;

// most_watched is the number of threads that a launch may have: what is known of them
// takes memory that grows with its square.
const size_t most_watched = 1 << 14;

// watch begins or ends watching a launch of that many threads, which may use the
// device's memory.
void watch(bool on, size_t threads);

// watch_shared adds shared memory.
void watch_shared(void *p, size_t size);

// forget_shared starts with blocks that have shared memory of their own.
void forget_shared();

// raced reports whether the launch has had a race. The first one is on stderr.
bool raced();

// meet orders what these threads of the running block did before what they do next. So
// do barriers of the block or of a warp, but not shuffles and votes.
void meet(const std::vector<unsigned> &ranks);

// fence lets the running thread's next atomic accesses publish all that is ordered
// before it now, and orders it after what others have published by those that it has
// made.
void fence();

// touch is an atomic access of the running thread, a read or a read and a write. A
// volatile read is one too.
void touch(void *p, size_t size, bool writes);

}  // namespace sim

#endif
