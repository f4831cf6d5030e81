// Cases of the functions with NumPy's names: rearranging, folding, products, running sums, Einstein's summation.
import * as array from "../../src/functions/array.ts";
import { cumprod, cumsum } from "../../src/functions/cumulative.ts";
import { diag, diagonal, diagonalNode, trace, tril, triu } from "../../src/functions/diagonals.ts";
import { einsum } from "../../src/functions/einsum.ts";
import * as elementary from "../../src/functions/elementwise.ts";
import { dot, outer, tensordot } from "../../src/functions/products.ts";
import * as rearrange from "../../src/functions/rearrange.ts";
import * as reductions from "../../src/functions/reductions.ts";
import type { Shape } from "../../src/shape.ts";
import {
  anyBits,
  awayFromZero,
  between,
  bools,
  bytes,
  distinct,
  listed,
  offGrid,
  onGrid,
  sample,
  specialFloats,
  whole,
} from "../samples.ts";
import { add, elementwise, integers, lift } from "./table.ts";

const unit = between(-1, 1);
const smooth = { smooth: true };
const linear = sample(unit, [3, 4, 5]);

// ---- rearranging -----------------------------------------------------------------------------------------------

add(
  "rearrange",
  "functions that are methods",
  (x) => [
    rearrange.reshape(x, [6, -1]),
    rearrange.transpose(x),
    rearrange.transpose(x, [1, 0, 2]),
    rearrange.squeeze(rearrange.expandDims(x, 1), 1),
    rearrange.broadcastTo(x, [2, 3, 4, 5]),
    rearrange.flip(x, 1),
    rearrange.pad(
      x,
      [
        [1, 0],
        [0, 2],
        [0, 0],
      ],
      7,
    ),
    rearrange.take(x, [2, 0], 1),
  ],
  [linear],
);
add(
  "rearrange",
  "swapaxes, moveaxis",
  (x) => [
    rearrange.swapaxes(x, 0, -1),
    rearrange.swapaxes(x, 1, 1),
    rearrange.moveaxis(x, 0, -1),
    rearrange.moveaxis(x, [0, 1], [-1, 0]),
  ],
  [linear],
);
add(
  "rearrange",
  "tile",
  (x) => [
    rearrange.tile(x, 2),
    rearrange.tile(x, [2, 1, 3]),
    rearrange.tile(x, [2, 1, 1, 1]),
    rearrange.tile(x, []),
    rearrange.tile(x, [0, 1, 1]),
  ],
  [linear],
);
add(
  "rearrange",
  "repeat",
  (x) => [
    rearrange.repeat(x, 3),
    rearrange.repeat(x, 2, 1),
    rearrange.repeat(x, 2, -1),
    rearrange.repeat(x, 0, 0),
    rearrange.repeat(x.at(0, 0, 0), 3),
  ],
  [linear],
);
add(
  "rearrange",
  "roll",
  (x) => [
    rearrange.roll(x, 2),
    rearrange.roll(x, -7, 1),
    rearrange.roll(x, [1, 2], [0, 2]),
    rearrange.roll(x, 4, 1),
    rearrange.roll(x.at([0, 0]), 1, 0),
  ],
  [linear],
);
add(
  "rearrange",
  "of integers",
  (x, y) => [rearrange.tile(x, 2), rearrange.repeat(y, 2, 0), rearrange.roll(x, 1)],
  [sample(anyBits("int32"), [2, 3]), sample(bools, [3, 2])],
  { gradient: "none", elementwise: true },
);
add(
  "rearrange",
  "meshgrid",
  (x, y, z) => [
    ...rearrange.meshgrid([x, y, z]),
    ...rearrange.meshgrid([x, y], { indexing: "ij" }),
    ...rearrange.meshgrid([z]),
  ],
  [sample(unit, [3]), sample(unit, [2]), sample(unit, [4])],
);
add(
  "made",
  "zerosLike, onesLike",
  (x, y) => [array.zerosLike(x), array.onesLike(x), array.zerosLike(y), array.onesLike(y)],
  [sample(unit, [2, 3]), sample(bytes, [3])],
  { gradient: "none" },
);

add("diagonals", "triangles", (x) => [triu(x), tril(x), triu(x, 1), tril(x, -2), triu(x, -1), tril(x, 9)], [linear]);
add(
  "diagonals",
  "triangles with NaN and infinity",
  (x) => [triu(x), tril(x)],
  [sample(listed([NaN, Infinity, 1, -Infinity, 2]), [3, 3])],
  { gradient: "none" },
);
add(
  "diagonals",
  "triangles of bools and integers",
  (x, y) => [triu(x), tril(y, 1)],
  [sample(bools, [4, 4]), sample(anyBits("int32"), [2, 5])],
  { gradient: "none", elementwise: true },
);
for (const [shape, offset, axis1, axis2] of [
  [[4, 4], 0, 0, 1],
  [[3, 5], 1, 0, 1],
  [[5, 3], 2, 0, 1],
  [[5, 3], -2, 0, 1],
  [[3, 4, 5], 0, 0, 2],
  [[3, 4, 5], -1, -1, 1],
  [[3, 3], 7, 0, 1],
  [[3, 3], -3, 0, 1],
] as const) {
  add(
    "diagonals",
    `diagonal ${offset} of [${shape}] by ${axis1}, ${axis2}`,
    (x) => [diagonal(x, offset, axis1, axis2), diagonal(x.exp(), offset, axis1, axis2).mul(2)],
    [sample(unit, shape)],
    { gradient: Math.abs(offset) >= 3 ? "zero" : "checked" },
  );
}
add(
  "diagonals",
  "of an expression",
  lift((x) => diagonalNode(x, 0, 1, 0)),
  [sample(unit, [3, 3])],
);
add("diagonals", "trace", (x) => [trace(x), trace(x, 1), trace(x, 0, 0, 2)], [sample(unit, [3, 3, 4])]);
add("diagonals", "diag", (x, y) => [diag(x), diag(x, 2), diag(x, -1), diag(y), diag(y, 1)], [
  sample(unit, [3]),
  sample(unit, [3, 4]),
]);

// ---- elementwise -----------------------------------------------------------------------------------------------

elementwise("clip", (x) => elementary.clip(x, -1, 1), [onGrid(0.25)], { expect: (x) => Math.min(1, Math.max(-1, x)) });
elementwise("clip by tensors", (x, low) => elementary.clip(x, low, null), [onGrid(0), onGrid(0.5)], {
  expect: (x, low) => (x < low ? low : x),
});
elementwise("clip from above only", (x, high) => elementary.clip(x, null, high), [onGrid(0.5), onGrid(0)], {
  expect: (x, high) => (x > high ? high : x),
});
integers(
  "clip int32",
  (x) => elementary.clip(x, -5, 100),
  [anyBits("int32")],
  (x) => Math.min(100, Math.max(-5, x)),
);
elementwise("isnan", (x) => elementary.isnan(x), [unit], { expect: (x) => Number(Number.isNaN(x)), gradient: "none" });
elementwise("isfinite", (x) => elementary.isfinite(x), [unit], {
  expect: (x) => Number(Number.isFinite(x)),
  gradient: "none",
});
elementwise("isinf", (x) => elementary.isinf(x), [unit], {
  expect: (x) => Number(Math.abs(x) === Infinity),
  gradient: "none",
});
add(
  "isnan",
  "integers",
  (x) => [elementary.isnan(x), elementary.isfinite(x), elementary.isinf(x)],
  [sample(anyBits("int32"), [5])],
  { gradient: "none" },
);
elementwise("rsqrt", (x) => elementary.rsqrt(x), [between(0.3, 4)], { expect: (x) => 1 / Math.sqrt(x), ...smooth });
elementwise("arctan2", (y, x) => elementary.arctan2(y, x), [awayFromZero(0.3, 2), between(-2, 2)], {
  expect: Math.atan2,
  specials: null,
});
add(
  "functions that are methods",
  "arithmetic",
  (a, b) => [
    elementary.add(a, b),
    elementary.subtract(a, b),
    elementary.multiply(a, b),
    elementary.divide(a, b),
    elementary.power(a, 2),
    elementary.arctan2(1, b),
  ],
  [sample(between(0.5, 2), [4]), sample(between(0.5, 2), [4])],
  smooth,
);
add(
  "functions that are methods",
  "more of one operand",
  (x) => [elementary.square(x), elementary.expm1(x), elementary.log1p(x), elementary.tan(x)],
  [sample(between(0.2, 1.2), [5])],
  smooth,
);
add(
  "functions that are methods",
  "rounding",
  (x) => [elementary.floor(x), elementary.ceil(x), elementary.round(x)],
  [sample(offGrid(5), [7])],
  { gradient: "zero" },
);

// ---- folding ---------------------------------------------------------------------------------------------------

add(
  "reductions",
  "functions that are methods",
  (x) => [reductions.max(x, 0), reductions.min(x, [0, 2], { keepDims: true }), reductions.max(x)],
  [sample(distinct(), [3, 4, 5])],
);
add(
  "reductions",
  "prod",
  (x) => [reductions.prod(x, 1), reductions.prod(x, -1, { keepDims: true })],
  [sample(awayFromZero(0.5, 1.5), [3, 4])],
  smooth,
);
add(
  "reductions",
  "argmax, argmin",
  (x) => [reductions.argmax(x), reductions.argmin(x, 0)],
  [sample(distinct(), [3, 4, 5])],
  { gradient: "none" },
);
add(
  "reductions",
  "std",
  (x) => [reductions.std(x), reductions.std(x, 0), reductions.std(x, [0, -1], { keepDims: true })],
  [linear],
  smooth,
);
add(
  "reductions",
  "std and norm of what is constant",
  (x) => [reductions.std(x, 1), reductions.norm(x.sub(2), { axes: 1 })],
  [sample({ ...listed([2]), hasGradient: true }, [3, 4])],
  { gradient: "zero" },
);
add("reductions", "std of bytes", (x) => [reductions.std(x), reductions.norm(x)], [sample(bytes, [3, 4])], {
  gradient: "none",
});
add(
  "reductions",
  "moments",
  (x) => [
    ...Object.values(reductions.moments(x, [0, 1])),
    ...Object.values(reductions.moments(x, -1, { keepDims: true })),
  ],
  [linear],
  smooth,
);
add(
  "reductions",
  "norm",
  (x) => [reductions.norm(x), reductions.norm(x, { axes: -1 }), reductions.norm(x, { axes: [0, 1], keepDims: true })],
  [linear],
  smooth,
);
add(
  "reductions",
  "norm 1 and ∞",
  (x) => [
    reductions.norm(x, { ord: 1, axes: 0 }),
    reductions.norm(x, { ord: Infinity }),
    reductions.norm(x, { ord: Infinity, axes: 1, keepDims: true }),
  ],
  [sample(distinct(), [3, 5])],
);
add(
  "reductions",
  "any, all",
  (x, y) => [
    reductions.any(x),
    reductions.all(x),
    reductions.any(x, 0),
    reductions.all(x, 1, { keepDims: true }),
    reductions.any(y, 1),
    reductions.all(y, 1),
    reductions.all(y.at([0, 0])),
    reductions.any(y.at([0, 0])),
  ],
  [sample(bools, [3, 4]), sample(listed([0, 0, 1, 2, NaN, 0, 3, 4, 5]), [3, 3])],
  { gradient: "none" },
);
add(
  "reductions",
  "logsumexp",
  (x) => [reductions.logsumexp(x), reductions.logsumexp(x, 0), reductions.logsumexp(x, [0, -1], { keepDims: true })],
  [linear],
  smooth,
);
add(
  "reductions",
  "logsumexp far out",
  (x) => reductions.logsumexp(x, 1),
  [
    sample(
      listed([1e4, 1e4 - 1, -1e4, -Infinity, -Infinity, -Infinity, Infinity, 0, 1, NaN, 0, 1, -Infinity, 3, 4]),
      [5, 3],
    ),
  ],
  { gradient: "none" },
);

for (const [shape, axis] of [
  [[5], 0],
  [[1], 0],
  [[3, 7], 0],
  [[3, 7], 1],
  [[2, 32], -1],
  [[2, 33], -1],
  [[70, 2], 0],
  [[2, 3, 5], 1],
  [[0, 3], 0],
  [[3, 0], 0],
] as [Shape, number][]) {
  add("cumulative", `sums of [${shape}] along ${axis}`, (x) => cumsum(x, axis), [sample(unit, shape)]);
  add(
    "cumulative",
    `products of [${shape}] along ${axis}`,
    (x) => cumprod(x, axis),
    [sample(awayFromZero(0.8, 1.2), shape)],
    { gradient: shape.some((n) => n > 40) ? "none" : "checked" },
  );
}
add("cumulative", "more than two levels of blocks", (x) => cumsum(x, 0), [sample(unit, [1100])], { relative: 1e-5 });
add(
  "cumulative",
  "without an axis",
  (x) => [cumsum(x), cumprod(x), cumsum(x.exp().transpose()).square()],
  [sample(awayFromZero(0.5, 1.2), [3, 4])],
  smooth,
);
add(
  "cumulative",
  "integers, bools",
  (x, y) => [cumsum(x, 0), cumprod(x, 0), cumsum(y, 1)],
  [sample(anyBits("int32"), [41, 2]), sample(bools, [3, 5])],
  { gradient: "none" },
);
add(
  "cumulative",
  "NaN and infinity spread forwards only",
  (x) => [cumsum(x, 0), cumprod(x, 0)],
  [
    sample(
      listed([
        ...new Array<number>(20).fill(1),
        Infinity,
        2,
        ...new Array<number>(20).fill(1),
        -Infinity,
        1,
        1,
        0,
        NaN,
      ]),
      [94],
    ),
  ],
  { gradient: "none" },
);
add("cumulative", "products past zeros", (x) => cumprod(x, 0), [
  sample({ ...listed([2, 0.5, 0, 3, 1.5, 0, 2]), hasGradient: true }, [7]),
]);

// ---- products --------------------------------------------------------------------------------------------------

add("products", "outer", (a, b) => outer(a, b), [sample(unit, [2, 3]), sample(unit, [4])], smooth);
add(
  "products",
  "dot",
  (a, b, m, t) => [
    dot(a, b),
    dot(m, b),
    dot(m, m.transpose()),
    dot(t, b),
    dot(m, t.transpose([0, 2, 1])),
    dot(2, a),
    dot(a, 3),
  ],
  [sample(unit, [3]), sample(unit, [3]), sample(unit, [4, 3]), sample(unit, [2, 5, 3])],
  smooth,
);
add(
  "products",
  "tensordot",
  (a, b) => [
    tensordot(a, b),
    tensordot(a, b, 0).sum([0, 1]),
    tensordot(a, b, [
      [2, 0],
      [1, 2],
    ]),
    tensordot(a, b.transpose([1, 0, 2]), 1),
    tensordot(a, b, [[-1], [-2]]),
  ],
  [sample(unit, [2, 3, 4]), sample(unit, [3, 4, 2])],
  smooth,
);
add("products", "integers", (a, b) => [outer(a, b), dot(a, b)], [sample(whole(-5, 5), [3]), sample(bytes, [3])], {
  gradient: "none",
});

function summation(formula: string, ...shapes: Shape[]): void {
  add(
    "einsum",
    `${formula} ${shapes.map((s) => `[${s}]`).join(" ")}`,
    (...xs) => einsum(formula, ...xs),
    shapes.map((s) => sample(unit, s)),
    { smooth: shapes.length > 1 },
  );
}
summation("ij->ji", [3, 4]);
summation("ij->", [3, 4]);
summation("ij->i", [3, 4]);
summation("ba", [3, 4]);
summation("ii", [4, 4]);
summation("ii->i", [4, 4]);
summation("bii->b", [2, 4, 4]);
summation("iij->ji", [3, 3, 2]);
summation("iii->i", [3, 3, 3]);
summation("i,i", [5], [5]);
summation("i,j->ij", [5], [3]);
summation("i,j->", [5], [3]);
summation("ij,jk", [3, 4], [4, 5]);
summation("ij,jk->ki", [3, 4], [4, 5]);
summation("bij,bjk->bik", [2, 3, 4], [2, 4, 5]);
summation("bqhd,bkhd->bhqk", [2, 3, 2, 4], [2, 5, 2, 4]);
summation("ij,ij->ij", [3, 4], [3, 4]);
summation("ij,kl->il", [3, 4], [2, 5]);
summation("ij,ij->ij", [1, 4], [3, 4]);
summation("ij,jk->ik", [3, 1], [4, 5]);
summation("ij,j->ij", [3, 1], [1]);
summation("ii->i", [1, 3]);
summation("...ij,...jk->...ik", [2, 3, 4], [2, 4, 5]);
summation("...ij,...jk", [2, 1, 3, 4], [3, 4, 5]);
summation("...i->i...", [2, 3, 4]);
summation("i...,i->...", [3, 2, 4], [3]);
summation("...,...", [3, 1], [4]);
summation("...i,j->...j", [2, 3], [4]);
summation("ab,bc,cd->ad", [2, 3], [3, 4], [4, 5]);
summation("ab,cd,bc->ad", [2, 3], [4, 5], [3, 4]);
summation("a,a,a->a", [4], [4], [4]);
summation("a,b,c->", [2], [3], [4]);
summation("ab,bc,ca->", [2, 3], [3, 4], [4, 2]);
summation("bi,ij,bj->b", [2, 3], [3, 4], [2, 4]);
summation(" b i , i j -> b j ", [2, 3], [3, 4]);
summation(",->", [], []);
summation("i,->i", [3], []);
add("einsum", "integers", (x, y) => einsum("ij,j->i", x, y), [sample(whole(-5, 5), [3, 4]), sample(bytes, [4])], {
  gradient: "none",
});
add("einsum", "nothing", (x, y) => einsum("ij,jk->ik", x, y), [sample(unit, [0, 3]), sample(unit, [3, 2])], {
  gradient: "none",
});
add(
  "einsum",
  "of expressions",
  (x, y) => einsum("ii,ij->j", x.exp(), y.tanh()),
  [sample(unit, [3, 3]), sample(unit, [3, 2])],
  smooth,
);
add(
  "einsum",
  "NaN and infinity",
  (x, y) => einsum("ij,jk->ik", x, y),
  [sample(listed(specialFloats.slice(0, 12)), [4, 3]), sample(unit, [3, 2])],
  { gradient: "none" },
);

// ---- nothing at all --------------------------------------------------------------------------------------------

add(
  "empty axes",
  "rearranged",
  (x, y) => [
    rearrange.tile(x, 2),
    rearrange.repeat(x, 2, 1),
    rearrange.roll(x, 1),
    rearrange.roll(x, 1, 0),
    rearrange.moveaxis(x, 0, 1),
    ...rearrange.meshgrid([y, y]),
    triu(x),
    tril(x.transpose()),
    diagonal(x),
    diag(y),
    trace(x),
    diag(y, 1),
  ],
  [sample(unit, [0, 3]), sample(unit, [0])],
  { gradient: "none" },
);
add(
  "empty axes",
  "folded",
  (x) => [
    reductions.any(x, 0),
    reductions.all(x, 0),
    reductions.norm(x, { axes: 0 }),
    reductions.logsumexp(x, 1),
    outer(x, [1, 2]),
    tensordot(x, x.transpose(), 1),
    einsum("ij,kj->ik", x.transpose(), x.transpose()),
    einsum("ij->j", x),
  ],
  [sample(unit, [0, 3])],
  { gradient: "none" },
);
add(
  "empty axes",
  "elementwise",
  (x) => [elementary.clip(x, 0, 1), elementary.isfinite(x), elementary.rsqrt(x)],
  [sample(unit, [0, 3])],
  { gradient: "none" },
);
