package driver

// Info describes a device.
type Info struct {
	Ordinal      int
	Name         string // as the driver has it
	ComputeMajor int    // the 9 of compute capability 9.0
	ComputeMinor int    // the 0 of compute capability 9.0
	SMs          int    // streaming multiprocessors
	TotalBytes   int64  // size of the device's memory
	FreeBytes    int64  // what all programs together have left of it
	Simulated    bool   // there is no GPU: the library of the tests stands in for one
	Err          error  // why the device cannot be used, nil if it can
}

// A Version tells what was found of NVIDIA's software. A field is zero for what
// was not.
type Version struct {
	CUDA        int    // the newest CUDA that the driver knows, 12040 for 12.4
	CUBLAS      [3]int // major, minor, patch
	CUBLASLt    [3]int // likewise; it comes with cuBLAS
	LibCUDA     string // path of the driver's library
	LibCUBLAS   string // path of cuBLAS
	LibCUBLASLt string // path of cuBLASLt
}
