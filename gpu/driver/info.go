package driver

// Info describes a device.
type Info struct {
	Ordinal      int
	Name         string // as the driver gives it
	ComputeMajor int    // the 9 of compute capability 9.0
	ComputeMinor int    // the 0 of compute capability 9.0
	SMs          int    // streaming multiprocessors
	TotalBytes   int64  // size of the device's memory
	FreeBytes    int64  // of that memory, not used by any program
	Simulated    bool   // there is no GPU: the tests' library stands in for one
	Err          error  // why the device cannot be used, nil if it can
}

// A Version describes the NVIDIA software that was found. Fields are zero for what was
// not found.
type Version struct {
	CUDA        int    // the newest CUDA that the driver supports, 12040 for 12.4
	CUBLAS      [3]int // major, minor, patch
	CUBLASLt    [3]int // likewise; it comes with cuBLAS
	LibCUDA     string // path of the driver's library
	LibCUBLAS   string // path of cuBLAS
	LibCUBLASLt string // path of cuBLASLt
}
