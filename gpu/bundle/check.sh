#!/usr/bin/env bash
# Checks a GPU, on a machine that needs neither Go nor a network:
#
#	./check.sh [LOGS]
#
# It runs the tests of the CUDA backend on the GPU, looks at every kernel with
# compute-sanitizer where that is installed, repeats a run, compares a run with
# the CPU and times steps. A table comes last; everything printed goes to the
# folder LOGS (default check-logs). The exit code is the number of failures.
#
# MNISTGPU_DATA may name a folder with MNIST; otherwise the program draws digits.
set -u
here=$(cd "$(dirname "$0")" && pwd)
logs=${1:-check-logs}
mkdir -p "$logs"
logs=$(cd "$logs" && pwd)
cd "$(mktemp -d)" || exit 1
mnistgpu=$here/mnistgpu
failures=0
table=

# check NAME COMMAND... runs a command, whose output goes to NAME.log.
check() {
	name=$1
	shift
	printf '%s ... ' "$name"
	start=$SECONDS
	if "$@" >"$logs/$name.log" 2>&1; then
		verdict=ok
	else
		verdict=FAILED
		failures=$((failures + 1))
	fi
	echo "$verdict"
	table+=$(printf '%-7s %-22s %4ss  %s' "$verdict" "$name" $((SECONDS - start)) "$(tail -n 1 "$logs/$name.log" | cut -c 1-100)")$'\n'
}

skip() {
	echo "$1 ... skipped: $2"
	table+=$(printf '%-7s %-22s        %s' skipped "$1" "$2")$'\n'
}

# real runs a test binary on the GPU. A skipped test is a failure here.
real() {
	MNISTGPU_TEST_DEVICE=real "$here/$1" -test.v -test.count=1 -test.run "^($2)\$" | tee real.log
	test "${PIPESTATUS[0]}" = 0 && ! grep -q -e '--- SKIP' -e 'no tests to run' real.log
}

train() { "$mnistgpu" train --device 0 --quiet --json "$@"; }

# sanitize TOOL OPTIONS... looks at a short run of an odd shape.
sanitize() {
	compute-sanitizer --tool "$@" --error-exitcode 9 --require-cuda-init yes \
		"$mnistgpu" train --device 0 --quiet --data synthetic --hidden 33 --batch 127 --steps 3 --graph=false --run-dir "sanitize-$1"
}

repeat() {
	for i in 1 2 3 4 5; do
		train --steps 500 --run-dir "repeat-$i" || return
	done
	sha256sum repeat-*/model.safetensors
	test "$(sha256sum repeat-*/model.safetensors | cut -c 1-64 | sort -u | wc -l)" = 1
}

# agree compares the losses and accuracies of the GPU's run and the CPU's.
agree() {
	train --epochs 2 --run-dir agree-gpu &&
		"$mnistgpu" train --backend cpu --epochs 2 --quiet --json --run-dir agree-cpu &&
		paste -d , agree-gpu/history.csv agree-cpu/history.csv | awk -F , '
			NR > 1 && !(($3 - $10) ^ 2 <= (2e-3 * $10) ^ 2 && ($6 - $13) ^ 2 <= 2e-3 ^ 2) { bad = 1 }
			END { print "loss", $3, $10, "test accuracy", $6, $13; exit bad || NR != 3 }'
}

check doctor sh -c "'$mnistgpu' doctor | tee /dev/stderr | grep -q '^ok  gpu 0 '"
check devices "$mnistgpu" devices
check suite real gpu.test 'TestSuite|TestTraining'
check graphs real gpu.test 'TestGraphEqualsCalls|TestStepsInOneGraph'
check memory real gpu.test 'TestOutOfMemory'
check presets real gpu.test 'TestDefaultPreset'
check verify real gpu.test 'TestVerifyGoodRuns'
check products real driver.test 'TestGemm|TestFloat32IsStrict'
if command -v compute-sanitizer >/dev/null; then
	check memcheck sanitize memcheck --leak-check full --padding 64
	check initcheck sanitize initcheck
	check racecheck sanitize racecheck
	check synccheck sanitize synccheck
else
	skip sanitizer 'compute-sanitizer is not installed'
fi
check determinism repeat
check cpu-agrees agree
check notebook train --preset notebook
check trace train --preset notebook --steps 20 --trace --run-dir trace
check bench "$mnistgpu" bench --backend cuda --precision fp32,tf32,bf16 --repeats 7
check bench-batches "$mnistgpu" bench --backend cuda --preset default --batch 32,128,512,2048 --repeats 7

printf '\n%s\n' "$table"
cat "$logs/bench.log" "$logs/bench-batches.log" 2>/dev/null | grep '^|'
echo "logs in $logs"
exit "$failures"
