"""PyTorch on the CPU: `pytorch.py THREADS eager|compiled`. Networks of pytorch_models.py; line protocol of serve.mjs."""

import json
import math
import sys
import time

import torch
from torch import nn

from pytorch_models import load, make_model

threads = int(sys.argv[1])
mode = sys.argv[2]
torch.set_num_threads(threads)


class SquaredErrorOfSigmoid(nn.Module):
    def forward(self, output, y):
        return nn.functional.mse_loss(torch.sigmoid(output), y)


class CrossEntropy(nn.Module):
    """Over all steps of a sequence, where there are any."""

    def forward(self, logits, y):
        return nn.functional.cross_entropy(logits.flatten(0, -2), y.flatten())


LOSSES = {"meanSquaredError": SquaredErrorOfSigmoid, "crossEntropy": CrossEntropy}


def make_optimizer(spec, parameters, options):
    if spec["name"] == "sgd":
        return torch.optim.SGD(parameters, lr=spec["learningRate"], **options)
    betas = (spec["beta1"], spec["beta2"])
    return torch.optim.Adam(parameters, lr=spec["learningRate"], betas=betas, eps=spec["epsilon"], **options)


class Trainer:
    def __init__(self, workload, tensors):
        self.spec = workload["optimizer"]
        self.initial, self.xs, self.ys = tensors
        if workload["family"] == "sequential" and len(workload["input"]) == 3:
            self.xs = [x.permute(0, 3, 1, 2).contiguous() for x in self.xs]
        self.model = make_model(workload)
        self.loss = LOSSES[workload["loss"]]()
        self.forward = self.loss_of
        if mode == "compiled":
            self.forward = torch.compile(self.loss_of)
        self.options = min(self.working_options(), key=self.time_options)

    def loss_of(self, x, y):
        return self.loss(self.model(x), y)

    def working_options(self):
        """The optimizer's implementations (one loop, lists of tensors, fused) that this version has on the CPU."""
        for options in ({"foreach": False}, {"foreach": True}, {"fused": True}):
            try:
                self.reset(options)
                self.train(3)
                yield options
            except (TypeError, RuntimeError):
                continue

    def time_options(self, options):
        def seconds(steps):
            self.reset(options)
            start = time.perf_counter()
            self.train(steps)
            return time.perf_counter() - start

        steps = max(2, min(15, int(0.5 / seconds(1))))
        return min(seconds(steps) for _ in range(3))

    def reset(self, options=None):
        load(self.model, self.initial)
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimizer = make_optimizer(self.spec, trained, self.options if options is None else options)

    def train(self, steps):
        forward, optimizer, xs, ys = self.forward, self.optimizer, self.xs, self.ys
        for i in range(steps):
            batch = i % len(xs)
            optimizer.zero_grad(set_to_none=True)
            loss = forward(xs[batch], ys[batch])
            loss.backward()
            optimizer.step()
        return loss.item()


class Product:
    """One matrix product, over and over, into memory that is there. The check value is the mean of its elements."""

    options = {}

    def __init__(self, tensors):
        (self.a, self.b), _, _ = tensors
        self.out = self.a @ self.b

    def reset(self):
        self.out.zero_()

    def train(self, steps):
        for _ in range(steps):
            torch.matmul(self.a, self.b, out=self.out)
        return self.out.double().mean().item()


def read_tensors(file, shapes):
    with open(file, "rb") as source:
        bytes_of = bytearray(source.read())
    offset = 0

    def take(shape, dtype):
        nonlocal offset
        size = math.prod(shape)
        values = torch.frombuffer(bytes_of, dtype=dtype, count=size, offset=offset)
        offset += 4 * size
        return values.reshape(shape).clone() if dtype == torch.float32 else values.reshape(shape).long()

    parameters = [take(shape, torch.float32) for shape in shapes["parameters"]]
    xs, ys = ([take(shape, getattr(torch, shapes["dtypes"][name])) for shape in shapes[name]] for name in ("x", "y"))
    return parameters, xs, ys


def blas():
    """The library behind matrix products. Debian's torch takes whatever is installed, which may be the slow reference."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = maps.read()
    except OSError:
        return "unknown BLAS"
    if "openblas" in loaded:
        return "OpenBLAS"
    if "libmkl" in loaded or "BLAS_INFO=mkl" in torch.__config__.show():
        return "MKL"
    if "/libblas.so" in loaded:
        return "reference BLAS, many times slower than OpenBLAS: apt-get install libopenblas0"
    return "unknown BLAS"


trainer = None


def answer(request):
    global trainer
    if request["command"] == "hello":
        return {"version": torch.__version__, "threads": torch.get_num_threads(), "note": blas()}
    if request["command"] == "prepare":
        workload = request["workload"]
        if mode == "compiled" and workload["family"] == "product":
            raise ValueError("a bare product has nothing to compile")
        tensors = read_tensors(request["file"], request["shapes"])
        trainer = Product(tensors) if workload["family"] == "product" else Trainer(workload, tensors)
        options = [f"{name}={on}" for name, on in trainer.options.items() if on]
        return {"form": ", ".join([torch.__version__.split("+")[0], mode, *options])}
    trainer.reset()
    start = time.perf_counter()
    loss = trainer.train(request["steps"])
    return {"loss": loss, "secondsPerStep": (time.perf_counter() - start) / request["steps"]}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # the harness prints the sentence and goes on without this contender
        reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    print(json.dumps(reply), flush=True)
