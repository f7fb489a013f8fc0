package main

import _ "embed"

//go:embed description.md
var description string

// metadata returns the file METADATA. The extras name NVIDIA's own wheels, where NVIDIA
// makes them. It names no licence for the whole: the terms of every part are in the folder
// licenses.
func metadata(version string) []byte {
	return []byte(`Metadata-Version: 2.4
Name: mnistgpu
Version: ` + version + `
Summary: Trains multilayer perceptrons on MNIST-like data, on an NVIDIA GPU or the CPU
License-File: LICENSE
License-File: THIRD_PARTY.txt
Provides-Extra: cuda12
Requires-Dist: nvidia-cublas-cu12>=12; sys_platform == "linux" and extra == "cuda12"
Provides-Extra: cuda13
Requires-Dist: nvidia-cublas<14,>=13; sys_platform == "linux" and extra == "cuda13"
Description-Content-Type: text/markdown

` + description)
}
