// The state of the simulated device, and the frame of every call.

#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#pragma GCC visibility push(default)
#include <cublas_v2.h>
#include <cuda.h>
#pragma GCC visibility pop

#include <stdint.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "control.h"

namespace sim {

// Work is something that the device does when its turn comes.
using Work = std::function<CUresult()>;
using Recording = std::shared_ptr<std::vector<Work>>;

// An Object is what a handle stands for.
struct Object {
	virtual ~Object() = default;
};

struct Stream : Object {
	Recording recording;  // while it records
	bool spoilt = false;  // what it records cannot be used
};

struct Module : Object {
	std::string image;
};

struct Graph : Object {
	Recording nodes;
};

struct ExecGraph : Object {
	Recording nodes;
};

struct Blas : Object {
	CUstream stream = nullptr;
	std::set<std::vector<int>> loaded;  // shapes of the products so far
};

struct World {
	std::mutex mutex;

	Control own;  // used when the tests map none
	Control *control = &own;
	std::string control_file;  // path of the mapped one

	uint64_t device = 0;             // how many control files there have been
	int retained = 0;                // count of the primary context
	CUresult broken = CUDA_SUCCESS;  // the error that ended the context
	CUresult late = CUDA_SUCCESS;    // an injected error that has yet to come out

	std::map<void *, std::unique_ptr<Object>> objects;
	std::map<CUdeviceptr, size_t> memory;  // bytes by address
	size_t used = 0;                       // bytes of memory
	std::map<void *, size_t> host;         // bytes by address

	std::vector<Work> queue;     // asked for and not done yet
	Stream *recorder = nullptr;  // the stream that records, if one does
};

extern World world;

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

// What a call asks for.
enum Need {
	nothing,
	context,    // a context of the calling thread
	no_record,  // a context, and no stream that records
};

// enter counts a call and returns why it fails, if it does. The world is locked.
CUresult enter(Need need);

// leave counts what there is after a call.
void leave();

// call is the frame of all functions of the driver.
template <typename F>
CUresult call(Need need, F body) {
	const std::lock_guard<std::mutex> lock(world.mutex);
	CUresult result = enter(need);
	if (result == CUDA_SUCCESS)
		result = body();
	leave();
	return result;
}

// enqueue lets the stream do or record the work.
CUresult enqueue(CUstream stream, Work work);

// drain does all work that is left and returns the first error.
CUresult drain();

// perform does the work and makes a fault of the processor the error that a GPU
// has for it.
CUresult perform(const std::vector<Work> &queue);

// attach makes the device new if the tests have named another control file.
void attach();

// reset frees all that belongs to the context.
void reset();

// contexts are the current contexts of the calling thread, the last one in use.
// A context is the number of its device.
std::vector<uint64_t> &contexts();

}  // namespace sim

#endif
