"""Random calls of the functions of images for random-cases.py."""
import torch
import torch.nn.functional as F

from random_draws import call, draw, rng


def wrapped(x, column, row):
    """Bilinear sampling of an image that is repeated, which grid_sample lacks: [n, h, w, c] at points [n, h, w]."""
    _, height, width, _ = x.shape
    left, top = column.floor(), row.floor()
    across, down = (column - left).unsqueeze(-1), (row - top).unsqueeze(-1)
    pick = lambda c, r: torch.stack([x[b][r[b].long() % height, c[b].long() % width] for b in range(len(x))])
    above = pick(left, top) * (1 - across) + pick(left + 1, top) * across
    below = pick(left, top + 1) * (1 - across) + pick(left + 1, top + 1) * across
    return above * (1 - down) + below * down


def affine():
    batch, height, width = rng.randint(1, 2), rng.randint(2, 5), rng.randint(2, 5)
    x = draw([batch, height, width, rng.randint(1, 2)])
    interpolation = rng.choice(["bilinear", "bilinear", "nearest"])
    fill = rng.choice(["constant", "nearest", "reflect", "wrap"])
    # Points on pixels and halfway between them are ties, where a bilinear mix has two slopes.
    transforms = draw([batch, 2, 3], -12, 12) + torch.tensor([0.0, 0, 1 / 64])
    value = rng.choice([0, 1.5]) if fill == "constant" else 0

    def f(x, t):
        X, Y = torch.meshgrid(torch.arange(width).double(), torch.arange(height).double(), indexing="xy")
        column, row = [(t[:, i, 0, None, None] * X + t[:, i, 1, None, None] * Y + t[:, i, 2, None, None]) for i in range(2)]
        if fill == "wrap":
            return wrapped(x, *((column.round(), row.round()) if interpolation == "nearest" else (column, row)))
        grid = torch.stack([(2 * column + 1) / width - 1, (2 * row + 1) / height - 1], -1)
        padding = {"constant": "zeros", "nearest": "border", "reflect": "reflection"}[fill]
        sampled = F.grid_sample((x - value).movedim(-1, 1), grid, interpolation, padding, align_corners=False)
        return sampled.movedim(1, -1) + value

    options = {"interpolation": interpolation, "fillMode": fill, "fillValue": value}
    return call("affineTransform", f, x, transforms, options=options)


def resize():
    x = draw([rng.randint(1, 2), rng.randint(1, 6), rng.randint(1, 6), rng.randint(1, 2)])
    size = [rng.randint(1, 8), rng.randint(1, 8)]
    interpolation = rng.choice(["bilinear", "nearest"])
    how = {"mode": "bilinear", "align_corners": False} if interpolation == "bilinear" else {"mode": "nearest-exact"}
    f = lambda x: F.interpolate(x.movedim(-1, 1), size, **how).movedim(1, -1)
    return call("resizeImages", f, x, options={"size": size, "interpolation": interpolation}, smooth=True)


def image():
    return rng.choice([affine, affine, resize])()
