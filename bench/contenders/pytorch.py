"""PyTorch, eager, on the CPU: `pytorch.py THREADS`. Speaks the line protocol that serve.mjs describes."""

import json
import sys
import time

import torch
from torch import nn

threads = int(sys.argv[1])
torch.set_num_threads(threads)


class SquaredErrorOfSigmoid(nn.Module):
    def forward(self, output, y):
        return nn.functional.mse_loss(torch.sigmoid(output), y)


ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}
LOSSES = {"meanSquaredError": SquaredErrorOfSigmoid, "crossEntropy": nn.CrossEntropyLoss}


def make_optimizer(spec, parameters, options):
    if spec["name"] == "sgd":
        return torch.optim.SGD(parameters, lr=spec["learningRate"], **options)
    betas = (spec["beta1"], spec["beta2"])
    return torch.optim.Adam(parameters, lr=spec["learningRate"], betas=betas, eps=spec["epsilon"], **options)


class Trainer:
    def __init__(self, workload, tensors):
        self.spec = workload["optimizer"]
        self.initial, self.xs, self.ys = tensors
        widths = workload["widths"]
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.Linear(inputs, outputs), ACTIVATIONS[workload["hidden"]]()]
        self.model = nn.Sequential(*layers[:-1])
        self.loss = LOSSES[workload["loss"]]()
        self.options = min(self.working_options(), key=self.time_options)

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
        times = []
        for _ in range(3):
            self.reset(options)
            start = time.perf_counter()
            self.train(15)
            times.append(time.perf_counter() - start)
        return min(times)

    def reset(self, options=None):
        with torch.no_grad():
            for parameter, value in zip(self.model.parameters(), self.initial):
                parameter.copy_(value.t() if value.dim() == 2 else value)
        self.optimizer = make_optimizer(self.spec, self.model.parameters(), self.options if options is None else options)

    def train(self, steps):
        model, loss_of, optimizer, xs, ys = self.model, self.loss, self.optimizer, self.xs, self.ys
        for i in range(steps):
            batch = i % len(xs)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(xs[batch]), ys[batch])
            loss.backward()
            optimizer.step()
        return loss.item()


def read_tensors(workload, file, shapes):
    with open(file, "rb") as source:
        values = torch.frombuffer(bytearray(source.read()), dtype=torch.float32)
    offset = 0

    def take(shape):
        nonlocal offset
        size = torch.Size(shape).numel()
        offset += size
        return values[offset - size : offset].reshape(shape).clone()

    parameters, xs, ys = ([take(shape) for shape in shapes[name]] for name in ("parameters", "x", "y"))
    if workload["loss"] == "crossEntropy":
        ys = [y.long() for y in ys]
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
        trainer = Trainer(workload, read_tensors(workload, request["file"], request["shapes"]))
        return {"form": ", ".join(f"{name}={on}" for name, on in trainer.options.items())}
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
