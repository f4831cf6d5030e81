// The builders that rules get as their first argument, `o`. A rule that needs another one adds it here; what is not
// listed
// is loaded by those pages only that call it.

export { add, and, div, mul, pow, sub } from "./binary.ts";
export { equal, less, select } from "./compare.ts";
export { contract } from "./contract.ts";
export { cast } from "./elementwise.ts";
export { fence } from "./fence.ts";
export { gather, scatterAdd } from "./gather.ts";
export { constantValue, full } from "./generate.ts";
export { concatenate } from "./join.ts";
export { broadcast, flip, pad, permute, reshape, slice, window } from "./movement.ts";
export { overlapAdd } from "./overlap-add.ts";
export { prod, sum } from "./reduce.ts";
export { abs, cos, exp, log, neg, not, round, sign, sin } from "./unary.ts";
