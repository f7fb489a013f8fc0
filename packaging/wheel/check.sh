#!/usr/bin/env bash
# Installs mnistgpu from a folder of wheels into a new environment and runs it there, then
# in a root folder that has nothing but glibc, so no file of NVIDIA: check.sh FOLDER. Needs
# no network. chroot needs root, or user namespaces. A wheel for arm64 that is there is run
# too, which needs Debian's qemu-user-static and libc6-arm64-cross.
set -euo pipefail

wheels=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export HOME=$dir

# must TEXT COMMAND... runs a command that must succeed and print the text.
must() {
	local printed
	if ! printed=$("${@:2}" 2>&1) || [[ $printed != *"$1"* ]]; then
		printf '%s\nmust succeed and print: %s\n' "$printed" "$1"
		exit 1
	fi
	echo "ok: ${*:2}"
}

python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-index --find-links "$wheels" mnistgpu
program=$dir/venv/bin/mnistgpu
must 'gorgonia.org/cu@' cat "$dir"/venv/lib/python*/site-packages/mnistgpu-*.dist-info/licenses/THIRD_PARTY.txt
must 'ok  cpu' "$program" doctor
must 'test accuracy' "$program" train --data synthetic --steps 20 --backend cpu --run-dir "$dir/run"

bare=$dir/bare
mkdir -p "$bare/tmp"
for library in $(ldd "$program" | grep -o '/[^ ]*'); do
	install -D "$library" "$bare$library"
done
install "$program" "$bare/mnistgpu"
enter=(chroot)
[ "$(id -u)" = 0 ] || enter=(unshare --map-root-user chroot)
export HOME=/tmp
must 'libcuda.so.1 not found: no NVIDIA driver' "${enter[@]}" "$bare" /mnistgpu doctor
must 'using the CPU' "${enter[@]}" "$bare" /mnistgpu train --data synthetic --steps 20 --run-dir /tmp/run

arm=("$wheels"/*_aarch64.whl)
if [ -e "${arm[0]}" ] && [ "$(uname -m)" != aarch64 ]; then
	python3 -m zipfile -e "${arm[0]}" "$dir/arm64"
	chmod +x "$dir"/arm64/*.data/scripts/mnistgpu
	enter=(qemu-aarch64-static -L /usr/aarch64-linux-gnu "$dir"/arm64/*.data/scripts/mnistgpu)
	must 'libcuda.so.1 not found: no NVIDIA driver' "${enter[@]}" doctor
	must 'using the CPU' "${enter[@]}" train --data synthetic --steps 20 --run-dir "$dir/run-arm64"
fi
