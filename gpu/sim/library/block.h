// A block of threads, as seen by its threads and by the code that runs them.

#ifndef SIM_BLOCK_H
#define SIM_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <vector>

namespace sim {

struct Dim {
	unsigned x = 1, y = 1, z = 1;
};

// What a running thread knows about itself.
struct Thread {
	Dim index;
	unsigned rank;  // its number in the block
	unsigned turn;  // how many values it has traded, modulo 2
};

// A Place is where a block stands in its grid, and its dynamic shared memory.
struct Place {
	Dim index;
	void *shared;
};

// The running thread, the place of its block, and the sizes of block and grid.
extern Thread *thread;
extern Place place;
extern Dim block_size, grid_size;

// lane is the running thread's number in its warp.
inline unsigned lane() { return thread->rank % 32; }

// wait_block returns when all threads of the block wait there or have returned.
void wait_block();

// wait_warp returns when all lanes of mask wait there or have returned. If orders is
// true, what they did before is then ordered before what they do next.
void wait_warp(unsigned mask, bool orders);

// nap lets all other threads run that can, in all blocks that run together.
void nap();

// trade gives value to the warp and returns that of lane `from`, or all bits
// set if that lane is not in mask or has returned.
uint64_t trade(unsigned mask, uint64_t value, unsigned from);

// any reports whether a lane of mask that has not returned has a true predicate.
bool any(unsigned mask, bool predicate);

// run_blocks runs body once for each thread of blocks of block_size that run together,
// starting them in rising or in falling order. It returns false if the threads wait for
// each other for ever.
bool run_blocks(const std::vector<Place> &places, const std::function<void()> &body, bool falling);

// abandon_blocks discards the blocks after a jump out of them.
void abandon_blocks();

}  // namespace sim

#endif
