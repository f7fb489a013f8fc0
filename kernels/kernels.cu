// All kernels as one translation unit.

#include "bias.cu"
#include "classifier.cu"
#include "cross_entropy.cu"
#include "linear.cu"
#include "optimizer.cu"
#include "rows.cu"
#include "split.cu"
#include "two_layer.cu"
