// What is loaded as a module: PTX, or a cubin, which is an ELF file.

#ifndef SIM_IMAGE_H
#define SIM_IMAGE_H

#include <string>

#include "world.h"

namespace sim {

// read_image leaves in text the PTX, or that much of PTX that a cubin's kernels can
// be found in it as in PTX. It fails as a driver does which does not take the image.
CUresult read_image(const void *image, std::string &text);

}  // namespace sim

#endif
