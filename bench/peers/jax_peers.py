"""JAX: a step at a time, compiled, with its state donated; and a scan over the
steps of a round."""

import functools
import time

import jax
import jax.numpy as jnp
from jax import lax

import gate

MATMUL = {"fp32": "highest", "tf32": "tensorfloat32", "bf16": "default"}


class Peer:
    """A network with its data on the device. The state is the parameters, the
    losses of the round and the step."""

    def __init__(self, problem, precision):
        self.problem, self.precision = problem, precision
        jax.config.update("jax_default_matmul_precision", MATMUL[precision])
        self.compute = jnp.bfloat16 if precision == "bf16" else jnp.float32
        self.x = jnp.asarray(problem.pixels(problem.train_images), self.compute)
        self.y = jnp.asarray(problem.train_labels, jnp.int32)
        self.orders = [jnp.asarray(order, jnp.int32) for order in problem.orders]
        self.reset()
        self.prepare()

    def reset(self):
        """Restores the initial weights."""
        self.params = [jnp.asarray(p) for p in self.problem.params]
        self.losses = jnp.zeros(self.problem.steps)

    def sync(self):
        jax.block_until_ready((self.params, self.losses))

    def answers(self):
        """Returns the losses of the steps of the last round, and the parameters."""
        return self.losses.tolist(), [jax.device_get(p) for p in self.params]

    def precision_read(self):
        a, b = (jnp.asarray(x, self.compute) for x in gate.operands())
        product = jax.jit(functools.partial(jnp.matmul, preferred_element_type=jnp.float32))(a, b)
        return gate.precision_of(jax.device_get(product))

    def versions(self):
        return {
            "jax": jax.__version__,
            "device": jax.devices()[0].device_kind,
            "matmul_precision": jax.config.jax_default_matmul_precision,
        }

    def loss(self, params, x, y):
        """Mean cross-entropy. For bf16 everything is in bf16 except the parameters, which
        are cast, and what follows the logits, as in flax."""
        w1, b1, w2, b2 = (p.astype(self.compute) for p in params)
        logits = (jax.nn.relu(x @ w1 + b1) @ w2 + b2).astype(jnp.float32)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1)
        return -jnp.mean(chosen)

    def step(self, params, x, y):
        loss, gradients = jax.value_and_grad(self.loss)(params, x, y)
        return [p - self.problem.lr * g for p, g in zip(params, gradients)], loss


class Jit(Peer):
    """One compiled step, called for each batch."""

    def prepare(self):
        batch, full = self.problem.batch, self.problem.full

        @functools.partial(jax.jit, static_argnames="rows", donate_argnums=0)
        def take(state, x, y, order, rows):
            params, losses, i = state
            if not full:
                chosen = lax.dynamic_slice(order, (i * batch,), (rows,))
                x, y = x[chosen], y[chosen]
            params, loss = self.step(params, x, y)
            return params, losses.at[i].set(loss), i + 1

        self.take = take

    def round(self, epoch):
        order, n, batch = self.orders[epoch % len(self.orders)], len(self.y), self.problem.batch
        state = self.params, self.losses, jnp.zeros((), jnp.int32)
        for i in range(self.problem.steps):
            rows = batch if self.problem.full else min(batch, n - i * batch)
            state = self.take(state, self.x, self.y, order, rows)
        self.params, self.losses, _ = state


class Scan(Peer):
    """All steps of a round in one program."""

    unroll = 1

    def prepare(self):
        batch, full, steps = self.problem.batch, self.problem.full, self.problem.steps
        whole = steps if full else len(self.y) // batch

        @functools.partial(jax.jit, donate_argnums=0)
        def round(params, x, y, order):
            def body(params, rows):
                return self.step(params, x, y) if full else self.step(params, x[rows], y[rows])

            batches = None if full else order[: whole * batch].reshape(whole, batch)
            params, losses = lax.scan(body, params, batches, length=whole, unroll=self.unroll)
            if whole < steps:  # the last batch is shorter
                params, loss = body(params, order[whole * batch :])
                losses = jnp.append(losses, loss)
            return params, losses

        self.take = round

    def round(self, epoch):
        order = self.orders[epoch % len(self.orders)]
        self.params, self.losses = self.take(self.params, self.x, self.y, order)


class Scan8(Scan):
    unroll = 8


class Scan32(Scan):
    unroll = 32


PEERS = {"jax-jit": Jit, "jax-scan-1": Scan, "jax-scan-8": Scan8, "jax-scan-32": Scan32}


def open_peer(name, problem, precision):
    start = time.perf_counter()
    peer = PEERS[name](problem, precision)
    peer.sync()
    return peer, time.perf_counter() - start
