// The kernels by their names.

#ifndef SIM_REGISTRY_H
#define SIM_REGISTRY_H

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace sim {

// A Kernel takes what cuLaunchKernel gets, pointers to the arguments, copies
// the arguments, and returns what each thread runs.
using Kernel = std::function<std::function<void()>(void **)>;

inline std::map<std::string, Kernel> &kernels() {
	static std::map<std::string, Kernel> all;
	return all;
}

// A Registration registers a function as a Kernel.
struct Registration {
	template <typename... P>
	Registration(const char *name, void (*function)(P...)) {
		kernels()[name] = [function](void **params) {
			return bind(function, params, std::index_sequence_for<P...>());
		};
	}

	template <typename... P, size_t... I>
	static std::function<void()> bind(void (*function)(P...), void **params, std::index_sequence<I...>) {
		std::tuple<P...> values(*static_cast<std::remove_const_t<P> *>(params[I])...);
		return [function, values] { std::apply(function, values); };
	}
};

}  // namespace sim

#endif
