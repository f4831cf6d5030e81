// Cases of what models are made of: normalization and attention.
import { scaledDotProductAttention } from "../../src/functions/attention.ts";
import { batchNorm, groupNorm, l2Normalize, layerNorm, rmsNorm } from "../../src/functions/normalization.ts";
import { softmax } from "../../src/functions/softmax.ts";
import * as ops from "../../src/ops/index.ts";
import type { Shape } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor.ts";
import { between, bools, bytes, listed, sample, unit } from "../samples.ts";
import { add, type Options } from "./table.ts";

const wide = between(-2, 2);
const smooth: Options = { smooth: true, relative: 3e-5 };
const parameters = (n: Shape) => [sample(between(0.5, 2), n), sample(unit, n)];

add(
  "normalization",
  "layerNorm",
  (x, gamma, beta) => layerNorm(x, { gamma, beta }),
  [sample(wide, [3, 4, 7]), ...parameters([7])],
  smooth,
);
add(
  "normalization",
  "layerNorm plain",
  (x) => [layerNorm(x), layerNorm(x, { epsilon: 0.1, axes: [1, 2] }), layerNorm(x, { gamma: 2, beta: 1 })],
  [sample(wide, [3, 4, 5])],
  smooth,
);
add(
  "normalization",
  "layerNorm over two axes, with parameters",
  (x, gamma, beta) => layerNorm(x, { axes: [-2, -1], gamma, beta }),
  [sample(wide, [2, 3, 5]), ...parameters([3, 5])],
  smooth,
);
add("normalization", "layerNorm of long rows", (x) => layerNorm(x), [sample(wide, [3, 130])], { relative: 3e-5 });
add(
  "normalization",
  "rmsNorm",
  (x, gamma) => [rmsNorm(x), rmsNorm(x, { gamma, axes: 1, epsilon: 0.01 })],
  [sample(wide, [3, 5]), sample(between(0.5, 2), [5])],
  smooth,
);
add(
  "normalization",
  "groupNorm",
  (x, gamma, beta) => [
    groupNorm(x, 2, { gamma, beta }),
    groupNorm(x, 1),
    groupNorm(x, 6),
    groupNorm(x, 3, { epsilon: 0.1 }),
  ],
  [sample(wide, [2, 3, 2, 6]), ...parameters([6])],
  smooth,
);
add("normalization", "groupNorm of plain channels", (x) => groupNorm(x, 2), [sample(wide, [3, 6])], smooth);
add(
  "normalization",
  "batchNorm",
  (x, gamma, beta) => [batchNorm(x, { gamma, beta }), batchNorm(x), batchNorm(x, { axis: 1, epsilon: 0.1 })],
  [sample(wide, [4, 3, 2, 5]), ...parameters([5])],
  smooth,
);
add(
  "normalization",
  "batchNorm with given statistics",
  (x, mean, variance, gamma, beta) => batchNorm(x, { mean, variance, gamma, beta, axis: 1 }),
  [sample(wide, [2, 3, 4]), sample(unit, [3]), sample(between(0.3, 2), [3]), ...parameters([3])],
  smooth,
);
add(
  "normalization",
  "l2Normalize",
  (x) => [l2Normalize(x), l2Normalize(x, { axes: [0, 1] })],
  [sample(wide, [3, 5])],
  smooth,
);
add(
  "normalization",
  "l2Normalize of zeros",
  (x) => l2Normalize(x),
  [sample({ ...listed([0, 0, 0, 3, 4, 0]), hasGradient: true }, [2, 3])],
  { gradient: "none" },
);
add(
  "normalization",
  "of bytes",
  (x) => [layerNorm(x), rmsNorm(x), batchNorm(x), groupNorm(x, 2), l2Normalize(x)],
  [sample(bytes, [3, 4])],
  { gradient: "none", relative: 3e-5 },
);
add(
  "normalization",
  "of what is constant, NaN and infinity",
  (x) => [layerNorm(x), rmsNorm(x), batchNorm(x)],
  [sample(listed([1, 1, 1, 1, 1, NaN, 2, 3, 1, Infinity, 2, 0, 1, 4, 5, 6]), [4, 4])],
  { gradient: "none" },
);

const qkv = (time = 5, keys = 6) => [
  sample(unit, [2, 3, time, 4]),
  sample(unit, [2, 3, keys, 4]),
  sample(unit, [2, 3, keys, 2]),
];
add("attention", "plain", (q, k, v) => scaledDotProductAttention(q, k, v), qkv());
add(
  "attention",
  "small",
  (q, k, v) => scaledDotProductAttention(q, k, v, { scale: 0.7 }),
  [sample(unit, [3, 2]), sample(unit, [4, 2]), sample(unit, [4, 3])],
  smooth,
);
add("attention", "causal", (q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }), qkv(5, 5));
add(
  "attention",
  "causal, small",
  (q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }),
  [sample(unit, [3, 2]), sample(unit, [3, 2]), sample(unit, [3, 2])],
  smooth,
);
add(
  "attention",
  "causal, fewer queries and fewer keys",
  (q, k, v) => [
    scaledDotProductAttention(q, k, v, { causal: true }),
    scaledDotProductAttention(k, q, q, { causal: true }),
  ],
  qkv(3, 5),
);
add("attention", "a mask of bools", (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }), [
  ...qkv(),
  sample(bools, [2, 1, 5, 6]),
]);
add("attention", "a mask of numbers", (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask, causal: true }), [
  ...qkv(),
  sample(unit, [5, 6]),
]);
add("attention", "rows that see nothing", (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }), [
  sample(unit, [4, 2]),
  sample(unit, [3, 2]),
  sample(unit, [3, 2]),
  sample(listed([1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0], "bool"), [4, 3]),
]);
add(
  "attention",
  "numbers of −∞ as a mask",
  (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask }),
  [
    sample(unit, [2, 2]),
    sample(unit, [3, 2]),
    sample(unit, [3, 2]),
    sample(listed([0, -Infinity, 1, -Infinity, -Infinity, -Infinity]), [2, 3]),
  ],
  { gradient: "none" },
);
add("attention", "leading axes that broadcast", (q, k, v) => scaledDotProductAttention(q, k, v), [
  sample(unit, [2, 3, 4, 2]),
  sample(unit, [1, 5, 2]),
  sample(unit, [5, 3]),
]);
add(
  "attention",
  "no keys",
  (q, k, v) => scaledDotProductAttention(q, k, v),
  [sample(unit, [2, 3]), sample(unit, [0, 3]), sample(unit, [0, 4])],
  { gradient: "none" },
);
add(
  "attention",
  "large scores, NaN and infinity",
  (q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }),
  [
    sample(listed([300, 1, -400, NaN, 2, 1]), [3, 2]),
    sample(listed([200, -1, 5, 3, Infinity, 2]), [3, 2]),
    sample(unit, [3, 2]),
  ],
  { gradient: "none" },
);
add(
  "attention",
  "probabilities",
  (x) => new Tensor(ops.probabilities(x.node, softmax(x, 0).node, 0)),
  [sample(unit, [4, 3])],
  smooth,
);
add(
  "attention",
  "a softmax of nothing but −∞ is NaN",
  (x) => softmax(x),
  [sample(listed([-Infinity, -Infinity, -Infinity, 0, -Infinity, 1]), [2, 3])],
  { gradient: "none" },
);

const empty: Options = { gradient: "none" };
add(
  "normalization",
  "of nothing",
  (x, y) => [layerNorm(x), layerNorm(y), rmsNorm(y), groupNorm(x, 1), batchNorm(x), l2Normalize(y)],
  [sample(wide, [0, 3]), sample(wide, [3, 0])],
  empty,
);
add(
  "attention",
  "no queries",
  (q, k, v, mask) => [
    scaledDotProductAttention(q, k, v, { causal: true }),
    scaledDotProductAttention(q, k, v, { mask }),
  ],
  [sample(unit, [0, 3]), sample(unit, [4, 3]), sample(unit, [4, 2]), sample(bools, [0, 4])],
  empty,
);
add(
  "attention",
  "no dimensions",
  (q, k, v) => scaledDotProductAttention(q, k, v),
  [sample(unit, [2, 0]), sample(unit, [4, 0]), sample(unit, [4, 2])],
  empty,
);
