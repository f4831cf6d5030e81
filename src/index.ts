// Nabla's public exports.
export { type DType, type TypedArray } from "./dtype.ts";
export { ArgumentError, DTypeError, FileError, NablaError, NumericError, ShapeError } from "./errors.ts";
export { type HostArray, type NestedArray } from "./host-array.ts";
export { type Axes, type Shape } from "./shape.ts";
export { asTensor, Tensor, tensor, type TensorLike } from "./tensor.ts";
export { type TensorIndex } from "./indexing.ts";
export { Variable, variable } from "./variable.ts";
export { grad, gradients, valueAndGrad } from "./gradient.ts";
export { compile, type Compiled } from "./compile-function.ts";
export * from "./functions/array.ts";
export { erfinv } from "./functions/special.ts";
export * as random from "./functions/random.ts";
export { backendNames, setBackend } from "./runtime/device.ts";
