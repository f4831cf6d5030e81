// The `losses` namespace: one factory a loss, with Keras's names in camel case. The marks of purity let a bundle leave
// out the losses that a page does not name.
import { factory } from "./factory.ts";
import * as f from "./functions.ts";

export const meanSquaredError = /* @__PURE__ */ factory<object>("meanSquaredError", f.meanSquaredError, "values", {});
export const meanAbsoluteError = /* @__PURE__ */ factory<object>(
  "meanAbsoluteError",
  f.meanAbsoluteError,
  "values",
  {},
);
export const meanAbsolutePercentageError = /* @__PURE__ */ factory<object>(
  "meanAbsolutePercentageError",
  f.meanAbsolutePercentageError,
  "values",
  {},
);
export const meanSquaredLogarithmicError = /* @__PURE__ */ factory<object>(
  "meanSquaredLogarithmicError",
  f.meanSquaredLogarithmicError,
  "values",
  {},
);
export const quadraticCost = /* @__PURE__ */ factory<object>("quadraticCost", f.quadraticCost, "values", {});
export const huber = /* @__PURE__ */ factory<{ readonly delta?: number }>("huber", f.huber, "values", { delta: 1 });
export const logCosh = /* @__PURE__ */ factory<object>("logCosh", f.logCosh, "values", {});
export const poisson = /* @__PURE__ */ factory<object>("poisson", f.poisson, "values", {});
export const klDivergence = /* @__PURE__ */ factory<object>("klDivergence", f.klDivergence, "shares", {});
export const binaryCrossentropy = /* @__PURE__ */ factory<f.BinaryCrossentropyOptions>(
  "binaryCrossentropy",
  f.binaryCrossentropy,
  "shares",
  { fromLogits: null, labelSmoothing: 0 },
  { decision: "sigmoid" },
);
export const categoricalCrossentropy = /* @__PURE__ */ factory<f.CategoricalCrossentropyOptions>(
  "categoricalCrossentropy",
  f.categoricalCrossentropy,
  "shares",
  { fromLogits: null, labelSmoothing: 0 },
  { decision: "softmax" },
);
export const sparseCategoricalCrossentropy = /* @__PURE__ */ factory<f.SparseCategoricalCrossentropyOptions>(
  "sparseCategoricalCrossentropy",
  f.sparseCategoricalCrossentropy,
  "classes",
  {
    fromLogits: null,
    ignoreClass: null,
  },
  { decision: "softmax", counts: (options) => f.countsUnlessIgnored(options) },
);
export const binaryFocalCrossentropy = /* @__PURE__ */ factory<f.BinaryFocalCrossentropyOptions>(
  "binaryFocalCrossentropy",
  f.binaryFocalCrossentropy,
  "shares",
  { fromLogits: null, labelSmoothing: 0, applyClassBalancing: false, alpha: 0.25, gamma: 2 },
  { decision: "sigmoid" },
);
export const categoricalFocalCrossentropy = /* @__PURE__ */ factory<f.CategoricalFocalCrossentropyOptions>(
  "categoricalFocalCrossentropy",
  f.categoricalFocalCrossentropy,
  "shares",
  {
    fromLogits: null,
    labelSmoothing: 0,
    alpha: 0.25,
    gamma: 2,
  },
  { decision: "softmax" },
);
export const hinge = /* @__PURE__ */ factory<object>("hinge", f.hinge, "values", {}, { decision: "sign" });
export const squaredHinge = /* @__PURE__ */ factory<object>(
  "squaredHinge",
  f.squaredHinge,
  "values",
  {},
  { decision: "sign" },
);
export const categoricalHinge = /* @__PURE__ */ factory<object>(
  "categoricalHinge",
  f.categoricalHinge,
  "values",
  {},
  { decision: "softmax" },
);
export const cosineSimilarity = /* @__PURE__ */ factory<{ readonly axis?: number }>(
  "cosineSimilarity",
  f.cosineSimilarity,
  "values",
  { axis: -1 },
);
export const dice = /* @__PURE__ */ factory<f.DiceOptions>("dice", f.dice, "shares", {
  axis: null,
});
export const tversky = /* @__PURE__ */ factory<f.TverskyOptions>("tversky", f.tversky, "shares", {
  alpha: 0.5,
  beta: 0.5,
  axis: null,
});
export const contrastive = /* @__PURE__ */ factory<{ readonly margin?: number }>(
  "contrastive",
  f.contrastive,
  "shares",
  { margin: 1 },
);
export const triplet = /* @__PURE__ */ factory<f.TripletOptions>("triplet", f.triplet, "any", {
  margin: 1,
  mining: "semiHard",
});
export const ctc = /* @__PURE__ */ factory<f.CtcOptions>(
  "ctc",
  f.ctc,
  "any",
  { zeroInfinity: false },
  { takesLogits: true },
);
