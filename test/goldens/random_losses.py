"""Random calls of the losses for random-cases.py. Those that PyTorch lacks are written out as Keras documents them."""
import math

import torch
import torch.nn.functional as F

from random_draws import away, call, dim, draw, integers, rng

EPSILON = 1e-7


def loss():
    of = [dim(), dim() + 1]
    n = of[-1]
    smoothing = rng.choice([0, 0, 0.1, 0.3])
    logits = rng.random() < 0.6
    shares = draw(of, 0, 8)
    far = draw(of) * rng.choice([1, 4, 16])
    chances = draw(of, 1, 7) / 8
    name = rng.choice(["meanSquaredError", "meanAbsoluteError", "huber", "hinge", "binaryCrossentropy", "categoricalCrossentropy", "sparseCategoricalCrossentropy"])
    if name == "meanSquaredError":
        return call(name, lambda p, t: F.mse_loss(p, t, reduction="none").mean(-1), draw(of), draw(of), smooth=True)
    if name == "meanAbsoluteError":
        return call(name, lambda p, t: F.l1_loss(p, t, reduction="none").mean(-1), draw(of), draw(of))
    if name == "huber":
        delta = rng.choice([0.5, 1, 2.5])
        return call(name, lambda p, t: F.huber_loss(p, t, reduction="none", delta=delta).mean(-1), draw(of), draw(of), options={"delta": delta})
    if name == "hinge":
        signs = integers(of, 0, 1).double() * 2 - 1
        return call(name, lambda p, t: (1 - t.detach() * p).clamp(min=0).mean(-1), draw(of) + 1 / 16, signs)
    if name == "binaryCrossentropy":
        options = {"fromLogits": logits, "labelSmoothing": smoothing}
        function = F.binary_cross_entropy_with_logits if logits else F.binary_cross_entropy
        return call(name, lambda p, t: function(p, t * (1 - smoothing) + smoothing / 2, reduction="none").mean(-1), far if logits else chances, shares, options=options, smooth=True)
    log = (lambda p: torch.log_softmax(p, -1)) if logits else (lambda p: torch.log(p / p.sum(-1, keepdim=True)))
    predictions = far if logits else chances
    if name == "categoricalCrossentropy":
        options = {"fromLogits": logits, "labelSmoothing": smoothing}
        return call(name, lambda p, t: -((t * (1 - smoothing) + smoothing / n) * log(p)).sum(-1), predictions, shares, options=options, smooth=True)
    return call(name, lambda p, t: F.nll_loss(log(p), t, reduction="none"), predictions, integers([of[0]], 0, n - 1), options={"fromLogits": logits}, smooth=True)


def positive_part(x):
    """max(x, 0), with half the slope at 0."""
    return torch.maximum(x, torch.zeros_like(x))


def log_shares(p, logits):
    return torch.log_softmax(p, -1) if logits else torch.log(p / p.sum(-1, keepdim=True))


def one_hot(of):
    return F.one_hot(integers(of[:-1], 0, of[-1] - 1), of[-1]).double()


def distances(name, of):
    p, t = draw(of) + 1 / 16, draw(of)
    counts = draw(of, 0, 24)
    return {
        "meanAbsolutePercentageError": lambda: call(name, lambda p, t: 100 * ((p - t).abs() / t.abs()).mean(-1), p, away(of), smooth=True),
        "meanSquaredLogarithmicError": lambda: call(name, lambda p, t: (torch.log1p(p.clamp(EPSILON)) - torch.log1p(t.clamp(EPSILON))).square().mean(-1), p, t, smooth=True),
        "quadraticCost": lambda: call(name, lambda p, t: F.mse_loss(p, t, reduction="none").sum(-1) / 2, p, t, smooth=True),
        "logCosh": lambda: call(name, lambda p, t: torch.log(torch.cosh(p - t)).mean(-1), p * rng.choice([1, 4, 16]), t, smooth=True),
        "poisson": lambda: call(name, lambda p, t: F.poisson_nll_loss(p, t, log_input=False, eps=EPSILON, reduction="none").mean(-1), draw(of, 1, 24), counts, smooth=True),
    }[name]()


def divergences(name, of):
    chances, logits = draw(of, 1, 7) / 8, rng.random() < 0.5
    smoothing, gamma, alpha = rng.choice([0, 0, 0.1, 0.3]), rng.choice([0, 0.5, 1, 2, 3]), rng.choice([0.25, 0.5, 1])
    options = {"fromLogits": logits, "labelSmoothing": smoothing, "gamma": gamma, "alpha": alpha}
    predictions = draw(of) * 2 if logits else chances
    if name == "klDivergence":
        return call(name, lambda p, t: F.kl_div(p.log(), t, reduction="none").sum(-1), chances, draw(of, 1, 7) / 8, smooth=True)
    if name == "categoricalFocalCrossentropy":
        def f(p, t):
            log = log_shares(p, logits)
            return (-alpha * (t * (1 - smoothing) + smoothing / of[-1]) * (-torch.expm1(log)) ** gamma * log).sum(-1)
        return call(name, f, predictions, draw(of, 0, 8), options=options)
    options["applyClassBalancing"] = balanced = rng.random() < 0.5

    def f(p, t):
        t = t * (1 - smoothing) + smoothing / 2
        wrong = t * torch.sigmoid(-p) + (1 - t) * torch.sigmoid(p) if logits else t * (1 - p) + (1 - t) * p
        cross = F.binary_cross_entropy_with_logits if logits else F.binary_cross_entropy
        weight = t * alpha + (1 - t) * (1 - alpha) if balanced else 1
        return (weight * wrong ** gamma * cross(p, t, reduction="none")).mean(-1)

    return call(name, f, predictions, draw(of, 0, 8) / 8, options=options)


def angles_and_margins(name, of):
    signs = integers(of, 0, 1).double() * 2 - 1
    p = draw(of) + 1 / 16
    if name == "squaredHinge":
        return call(name, lambda p, t: positive_part(1 - t.detach() * p).square().mean(-1), p, signs, smooth=True)
    if name == "categoricalHinge":
        return call(name, lambda p, t: positive_part(1 + ((1 - t) * p).amax(-1) - (t * p).sum(-1)), p, one_hot(of))
    if name == "contrastive":
        margin = rng.choice([0.5, 1, 2])
        similar = integers(of, 0, 1).double()
        f = lambda p, t: (t * p.square() + (1 - t) * positive_part(margin - p).square()).mean(-1) / 2
        return call(name, f, draw(of, 0, 20) + 1 / 16, similar, options={"margin": margin}, smooth=True)
    axis = rng.choice([-1, 0, len(of) - 1])
    return call(name, lambda p, t: -F.cosine_similarity(p, t, dim=axis), away(of), away(of), options={"axis": axis}, smooth=True)


def overlaps(name, of):
    of = [*of, *[dim(3) for _ in range(rng.randint(0, 2))]]
    options = {} if rng.random() < 0.6 else {"axis": rng.choice([0, -1, list(range(len(of)))])}
    axes = options.get("axis", list(range(1, len(of))))
    alpha, beta = (0.5, 0.5) if name == "dice" else (rng.choice([0.25, 0.5, 1]), rng.choice([0.25, 0.5, 1]))
    if name == "tversky":
        options = {**options, "alpha": alpha, "beta": beta}

    def f(p, t):
        both = (t * p).sum(axes)
        least = EPSILON / (2 if name == "dice" else 1)  # Dice's fraction is written with twice of everything.
        return 1 - both / (both + alpha * ((1 - t) * p).sum(axes) + beta * (t * (1 - p)).sum(axes) + least)

    return call(name, f, draw(of, 1, 7) / 8, draw(of, 0, 8) / 8, options=options, smooth=True)


def triplets(mining, margin):
    """What each anchor adds to the mean over the triplets that count, times the batch."""
    def f(p, t):
        apart = lambda i, j: (p[i] - p[j]).square().sum().sqrt()
        rows = []
        for a in range(len(t)):
            near = [apart(a, i) for i in range(len(t)) if t[i] == t[a] and i != a]
            other = [apart(a, i) for i in range(len(t)) if t[i] != t[a]]
            pairs = []
            if near and other and mining == "hard":
                pairs = [(max(near), min(other))]
            elif near and other and mining == "semiHard":
                pairs = [(d, min([n for n in other if n > d], default=max(other))) for d in near]
            elif near and other:
                pairs = [(d, n) for d in near for n in other]
            rows.append([positive_part(d - n + margin) for d, n in pairs])
        count = max(1, sum(map(len, rows)))
        return torch.stack([sum(row, torch.tensor(0.0)) for row in rows]) * len(t) / count
    return f


def triplet(name):
    """Embeddings whose distances all differ, since the choice among equal ones is nobody's promise."""
    while True:
        p = draw([rng.randint(2, 6), rng.randint(2, 4)], -40, 40)
        apart = sorted((p[i] - p[j]).square().sum().item() for i in range(len(p)) for j in range(i))
        if apart[0] > 0 and all(b > a for a, b in zip(apart, apart[1:])):
            break
    options = {"mining": rng.choice(["semiHard", "hard", "all"]), "margin": rng.choice([0.1, 1.3, 3.7])}
    return call(name, triplets(**options), p, integers([len(p)], 0, rng.randint(0, 3)), options=options)


def ctc(name):
    """Class 0 is the blank and the padding, and every step counts, as in Keras."""
    batch, most, classes = dim(3), rng.randint(1, 4), rng.randint(2, 5)
    forgiving = rng.random() < 0.4
    steps = rng.randint(1, 4) if forgiving else 2 * most + rng.randint(0, 3)
    lengths = [rng.randint(0, most) for _ in range(batch)]
    labels = integers([batch, most], 1, classes - 1) * torch.tensor([[int(i < n) for i in range(most)] for n in lengths])

    def f(p, t):
        logs = torch.log_softmax(p, -1).transpose(0, 1)
        return F.ctc_loss(logs, t, torch.full((batch,), steps), torch.tensor(lengths), blank=0, reduction="none", zero_infinity=forgiving)

    return call(name, f, draw([batch, steps, classes]), labels, options={"zeroInfinity": forgiving})


FAMILIES = {
    distances: ["meanAbsolutePercentageError", "meanSquaredLogarithmicError", "quadraticCost", "logCosh", "poisson"],
    divergences: ["klDivergence", "categoricalFocalCrossentropy", "binaryFocalCrossentropy"],
    angles_and_margins: ["squaredHinge", "categoricalHinge", "contrastive", "cosineSimilarity"],
    overlaps: ["dice", "tversky"],
}


def rarer_loss():
    maker, name = rng.choice([(maker, name) for maker, names in FAMILIES.items() for name in names] + [(triplet, "triplet"), (ctc, "ctc")])
    return maker(name) if maker in (triplet, ctc) else maker(name, [dim(), dim() + 1])
