// Cases of NumPy's reductions and running sums: norm, logsumexp, any, all, cumsum and their like.
import { cumprod, cumsum } from "../../src/functions/cumulative.ts";
import * as reductions from "../../src/functions/reductions.ts";
import type { Shape } from "../../src/shape.ts";
import { anyBits, awayFromZero, bools, bytes, distinct, listed, sample, unit } from "../samples.ts";
import { add, smooth } from "./table.ts";

const linear = sample(unit, [3, 4, 5]);

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
