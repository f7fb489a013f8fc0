// Faults of the processor while a kernel runs become errors of the device.

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

#include <iterator>

#include "block.h"
#include "world.h"

namespace sim {

namespace {

// SIGSEGV and SIGBUS come from accesses outside an allocation, SIGILL and SIGTRAP from
// the compiler's checks of array indices.
const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
struct sigaction previous[std::size(signals)];

pthread_t worker;  // the thread that runs the work
sigjmp_buf escape;

void on_fault(int signal, siginfo_t *info, void *state) {
	if (pthread_equal(pthread_self(), worker))
		siglongjmp(escape, signal);
	for (size_t i = 0; i < std::size(signals); i++)
		if (signals[i] == signal)
			previous[i].sa_sigaction(signal, info, state);
}

// A Handler catches the signals while it exists. It passes on those of other threads to
// the previous handlers, which are the Go runtime's.
struct Handler {
	Handler() {
		worker = pthread_self();
		struct sigaction action = {};
		action.sa_sigaction = on_fault;
		action.sa_flags = SA_SIGINFO | SA_ONSTACK;
		for (size_t i = 0; i < std::size(signals); i++)
			sigaction(signals[i], &action, &previous[i]);
	}
	~Handler() {
		for (size_t i = 0; i < std::size(signals); i++)
			sigaction(signals[i], &previous[i], nullptr);
	}
};

}  // namespace

CUresult perform(std::deque<Launch> &queue, const bool *done) {
	if (queue.empty())
		return CUDA_SUCCESS;
	const Handler handler;
	if (sigsetjmp(escape, 1) != 0) {
		abandon_blocks();
		return CUDA_ERROR_ILLEGAL_ADDRESS;
	}
	for (; !queue.empty() && !(done && *done); queue.pop_front()) {
		if (const CUresult code = queue.front().work())
			return code;
		world.queued -= queue.front().size;
	}
	return CUDA_SUCCESS;
}

}  // namespace sim
