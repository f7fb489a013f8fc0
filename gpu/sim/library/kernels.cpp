// The kernels themselves, and those that only tests launch.

#include "../../driver/testdata/seeded.cu"
#include "kernels.cu"
#include "testkernels.cu"
