#!/usr/bin/env bash
# Flax numbers layers in the order in which they are made, not in that of the data.
#
# Guess, written down first: in a compact module, Dense_0 is the layer that the images go
# through first, since names are given as the layers are called on the data.
#
# Seen on 2026-12-01 with flax 0.12.8 and jax 0.10.2: in
#
#     Dense(10)(relu(Dense(30)(x)))
#
# Python makes Dense(10) before it evaluates the argument, so that Dense_0 is the last layer
# and Dense_1 the first. Written in two lines, first Dense(30), the numbers follow the data.
# Who orders layers by the numbers in a Flax checkpoint gets the network backwards; where all
# widths are equal, nothing shows it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q flax==0.12.8 jax==0.10.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PY'
import flax.linen as nn
import jax
import jax.numpy as jnp


class Nested(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(10)(nn.relu(nn.Dense(30)(x)))


class InTurn(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Dense(30)(x))
        return nn.Dense(10)(x)


def shapes(module):
    params = module.init(jax.random.key(0), jnp.zeros((1, 784)))["params"]
    return {name: layer["kernel"].shape for name, layer in sorted(params.items())}


nested, in_turn = shapes(Nested()), shapes(InTurn())
print("nested: ", nested)
print("in turn:", in_turn)
assert nested == {"Dense_0": (30, 10), "Dense_1": (784, 30)}, nested
assert in_turn == {"Dense_0": (784, 30), "Dense_1": (30, 10)}, in_turn
PY
