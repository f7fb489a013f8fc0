// The kernels themselves, and those that only tests launch. Names in the namespace are
// this object file's own: there are two of them.

#include "device.h"

namespace {

#include "../../driver/testdata/seeded.cu"
#include "kernels.cu"
#include "testkernels.cu"

}  // namespace
