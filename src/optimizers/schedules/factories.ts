// The `schedules` namespace: one factory a schedule, with Keras's names in camel case where Keras has it.
export { constant } from "./constant.ts";
export { cosineDecay, cosineDecayRestarts } from "./cosine-decay.ts";
export { exponentialDecay, inverseTimeDecay, polynomialDecay } from "./decay.ts";
export { linearWarmup } from "./linear-warmup.ts";
export { noam } from "./noam.ts";
export { oneCycle } from "./one-cycle.ts";
export { piecewiseConstantDecay } from "./piecewise-constant-decay.ts";
