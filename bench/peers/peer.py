"""A worker, seen from the process that runs it."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


class OutOfTime(Exception):
    """The command's time was up before an answer came."""


def environment(caches):
    """The environment that workers need to share a GPU and to reuse what they compiled."""
    return {
        **os.environ,
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "JAX_COMPILATION_CACHE_DIR": str(caches / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1",
        "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
        "TRITON_CACHE_DIR": str(caches / "triton"),
        "CUDA_CACHE_PATH": str(caches / "cuda"),
    }


def command(name, problem, precision, *flags):
    return [sys.executable, str(HERE / "worker.py"), name, str(problem), precision, *flags]


class Peer:
    """Starts a worker. Its stderr goes to log."""

    def __init__(self, name, problem, precision, row, mutant, caches, log, deadline):
        flags = ["--steps", str(row.steps), "--rounds", str(row.gate_rounds), "--mutant", mutant]
        self.row, self.deadline, self.log = row, deadline, log
        with open(log, "w") as errors:
            self.process = subprocess.Popen(
                command(name, problem, precision, *flags),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment(caches),
            )

    def answer(self):
        return self.hear()

    def sample(self):
        self.process.stdin.write(f"{self.row.rounds}\n".encode())
        self.process.stdin.flush()
        return self.hear()["seconds"]

    def hear(self):
        """Returns the worker's next line."""
        left = max(0, self.deadline - time.monotonic())
        if not select.select([self.process.stdout], [], [], left)[0]:
            raise OutOfTime
        line = self.process.stdout.readline()
        if not line:
            last = self.log.read_text().strip().splitlines() or ["no word"]
            raise RuntimeError(last[-1][:200])
        return json.loads(line)

    def close(self):
        self.process.kill()
        self.process.wait()
