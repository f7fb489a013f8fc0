#!/usr/bin/env bash
# Times mnistgpu beside PyTorch and JAX; see peers/README.md and --help.
set -u
here=$(cd "$(dirname "$0")" && pwd)
test -d "$here/mnist" && export MNISTGPU_DATA="${MNISTGPU_DATA:-$here/mnist}"
exec "${PYTHON:-python3}" "$here/peers/peers.py" --mnistgpu "$here/mnistgpu" "$@"
