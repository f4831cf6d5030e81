// The `data` namespace: data sets of your own, and the ones that Nabla brings.
export { type Column, type ColumnSource, Dataset, type DatasetParts, type TypedColumn } from "./dataset.ts";
export { digits, type DigitsOptions } from "./digits.ts";
export { mnist, type MnistOptions, type MnistProgress } from "./mnist.ts";
