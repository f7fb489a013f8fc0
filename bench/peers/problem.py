"""The problem that every contender solves, as the program in the folder problem wrote
it, and ways to get it wrong."""

import struct

import numpy as np


class Problem:
    """Images (N, pixels) uint8 and labels (N,) of two splits, initial weights
    (In, Out) and biases (Out,) of two layers, and the order of the training images
    in each epoch (E, N)."""

    def __init__(self, path, steps=0):
        self.path = path
        with np.load(path) as file:
            self.train_images, self.train_labels = file["train_images"], file["train_labels"]
            self.test_images, self.test_labels = file["test_images"], file["test_labels"]
            self.params = [file[f"layers.{i}.{kind}"] for i in (0, 1) for kind in ("weight", "bias")]
            self.orders = file["orders"]
            self.batch = int(file["batch"])
            self.scale = float(file["pixel_scale"])
            self.lr = float(file["learning_rate"])
        self.full = self.batch == len(self.train_labels)
        self.steps = steps if self.full else -(-len(self.train_labels) // self.batch)

    def pixels(self, images):
        """Images as float32 numbers: a byte times the scale, both exact."""
        return images.astype(np.float32) * np.float32(self.scale)

    def accuracy(self, params):
        """The fraction of the test images that a network classifies correctly, by NumPy."""
        w1, b1, w2, b2 = params
        hidden = np.maximum(self.pixels(self.test_images) @ w1 + b1, 0)
        return float(np.mean(np.argmax(hidden @ w2 + b2, axis=1) == self.test_labels))

    def mutate(self, mutant):
        """Alters the problem, which the gate must detect."""
        if mutant == "lr":
            self.lr *= 1.001
        elif mutant == "order":
            self.orders = self.orders[:, ::-1].copy()
            self.train_labels = self.train_labels.copy()
            self.train_labels[0] = (self.train_labels[0] + 1) % 10  # for the full batch
        elif mutant == "bias":
            self.params[1] = self.params[1] + np.float32(0.01)
        elif mutant:
            raise SystemExit(f"no mutant {mutant}: must be lr, order or bias")


MUTANTS = ["lr", "order", "bias"]


def write_digits(folder, training=2000, test=500, seed=1):
    """Writes a small data set of four IDX files: ten coarse shapes, and noise."""
    draw = np.random.default_rng(seed)
    shapes = (draw.uniform(0, 1, (10, 7, 7)) < 0.2).repeat(4, axis=1).repeat(4, axis=2)
    folder.mkdir(parents=True)
    for split, n in (("train", training), ("t10k", test)):
        labels = draw.integers(0, 10, n, dtype=np.uint8)
        ink = shapes[labels] * draw.uniform(0, 255, (n, 28, 28)) + (draw.uniform(0, 1, (n, 28, 28)) < 0.05) * 255
        images = np.clip(ink, 0, 255).astype(np.uint8)
        (folder / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 0x803, n, 28, 28) + images.tobytes())
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, n) + labels.tobytes())
