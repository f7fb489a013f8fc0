//go:build cuda && linux

/* One jump for each function of the libraries, through a table that loader.c
   fills. An entry of the table is the function's address, which is that of a
   function which returns an error until the library is found, and its name. */

#if defined(__x86_64__)
#define JUMP jmp *9f(%rip)
#elif defined(__aarch64__)
#define JUMP adrp x16, 9f; ldr x16, [x16, :lo12:9f]; br x16
#else
#error "the jumps are written for x86-64 and arm64 alone"
#endif

#define SYMBOL(symbol, missing) \
	.text; .p2align 4; .globl symbol; .hidden symbol; .type symbol, %function; \
	symbol: JUMP; .size symbol, . - symbol; \
	.section .rodata.driver_names, "a"; 8: .asciz #symbol; \
	.data; 9: .quad missing, 8b;
#define CU(symbol) SYMBOL(symbol, driver_no_cuda)
#define BLAS(symbol) SYMBOL(symbol, driver_no_cublas)
#define LABEL(symbol) .data; .p2align 3; .globl symbol; .hidden symbol; symbol:

LABEL(driver_table)
#include "symbols.h"
#include "symbols_own.h"
LABEL(driver_table_end)

	.section .note.GNU-stack, "", %progbits
