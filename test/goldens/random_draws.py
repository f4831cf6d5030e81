"""What random-cases.py draws its cases of: shapes, axes and numbers."""
import math
import random
import sys

import torch

rng = random.Random()
# Whether some axes are long enough for the blocked ways.
large = "large" in sys.argv


def dim(most=None):
    """A length of an axis: small, and now and then long enough for the blocked ways."""
    if large and rng.random() < 0.3:
        return rng.choice([8, 12, 13, 16, 17, 24, 31, 33, 40])
    return rng.randint(1, most or 6)


def shape(least=1, most=3):
    return [dim() for _ in range(rng.randint(least, most))]


def draw(of, low=-24, high=24):
    """Eighths from low / 8 to high / 8."""
    n = math.prod(of)
    return torch.tensor([rng.randint(low, high) / 8 for _ in range(n)]).reshape(of)


def away(of, low=2, high=24):
    """Eighths of either sign, none nearer to 0 than low / 8."""
    return draw(of, low, high) * torch.tensor([rng.choice([-1.0, 1.0]) for _ in range(math.prod(of))]).reshape(of)


def integers(of, low, high):
    return torch.tensor([rng.randint(low, high) for _ in range(math.prod(of))], dtype=torch.int64).reshape(of)


def bools(of, chance=0.7):
    return torch.tensor([rng.random() < chance for _ in range(math.prod(of))]).reshape(of)


def broadcastable(of):
    """A shape that broadcasts against another one."""
    cut = of[rng.randint(0, len(of)):] if rng.random() < 0.4 else of
    return [1 if rng.random() < 0.25 else n for n in cut]


def axis_of(of):
    axis = rng.randrange(len(of))
    return axis - len(of) if rng.random() < 0.4 else axis


def axes_of(of):
    return sorted(rng.sample(range(len(of)), rng.randint(1, len(of))))


def with_nan(x, chance=0.15):
    if rng.random() < chance and x.numel() > 1:
        x = x.clone()
        x.view(-1)[rng.randrange(x.numel())] = math.nan
    return x


def call(name, f, *inputs, options=None, smooth=False):
    return {"name": name, "f": f, "inputs": inputs, "options": options or {}, "smooth": smooth}
