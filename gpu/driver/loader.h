/* The loader fills the table of trampoline.S. */

/* driver_load opens the library at path and fills its part of the table: that
   of cuBLAS if blas is true, else that of the driver. The functions of cuBLASLt are found
   through cuBLAS, which is linked with the version that fits it. It returns NULL, or what
   went wrong, valid until the next call. */
const char *driver_load(const char *path, int blas);

/* driver_path is the file of the loaded library, "" if there is none. */
const char *driver_path(int blas);

/* driver_lt_path is the file that cuBLASLt is in, "" if cuBLAS came without it. */
const char *driver_lt_path(void);

/* driver_init calls the loaded driver's cuInit and returns its CUresult. */
int driver_init(void);

/* driver_simulated reports whether the loaded driver is the simulator. */
int driver_simulated(void);
