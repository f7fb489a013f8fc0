"""Cold starts: whole processes from start to 98 %, each with its own empty caches."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import plan
from peer import OutOfTime, command, environment

ACCURACY = 0.98


def start_to_exit(line, caches, log, deadline):
    """Runs a command and returns its time and its last line of stdout."""
    with open(log, "w") as errors:
        start = time.monotonic()
        try:
            done = subprocess.run(
                line, stdout=subprocess.PIPE, stderr=errors, env=environment(caches), timeout=max(1, deadline - start)
            )
        except subprocess.TimeoutExpired:
            raise OutOfTime from None
    if done.returncode:
        last = log.read_text().strip().splitlines() or [f"exit code {done.returncode}"]
        raise RuntimeError(last[-1][:200])
    return time.monotonic() - start, json.loads(done.stdout.splitlines()[-1])


def line_of(name, settings, folder):
    if name != "mnistgpu":
        return command(name, settings.problem, "fp32", "--until", str(settings.accuracy))
    return [
        settings.mnistgpu, "train", "--data", settings.data, "--backend", settings.backend, *settings.row.flags(),
        "--epochs", "20", "--target-accuracy", str(settings.accuracy), "--quiet", "--json", "--report=false",
        "--run-dir", str(folder / "run"),
    ]


def measure(settings, names, repeat, logs, deadline):
    """Times all once, in an order that is reversed with each repeat."""
    names = [name for name in names if name in plan.COLD]
    found = []
    for name in names if repeat % 2 == 0 else reversed(names):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            try:
                took, answer = start_to_exit(line_of(name, settings, folder), folder, logs / f"cold-{name}.log", deadline)
            except RuntimeError as error:
                took, answer = 0, {"epochs": 0, "error": str(error)}
        refused = "" if answer["epochs"] else answer.get("error") or f"reached {answer['accuracy']:.4f}"
        found.append({"name": name, "samples": [took], "epochs": round(answer["epochs"]), "refused": refused})
    return found


def merge(repeats):
    """Merges the results of all repeats. A contender that failed once is refused."""
    merged = {}
    for contender in (c for result in repeats for c in result["contenders"]):
        all = merged.setdefault(contender["name"], {**contender, "samples": []})
        all["samples"] += contender["samples"]
        all["refused"] = all["refused"] or contender["refused"]
    for all in merged.values():
        if all["refused"]:
            all["samples"] = []
    return {**repeats[-1], "contenders": list(merged.values())}
