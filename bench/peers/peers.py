#!/usr/bin/env python3
"""Times mnistgpu beside PyTorch and JAX, under the rules of README.md, and prints
one table. A call takes --minutes at most; call it again until it says that all is
done. `--dry-run` needs no GPU: it shows that all of it runs and agrees, and its
times mean nothing."""

import argparse
import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import cold
import gate
import plan
import table
from ours import Program
from peer import OutOfTime, Peer
from problem import MUTANTS, Problem, write_digits
from reference import reference

CALL_AGAIN = 75  # EX_TEMPFAIL of sysexits.h


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).resolve().parent
    parser.add_argument("--mnistgpu", default=str(here.parent / "mnistgpu"), help="the program (default ../mnistgpu)")
    parser.add_argument("--problem", default=str(here.parent / "problem"), help="the program that writes problems (default ../problem)")
    parser.add_argument("--data", default=os.environ.get("MNISTGPU_DATA", "mnist"), help="folder with MNIST (default that of MNISTGPU_DATA)")
    parser.add_argument("--out", type=Path, default=Path("peers-results"), help="folder for results; what is there is not done again")
    parser.add_argument("--minutes", type=float, default=9, help="how long this call may take (default 9)")
    parser.add_argument("--repeats", type=int, default=7, help="times that each contender is timed (default 7)")
    parser.add_argument("--precision", nargs="+", default=plan.PRECISIONS, choices=plan.PRECISIONS)
    parser.add_argument("--contenders", nargs="+", default=plan.names(), choices=plan.names(), metavar="NAME")
    parser.add_argument("--rows", nargs="+", metavar="ROW", help="such as batch-128-hidden-1024, or cold (default all)")
    parser.add_argument("--mutant", default="", choices=MUTANTS, help="make the peers wrong: all of them must be refused")
    parser.add_argument("--dry-run", action="store_true", help="on the CPU, a few images, nothing that is a result")
    flags = parser.parse_args()
    if flags.dry_run:
        os.environ.update(JAX_PLATFORMS="cpu", CUDA_VISIBLE_DEVICES="")
        flags.precision = ["fp32"] if flags.precision == plan.PRECISIONS else flags.precision
    flags.out = flags.out.resolve()
    return flags


class Comparison:
    """All slices: one for each row and precision, and one for each repeat of the cold
    starts."""

    def __init__(self, flags):
        self.flags = flags
        self.deadline = time.monotonic() + 60 * flags.minutes
        self.backend = "cpu" if flags.dry_run else "cuda"
        self.rows = plan.DRY_ROWS if flags.dry_run else plan.ROWS
        self.kept = flags.out / ("slices-" + flags.mutant if flags.mutant else "slices")
        self.logs = flags.out / "logs"
        for folder in (self.kept, self.logs, flags.out / "problems", flags.out / "caches"):
            folder.mkdir(parents=True, exist_ok=True)
        self.data = flags.data
        if flags.dry_run:
            self.data = str(flags.out / "digits")
            if not Path(self.data).is_dir():
                write_digits(Path(self.data))
        self.names = [name for name in flags.contenders if self.there(name)]

    def there(self, name):
        """Whether the library of a contender is installed. Reports it if not."""
        library = plan.module_of(name).removesuffix("_peers")
        if library == "ours" or importlib.util.find_spec(library):
            return True
        print(f"{name} ... left out: {library} is not installed", file=sys.stderr)
        return False

    def slices(self):
        """The name and the work of each slice, in order."""
        wanted = self.flags.rows
        for row in self.rows:
            for precision in self.flags.precision:
                if row.has(precision) and (not wanted or row.name in wanted):
                    yield f"{row.name}-{precision}", lambda row=row, precision=precision: self.compare(row, precision)
        if not self.flags.mutant and (not wanted or "cold" in wanted):
            for repeat in range(self.flags.repeats):
                yield f"cold-{repeat + 1}", lambda repeat=repeat: self.cold(repeat)

    def problem(self, row):
        """The path of a row's problem file, which is written once."""
        path = self.flags.out / "problems" / f"{row.name}.npz"
        line = [self.flags.problem, "--data", self.data, *row.flags(), str(path)]
        if not path.is_file() and subprocess.run(line).returncode:
            raise SystemExit(f"no problem for {row.name}")
        return path

    def compare(self, row, precision):
        """Sets all contenders up, lets them through the gate, and times them."""
        path = self.problem(row)
        problem = Problem(path, row.steps)
        want = reference(path.with_suffix(".json"), problem, row)
        opened, found = [], []
        try:
            for name in self.names:
                self.say(f"{row.name} {precision}: {name}")
                contender, answer = self.admit(name, problem, row, precision, want)
                opened.append(contender)
                found.append({"name": name, "samples": [], **answer})
            racers = [i for i, c in enumerate(found) if not c["refused"]]
            for repeat in range(0 if self.flags.mutant else self.flags.repeats):
                self.say(f"{row.name} {precision}: time {repeat + 1} of {self.flags.repeats}")
                for i in racers if repeat % 2 == 0 else reversed(racers):
                    self.in_time()
                    found[i]["samples"].append(opened[i].sample())
        finally:
            for contender in opened:
                contender.close()
        beside = plan.of_peers(precision)
        title = f"{row.unit}, batch {row.batch}, {row.hidden} hidden units, {precision}"
        title += "" if beside == precision else f" beside peers in {beside}"
        return {"title": title, "row": dataclasses.asdict(row), "precision": precision, "steps": problem.steps, "contenders": found}

    def admit(self, name, problem, row, precision, want):
        """Opens a contender and returns it with its answer for the gate."""
        log = self.logs / f"{row.name}-{precision}-{name}.log"
        if plan.is_ours(name):
            contender = Program(self.flags.mnistgpu, self.data, row, precision, self.backend, plan.engine_of(name), problem)
        else:
            precision = plan.of_peers(precision)
            caches = self.flags.out / "caches"
            contender = Peer(name, problem.path, precision, row, self.flags.mutant, caches, log, self.deadline)
        self.in_time()
        try:
            answer = contender.answer()
            answer["error"], _ = gate.worst(answer["losses"], want["losses"])
            answer["refused"] = gate.verdict(precision, answer, want)
        except RuntimeError as error:
            answer = {"refused": str(error)}
        except OutOfTime:
            contender.close()
            raise
        if answer["refused"]:
            self.say(f"{name} is refused: {answer['refused']}")
        return contender, answer

    def cold(self, repeat):
        """Times whole processes up to 98 %, for the row of the default preset."""
        row = self.rows[-1]
        settings = argparse.Namespace(
            problem=self.problem(row), mnistgpu=self.flags.mnistgpu, data=self.data, backend=self.backend, row=row,
            accuracy=cold.ACCURACY,
        )
        self.say(f"cold starts, {repeat + 1} of {self.flags.repeats}")
        found = cold.measure(settings, self.names, repeat, self.logs, self.deadline)
        return {"title": f"from start to {cold.ACCURACY:.0%}, cold, fp32, {row.hidden} hidden units", "contenders": found}

    def in_time(self):
        if time.monotonic() > self.deadline:
            raise OutOfTime

    def say(self, text):
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def run(self):
        """Does the slices that are left. Returns the results so far, and whether they are
        complete."""
        results, starts, done = [], [], False
        for name, work in self.slices():
            path = self.kept / f"{name}.json"
            if not path.is_file():
                try:
                    self.in_time()
                    result = {**work(), "device": describe(self.flags.dry_run)}
                except OutOfTime:
                    break
                path.write_text(json.dumps(result))
            (starts if name.startswith("cold") else results).append(json.loads(path.read_text()))
        else:
            done = True
        return results + ([cold.merge(starts)] if starts else []), done


def describe(dry_run):
    """The card, its driver and its clocks, after the work."""
    if dry_run:
        return "the CPU of a dry run"
    query = "name,driver_version,clocks.sm,clocks.mem,power.draw,temperature.gpu"
    try:
        done = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"], capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return f"{done.stdout.strip()}, {time.strftime('%Y-%m-%d')}"


def main():
    flags = arguments()
    comparison = Comparison(flags)
    results, done = comparison.run()
    contenders = [c for result in results for c in result["contenders"]]
    if flags.mutant:
        passed = [c["name"] for c in contenders if not c["refused"] and not plan.is_ours(c["name"])]
        print(f"mutant {flags.mutant}: {len(contenders)} contenders, got past the gate: {', '.join(passed) or 'none'}")
    else:
        banner = "**A dry run on a CPU: these times say nothing of a GPU.**" if flags.dry_run else ""
        print(table.write(flags.out, results, banner))
        passed = [c["name"] for c in contenders if c["refused"]]
    if not done:
        print("not all is done: call again", file=sys.stderr)
        return CALL_AGAIN
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
