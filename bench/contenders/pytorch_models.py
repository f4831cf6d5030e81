"""The workloads' networks as PyTorch's users write them, and the loading of weights that are stored channels last."""

import math

import torch
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "flatten": nn.Flatten}


def sequential(workload):
    """Layers one after another. Images are NCHW here, PyTorch's own layout."""
    shape = workload["input"]
    modules = []
    for layer in workload["layers"]:
        kind = layer["kind"]
        if kind == "dense":
            module = nn.Linear(math.prod(shape), layer["units"])
            module.image = shape  # the kernel's rows follow [height, width, channels], and must follow NCHW
            shape = [layer["units"]]
        elif kind == "conv":
            size, padding = layer["size"], layer["padding"]
            module = nn.Conv2d(shape[2], layer["filters"], size, padding=padding)
            lost = 0 if padding == "same" else size - 1
            shape = [shape[0] - lost, shape[1] - lost, layer["filters"]]
        elif kind == "maxPool":
            module = nn.MaxPool2d(layer["size"])
            shape = [shape[0] // layer["size"], shape[1] // layer["size"], shape[2]]
        elif kind == "dropout":
            module = nn.Dropout(layer["rate"])
        else:
            module = ACTIVATIONS[kind]()
        modules.append(module)
    return nn.Sequential(*modules)


class CharacterLSTM(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.embedding = nn.Embedding(workload["vocabulary"], workload["embedding"])
        self.lstm = nn.LSTM(workload["embedding"], workload["units"], batch_first=True)
        self.head = nn.Linear(workload["units"], workload["vocabulary"])

    def forward(self, x):
        outputs, _ = self.lstm(self.embedding(x))
        return self.head(outputs)


class Block(nn.Module):
    """Pre-norm: causal attention, then the MLP."""

    def __init__(self, width, heads, steps):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)
        self.register_buffer("future", torch.ones(steps, steps).triu(1).bool(), persistent=False)

    def attention(self, x):
        batch, steps, width = x.shape
        q, k, v = (t.view(batch, steps, self.heads, -1).transpose(1, 2) for t in self.qkv(x).split(width, dim=2))
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(q.shape[-1]))
            mixed = scores.masked_fill(self.future, -math.inf).softmax(dim=-1) @ v
        return self.projection(mixed.transpose(1, 2).reshape(batch, steps, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.contract(F.gelu(self.expand(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, workload):
        super().__init__()
        width, steps = workload["width"], workload["steps"]
        self.tokens = nn.Embedding(workload["vocabulary"], width)
        self.positions = nn.Embedding(steps, width)
        self.blocks = nn.Sequential(*(Block(width, workload["heads"], steps) for _ in range(workload["layers"])))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, workload["vocabulary"], bias=False)

    def forward(self, x):
        x = self.tokens(x) + self.positions.weight[: x.shape[1]]
        return self.head(self.norm(self.blocks(x)))


FAMILIES = {"sequential": sequential, "lstm": CharacterLSTM, "gpt": GPT}


def make_model(workload):
    """The model, with one bias for an LSTM's gates: PyTorch's second one stays at zero, or it would count twice."""
    model = FAMILIES[workload["family"]](workload)
    for name, parameter in model.named_parameters():
        if "bias_hh" in name:
            parameter.requires_grad_(False).zero_()
    return model


def arranged(module, value):
    """A value of the file, in the layout of the module that it is for."""
    if isinstance(module, nn.Conv2d) and value.dim() == 4:
        return value.permute(3, 2, 0, 1)
    if isinstance(module, nn.Linear) and value.dim() == 2:
        image = getattr(module, "image", [1])
        if len(image) == 3:
            value = value.reshape(*image, -1).permute(2, 0, 1, 3).flatten(0, 2)
        return value.t()
    if isinstance(module, nn.LSTM) and value.dim() == 2:
        return value.t()
    return value


def load(model, values):
    """Copies the file's values into the parameters, which come in the same order."""
    own = ((module, p) for module in model.modules() for p in module.parameters(recurse=False) if p.requires_grad)
    with torch.no_grad():
        for (module, parameter), value in zip(own, values, strict=True):
            parameter.copy_(arranged(module, value))
