#!/usr/bin/env python3
"""Draws random realistic calls of the function families and writes what PyTorch makes of them: values, gradients, and for
some the derivative of a weighted sum of the gradients.

    /usr/bin/python3 test/goldens/random-cases.py                              # writes random-cases.json, which CI reads
    /usr/bin/python3 test/goldens/random-cases.py 7 3000 large > /tmp/cases.json   # seed, count, sizes; or linalg, losses, layers …
    NABLA_RANDOM_CASES=/tmp/cases.json npx vitest run test/random-cases.test.ts

Inputs are eighths, so that float32 holds them exactly, ties and zeros are frequent, and the file is small.
"""
import json
import math
import os
import sys

import torch
import torch.nn.functional as F

from random_draws import axes_of, axis_of, away, bools, broadcastable, call, dim, draw, integers, large, rng, shape, with_nan
from random_images import image
from random_layers import random_layer
from random_losses import loss, rarer_loss

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))

# ---- families -------------------------------------------------------------------------------------------------------

SMOOTH = {
    "exp": torch.exp, "expm1": torch.expm1, "sin": torch.sin, "cos": torch.cos, "tanh": torch.tanh, "erf": torch.erf,
    "sigmoid": torch.sigmoid, "silu": F.silu, "gelu": F.gelu, "square": torch.square,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)), "tan": lambda x: torch.tan(x), "neg": torch.neg,
}
KINKED = {
    "abs": torch.abs, "relu": torch.relu, "sign": torch.sign, "floor": torch.floor, "ceil": torch.ceil, "round": torch.round,
    "elu": F.elu, "selu": F.selu, "leakyRelu": lambda x: F.leaky_relu(x, 0.01), "softsign": F.softsign,
}
POSITIVE = {"log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt}


def unary():
    table = rng.choice([SMOOTH, KINKED, POSITIVE])
    name = rng.choice(list(table))
    of = shape()
    x = draw(of, 1, 40) if table is POSITIVE else draw(of, -10, 10) if name == "tan" else draw(of)
    return call(name, table[name], x, smooth=table is not KINKED)


def binary():
    of = shape()
    a, b = draw(of), draw(broadcastable(of))
    name = rng.choice(["add", "sub", "mul", "div", "mod", "pow", "powNumber", "maximum", "minimum", "atan2", "where", "clip"])
    if name == "add":
        return call(name, torch.add, a, b, smooth=True)
    if name == "sub":
        return call(name, torch.sub, a, b, smooth=True)
    if name == "mul":
        return call(name, torch.mul, a, b, smooth=True)
    if name == "div":
        return call(name, torch.div, a, away(list(b.shape)), smooth=True)
    if name == "mod":
        return call(name, torch.remainder, a, away(list(b.shape), 1, 16))
    if name == "pow":
        # No exponent is 0, where PyTorch leaves the mixed derivative out.
        return call(name, torch.pow, draw(of, 1, 24), draw(list(b.shape), -16, 16) + 1 / 16, smooth=True)
    if name == "powNumber":
        power = rng.choice([0, 1, 2, 3, 4, 0.5, 1.5, -1, -2])
        x = draw(of) if power in (0, 1, 2, 3, 4) else draw(of, 2, 24) if power != int(power) else away(of)
        return call(name, lambda x: torch.pow(x, power), x, options={"power": power}, smooth=power != 0)
    if name == "maximum":
        return call(name, torch.maximum, with_nan(a), b)
    if name == "minimum":
        return call(name, torch.minimum, with_nan(a), b)
    if name == "atan2":
        return call(name, torch.atan2, away(of), away(list(b.shape)), smooth=True)
    if name == "where":
        return call(name, lambda c, a, b: torch.where(c, a, b), bools(broadcastable(of), 0.5), a, b)
    low, high = sorted([rng.randint(-16, 16) / 8, rng.randint(-16, 16) / 8])
    return call(name, lambda x: torch.clamp(x, low, high), a, options={"low": low, "high": high})


def reduction():
    of = shape(1, 4)
    axes = axes_of(of)
    keep = rng.random() < 0.4
    options = {"axes": axes, "keepDims": keep}
    name = rng.choice(["sum", "mean", "max", "min", "prod", "variance", "std", "norm", "norm1", "logsumexp", "cumsum", "cumprod", "argmax", "argmin", "median", "softmax", "logSoftmax"])
    x = draw(of)
    axis = axis_of(of)
    one = {"axis": axis}
    return {
        "sum": lambda: call(name, lambda x: x.sum(axes, keep), x, options=options, smooth=True),
        "mean": lambda: call(name, lambda x: x.mean(axes, keep), x, options=options, smooth=True),
        "max": lambda: call(name, lambda x: x.amax(axes, keep), x, options=options),
        "min": lambda: call(name, lambda x: x.amin(axes, keep), x, options=options),
        "prod": lambda: call(name, lambda x: x.prod(axis), x / 2, options=one, smooth=True),
        "variance": lambda: call(name, lambda x: x.var(axes, unbiased=False, keepdim=keep), x, options=options, smooth=True),
        "std": lambda: call(name, lambda x: x.std(axes, unbiased=False, keepdim=keep), x + torch.arange(x.numel()).reshape(of) / 8, options=options) if math.prod(of[a] for a in axes) > 1 else unary(),
        "norm": lambda: call(name, lambda x: torch.linalg.vector_norm(x, 2, axes, keep), away(of), options=options),
        "norm1": lambda: call(name, lambda x: torch.linalg.vector_norm(x, 1, axes, keep), x, options=options),
        "logsumexp": lambda: call(name, lambda x: torch.logsumexp(x, axes, keep), x * 4, options=options, smooth=True),
        "cumsum": lambda: call(name, lambda x: x.cumsum(axis), x, options=one, smooth=True),
        "cumprod": lambda: call(name, lambda x: x.cumprod(axis), x / 2, options=one, smooth=True),
        "argmax": lambda: call(name, lambda x: x.argmax(axis), with_nan(x, 0.3), options=one),
        "argmin": lambda: call(name, lambda x: x.argmin(axis), with_nan(x, 0.3), options=one),
        "median": lambda: call(name, lambda x: torch.quantile(x, 0.5, dim=axis), x + torch.randperm(x.numel()).reshape(of) * 8, options=one),
        "softmax": lambda: call(name, lambda x: torch.softmax(x, axis), x * 2, options=one, smooth=True),
        "logSoftmax": lambda: call(name, lambda x: torch.log_softmax(x, axis), x * 2, options=one, smooth=True),
    }[name]()


def slices(of):
    """For each axis an integer or [start, stop, step], with the same in Python's own words."""
    ours, theirs = [], []
    for n in of:
        if rng.random() < 0.2:
            i = rng.randint(-n, n - 1)
            ours.append(i)
            theirs.append(i)
            continue
        bounds = [rng.randint(-n - 1, n + 1) if rng.random() < 0.6 else None for _ in range(2)]
        step = rng.choice([1, 1, 2, 3])
        ours.append([*bounds, step])
        theirs.append(slice(*bounds, step))
    return ours, tuple(theirs)


def indexing():
    of = shape(1, 4)
    x = draw(of)
    axis = axis_of(of)
    n = of[axis]
    name = rng.choice(["at", "take", "takeHeld", "takeAlongAxis", "flip", "pad", "roll", "tile", "repeat", "tril", "triu", "diagonal", "concatenate", "transposeReshape", "strided", "windows"])
    if name == "at":
        ours, theirs = slices(of)
        return call(name, lambda x: x[theirs], x, options={"index": ours}, smooth=True)
    if name == "strided":
        step = rng.choice([2, 3, 4])
        start = rng.randint(0, n)
        index = tuple([slice(None)] * (axis % len(of)) + [slice(start, None, step)])
        return call("at", lambda x: x[index].square(), x, options={"index": [[]] * (axis % len(of)) + [[start, None, step]], "square": True}, smooth=True)
    if name in ("take", "takeHeld"):
        places = [rng.randint(-n, n - 1) for _ in range(rng.randint(1, 6))]
        return call(name, lambda x: x.index_select(axis, torch.tensor([p % n for p in places])), x, options={"indices": places, "axis": axis}, smooth=True)
    if name == "takeAlongAxis":
        wanted = list(of)
        wanted[axis] = dim()
        return call(name, lambda x, i: torch.gather(x, axis, i), x, integers(wanted, 0, n - 1), options={"axis": axis}, smooth=True)
    if name == "flip":
        axes = axes_of(of)
        return call(name, lambda x: x.flip(axes), x, options={"axes": axes}, smooth=True)
    if name == "pad":
        widths = [[rng.randint(0, 2), rng.randint(0, 2)] for _ in of]
        value = rng.choice([0, 1.5, -2])
        return call(name, lambda x: F.pad(x, [w for pair in reversed(widths) for w in pair], value=value), x, options={"widths": widths, "value": value}, smooth=True)
    if name == "roll":
        shift = rng.randint(-9, 9)
        return call(name, lambda x: x.roll(shift, axis), x, options={"shift": shift, "axis": axis}, smooth=True)
    if name == "tile":
        reps = [rng.randint(1, 3) for _ in range(rng.randint(1, len(of) + 1))]
        return call(name, lambda x: x.tile(reps), x, options={"reps": reps}, smooth=True)
    if name == "repeat":
        count = rng.randint(1, 3)
        return call(name, lambda x: x.repeat_interleave(count, axis), x, options={"count": count, "axis": axis}, smooth=True)
    if name in ("tril", "triu"):
        of = shape(2, 3)
        k = rng.randint(-3, 3)
        return call(name, lambda x: getattr(x, name)(k), draw(of), options={"k": k}, smooth=True)
    if name == "diagonal":
        of = shape(2, 3)
        first, second = rng.sample(range(len(of)), 2)
        offset = rng.randint(-(of[first] - 1), of[second] - 1)
        return call(name, lambda x: x.diagonal(offset, first, second), draw(of), options={"offset": offset, "axes": [first, second]}, smooth=True)
    if name == "concatenate":
        parts = [draw([dim() if i == axis % len(of) else m for i, m in enumerate(of)]) for _ in range(rng.randint(1, 3))]
        return call(name, lambda *xs: torch.cat(xs, axis), x, *parts, options={"axis": axis}, smooth=True)
    if name == "windows":
        size, step, gap = rng.randint(1, n), rng.randint(1, 3), 1
        return call(name, lambda x: x.unfold(axis, size, step).square(), x, options={"axis": axis, "size": size, "strides": step}, smooth=True)
    order = list(range(len(of)))
    rng.shuffle(order)
    return call(name, lambda x: x.permute(order).reshape(-1).square(), x, options={"order": order}, smooth=True)


def sorting():
    of = shape()
    axis = axis_of(of)
    descending = rng.random() < 0.5
    x = with_nan(draw(of, -10, 10), 0.3)
    options = {"axis": axis, "descending": descending}
    name = rng.choice(["sort", "argsort", "topK"])
    if name == "sort":
        return call(name, lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)[0], x, options=options)
    if name == "argsort":
        return call(name, lambda x: torch.sort(x, dim=axis, descending=descending, stable=True)[1], x, options=options)
    k = rng.randint(1, of[axis])
    x = with_nan(torch.randperm(x.numel()).reshape(of) / 8, 0.3)  # PyTorch promises no order of equals here
    return call(name, lambda x: torch.topk(x, k, axis)[0], x, options={"axis": axis, "k": k})


def first(x):
    """Channels first, as PyTorch has them."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def padding_of(space, reach, strides):
    """What the user says, and the margins that Keras makes of it."""
    kind = rng.choice(["valid", "same", "number", "pairs"])
    if kind == "valid":
        return kind, [(0, 0)] * len(space)
    if kind == "same":
        totals = [max(0, (math.ceil(n / s) - 1) * s + r - n) for n, r, s in zip(space, reach, strides)]
        return kind, [(t // 2, t - t // 2) for t in totals]
    if kind == "number":
        p = rng.randint(0, 2)
        return p, [(p, p)] * len(space)
    pairs = [(rng.randint(0, 2), rng.randint(0, 2)) for _ in space]
    return [list(p) for p in pairs], pairs


def flat(margins):
    return [n for pair in reversed(margins) for n in pair]


CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def channels():
    return rng.choice([8, 12, 16, 24, 32]) if large and rng.random() < 0.4 else rng.randint(1, 3)


def kernels_first(k, groups):
    """[...space, in / groups, out] as [out, in / groups, ...space]."""
    rank = k.dim() - 2
    return k.permute(rank + 1, rank, *range(rank)).contiguous()


def convolution():
    rank = rng.choice([1, 1, 2, 2, 2, 3])
    groups = rng.choice([1, 1, 1, 2, 3])
    inside, outside = channels(), channels()
    sizes = [rng.randint(1, 4 if rank < 3 else 2) for _ in range(rank)]
    strides = [rng.randint(1, 3) for _ in range(rank)]
    dilation = [rng.choice([1, 1, 2]) for _ in range(rank)]
    reach = [(s - 1) * d + 1 for s, d in zip(sizes, dilation)]
    space = [rng.randint(1, 8 if rank < 3 else 4) + (rng.randint(0, 10) if large and rank < 3 else 0) for _ in range(rank)]
    said, margins = padding_of(space, reach, strides)
    if any(n + sum(m) < r for n, m, r in zip(space, margins, reach)):
        return convolution()
    x = draw([rng.randint(1, 3), *space, inside * groups])
    k = draw([*sizes, inside, outside * groups])
    options = {"strides": strides, "padding": said, "dilation": dilation, "groups": groups}
    channels_first = rng.random() < 0.2

    def f(x, k):
        y = CONV[rank](F.pad(x if channels_first else first(x), flat(margins)).contiguous(), kernels_first(k, groups), stride=strides, dilation=dilation, groups=groups)
        return y if channels_first else last(y)

    if channels_first:
        x = first(x).contiguous()
        options["dataFormat"] = "channelsFirst"
    return call(f"conv{rank}d", f, x, k, options=options, smooth=True)


def transposed():
    rank = rng.choice([1, 1, 2, 2, 3])
    groups = rng.choice([1, 1, 2])
    inside, outside = channels(), channels()
    sizes = [rng.randint(1, 4 if rank < 3 else 2) for _ in range(rank)]
    strides = [rng.randint(1, 3) for _ in range(rank)]
    dilation = [rng.choice([1, 1, 2]) for _ in range(rank)]
    reach = [(s - 1) * d + 1 for s, d in zip(sizes, dilation)]
    space = [rng.randint(1, 5 if rank < 3 else 3) for _ in range(rank)]
    x = draw([rng.randint(1, 2), *space, inside * groups])
    k = draw([*sizes, outside, inside * groups])
    options = {"strides": strides, "dilation": dilation, "groups": groups}
    extra = [rng.randint(0, s - 1) for s in strides] if rng.random() < 0.5 else None
    kind = rng.choice(["valid", "same", "number"])
    full = [(n - 1) * s + r for n, s, r in zip(space, strides, reach)]
    # Keras: n · stride are left of the full result; with a padding of the output's own, ⌊reach / 2⌋ go at both ends.
    if kind == "same" and extra is None:
        wanted = [n * s for n, s in zip(space, strides)]
        low = [max(0, r - s) // 2 for r, s in zip(reach, strides)]
    elif kind == "same":
        low = [r // 2 for r in reach]
        wanted = [n - 2 * p + e for n, p, e in zip(full, low, extra)]
    elif kind == "number":
        p = rng.randint(0, 2)
        low = [p] * rank
        wanted = [n - 2 * p + e for n, e in zip(full, extra or [0] * rank)]
    else:
        low = [0] * rank
        wanted = [n + e for n, e in zip(full, extra or [max(0, s - r) for s, r in zip(strides, reach)])]
    if min(wanted) < 1:
        return transposed()
    options["padding"] = p if kind == "number" else kind
    if extra is not None:
        options["outputPadding"] = extra

    def f(x, k):
        parts_x = torch.chunk(first(x), groups, 1)
        parts_k = torch.chunk(k, groups, k.dim() - 1)
        space_axes = range(rank)
        ys = [TRANSPOSED[rank](a.contiguous(), b.permute(rank + 1, rank, *space_axes).contiguous(), stride=strides, dilation=dilation) for a, b in zip(parts_x, parts_k)]
        y = F.pad(torch.cat(ys, 1), flat([(-lo, w + lo - n) for lo, w, n in zip(low, wanted, full)]))
        return last(y)

    return call(f"convTranspose{rank}d", f, x, k, options=options, smooth=True)


MAX_POOL = {1: F.max_pool1d, 2: F.max_pool2d}


def pooling():
    rank = rng.choice([1, 2])
    sizes = [rng.randint(1, 4) for _ in range(rank)]
    strides = [rng.randint(1, 3) for _ in range(rank)] if rng.random() < 0.7 else list(sizes)
    space = [rng.randint(1, 9) for _ in range(rank)]
    said, margins = padding_of(space, sizes, strides)
    if any(n + sum(m) < s or max(m) >= s for n, m, s in zip(space, margins, sizes)):
        return pooling()
    x = draw([rng.randint(1, 2), *space, rng.randint(1, 3)])
    options = {"size": sizes, "strides": strides, "padding": said}
    if rng.random() < 0.5:
        pool = lambda x: last(MAX_POOL[rank](F.pad(first(x), flat(margins), value=-math.inf), sizes, strides))
        return call(f"maxPool{rank}d", pool, with_nan(x, 0.2), options=options)

    def mean(x):
        windows = lambda y: math.prod(sizes) * (F.avg_pool1d if rank == 1 else F.avg_pool2d)(F.pad(y, flat(margins)), sizes, strides)
        return last(windows(first(x)) / windows(torch.ones_like(first(x))))

    return call(f"averagePool{rank}d", mean, x, options=options, smooth=True)


def products():
    name = rng.choice(["matmul", "matmul", "matmulFlipped", "einsum", "tensordot"])
    m, k, n = dim(9), dim(9), dim(9)
    if name == "matmul":
        batch = shape(0, 2) if rng.random() < 0.5 else []
        a = draw([*batch, m, k]) if rng.random() < 0.85 else draw([k])
        b = draw([*(broadcastable(batch) if batch else []), k, n]) if rng.random() < 0.85 else draw([k])
        return call(name, torch.matmul, a, b, smooth=True)
    if name == "matmulFlipped":
        return call(name, lambda a, b: a.t() @ b.flip(0), draw([k, m]), draw([k, n]), smooth=True)
    if name == "tensordot":
        return call(name, lambda a, b: torch.tensordot(a, b, dims=([2, 0], [1, 2])), draw([m, dim(), k]), draw([dim(), k, m]), smooth=True)
    formula = rng.choice(["ij,kj->ik", "bij,bjk->bik", "bqhd,bkhd->bhqk", "ij,ij->", "ii->i", "bij->jb", "i,j->ij", "abc,cbd->da", "...ij,...jk->...ik", "bi,ij,bj->b"])
    lengths = {}
    of = lambda term: [lengths.setdefault(letter, dim(4)) for letter in term.replace("...", "z")]
    return call(name, lambda *xs: torch.einsum(formula, *xs), *[draw(of(term)) for term in formula.split("->")[0].split(",")], options={"formula": formula}, smooth=True)


def normalization():
    epsilon = rng.choice([1e-5, 1e-3, 0.1, 1.0])
    name = rng.choice(["layerNorm", "batchNorm", "groupNorm", "rmsNorm", "l2Normalize"])
    n = rng.choice([2, 4, 6]) if name == "groupNorm" else dim() + 1
    x = draw([dim() + 1, dim(), n])
    gamma, beta = draw([n]), draw([n])
    options = {"epsilon": epsilon}
    if name == "layerNorm":
        return call(name, lambda x, g, b: F.layer_norm(x, [n], g, b, epsilon), x, gamma, beta, options=options, smooth=True)
    if name == "batchNorm":
        return call(name, lambda x, g, b: last(F.batch_norm(first(x), None, None, g, b, True, eps=epsilon)), x, gamma, beta, options=options, smooth=True)
    if name == "groupNorm":
        return call(name, lambda x, g, b: last(F.group_norm(first(x), 2, g, b, epsilon)), x, gamma, beta, options=options, smooth=True)
    if name == "rmsNorm":
        return call(name, lambda x, g: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * g, x, gamma, options=options, smooth=True)
    return call(name, lambda x: F.normalize(x, dim=-1), away([dim(), n]))


def attention():
    batch = shape(0, 2) if rng.random() < 0.7 else []
    t, s, d, w = dim(), dim(), dim(), dim()
    q, k, v = draw([*batch, t, d]), draw([*batch, s, d]), draw([*batch, s, w])
    options = {"causal": rng.random() < 0.4}
    if rng.random() < 0.3:
        options["scale"] = rng.choice([0.125, 1, 2])
    scale = options.get("scale", 1 / math.sqrt(d))
    kind = rng.choice(["none", "bool", "float"])
    mask = [] if kind == "none" else [bools([t, s])] if kind == "bool" else [draw([t, s])]

    def f(q, k, v, *masks):
        scores = q @ k.transpose(-1, -2) * scale
        seen = torch.ones(t, s, dtype=torch.bool)
        for m in masks:
            if m.dtype == torch.bool:
                seen = seen & m
            else:
                scores = scores + m
        if options["causal"]:
            seen = seen & torch.ones(t, s, dtype=torch.bool).tril()
        # A query that may look at nothing gets zeros.
        some = seen.any(-1, keepdim=True)
        weights = torch.softmax(scores.masked_fill(~(seen | ~some), -math.inf), -1) * some
        return weights @ v

    return call("attention", f, q, k, v, *mask, options=options, smooth=True)


def apart(of):
    """Matrices with singular values (and, mirrored, eigenvalues) that are apart, in a random order."""
    m, n = of[-2:]
    steps = torch.eye(max(m, n)) * (3 * torch.arange(max(m, n)) + 3)
    x = draw(of, -4, 4) + steps[:m, :n]
    return x[..., torch.randperm(m), :]


def positive_rows(rows):
    """1 or -1 for each row: the sign of the first element whose size is at least 0.99 of the greatest."""
    among = rows.abs() >= 0.99 * rows.abs().amax(-1, keepdim=True)
    return torch.sign(torch.gather(rows, -1, among.double().argmax(-1, keepdim=True))).detach()


def symmetric(x):
    return x + x.mT


def eigenvectors(x):
    v = torch.linalg.eigh(symmetric(x)).eigenvectors
    return v * positive_rows(v.mT).mT


def svd_product(x):
    """The columns u, v and s one below the other, in Nabla's signs."""
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    signs = positive_rows(vh)
    return torch.cat([u * signs.mT, (vh * signs).mT, s.unsqueeze(-2)], -2)


def linear_algebra():
    L = torch.linalg
    lead = [dim(3) for _ in range(rng.randint(0, 2))]
    n = dim()
    square, any_shape = [*lead, n, n], [*lead, n, dim()]
    name = rng.choice(["solve", "inv", "logabsdet", "cholesky", "qr", "eigenvalues", "eigenvectors", "svd", "pinv", "lstsq"])
    definite = lambda x: x @ x.mT + torch.eye(x.shape[-2])
    makers = {
        "solve": lambda: call(name, L.solve, apart(square), draw([*broadcastable(lead), n, dim()]), smooth=True),
        "inv": lambda: call(name, L.inv, apart(square), smooth=True),
        "logabsdet": lambda: call(name, lambda x: L.slogdet(x).logabsdet, apart(square), smooth=True),
        "cholesky": lambda: call(name, lambda x: L.cholesky(definite(x)), draw(any_shape, -8, 8), smooth=True),
        "qr": lambda: call(name, lambda x: torch.cat(L.qr(x), -2), apart([*lead, max(any_shape[-2:]), min(any_shape[-2:])]), smooth=True),
        "eigenvalues": lambda: call(name, lambda x: L.eigvalsh(symmetric(x)), draw(square)),
        "eigenvectors": lambda: call(name, eigenvectors, apart(square)),
        "svd": lambda: call(name, svd_product, apart(any_shape)),
        "pinv": lambda: call(name, L.pinv, apart(any_shape), smooth=True),
        "lstsq": lambda: call(name, lambda a, b: L.pinv(a) @ b, apart(any_shape), draw([*lead, n, dim()])),
    }
    return makers[name]()


FAMILIES = [unary, binary, reduction, indexing, sorting, convolution, convolution, transposed, pooling, products, normalization, attention, loss]

# Families that are drawn apart, so that those before them stay as they are.
LATER = {"linalg": linear_algebra, "losses": rarer_loss, "layers": random_layer, "images": image}


# ---- files ----------------------------------------------------------------------------------------------------------

def number(value):
    if math.isnan(value) or math.isinf(value):
        return str(value)
    value = float(f"{value:.6g}")
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def eighths(value):
    return str(value) if math.isnan(value) else number(value * 8)


def host(x, convert):
    return {"shape": list(x.shape), "data": [convert(float(v)) for v in x.detach().reshape(-1)]}


def given(x):
    dtype = {torch.float64: "float32", torch.int64: "int32", torch.bool: "bool"}[x.dtype]
    return {"dtype": dtype, **host(x, eighths if dtype == "float32" else number)}


def weights_like(y, phase):
    return (1 + 0.5 * torch.sin(1.3 * torch.arange(y.numel()) + phase)).reshape(y.shape)


def solved(case):
    """The case as the file has it: inputs, value, gradients of the weighted sum, and what their weighted sum's gradients are."""
    xs = [x.clone().requires_grad_(True) if x.dtype == torch.float64 else x for x in case["inputs"]]
    y = case["f"](*xs)
    out = {"name": case["name"], "options": case["options"], "inputs": [given(x) for x in xs], "value": host(y, number)["data"], "shape": list(y.shape)}
    floats = [x for x in xs if x.requires_grad]
    if not y.requires_grad or y.numel() == 0 or not floats:
        return out
    again = case["smooth"] and rng.random() < 0.3
    slopes = torch.autograd.grad((y * weights_like(y, 0)).sum(), floats, create_graph=again, allow_unused=True)
    zeros = lambda parts: [torch.zeros_like(x) if part is None else part for part, x in zip(parts, floats)]
    slopes = zeros(slopes)
    out["gradients"] = [host(s, number)["data"] for s in slopes]
    if again:
        total = sum((s * weights_like(s, 1)).sum() for s in slopes)
        if total.requires_grad:
            out["second"] = [host(s, number)["data"] for s in zeros(torch.autograd.grad(total, floats, allow_unused=True))]
    return out


def cases(seed, count, families):
    rng.seed(seed)
    torch.manual_seed(seed)
    return [solved(families[i % len(families)]()) for i in range(count)]


def text(found):
    return "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in found) + "\n]\n"


if len(sys.argv) > 1:
    families = [family for name, family in LATER.items() if name in sys.argv] or [*FAMILIES, *LATER.values()]
    print(text(cases(int(sys.argv[1]), int(sys.argv[2]), families)), end="")
else:
    chosen, count = [], {}
    for case in cases(20, 5000, FAMILIES) + sum([cases(20, 400 if name != "layers" else 800, [family]) for name, family in LATER.items()], []):
        # Up to six short cases of each name, or three of each layer.
        most = 3 if case["name"].startswith("layers.") else 6
        if count.get(case["name"], 0) < most and len(json.dumps(case)) < 1500:
            count[case["name"]] = count.get(case["name"], 0) + 1
            chosen.append(case)
    with open(os.path.join(HERE, "random-cases.json"), "w") as file:
        file.write(text(chosen))
