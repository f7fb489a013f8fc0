"""Writes models of PyTorch, Keras, Flax and scikit-learn into a folder, and what they
answer: python3 models.py FOLDER IMAGES LABELS, the last two raw IDX files.

Written for torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, keras 3.15.1, flax 0.12.8,
scikit-learn 1.9.1, skl2onnx 1.20.0, safetensors 0.8.0 and numpy 2.4.6.
"""

import json
import os
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.filterwarnings("ignore")

import flax.linen
import jax
import keras
import numpy as np
import torch
from safetensors.torch import save_file
from skl2onnx import to_onnx
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

folder, images, labels = sys.argv[1:]
images = np.frombuffer(open(images, "rb").read()[16:], np.uint8).reshape(-1, 28, 28)
labels = np.frombuffer(open(labels, "rb").read()[8:], np.uint8)
pixels = images.reshape(-1, 784).astype(np.float32)
os.chdir(folder)
torch.manual_seed(1)
torch.set_num_threads(2)
np.random.seed(1)
cases = []


def add(file, flags, logits):
    """Notes the answers of a model, and which of them rounding could change."""
    top = np.sort(logits, 1)
    cases.append({
        "file": file,
        "flags": flags,
        "answers": logits.argmax(1).tolist(),
        "sure": (top[:, -1] - top[:, -2] > 1e-4 * np.abs(top[:, -1])).tolist(),
    })


def trained(model, prepare):
    """Returns the logits of a PyTorch model after a few steps."""
    x, y = torch.from_numpy(prepare(images.astype(np.float32))), torch.from_numpy(labels.astype(np.int64))
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for i in range(0, 40 * 100, 100):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[i:i + 100]), y[i:i + 100]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        return model(x).numpy()


# PyTorch's example of MNIST.
plain = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
logits = trained(plain, lambda x: (x / 255 - 0.1307) / 0.3081)
save_file(plain.state_dict(), "torch.safetensors")
add("torch.safetensors", ["--mean", "0.1307", "--std", "0.3081"], logits)


class Prepared(nn.Module):
    def forward(self, x):
        return torch.log_softmax(plain((x / 255 - 0.1307) / 0.3081), 1)


class Layers(nn.Module):
    """Layers with names of their own, one without bias, and batch normalization."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 48, bias=False)
        self.norm = nn.BatchNorm1d(48)
        self.logits = nn.Linear(48, 10)

    def forward(self, x):
        return self.logits(nn.functional.dropout(torch.relu(self.norm(self.hidden(x.flatten(1)))), 0.2, self.training))


# The exporter puts weights into prepared.onnx.data.
torch.onnx.export(Prepared().eval(), (torch.zeros(2, 28, 28),), "prepared.onnx", dynamo=True,
                  dynamic_shapes=({0: torch.export.Dim("n")},), verbose=False)
add("prepared.onnx", [], logits)
normed = Layers()
logits = trained(normed, lambda x: x / 127.5 - 1)
save_file(normed.state_dict(), "norm.safetensors")
add("norm.safetensors", ["--pixels", "-1..1"], logits)
torch.onnx.export(normed, (torch.zeros(2, 28, 28),), "norm.onnx", dynamo=True,
                  dynamic_shapes=({0: torch.export.Dim("n")},), verbose=False)
add("norm.onnx", ["--pixels", "-1..1"], logits)
half = {k: v.bfloat16().float() if v.is_floating_point() else v for k, v in normed.state_dict().items()}
normed.load_state_dict(half)
with torch.no_grad():
    logits = normed(torch.from_numpy(images / np.float32(127.5) - 1)).numpy()
save_file({k: v.bfloat16() if v.is_floating_point() else v for k, v in half.items()}, "bfloat16.safetensors")
add("bfloat16.safetensors", ["--pixels", "-1..1"], logits)

# Keras, whose batch normalization comes after ReLU here.
model = keras.Sequential([
    keras.Input((28, 28)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(), keras.layers.Dense(40, "relu"),
    keras.layers.BatchNormalization(), keras.layers.Dense(10, "softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images[:4000].astype(np.float32), labels[:4000], batch_size=100, verbose=0)
answers = np.log(model.predict(images.astype(np.float32), batch_size=1000, verbose=0))
np.savez("keras.npz", *model.get_weights())
add("keras.npz", ["--batch-norm", "after-relu", "--epsilon", "1e-3"], answers)
model.export("keras.onnx", format="onnx", verbose=False)
add("keras.onnx", [], answers)


class Dense(flax.linen.Module):
    @flax.linen.compact
    def __call__(self, x):
        return flax.linen.Dense(10)(flax.linen.relu(flax.linen.Dense(30)(x)))


network = Dense()
variables = network.init(jax.random.key(1), pixels[:1])
np.savez("flax.npz", **{"/".join(k): v for k, v in flax.traverse_util.flatten_dict(variables).items()})
add("flax.npz", [], np.asarray(network.apply(variables, pixels / 255)))

# scikit-learn: a network alone, and behind a scaler.
mlp = MLPClassifier((50, 20), max_iter=2, random_state=1).fit(pixels[:4000] / 255, labels[:4000])
np.savez("sklearn.npz", *mlp.coefs_, *mlp.intercepts_)
add("sklearn.npz", [], np.log(mlp.predict_proba(pixels / 255)))
scaled = make_pipeline(StandardScaler(), MLPClassifier((50,), max_iter=2, random_state=1)).fit(pixels[:4000], labels[:4000])
with open("sklearn.onnx", "wb") as f:
    f.write(to_onnx(scaled, pixels[:1], options={"zipmap": False}).SerializeToString())
add("sklearn.onnx", ["--pixels", "0..255"], np.log(np.maximum(scaled.predict_proba(pixels), 1e-30)))

with open("cases.json", "w") as f:
    json.dump(cases, f)
