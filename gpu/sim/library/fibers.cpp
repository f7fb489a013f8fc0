// Blocks of threads as fibers: each thread that has to wait keeps a stack of its own,
// and a scheduler resumes it when what it waits for has happened. Blocks that run
// together take turns, each until all of its threads wait. The compiler's own setjmp
// saves little, so functions that switch fibers are opaque to the compiler (noipa).

#include <ucontext.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "block.h"
#include "fiber.h"
#include "races.h"

namespace sim {

Thread *thread;
Place place;
Dim block_size, grid_size;

namespace {

struct Slot {
	Thread self;
	bool at_block;     // it waits for the block
	unsigned mask;     // the lanes for which it waits in its warp
	bool orders;       // whether that orders what they do
	unsigned present;  // the lanes with which it last left its warp's barrier
	Fiber *fiber;
	uint64_t traded[2];
};

// A Warp is 32 threads. Its sets have a bit for each lane; lanes past the end of the
// block count as returned.
struct Warp {
	Slot *first;
	unsigned waiting;
	unsigned returned;
};

struct Block {
	Place place;
	std::vector<Slot> slots;  // by rank
	std::vector<Warp> warps;
	std::deque<unsigned> ready;
	std::vector<unsigned> napping;
	unsigned unstarted;  // threads that have not started
	unsigned alive;      // threads that have not returned
	unsigned at_block;   // threads that wait for the block
};

// most_naps is the largest number of naps in a row, with nothing else between them.
// After that nothing else will happen.
const size_t most_naps = 1 << 20;

std::vector<std::unique_ptr<Fiber>> all_fibers;
std::vector<Fiber *> idle_fibers;
std::vector<Block> blocks;
Block *block;  // of the running thread
const std::function<void()> *body;
bool falling;  // the last thread that can run goes next, not the first
size_t naps;   // in a row
Fiber *running;
void *scheduler[5];

Warp &warp_of(const Thread &t) { return block->warps[t.rank / 32]; }

// release lets a thread run, and adds it to those that have met.
void release(const Slot &slot, std::vector<unsigned> &met) {
	block->ready.push_back(slot.self.rank);
	if (watching)
		met.push_back(slot.self.rank);
}

// open_warp releases the lanes that wait with this mask, if all lanes of the mask have
// arrived or returned.
void open_warp(Warp &warp, unsigned mask) {
	if (mask & ~warp.returned & ~warp.waiting)
		return;
	unsigned present = 0;
	for (unsigned lane = 0; lane < 32; lane++)
		if (warp.waiting >> lane & 1 && warp.first[lane].mask == mask)
			present |= 1u << lane;
	if (mask & ~warp.returned & ~present)
		return;
	warp.waiting &= ~present;
	std::vector<unsigned> met;
	for (unsigned lane = 0; lane < 32; lane++)
		if (present >> lane & 1) {
			warp.first[lane].present = present;
			release(warp.first[lane], met);
		}
	if (watching && warp.first[__builtin_ctz(present)].orders)
		meet(met);
}

// open_block releases the threads that wait for the block, if all threads have arrived
// or returned.
void open_block() {
	if (block->at_block < block->alive)
		return;
	block->at_block = 0;
	std::vector<unsigned> met;
	for (Slot &slot : block->slots)
		if (slot.at_block) {
			slot.at_block = false;
			release(slot, met);
		}
	if (watching && !met.empty())
		meet(met);
}

// end_thread notes that the running thread has returned.
void end_thread() {
	Warp &warp = warp_of(*thread);
	warp.returned |= 1u << lane();
	for (unsigned waiting = warp.waiting; waiting; waiting &= waiting - 1)
		open_warp(warp, warp.first[__builtin_ctz(waiting)].mask);
	block->alive--;
	open_block();
	naps = 0;
}

[[gnu::noipa]] void schedule() { __builtin_longjmp(scheduler, 1); }

// suspend goes to the scheduler until this fiber is resumed.
[[gnu::noipa]] void suspend() {
	if (__builtin_setjmp(running->resume) == 0)
		schedule();
}

Slot &own() { return block->slots[thread->rank]; }

// yield suspends the running thread.
void yield() {
	Slot &slot = own();
	slot.fiber = running;
	suspend();
	thread = &slot.self;
}

// offer makes value available to the lanes of mask and returns its turn. Two places
// take turns, so the first lane to trade again does not overwrite it.
unsigned offer(unsigned mask, uint64_t value) {
	const unsigned turn = thread->turn ^= 1;
	own().traded[turn] = value;
	wait_warp(mask, false);
	return turn;
}

// run_threads is what a fiber does: it runs threads from start to end, one after
// another, and thus leaves a thread only when that thread waits.
void run_threads() {
	for (;;) {
		while (block->unstarted > 0) {
			const unsigned left = --block->unstarted;
			thread = &block->slots[falling ? left : block->slots.size() - 1 - left].self;
			(*body)();
			end_thread();
			if (!block->ready.empty())
				break;
		}
		idle_fibers.push_back(running);
		suspend();
	}
}

[[gnu::noipa]] void resume(Fiber *fiber) {
	running = fiber;
	if (fiber->started)
		__builtin_longjmp(fiber->resume, 1);
	fiber->started = true;
	ucontext_t context;
	getcontext(&context);
	context.uc_stack.ss_sp = fiber->stack;
	context.uc_stack.ss_size = Fiber::size;
	makecontext(&context, run_threads, 0);
	setcontext(&context);
}

Fiber *idle_fiber() {
	if (idle_fibers.empty()) {
		all_fibers.push_back(std::make_unique<Fiber>());
		return all_fibers.back().get();
	}
	Fiber *fiber = idle_fibers.back();
	idle_fibers.pop_back();
	return fiber;
}

// enter makes b the running block and wakes the threads that nap in it.
void enter(Block &b) {
	block = &b;
	place = b.place;
	b.ready.insert(b.ready.end(), b.napping.begin(), b.napping.end());
	b.napping.clear();
}

// next_fiber returns the fiber to resume: one of the running block, or else of the next
// block with a thread that can run. It returns null if there is none.
Fiber *next_fiber() {
	if (naps > most_naps)
		return nullptr;
	for (size_t tried = 0; tried <= blocks.size(); tried++) {
		if (auto &ready = block->ready; !ready.empty()) {
			const unsigned rank = falling ? ready.back() : ready.front();
			falling ? ready.pop_back() : ready.pop_front();
			return block->slots[rank].fiber;
		}
		if (block->unstarted > 0)
			return idle_fiber();
		enter(block == &blocks.back() ? blocks.front() : block[1]);
	}
	return nullptr;
}

void start_block(Block &b, const Place &place) {
	b.place = place;
	b.slots.assign((size_t)block_size.x * block_size.y * block_size.z, Slot());
	unsigned rank = 0;
	for (unsigned z = 0; z < block_size.z; z++)
		for (unsigned y = 0; y < block_size.y; y++)
			for (unsigned x = 0; x < block_size.x; x++, rank++)
				b.slots[rank].self = {{x, y, z}, rank, 0};
	b.warps.clear();
	for (size_t first = 0; first < b.slots.size(); first += 32) {
		const size_t lanes = std::min(b.slots.size() - first, (size_t)32);
		b.warps.push_back({&b.slots[first], 0, lanes < 32 ? ~0u << lanes : 0});
	}
	b.ready.clear();
	b.napping.clear();
	b.at_block = 0;
	b.unstarted = b.alive = b.slots.size();
}

}  // namespace

bool run_blocks(const std::vector<Place> &places, const std::function<void()> &thread_body, bool falling_ranks) {
	body = &thread_body;
	falling = falling_ranks;
	naps = 0;
	blocks.resize(places.size());
	for (size_t i = 0; i < places.size(); i++)
		start_block(blocks[i], places[i]);
	enter(blocks.front());
	__builtin_setjmp(scheduler);
	if (Fiber *fiber = next_fiber())
		resume(fiber);
	const bool done = std::all_of(blocks.begin(), blocks.end(), [](const Block &b) { return b.alive == 0; });
	if (!done)
		abandon_blocks();
	return done;
}

void abandon_blocks() {
	idle_fibers.clear();
	all_fibers.clear();
}

void wait_block() {
	own().at_block = true;
	block->at_block++;
	open_block();
	naps = 0;
	yield();
}

void wait_warp(unsigned mask, bool orders) {
	own().mask = mask;
	own().orders = orders;
	Warp &warp = warp_of(*thread);
	warp.waiting |= 1u << lane();
	open_warp(warp, mask);
	naps = 0;
	yield();
}

void nap() {
	block->napping.push_back(thread->rank);
	naps++;
	yield();
}

uint64_t trade(unsigned mask, uint64_t value, unsigned from) {
	const unsigned turn = offer(mask, value);
	const bool there = own().present >> from & 1;
	return there ? warp_of(*thread).first[from].traded[turn] : ~(uint64_t)0;
}

bool any(unsigned mask, bool predicate) {
	const unsigned turn = offer(mask, predicate);
	uint64_t found = 0;
	for (unsigned present = own().present; present; present &= present - 1)
		found |= warp_of(*thread).first[__builtin_ctz(present)].traded[turn];
	return found != 0;
}

}  // namespace sim
