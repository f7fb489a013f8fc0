"""What is compared: the rows of the table, the precisions, and the contenders."""

from dataclasses import dataclass

PRECISIONS = ["fp32", "tf32", "bf16", "split16"]


def of_peers(precision):
    """The precision of the peers that mnistgpu is compared with. None has split16, so
    that is compared with strict float32, in rows of its own."""
    return "fp32" if precision == "split16" else precision


# The names of the contenders, by the module that has them.
CONTENDERS = {
    "ours": ["mnistgpu", "mnistgpu-fused"],
    "torch_peers": [
        "torch-eager",
        "torch-compile-reduce-overhead",
        "torch-compile-max-autotune",
        "torch-epoch-graph",
    ],
    "jax_peers": ["jax-jit", "jax-scan-1", "jax-scan-8", "jax-scan-32"],
}

# The contenders that are fast from a cold start: the others compile for longer than
# any of these trains.
COLD = ["mnistgpu", "torch-eager", "torch-epoch-graph", "jax-jit", "jax-scan-1"]


def names():
    return [name for group in CONTENDERS.values() for name in group]


def module_of(name):
    return next(module for module, group in CONTENDERS.items() if name in group)


def is_ours(name):
    return module_of(name) == "ours"


def engine_of(name):
    """The engine of mnistgpu: as the name says, or else the program's choice."""
    return name.partition("-")[2] or "auto"


@dataclass(frozen=True)
class Row:
    """A network and how it is trained. A round is what contenders do at a time: an
    epoch, in an order of its own, or `steps` steps on all images."""

    hidden: int
    batch: str  # a number, or full
    steps: int = 0  # of a round, for the full batch
    rounds: int = 10  # in a sample
    gate_rounds: int = 2  # after which accuracies are compared
    split: bool = False  # in split16 too, which is for large batches

    @property
    def name(self):
        return f"batch-{self.batch}-hidden-{self.hidden}"

    @property
    def unit(self):
        return f"{self.steps} steps" if self.batch == "full" else "epoch"

    def has(self, precision):
        return self.split or precision != "split16"

    def flags(self):
        """What differs from the default preset."""
        return ["--hidden", str(self.hidden), "--batch", self.batch]


# The full batch has the pixel scale of the default preset: on raw pixels, as in the
# notebook preset, 20 steps make an error a thousand times as large, so that no
# useful limit for TF32 would be left. The values do not change the amount of work.
ROWS = [
    Row(1024, "full", steps=301, rounds=1, gate_rounds=1, split=True),
    Row(1024, "128"),
    Row(1024, "32"),
    Row(1024, "512"),
    Row(1024, "4096", split=True),
    Row(400, "128"),
]

# For a machine without a GPU: shows only that everything runs and agrees.
DRY_ROWS = [
    Row(32, "full", steps=25, rounds=1, gate_rounds=1),
    Row(32, "128", rounds=2),
]
