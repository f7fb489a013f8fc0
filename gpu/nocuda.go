//go:build !cuda || !linux

package gpu

import "mnistgpu/internal/backend"

// Open returns [ErrNoCUDA].
func Open(Options) (backend.Backend, error) { return nil, ErrNoCUDA }

// Devices returns [ErrNoCUDA].
func Devices() ([]DeviceInfo, error) { return nil, ErrNoCUDA }

// Versions returns [ErrNoCUDA].
func Versions() (Software, error) { return Software{}, ErrNoCUDA }
