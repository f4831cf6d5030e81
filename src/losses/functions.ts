// Every loss as a function of targets and predictions, and the types of their options.
export { type BinaryCrossentropyOptions, binaryCrossentropy } from "./binary-crossentropy.ts";
export { type BinaryFocalCrossentropyOptions, binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
export { type CategoricalCrossentropyOptions, categoricalCrossentropy } from "./categorical-crossentropy.ts";
export {
  type CategoricalFocalCrossentropyOptions,
  categoricalFocalCrossentropy,
} from "./categorical-focal-crossentropy.ts";
export { categoricalHinge } from "./categorical-hinge.ts";
export { contrastive } from "./contrastive.ts";
export { cosineSimilarity } from "./cosine-similarity.ts";
export { type CtcOptions, ctc } from "./ctc.ts";
export { type DiceOptions, dice } from "./dice.ts";
export { hinge } from "./hinge.ts";
export { huber } from "./huber.ts";
export { klDivergence } from "./kl-divergence.ts";
export { logCosh } from "./log-cosh.ts";
export { meanAbsoluteError } from "./mean-absolute-error.ts";
export { meanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
export { meanSquaredError } from "./mean-squared-error.ts";
export { meanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
export { poisson } from "./poisson.ts";
export { quadraticCost } from "./quadratic-cost.ts";
export {
  countsUnlessIgnored,
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from "./sparse-categorical-crossentropy.ts";
export { squaredHinge } from "./squared-hinge.ts";
export { type TripletOptions, triplet } from "./triplet.ts";
export { type TverskyOptions, tversky } from "./tversky.ts";
