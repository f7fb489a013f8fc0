"""mnistgpu itself. It draws the weights and the orders of the problem from the same
seed. Each call is a process of its own."""

import csv
import json
import subprocess
import tempfile
from pathlib import Path

from reference import STEPS


class Program:
    """Calls the program for one row and precision, with an engine."""

    def __init__(self, mnistgpu, data, row, precision, backend, engine, problem):
        self.mnistgpu, self.data, self.row, self.precision, self.backend = mnistgpu, data, row, precision, backend
        self.engine, self.problem = engine, problem

    def call(self, command, *flags):
        """Runs a command and returns the last line that it prints, which is JSON."""
        device = ["--backend", self.backend]
        if self.backend == "cuda":
            device += ["--precision", self.precision, "--engine", self.engine]
        line = [self.mnistgpu, command, "--data", self.data, *self.row.flags(), *device, *flags, "--json"]
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(line)}: {done.stderr.strip()}")
        return json.loads(done.stdout.splitlines()[-1])

    def train(self, folder, *flags):
        return self.call("train", *flags, "--quiet", "--report=false", "--run-dir", str(folder))

    def answer(self):
        """Returns the losses of the first steps, the accuracy after the gate's rounds, and
        the precision that the program says it multiplies in."""
        row = self.row
        with tempfile.TemporaryDirectory() as folder:
            first, whole = Path(folder) / "first", Path(folder) / "whole"
            self.train(first, "--steps", str(STEPS), "--eval-every", "1")
            losses = losses_in(first / "history.csv", self.problem.batch, len(self.problem.train_labels))
            length = ["--steps", str(row.steps)] if row.steps else ["--epochs", str(row.gate_rounds)]
            summary = self.train(whole, *length)
        device = summary["device"]
        allowed = device.removesuffix(f", engine {self.engine}").endswith(f" in {self.precision}")
        return {
            "losses": losses,
            "accuracy": summary["test_accuracy"],
            "precision": self.precision if allowed else "fp32",
            "versions": {"mnistgpu": device},
            "setup_seconds": 0.0,
        }

    def sample(self):
        """The time of a round: the mean of a sample, after a warm-up of as many rounds."""
        row = self.row
        if row.steps:
            flags = ["--measure", "steps", "--sample", str(row.steps * row.rounds)]
            return row.steps * self.bench(flags)["step_seconds"]
        return self.bench(["--measure", "epochs", "--sample", str(row.rounds)])["epoch_seconds"]

    def bench(self, flags):
        return self.call("bench", "--preset", "default", "--repeats", "1", *flags)[0]

    def close(self):
        """Does nothing: nothing is open."""


def losses_in(history, batch, images):
    """The losses of the steps of the first epoch, or of all steps on all images, from a
    history with a line for each step. A line has the mean over the epoch's images so far."""
    with open(history) as file:
        means = [float(line["loss"]) for line in csv.DictReader(file)]
    if batch == images:
        return means
    seen = [min(i * batch, images) for i in range(len(means) + 1)]
    sums = [0.0] + [n * mean for n, mean in zip(seen[1:], means)]
    return [(sums[i + 1] - sums[i]) / (seen[i + 1] - seen[i]) for i in range(len(means)) if seen[i] < images]
