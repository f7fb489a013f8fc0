// What the tests and the library tell each other, in a file that both map.

#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <stdint.h>

namespace sim {

// Epilogues is how cuBLASLt behaves, in the order of ../control.go.
enum Epilogues { good, missing, none, zero_nan };

// The same words in the same order are in ../control.go.
struct Control {
	// Counted by the library.
	uint64_t calls;      // of the driver and of cuBLAS since the file was made
	uint64_t live;       // objects: contexts, streams, memory, modules, graphs, handles
	uint64_t leaked;     // objects that went only with their context
	uint64_t used;       // bytes of device memory
	uint64_t products;   // matrix products that were computed
	uint64_t late;       // calls after one had said that the context is lost
	char late_name[32];  // the first of them

	// Set by the tests.
	uint64_t capacity;      // bytes of device memory
	uint64_t fail_call;     // the first call that fails, counted from 1; 0 for none
	uint64_t fail_code;     // the CUresult it fails with
	uint64_t fail_always;   // whether all calls after it fail too
	uint64_t fail_later;    // whether the failure comes out where the host next waits
	uint64_t hang_call;     // from this call on no work ends; 0 for never
	uint64_t flip_product;  // the product of which a bit is turned over, counted from 1; 0 for none
	uint64_t flip_always;   // whether those of all products after it are too
	uint64_t flip_element;  // in the order of memory, modulo their number
	uint64_t flip_bit;      // 0 is the last of the fraction, 31 the sign
	uint64_t epilogues;     // how cuBLASLt behaves
	uint64_t compute;       // compute capability, 80 for 8.0; 0 for that of the start
	uint64_t no_cubins;     // whether the driver refuses modules that are not PTX
	uint64_t alone;         // whether there are no cooperative launches
};

}  // namespace sim

#endif
