// A block of threads, as its threads and as those that run it see it.

#ifndef SIM_BLOCK_H
#define SIM_BLOCK_H

#include <stdint.h>

#include <functional>

namespace sim {

struct Dim {
	unsigned x = 1, y = 1, z = 1;
};

// What a running thread knows of itself.
struct Thread {
	Dim index;
	unsigned rank;  // its number in the block
	unsigned turn;  // how many values it has traded, modulo 2
};

// The running thread, the block it is in, and the block's dynamic shared memory.
extern Thread *thread;
extern Dim block_index, block_size, grid_size;
extern void *dynamic_shared;

// lane is the running thread's number in its warp.
inline unsigned lane() { return thread->rank % 32; }

// wait_block returns when all threads of the block wait there or have returned.
void wait_block();

// wait_warp returns when all lanes of mask wait there or have returned.
void wait_warp(unsigned mask);

// trade gives value to the warp and returns that of lane `from`, or all bits
// set if that lane is not in mask or has returned.
uint64_t trade(unsigned mask, uint64_t value, unsigned from);

// run_block runs body once for each thread of a block of block_size, starting
// them in rising or in falling order. It returns false if the threads wait for
// each other in a way that cannot end.
bool run_block(const std::function<void()> &body, bool falling);

// abandon_block forgets the block that was left by a jump out of it.
void abandon_block();

}  // namespace sim

#endif
