"""PyTorch: eager as usually written, compiled in two ways, and a whole epoch as one
CUDA graph."""

import time

import torch
import torch.nn.functional as F

import gate

torch._dynamo.config.cache_size_limit = 64  # the last batch has a shape of its own


def set_precision(precision):
    """Sets the precision in which torch multiplies float32."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


class Peer:
    """A network with its data on the device."""

    def __init__(self, problem, precision):
        self.problem, self.precision = problem, precision
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        set_precision(precision)
        self.compute = torch.bfloat16 if precision == "bf16" else torch.float32
        self.x = self.put(problem.pixels(problem.train_images)).to(self.compute)
        self.y = self.put(problem.train_labels).long()
        self.orders = self.put(problem.orders)
        self.params = [self.put(p) for p in problem.params]
        self.losses = torch.zeros(problem.steps, device=self.device)
        self.slots = [self.losses[i : i + 1] for i in range(problem.steps)]
        self.prepare()

    def put(self, array):
        return torch.from_numpy(array.copy()).to(self.device)

    def prepare(self):
        """Compiles, if that must be done before the first round."""

    def reset(self):
        """Restores the initial weights."""
        with torch.no_grad():
            for p, initial in zip(self.params, self.problem.params):
                p.copy_(self.put(initial))

    def sync(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def answers(self):
        """Returns the losses of the steps of the last round, and the parameters."""
        return self.losses.tolist(), [p.detach().float().cpu().numpy() for p in self.params]

    def precision_read(self):
        a, b = (torch.from_numpy(x).to(self.device, self.compute) for x in gate.operands())
        return gate.precision_of((a @ b).float().cpu().numpy())

    def versions(self):
        card = torch.cuda.get_device_name() if self.device == "cuda" else "CPU"
        return {"torch": torch.__version__, "cuda": str(torch.version.cuda), "device": card}

    def rows(self, i):
        """The images of a step: where its batch begins and ends."""
        return i * self.problem.batch, min((i + 1) * self.problem.batch, len(self.y))


class Eager(Peer):
    """torch.nn, autograd and torch.optim, autocast for bf16."""

    def prepare(self):
        w1, b1, w2, b2 = self.params
        self.net = torch.nn.Sequential(
            torch.nn.Linear(*w1.shape, device=self.device), torch.nn.ReLU(), torch.nn.Linear(*w2.shape, device=self.device)
        )
        first, last = self.net[0], self.net[2]
        self.params = [first.weight, first.bias, last.weight, last.bias]
        self.sgd = torch.optim.SGD(self.net.parameters(), self.problem.lr, fused=self.device == "cuda")
        self.reset()

    def reset(self):
        with torch.no_grad():
            for p, initial in zip(self.params, self.problem.params):
                p.copy_(self.put(initial).T if initial.ndim == 2 else self.put(initial))

    def answers(self):
        losses, params = super().answers()
        return losses, [p.T if p.ndim == 2 else p for p in params]

    def round(self, epoch):
        order = self.orders[epoch % len(self.orders)]
        for i, slot in enumerate(self.slots):
            first, end = self.rows(i)
            if self.problem.full:
                self.step(self.x, self.y, slot)
            else:
                self.step(self.x[order[first:end]], self.y[order[first:end]], slot)

    def step(self, x, y, slot):
        self.sgd.zero_grad()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16"):
            loss = F.cross_entropy(self.net(x), y)
        loss.backward()
        self.sgd.step()
        slot.copy_(loss.detach())


def step(params, x, y, lr, slot):
    """One step with the backward pass written by hand: the weights are updated as
    their gradients are computed, and bf16 has float32 masters."""
    w1, b1, w2, b2 = params
    low = x.dtype != torch.float32
    v1, c1, v2, c2 = (p.to(x.dtype) for p in params)
    h = torch.addmm(c1, x, v1).relu()
    logits = torch.addmm(c2, h, v2).float()
    slot.copy_(F.cross_entropy(logits, y))
    dz = logits.softmax(1)
    dz = (dz - F.one_hot(y, dz.shape[1])) / len(x)
    dlow = dz.to(x.dtype)
    dh = (dlow @ v2.T) * (h > 0)
    if low:
        w2.sub_((h.T @ dlow).float(), alpha=lr)
        w1.sub_((x.T @ dh).float(), alpha=lr)
    else:
        w2.addmm_(h.T, dlow, alpha=-lr)
        w1.addmm_(x.T, dh, alpha=-lr)
    b2.sub_(dz.sum(0), alpha=lr)
    b1.sub_(dh.float().sum(0), alpha=lr)


class Compiled(Peer):
    """torch.compile of the step, including the gathering of its rows."""

    mode = ""

    def prepare(self):
        for tensor in self.params + [self.x, self.y]:
            torch._dynamo.mark_static_address(tensor)
        full, lr = self.problem.full, self.problem.lr

        def take(params, x, y, rows):
            slot = torch.empty(1, device=x.device)
            step(params, x if full else x[rows], y if full else y[rows], lr, slot)
            return slot

        self.take = torch.compile(take, mode=self.mode, dynamic=False)

    @torch.no_grad()
    def round(self, epoch):
        order = self.orders[epoch % len(self.orders)]
        for i, slot in enumerate(self.slots):
            first, end = self.rows(i)
            torch.compiler.cudagraph_mark_step_begin()
            slot.copy_(self.take(self.params, self.x, self.y, order[first:end]))

    def versions(self):
        skips = torch._dynamo.utils.counters["inductor"]["cudagraph_skips"]
        return {**super().versions(), "mode": self.mode, "cudagraph_skips": skips}


class ReduceOverhead(Compiled):
    mode = "reduce-overhead"


class MaxAutotune(Compiled):
    mode = "max-autotune"


class EpochGraph(Peer):
    """A whole round as one CUDA graph: all rows are gathered at once, then there is a
    step for each slice. Without a GPU the same work is done without a graph."""

    @torch.no_grad()
    def prepare(self):
        self.order = self.orders[0].clone()
        self.graph = None
        if self.device == "cpu":
            return
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            for _ in range(3):
                self.steps()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.steps()
        self.reset()

    def steps(self):
        x = self.x if self.problem.full else self.x.index_select(0, self.order)
        y = self.y if self.problem.full else self.y.index_select(0, self.order)
        for i, slot in enumerate(self.slots):
            first, end = (0, len(y)) if self.problem.full else self.rows(i)
            step(self.params, x[first:end], y[first:end], self.problem.lr, slot)

    @torch.no_grad()
    def round(self, epoch):
        self.order.copy_(self.orders[epoch % len(self.orders)])
        if self.graph:
            self.graph.replay()
        else:
            self.steps()


PEERS = {
    "torch-eager": Eager,
    "torch-compile-reduce-overhead": ReduceOverhead,
    "torch-compile-max-autotune": MaxAutotune,
    "torch-epoch-graph": EpochGraph,
}


def open_peer(name, problem, precision):
    start = time.perf_counter()
    peer = PEERS[name](problem, precision)
    peer.sync()
    return peer, time.perf_counter() - start
