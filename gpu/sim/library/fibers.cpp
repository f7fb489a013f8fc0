// Blocks of threads as fibers: each thread that has to wait keeps a stack of
// its own, and a scheduler resumes it when what it waits for has come.

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "block.h"

namespace sim {

Thread *thread;
Dim block_index, block_size, grid_size;
void *dynamic_shared;

namespace {

struct Fiber {
	jmp_buf resume;
	bool started = false;
	char *stack;

	Fiber() {
		stack = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		mprotect(stack, 4096, PROT_NONE);  // a guard, for stacks grow down
	}
	~Fiber() { munmap(stack, size); }

	static constexpr size_t size = 128 << 10;
};

struct Slot {
	Thread self;
	bool at_block;     // it waits for the block
	unsigned mask;     // the lanes for which it waits in its warp
	unsigned present;  // the lanes with which it last left its warp's barrier
	Fiber *fiber;
	uint64_t traded[2];
};

// A Warp is 32 threads. Its sets have a bit for each lane; lanes past the end of
// the block have returned.
struct Warp {
	Slot *first;
	unsigned waiting;
	unsigned returned;
};

std::vector<std::unique_ptr<Fiber>> all_fibers;
std::vector<Fiber *> idle_fibers;
std::vector<Slot> slots;  // by rank
std::vector<Warp> warps;
std::deque<unsigned> ready;
const std::function<void()> *body;
unsigned unstarted;  // threads that have not started
bool falling;        // they start from the last rank to the first
unsigned alive;      // threads that have not returned
unsigned at_block;   // threads that wait for the block
Fiber *running;
jmp_buf scheduler;

Warp &warp_of(const Thread &t) { return warps[t.rank / 32]; }

void release(Slot &slot) { ready.push_back(slot.self.rank); }

// open_warp releases the lanes that wait for each other by this mask, if all of
// it have come or have returned.
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
	for (unsigned lane = 0; lane < 32; lane++)
		if (present >> lane & 1) {
			warp.first[lane].present = present;
			release(warp.first[lane]);
		}
}

// open_block releases the threads that wait for the block, if all have come or
// have returned.
void open_block() {
	if (at_block < alive)
		return;
	at_block = 0;
	for (Slot &slot : slots)
		if (slot.at_block) {
			slot.at_block = false;
			release(slot);
		}
}

// end_thread notes that the running thread has returned.
void end_thread() {
	Warp &warp = warp_of(*thread);
	warp.returned |= 1u << lane();
	for (unsigned waiting = warp.waiting; waiting; waiting &= waiting - 1)
		open_warp(warp, warp.first[__builtin_ctz(waiting)].mask);
	alive--;
	open_block();
}

// suspend goes to the scheduler until this fiber is resumed.
void suspend() {
	if (_setjmp(running->resume) == 0)
		_longjmp(scheduler, 1);
}

// run_threads is what a fiber does: it runs threads from start to end, the next
// one as soon as one returns, and thus leaves a thread only when that waits.
void run_threads() {
	for (;;) {
		while (unstarted > 0) {
			unstarted--;
			thread = &slots[falling ? unstarted : slots.size() - 1 - unstarted].self;
			(*body)();
			end_thread();
			if (!ready.empty())
				break;
		}
		idle_fibers.push_back(running);
		suspend();
	}
}

void resume(Fiber *fiber) {
	running = fiber;
	if (fiber->started)
		_longjmp(fiber->resume, 1);
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

void start_block() {
	slots.assign((size_t)block_size.x * block_size.y * block_size.z, Slot());
	unsigned rank = 0;
	for (unsigned z = 0; z < block_size.z; z++)
		for (unsigned y = 0; y < block_size.y; y++)
			for (unsigned x = 0; x < block_size.x; x++, rank++)
				slots[rank].self = {{x, y, z}, rank, 0};
	warps.clear();
	for (size_t first = 0; first < slots.size(); first += 32) {
		const size_t lanes = std::min(slots.size() - first, (size_t)32);
		warps.push_back({&slots[first], 0, lanes < 32 ? ~0u << lanes : 0});
	}
	ready.clear();
	at_block = 0;
	unstarted = alive = slots.size();
}

}  // namespace

bool run_block(const std::function<void()> &thread_body, bool falling_ranks) {
	body = &thread_body;
	falling = falling_ranks;
	start_block();
	_setjmp(scheduler);
	if (!ready.empty()) {
		Fiber *fiber = slots[ready.front()].fiber;
		ready.pop_front();
		resume(fiber);
	}
	if (unstarted > 0)
		resume(idle_fiber());
	if (alive > 0)
		abandon_block();
	return alive == 0;
}

void abandon_block() {
	idle_fibers.clear();
	all_fibers.clear();
}

void wait_block() {
	Slot &slot = slots[thread->rank];
	slot.fiber = running;
	slot.at_block = true;
	at_block++;
	open_block();
	suspend();
	thread = &slot.self;
}

void wait_warp(unsigned mask) {
	Slot &slot = slots[thread->rank];
	slot.fiber = running;
	slot.mask = mask;
	Warp &warp = warp_of(slot.self);
	warp.waiting |= 1u << lane();
	open_warp(warp, mask);
	suspend();
	thread = &slot.self;
}

uint64_t trade(unsigned mask, uint64_t value, unsigned from) {
	// Two places take turns: who is first to the next trade leaves this value.
	const unsigned turn = thread->turn ^= 1;
	slots[thread->rank].traded[turn] = value;
	wait_warp(mask);
	const bool there = slots[thread->rank].present >> from & 1;
	return there ? warp_of(*thread).first[from].traded[turn] : ~(uint64_t)0;
}

}  // namespace sim
