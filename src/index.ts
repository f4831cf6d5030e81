// Nabla's public exports.
export { type DType, type TypedArray } from "./dtype.ts";
export { ArgumentError, DTypeError, FileError, NablaError, NumericError, ShapeError } from "./errors.ts";
export { type HostArray, type NestedArray } from "./host-array.ts";
export { type Axes, type Shape } from "./shape.ts";
export { asTensor, Tensor, tensor, type TensorLike } from "./tensor.ts";
export { type TensorIndex } from "./indexing.ts";
export { Variable, variable } from "./variable.ts";
export { grad, gradients, valueAndGrad } from "./gradient.ts";
export { checkGradients, type GradientCheck, type GradientCheckOptions } from "./transformations/check-gradients.ts";
export { checkpoint } from "./transformations/checkpoint.ts";
export { customGradient, type CustomGradient } from "./transformations/custom-gradient.ts";
export { hessian, jacfwd, jacrev } from "./transformations/jacobian.ts";
export { jvp } from "./transformations/jvp.ts";
export { vjp } from "./transformations/vjp.ts";
export { vmap, type VmapOptions } from "./transformations/vmap.ts";
export { compile, type Compiled } from "./compile-function.ts";
export * from "./functions/array.ts";
export { scan, type ScanOptions, type TensorTree } from "./functions/scan.ts";
export * from "./functions/cumulative.ts";
export { diag, diagonal, trace, tril, triu } from "./functions/diagonals.ts";
export { einsum } from "./functions/einsum.ts";
export * from "./functions/elementwise.ts";
export * from "./functions/products.ts";
export * from "./functions/rearrange.ts";
export * from "./functions/reductions.ts";
export { erfinv } from "./functions/special.ts";
export * as random from "./functions/random.ts";
export { backendNames, setBackend, setThreads } from "./runtime/device.ts";
export {
  activation, type ActivationFunction, type ActivationName, activations,
  elu, gelu, heaviside, leakyRelu, linear, maxout, relu, selu, sigmoid, silu, softplus, softsign, swish,
} from "./functions/activations.ts";
export { logSoftmax, softmax } from "./functions/softmax.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./functions/attention.ts";
export { batchNorm, type BatchNormOptions, groupNorm, l2Normalize, layerNorm, rmsNorm } from "./functions/normalization.ts";
export { argsort, median, sort, type SortOptions, takeAlongAxis, topK } from "./functions/sorting.ts";
export {
  conv1d, conv2d, conv3d, type ConvolutionOptions, convTranspose1d, convTranspose2d, convTranspose3d, depthwiseConv2d, type TransposedConvolutionOptions,
} from "./functions/convolution.ts";
export {
  averagePool1d, averagePool2d, averagePool3d, globalAveragePool, globalMaxPool, type GlobalPoolingOptions, maxPool1d, maxPool2d, maxPool3d, type PoolingOptions,
} from "./functions/pooling.ts";
export { type DataFormat, type Padding, type PerAxis } from "./functions/space.ts";
export * as layers from "./nn/index.ts";
export { type CallContext, type Json, Layer, type LayerOptions } from "./nn/layer.ts";
export { type Parameter } from "./nn/parameter.ts";
export { registerLayer } from "./nn/registry.ts";
export { type Initializer, type InitializerLike, initializers } from "./nn/initializers.ts";
export { type LossLike, losses } from "./losses/index.ts";
export { type Loss, type LossFunction } from "./losses/loss.ts";
export { type MetricLike, metrics } from "./metrics/index.ts";
export { type Metric } from "./metrics/metric.ts";
export { type OptimizerLike, optimizers } from "./optimizers/index.ts";
export { Optimizer, type OptimizerOptions } from "./optimizers/optimizer.ts";
export * from "./train/index.ts";
export * as data from "./data/index.ts";
export { type Column, Dataset } from "./data/dataset.ts";
