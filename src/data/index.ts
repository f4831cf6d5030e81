// The `data` namespace: data sets of your own, and the ones that Nabla brings.
export { type Column, type ColumnSource, Dataset, type DatasetParts, type TypedColumn } from "./dataset.ts";
export { type DigitsOptions, digits } from "./digits.ts";
export { type MnistOptions, type MnistProgress, mnist } from "./mnist.ts";
