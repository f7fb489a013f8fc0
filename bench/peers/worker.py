"""A peer in a process of its own. It answers in lines of JSON: first with what the
gate needs, then, for each number of rounds on stdin, with the mean time of one. With
--until it trains until the test accuracy is reached."""
import argparse
import importlib
import json
import os
import sys
import time

import plan
from problem import Problem


def speak(out, answer):
    out.write(json.dumps(answer) + "\n")
    out.flush()


def gate(name, problem, precision, rounds):
    """Runs the rounds that are compared, from the initial weights."""
    peer, setup = importlib.import_module(plan.module_of(name)).open_peer(name, problem, precision)
    start = time.perf_counter()
    first = []
    for epoch in range(rounds):
        peer.round(epoch)
        losses, params = peer.answers()
        first = first or losses
    answer = {
        "losses": first[:20],
        "accuracy": problem.accuracy(params),
        "precision": peer.precision_read(),
        "versions": peer.versions(),
        "setup_seconds": setup + time.perf_counter() - start,
    }
    return peer, answer


def sample(peer, rounds, epoch):
    """The mean time of a round, with the device idle before and after."""
    peer.sync()
    start = time.perf_counter()
    for i in range(rounds):
        peer.round(epoch + i)
    peer.sync()
    return (time.perf_counter() - start) / rounds


def until(name, problem, precision, accuracy):
    """Trains until the accuracy is reached, evaluating after each epoch."""
    peer, _ = importlib.import_module(plan.module_of(name)).open_peer(name, problem, precision)
    for epoch in range(len(problem.orders)):
        peer.round(epoch)
        reached = problem.accuracy(peer.answers()[1])
        if reached >= accuracy:
            return {"accuracy": reached, "epochs": epoch + 1}
    return {"accuracy": reached, "epochs": 0}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=plan.names())
    parser.add_argument("problem")
    parser.add_argument("precision", choices=plan.PRECISIONS)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--mutant", default="")
    parser.add_argument("--until", type=float, default=0)
    flags = parser.parse_args()

    # Whatever libraries print goes to stderr; stdout is for answers only.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    problem = Problem(flags.problem, flags.steps)
    problem.mutate(flags.mutant)
    if flags.until:
        speak(out, until(flags.name, problem, flags.precision, flags.until))
        return
    peer, answer = gate(flags.name, problem, flags.precision, flags.rounds)
    speak(out, answer)
    for line in sys.stdin:
        speak(out, {"seconds": sample(peer, int(line), 0)})


if __name__ == "__main__":
    main()
