// Cases of activation functions.
import { erf } from "../../src/compile/erf.ts";
import * as activations from "../../src/functions/activations.ts";
import * as piecewise from "../../src/functions/piecewise.ts";
import { sparsemax } from "../../src/functions/sparsemax.ts";
import { awayFromZero, between, distinct, listed, sample } from "../samples.ts";
import { add, elementwise, smooth } from "./table.ts";

// Activation functions, by plain formulas that know nothing of overflow; those of large numbers stand under "far out".
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const elu = (x: number, alpha = 1): number => (x > 0 ? x : alpha * Math.expm1(x));
const off0 = awayFromZero(0.2, 3);
const safe = { specials: null, relative: 2e-5 };
elementwise("linear", (x) => activations.linear(x), [between(-3, 3)], { ...safe, expect: (x) => x });
elementwise("relu by name", (x) => activations.activation("relu")(x).add(activations.relu(x.neg())), [off0], {
  ...safe,
  expect: (x) => Math.abs(x),
});
elementwise("leakyRelu", (x) => activations.leakyRelu(x), [off0], { ...safe, expect: (x) => (x > 0 ? x : 0.01 * x) });
elementwise("leakyRelu 0.1", (x) => activations.leakyRelu(x, { negativeSlope: 0.1 }), [off0], {
  ...safe,
  expect: (x) => (x > 0 ? x : 0.1 * x),
});
elementwise("elu", (x) => activations.elu(x), [off0], { ...safe, expect: (x) => elu(x) });
elementwise("elu 0.7", (x) => activations.elu(x, { alpha: 0.7 }), [off0], { ...safe, expect: (x) => elu(x, 0.7) });
elementwise("selu", (x) => activations.selu(x), [off0], {
  ...safe,
  expect: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
});
elementwise("gelu", (x) => activations.gelu(x), [awayFromZero(0.2, 2)], {
  ...safe,
  ...smooth,
  expect: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
});
elementwise("gelu approximately", (x) => activations.gelu(x, { approximate: true }), [awayFromZero(0.2, 2)], {
  ...safe,
  ...smooth,
  expect: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
});
elementwise("sigmoid", (x) => activations.sigmoid(x), [between(-3, 3)], { ...safe, ...smooth, expect: sigmoid });
elementwise("silu", (x) => activations.silu(x), [between(-3, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => x * sigmoid(x),
});
elementwise("swish", (x) => activations.swish(x), [between(-3, 3)], { ...safe, expect: (x) => x * sigmoid(x) });
elementwise("softplus", (x) => activations.softplus(x), [off0], { ...safe, expect: (x) => Math.log(1 + Math.exp(x)) });
elementwise("softsign", (x) => activations.softsign(x), [off0], { ...safe, expect: (x) => x / (1 + Math.abs(x)) });
elementwise("heaviside", (x) => activations.heaviside(x), [off0], {
  ...safe,
  expect: (x) => (x > 0 ? 1 : 0),
  gradient: "zero",
});
const softplus = (x: number): number => Math.log(1 + Math.exp(x));
elementwise("celu", (x) => activations.celu(x), [off0], { ...safe, expect: (x) => elu(x) });
elementwise("celu 2.5", (x) => activations.celu(x, { alpha: 2.5 }), [off0], {
  ...safe,
  expect: (x) => (x > 0 ? x : 2.5 * Math.expm1(x / 2.5)),
});
elementwise("mish", (x) => activations.mish(x), [between(-3, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => x * Math.tanh(softplus(x)),
});
elementwise("squareplus", (x) => activations.squareplus(x), [between(-3, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => (x + Math.sqrt(x * x + 4)) / 2,
});
elementwise("squareplus 0.5", (x) => activations.squareplus(x, { b: 0.5 }), [between(-3, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => (x + Math.sqrt(x * x + 0.5)) / 2,
});
elementwise("logSigmoid", (x) => activations.logSigmoid(x), [off0], {
  ...safe,
  ...smooth,
  expect: (x) => -softplus(-x),
});
elementwise("tanhShrink", (x) => activations.tanhShrink(x), [awayFromZero(0.5, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => x - Math.tanh(x),
});

// Numbers that lie on no corner of the pieces.
const offCorners = awayFromZero(0.55, 0.95);
const limited = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
elementwise("relu6", (x) => piecewise.relu6(x.mul(4)), [offCorners], {
  ...safe,
  expect: (x) => limited(4 * x, 0, 6),
});
elementwise("hardTanh", (x) => piecewise.hardTanh(x.mul(4).sub(2.875)), [offCorners], {
  ...safe,
  expect: (x) => limited(4 * x - 2.875, -1, 1),
});
elementwise("hardSigmoid", (x) => piecewise.hardSigmoid(x.mul(3)), [offCorners], {
  ...safe,
  expect: (x) => limited(x / 2 + 0.5, 0, 1),
});
elementwise("hardSilu", (x) => piecewise.hardSilu(x.mul(3)), [offCorners], {
  ...safe,
  ...smooth,
  expect: (x) => 3 * x * limited(x / 2 + 0.5, 0, 1),
});
elementwise("hardSwish", (x) => piecewise.hardSwish(x.mul(4.5)), [awayFromZero(0.7, 0.9)], {
  ...safe,
  expect: (x) => Math.max(4.5 * x, 0),
});
elementwise("hardShrink", (x) => piecewise.hardShrink(x), [offCorners], { ...safe, expect: (x) => x });
elementwise("softShrink", (x) => piecewise.softShrink(x), [offCorners], {
  ...safe,
  expect: (x) => x - 0.5 * Math.sign(x),
});
elementwise("threshold", (x) => piecewise.threshold(x, 0.3, -2), [offCorners], {
  ...safe,
  expect: (x) => (x > 0.3 ? x : -2),
});
elementwise("sparsePlus", (x) => piecewise.sparsePlus(x), [offCorners], {
  ...safe,
  ...smooth,
  expect: (x) => (x + 1) ** 2 / 4,
});
elementwise("sparseSigmoid", (x) => piecewise.sparseSigmoid(x), [offCorners], {
  ...safe,
  expect: (x) => (x + 1) / 2,
});
// No slope anywhere is 0 by a tie of samples: the rows hold no number twice.
add("sparsemax", "rows", (x) => sparsemax(x.mul(0.4)), [sample(distinct(), [5, 7])]);
add("sparsemax", "columns", (x) => sparsemax(x.mul(0.2), 0), [sample(distinct(), [6, 4])]);
add("glu", "rows", (x) => activations.glu(x), [sample(between(-2, 2), [3, 8])], smooth);
add("glu", "columns", (x) => activations.glu(x, 0), [sample(between(-2, 2), [4, 3])], smooth);
add("crelu", "rows", (x) => activations.crelu(x), [sample(off0, [3, 5])]);
add("maxout", "2 of 6", (x) => activations.maxout(x, 2), [sample(distinct(), [5, 6])]);
add("maxout", "of a dense layer", (x, w) => activations.maxout(x.matmul(w), 3).sum(0), [
  sample(awayFromZero(0.5, 1), [2, 3]),
  sample(distinct(), [3, 6]),
]);
const smoothly = [
  "elu",
  "selu",
  "celu",
  "gelu",
  "silu",
  "mish",
  "softplus",
  "squareplus",
  "logSigmoid",
  "tanhShrink",
] as const;
const inPieces = [
  "relu",
  "relu6",
  "leakyRelu",
  "hardSigmoid",
  "hardSilu",
  "hardTanh",
  "sparsePlus",
  "softShrink",
] as const;
for (const name of [...smoothly, ...inPieces, "softsign", "sigmoid"] as const) {
  const far = sample({ ...listed([30, -30, 90, -70, 300, -300, 1e4, -1e4]), hasGradient: true }, [8]);
  // Beyond these no gradient may be NaN or infinite: backend against reference, whose values and gradients must be
  // finite.
  add("far out", name, (x) => activations.activations[name](x), [far], { floor: 0.01, relative: 1e-4 });
}
