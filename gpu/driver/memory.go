//go:build cuda && linux

package driver

import (
	"runtime"
	"unsafe"

	"gorgonia.org/cu"
)

// Ptr is an address in the device's memory. Ptr(0) points nowhere.
type Ptr uintptr

// Alloc returns n bytes of device memory with arbitrary content, aligned to 256 bytes.
// Free or Close releases them. The error wraps backend.ErrOutOfMemory if there is too
// little memory left. Alloc panics if n is not positive.
func (d *Device) Alloc(n int) (Ptr, error) {
	if n <= 0 {
		panic("driver: Alloc of no bytes")
	}
	if err := d.Sync(); err != nil {
		return 0, err
	}
	p, err := cu.MemAlloc(int64(n))
	if err := d.result("cuMemAlloc", err); err != nil {
		return 0, err
	}
	d.memory[Ptr(p)] = n
	return Ptr(p), nil
}

// Free releases memory that Alloc returned, after all work before it. It panics if p is
// not from Alloc or has already been freed.
func (d *Device) Free(p Ptr) error {
	if _, ok := d.memory[p]; !ok {
		panic("driver: Free of memory that is not allocated")
	}
	delete(d.memory, p)
	if err := d.Sync(); err != nil {
		return err
	}
	return d.result("cuMemFree", cu.MemFree(cu.DevicePtr(p)))
}

// Held returns the number of bytes that were allocated and have not been freed.
func (d *Device) Held() (bytes int64) {
	for _, n := range d.memory {
		bytes += int64(n)
	}
	return bytes
}

// Mem returns how much of the device's memory is free, for all programs
// together, and its size, both in bytes.
func (d *Device) Mem() (free, total int64, err error) {
	if d.err != nil {
		return 0, 0, d.err
	}
	free, total, err = cu.MemInfo()
	return free, total, d.result("cuMemGetInfo", err)
}

// CopyIn copies src to the device, after all work before it, and waits.
func (d *Device) CopyIn(dst Ptr, src []byte) error {
	return d.transfer("cuMemcpyHtoDAsync", src, func(host unsafe.Pointer) error {
		return cu.MemcpyHtoDAsync(cu.DevicePtr(dst), host, int64(len(src)), d.stream)
	})
}

// CopyOut copies len(dst) bytes from the device, after all work before it, and
// waits.
func (d *Device) CopyOut(dst []byte, src Ptr) error {
	return d.transfer("cuMemcpyDtoHAsync", dst, func(host unsafe.Pointer) error {
		return cu.MemcpyDtoHAsync(host, cu.DevicePtr(src), int64(len(dst)), d.stream)
	})
}

// transfer makes a copy to or from host, which it keeps in place meanwhile.
func (d *Device) transfer(call string, host []byte, start func(host unsafe.Pointer) error) error {
	if d.err != nil || len(host) == 0 {
		return d.err
	}
	if err := d.Sync(); err != nil {
		return err
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&host[0])
	if err := d.result(call, start(unsafe.Pointer(&host[0]))); err != nil {
		return err
	}
	return d.Sync()
}

// Zero sets the n bytes from dst on to zero, after all work before it. It does not
// wait, and it can be recorded.
func (d *Device) Zero(dst Ptr, n int) error {
	if d.err != nil || n == 0 {
		return d.err
	}
	return d.result("cuMemsetD8Async", cu.MemsetD8Async(cu.DevicePtr(dst), 0, int64(n), d.stream))
}
