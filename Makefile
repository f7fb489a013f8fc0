# make           build bin/mnistgpu, with CUDA if its headers are found
# make test      tests that run anywhere; make test-long takes minutes and real MNIST
# make kill      resume runs that are killed or get a signal, KILLS=200 of each
# make fuzz      hostile input to all readers of files, FUZZTIME=30s each
# make reproducible  check that two builds are identical
# make release   programs for all systems, in bin/release; make wheel puts them into wheels
# make test-wheel  install the wheel of this machine from its file, and run it
# make test-cuda test the CUDA backend on the simulated device, or on a GPU
# make mutants-cuda  check that the tests find 26 bugs of the kinds that break on a GPU
# make faults    every fault of a simulated device, at every call of a run; takes half an hour
# make test-browser  test the page of serve in Chromium; needs real MNIST
# make same      compare the results of two git revisions, OLD and NEW; see bench/same/same.sh
# make soak      ten minutes of valid and hostile requests to serve
# make crowd     ten minutes of 1,050 clients at a server that may open 64 files
# make bench     time products and epochs on the CPU beside OpenBLAS, seven times over
# make nightly   all of the long checks, one after another; names those that failed
# make kernels   regenerate kernels/kernels.ptx and its cubin, with nvcc and ptxas
# make asm       regenerate the CPU's assembly; check-asm fails if it is not committed

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = go run golang.org/x/vuln/cmd/govulncheck@v1.9.0

# cuda.h, in the first of these places that has it. Building also needs a C compiler,
# but no CUDA libraries: the program looks for those when it starts.
PKG_CONFIG_CUDA := $(patsubst -I%,%/cuda.h,$(shell pkg-config --cflags-only-I cuda 2>/dev/null))
CUDA_H := $(firstword $(wildcard $(addsuffix /include/cuda.h,$(CUDA_HOME)) $(PKG_CONFIG_CUDA) \
	/usr/local/cuda/include/cuda.h /usr/include/cuda.h))

# The folder compat makes the headers of CUDA 13 work like those of CUDA 12.
export CGO_CFLAGS += $(if $(CUDA_H),-I$(CURDIR)/gpu/driver/compat -I$(dir $(CUDA_H)))

PTX = nvcc -ptx -arch=compute_75
CUBIN = ptxas -arch=sm_90
SEEDED = gpu/driver/testdata/seeded
ARCHITECTURES = sm_75 sm_80 sm_86 sm_89 sm_90

.PHONY: build build-cpu test test-long nightly kill fuzz test-cuda mutants-cuda faults test-browser same soak crowd bench gpu-bundle kernels check-kernels \
	asm check-asm lint vulncheck clean reproducible release wheel \
	test-wheel ziglang

ifdef CUDA_H
build:
	@echo 'building with CUDA, whose headers are in $(dir $(CUDA_H))'
	CGO_ENABLED=1 go build -trimpath -tags cuda -o bin/mnistgpu ./cmd/mnistgpu
else
build: build-cpu
	@echo 'built without CUDA: no cuda.h; set CUDA_HOME to the folder that has include/cuda.h'
endif

build-cpu:
	CGO_ENABLED=0 go build -trimpath -o bin/mnistgpu ./cmd/mnistgpu

test:
	go test ./...

test-long:
	MNISTGPU_LONG=1 go test -timeout 60m ./...

nightly:
	.ci/nightly

# Runs that are stopped at random times, this many by kill -9 and as many by a signal.
# If there are g++ and cuda.h, also a tenth as many on the simulated device.
KILLS ?= 200

kill:
	MNISTGPU_KILLS=$(KILLS) go test $(if $(CUDA_H),-tags cuda) -count=1 -timeout 120m -v \
		-run 'TestKilled|TestSignalled|TestOneResult' ./cmd/mnistgpu

# The fuzz tests of the readers of foreign files, each for FUZZTIME. Failing inputs are
# kept in testdata.
FUZZTIME ?= 30s
FUZZ = internal/mnist:FuzzImages internal/mnist:FuzzLabels internal/mnist:FuzzGzip internal/mnist/gunzip:FuzzReader \
	$(addprefix internal/mnist/convert:Fuzz,IDX NPY NPZ CSV ARFF SVMLight Parquet Picture) internal/mnist/photo:FuzzDecode \
	internal/model:FuzzDecode internal/model/npz:FuzzReadFloats internal/model/exchange:FuzzDecode internal/model/onnx:FuzzDecode \
	internal/run/checkpoint:FuzzDecode internal/run:FuzzState internal/run:FuzzHistory \
	internal/run:FuzzSummary internal/settings:FuzzConfig internal/serve:FuzzHandler

# A fuzzer whose time ends while it runs an input may fail with "context deadline
# exceeded", which is not a finding.
fuzz:
	for target in $(FUZZ); do \
		echo "== $$target"; \
		said=$$(go test -run '^$$' -fuzz "^$${target#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s ./$${target%:*} 2>&1) || \
			case $$said in \
			*'Failing input'*) failed=1 ;; \
			*'context deadline exceeded'*) ;; \
			*) failed=1 ;; \
			esac; \
		echo "$$said"; \
		test -z "$$failed" || exit 1; \
	done

test-cuda:
	go test -tags cuda -timeout 30m ./gpu/... ./kernels/... ./cmd/...

# The bugs are in gpu/mutants_table_test.go. make test-cuda runs this too.
mutants-cuda:
	go test -count=1 -tags cuda -timeout 30m -v -run TestMutants ./gpu

faults:
	MNISTGPU_LONG=1 MNISTGPU_CYCLES=1000 go test -count=1 -tags cuda -timeout 90m -v -run 'Fault|Hang|Capacity|Cycles' ./gpu/...

test-browser:
	cd internal/serve/browsertest && go test -count=1 -v ./...

same:
	bench/same/same.sh '$(OLD)' '$(NEW)'

soak:
	MNISTGPU_SOAK=10m go test -count=1 -timeout 20m -run TestSoak -v ./internal/serve

crowd:
	MNISTGPU_CROWD=10m go test -count=1 -timeout 20m -run TestCrowd -v ./cmd/mnistgpu

# Benchmarks of the CPU, in a process of their own each time, so that whatever slows the
# machine for a while slows all of them alike; benchstat reads the output. Needs OpenBLAS
# (libopenblas-dev in Debian), and real MNIST in MNISTGPU_DATA.
BENCH ?= (Products|Epochs)/mnist/hidden/(avx|openblas)

bench:
	go test -c -tags openblas -trimpath -o bin/products.test ./bench/products
	for i in 1 2 3 4 5 6 7; do bin/products.test -test.run '^$$' -test.bench '$(BENCH)' || exit; done

# A folder to copy to a machine with a GPU, which needs neither Go nor a network to run
# ./check.sh and ./peers.sh. It contains MNIST if MNISTGPU_DATA names a folder with it.
gpu-bundle: build
	rm -rf bin/gpu-bundle && mkdir -p bin/gpu-bundle/peers
	go test -c -tags cuda -trimpath -o bin/gpu-bundle/gpu.test ./gpu
	go test -c -tags cuda -trimpath -o bin/gpu-bundle/driver.test ./gpu/driver
	CGO_ENABLED=0 go build -trimpath -o bin/gpu-bundle/problem ./bench/peers/problem
	cp bin/mnistgpu gpu/bundle/check.sh bench/peers/peers.sh bin/gpu-bundle/
	cp bench/peers/*.py bench/peers/README.md bin/gpu-bundle/peers/
	if [ -n "$$MNISTGPU_DATA" ]; then cp -r "$$MNISTGPU_DATA" bin/gpu-bundle/mnist; fi

kernels:
	cd kernels && $(PTX) kernels.cu -o kernels.ptx && $(CUBIN) kernels.ptx -o sm_90.cubin
	$(PTX) $(SEEDED).cu -o $(SEEDED).ptx

check-kernels:
	cd kernels && $(PTX) kernels.cu -o - | cmp - kernels.ptx
	made=$$(mktemp) && trap 'rm "$$made"' EXIT && $(CUBIN) kernels/kernels.ptx -o "$$made" && cmp "$$made" kernels/sm_90.cubin
	$(PTX) $(SEEDED).cu -o - | cmp - $(SEEDED).ptx
	for arch in $(ARCHITECTURES); do ptxas -arch=$$arch kernels/kernels.ptx -o /dev/null || exit; done

asm:
	go generate ./cpu/internal/kernel

check-asm: asm
	git diff --exit-code -- cpu/internal/kernel

lint:
	$(STATICCHECK) ./...
	CGO_ENABLED=1 $(STATICCHECK) -tags cuda ./...

vulncheck:
	$(GOVULNCHECK) ./...

# The C compiler of Zig, from PyPI, compiles and links the programs with CUDA.
export ZIG = $(CURDIR)/bin/ziglang-0.17.1/bin/python-zig
export CUDA_INCLUDE = $(dir $(CUDA_H))

ziglang: $(ZIG)

$(ZIG):
	python3 -m venv bin/ziglang-0.17.1
	bin/ziglang-0.17.1/bin/pip install -q ziglang==0.17.1

# Builds the last commit in two folders, the second time with empty build caches, for each
# of SYSTEMS. Both files must be the same.
SYSTEMS = linux-amd64 linux-amd64-cuda

reproducible: $(if $(findstring cuda,$(SYSTEMS)),$(ZIG))
	dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	git clone -q . "$$dir/one" && git clone -q . "$$dir/far/from/it" && \
	for system in $(SYSTEMS); do \
		(cd "$$dir/one" && packaging/build.sh $$system "$$dir/first") && \
		(cd "$$dir/far/from/it" && GOCACHE="$$dir/cache" ZIG_GLOBAL_CACHE_DIR="$$dir/zig" \
			packaging/build.sh $$system "$$dir/second") && \
		(cd "$$dir" && sha256sum first second && cmp first second) || exit; \
	done

# Programs for these systems, a list of the modules in each, and the SHA-256 sums.
RELEASES = linux-amd64 linux-amd64-cuda linux-arm64 linux-arm64-cuda darwin-arm64 windows-amd64.exe

PROGRAMS = $(addprefix bin/release/mnistgpu-,$(RELEASES))

release: $(PROGRAMS)
	cd bin/release && for program in $(^F); do go version -m $$program > $$program.sbom.txt || exit; done
	cd bin/release && sha256sum $(^F) $(^F:=.sbom.txt) > SHA256SUMS && cat SHA256SUMS

.PHONY: $(PROGRAMS)
$(filter %-cuda,$(PROGRAMS)): $(ZIG)
$(PROGRAMS): bin/release/mnistgpu-%:
	packaging/build.sh $(basename $*) $@

# Wheels of released programs for pip, in bin/wheels: with CUDA for Linux. Their version is
# the commit's tag, like v1.2.3, or its time.
WHEELS = linux-amd64-cuda linux-arm64-cuda darwin-arm64 windows-amd64.exe
VERSION = $(or $(patsubst v%,%,$(shell git describe --tags --exact-match 2>/dev/null)),\
	0.0.0.dev$(shell TZ=UTC git show -s --date=format-local:%Y%m%d%H%M%S --format=%cd))

wheel: $(addprefix bin/release/mnistgpu-,$(WHEELS))
	rm -rf bin/wheels
	go run ./packaging/wheel -version $(VERSION) -out bin/wheels $^

# Installs the wheel of this machine and runs it, also where there are no files of NVIDIA.
# TESTED="linux-amd64-cuda linux-arm64-cuda" runs the one for arm64 too, in QEMU.
TESTED = linux-$(shell go env GOARCH)-cuda

test-wheel:
	$(MAKE) wheel WHEELS='$(TESTED)'
	packaging/wheel/check.sh bin/wheels

clean:
	rm -rf bin
