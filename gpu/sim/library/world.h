// The state of the simulated device, and the frame of every call.

#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#pragma GCC visibility push(default)
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda.h>
#pragma GCC visibility pop

#include <stdint.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "control.h"
#include "registry.h"

namespace sim {

// Work is something that the device does when its turn comes.
using Work = std::function<CUresult()>;

// A Launch is work in a stream, and how many kernels and products it is.
struct Launch {
	Work work;
	size_t size;
};

using Recording = std::shared_ptr<std::vector<Work>>;

// An Object is what a handle stands for.
struct Object {
	virtual ~Object() = default;
};

struct Stream : Object {
	Recording recording;  // while it records
	bool spoilt = false;  // what it records cannot be used
};

// The number of multiprocessors, and the bytes of dynamic shared memory that a block
// may have: by default, and if the host asks for more.
const int multiprocessors = 8;
const int usual_shared = 48 << 10;
const int most_shared = 227 << 10;

// resident returns how many blocks of that size a multiprocessor holds at the same
// time.
size_t resident(size_t threads, size_t shared);

// A Function is a kernel of a module, and the dynamic shared memory that it may have.
struct Function {
	const Kernel *kernel = nullptr;
	size_t shared = usual_shared;
	bool loaded = false;  // put off until it is first used
};

struct Module : Object {
	std::string image;
	std::map<std::string, Function> functions;  // by name, those that were asked for
};

struct Graph : Object {
	Recording nodes;
};

struct ExecGraph : Object {
	Recording nodes;
};

struct Event : Object {
	std::shared_ptr<bool> done = std::make_shared<bool>(true);  // all work before its last record
};

struct Blas : Object {
	CUstream stream = nullptr;
	void *workspace = nullptr;          // the host's; its own one is allocated by a product
	bool rounds = false;                // factors of float32 become TF32
	bool scalars_on_device = false;     // alpha and beta, read when a product's turn comes
	std::set<std::vector<int>> loaded;  // kinds, shapes and alignments of the products so far
};

struct World {
	std::mutex mutex;

	Control own;  // used when the tests map none
	Control *control = &own;
	std::string control_file;  // path of the mapped one

	uint64_t device = 0;             // how many control files there have been
	int retained = 0;                // reference count of the primary context
	CUresult broken = CUDA_SUCCESS;  // the error that ended the context
	CUresult late = CUDA_SUCCESS;    // an injected error that has yet to be reported
	bool told = false;               // the host knows that the context is lost

	std::map<void *, std::unique_ptr<Object>> objects;
	std::map<CUdeviceptr, size_t> memory;  // bytes by the device's address
	size_t used = 0;                       // bytes of memory

	std::deque<Launch> queue;    // requested and not done yet
	size_t queued = 0;           // kernels and products in the queue
	bool polled = false;         // the host has asked whether the queue is done
	Stream *recorder = nullptr;  // the stream that records, if one does
};

extern World world;

// alignment is that of allocations: as on a GPU if kernels are watched, and otherwise
// none, so that each ends exactly at a forbidden page.
size_t alignment();

// spans reports whether the n bytes from p on are in one allocation, and start at a
// multiple of `alignment` bytes from its start. On a GPU that is at a multiple of 256.
bool spans(CUdeviceptr p, size_t n, size_t alignment = 1);

// compute is the device's compute capability, 90 for 9.0.
unsigned compute();

// add makes an object and returns its handle.
template <typename Handle, typename T>
Handle add(std::unique_ptr<T> object) {
	void *handle = object.get();
	world.objects[handle] = std::move(object);
	return static_cast<Handle>(handle);
}

// find returns the object of a handle, null if there is none of this type.
template <typename T>
T *find(void *handle) {
	const auto it = world.objects.find(handle);
	return it == world.objects.end() ? nullptr : dynamic_cast<T *>(it->second.get());
}

// What a call needs.
enum Need {
	nothing,
	context,    // a context of the calling thread
	no_record,  // a context, and no stream that records
};

// enter counts a call and returns the reason if it fails. The world is locked.
CUresult enter(Need need, const char *name);

// leave updates the counts of objects and memory after a call, and returns its result.
CUresult leave(CUresult result);

// call is the frame of all functions of the driver.
template <typename F>
CUresult call(Need need, F body, const char *name = __builtin_FUNCTION()) {
	const std::lock_guard<std::mutex> lock(world.mutex);
	CUresult result = enter(need, name);
	if (result == CUDA_SUCCESS)
		result = body();
	return leave(result);
}

// enqueue has the stream do or record the work, which is `size` kernels and products.
// Like a GPU's, the queue has a limited length: the call waits while it is full.
CUresult enqueue(CUstream stream, Work work, size_t size = 1);

// wait returns once nothing keeps the work from ending, which may be never.
void wait();

// drain does the work that is left, only until *done is set if done is not null, and
// returns the first error.
CUresult drain(const bool *done = nullptr);

// poll is drain for a host that asks and does not wait: work that is not done is
// reported so once, and done the next time.
CUresult poll(const bool *done = nullptr);

// perform does the work until *done is set, and turns a fault of the processor into the
// error that a GPU reports for it.
CUresult perform(std::deque<Launch> &queue, const bool *done);

// attach starts with a new device if the tests have named another control file.
void attach();

// reset frees all that belongs to the context.
void reset();

// contexts returns the current contexts of the calling thread, of which the last is in
// use. A context is the number of its device.
std::vector<uint64_t> &contexts();

}  // namespace sim

#endif
