// What is loaded as a module: PTX, or a cubin, which is an ELF file.

#ifndef SIM_IMAGE_H
#define SIM_IMAGE_H

#include <string>

#include "world.h"

namespace sim {

// read_image stores the PTX in text, or, for a cubin, just enough PTX that its kernels
// can be found in the same way. It fails like a driver that does not accept the image.
CUresult read_image(const void *image, std::string &text);

}  // namespace sim

#endif
