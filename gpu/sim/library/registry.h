// The kernels by their names.

#ifndef SIM_REGISTRY_H
#define SIM_REGISTRY_H

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "memory.h"

namespace sim {

// A Kernel takes what cuLaunchKernel gets, pointers to the arguments, copies
// the arguments, and returns what each thread runs. Arguments that are pointers are
// addresses of the device.
using Kernel = std::function<std::function<void()>(void **)>;

// kernels returns the usual kernels by their names, or those that report their accesses.
std::map<std::string, Kernel> &kernels(bool watched);

template <typename T>
T argument(T v) {
	return v;
}

template <typename T>
T *argument(T *p) {
	return to_host(p);
}

// A Registration registers a function as a Kernel.
struct Registration {
	template <typename... P>
	Registration(bool watched, const char *name, void (*function)(P...)) {
		kernels(watched)[name] = [function](void **params) {
			return bind(function, params, std::index_sequence_for<P...>());
		};
	}

	template <typename... P, size_t... I>
	static std::function<void()> bind(void (*function)(P...), void **params, std::index_sequence<I...>) {
		std::tuple<P...> values(argument(*static_cast<std::remove_const_t<P> *>(params[I]))...);
		return [function, values] { std::apply(function, values); };
	}
};

}  // namespace sim

#endif
