// Nabla's public exports.

export { type Compiled, compile } from "./compile-function.ts";
export { type Column, Dataset } from "./data/dataset.ts";
export type { DType, TypedArray } from "./dtype.ts";
export { ArgumentError, DTypeError, FileError, NablaError, NumericError, ShapeError } from "./errors.ts";
export {
  type ActivationFunction,
  type ActivationName,
  activation,
  activations,
  celu,
  crelu,
  elu,
  gelu,
  glu,
  heaviside,
  leakyRelu,
  linear,
  logSigmoid,
  maxout,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  squareplus,
  swish,
  tanhShrink,
} from "./functions/activations.ts";
export { affineTransform, type SamplingOptions } from "./functions/affine.ts";
export * from "./functions/array.ts";
export { type AttentionOptions, scaledDotProductAttention } from "./functions/attention.ts";
export {
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  depthwiseConv1d,
  depthwiseConv2d,
  type TransposedConvolutionOptions,
} from "./functions/convolution.ts";
export * from "./functions/cumulative.ts";
export { diag, diagonal, trace, tril, triu } from "./functions/diagonals.ts";
export { einsum } from "./functions/einsum.ts";
export * from "./functions/elementwise.ts";
export * as linalg from "./functions/linalg.ts";
export {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  l2Normalize,
  layerNorm,
  rmsNorm,
} from "./functions/normalization.ts";
export {
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  relu6,
  softShrink,
  sparsePlus,
  sparseSigmoid,
  threshold,
} from "./functions/piecewise.ts";
export {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  type GlobalPoolingOptions,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolingOptions,
} from "./functions/pooling.ts";
export { type RotaryOptions, rotaryEmbedding, sinusoidalPositions } from "./functions/positions.ts";
export * from "./functions/products.ts";
export * as random from "./functions/random.ts";
export * from "./functions/rearrange.ts";
export * from "./functions/reductions.ts";
export { type ResizeOptions, resizeImages } from "./functions/resize.ts";
export { type ScanOptions, scan, type TensorTree } from "./functions/scan.ts";
export { logSoftmax, softmax } from "./functions/softmax.ts";
export { argsort, median, type SortOptions, sort, takeAlongAxis, topK } from "./functions/sorting.ts";
export type { DataFormat, Padding, PerAxis } from "./functions/space.ts";
export { sparsemax } from "./functions/sparsemax.ts";
export { erfinv } from "./functions/special.ts";
export { grad, gradients, valueAndGrad } from "./gradient.ts";
export type { HostArray, NestedArray, NestedOfRank } from "./host-array.ts";
export type { TensorIndex } from "./indexing.ts";
export type { StorageDType, StorageOptions } from "./io/narrow.ts";
export { loadTensors, saveTensors } from "./io/tensor-file.ts";
export * as losses from "./losses/factories.ts";
export type { LossLike } from "./losses/index.ts";
export type { Loss, LossFunction } from "./losses/loss.ts";
export { type TripletMarginOptions, tripletMarginLoss } from "./losses/triplet.ts";
export type { MetricLike } from "./metrics/index.ts";
export type { Metric } from "./metrics/metric.ts";
export * as metrics from "./metrics/namespace.ts";
export * from "./models/index.ts";
export type { AttentionCache, AttentionInputs } from "./nn/attention/multi-head-attention.ts";
export { type LambdaFunction, registerFunction } from "./nn/core/lambda.ts";
export * as layers from "./nn/index.ts";
export type { CellInputs, CellOutputs, RecurrentCell } from "./nn/recurrent/recurrent-cell.ts";
export { registerLayer } from "./nn/register.ts";
export type { CallContext, CallOptions, CallResult, LayerOutput, Masks } from "./nn/tree/call.ts";
export { type Json, Layer, type LayerOptions, type NamedVariable } from "./nn/tree/layer.ts";
export type { Parameter } from "./nn/tree/parameter.ts";
export type { SymbolicTensor } from "./nn/tree/symbolic.ts";
export type { Shapes, Tensors, Tree } from "./nn/tree/tree.ts";
export type { WeightValues } from "./nn/tree/weights.ts";
export { type Constraint, type ConstraintLike, constraints } from "./nn/weights/constraints.ts";
export { type Initializer, type InitializerLike, initializers } from "./nn/weights/initializers.ts";
export { type Regularizer, type RegularizerLike, regularizers } from "./nn/weights/regularizers.ts";
export * as optimizers from "./optimizers/factories.ts";
export type { OptimizerLike } from "./optimizers/index.ts";
export { Optimizer } from "./optimizers/optimizer.ts";
export type {
  OptimizerOption,
  OptimizerRule,
  Slot,
  SlotParts,
  SlotRows,
  UpdateInput,
  UpdateOutput,
} from "./optimizers/rule.ts";
export * as schedules from "./optimizers/schedules/factories.ts";
export type { Schedule } from "./optimizers/schedules/schedule.ts";
export type { OptimizerOptions } from "./optimizers/shared-options.ts";
export { backendNames, setBackend, setThreads } from "./runtime/device.ts";
export type { Axes, Shape } from "./shape.ts";
export { asTensor, Tensor, type TensorLike, tensor } from "./tensor.ts";
export * from "./train/index.ts";
export { checkGradients, type GradientCheck, type GradientCheckOptions } from "./transformations/check-gradients.ts";
export { checkpoint } from "./transformations/checkpoint.ts";
export { type CustomGradient, customGradient } from "./transformations/custom-gradient.ts";
export { hessian, jacfwd, jacrev } from "./transformations/jacobian.ts";
export { jvp } from "./transformations/jvp.ts";
export { vjp } from "./transformations/vjp.ts";
export { type VmapOptions, vmap } from "./transformations/vmap.ts";
export { Variable, variable } from "./variable.ts";
