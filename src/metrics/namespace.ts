// The `metrics` namespace: the factories of metrics, and functions of them.
export { confusionMatrix } from "./confusion-matrix.ts";
export * from "./factories.ts";
export { figure } from "./metric.ts";
