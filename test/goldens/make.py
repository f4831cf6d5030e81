#!/usr/bin/env python3
"""Writes the golden values beside this file, with PyTorch in float64.

Debian's interpreter has PyTorch 1.13 (apt-get install python3-torch):

    /usr/bin/python3 test/goldens/make.py

Inputs are rounded to float32 first, so that a float32 engine sees the very same numbers. The tests only read the files.
"""
import hashlib
import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))


def f32(values):
    """Numbers that float32 holds exactly, in float64."""
    return torch.tensor(np.asarray(values, dtype=np.float32).astype(np.float64))


def number(value):
    value = float(value)
    if math.isnan(value) or math.isinf(value):
        return str(value).replace("inf", "Infinity").replace("nan", "NaN")
    return float(f"{value:.9g}")


def numbers(x):
    x = np.asarray(x.detach() if isinstance(x, torch.Tensor) else x)
    return {"shape": list(x.shape), "data": [number(v) for v in x.reshape(-1)]}


def write(name, content):
    with open(os.path.join(HERE, name + ".json"), "w") as file:
        cases = ",\n".join("  " + json.dumps(case, separators=(",", ":"), ensure_ascii=False) for case in content)
        file.write(f'{{"torch":"{torch.__version__.split("a")[0]}","cases":[\n{cases}\n]}}\n')


def weights_like(y):
    """Fixed weights of about one, so that each element of a gradient counts and none cancel."""
    return f32(1 + 0.37 * np.sin(1.3 * np.arange(y.numel()))).reshape(y.shape)


def spread(*shape):
    """Numbers that look random and need no generator."""
    n = int(np.prod(shape))
    return f32(np.round(np.sin(1 + 1.7 * np.arange(n) ** 1.1), 3)).reshape(*shape)


def case(name, f, inputs, differentiable=None, **more):
    """The value of f and the gradient of a weighted sum of it by each differentiable input."""
    xs = [x if isinstance(x, torch.Tensor) else f32(x) for x in inputs]
    chosen = [i for i, x in enumerate(xs) if x.dtype == torch.float64] if differentiable is None else differentiable
    for i in chosen:
        xs[i] = xs[i].detach().clone().requires_grad_(True)
    y = f(*xs)
    out = {"name": name, **more, "inputs": [numbers(x) for x in xs], "value": numbers(y)}
    if chosen:
        w = weights_like(y)
        (y * w).sum().backward()
        out["weights"] = numbers(w)
        out["gradients"] = [numbers(xs[i].grad) if i in chosen else None for i in range(len(xs))]
    return out


# ---- activations -------------------------------------------------------------------------------------------------

POINTS = [-100, -20, -3.7, -1.5, -0.6, -0.25, -0.01, 0, 0.01, 0.25, 0.6, 1.5, 3.7, 20, 100]
SMOOTH = [-5.5, -3.7, -1.5, -0.6, -0.25, -0.01, 0, 0.01, 0.25, 0.6, 1.5, 3.7, 5.5]
CORNERS = [-100, -6.5, -3, -2, -1, -0.6, -0.5, -0.25, -0.01, 0, 0.01, 0.25, 0.5, 0.6, 1, 2, 3, 6, 6.5, 100]
SCORES = [[5, 3, 6.2, 4, 1.5, -2], [0.1, -0.2, 0.3, 0, 1e3, -1e3]]


def sparsemax(x):
    """The projection onto the simplex, by bisection for its threshold; its slope is that of the formula."""
    low, high = x.detach().amin(-1, keepdim=True) - 1, x.detach().amax(-1, keepdim=True)
    for _ in range(200):
        middle = (low + high) / 2
        above = F.relu(x.detach() - middle).sum(-1, keepdim=True) > 1
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    support = (x.detach() > high).to(x.dtype)
    limit = ((x * support).sum(-1, keepdim=True) - 1) / support.sum(-1, keepdim=True)
    return support * (x - limit)


write("activations", [
    case("sigmoid", torch.sigmoid, [POINTS]),
    case("tanh", torch.tanh, [POINTS]),
    case("relu", torch.relu, [POINTS]),
    case("leakyRelu", lambda x: F.leaky_relu(x, 0.01), [POINTS]),
    case("leakyRelu", lambda x: F.leaky_relu(x, 0.1), [POINTS], options={"negativeSlope": 0.1}),
    case("elu", F.elu, [POINTS]),
    case("elu", lambda x: F.elu(x, 0.5), [POINTS], options={"alpha": 0.5}),
    case("selu", F.selu, [POINTS]),
    case("gelu", F.gelu, [SMOOTH]),
    case("gelu", lambda x: F.gelu(x, approximate="tanh"), [SMOOTH], options={"approximate": True}),
    case("silu", F.silu, [POINTS]),
    case("swish", F.silu, [POINTS]),
    case("softplus", lambda x: F.softplus(x, threshold=1e9), [SMOOTH]),
    case("softsign", F.softsign, [POINTS]),
    case("linear", lambda x: x * 1, [POINTS]),
    case("exp", torch.exp, [SMOOTH]),
    case("sign", torch.sign, [POINTS]),
    case("heaviside", lambda x: torch.heaviside(x, torch.tensor(0.5)), [POINTS], differentiable=[]),
    case("softmax", lambda x: torch.softmax(x, -1), [SCORES]),
    case("logSoftmax", lambda x: torch.log_softmax(x, -1), [SCORES]),
    case("softmax", lambda x: torch.softmax(x, 0), [SCORES], axis=0),
    case("logSoftmax", lambda x: torch.log_softmax(x, 0), [SCORES], axis=0),
    case("prelu", lambda x, a: F.prelu(x, a), [POINTS, [0.25]]),
    case("maxout", lambda x: x.reshape(2, 3, 2).amax(-1), [SCORES], units=3),
    case("exponential", torch.exp, [SMOOTH]),
    case("relu6", F.relu6, [CORNERS]),
    case("hardTanh", F.hardtanh, [CORNERS]),
    case("hardSigmoid", F.hardsigmoid, [CORNERS]),
    case("hardSilu", F.hardswish, [POINTS]),
    case("hardSwish", F.hardswish, [POINTS]),
    case("hardShrink", F.hardshrink, [CORNERS]),
    case("hardShrink", lambda x: F.hardshrink(x, 1.0), [CORNERS], options={"threshold": 1}),
    case("softShrink", F.softshrink, [CORNERS]),
    case("softShrink", lambda x: F.softshrink(x, 0.25), [CORNERS], options={"threshold": 0.25}),
    case("threshold", lambda x: F.threshold(x, 0.5, -3), [CORNERS], limit=0.5, constant=-3),
    case("sparsePlus", lambda x: torch.where(x <= -1, 0 * x, torch.where(x >= 1, x, (x + 1) ** 2 / 4)), [CORNERS]),
    case("sparseSigmoid", lambda x: torch.where((x <= -1) | (x >= 1), 0 * x + (x >= 1), (x + 1) / 2), [CORNERS]),
    case("celu", F.celu, [POINTS]),
    case("celu", lambda x: F.celu(x, 2.5), [POINTS], options={"alpha": 2.5}),
    case("mish", F.mish, [POINTS]),
    # The sum is a difference of equals far below 0, in float64 too.
    case("squareplus", lambda x: torch.where(x < 0, 2 / ((x * x + 4).sqrt() - x), (x + (x * x + 4).sqrt()) / 2), [POINTS]),
    case("squareplus", lambda x: (x + (x * x + 0.5).sqrt()) / 2, [SMOOTH], options={"b": 0.5}),
    case("logSigmoid", F.logsigmoid, [POINTS]),
    case("tanhShrink", F.tanhshrink, [POINTS]),
    case("glu", lambda x: F.glu(x, -1), [SCORES], axis=-1),
    case("glu", lambda x: F.glu(x, 0), [SCORES], axis=0),
    case("crelu", lambda x: torch.cat([F.relu(x), F.relu(-x)], -1), [SCORES], axis=-1),
    case("sparsemax", sparsemax, [[*SCORES, [0.5, 0.2, 0.1, 0.1, -0.3, 0.1], [2, 2, 2, 2, 2, 2]]], axis=-1),
    case("sparsemax", lambda x: sparsemax(x.T).T, [[[0.3, 0.1], [0.4, 5]]], axis=0),
])

# ---- losses: one number an example; gradients by the predictions --------------------------------------------------

TARGETS = [[0.5, -1.2, 2], [0, 0.3, -0.7]]
GUESSES = [[0.1, -1, 2.5], [-3, 0.3, 1.1]]
YES = [[0, 1, 1], [1, 0, 0]]
SHARES = [[0.2, 0.9, 0.5], [1, 0, 0.4]]
CHANCES = [[0.1, 0.9, 0.25], [0.6, 0.5, 0.01]]
FAR = [[-3, 0.2, 150], [40, -0.1, -120]]
CLASSES = [2, 0]
LOGITS = [[0.5, -1.2, 2, 0], [-150, 3, 100, 0.2]]
PROBABILITIES = [[0.1, 0.2, 0.6, 0.1], [0.4, 0.3, 0.2, 0.1]]
MIXED = [[0.1, 0.2, 0.7, 0], [0.5, 0, 0, 0.5]]


def loss(name, f, targets, predictions, options=None):
    out = case(name, lambda t, p: f(t, p), [targets, predictions], differentiable=[1])
    return {**out, "options": options or {}}


def classes(f):
    return lambda t, p: f(p, t.long())


def log_shares(p):
    """Nabla, as Keras, first divides probabilities by their sum, and the gradient passes through that."""
    return (p / p.sum(-1, keepdim=True)).log()


LOSSES = [
    loss("meanSquaredError", lambda t, p: F.mse_loss(p, t, reduction="none").mean(-1), TARGETS, GUESSES),
    loss("meanAbsoluteError", lambda t, p: F.l1_loss(p, t, reduction="none").mean(-1), TARGETS, GUESSES),
    loss("huber", lambda t, p: F.huber_loss(p, t, reduction="none").mean(-1), TARGETS, GUESSES),
    loss("huber", lambda t, p: F.huber_loss(p, t, reduction="none", delta=0.3).mean(-1), TARGETS, GUESSES, {"delta": 0.3}),
    loss("hinge", lambda t, p: F.relu(1 - (2 * t - 1) * p).mean(-1), YES, GUESSES),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy(p, t, reduction="none").mean(-1), YES, CHANCES),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy(p, t, reduction="none").mean(-1), SHARES, CHANCES),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy_with_logits(p, t, reduction="none").mean(-1), YES, FAR, {"fromLogits": True}),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy_with_logits(p, 0.9 * t + 0.05, reduction="none").mean(-1), SHARES, GUESSES,
         {"fromLogits": True, "labelSmoothing": 0.1}),
    loss("sparseCategoricalCrossentropy", classes(lambda p, t: F.nll_loss(log_shares(p), t, reduction="none")), CLASSES, PROBABILITIES),
    loss("sparseCategoricalCrossentropy", classes(lambda p, t: F.cross_entropy(p, t, reduction="none")), CLASSES, LOGITS, {"fromLogits": True}),
    loss("categoricalCrossentropy", lambda t, p: -(t * log_shares(p)).sum(-1), MIXED, PROBABILITIES),
    loss("categoricalCrossentropy", lambda t, p: F.cross_entropy(p, t, reduction="none"), MIXED, LOGITS, {"fromLogits": True}),
    loss("categoricalCrossentropy", lambda t, p: F.cross_entropy(p, t, reduction="none", label_smoothing=0.2), MIXED, LOGITS,
         {"fromLogits": True, "labelSmoothing": 0.2}),
]

# Losses that PyTorch lacks are written out as Keras's documentation has them.
COUNTS = [[0, 3, 1], [5, 0, 0]]
RATES = [[0, 2.5, 1e-9], [4, 0.3, 1]]
EPSILON = 1e-7
SIDES = [[1, -1, 1], [-1, -1, 1]]
FAR_GUESSES = [[0.5, -1e4, 3e-4], [1e-5, 0.999, -1.001]]
ZEROS = [[0, 0, 0], [0, 0, 0]]
HALVES = [[0.25, 0.25, 0.25, 0.25], [0, 0, 1, 0]]
EXTREME = [[1e4, -1e4, 0, 3], [-1e4, -1e4, -1e4, -1e4], [1e4, 1e4, 5, 1e4], [2, 2, 2, 2]]
SURE = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
EXTREME_YES = [[1, 0], [0, 1], [1, 1]]
EXTREME_BINARY = [[1e4, 1e4], [-1e4, -1e4], [0, -30]]
MASKS = [[[[1], [1]], [[0], [0]]], [[[0], [0]], [[0], [0]]]]
MASK_CHANCES = [[[[0.9], [0.4]], [[0.3], [0]]], [[[0.1], [0]], [[0], [0.2]]]]


def logs(x):
    return torch.log(torch.clamp(x, min=EPSILON) + 1)


def unit(x):
    return F.normalize(x, dim=-1, eps=EPSILON)


def focal_binary(t, p, gamma=2.0, alpha=None, smoothing=0.0, logits=False):
    t = t * (1 - smoothing) + smoothing / 2
    wrong = t * torch.sigmoid(-p) + (1 - t) * torch.sigmoid(p) if logits else t * (1 - p) + (1 - t) * p
    cross = F.binary_cross_entropy_with_logits if logits else F.binary_cross_entropy
    weight = 1 if alpha is None else t * alpha + (1 - t) * (1 - alpha)
    return (weight * wrong ** gamma * cross(p, t, reduction="none")).mean(-1)


def focal(t, p, gamma=2.0, alpha=0.25, smoothing=0.0, logits=False):
    t = t * (1 - smoothing) + smoothing / t.shape[-1]
    log = torch.log_softmax(p, -1) if logits else log_shares(p)
    return (-t * alpha * (1 - log.exp()) ** gamma * log).sum(-1)


def dice(t, p, axes=(1, 2, 3)):
    return 1 - 2 * (t * p).sum(axes) / (t.sum(axes) + p.sum(axes) + EPSILON)


def tversky(t, p, alpha, beta, axes=(1, 2, 3)):
    both, fp, fn = (t * p).sum(axes), ((1 - t) * p).sum(axes), (t * (1 - p)).sum(axes)
    return 1 - both / (both + alpha * fp + beta * fn + EPSILON)


def ctc(t, p):
    """Keras's convention: 0 is the blank and the padding, and every step counts."""
    batch, steps, _ = p.shape
    return F.ctc_loss(torch.log_softmax(p, -1).transpose(0, 1), t.long(), torch.full((batch,), steps),
                      (t != 0).sum(-1), blank=0, reduction="none")


def triplets(mining, margin):
    """The mean over the triplets that count, which is given as what each anchor adds to it, times the batch."""
    def run(t, p):
        batch = len(t)
        distance = lambda i, j: (p[i] - p[j]).square().sum().sqrt()
        losses = [[] for _ in range(batch)]
        for a in range(batch):
            near = [i for i in range(batch) if t[i] == t[a] and i != a]
            other = [distance(a, n) for n in range(batch) if t[n] != t[a]]
            if not near or not other:
                continue
            if mining == "hard":
                losses[a] = [F.relu(max(distance(a, i) for i in near) - min(other) + margin)]
                continue
            for i in near:
                d = distance(a, i)
                farther = [n for n in other if n > d]
                chosen = other if mining == "all" else [min(farther) if farther else max(other)]
                losses[a] += [F.relu(d - n + margin) for n in chosen]
        count = sum(map(len, losses))
        return torch.stack([sum(row, torch.tensor(0.0)) for row in losses]) * batch / count
    return run


EMBEDDINGS = [[0.1, 0.5], [1.2, -0.3], [0.4, 0.9], [-0.7, 0.2], [0.3, 0.35], [2, 1]]
KINDS = [0, 1, 0, 1, 0, 2]
STEPS = np.round(np.sin(1 + 1.7 * np.arange(4 * 6 * 4) ** 1.1) * 2, 3).reshape(4, 6, 4)
# Repeated labels, labels that fill all steps, one label, no label.
SPELLINGS = [[1, 1, 3, 0, 0], [1, 2, 2, 3, 1], [2, 0, 0, 0, 0], [0, 0, 0, 0, 0]]

LOSSES += [
    loss("meanAbsolutePercentageError", lambda t, p: 100 * ((t - p) / torch.clamp(t.abs(), min=EPSILON)).abs().mean(-1), SHARES, GUESSES),
    loss("meanSquaredLogarithmicError", lambda t, p: (logs(p) - logs(t)).square().mean(-1), COUNTS, RATES),
    loss("meanSquaredLogarithmicError", lambda t, p: (logs(p) - logs(t)).square().mean(-1), COUNTS, GUESSES),
    loss("quadraticCost", lambda t, p: 0.5 * (p - t).square().sum(-1), TARGETS, GUESSES),
    loss("logCosh", lambda t, p: torch.log(torch.cosh(p - t)).mean(-1), TARGETS, GUESSES),
    loss("logCosh", lambda t, p: ((p - t).abs() + torch.log1p(torch.expm1(-2 * (p - t).abs()) / 2)).mean(-1), ZEROS, FAR_GUESSES),
    loss("poisson", lambda t, p: F.poisson_nll_loss(p, t, log_input=False, eps=EPSILON, reduction="none").mean(-1), COUNTS, RATES),
    loss("klDivergence", lambda t, p: F.kl_div(p.log(), t, reduction="none").sum(-1), HALVES[:1], PROBABILITIES[:1]),
    loss("klDivergence", lambda t, p: (t.clamp(EPSILON, 1) * (t.clamp(EPSILON, 1) / p.clamp(EPSILON, 1)).log()).sum(-1), MIXED, HALVES),
    loss("squaredHinge", lambda t, p: F.relu(1 - t * p).square().mean(-1), SIDES, GUESSES),
    loss("categoricalHinge", lambda t, p: F.relu(((1 - t) * p).amax(-1) - (t * p).sum(-1) + 1), SURE[:2], LOGITS),
    loss("cosineSimilarity", lambda t, p: -F.cosine_similarity(t, p, dim=-1), TARGETS, GUESSES),
    loss("cosineSimilarity", lambda t, p: -F.cosine_similarity(t, p, dim=0), TARGETS, GUESSES, {"axis": 0}),
    loss("dice", dice, MASKS, MASK_CHANCES),
    loss("dice", lambda t, p: dice(t, p, (0, 1, 2, 3)), MASKS, MASK_CHANCES, {"axis": [0, 1, 2, 3]}),
    loss("tversky", lambda t, p: tversky(t, p, 0.5, 0.5), MASKS, MASK_CHANCES),
    loss("tversky", lambda t, p: tversky(t, p, 0.3, 0.7), MASKS, MASK_CHANCES, {"alpha": 0.3, "beta": 0.7}),
    loss("contrastive", lambda t, p: 0.5 * (t * p.square() + (1 - t) * F.relu(0.7 - p).square()).mean(-1), YES, CHANCES, {"margin": 0.7}),
    *[loss("triplet", triplets(mining, margin), KINDS, EMBEDDINGS, {"mining": mining, "margin": margin})
      for mining in ("semiHard", "hard", "all") for margin in (1, 0.3)],
    loss("ctc", ctc, SPELLINGS, STEPS),
    loss("ctc", ctc, SPELLINGS[:1], STEPS[:1] * 1e3),
    loss("binaryFocalCrossentropy", focal_binary, YES, CHANCES),
    loss("binaryFocalCrossentropy", lambda t, p: focal_binary(t, p, 0.5, 0.3, 0.2), YES, CHANCES,
         {"gamma": 0.5, "alpha": 0.3, "applyClassBalancing": True, "labelSmoothing": 0.2}),
    loss("binaryFocalCrossentropy", lambda t, p: focal_binary(t, p, logits=True), EXTREME_YES, EXTREME_BINARY, {"fromLogits": True}),
    loss("binaryFocalCrossentropy", lambda t, p: focal_binary(t, p, gamma=1.5, logits=True), YES, GUESSES, {"fromLogits": True, "gamma": 1.5}),
    loss("categoricalFocalCrossentropy", focal, SURE[2:], PROBABILITIES),
    loss("categoricalFocalCrossentropy", lambda t, p: focal(t, p, 0.5, 0.4, 0.1), SURE[2:], PROBABILITIES,
         {"gamma": 0.5, "alpha": 0.4, "labelSmoothing": 0.1}),
    loss("categoricalFocalCrossentropy", lambda t, p: focal(t, p, logits=True), SURE, EXTREME, {"fromLogits": True}),
    loss("categoricalFocalCrossentropy", lambda t, p: focal(t, p, gamma=3, logits=True), MIXED, LOGITS, {"fromLogits": True, "gamma": 3}),
    loss("categoricalCrossentropy", lambda t, p: F.cross_entropy(p, t, reduction="none"), SURE, EXTREME, {"fromLogits": True}),
    loss("categoricalCrossentropy", lambda t, p: F.cross_entropy(p, t, reduction="none", label_smoothing=1.0), SURE, EXTREME,
         {"fromLogits": True, "labelSmoothing": 1}),
    loss("sparseCategoricalCrossentropy", classes(lambda p, t: F.cross_entropy(p, t, reduction="none", ignore_index=-1)), [0, -1, 2, -1], EXTREME,
         {"fromLogits": True, "ignoreClass": -1}),
    loss("sparseCategoricalCrossentropy", classes(lambda p, t: F.nll_loss(log_shares(p), t, reduction="none", ignore_index=2)), CLASSES, PROBABILITIES,
         {"ignoreClass": 2}),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy_with_logits(p, t, reduction="none").mean(-1), EXTREME_YES, EXTREME_BINARY, {"fromLogits": True}),
    loss("binaryCrossentropy", lambda t, p: F.binary_cross_entropy_with_logits(p, 0 * t + 0.5, reduction="none").mean(-1), YES, FAR,
         {"fromLogits": True, "labelSmoothing": 1}),
]


def margins(name, options, **given):
    a, b, c = spread(3, 3, 4) * f32([[[1]], [[0.6]], [[0.8]]])
    return {**case(name, lambda x, y, z: F.triplet_margin_loss(x, y, z, reduction="none", **given), [a, b, c]), "options": options}


write("losses", LOSSES + [
    margins("tripletMarginLoss", {}),
    margins("tripletMarginLoss", {"margin": 0.2, "p": 1}, margin=0.2, p=1),
    margins("tripletMarginLoss", {"p": 3, "swap": True}, p=3, swap=True),
])
# ---- regularizers and constraints, as Keras's documentation has them -----------------------------------------------


def weight(kind, name, options, f, x, **more):
    return {**case(name, f, [x], **more), "kind": kind, "options": options}


def cosines(x, factor):
    rows = F.normalize(x, dim=1, eps=EPSILON)
    n = len(x)
    return factor * (rows @ rows.T * (1 - torch.eye(n))).abs().sum() / (n * (n - 1))


def norms(f, axis=0):
    """Keras adds its epsilon to the norm that it divides by."""
    def run(w):
        norm = w.square().sum(axis, keepdim=True).sqrt()
        return w * f(norm) / (norm + EPSILON)
    return run


MATRIX, KERNEL = spread(4, 3) * 2, spread(2, 3, 2, 4)
NO_GRADIENT = {"differentiable": []}
write("weights", [
    weight("regularizer", "l1", {}, lambda w: 0.01 * w.abs().sum(), KERNEL),
    weight("regularizer", "l1", {"l1": 0.3}, lambda w: 0.3 * w.abs().sum(), MATRIX),
    weight("regularizer", "l2", {}, lambda w: 0.01 * w.square().sum(), KERNEL),
    weight("regularizer", "l2", {"l2": 0.3}, lambda w: 0.3 * w.square().sum(), MATRIX),
    weight("regularizer", "l1l2", {"l2": 0.2}, lambda w: 0.2 * w.square().sum(), MATRIX),
    weight("regularizer", "l1l2", {"l1": 0.1, "l2": 0.2}, lambda w: 0.1 * w.abs().sum() + 0.2 * w.square().sum(), MATRIX),
    weight("regularizer", "orthogonal", {}, lambda w: cosines(w, 0.01), MATRIX),
    weight("regularizer", "orthogonal", {"factor": 2, "mode": "columns"}, lambda w: cosines(w.T, 2), MATRIX),
    weight("constraint", "maxNorm", {}, norms(lambda n: n.clamp(0, 2)), MATRIX, **NO_GRADIENT),
    weight("constraint", "maxNorm", {"maxValue": 1.5, "axis": [0, 1, 2]}, norms(lambda n: n.clamp(0, 1.5), (0, 1, 2)), KERNEL, **NO_GRADIENT),
    weight("constraint", "nonNeg", {}, F.relu, MATRIX, **NO_GRADIENT),
    weight("constraint", "unitNorm", {}, norms(torch.ones_like), MATRIX, **NO_GRADIENT),
    weight("constraint", "unitNorm", {"axis": 1}, norms(torch.ones_like, 1), MATRIX, **NO_GRADIENT),
    weight("constraint", "minMaxNorm", {}, norms(lambda n: n.clamp(0, 1)), MATRIX, **NO_GRADIENT),
    weight("constraint", "minMaxNorm", {"minValue": 2, "maxValue": 2.5, "rate": 0.3}, norms(lambda n: 0.3 * n.clamp(2, 2.5) + 0.7 * n), MATRIX, **NO_GRADIENT),
])

# ---- optimizers: values after each of six steps along given gradients ---------------------------------------------

START = [1.0, -2.0, 0.5, 3.0, 0.0]
GRADIENTS = [
    [0.3, -1.2, 0.01, 0, 5],
    [-0.2, -1.0, 0.02, 0, -4],
    [0.7, -0.8, -0.01, 0.1, 3],
    [0.1, 0.4, 0.03, 0, 2],
    [-0.9, 0.2, 0.01, 0, -1],
    [0.05, -0.3, -0.02, 1, 0.5],
]


SHAPES = [[2], [3]]  # START holds two parameters, so that clipping by the norm of each differs from that of all


def clip_gradients(params, clipnorm=None, globalClipnorm=None, clipvalue=None, **_):
    """Keras's three kinds of clipping, by PyTorch's functions."""
    if clipnorm is not None:
        for p in params:
            torch.nn.utils.clip_grad_norm_([p], clipnorm)
    if globalClipnorm is not None:
        torch.nn.utils.clip_grad_norm_(params, globalClipnorm)
    if clipvalue is not None:
        torch.nn.utils.clip_grad_value_(params, clipvalue)


def split(values, shapes):
    sizes = [int(np.prod(shape)) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(torch.split(f32(values), sizes), shapes)]


def optimizer(name, make, options, start=START, gradients=GRADIENTS, shapes=SHAPES):
    xs = [x.clone().requires_grad_(True) for x in split(start, shapes)]
    made = make(xs)
    steps = []
    for g in gradients:
        for x, part in zip(xs, split(g, shapes)):
            x.grad = part.clone()
        clip_gradients(xs, **options)
        made.step()
        steps.append(numbers(torch.cat([x.reshape(-1) for x in xs]))["data"])
    return {"name": name, "options": options, "start": start, "shapes": shapes, "gradients": gradients, "steps": steps}


class Formula:
    """An optimizer that PyTorch lacks, by Keras's documented formula: a function of a parameter and its own state."""

    def __init__(self, params, update):
        self.params, self.update, self.t = params, update, 0
        self.state = [{} for _ in params]

    def step(self):
        self.t += 1
        for p, state in zip(self.params, self.state):
            p.data = self.update(p.data, p.grad, state, self.t)


class Around:
    """What Keras does around each step of any optimizer: decoupled weight decay, and means of the weights."""

    def __init__(self, made, params, lr=0, decay=0, momentum=None, overwrite=None):
        self.made, self.params, self.t = made, params, 0
        self.lr, self.momentum, self.overwrite = lr, momentum, overwrite
        self.decay = decay if isinstance(decay, list) else [decay] * len(params)
        self.means = [torch.zeros_like(p) for p in params]

    def step(self):
        self.t += 1
        for p, decay in zip(self.params, self.decay):
            p.data = p.data - p.data * decay * self.lr
        self.made.step()
        if self.momentum is None:
            return
        momentum = 0 if self.t == 1 else self.momentum
        for i, p in enumerate(self.params):
            self.means[i] = momentum * self.means[i] + (1 - momentum) * p.data
            if self.overwrite and self.t % self.overwrite == 0:
                p.data = self.means[i].clone()


class Closure:
    """An optimizer whose step wants a closure; the gradients are there already."""

    def __init__(self, made):
        self.made = made

    def step(self):
        self.made.step(lambda: torch.tensor(0.0))


def moments(g, state, b1, b2):
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
    return state["m"], state["v"]


def lion(lr, b1, b2):
    def update(x, g, state, t):
        m = state.get("m", torch.zeros_like(x))
        state["m"] = b2 * m + (1 - b2) * g
        return x - lr * torch.sign(b1 * m + (1 - b1) * g)
    return update


def lamb(lr, b1, b2, eps):
    def update(x, g, state, t):
        m, v = moments(g, state, b1, b2)
        r = (m / (1 - b1**t)) / (torch.sqrt(v / (1 - b2**t)) + eps)
        size, length = x.norm(), r.norm()
        return x - lr * (size / length if size > 0 and length > 0 else 1) * r
    return update


def nadam(lr, b1, b2, eps):
    """Keras's. PyTorch 1.13 multiplies the product of the momenta by the present one twice, which 2.0 mended."""
    def momentum(t):
        return b1 * (1 - 0.5 * 0.96**t)

    def update(x, g, state, t):
        m, v = moments(g, state, b1, b2)
        state["product"] = state.get("product", 1) * momentum(t)
        ahead = momentum(t + 1) / (1 - state["product"] * momentum(t + 1))
        mean = ahead * m + (1 - momentum(t)) / (1 - state["product"]) * g
        return x - lr * mean / (torch.sqrt(v / (1 - b2**t)) + eps)
    return update


def ftrl(lr, power=-0.5, first=0.1, l1=0, l2=0, shrinkage=0, beta=0):
    def update(x, g, state, t):
        n = state.get("n", torch.full_like(x, first))
        state["n"] = n + g**2
        pull = (state["n"]**-power - n**-power) / lr
        state["z"] = state.get("z", 0) + g + 2 * shrinkage * x - pull * x
        quadratic = state["n"]**-power / lr + 2 * (l2 + beta / (2 * lr))
        return (state["z"].clamp(-l1, l1) - state["z"]) / quadratic
    return update


def muon(lr, decays, matrices, steps=6, momentum=0.95, nesterov=True, rms=0.2, ratio=1, b1=0.9, b2=0.999, eps=1e-7):
    """Jordan's steps for the matrices, AdamW for the others; Keras's defaults."""
    def update(x, g, state, t):
        is_matrix = x.ndim == 2 and f"part_{MATRIX_SHAPES.index(list(x.shape))}" in matrices
        x = x - x * lr * decays[0 if is_matrix else 1]
        if not is_matrix:
            m, v = moments(g, state, b1, b2)
            return x - ratio * lr * (m / (1 - b1**t)) / (torch.sqrt(v / (1 - b2**t)) + eps)
        state["m"] = momentum * state.get("m", 0) + g
        y = g + momentum * state["m"] if nesterov else state["m"]
        rows, columns = y.shape
        y = y.T if rows > columns else y
        y = y / (y.norm() + eps)
        for _ in range(steps):
            a = y @ y.T
            y = 3.4445 * y + (-4.775 * a + 2.0315 * a @ a) @ y
        y = y.T if rows > columns else y
        return x - lr * y * (max(1, rows / columns)**0.5 if rms is None else rms * max(rows, columns)**0.5)
    return update


def adafactor(lr, decay=-0.8, eps1=1e-30, eps2=1e-3, threshold=1, relative=True):
    def rms(x):
        return (x**2).mean().sqrt()

    def update(x, g, state, t):
        rho, b2 = min(lr, t**-0.5) if relative else lr, 1 - t**decay
        squares = g**2 + eps1
        if x.ndim >= 2:
            state["r"] = b2 * state.get("r", 0) + (1 - b2) * squares.mean(-1)
            state["c"] = b2 * state.get("c", 0) + (1 - b2) * squares.mean(-2)
            v = (state["r"] / state["r"].mean(-1, keepdim=True)).unsqueeze(-1) * state["c"].unsqueeze(-2)
        else:
            v = state["v"] = b2 * state.get("v", 0) + (1 - b2) * squares
        u = g / v.sqrt()
        return x - max(eps2, rms(x)) * rho * u / max(1, rms(u) / threshold)
    return update


# Parameters of several shapes, for the rules that look at matrices.
MATRIX_SHAPES = [[2, 3], [3], [4], [3, 2], [2, 2, 3]]
COUNT = sum(int(np.prod(shape)) for shape in MATRIX_SHAPES)
MATRICES = {
    "shapes": MATRIX_SHAPES,
    "start": spread(COUNT).tolist(),
    "gradients": [np.round(np.cos(2 + i + 1.3 * np.arange(COUNT)), 3).tolist() for i in range(6)],
}


def lbfgs(**options):
    return lambda p: Closure(O.LBFGS(p, max_iter=1, **options))


O = torch.optim
SGD, ADAM = {"learningRate": 0.1}, {"learningRate": 0.01, "epsilon": 1e-7}
write("optimizers", [
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), SGD),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1, momentum=0.9), {**SGD, "momentum": 0.9}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
              {"learningRate": 0.05, "momentum": 0.8, "nesterov": True}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), {**SGD, "clipnorm": 1}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), {**SGD, "globalClipnorm": 2.5}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), {**SGD, "clipvalue": 0.5}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), {**SGD, "clipnorm": 1.1, "clipvalue": 0.9}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1), {**SGD, "globalClipnorm": 2.5, "clipvalue": 0.9}),
    optimizer("sgd", lambda p: O.SGD(p, lr=0.1),
              {**SGD, "clipnorm": 2, "globalClipnorm": 1.5, "clipvalue": 0.9}),
    optimizer("adam", lambda p: O.Adam(p, lr=0.01, eps=1e-7), ADAM),
    optimizer("adam", lambda p: O.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3),
              {"learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}),
    optimizer("adam", lambda p: O.Adam(p, lr=0.01, eps=1e-7), {**ADAM, "clipnorm": 1.1, "clipvalue": 0.9}),
    optimizer("adamW", lambda p: O.AdamW(p, lr=0.01, eps=1e-7, weight_decay=0.1), {**ADAM, "weightDecay": 0.1}),
    optimizer("rmsprop", lambda p: O.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7), {**ADAM, "rho": 0.9}),
    optimizer("rmsprop", lambda p: O.RMSprop(p, lr=0.01, alpha=0.8, eps=1e-5, momentum=0.5),
              {"learningRate": 0.01, "rho": 0.8, "epsilon": 1e-5, "momentum": 0.5}),
    optimizer("rmsprop", lambda p: O.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-3, centered=True),
              {"learningRate": 0.01, "rho": 0.9, "epsilon": 1e-3, "centered": True}),
    optimizer("adagrad", lambda p: O.Adagrad(p, lr=0.1, initial_accumulator_value=0.1, eps=1e-7),
              {"learningRate": 0.1, "initialAccumulatorValue": 0.1, "epsilon": 1e-7}),
    optimizer("adam", lambda p: O.Adam(p, lr=0.01, eps=1e-7, amsgrad=True), {**ADAM, "amsgrad": True}),
    optimizer("adamW", lambda p: O.AdamW(p, lr=0.1, betas=(0.8, 0.9), eps=1e-7, weight_decay=0.1, amsgrad=True),
              {"learningRate": 0.1, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1, "amsgrad": True}),
    optimizer("adadelta", lambda p: O.Adadelta(p, lr=1, rho=0.95, eps=1e-7), {"learningRate": 1}),
    optimizer("adadelta", lambda p: O.Adadelta(p, lr=0.5, rho=0.8, eps=1e-3),
              {"learningRate": 0.5, "rho": 0.8, "epsilon": 1e-3}),
    optimizer("adamax", lambda p: O.Adamax(p, lr=0.01, eps=1e-7), ADAM),
    optimizer("adamax", lambda p: O.Adamax(p, lr=0.1, betas=(0.8, 0.7), eps=1e-7),
              {"learningRate": 0.1, "beta1": 0.8, "beta2": 0.7}),
    optimizer("nadam", lambda p: Formula(p, nadam(0.01, 0.9, 0.999, 1e-7)), ADAM),
    optimizer("nadam", lambda p: Formula(p, nadam(0.1, 0.8, 0.95, 1e-3)),
              {"learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}),
    optimizer("lion", lambda p: Formula(p, lion(0.01, 0.9, 0.99)), {"learningRate": 0.01}),
    optimizer("lion", lambda p: Around(Formula(p, lion(0.1, 0.5, 0.8)), p, 0.1, 0.2),
              {"learningRate": 0.1, "beta1": 0.5, "beta2": 0.8, "weightDecay": 0.2}),
    optimizer("lamb", lambda p: Formula(p, lamb(0.01, 0.9, 0.999, 1e-7)), ADAM),
    optimizer("lamb", lambda p: Around(Formula(p, lamb(0.1, 0.8, 0.95, 1e-3)), p, 0.1, 0.2),
              {"learningRate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.2}),
    optimizer("ftrl", lambda p: Formula(p, ftrl(0.1)), {"learningRate": 0.1}),
    optimizer("ftrl", lambda p: Formula(p, ftrl(0.5, l1=0.5, l2=0.1, shrinkage=0.05, beta=0.3)),
              {"learningRate": 0.5, "l1RegularizationStrength": 0.5, "l2RegularizationStrength": 0.1,
               "l2ShrinkageRegularizationStrength": 0.05, "beta": 0.3}),
    optimizer("ftrl", lambda p: Formula(p, ftrl(0.2, power=-0.7, first=0.3)),
              {"learningRate": 0.2, "learningRatePower": -0.7, "initialAccumulatorValue": 0.3}),
    optimizer("lbfgs", lbfgs(), {}),
    optimizer("lbfgs", lbfgs(lr=0.5, history_size=2), {"learningRate": 0.5, "historySize": 2}),
    optimizer("lbfgs", lbfgs(lr=0.1, history_size=1, tolerance_grad=3.5),
              {"learningRate": 0.1, "historySize": 1, "toleranceGrad": 3.5}),
    optimizer("lbfgs", lbfgs(lr=0.1, history_size=3), {"learningRate": 0.1, "historySize": 3}, **MATRICES),
    optimizer("muon", lambda p: Formula(p, muon(0.001, (0.1, 0.004), ["part_0", "part_3"])), {}, **MATRICES),
    optimizer("muon", lambda p: Formula(p, muon(0.1, (0.2, 0), ["part_0"], 3, 0.8, False, None, 0.3, 0.8, 0.9)),
              {"learningRate": 0.1, "weightDecay": 0.2, "adamWeightDecay": 0, "excludeLayers": ["part_3"],
               "nsSteps": 3, "momentum": 0.8, "nesterov": False, "rmsRate": None, "adamLrRatio": 0.3,
               "adamBeta1": 0.8, "adamBeta2": 0.9}, **MATRICES),
    optimizer("adafactor", lambda p: Formula(p, adafactor(0.01)), {"learningRate": 0.01}, **MATRICES),
    optimizer("adafactor", lambda p: Formula(p, adafactor(0.8, -0.5, 1e-4, 0.5, 0.6, False)),
              {"learningRate": 0.8, "beta2Decay": -0.5, "epsilon1": 1e-4, "epsilon2": 0.5, "clipThreshold": 0.6,
               "relativeStep": False}, **MATRICES),
    # What all optimizers share: decay of some parameters, rates of their own, running means.
    optimizer("sgd", lambda p: Around(O.SGD(p, lr=0.1, momentum=0.9), p, 0.1, 0.3),
              {**SGD, "momentum": 0.9, "weightDecay": 0.3}),
    optimizer("rmsprop", lambda p: Around(O.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7), p, 0.01, [0.5, 0]),
              {**ADAM, "weightDecay": 0.5, "excludeFromWeightDecay": ["part_1"]}),
    optimizer("adamW", lambda p: O.AdamW([{"params": p[:1], "weight_decay": 0}, {"params": p[1:]}], lr=0.01, eps=1e-7,
                                         weight_decay=0.2),
              {**ADAM, "weightDecay": 0.2, "excludeFromWeightDecay": ["_0$"]}),
    optimizer("adam", lambda p: O.Adam([{"params": p[:1]}, {"params": p[1:], "lr": 0.003}], lr=0.01, eps=1e-7),
              {**ADAM, "learningRateMultipliers": {"_1": 0.3}}),
    optimizer("adamW", lambda p: O.AdamW([{"params": p[:1], "lr": 0.02}, {"params": p[1:], "lr": 0}], lr=0.01,
                                         eps=1e-7, weight_decay=0.2),
              {**ADAM, "weightDecay": 0.2, "learningRateMultipliers": {"part_0": 2, "part": 0}}),
    optimizer("adam", lambda p: Around(O.Adam(p, lr=0.01, eps=1e-7), p, momentum=0.9, overwrite=3),
              {**ADAM, "useEma": True, "emaMomentum": 0.9, "emaOverwriteFrequency": 3}),
])

# ---- schedules: the rates of some steps ------------------------------------------------------------------------------


def torch_rates(make, lr, steps):
    """The rates that a scheduler of PyTorch gives."""
    made = O.SGD([torch.zeros(1)], lr=lr)
    scheduler = make(made)
    rates = []
    for _ in range(max(steps) + 1):
        rates.append(made.param_groups[0]["lr"])
        made.step()
        scheduler.step()
    return [rates[step] for step in steps]


def schedule(name, options, rates, steps=tuple(range(24))):
    """Rates by a scheduler of PyTorch, (make, lr), or by Keras's documented formula, a function of the step."""
    values = [rates(step) for step in steps] if callable(rates) else torch_rates(*rates, steps)
    return {"name": name, "options": options, "steps": list(steps), "rates": [number(v) for v in values]}


def restarts(lr, first, t_mul, m_mul, alpha):
    """Keras's cosine with restarts, by walking through the periods."""
    def rate(step):
        start, length, height = 0, first, 1
        while step >= start + length:
            start, length, height = start + length, length * t_mul, height * m_mul
        return lr * ((1 - alpha) * height * 0.5 * (1 + math.cos(math.pi * (step - start) / length)) + alpha)
    return rate


def warm_cosine(lr, steps, target, warmup, alpha):
    def rate(step):
        if step < warmup:
            return lr + (target - lr) * step / warmup
        return target * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * min(step - warmup, steps) / steps)) + alpha)
    return rate


def polynomial_cycle(lr, steps, end, power):
    def rate(step):
        length = steps * max(1, math.ceil(step / steps))
        return (lr - end) * (1 - step / length)**power + end
    return rate


S = O.lr_scheduler
BASE, FAR = {"initialLearningRate": 0.1}, (0, 1, 5, 999, 1000, 1001, 2999, 3000, 3001, 5000, 7000, 100000)
COSINE = {"name": "cosineDecay", "config": {**BASE, "decaySteps": 12}}
write("schedules", [
    schedule("constant", {"learningRate": 0.3}, (lambda o: S.ConstantLR(o, factor=1), 0.3)),
    schedule("exponentialDecay", {**BASE, "decaySteps": 1, "decayRate": 0.9}, (lambda o: S.ExponentialLR(o, 0.9), 0.1)),
    schedule("exponentialDecay", {**BASE, "decaySteps": 5, "decayRate": 0.5, "staircase": True},
             (lambda o: S.StepLR(o, 5, 0.5), 0.1)),
    schedule("exponentialDecay", {**BASE, "decaySteps": 1000, "decayRate": 0.96}, lambda t: 0.1 * 0.96**(t / 1000), FAR),
    schedule("inverseTimeDecay", {**BASE, "decaySteps": 4, "decayRate": 0.5}, lambda t: 0.1 / (1 + 0.5 * t / 4)),
    schedule("inverseTimeDecay", {**BASE, "decaySteps": 4, "decayRate": 0.5, "staircase": True},
             lambda t: 0.1 / (1 + 0.5 * (t // 4))),
    schedule("polynomialDecay", {**BASE, "decaySteps": 10, "endLearningRate": 0, "power": 2},
             (lambda o: S.PolynomialLR(o, 10, 2), 0.1)),
    schedule("polynomialDecay", {**BASE, "decaySteps": 10}, lambda t: (0.1 - 1e-4) * (1 - min(t, 10) / 10) + 1e-4),
    schedule("polynomialDecay", {**BASE, "decaySteps": 7, "endLearningRate": 0.01, "power": 0.5, "cycle": True},
             polynomial_cycle(0.1, 7, 0.01, 0.5)),
    schedule("piecewiseConstantDecay", {"boundaries": [3, 8, 9], "values": [1, 0.5, 0.1, 0.02]},
             lambda t: 1 if t <= 3 else 0.5 if t <= 8 else 0.1 if t <= 9 else 0.02),
    schedule("piecewiseConstantDecay", {"boundaries": [3, 7], "values": [0.1, 0.02, 0.004]},
             (lambda o: S.MultiStepLR(o, [4, 8], 0.2), 0.1)),
    schedule("cosineDecay", {**BASE, "decaySteps": 23}, (lambda o: S.CosineAnnealingLR(o, 23), 0.1)),
    schedule("cosineDecay", {**BASE, "decaySteps": 10, "alpha": 0.2},
             lambda t: 0.1 * (0.8 * 0.5 * (1 + math.cos(math.pi * min(t, 10) / 10)) + 0.2)),
    schedule("cosineDecay", {"initialLearningRate": 0.01, "decaySteps": 12, "alpha": 0.1, "warmupTarget": 0.1,
                             "warmupSteps": 6}, warm_cosine(0.01, 12, 0.1, 6, 0.1)),
    schedule("cosineDecayRestarts", {**BASE, "firstDecaySteps": 3},
             (lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2), 0.1)),
    schedule("cosineDecayRestarts", {**BASE, "firstDecaySteps": 5, "tMul": 1, "alpha": 0.1},
             (lambda o: S.CosineAnnealingWarmRestarts(o, 5, 1, 0.01), 0.1)),
    schedule("cosineDecayRestarts", {**BASE, "firstDecaySteps": 4, "tMul": 1.5, "mMul": 0.7, "alpha": 0.05},
             restarts(0.1, 4, 1.5, 0.7, 0.05)),
    schedule("cosineDecayRestarts", {**BASE, "firstDecaySteps": 1000, "mMul": 0.5}, restarts(0.1, 1000, 2, 0.5, 0), FAR),
    schedule("linearWarmup", {"warmupSteps": 8, "after": 0.1, "startFactor": 0.25},
             (lambda o: S.LinearLR(o, 0.25, 1, 8), 0.1)),
    schedule("linearWarmup", {"warmupSteps": 6, "after": COSINE, "startFactor": 0.5},
             lambda t: 0.1 * (0.5 + 0.5 * t / 6) if t < 6 else 0.05 * (1 + math.cos(math.pi * min(t - 6, 12) / 12))),
    schedule("oneCycle", {"maxLearningRate": 0.1, "totalSteps": 25}, (lambda o: S.OneCycleLR(o, 0.1, 25), 0.1)),
    schedule("oneCycle", {"maxLearningRate": 2, "totalSteps": 25, "pctStart": 0.4, "annealStrategy": "linear",
                          "divFactor": 10, "finalDivFactor": 100, "threePhase": True},
             (lambda o: S.OneCycleLR(o, 2, 25, pct_start=0.4, anneal_strategy="linear", div_factor=10,
                                     final_div_factor=100, three_phase=True), 0.1)),
    schedule("oneCycle", {"maxLearningRate": 1, "totalSteps": 25, "pctStart": 0.02},
             (lambda o: S.OneCycleLR(o, 1, 25, pct_start=0.02), 0.1)),
    schedule("noam", {"modelSize": 512, "warmupSteps": 8, "scale": 2},
             lambda t: 2 * 512**-0.5 * min((t + 1)**-0.5, (t + 1) * 8**-1.5)),
])

# ---- a small network, 3-4-2, trained for three steps, which are epochs to the schedules ---------------------------


def mlp(optimizer, make, options, activation, schedule=None):
    params = [spread(3, 4), spread(4) * 0.5, spread(4, 2) * 0.5, spread(2) * 0.25]
    params = [p.float().double().requires_grad_(True) for p in params]
    start = [numbers(p) for p in params]
    x, labels = spread(5, 3) * 2, torch.tensor([0, 1, 1, 0, 1])
    x = x.float().double()
    made = make(params)
    schedule, scheduler = schedule and schedule[0], schedule and schedule[1](made)
    steps = []
    for _ in range(3):
        w1, b1, w2, b2 = params
        value = F.cross_entropy(getattr(torch, activation)(x @ w1 + b1) @ w2 + b2, labels)
        made.zero_grad()
        value.backward()
        clip_gradients(params, **options)
        rate = made.param_groups[0]["lr"]
        made.step()
        if scheduler:
            scheduler.step()
        steps.append({"loss": number(value), "rate": number(rate), "weights": [numbers(p) for p in params]})
    return {"name": f"{optimizer} {activation}", "optimizer": optimizer, "options": options, "activation": activation,
            "schedule": schedule, "x": numbers(x), "labels": labels.tolist(), "start": start, "steps": steps}


ADAM, SGD = {"learningRate": 0.05, "epsilon": 1e-7}, {"learningRate": 0.1, "momentum": 0.9}
make_adam, make_sgd = lambda p: O.Adam(p, lr=0.05, eps=1e-7), lambda p: O.SGD(p, lr=0.1, momentum=0.9)
L = O.lr_scheduler
write("mlp", [
    mlp("adam", make_adam, ADAM, "tanh"),
    mlp("sgd", make_sgd, SGD, "relu"),
    mlp("sgd", make_sgd, {**SGD, "clipnorm": 0.1}, "tanh"),
    mlp("sgd", make_sgd, {**SGD, "globalClipnorm": 0.2}, "tanh"),
    mlp("sgd", make_sgd, {**SGD, "clipnorm": 0.1, "clipvalue": 0.05}, "tanh"),
    mlp("adam", make_adam, {**ADAM, "clipnorm": 0.1, "clipvalue": 0.05}, "tanh"),
    # Without momentum: a velocity holds the rates of earlier steps in Keras and in Nabla, but not in PyTorch.
    mlp("sgd", lambda p: O.SGD(p, lr=0.1), {"learningRate": 0.1}, "tanh",
        ("halved", lambda o: L.StepLR(o, step_size=1, gamma=0.5))),
    mlp("adam", make_adam, ADAM, "tanh", ("cosine", lambda o: L.CosineAnnealingLR(o, T_max=4))),
    mlp("adam", make_adam, ADAM, "tanh", ("warm-up", lambda o: L.LinearLR(o, start_factor=0.25, total_iters=2))),
])

# ---- tensor functions ---------------------------------------------------------------------------------------------

A, B = spread(3, 4), spread(4, 5) * 0.7
TIES = [[1, 3, 3], [2, 2, 2], [0, -1, 5]]
write("functions", [
    case("matmul", torch.matmul, [A, B]),
    case("matmul batched", torch.matmul, [spread(2, 1, 3, 4), spread(5, 4, 2)]),
    case("matmul vectors", torch.matmul, [spread(4), spread(4)]),
    case("matmul row", torch.matmul, [spread(4), B]),
    case("einsum bqhd,bkhd->bhqk", lambda a, b: torch.einsum("bqhd,bkhd->bhqk", a, b), [spread(2, 3, 2, 4), spread(2, 5, 2, 4)]),
    case("einsum abc,cbd->da", lambda a, b: torch.einsum("abc,cbd->da", a, b), [spread(2, 3, 4), spread(4, 3, 5)]),
    case("logSumExp", lambda x: torch.logsumexp(x, 1), [[[5, 3, 6.2], [1000, 999, -1000]]]),
    case("prod", lambda x: x.prod(1), [[[2, 3, 0.5], [0, 3, -2], [0, 0, 4]]]),
    case("max", lambda x: x.amax(1), [TIES]),
    case("min", lambda x: x.amin(0), [TIES]),
    case("max of all", lambda x: x.amax(), [TIES]),
    case("mean", lambda x: x.mean((0, 2)), [spread(2, 3, 4)]),
    case("variance", lambda x: x.var(1, unbiased=False), [A]),
    case("take", lambda x: x[:, [2, 0, 2, 3]], [A], indices=[2, 0, 2, 3], axis=1),
    case("scatterAdd", lambda x: torch.zeros(4, 4).index_add(0, torch.tensor([2, 0, 2]), x), [A], indices=[2, 0, 2], axis=0, size=4),
    case("maximum", torch.maximum, [[1, 2, 3, -1], [1, 3, 2, -1]]),
    case("minimum", torch.minimum, [[1, 2, 3, -1], [1, 3, 2, -1]]),
    case("pow", torch.pow, [[0.5, 2, 1.5, 3], [2, 0.5, -1, 0]]),
    case("pow 3", lambda x: x ** 3, [[-2, -0.5, 0, 1.5]]),
    case("atan2", torch.atan2, [[1, -1, 0.5, -2], [2, 0.3, -1, -0.1]]),
    case("mod", torch.remainder, [[5.5, -5.5, 5.5, -5.5, 0.25], [2, 2, -2, -2, 0.75]], differentiable=[]),
    case("erf", torch.erf, [SMOOTH]),
    case("erfinv", torch.erfinv, [[-0.999, -0.9, -0.3, 0.001, 0.25, 0.7, 0.99]]),
    case("expm1", torch.expm1, [[-30, -1, -1e-6, 1e-6, 0.5, 4]]),
    case("log1p", torch.log1p, [[-0.9, -1e-6, 1e-6, 0.5, 40]]),
    case("sqrt", torch.sqrt, [[0.25, 1e-6, 9, 1e6]]),
    case("abs", torch.abs, [[-2, 0, 3]]),
    case("tan", torch.tan, [[-1.2, 0.3, 1]]),
    case("where", lambda a, b: torch.where(a > b, a * 2, b * 3), [[1, 5, -1], [2, 3, -4]]),
    case("windows", lambda x: x.unfold(0, 3, 2), [spread(9)]),
    case("pad", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), [spread(2, 3)]),
    case("strided", lambda x: x.flip(0)[1::2, ::3], [spread(6, 7)]),
    case("round", torch.round, [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.51]], differentiable=[]),
])

# ---- convolution, pooling, normalization, attention, sorting: channels last, as Keras has them ----------------------


def first(x):
    """[batch, ...space, channels] as PyTorch's [batch, channels, ...space]."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def convolution(name, f, shape, kernel, options=None, **given):
    """kernel [...space, channels / groups, features]."""
    def run(x, k):
        return last(f(first(x), k.movedim(-1, 0).movedim(-1, 1), **given))
    return {**case(name, run, [spread(*shape), spread(*kernel)]), "options": options or {}}


def transposed(name, f, shape, kernel, options=None, **given):
    """kernel [...space, features / groups, channels]; PyTorch has [channels, features / groups, ...space]."""
    def run(x, k):
        return last(f(first(x), k.movedim(-1, 0).movedim(-1, 1), **given))
    return {**case(name, run, [spread(*shape), spread(*kernel)]), "options": options or {}}


def depthwise(x, k):
    height, width, channels, multiplier = k.shape
    return last(F.conv2d(first(x), k.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width), groups=channels, padding=1))


def pool(name, f, shape, size, options=None, **given):
    return {**case(name, lambda x: last(f(first(x), size, **given)), [shuffled(*shape)]), "size": size, "options": options or {}}


def shuffled(*shape):
    """Numbers from -3 to 3 in no order, none of them twice."""
    n = int(np.prod(shape))
    return f32((np.arange(n) * 7919 % n - n / 2) * 6 / n).reshape(shape)


def attention(q, k, v, mask=None, causal=False):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return torch.softmax(scores, -1) @ v


def named(name, options, f, *inputs):
    return {**case(name, f, list(inputs)), "options": options}


WITH_TIES = [[3, 1, 2, 1, 3, -1, 0], [0, -0.5, 7, 7, 7, 2, 1]]

write("layers", [
    convolution("conv1d", F.conv1d, (2, 7, 3), (3, 3, 4)),
    convolution("conv1d", F.conv1d, (1, 9, 2), (3, 2, 2), {"strides": 2, "padding": 1, "dilation": 2}, stride=2, padding=1, dilation=2),
    convolution("conv2d", F.conv2d, (1, 5, 6, 2), (3, 3, 2, 3)),
    convolution("conv2d", F.conv2d, (1, 5, 5, 2), (3, 3, 2, 3), {"padding": "same"}, padding="same"),
    convolution("conv2d", F.conv2d, (1, 6, 7, 2), (3, 2, 2, 3), {"strides": [2, 1], "padding": [1, 0]}, stride=(2, 1), padding=(1, 0)),
    convolution("conv2d", F.conv2d, (1, 7, 6, 2), (3, 2, 2, 2), {"dilation": [2, 3], "padding": 2}, dilation=(2, 3), padding=2),
    convolution("conv2d", F.conv2d, (1, 4, 5, 4), (3, 3, 2, 6), {"groups": 2, "padding": 1}, groups=2, padding=1),
    convolution("conv2d", F.conv2d, (1, 5, 5, 4), (3, 3, 1, 4), {"groups": 4, "strides": 2}, groups=4, stride=2),
    convolution("conv3d", F.conv3d, (1, 3, 4, 3, 2), (2, 2, 2, 2, 2), {"strides": [1, 2, 1], "padding": [0, 1, 0]}, stride=(1, 2, 1), padding=(0, 1, 0)),
    {**case("depthwiseConv1d", lambda x, k: last(F.conv1d(first(x), k.permute(1, 2, 0).reshape(6, 1, 3), groups=3, stride=2)),
            [spread(2, 7, 3), spread(3, 3, 2)]), "options": {"strides": 2}},
    {**case("depthwiseConv2d", depthwise, [spread(1, 4, 4, 2), spread(3, 3, 2, 2)]), "options": {"padding": 1}},
    transposed("convTranspose1d", F.conv_transpose1d, (1, 4, 2), (3, 3, 2)),
    transposed("convTranspose1d", F.conv_transpose1d, (1, 4, 2), (3, 3, 2), {"strides": 2, "padding": 1, "outputPadding": 1}, stride=2, padding=1, output_padding=1),
    transposed("convTranspose2d", F.conv_transpose2d, (1, 3, 4, 2), (3, 2, 3, 2), {"strides": [2, 3], "padding": [1, 0], "dilation": [2, 1]}, stride=(2, 3), padding=(1, 0), dilation=(2, 1)),
    transposed("convTranspose2d", F.conv_transpose2d, (1, 3, 3, 4), (2, 2, 3, 4), {"groups": 2, "strides": 2}, groups=2, stride=2),
    transposed("convTranspose3d", F.conv_transpose3d, (1, 2, 2, 2, 2), (2, 2, 2, 2, 2), {"padding": 1}, padding=1),
    pool("maxPool1d", F.max_pool1d, (2, 7, 2), 3, {"strides": 2, "padding": 1}, stride=2, padding=1),
    pool("maxPool2d", F.max_pool2d, (1, 6, 7, 2), 2),
    pool("maxPool2d", F.max_pool2d, (1, 6, 7, 2), 3, {"strides": 1, "padding": 1}, stride=1, padding=1),
    {**case("maxPool2d", lambda x: last(F.max_pool2d(first(x), 2)), [f32([[1, 1, 2, 0], [1, 1, 0, 2], [0, 0, 3, 3], [0, 0, 3, 3]]).reshape(1, 4, 4, 1)]), "size": 2, "options": {}},
    pool("maxPool3d", F.max_pool3d, (1, 4, 4, 4, 1), 2),
    pool("averagePool1d", F.avg_pool1d, (2, 7, 2), 3, {"strides": 2, "padding": 1}, stride=2, padding=1, count_include_pad=False),
    pool("averagePool2d", F.avg_pool2d, (1, 6, 7, 2), 2),
    pool("averagePool2d", F.avg_pool2d, (1, 6, 5, 2), 3, {"strides": 2, "padding": 1}, stride=2, padding=1, count_include_pad=False),
    pool("averagePool3d", F.avg_pool3d, (1, 4, 4, 4, 1), 2),
    named("layerNorm", {"epsilon": 1e-5}, lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, 1e-5), spread(3, 4, 5), spread(5), spread(5)),
    named("rmsNorm", {"epsilon": 1e-6}, lambda x, g: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * g, spread(3, 5), spread(5)),
    named("groupNorm", {"epsilon": 1e-5}, lambda x, g, b: last(F.group_norm(first(x), 2, g, b, 1e-5)), spread(2, 3, 2, 4), spread(4), spread(4)),
    named("batchNorm", {"epsilon": 1e-5}, lambda x, g, b: last(F.batch_norm(first(x), None, None, g, b, True, eps=1e-5)), spread(3, 2, 2, 4), spread(4), spread(4)),
    {**case("batchNorm given", lambda x, m, v: last(F.batch_norm(first(x), m, v, None, None, False, eps=1e-5)),
            [spread(3, 2, 4), f32([0.1, -0.2, 0.3, 0]), f32([0.5, 1, 2, 0.1])], differentiable=[0]), "options": {"epsilon": 1e-5}},
    named("l2Normalize", {}, lambda x: F.normalize(x, dim=-1), spread(3, 4)),
    named("attention", {}, attention, spread(2, 3, 4), spread(2, 5, 4), spread(2, 5, 3)),
    named("attention", {"causal": True}, lambda q, k, v: attention(q, k, v, causal=True), spread(2, 4, 3), spread(2, 4, 3), spread(2, 4, 2)),
    named("attention", {"mask": [[True, False, True], [True, True, False]]}, lambda q, k, v: attention(q, k, v, torch.tensor([[True, False, True], [True, True, False]])), spread(2, 4), spread(3, 4), spread(3, 2)),
    named("sort", {}, lambda x: torch.sort(x, stable=True, dim=-1).values, f32(WITH_TIES)),
    named("sort", {"descending": True}, lambda x: torch.sort(x, dim=-1, descending=True, stable=True).values, f32(WITH_TIES)),
    {**case("argsort", lambda x: torch.sort(x, dim=-1, stable=True).indices, [f32(WITH_TIES)], differentiable=[]), "options": {}},
    {**case("argsort", lambda x: torch.sort(x, dim=-1, descending=True, stable=True).indices, [f32(WITH_TIES)], differentiable=[]), "options": {"descending": True}},
    named("topK", {}, lambda x: x.topk(3, -1).values, shuffled(3, 7)),
    {**case("topK places", lambda x: x.topk(3, -1).indices, [shuffled(3, 7)], differentiable=[]), "options": {}},
    named("cumsum", {}, lambda x: x.cumsum(1), spread(2, 40)),
    named("cumprod", {}, lambda x: x.cumprod(1), f32([[1.5, 0.5, 2, -1, 0.25], [2, 0, 3, 0, 1.5]])),
    named("clip", {}, lambda x: x.clamp(-1, 1), f32([-2, -1, 0.5, 1, 3])),
    named("tril", {}, lambda x: x.tril(1), spread(3, 4)),
    named("roll", {}, lambda x: x.roll((1, -2), (0, 1)), spread(3, 4)),
    named("einsum", {}, lambda a, b, c: torch.einsum("...ij,jk,kii->...k", a, b, c), spread(2, 3, 4), spread(4, 2), spread(2, 3, 3)),
    named("std", {}, lambda x: x.std(1, unbiased=False), spread(3, 4)),
    named("logsumexp", {}, lambda x: x.logsumexp(-1), f32([[1, 2, 1000], [-1000, 3, 3]])),
    named("median", {}, lambda x: x.median(-1).values, shuffled(3, 5)),
])

# ---- linear algebra: LAPACK's results, in Nabla's signs ------------------------------------------------------------

LA = torch.linalg


def first_sign(rows):
    """The sign of the first element of each row whose size is at least 0.99 of the greatest."""
    large = rows.abs() >= 0.99 * rows.abs().amax(-1, keepdim=True)
    return torch.sign(torch.gather(rows, -1, large.double().argmax(-1, keepdim=True))).detach()


def eigenvectors(a):
    v = LA.eigh(a).eigenvectors
    return v * first_sign(v.mT).mT


def svd_factors(a):
    u, s, vh = LA.svd(a, full_matrices=False)
    signs = first_sign(vh)
    return u * signs.mT, s, vh * signs


def definite(x):
    return x @ x.mT + torch.eye(x.shape[-2])


def symmetric(x):
    return x + x.mT


def irregular(*shape):
    """Matrices of full rank, with singular values that are apart."""
    return f32(2 * np.sin(1.7 * (np.arange(int(np.prod(shape))) + 1) ** 2)).reshape(shape)


TALL, WIDE, SQUARE, STACK = irregular(5, 3), irregular(3, 5), irregular(4, 4) + 3 * torch.eye(4), irregular(2, 3, 3)
RANK2 = f32([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]])

write("linalg", [
    case("solve", LA.solve, [SQUARE, spread(4, 2)]),
    case("solve", LA.solve, [STACK, spread(2, 3, 1)]),
    case("inv", LA.inv, [SQUARE]),
    case("det", LA.det, [STACK]),
    case("logabsdet", lambda a: LA.slogdet(a).logabsdet, [STACK]),
    case("sign", lambda a: LA.slogdet(a).sign, [irregular(5, 3, 3)], differentiable=[]),
    case("cholesky", lambda x: LA.cholesky(definite(x)), [TALL]),
    case("cholesky", lambda x: LA.cholesky(definite(x)), [STACK]),
    case("upper cholesky", lambda x: LA.cholesky(definite(x), upper=True), [SQUARE]),
    *[case(name, lambda x, i=i: LA.qr(x)[i], [x]) for i, name in enumerate(["q", "r"]) for x in (TALL, SQUARE, STACK)],
    case("r", lambda x: LA.qr(x).R, [WIDE]),
    case("complete q", lambda x: LA.qr(x, mode="complete").Q, [TALL], differentiable=[]),
    case("eigenvalues", lambda x: LA.eigvalsh(symmetric(x)), [SQUARE]),
    case("eigenvectors", lambda x: eigenvectors(symmetric(x)), [SQUARE]),
    case("eigenvectors", lambda x: eigenvectors(symmetric(x)), [STACK]),
    *[case(name, lambda x, i=i: svd_factors(x)[i], [x])
      for i, name in enumerate(["u", "s", "vh"]) for x in (TALL, WIDE, STACK)],
    case("pinv", LA.pinv, [TALL]),
    case("pinv", LA.pinv, [WIDE]),
    case("pinv", lambda a: LA.pinv(a, rtol=1e-6), [RANK2], differentiable=[]),
    case("matrixRank", LA.matrix_rank, [STACK], differentiable=[]),
    case("lstsq", lambda a, b: LA.pinv(a) @ b, [TALL, spread(5, 2)]),
    case("lstsq", lambda a, b: LA.pinv(a) @ b, [WIDE, spread(3, 2)]),
    case("lstsq", lambda a, b: LA.pinv(a, rtol=1e-6) @ b, [RANK2, f32([1, -1, 2, 0.5])], differentiable=[]),
    case("residuals", lambda a, b: ((a @ LA.pinv(a) @ b - b) ** 2).sum(0), [TALL, spread(5, 2)]),
    *[{**case("norm", lambda x, o=o: LA.matrix_norm(x, o), [irregular(3, 4)]), "ord": number(o) if not isinstance(o, str) else o}
      for o in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)],
])

# ---- layers: what goes in, then the parameters by name, as Keras lays them out --------------------------------------


def layer(name, args, f, inputs, parameters=None, training=False, **more):
    """The value of a layer and its gradients by inputs and parameters. `args` are those of its factory."""
    parameters = parameters or {}
    made = case(name, f, [*inputs, *parameters.values()], **more)
    return {**made, "args": args, "parameters": list(parameters), "training": training}


TWO = [spread(2, 3, 2), shuffled(2, 3, 2)]
THREE = [*TWO, weights_like(TWO[0])]


def batch_dot(a, b):
    return torch.einsum("bij,bjk->bik", a, b)


MERGING = [
    layer("add", [], lambda a, b, c: a + b + c, THREE),
    layer("add", [], lambda a, b: a[:, None] + b, [spread(2, 3), shuffled(2, 4, 3)]),
    layer("subtract", [], torch.sub, TWO),
    layer("multiply", [], lambda a, b, c: a * b * c, THREE),
    layer("average", [], lambda a, b, c: (a + b + c) / 3, THREE),
    layer("maximum", [], lambda a, b, c: torch.maximum(torch.maximum(a, b), c), THREE),
    layer("minimum", [], lambda a, b, c: torch.minimum(torch.minimum(a, b), c), THREE),
    layer("concatenate", [], lambda *xs: torch.cat(xs, -1), THREE),
    layer("concatenate", [{"axis": 1}], lambda *xs: torch.cat(xs, 1), [spread(2, 3, 2), spread(2, 1, 2)]),
    layer("dot", [[2, 1]], batch_dot, [spread(2, 3, 4), spread(2, 4, 2)]),
    layer("dot", [-1, {"normalize": True}], lambda a, b: F.cosine_similarity(a, b, -1)[:, None], [spread(3, 4), shuffled(3, 4)]),
]

# Kernels here are [...space, channels / groups, filters], and [...space, filters, channels] where transposed.


def conv(f, around=(), activation=None, **given):
    """`around` is added to both ends of each axis, the last axis first."""
    def run(x, k, b=None):
        x = first(x)
        x = F.pad(x, around) if around else x
        y = last(f(x, k.movedim(-1, 0).movedim(-1, 1), b, **given))
        return activation(y) if activation else y
    return run


def by_channel(f, around=(), **given):
    """kernel [...space, channels, multiplier]"""
    def run(x, k, b=None):
        channels, multiplier = k.shape[-2:]
        kernel = k.movedim(-2, 0).movedim(-1, 1).reshape(channels * multiplier, 1, *k.shape[:-2])
        x = first(x)
        return last(f(F.pad(x, around) if around else x, kernel, b, groups=channels, **given))
    return run


def separable(f, **given):
    depth, point = by_channel(f, **given), conv(f)
    return lambda x, d, p, b: point(depth(x, d), p, b)


def kernel_bias(*shape, transposed=False):
    return {"kernel": spread(*shape), "bias": f32(np.linspace(-0.4, 0.7, shape[-2 if transposed else -1]))}


CONVOLUTION = [
    layer("conv1d", [4, 3], conv(F.conv1d), [spread(2, 7, 3)], kernel_bias(3, 3, 4)),
    layer("conv1d", [2, 3, {"padding": "causal", "dilationRate": 2, "activation": "tanh"}],
          conv(F.conv1d, around=(4, 0), dilation=2, activation=torch.tanh), [spread(2, 7, 3)], kernel_bias(3, 3, 2)),
    layer("conv1d", [2, 4, {"padding": "same", "strides": 2}], conv(F.conv1d, around=(1, 2), stride=2), [spread(2, 7, 2)], kernel_bias(4, 2, 2)),
    layer("conv2d", [3, [3, 2], {"strides": [2, 1]}], conv(F.conv2d, stride=(2, 1)), [spread(1, 6, 7, 2)], kernel_bias(3, 2, 2, 3)),
    layer("conv2d", [6, 3, {"padding": "same", "groups": 2, "activation": "relu"}],
          conv(F.conv2d, around=(1, 1, 1, 1), groups=2, activation=torch.relu), [spread(1, 4, 5, 4)], kernel_bias(3, 3, 2, 6)),
    layer("conv2d", [3, 3, {"dilationRate": 2, "useBias": False}], conv(F.conv2d, dilation=2), [spread(1, 6, 7, 2)], {"kernel": spread(3, 3, 2, 3)}),
    layer("conv3d", [2, 2, {"strides": [1, 2, 1], "padding": "same"}], conv(F.conv3d, around=(0, 1, 0, 0, 0, 1), stride=(1, 2, 1)), [spread(1, 3, 4, 3, 2)], kernel_bias(2, 2, 2, 2, 2)),
    layer("conv1dTranspose", [3, 3, {"strides": 2}], conv(F.conv_transpose1d, stride=2), [spread(2, 4, 2)], kernel_bias(3, 3, 2, transposed=True)),
    layer("conv2dTranspose", [3, 4, {"strides": 2, "padding": "same"}], conv(F.conv_transpose2d, stride=2, padding=1), [spread(1, 3, 4, 2)], kernel_bias(4, 4, 3, 2, transposed=True)),
    layer("conv2dTranspose", [2, 3, {"strides": 2, "padding": "same", "outputPadding": 1}],
          conv(F.conv_transpose2d, stride=2, padding=1, output_padding=1), [spread(1, 3, 4, 2)], kernel_bias(3, 3, 2, 2, transposed=True)),
    layer("conv3dTranspose", [2, 2, {"strides": 2, "dilationRate": 1}], conv(F.conv_transpose3d, stride=2), [spread(1, 2, 2, 2, 2)], kernel_bias(2, 2, 2, 2, 2, transposed=True)),
    layer("depthwiseConv1d", [3, {"depthMultiplier": 2, "strides": 2}], by_channel(F.conv1d, stride=2), [spread(2, 7, 3)],
          {"kernel": spread(3, 3, 2), "bias": spread(6)}),
    layer("depthwiseConv2d", [3, {"depthMultiplier": 2, "padding": "same"}], by_channel(F.conv2d, around=(1, 1, 1, 1)), [spread(1, 4, 4, 2)],
          {"kernel": spread(3, 3, 2, 2), "bias": spread(4)}),
    layer("separableConv1d", [3, 2, {"padding": "causal"}], separable(F.conv1d, around=(1, 0)), [spread(2, 5, 2)],
          {"depthwiseKernel": spread(2, 2, 1), "pointwiseKernel": spread(1, 2, 3), "bias": spread(3)}),
    layer("separableConv2d", [3, 2, {"depthMultiplier": 2, "strides": 2}], separable(F.conv2d, stride=2), [spread(1, 5, 5, 2)],
          {"depthwiseKernel": spread(2, 2, 2, 2), "pointwiseKernel": spread(1, 1, 4, 3), "bias": spread(3)}),
]



def channels_first(f, *args, **given):
    return lambda x: last(f(first(x), *args, **given))


POOLING = [
    layer("maxPooling1d", [{"poolSize": 3, "strides": 2}], channels_first(F.max_pool1d, 3, 2), [shuffled(2, 7, 2)]),
    layer("maxPooling2d", [{"poolSize": [2, 3]}], channels_first(F.max_pool2d, (2, 3)), [shuffled(1, 5, 6, 2)]),
    layer("maxPooling2d", [{"padding": "same"}], channels_first(F.max_pool2d, 2, ceil_mode=True), [shuffled(1, 5, 5, 2)]),
    layer("maxPooling3d", [{"strides": 1}], channels_first(F.max_pool3d, 2, 1), [shuffled(1, 3, 3, 3, 1)]),
    layer("averagePooling1d", [{"poolSize": 3, "strides": 2, "padding": "same"}],
          channels_first(F.avg_pool1d, 3, 2, padding=1, count_include_pad=False), [spread(2, 7, 2)]),
    layer("averagePooling2d", [{"padding": "same"}], channels_first(F.avg_pool2d, 2, ceil_mode=True, count_include_pad=False), [spread(1, 5, 5, 2)]),
    layer("averagePooling3d", [{"poolSize": [1, 2, 2]}], channels_first(F.avg_pool3d, (1, 2, 2)), [spread(1, 2, 4, 4, 1)]),
    layer("globalMaxPooling1d", [], lambda x: x.amax(1), [shuffled(2, 5, 2)]),
    layer("globalMaxPooling2d", [{"keepDims": True}], lambda x: x.amax((1, 2), keepdim=True), [shuffled(2, 3, 2, 2)]),
    layer("globalMaxPooling3d", [], lambda x: x.amax((1, 2, 3)), [shuffled(2, 2, 3, 2, 2)]),
    layer("globalAveragePooling1d", [{"keepDims": True}], lambda x: x.mean(1, keepdim=True), [spread(2, 5, 2)]),
    layer("globalAveragePooling2d", [], lambda x: x.mean((1, 2)), [spread(2, 3, 2, 2)]),
    layer("globalAveragePooling3d", [], lambda x: x.mean((1, 2, 3)), [spread(2, 2, 3, 2, 2)]),
]


def batch_norm(training, eps=1e-3):
    return lambda x, g, b, m, v: last(F.batch_norm(first(x), m.clone(), v.clone(), g, b, training, eps=eps))


def affine(n):
    return {"gamma": f32(np.linspace(0.5, 1.7, n)), "beta": f32(np.linspace(-0.4, 0.9, n))}


RUNNING = {**affine(3), "movingMean": f32([0.1, -0.2, 0.3]), "movingVariance": f32([0.5, 1, 2])}
NORMALIZATION = [
    layer("batchNormalization", [], batch_norm(True), [spread(3, 2, 2, 3)], RUNNING, training=True, differentiable=[0, 1, 2]),
    layer("batchNormalization", [{"epsilon": 1e-5}], batch_norm(False, 1e-5), [spread(3, 2, 3)], RUNNING, differentiable=[0, 1, 2]),
    layer("batchNormalization", [{"axis": 1, "center": False, "scale": False}],
          lambda x, m, v: F.batch_norm(x, m.clone(), v.clone(), None, None, True, eps=1e-3),
          [spread(3, 2, 4)], {"movingMean": f32([0, 0]), "movingVariance": f32([1, 1])}, training=True, differentiable=[0]),
    layer("layerNormalization", [], lambda x, g, b: F.layer_norm(x, (5,), g, b, 1e-3), [spread(3, 4, 5)], affine(5)),
    layer("layerNormalization", [{"axis": [1, 2], "epsilon": 1e-5}], lambda x, g, b: F.layer_norm(x, (4, 2), g, b, 1e-5),
          [spread(3, 4, 2)], {"gamma": spread(4, 2), "beta": shuffled(4, 2)}),
    layer("layerNormalization", [{"axis": 1, "center": False}], lambda x, g: F.layer_norm(x.movedim(1, -1), (4,), g, None, 1e-3).movedim(-1, 1),
          [shuffled(3, 4, 2)], {"gamma": spread(4)}),
    layer("groupNormalization", [{"groups": 2}], lambda x, g, b: last(F.group_norm(first(x), 2, g, b, 1e-3)), [spread(2, 3, 2, 4)], affine(4)),
    layer("groupNormalization", [{"groups": -1}], lambda x, g, b: last(F.instance_norm(first(x), None, None, g, b, eps=1e-3)), [spread(2, 3, 2, 3)], affine(3)),
    layer("groupNormalization", [{"groups": 2, "axis": 1, "epsilon": 1e-5}], lambda x, g, b: F.group_norm(x, 2, g, b, 1e-5), [spread(2, 4, 3)], affine(4)),
    layer("rmsNormalization", [], lambda x, g: x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * g, [spread(3, 5)], {"scale": spread(5)}),
    layer("unitNormalization", [], lambda x: F.normalize(x, dim=-1), [spread(3, 4)]),
    layer("unitNormalization", [{"axis": [1, 2]}], lambda x: x / x.pow(2).sum((1, 2), keepdim=True).sqrt(), [spread(3, 4, 2)]),
]

def spectral(iterations):
    """Keras's order: v from u, then u from v; both are fixed in the gradient."""
    def run(x, u, w):
        fixed = w.detach()
        v = F.normalize(u @ fixed.T, dim=-1)
        for i in range(iterations):
            v = F.normalize(u @ fixed.T, dim=-1)
            u = F.normalize(v @ fixed, dim=-1)
        return x @ (w / (v @ w @ u.T))
    return run


WRAPPED = [
    layer("spectralNormalization", [{"layer": ["dense", 4, {"useBias": False}]}, {"powerIterations": n or 1}], spectral(n), [spread(2, 3)],
          {"vectorU": spread(1, 4), "layer/kernel": shuffled(3, 4)}, training=n > 0, differentiable=[0, 2])
    for n in (1, 2, 0)
]

RESHAPING = [
    layer("permute", [[3, 1, 2]], lambda x: x.permute(0, 3, 1, 2), [spread(2, 3, 2, 4)]),
    layer("repeatVector", [3], lambda x: x[:, None].repeat(1, 3, 1), [spread(2, 4)]),
    layer("cropping1d", [[1, 2]], lambda x: x[:, 1:-2], [spread(2, 5, 2)]),
    layer("cropping2d", [[[1, 0], 1]], lambda x: x[:, 1:, 1:-1], [spread(2, 3, 4, 2)]),
    layer("cropping3d", [], lambda x: x[:, 1:-1, 1:-1, 1:-1], [spread(1, 3, 4, 3, 2)]),
    layer("zeroPadding1d", [[1, 2]], lambda x: F.pad(x, (0, 0, 1, 2)), [spread(2, 3, 2)]),
    layer("zeroPadding2d", [[[1, 0], 2]], lambda x: F.pad(x, (0, 0, 2, 2, 1, 0)), [spread(2, 3, 2, 2)]),
    layer("zeroPadding3d", [], lambda x: F.pad(x, (0, 0, 1, 1, 1, 1, 1, 1)), [spread(1, 2, 1, 2, 2)]),
    layer("upSampling1d", [{"size": 3}], lambda x: x.repeat_interleave(3, 1), [spread(2, 3, 2)]),
    layer("upSampling2d", [{"size": [2, 3]}], channels_first(F.interpolate, scale_factor=(2, 3)), [spread(2, 2, 3, 2)]),
    layer("upSampling2d", [{"interpolation": "bilinear"}], channels_first(F.interpolate, scale_factor=2, mode="bilinear", align_corners=False), [spread(1, 3, 4, 2)]),
    layer("upSampling2d", [{"size": [3, 4], "interpolation": "bilinear"}],
          channels_first(F.interpolate, scale_factor=(3, 4), mode="bilinear", align_corners=False), [spread(1, 3, 1, 2)]),
    layer("upSampling3d", [{"size": [1, 2, 2]}], channels_first(F.interpolate, scale_factor=(1, 2, 2)), [spread(1, 2, 2, 3, 1)]),
]

write("nn", [*MERGING, *CONVOLUTION, *POOLING, *NORMALIZATION, *WRAPPED, *RESHAPING])

# ---- recurrent layers: Keras's order of gates, kernels [inputs, gates * units], batch first --------------------------


def unrolled(step):
    """The outputs of all steps and the last states, by a loop; a masked step keeps the states and repeats the output."""
    def run(x, states, mask, *weights):
        outputs = []
        for t in range(x.shape[1]):
            new = step(x[:, t], states, *weights)
            if mask is not None:
                new = [torch.where(mask[:, t, None], a, b) for a, b in zip(new, states)]
            states = new
            outputs.append(states[0])
        return torch.stack(outputs, 1), states
    return run


def lstm_step(x, states, kernel, recurrent, bias):
    h, c = states
    i, f, g, o = (x @ kernel + h @ recurrent + bias).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return [torch.sigmoid(o) * torch.tanh(c), c]


def gru_step(x, states, kernel, recurrent, bias):
    """The reset gate before the product, which PyTorch does not have."""
    (h,) = states
    units = h.shape[-1]
    xz, xr, xh = (x @ kernel + bias).chunk(3, -1)
    hz, hr = (h @ recurrent[:, :2 * units]).chunk(2, -1)
    z, r = torch.sigmoid(xz + hz), torch.sigmoid(xr + hr)
    return [z * h + (1 - z) * torch.tanh(xh + (r * h) @ recurrent[:, 2 * units:])]


def gates_of(w, order):
    """Keras's kernel [inputs, gates * units] as PyTorch's [gates * units, inputs], with the gates in its order."""
    parts = w.chunk(len(order), -1)
    return torch.cat([parts[i] for i in order], -1).movedim(-1, 0)


def by_torch(loop, order):
    def run(x, states, _, kernel, recurrent, bias):
        own, other = (bias[0], bias[1]) if bias.ndim == 2 else (bias, torch.zeros_like(bias))
        weights = [gates_of(w, order) for w in (kernel, recurrent, own, other)]
        first = tuple(s[None] for s in states)
        out, *last = loop(x, first if len(first) > 1 else first[0], weights, True, 1, 0.0, False, False, True)
        return out, [s[0] for s in last]
    return run


def recurrent(name, gates, states, run, options=None, mask=None, biases=1, steps=5, units=3, features=4, batch=2):
    """The outputs of all steps and the last states, one after another in one vector."""
    shape = (2, gates * units) if biases == 2 else (gates * units,)
    given = [0.7 * spread(batch, steps, features), spread(features, gates * units), 0.8 * spread(units, gates * units), 0.3 * spread(*shape)]
    given += [0.5 * spread(batch, units) + 0.1 * i for i in range(states)]
    keep = None if mask is None else torch.tensor(mask)

    def f(x, kernel, inner, bias, *first):
        out, last = run(x, list(first), keep, kernel, inner, bias)
        return torch.cat([out.reshape(-1), *[s.reshape(-1) for s in last]])
    more = {} if mask is None else {"mask": mask}
    return {**case(name, f, [f32(v) for v in given]), "options": {"units": units, **(options or {})}, **more}


MASK = [[False, True, True, False, True], [True, True, False, False, False]]

write("recurrent", [
    recurrent("simpleRNN", 1, 1, by_torch(torch.rnn_tanh, [0])),
    recurrent("lstm", 4, 2, by_torch(torch.lstm, [0, 1, 2, 3])),
    recurrent("lstm", 4, 2, by_torch(torch.lstm, [0, 1, 2, 3]), units=8, features=9, steps=7, batch=3),
    recurrent("gru", 3, 1, by_torch(torch.gru, [1, 0, 2]), biases=2),
    recurrent("gru", 3, 1, by_torch(torch.gru, [1, 0, 2]), biases=2, units=8, features=9, steps=7, batch=3),
    recurrent("gru", 3, 1, unrolled(gru_step), {"resetAfter": False}),
    recurrent("lstm", 4, 2, unrolled(lstm_step), mask=MASK),
    recurrent("gru", 3, 1, unrolled(gru_step), {"resetAfter": False}, mask=MASK),
])

# ---- attention layers: inputs, then the parameters in the order in which the layer declares them ---------------------


def multi_head(heads, causal=False, mask=None, shared=False, options=None, dim=6, time=4, steps=4, batch=2):
    """torch.nn.MultiheadAttention of batch-first sequences, with Keras's kernels [features, heads, dim]."""
    size = dim // heads
    xs = [spread(batch, time, dim)] if shared else [spread(batch, time, dim), shuffled(batch, steps, dim) / 3, spread(batch, steps, dim) * 0.8]
    kernels = [(dim, heads, size)] * 3 + [(heads, size, dim)]
    biases = [(heads, size)] * 3 + [(dim,)]
    weights = [w for k, b in zip(kernels, biases) for w in (0.5 * shuffled(*k), 0.2 * spread(*b))]

    def f(*given):
        inputs, (q, bq, k, bk, v, bv, o, bo) = given[:len(xs)], given[len(xs):]
        query, value, key = inputs if len(inputs) == 3 else inputs * 3
        flat = [w.reshape(dim, dim).T for w in (q, k, v)]
        bias = torch.cat([b.reshape(-1) for b in (bq, bk, bv)])
        hidden = torch.ones(query.shape[1], key.shape[1], dtype=torch.bool).triu(1) if causal else None
        y, scores = F.multi_head_attention_forward(
            *[x.transpose(0, 1) for x in (query, key, value)], dim, heads, torch.cat(flat), bias, None, None, False, 0.0,
            o.reshape(dim, dim).T, bo, training=False, need_weights=True, attn_mask=hidden, average_attn_weights=False,
            key_padding_mask=None if mask is None else ~torch.tensor(mask))
        return torch.cat([y.transpose(0, 1).reshape(-1), scores.reshape(-1)])
    more = {} if mask is None else {"mask": mask}
    made = case("multiHeadAttention", f, [f32(x) for x in [*xs, *weights]])
    return {**made, "args": [heads, size, {"useCausalMask": causal, **(options or {})}], "given": len(xs), **more}


def transformer(name, module, args, dim=6, time=4, steps=3, batch=2, mask=None):
    """A block of torch.nn, with the parameters by their path in ours."""
    inner, heads, options = args
    crossed = name == "transformerDecoder"
    size = dim // heads
    shapes = {}
    for part in ["selfAttention"] + ["crossAttention"] * crossed:
        for p in ("query", "key", "value"):
            shapes[f"{part}/{p}Kernel"], shapes[f"{part}/{p}Bias"] = (dim, heads, size), (heads, size)
        shapes[f"{part}/outputKernel"], shapes[f"{part}/outputBias"] = (heads, size, dim), (dim,)
    norms = ["selfAttentionNorm"] + ["crossAttentionNorm"] * crossed + ["feedForwardNorm"]
    for norm in norms:
        shapes[f"{norm}/gamma"], shapes[f"{norm}/beta"] = (dim,), (dim,)
    shapes |= {"feedForward/intermediateKernel": (dim, inner), "feedForward/intermediateBias": (inner,),
               "feedForward/outputKernel": (inner, dim), "feedForward/outputBias": (dim,)}
    weights = [(1 if "gamma" in path else 0) + 0.3 * (shuffled(*shape) if "Kernel" in path else spread(*shape))
               for path, shape in shapes.items()]
    xs = [spread(batch, time, dim)] + [shuffled(batch, steps, dim) / 3] * crossed
    block = module(dim, heads, inner, dropout=0.0, activation=options.get("activation", "relu"), batch_first=True,
                   norm_first=options.get("normalizeFirst", False))

    def f(*given):
        own = dict(zip(shapes, given[len(xs):]))
        square = lambda w: w.reshape(dim, dim).T
        state = {}
        for part, theirs in [("selfAttention", "self_attn"), ("crossAttention", "multihead_attn")][:1 + crossed]:
            get = lambda key: own[f"{part}/{key}"]
            state[f"{theirs}.in_proj_weight"] = torch.cat([square(get(f"{p}Kernel")) for p in ("query", "key", "value")])
            state[f"{theirs}.in_proj_bias"] = torch.cat([get(f"{p}Bias").reshape(-1) for p in ("query", "key", "value")])
            state[f"{theirs}.out_proj.weight"], state[f"{theirs}.out_proj.bias"] = square(get("outputKernel")), get("outputBias")
        for i, norm in enumerate(norms):
            state[f"norm{i + 1}.weight"], state[f"norm{i + 1}.bias"] = own[f"{norm}/gamma"], own[f"{norm}/beta"]
        for i, layer in enumerate(("intermediate", "output")):
            state[f"linear{i + 1}.weight"] = own[f"feedForward/{layer}Kernel"].T
            state[f"linear{i + 1}.bias"] = own[f"feedForward/{layer}Bias"]
        hidden = torch.ones(time, time, dtype=torch.bool).triu(1)
        padded = None if mask is None else ~torch.tensor(mask)
        more = {"tgt_mask": hidden, "memory_key_padding_mask": padded} if crossed else {"src_key_padding_mask": padded}
        return torch.nn.utils.stateless.functional_call(block, state, given[:len(xs)], more)
    more = {} if mask is None else {"mask": mask}
    made = case(name, f, [f32(x) for x in [*xs, *weights]])
    return {**made, "args": args, "given": len(xs), "parameters": list(shapes), **more}


write("attention", [
    multi_head(2, shared=True),
    multi_head(3, causal=True, shared=True),
    multi_head(2, steps=5),
    multi_head(2, mask=[[True, True, True, False, False], [True, False, True, True, True]], steps=5),
])

ENCODER, DECODER = torch.nn.TransformerEncoderLayer, torch.nn.TransformerDecoderLayer

write("transformer", [
    transformer("transformerEncoder", ENCODER, [5, 2, {}]),
    transformer("transformerEncoder", ENCODER, [5, 3, {"activation": "gelu", "normalizeFirst": True}]),
    transformer("transformerEncoder", ENCODER, [5, 2, {"normalizeFirst": True}], mask=[[True, True, False, False], [True, False, True, True]]),
    transformer("transformerDecoder", DECODER, [5, 2, {}]),
    transformer("transformerDecoder", DECODER, [5, 3, {"activation": "gelu", "normalizeFirst": True}], mask=[[True, True, False], [True, True, True]]),
])

# ---- half --------------------------------------------------------------------------------------------------------


def half(dtype, nan):
    """Digests: the float32 bits of all 65,536 patterns, and the patterns of many float32. Every NaN is the quiet one."""
    patterns = np.arange(2**16, dtype=np.uint16)
    wide = torch.from_numpy(patterns.view(np.int16)).view(dtype).to(torch.float32).numpy()
    decoded = np.where(np.isnan(wide), np.uint32(0x7FC00000), wide.view(np.uint32))
    bits = (np.arange(2**18, dtype=np.uint64) * 2654435761 % 2**32).astype(np.uint32)
    given = torch.from_numpy(bits.view(np.int32)).view(torch.float32)
    narrow = given.to(dtype).view(torch.int16).numpy().view(np.uint16)
    encoded = np.where(np.isnan(given.numpy()), np.uint16(nan), narrow)
    digest = lambda values: hashlib.sha256(values.astype(values.dtype.newbyteorder("<")).tobytes()).hexdigest()
    return {"name": str(dtype).split(".")[1], "decoded": digest(decoded), "encoded": digest(encoded)}


write("half", [half(torch.float16, 0x7E00), half(torch.bfloat16, 0x7FC0)])
