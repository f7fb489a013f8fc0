"""mnistgpu itself. It draws the weights and the orders of the problem from the seed
that the problem was written with. Each call is a process of its own."""

import json
import subprocess
import tempfile
from pathlib import Path

from problem import losses_in


class Program:
    """Calls the program for one row and precision, with an engine."""

    def __init__(self, mnistgpu, data, row, precision, backend, engine="auto"):
        self.mnistgpu, self.data, self.row, self.precision, self.backend = mnistgpu, data, row, precision, backend
        self.engine = engine

    def call(self, command, *flags):
        """Runs a command and returns what it prints. Its stderr goes to that of this process."""
        device = ["--backend", self.backend]
        if self.backend == "cuda":
            device += ["--precision", self.precision, "--engine", self.engine]
        line = [self.mnistgpu, command, "--data", self.data, *self.row.flags(), *device, *flags]
        done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(line)}: {done.stderr.strip()}")
        return done.stdout

    def write_problem(self, path):
        """Writes the problem, with the losses that this program computes. Returns what
        it says about itself."""
        return self.call("bench", "--problem", str(path)).strip()

    def answer(self):
        """Returns the losses of the first steps, the accuracy after the gate's rounds, and
        the precision that the program says it multiplies in."""
        with tempfile.TemporaryDirectory() as folder:
            said = self.write_problem(Path(folder) / "problem.npz")
            losses = losses_in(Path(folder) / "problem.npz")
            row = self.row
            length = ["--steps", str(row.steps)] if row.steps else ["--epochs", str(row.gate_rounds)]
            run = ["--json", "--quiet", "--report=false", "--run-dir", str(Path(folder) / "run")]
            summary = json.loads(self.call("train", *length, *run).splitlines()[-1])
        allowed = said.removesuffix(f", engine {self.engine}").endswith(f" in {self.precision}")
        precision = self.precision if allowed else "fp32"
        return {
            "losses": losses,
            "accuracy": summary["test_accuracy"],
            "precision": precision,
            "versions": {"mnistgpu": said.split(", on ")[-1]},
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
        blas = ["--blas", "auto"] if self.backend == "cpu" else []
        return json.loads(self.call("bench", "--repeats", "1", "--json", *blas, *flags))[0]

    def close(self):
        """Does nothing: nothing is open."""
