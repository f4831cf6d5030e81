// Cases of activation functions.
import { erf } from "../../src/compile/erf.ts";
import * as activations from "../../src/functions/activations.ts";
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
add("maxout", "2 of 6", (x) => activations.maxout(x, 2), [sample(distinct(), [5, 6])]);
add("maxout", "of a dense layer", (x, w) => activations.maxout(x.matmul(w), 3).sum(0), [
  sample(awayFromZero(0.5, 1), [2, 3]),
  sample(distinct(), [3, 6]),
]);
for (const name of ["relu", "leakyRelu", "elu", "selu", "gelu", "silu", "softplus", "softsign", "sigmoid"] as const) {
  const far = sample({ ...listed([30, -30, 90, -70, 300, -300, 1e4, -1e4]), hasGradient: true }, [8]);
  // Beyond these no gradient may be NaN or infinite: backend against reference, whose values and gradients must be
  // finite.
  add("far out", name, (x) => activations[name](x), [far], { floor: 0.01, relative: 1e-4 });
}
