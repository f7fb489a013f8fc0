// CUDA's language for a host compiler.
//
// Kernel sources include this file in place of what nvcc supplies. Everything runs on
// one thread of the host, with the device's threads as fibers that switch where they
// wait for each other. So a block's shared variables are static, and atomic operations
// need no care. Blocks of a cooperative launch take turns, so they may have dynamic
// shared memory only.
//
// The kernels are compiled twice. If WATCHED is 1, the compiler reports their accesses
// to memory (races.h) and traps those that are not aligned as a GPU requires.

#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "block.h"
#include "races.h"
#include "registry.h"

// KERNEL declares a kernel and registers it by its name. It ignores launch bounds.
#define KERNEL(name, params, ...)                              \
	static void name params;                                   \
	static const sim::Registration register_##name(WATCHED, #name, name); \
	static void name params

// DYNAMIC_SHARED names the shared memory whose size the launch gives.
#define DYNAMIC_SHARED(type, name) type *name = (type *)sim::place.shared

// HOST_CONSTANT starts the definition of a constant that the host must know too.
#define HOST_CONSTANT constexpr

#define __device__
#define __host__
#define __global__
#define __forceinline__ inline
#define __noinline__
#define __shared__ static
#define __constant__ static
#define __restrict__
#define __launch_bounds__(...)

#if WATCHED
#define VECTOR(bytes) struct alignas(bytes)
#else
#define VECTOR(bytes) struct
#endif

// Each of the two has functions of its own.
namespace {

// shuffle is sim::trade for any type of up to eight bytes.
template <typename T>
T shuffle(unsigned mask, T value, unsigned from) {
	static_assert(sizeof(T) <= 8, "values of more than eight bytes cannot be traded");
	uint64_t bits = 0;
	memcpy(&bits, &value, sizeof value);
	bits = sim::trade(mask, bits, from);
	memcpy(&value, &bits, sizeof value);
	return value;
}

using dim3 = sim::Dim;

#define threadIdx (sim::thread->index)
#define blockIdx (sim::place.index)
#define blockDim sim::block_size
#define gridDim sim::grid_size
#define warpSize 32

inline void __syncthreads() { sim::wait_block(); }
inline void __syncwarp(unsigned mask = ~0u) { sim::wait_warp(mask, true); }
inline void __threadfence() { sim::fence(); }
inline void __nanosleep(unsigned) { sim::nap(); }

template <typename T>
T __shfl_sync(unsigned mask, T v, int lane) {
	return shuffle(mask, v, lane % 32);
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T v, int lanes) {
	return shuffle(mask, v, sim::lane() ^ lanes);
}

template <typename T>
T __shfl_down_sync(unsigned mask, T v, unsigned lanes) {
	const unsigned from = sim::lane() + lanes;
	return shuffle(mask, v, from < 32 ? from : sim::lane());
}

template <typename T>
T __shfl_up_sync(unsigned mask, T v, unsigned lanes) {
	const unsigned lane = sim::lane();
	return shuffle(mask, v, lane < lanes ? lane : lane - lanes);
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
	unsigned votes = predicate ? 1u << sim::lane() : 0;
	for (int lanes = 16; lanes > 0; lanes /= 2)
		votes |= __shfl_xor_sync(mask, votes, lanes);
	return votes;
}

inline int __any_sync(unsigned mask, int predicate) { return sim::any(mask, predicate); }

template <typename T>
[[gnu::no_sanitize_thread]] T atomicAdd(T *p, T v) {
	sim::touch(p, sizeof *p, true);
	const T old = *p;
	*p += v;
	return old;
}

template <typename T>
[[gnu::no_sanitize_thread]] T atomicMax(T *p, T v) {
	sim::touch(p, sizeof *p, true);
	const T old = *p;
	*p = old < v ? v : old;
	return old;
}

template <typename T>
T __ldg(const T *p) {
	return *p;
}

template <typename T>
T __ldcg(const T *p) {
	return *p;
}

inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float rsqrtf(float x) { return 1 / sqrtf(x); }
inline int __float2int_rn(float x) { return (int)lrintf(x); }
inline float __int_as_float(int i) {
	float f;
	memcpy(&f, &i, sizeof f);
	return f;
}
inline float __uint_as_float(unsigned u) { return __int_as_float(u); }
inline int __float_as_int(float f) {
	int i;
	memcpy(&i, &f, sizeof i);
	return i;
}

// __half is a float16 number: 1 bit of sign, 5 of exponent and 10 of fraction.
struct __half {
	unsigned short bits;
};

inline unsigned short __half_as_ushort(__half h) { return h.bits; }
inline __half __ushort_as_half(unsigned short bits) { return {bits}; }

// __float2half_rn rounds to nearest, ties to even. The bits of a float32 need to be
// rounded to the last place of float16 and given another exponent bias; below 2^-14,
// where float16 counts in units of 2^-24, adding 1/2 leaves the result in the last bits
// of the sum.
inline __half __float2half_rn(float f) {
	const unsigned bits = __float_as_int(f), sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
	if (size > 0x7f800000)
		return {0x7fff};
	if (size >= 0x47800000) // 2^16
		return {(unsigned short)(sign | 0x7c00)};
	if (size < 0x38800000) // 2^-14
		return {(unsigned short)(sign | (__float_as_int(__int_as_float(size) + 0.5f) - 0x3f000000))};
	return {(unsigned short)(sign | (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13)};
}

inline float __half2float(__half h) {
	const unsigned sign = (unsigned)(h.bits & 0x8000) << 16, size = h.bits & 0x7fff;
	if (size >= 0x7c00)
		return __int_as_float(sign | 0x7f800000 | (size & 0x3ff) << 13);
	if (size < 0x400)
		return __int_as_float(sign | __float_as_int(size * 0x1p-24f));
	return __int_as_float(sign | ((size << 13) + 0x38000000));
}

inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
	const uint64_t bytes = (uint64_t)y << 32 | x;
	unsigned out = 0;
	for (int i = 0; i < 4; i++)
		out |= (unsigned)(bytes >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
	return out;
}

inline int min(int a, int b) { return b < a ? b : a; }
inline int max(int a, int b) { return a < b ? b : a; }
inline unsigned min(unsigned a, unsigned b) { return b < a ? b : a; }
inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
inline size_t min(size_t a, size_t b) { return b < a ? b : a; }
inline size_t max(size_t a, size_t b) { return a < b ? b : a; }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }

VECTOR(8) float2 {
	float x, y;
};
VECTOR(16) float4 {
	float x, y, z, w;
};
VECTOR(8) int2 {
	int x, y;
};
VECTOR(4) uchar4 {
	unsigned char x, y, z, w;
};
VECTOR(8) ushort4 {
	unsigned short x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) {
	return {x, y, z, w};
}

inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
	return {x, y, z, w};
}

}  // namespace

#endif
