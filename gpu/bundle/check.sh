#!/usr/bin/env bash
# Checks a GPU, on a machine that needs neither Go nor a network:
#
#	./check.sh [--minutes N] [LOGS]
#
# It runs the tests of the CUDA backend on the GPU, looks at kernels with the four
# tools of compute-sanitizer, repeats runs, compares them with the CPU and times
# steps. A call takes N minutes at most (default 9). It exits with 75 if there is
# more to do, and the next call goes on where it ended; otherwise with the number
# of failures. A table comes last. All that was printed is in the folder LOGS
# (default check-logs); without LOGS/NAME.result a check is done again.
#
# MNISTGPU_DATA may name a folder with MNIST, which is otherwise the folder mnist
# beside this file; without either the program draws digits.
#
# With CHECK_SIMULATOR=LIBRARY nothing needs a GPU: the simulated device of the
# tests does short runs on the data in the folder digits, and tests and tools are
# only looked for. That says whether this file works, and nothing of a GPU.
set -u
here=$(cd "$(dirname "$0")" && pwd)
minutes=9
if [ "${1:-}" = --minutes ]; then
	minutes=$2
	shift 2
fi
logs=${1:-check-logs}
mkdir -p "$logs"
logs=$(cd "$logs" && pwd)
cd "$(mktemp -d)" || exit 1
mnistgpu=$here/mnistgpu
dry=${CHECK_SIMULATOR:-}
data=auto
test -n "$dry" && data=$here/digits
test -d "$here/mnist" && export MNISTGPU_DATA="${MNISTGPU_DATA:-$here/mnist}"
export here logs mnistgpu dry data

# check NAME LIMIT COMMAND... runs a command for LIMIT seconds at most, unless an
# earlier call did or too little time is left. Its output goes to NAME.log.
pending=0
check() {
	local name=$1 limit=$2 verdict=ok start=$SECONDS
	shift 2
	test -f "$logs/$name.result" && return
	if [ $((SECONDS + limit)) -gt $((60 * minutes)) ]; then
		pending=$((pending + 1))
		return
	fi
	printf '%s ... ' "$name"
	timeout -k 5 "$limit" bash -c '"$@"' check "$@" >"$logs/$name.log" 2>&1 || verdict=FAILED
	echo "$verdict"
	result "$name" "$verdict" "$((SECONDS - start))s" "$(tail -n 1 "$logs/$name.log")"
}

# result NAME VERDICT TIME TEXT keeps a line of the table.
result() { printf '%-7s %-22s %5s  %.100s\n' "$2" "$1" "$3" "$4" >"$logs/$1.result"; }

# find_cublas names cuBLAS to the program where it is only among Python's packages.
find_cublas() {
	if [ -n "$dry" ]; then
		export MNISTGPU_LIBCUDA=$dry MNISTGPU_LIBCUBLAS=$dry
		return
	fi
	"$mnistgpu" doctor | grep -q '^ok  cublas ' && return
	local found
	found=$(python3 -c 'import glob, sys
for folder in sys.path:
	print(*glob.glob(folder + "/nvidia/*/lib/libcublas.so.1[123]"), sep="\n")' 2>/dev/null | grep . | head -n 1)
	test -n "$found" && export MNISTGPU_LIBCUBLAS=$found
}

doctor() {
	"$mnistgpu" doctor | tee doctor.txt
	grep '^ok  cublas ' doctor.txt
	grep '^ok  cublaslt ' doctor.txt
	grep '^ok  gpu 0 ' doctor.txt
}

# real BINARY TEST... runs tests on the GPU. A skipped one is a failure.
real() {
	local binary=$1 pattern
	shift
	pattern="^($(IFS='|' && echo "$*"))\$"
	if [ -n "$dry" ]; then
		test "$("$here/$binary" -test.list "$pattern" | wc -l)" = $#
		return
	fi
	MNISTGPU_TEST_DEVICE=real "$here/$binary" -test.v -test.count=1 -test.run "$pattern" | tee real.log
	test "${PIPESTATUS[0]}" = 0 && ! grep -q -e '--- SKIP' -e 'no tests to run' real.log && grep -c '^--- PASS' real.log
}

# train FLAGS... trains on the GPU.
train() { "$mnistgpu" train --device 0 --quiet --json --report=false --data "$data" "$@"; }

# tool NAME prints the command line of a tool; the simulated device has none.
tool() {
	test -n "$dry" && return
	echo compute-sanitizer --tool "$1" --error-exitcode 9 --require-cuda-init yes
	case $1 in
	memcheck) echo --leak-check full --padding 64 ;;
	racecheck) echo --racecheck-report all ;;
	esac
}

# sanitize TOOL looks at short runs of an odd shape: plain descent, in one kernel, fused
# and not, and with split products, and Adam. Racecheck sees shared memory alone, so what
# blocks tell each other in the one kernel is for memcheck and initcheck only, and for the
# tests' bits.
sanitize() {
	local way
	for way in 'sgd --engine persistent' 'sgd --engine fused' 'sgd --engine ops' 'sgd --engine fused --precision split16' adam; do
		$(tool "$1") "$mnistgpu" train --device 0 --quiet --report=false --data "$data" --hidden 33 --batch 127 \
			--steps 3 --optimizer $way --graph=false --run-dir "sanitize-$1-${way// /-}" || return
	done
}

# seeded TOOL asks that a tool finds the bug of a kernel that has one.
seeded() {
	local code=0
	MNISTGPU_TEST_DEVICE=real MNISTGPU_SEED=$1 $(tool "$1") "$here/driver.test" -test.count=1 -test.run '^TestSeededBug$' || code=$?
	echo "exit code $code of the test with a bug for $1"
	test -n "$dry" || test "$code" = 9
}

# repeat RUNS ENGINE PRECISION asks for the same bits each time.
repeat() {
	local runs=$1 engine=$2 precision=$3 i name
	name=repeat-$engine-$precision
	for i in $(seq "$runs"); do
		train $(small) --steps "$(steps 500)" --engine "$engine" --precision "$precision" --run-dir "$name-$i" >/dev/null || return
	done
	sha256sum "$name"-*/model.safetensors
	test "$(sha256sum "$name"-*/model.safetensors | cut -c 1-64 | sort -u | wc -l)" = 1 && echo "$runs runs, the same bits"
}

# steps N is N, and few for the simulated device.
steps() { if [ -n "$dry" ]; then echo 3; else echo "$1"; fi; }

# small are the flags that make a dry run short.
small() { test -z "$dry" || echo --hidden 8 --batch 32 --steps 3; }

# agree PRESET LOSS PRECISION takes a preset to its end on the GPU and, if that is not
# done, on the CPU. The losses may be a factor of 1 + LOSS apart and the accuracies 0.2
# points.
agree() {
	local gpu=agree-$1-$3 cpu=agree-$1-cpu
	train --preset "$1" $(small) --precision "$3" --run-dir "$gpu" || return
	test -f "$cpu/history.csv" ||
		"$mnistgpu" train --backend cpu --quiet --report=false --data "$data" --preset "$1" $(small) --run-dir "$cpu" || return
	awk -F , -v limit="$2" '
		FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		{ loss[FILENAME] = $column["test_loss"]; accuracy[FILENAME] = $column["test_accuracy"] }
		END {
			gpu = ARGV[1]; cpu = ARGV[2]
			print "test loss", loss[gpu], loss[cpu], "accuracy", accuracy[gpu], accuracy[cpu]
			same = (loss[gpu] - loss[cpu]) ^ 2 <= (limit * loss[cpu]) ^ 2 && (accuracy[gpu] - accuracy[cpu]) ^ 2 <= 2e-3 ^ 2
			exit !(same && accuracy[cpu] > 0)
		}' "$gpu/history.csv" "$cpu/history.csv"
}

# times FLAGS... prints a table.
times() {
	if [ -n "$dry" ]; then
		"$mnistgpu" bench --backend cuda "$@" --help &&
			set -- --measure epochs --hidden 8 --batch 200 --repeats 1
	fi
	"$mnistgpu" bench --backend cuda --data "$data" "$@"
}

# dense FLAGS... prints a table for images of MNIST's number in which no pixel is zero. A
# pixel is a byte from 1 to 64, so that they are no brighter than digits: training on
# noise must not diverge.
dense() {
	local name images count
	mkdir -p dense
	while read -r name images count; do
		{ printf "\0\0\10\3$count\0\0\0\34\0\0\0\34" && tr -dc '\1-\100' </dev/urandom | head -c $((28 * 28 * images)); } >"dense/$name-images-idx3-ubyte"
		{ printf "\0\0\10\1$count" && tr -dc '\0-\11' </dev/urandom | head -c "$images"; } >"dense/$name-labels-idx1-ubyte"
	done <<-'end'
		train 60000 \0\0\352\140
		t10k 10000 \0\0\47\20
	end
	"$mnistgpu" data verify dense && times --data dense "$@"
}

# trace PRESET PRECISION times each call of a few steps of a preset.
trace() {
	train --preset "$1" $(small) --steps "$(steps 20)" --precision "$2" --trace --run-dir "trace-$1-$2"
}
export -f doctor real train tool sanitize seeded repeat steps small agree times dense trace

find_cublas
check doctor 60 doctor
check devices 60 "$mnistgpu" devices
check suite 300 real gpu.test TestSuite TestTwoLayerSuite
check suite-split16 300 real gpu.test TestSuiteSplit16
check split16 120 real gpu.test TestSplit TestErrorsOfSplit TestSplitHostile
check whole-numbers 200 real gpu.test TestWholeNumbers
check n-steps 200 real gpu.test TestTraining
check sizes 300 real gpu.test TestSizes TestTwoLayerShapes TestBatchesOfTwoSizes
check graphs 120 real gpu.test TestGraphEqualsCalls TestStepsInOneGraph TestRowsAreGatheredOnce TestLaunchesOfAStep TestLaunchesOfAStretch TestStretchesEqualSteps
check memory 120 real gpu.test TestOutOfMemory
check cycles 300 real gpu.test TestCyclesLoseNoMemory
check preset 120 real gpu.test TestDefaultPreset
check verify 200 real gpu.test TestVerifyGoodRuns
check products 120 real driver.test TestMultiply TestLinear TestFP32IsStrict TestErrorsOfProducts TestHalvesInProducts
for tool in memcheck initcheck racecheck synccheck; do
	if [ -n "$dry" ] || command -v compute-sanitizer >/dev/null; then
		check "$tool" 300 sanitize $tool
		check "$tool-seeded" 120 seeded $tool
	else
		result "$tool" FAILED '' 'compute-sanitizer is not installed'
	fi
done
check determinism 300 repeat 20 auto fp32
check determinism-fp32 120 repeat 5 fused fp32
check determinism-tf32 120 repeat 5 fused tf32
check determinism-bf16 120 repeat 5 fused bf16
check determinism-split16 120 repeat 5 fused split16
check agree-default 200 agree default 2e-2 fp32
check agree-notebook 500 agree notebook 2e-2 fp32
check agree-split16 500 agree notebook 2e-2 split16
check trace-default 60 trace default fp32
check trace-notebook 60 trace notebook fp32
check trace-split16 60 trace notebook split16
check bench 300 times --precision fp32,tf32,bf16,split16 --repeats 7
check bench-batches 300 times --precision fp32,tf32,bf16,split16 --engine auto,ops,fused --preset default --batch 32,128,512,4096 --hidden 400 --hidden 1024 --repeats 7
check bench-dense 120 dense --engine auto,fused --preset default --hidden 400 --hidden 1024 --repeats 7

printf '\n'
(cd "$logs" && cat $(ls -tr ./*.result))
cat "$logs"/bench*.log 2>/dev/null | grep '^|'
echo "logs in $logs"
if [ $pending -gt 0 ]; then
	echo "$pending checks are left: call again"
	exit 75
fi
exit "$(grep -c ^FAILED <(cat "$logs"/*.result))"
