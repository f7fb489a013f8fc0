#include "memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace sim {

namespace {

struct Range {
	char *start;
	size_t size;
};

std::vector<Range> freed;

const size_t page = sysconf(_SC_PAGESIZE);

size_t whole_pages(size_t n) { return (n + page - 1) / page * page; }

const size_t chunk = 4 << 20;

// ones returns a file of one chunk with all bits set. Mapping it is much faster than
// setting the bits.
int ones() {
	static const int file = [] {
		const int file = memfd_create("ones", MFD_CLOEXEC);
		const std::vector<char> bytes(chunk, (char)0xff);
		if (file >= 0 && write(file, bytes.data(), chunk) != (ssize_t)chunk)
			abort();
		return file;
	}();
	return file;
}

}  // namespace

void *fence_alloc(size_t n, size_t alignment) {
	const size_t size = whole_pages(n);
	void *start = mmap(nullptr, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		return nullptr;
	char *first = (char *)start + page;
	for (size_t i = 0; i < size; i += chunk)
		if (mmap(first + i, std::min(chunk, size - i), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, ones(), 0) == MAP_FAILED)
			return nullptr;
	return first + (size - n) / alignment * alignment;
}

bool fence_free(void *p, size_t n) {
	const size_t size = whole_pages(n);
	char *first = (char *)((uintptr_t)p / page * page), *start = (char *)p;
	const auto unset = [](char c) { return c == (char)0xff; };
	const bool intact = std::all_of(first, start, unset) && std::all_of(start + n, first + size, unset);
	mmap(first, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	freed.push_back({first - page, size + 2 * page});
	return intact;
}

void forget_freed() {
	for (const Range &range : freed)
		munmap(range.start, range.size);
	freed.clear();
}

}  // namespace sim
