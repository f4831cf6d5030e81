"""Random calls of the layers for random-cases.py: inputs first, then the parameters in the order of their declaration."""
import math

import torch
import torch.nn.functional as F

from random_draws import axes_of, away, broadcastable, call, dim, draw, rng

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX_POOL = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG_POOL = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def first(x):
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def flat(margins):
    return [n for pair in reversed(margins) for n in pair]


def layer(name, args, f, inputs, parameters=(), training=False, smooth=True):
    options = {"args": args, "inputs": len(inputs), **({"training": True} if training else {})}
    return call(f"layers.{name}", f, *inputs, *parameters, options=options, smooth=smooth)


def perhaps(value, fallback, options, name):
    """An option that is said only sometimes."""
    if rng.random() < 0.5:
        options[name] = value
        return value
    return fallback


def same(space, reach, strides):
    totals = [max(0, (math.ceil(n / s) - 1) * s + r - n) for n, r, s in zip(space, reach, strides)]
    return [(t // 2, t - t // 2) for t in totals]


def geometry(rank, options, causal=False):
    """Sizes, strides, dilation, space and margins of windows that fit."""
    while True:
        options.clear()
        sizes = [rng.randint(1, 3 if rank < 3 else 2) for _ in range(rank)]
        strides = perhaps([rng.randint(1, 3) for _ in range(rank)], [1] * rank, options, "strides")
        dilation = perhaps([rng.randint(1, 2) for _ in range(rank)], [1] * rank, options, "dilationRate")
        reach = [(s - 1) * d + 1 for s, d in zip(sizes, dilation)]
        space = [rng.randint(1, 7 if rank < 3 else 3) for _ in range(rank)]
        padding = perhaps(rng.choice(["valid", "same", *(["causal"] if causal else [])]), "valid", options, "padding")
        margins = same(space, reach, strides) if padding == "same" else [(reach[0] - 1, 0)] if padding == "causal" else [(0, 0)] * rank
        if all(n + sum(m) >= r for n, m, r in zip(space, margins, reach)):
            return sizes, strides, dilation, reach, space, margins


def biased(y, bias):
    return y if not bias else y + bias[0]


def convolution():
    rank = rng.choice([1, 2, 2, 3])
    options = {}
    sizes, strides, dilation, _, space, margins = geometry(rank, options, causal=rank == 1)
    groups = perhaps(2, 1, options, "groups")
    use_bias = perhaps(rng.random() < 0.5, True, options, "useBias")
    activation = perhaps("tanh", None, options, "activation")
    inside, filters = rng.randint(1, 2), rng.randint(1, 2) * groups

    def f(x, k, *b):
        y = CONV[rank](F.pad(first(x), flat(margins)).contiguous(), k.movedim(-1, 0).movedim(-1, 1).contiguous(), stride=strides, dilation=dilation, groups=groups)
        y = biased(last(y), b)
        return torch.tanh(y) if activation else y

    # With tanh the sums stay near 0, where it has a slope.
    small = 2 if activation else 24
    parameters = [draw([*sizes, inside, filters], -small, small), *([draw([filters], -4, 4)] if use_bias else [])]
    return layer(f"conv{rank}d", [filters, sizes, options], f, [draw([2, *space, inside * groups], -8, 8)], parameters)


def transposed():
    rank = rng.choice([1, 2, 3])
    options = {}
    sizes, strides, dilation, reach, space, _ = geometry(rank, options)
    extra = perhaps([rng.randint(0, s - 1) for s in strides], None, options, "outputPadding")
    full = [(n - 1) * s + r for n, s, r in zip(space, strides, reach)]
    if options.get("padding") == "same":
        low = [max(0, r - s) // 2 for r, s in zip(reach, strides)] if extra is None else [r // 2 for r in reach]
        wanted = [n * s for n, s in zip(space, strides)] if extra is None else [n - 2 * p + e for n, p, e in zip(full, low, extra)]
    else:
        low = [0] * rank
        wanted = [n + e for n, e in zip(full, extra or [max(0, s - r) for s, r in zip(strides, reach)])]
    if min(wanted) < 1:
        return transposed()
    channels, filters = rng.randint(1, 3), rng.randint(1, 3)

    def f(x, k, b):
        y = TRANSPOSED[rank](first(x).contiguous(), k.movedim(-1, 0).movedim(-1, 1).contiguous(), stride=strides, dilation=dilation)
        return last(F.pad(y, flat([(-lo, w + lo - n) for lo, w, n in zip(low, wanted, full)]))) + b

    return layer(f"conv{rank}dTranspose", [filters, sizes, options], f, [draw([2, *space, channels])], [draw([*sizes, filters, channels]), draw([filters])])


def by_channel():
    rank = rng.choice([1, 2])
    separable = rng.random() < 0.5
    options = {}
    sizes, strides, dilation, _, space, margins = geometry(rank, options, causal=separable and rank == 1)
    multiplier = perhaps(2, 1, options, "depthMultiplier")
    channels, filters = rng.randint(1, 3), rng.randint(1, 3)

    def depth(x, k):
        kernel = k.movedim(-2, 0).movedim(-1, 1).reshape(channels * multiplier, 1, *sizes).contiguous()
        return last(CONV[rank](F.pad(first(x), flat(margins)).contiguous(), kernel, stride=strides, dilation=dilation, groups=channels))

    x, k = draw([2, *space, channels]), draw([*sizes, channels, multiplier])
    if not separable:
        return layer(f"depthwiseConv{rank}d", [sizes, options], lambda x, k, b: depth(x, k) + b, [x], [k, draw([channels * multiplier])])
    point = draw([*[1] * rank, channels * multiplier, filters])
    mix = lambda x, k, p, b: depth(x, k) @ p.reshape(channels * multiplier, filters) + b
    return layer(f"separableConv{rank}d", [filters, sizes, options], mix, [x], [k, point, draw([filters])])


def pooling():
    rank = rng.choice([1, 2, 3])
    options = {}
    sizes, strides, _, _, space, _ = geometry(rank, options)
    strides = options.get("strides", sizes)
    if options.pop("dilationRate", None) or any(n < s for n, s in zip(space, sizes)):
        return pooling()
    margins = same(space, sizes, strides) if options.get("padding") == "same" else [(0, 0)] * rank
    options["poolSize"] = sizes
    x = draw([2, *space, rng.randint(1, 2)])
    if rng.random() < 0.5:
        return layer(f"maxPooling{rank}d", [options], lambda x: last(MAX_POOL[rank](F.pad(first(x), flat(margins), value=-math.inf), sizes, strides)), [x], smooth=False)
    mean = lambda y: AVG_POOL[rank](F.pad(y, flat(margins)), sizes, strides)
    return layer(f"averagePooling{rank}d", [options], lambda x: last(mean(first(x)) / mean(torch.ones_like(first(x)))), [x])


def over_all():
    rank = rng.choice([1, 2, 3])
    options = {}
    keep = perhaps(True, False, options, "keepDims")
    axes = tuple(range(1, rank + 1))
    x = draw([2, *[dim(4) for _ in range(rank)], dim(3)])
    if rng.random() < 0.5:
        return layer(f"globalMaxPooling{rank}d", [options], lambda x: x.amax(axes, keepdim=keep), [x], smooth=False)
    return layer(f"globalAveragePooling{rank}d", [options], lambda x: x.mean(axes, keepdim=keep), [x])


def affine(shape, options):
    center, scale = perhaps(rng.random() < 0.5, True, options, "center"), perhaps(rng.random() < 0.5, True, options, "scale")
    return [*([draw(shape)] if scale else []), *([draw(shape)] if center else [])], scale, center


def normalization():
    of = [dim() + 1, *[dim(4) for _ in range(rng.randint(1, 3))]]
    rank = len(of)
    options = {}
    epsilon = perhaps(0.25, 1e-3, options, "epsilon")
    kind = rng.choice(["batch", "layer", "group", "rms", "unit"])
    if kind in ("batch", "group"):
        # Groups are of two channels.
        axis = rng.randint(1, rank - 1)
        of[axis] = 4 if kind == "group" else of[axis]
        options["axis"] = axis - rank if rng.random() < 0.5 else axis
        weights, scale, center = affine([of[axis]], options)
        along = lambda p: p.reshape([-1 if i == axis else 1 for i in range(rank)])

        def finish(y, ps):
            y = y * along(ps[0]) if scale else y
            return y + along(ps[1 if scale else 0]) if center else y

        if kind == "group":
            options["groups"] = groups = rng.choice([1, 2, 4, -1])
            channels_first = lambda x: x.movedim(axis, 1)
            f = lambda x, *ps: finish(F.group_norm(channels_first(x), 4 if groups == -1 else groups, eps=epsilon).movedim(1, axis), ps)
            return layer("groupNormalization", [options], f, [away(of)], weights)
        training = rng.random() < 0.5
        others = [i for i in range(rank) if i != axis]

        def f(x, *ps):
            mean, var = ps[-2:]
            mean, var = (x.mean(others), x.var(others, unbiased=False)) if training else (mean, var)
            return finish((x - along(mean)) / (along(var) + epsilon).sqrt(), ps)

        return layer("batchNormalization", [options], f, [draw(of)], [*weights, draw([of[axis]]), draw([of[axis]], 1, 24)], training=training)
    axes = [a + 1 for a in axes_of(of[1:])]
    options["axis"] = axes if len(axes) > 1 or rng.random() < 0.5 else axes[0] - rank
    shape = [of[a] for a in axes]
    spread = lambda p: p.reshape([of[a] if a in axes else 1 for a in range(rank)])
    if kind == "unit":
        options.pop("epsilon", None)
        return layer("unitNormalization", [options], lambda x: x / x.pow(2).sum(axes, keepdim=True).sqrt(), [away(of)])
    if kind == "rms":
        options["epsilon"] = 0.25
        f = lambda x, g: x / (x.pow(2).mean(axes, keepdim=True) + 0.25).sqrt() * spread(g)
        return layer("rmsNormalization", [options], f, [draw(of)], [draw(shape)])
    weights, scale, center = affine(shape, options)

    def f(x, *ps):
        y = (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + epsilon).sqrt()
        y = y * spread(ps[0]) if scale else y
        return y + spread(ps[1 if scale else 0]) if center else y

    return layer("layerNormalization", [options], f, [draw(of)], weights)


MERGE = {
    "add": lambda *xs: sum(xs[1:], xs[0]), "multiply": lambda *xs: math.prod(xs[1:], start=xs[0]),
    "average": lambda *xs: sum(xs[1:], xs[0]) / len(xs), "subtract": lambda a, b: a - b,
}


def merging():
    of = [dim(4) for _ in range(rng.randint(1, 3))]
    name = rng.choice([*MERGE, "concatenate", "dot"])
    if name == "concatenate":
        axis = rng.randint(1, len(of))
        of = [2, *of]
        parts = [draw([dim(3) if i == axis else n for i, n in enumerate(of)]) for _ in range(rng.randint(1, 3))]
        said = axis - len(of) if rng.random() < 0.5 else axis
        return layer(name, [{"axis": said}] if said != -1 else [], lambda *xs: torch.cat(xs, axis), parts)
    if name == "dot":
        a, b = [2, *of[:2]], [2, *[dim(4) for _ in range(rng.randint(1, 2))]]
        i, j = rng.randint(1, len(a) - 1), rng.randint(1, len(b) - 1)
        b[j] = a[i]
        normal = rng.random() < 0.3

        def product(x, y):
            x, y = [F.normalize(v, dim=k) if normal else v for v, k in ((x, i), (y, j))]
            la, lb = "bpqr"[:x.dim()], "bstu"[:y.dim()]
            lb = lb.replace(lb[j], la[i])
            z = torch.einsum(f"{la},{lb}->b{(la + lb).replace('b', '').replace(la[i], '')}", x, y)
            return z[:, None] if z.dim() == 1 else z

        return layer(name, [[i, j], {"normalize": True}] if normal else [[i, j]], product, [away(a), away(b)])
    shapes = [of, *[broadcastable(of) for _ in range(1 if name == "subtract" else rng.randint(0, 2))]]
    parts = [draw([2, *s]) for s in shapes]
    align = lambda x: x.reshape(2, *[1] * (len(of) + 1 - x.dim()), *x.shape[1:])
    return layer(name, [], lambda *xs: MERGE[name](*map(align, xs)), parts)


def reshaping():
    rank = rng.choice([1, 2, 3])
    x = draw([2, *[dim(4) for _ in range(rank)], dim(2)])
    name = rng.choice(["cropping", "zeroPadding", "upSampling", "permute"])
    if name == "permute":
        dims = rng.sample(range(1, rank + 2), rank + 1)
        return layer(name, [dims], lambda x: x.permute(0, *dims), [x])
    if name == "upSampling":
        size = [rng.randint(1, 4) for _ in range(rank)]
        bilinear = rank == 2 and rng.random() < 0.7
        options = {"size": size, **({"interpolation": "bilinear"} if bilinear else {})}
        how = {"mode": "bilinear", "align_corners": False} if bilinear else {}
        return layer(f"{name}{rank}d", [options], lambda x: last(F.interpolate(first(x), scale_factor=size, **how)), [x])
    pairs = [[rng.randint(0, 2), rng.randint(0, 2)] for _ in range(rank)]
    if name == "cropping":
        # Something is left of each axis.
        pairs = [[min(a, n - 1), min(b, n - 1 - min(a, n - 1))] for (a, b), n in zip(pairs, x.shape[1:])]
    sign = -1 if name == "cropping" else 1
    margins = [(0, 0), *[(sign * a, sign * b) for a, b in pairs], (0, 0)]
    said = pairs[0] if rank == 1 else [a if a == b and rng.random() < 0.7 else [a, b] for a, b in pairs]
    return layer(f"{name}{rank}d", [said], lambda x: F.pad(x, flat(margins)), [x])


def random_layer():
    return rng.choice([convolution, convolution, transposed, by_channel, pooling, over_all, normalization, normalization, merging, reshaping])()
