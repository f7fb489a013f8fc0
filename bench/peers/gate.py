"""The gate: a contender is timed only if it computes what all the others do."""

import numpy as np

# Limits of the relative error of each of the first losses against float64. The
# significands have 24, 11 and 8 bits, and a loss is a mean over many products. The 23
# bits of split16 must meet the limit of float32.
LOSS_LIMITS = {"fp32": 1e-5, "tf32": 2e-3, "bf16": 1e-2, "split16": 1e-5}
ACCURACY_LIMIT = 0.002

# The range of the relative error of a product of random numbers for each precision:
# rounding to 24, 11 and 8 bits gives about 2e-7, 3e-4 and 2.4e-3.
PRODUCT_ERRORS = {"fp32": (0, 2e-5), "tf32": (2e-5, 1.2e-3), "bf16": (1.2e-3, 1e-2)}


def worst(losses, reference):
    """The largest relative error of losses, and its step. NaN is the largest."""
    if len(losses) < len(reference):
        return float("inf"), len(losses)
    errors = np.abs(np.array(losses[: len(reference)]) - reference) / np.abs(reference)
    errors = np.where(np.isnan(errors), np.inf, errors)
    return float(errors.max()), int(errors.argmax())


def verdict(precision, answer, reference):
    """Why a contender is refused, or an empty string. The answer has its losses,
    its accuracy, and the precision that was read back."""
    error, step = worst(answer["losses"], reference["losses"])
    if not error <= LOSS_LIMITS[precision]:
        return f"the loss of step {step} is off by {error:.1e}, limit {LOSS_LIMITS[precision]:.0e}"
    if not abs(answer["accuracy"] - reference["accuracy"]) <= ACCURACY_LIMIT:
        return f"the accuracy is {answer['accuracy']:.4f}, not {reference['accuracy']:.4f}"
    if answer["precision"] != precision:
        return f"asked for {precision}, it multiplies in {answer['precision']}"
    return ""


def operands(seed=1):
    """The operands of a product that tells precisions apart: (256, 784), (784, 128)."""
    draw = np.random.default_rng(seed)
    return draw.standard_normal((256, 784), np.float32), draw.standard_normal((784, 128), np.float32)


def precision_of(product):
    """The precision in which the operands were multiplied."""
    a, b = (x.astype(np.float64) for x in operands())
    error = np.linalg.norm(np.asarray(product, np.float64) - a @ b) / np.linalg.norm(a @ b)
    for name, (low, high) in PRODUCT_ERRORS.items():
        if low <= error < high:
            return name
    return f"an unknown precision, off by {error:.1e}"
