// A place to run a thread of a block, with a stack.

#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include <stddef.h>
#include <sys/mman.h>

namespace sim {

struct Fiber {
	void *resume[5];
	bool started = false;
	char *stack;

	Fiber() {
		stack = (char *)mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		mprotect(stack, 4096, PROT_NONE);  // a guard, for stacks grow down
	}
	~Fiber() { munmap(stack, size); }

	static constexpr size_t size = 128 << 10;
};

}  // namespace sim

#endif
