// All primitives, and the few composites that the tensor itself or gradient rules need, one family a line.

export * from "./binary.ts";
export * from "./compare.ts";
export * from "./contract.ts";
export * from "./custom-gradient.ts";
export * from "./fence.ts";
export * from "./gather.ts";
export * from "./generate.ts";
export * from "./join.ts";
export * from "./leaf.ts";
export * from "./loop.ts";
export * from "./matmul.ts";
export * from "./movement.ts";
export * from "./overlap-add.ts";
export * from "./probabilities.ts";
export * from "./random-bits.ts";
export * from "./reduce.ts";
export * from "./sort.ts";
export * from "./unary.ts";
