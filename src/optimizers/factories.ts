// The `optimizers` namespace: one factory an optimizer, with Keras's names in camel case.
export { adadelta } from "./adadelta.ts";
export { adafactor } from "./adafactor.ts";
export { adagrad } from "./adagrad.ts";
export { adam, adamW } from "./adam.ts";
export { adamax } from "./adamax.ts";
export { ftrl } from "./ftrl.ts";
export { lamb } from "./lamb.ts";
export { lbfgs } from "./lbfgs.ts";
export { lion } from "./lion.ts";
export { muon } from "./muon.ts";
export { nadam } from "./nadam.ts";
export { rmsprop } from "./rmsprop.ts";
export { sgd } from "./sgd.ts";
