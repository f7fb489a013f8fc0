// The kernels themselves, and those that only tests launch.

#include "kernels.cu"
#include "testkernels.cu"
