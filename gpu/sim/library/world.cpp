// The state of the simulated device, and the frame of every call.

#include "world.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

namespace sim {

World world;

namespace {

const uint64_t default_capacity = (uint64_t)8 << 30;

// queue_length is how many kernels and products a stream holds before a launch waits.
const size_t queue_length = 1024;

// sticks reports whether a context is lost after an error.
bool sticks(CUresult code) {
	switch (code) {
	case CUDA_ERROR_ECC_UNCORRECTABLE:
	case CUDA_ERROR_NVLINK_UNCORRECTABLE:
	case CUDA_ERROR_ILLEGAL_ADDRESS:
	case CUDA_ERROR_LAUNCH_TIMEOUT:
	case CUDA_ERROR_ASSERT:
	case CUDA_ERROR_HARDWARE_STACK_ERROR:
	case CUDA_ERROR_ILLEGAL_INSTRUCTION:
	case CUDA_ERROR_MISALIGNED_ADDRESS:
	case CUDA_ERROR_INVALID_ADDRESS_SPACE:
	case CUDA_ERROR_INVALID_PC:
	case CUDA_ERROR_LAUNCH_FAILED:
	case CUDA_ERROR_EXTERNAL_DEVICE:
	case CUDA_ERROR_UNKNOWN:
		return true;
	default:
		return false;
	}
}

// injected returns the error that the tests want from this call.
CUresult injected() {
	const Control &c = *world.control;
	if (c.fail_call == 0 || c.calls < c.fail_call || (c.calls > c.fail_call && !c.fail_always))
		return CUDA_SUCCESS;
	const CUresult code = (CUresult)c.fail_code;
	if (c.fail_later) {
		world.late = code;
		return CUDA_SUCCESS;
	}
	if (sticks(code))
		world.broken = code;
	return code;
}

// hangs reports whether work never ends.
bool hangs() { return world.control->hang_call != 0 && world.control->calls >= world.control->hang_call; }

Control *map_control(const char *path) {
	const int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return &world.own;
	void *p = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	return p == MAP_FAILED ? &world.own : (Control *)p;
}

}  // namespace

unsigned compute() { return world.control->compute ? world.control->compute : 90; }

size_t alignment() { return world.control->watched ? 256 : 1; }

void attach() {
	const char *path = getenv("MNISTGPU_SIM");
	if (path == nullptr || world.control_file == path)
		return;
	reset();
	forget_freed();
	if (world.control != &world.own)
		munmap(world.control, sizeof(Control));
	world.control = map_control(path);
	world.control_file = path;
	world.device++;
	world.retained = 0;
	world.broken = world.late = CUDA_SUCCESS;
	world.told = false;
}

void reset() {
	world.queue.clear();
	world.queued = 0;
	world.recorder = nullptr;
	world.objects.clear();
	for (const auto &[address, bytes] : world.memory)
		fence_free(to_host((void *)address), bytes);
	world.memory.clear();
	world.used = 0;
}

std::vector<uint64_t> &contexts() {
	static thread_local std::vector<uint64_t> stack;
	return stack;
}

CUresult enter(Need need, const char *name) {
	world.control->calls++;
	if (world.told && world.control->late++ == 0)
		strncpy(world.control->late_name, name, sizeof world.control->late_name - 1);
	if (world.control->capacity == 0)
		world.control->capacity = default_capacity;
	if (const CUresult code = injected())
		return code;
	if (need == nothing)
		return CUDA_SUCCESS;
	if (contexts().empty() || contexts().back() != world.device || world.retained == 0)
		return CUDA_ERROR_INVALID_CONTEXT;
	if (world.broken)
		return world.broken;
	if (need == no_record && world.recorder) {
		world.recorder->spoilt = true;
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	}
	return CUDA_SUCCESS;
}

CUresult leave(CUresult result) {
	Control &c = *world.control;
	c.live = (world.retained > 0) + world.objects.size() + world.memory.size();
	c.used = world.used;
	world.told = world.told || sticks(result);
	return result;
}

CUresult enqueue(CUstream handle, Work work, size_t size) {
	Stream *stream = find<Stream>(handle);
	if (stream == nullptr)
		return CUDA_ERROR_INVALID_HANDLE;
	if (stream->recording) {
		stream->recording->push_back(std::move(work));
		return CUDA_SUCCESS;
	}
	CUresult result = CUDA_SUCCESS;
	if (world.queued > 0 && world.queued + size > queue_length)
		result = drain();
	world.queue.push_back({std::move(work), size});
	world.queued += size;
	world.polled = false;
	return result;
}

void wait() {
	while (hangs() && !world.queue.empty())
		usleep(1000);
}

CUresult drain(const bool *done) {
	wait();
	CUresult result = world.late;
	world.late = CUDA_SUCCESS;
	if (result == CUDA_SUCCESS)
		result = perform(world.queue, done);
	if (result) {
		world.queue.clear();
		world.queued = 0;
	}
	if (sticks(result))
		world.broken = result;
	return result;
}

CUresult poll(const bool *done) {
	if (world.late == CUDA_SUCCESS && (done ? *done : world.queue.empty()))
		return CUDA_SUCCESS;
	if (hangs() || !world.polled) {
		world.polled = true;
		return CUDA_ERROR_NOT_READY;
	}
	return drain(done);
}

}  // namespace sim
