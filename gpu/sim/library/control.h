// What the tests and the library tell each other, in a file that both map.

#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdint.h>

namespace sim {

// Epilogues is how cuBLASLt behaves, in the order of ../control.go.
enum Epilogues { good, missing, none, invalid, zero_nan };

// ../control.go has the same words in the same order.
struct Control {
	// Counted by the library.
	uint64_t calls;      // of the driver and of cuBLAS since the file was made
	uint64_t live;       // objects: contexts, streams, memory, modules, graphs, handles
	uint64_t leaked;     // objects that disappeared only with their context
	uint64_t used;       // bytes of device memory
	uint64_t products;   // matrix products that were computed
	uint64_t late;       // calls after one had reported that the context is lost
	char late_name[32];  // the first of them

	// Set by the tests.
	uint64_t capacity;      // bytes of device memory
	uint64_t fail_call;     // the first call that fails, counted from 1; 0 for none
	uint64_t fail_code;     // the CUresult it fails with
	uint64_t fail_always;   // whether all calls after it fail too
	uint64_t fail_later;    // whether the call succeeds and the next wait of the host fails
	uint64_t hang_call;     // from this call on no work ends; 0 for never
	uint64_t flip_product;  // the product that gets a wrong bit, counted from 1; 0 for none
	uint64_t flip_always;   // whether all products after it get one too
	uint64_t flip_element;  // index in memory order, modulo the number of elements
	uint64_t flip_bit;      // 0 is the lowest of the fraction, 31 the sign
	uint64_t epilogues;     // how cuBLASLt behaves
	uint64_t compute;       // compute capability, 80 for 8.0; 0 for the default
	uint64_t no_cubins;     // whether the driver refuses modules that are not PTX
	uint64_t alone;         // whether there are no cooperative launches
	uint64_t watched;       // whether kernels report their accesses
	uint64_t no_func_load;  // whether the driver is older than cuFuncLoad
};

}  // namespace sim

#endif
