#!/bin/sh
# Builds a program as it is released: packaging/build.sh SYSTEM FILE, where SYSTEM is like
# linux-amd64 or, with CUDA, linux-amd64-cuda. The file depends only on the commit.
set -eu

system=${1%%-*}
arch=${1#*-}
arch=${arch%%-*}
export GOOS="$system" GOARCH="$arch" GOAMD64=v1 CGO_ENABLED=0
# Go's build ID and C's debugging data would depend on folders.
set -- "$1" "$2" -mod=readonly -trimpath -ldflags '-s -w -buildid= -extldflags=-s'

# A program with CUDA needs a C compiler for each architecture. ZIG is the one of Zig, which
# links with the interface of an old glibc, 2.28, for all Linux since 2018. CUDA's headers,
# in CUDA_INCLUDE, come last: that folder may also have another system's.
case $1 in
*-cuda)
	: "${CUDA_INCLUDE:?there is no cuda.h: set CUDA_HOME to the folder that has include/cuda.h}"
	case $arch in
	amd64) cpu=x86_64 ;;
	arm64) cpu=aarch64 ;;
	esac
	export CGO_ENABLED=1 CC="$ZIG cc -target $cpu-linux-gnu.2.28"
	export CGO_CFLAGS="-O2 -I$PWD/gpu/driver/compat -idirafter $CUDA_INCLUDE"
	set -- "$@" -tags cuda
	;;
esac

file=$2
shift 2
go build "$@" -o "$file" ./cmd/mnistgpu
