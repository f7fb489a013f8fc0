// Package driver talks to the CUDA driver and to cuBLAS.
//
// It is the only package that imports gorgonia.org/cu. A program that links it does not
// link libcuda or libcublas: both are looked for when [Open], [Count], [Devices] or
// [Versions] is first called, so the same program runs where there is no NVIDIA driver
// and gets an error that wraps backend.ErrNoDevice. gorgonia.org/cu and this package
// call the libraries through a table of jumps, trampoline.S, which loader.c fills.
// cuBLASLt comes with cuBLAS, which is linked with it; a [Device] also works without
// it.
//
// A [Device] must be used from the goroutine that opened it, which stays on one thread
// of the operating system until Close: a CUDA context belongs to a thread. All work
// goes to one stream, so that it runs in the order in which it is requested.
//
// Every failure of the driver or of cuBLAS is an [Error]. The first one after
// which the device's memory can no longer be trusted is kept: all later calls
// return it and leave the driver alone.
//
// No call waits inside the driver, where nothing could end the wait: a call that has to
// wait polls until the work is done, or until the device has finished nothing for
// [Device.StepTimeout].
//
// Without the build tag cuda there are only [Info] and [Version]. Two environment
// variables, MNISTGPU_LIBCUDA and MNISTGPU_LIBCUBLAS, name the libraries instead of the
// search.
package driver
