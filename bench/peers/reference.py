"""The reference for the losses and the accuracy, by NumPy: formulas written out in
float64, independent of the code of all contenders."""

import json

import numpy as np

STEPS = 20  # whose losses are compared


def descend(problem, dtype, steps, epochs):
    """Yields each step's mean loss and the parameters after it."""
    params = [p.astype(dtype) for p in problem.params]
    images = problem.pixels(problem.train_images)
    for epoch in range(epochs):
        order = np.arange(len(images)) if problem.full else problem.orders[epoch]
        for first in range(0, steps * problem.batch, problem.batch):
            rows = order if problem.full else order[first : first + problem.batch]
            x = (images if problem.full else images[rows]).astype(dtype)
            yield step(params, x, problem.train_labels[rows], problem.lr), params


def step(params, x, labels, lr):
    """Takes one step of gradient descent, in place, and returns the mean loss
    before it."""
    w1, b1, w2, b2 = params
    hidden = x @ w1
    hidden += b1
    np.maximum(hidden, 0, out=hidden)
    logits = hidden @ w2 + b2
    logits -= logits.max(axis=1, keepdims=True)
    exponentials = np.exp(logits)
    sums = exponentials.sum(axis=1, keepdims=True)
    each = np.arange(len(x))
    loss = np.mean(np.log(sums[:, 0]) - logits[each, labels], dtype=np.float64)
    dlogits = exponentials / sums
    dlogits[each, labels] -= 1
    dlogits /= len(x)
    dhidden = dlogits @ w2.T
    dhidden *= hidden > 0
    for p, gradient in (
        (w2, hidden.T @ dlogits),
        (b2, dlogits.sum(axis=0)),
        (w1, x.T @ dhidden),
        (b1, dhidden.sum(axis=0)),
    ):
        p -= p.dtype.type(lr) * gradient
    return float(loss)


def reference(path, problem, row):
    """The losses of the first steps in float64, and the accuracy after the gate's
    rounds in float32. Both are stored at path."""
    if path.is_file():
        return json.loads(path.read_text())
    steps = min(STEPS, problem.steps)
    losses = [loss for loss, _ in descend(problem, np.float64, steps, 1)]
    for _, params in descend(problem, np.float32, problem.steps, row.gate_rounds):
        pass
    found = {"losses": losses, "accuracy": problem.accuracy(params)}
    path.write_text(json.dumps(found))
    return found
