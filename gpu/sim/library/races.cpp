// Vector clocks. Each thread of the grid counts its own time, and knows of each other
// thread up to which time all that it did is ordered before what this thread does next.

#include "races.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

#include <algorithm>
#include <map>
#include <memory>

#include "block.h"
#include "memory.h"
#include "world.h"

namespace sim {

bool watching;

namespace {

using Times = std::vector<uint32_t>;           // by thread of the grid
using Snapshot = std::shared_ptr<const Times>;  // null for the start, before all times

// A Past is what is ordered before a thread, of others and of its own.
struct Past {
	Snapshot others;
	uint32_t own = 0;
};

struct Knowledge {
	Past past = {nullptr, 1};  // own is the present time
	Past released;             // what the last fence found
	Snapshot acquired;         // what atomic accesses have read, for the next fence
};

const uint32_t nobody = ~0u;

struct Moment {
	uint32_t thread = 0, time = 0;  // time 0 is none
};

// A Cell is what has happened to some bytes: the last write, and the reads since, one or
// the last ones of all threads.
struct Cell {
	Moment write, read;
	std::unique_ptr<Times> reads;
	bool atomic = false;  // it is in `atomics`
};

// An Atomic is the last atomic accesses, and what they have published.
struct Atomic {
	Times reads, writes;
	Snapshot published;
	uint32_t writer;  // the thread of the very last one, if that wrote
};

// A Region is memory with a cell for every `grain` bytes.
struct Region {
	size_t size;
	bool shared;
	size_t grain = 4;
	std::vector<Cell> cells = {};  // none before the first access
};

std::vector<Knowledge> threads;
std::map<char *, Region> regions;  // by their first byte
std::map<Cell *, Atomic> atomics;
bool found;

uint32_t id_of(unsigned rank) {
	const Dim &at = place.index, &grid = grid_size, &size = block_size;
	return ((at.z * grid.y + at.y) * grid.x + at.x) * (size.x * size.y * size.z) + rank;
}

// join raises the times of `to` to those of `from`.
void join(Times &to, const Snapshot &from) {
	if (from)
		std::transform(to.begin(), to.end(), from->begin(), to.begin(), [](uint32_t a, uint32_t b) { return std::max(a, b); });
}

// joined returns the later times of both.
Snapshot joined(const Snapshot &a, const Snapshot &b) {
	if (a == b || !b)
		return a;
	if (!a)
		return b;
	const auto times = std::make_shared<Times>(*a);
	join(*times, b);
	return times;
}

// merged returns what is in the pasts of any of these threads.
Snapshot merged(const std::vector<unsigned> &ids, Past Knowledge::*member) {
	const auto times = std::make_shared<Times>(threads.size());
	const Times *last = nullptr;
	for (const unsigned id : ids) {
		const Past &past = threads[id].*member;
		if (past.others.get() != last)
			join(*times, past.others);
		last = past.others.get();
	}
	for (const unsigned id : ids)
		(*times)[id] = std::max((*times)[id], (threads[id].*member).own);
	return times;
}

// before reports whether that moment of a thread is ordered before the present one of
// thread `me`.
bool before(uint32_t thread, uint32_t time, uint32_t me) {
	const Snapshot &known = threads[me].past.others;
	return time == 0 || thread == me || (known && (*known)[thread] >= time);
}

// An Access is one of the running thread.
struct Access {
	uint32_t me;
	bool writes, atomic;
	size_t size;
	const void *code;  // the address of the instruction after it

	// check compares it with one by another thread.
	void check(const Moment &other, const char *what) const {
		if (before(other.thread, other.time, me) || found)
			return;
		found = true;
		Dl_info file = {};
		dladdr(code, &file);
		const uint32_t n = block_size.x * block_size.y * block_size.z;
		fprintf(stderr, "simulated device: block %u, thread %u %s %zu bytes that block %u, thread %u %s: addr2line -e %s %#tx\n",
		        me / n, me % n, writes ? "writes" : "reads", size, other.thread / n, other.thread % n, what, file.dli_fname,
		        (const char *)code - (const char *)file.dli_fbase);
	}

	void check(const Times &times, const char *what) const {
		for (uint32_t id = 0; id < times.size(); id++)
			check(Moment{id, times[id]}, what);
	}

	// visit compares it with all others of a cell and adds it to them. All accesses to
	// the same bytes have one order, so whoever wrote last atomically may go on.
	void visit(Cell &c) const {
		check(c.write, "wrote");
		if (writes && c.reads)
			check(*c.reads, "read");
		else if (writes)
			check(c.read, "read");
		if (atomic)
			return visit_atomic(c);
		if (c.atomic && atomics[&c].writer != me) {
			check(atomics[&c].writes, "wrote atomically");
			if (writes)
				check(atomics[&c].reads, "read atomically");
		}
		const uint32_t now = threads[me].past.own;
		if (writes)
			c = Cell{{me, now}, {}, nullptr, false};
		else if (c.reads)
			(*c.reads)[me] = now;
		else if (before(c.read.thread, c.read.time, me))
			c.read = {me, now};
		else {
			c.reads = std::make_unique<Times>(threads.size());
			(*c.reads)[c.read.thread] = c.read.time;
			(*c.reads)[me] = now;
		}
	}

	void visit_atomic(Cell &c) const {
		Knowledge &mine = threads[me];
		if (!c.atomic)
			atomics[&c] = {Times(threads.size()), Times(threads.size()), nullptr, nobody};
		c.atomic = true;
		Atomic &a = atomics[&c];
		(writes ? a.writes : a.reads)[me] = mine.past.own;
		a.writer = writes ? me : nobody;
		mine.acquired = joined(mine.acquired, a.published);
		if (writes)
			a.published = joined(a.published, merged({me}, &Knowledge::released));
	}

	void run(char *p) const {
		auto it = regions.upper_bound(p);
		if (it == regions.begin() || p >= (--it)->first + it->second.size)
			return;
		Region &r = it->second;
		if (size % r.grain != 0) {
			r.grain = 1;
			r.cells.clear();
		}
		if (r.cells.empty())
			r.cells.resize(r.size / r.grain + size);
		const size_t first = (p - it->first) / r.grain;
		for (size_t i = 0; i < std::max(size / r.grain, (size_t)1); i++)
			visit(r.cells[first + i]);
	}
};

}  // namespace

void watch(bool on, size_t n) {
	watching = on;
	found = false;
	atomics.clear();
	regions.clear();
	threads.clear();
	if (!on)
		return;
	threads.resize(n);
	for (const auto &[address, size] : world.memory)
		regions[to_host((char *)address)] = {size, false};
}

void watch_shared(void *p, size_t size) {
	if (watching)
		regions[(char *)p] = {size, true};
}

void forget_shared() {
	for (auto &[start, region] : regions)
		if (region.shared)
			region.cells.clear();
}

bool raced() { return found; }

void meet(const std::vector<unsigned> &ranks) {
	std::vector<unsigned> ids;
	for (const unsigned rank : ranks)
		ids.push_back(id_of(rank));
	Snapshot acquired;
	for (const unsigned id : ids)
		acquired = joined(acquired, threads[id].acquired);
	const Snapshot past = merged(ids, &Knowledge::past), released = merged(ids, &Knowledge::released);
	for (const unsigned id : ids)
		threads[id] = {{past, threads[id].past.own + 1}, {released, (*released)[id]}, acquired};
}

void fence() {
	if (!watching)
		return;
	Knowledge &mine = threads[id_of(thread->rank)];
	mine.past.others = joined(mine.past.others, mine.acquired);
	mine.acquired = nullptr;
	mine.released = mine.past;
	mine.past.own++;
}

void touch(void *p, size_t size, bool writes) {
	if (watching)
		Access{id_of(thread->rank), writes, true, size, __builtin_return_address(0)}.run((char *)p);
}

}  // namespace sim

// The compiler calls these before each access of a kernel that is to report them.

#define REPORT(size, writes)  \
	if (sim::watching)        \
		sim::Access{sim::id_of(sim::thread->rank), writes, false, size, __builtin_return_address(0)}.run(p)
#define HOOKS(size)                                                    \
	extern "C" void __tsan_read##size(char *p) { REPORT(size, false); } \
	extern "C" void __tsan_write##size(char *p) { REPORT(size, true); }

HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

extern "C" void __tsan_read_range(char *p, size_t size) { REPORT(size, false); }
extern "C" void __tsan_write_range(char *p, size_t size) { REPORT(size, true); }
extern "C" void __tsan_volatile_read4(char *p) { sim::touch(p, 4, false); }
extern "C" void __tsan_func_entry(void *) {}
extern "C" void __tsan_func_exit() {}
extern "C" void __tsan_init() {}
