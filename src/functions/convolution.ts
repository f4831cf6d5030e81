// Convolutions over one, two and three spatial axes, and transposed convolutions, in Keras's layouts.
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkCount, checkOptions } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { convolve, inputCotangent } from "./convolve.ts";
import {
  channelsLast,
  checkReach,
  type DataFormat,
  type Padding,
  type PerAxis,
  perAxis,
  resolvePadding,
  spaceWords,
} from "./space.ts";

/** The options of {@link conv1d}, {@link conv2d} and {@link conv3d}. */
export interface ConvolutionOptions {
  /** Distance from one window to the next, one number or one for each axis. Default: 1. */
  readonly strides?: PerAxis;
  /**
   * "valid" (none), "same" (⌈length / stride⌉ results), a number of zeros at both ends, or a list of numbers or pairs
   * [before, after]. Default: "valid".
   */
  readonly padding?: Padding;
  /** Distance from one weight of the kernel to the next. Default: 1. Yu and Koltun, 2016. */
  readonly dilation?: PerAxis;
  /** The number of parts of the channels that are convolved separately. Default: 1. */
  readonly groups?: number;
  /** The layout of x and of the result. The kernel's layout is always the same. Default: "channelsLast". */
  readonly dataFormat?: DataFormat;
}

const known = ["strides", "padding", "dilation", "groups", "dataFormat"];

/** `shown` is the kernel's shape in messages, as the user gave it. */
function convolution(
  where: string,
  rank: number,
  input: TensorLike,
  weights: TensorLike,
  options: ConvolutionOptions,
  shown?: Shape,
): Tensor {
  checkOptions(where, options, known);
  const { padding = "valid", dataFormat = "channelsLast" } = options;
  const strides = perAxis(where, "strides", options.strides ?? 1, rank);
  const dilation = perAxis(where, "dilation", options.dilation ?? 1, rank);
  const groups = checkCount(where, "groups", options.groups ?? 1);
  const given = asFloat(input);
  const kernel = asFloat(weights);
  const { x, back } = channelsLast(where, given, rank, dataFormat);
  const channels = x.shape.at(-1)!;
  checkKernel(where, "[...space, channels of x / groups, channels of the result]", kernel, rank, given);
  const features = kernel.shape.at(-1)!;
  if (channels % groups !== 0 || features % groups !== 0) {
    throw new ArgumentError(
      `${where}: ${groups} groups must divide the ${channels} channels of x ${formatShape(given.shape)} ` +
        `and the ${features} of the kernel ${formatShape(kernel.shape)}.`,
    );
  }
  if (kernel.shape.at(-2) !== channels / groups) {
    const held =
      groups === 1 ? `${channels} channels` : `${channels} channels in ${groups} groups of ${channels / groups}`;
    throw new ShapeError(
      `${where}: x ${formatShape(given.shape)} has ${held}, but the kernel ${formatShape(kernel.shape)} is for ` +
        `${kernel.shape.at(-2)}: its last axis but one must be ${channels / groups}.`,
    );
  }
  const space = x.shape.slice(1, -1);
  const reach = reachOf(kernel, dilation);
  const margins = resolvePadding(where, padding, space, reach, strides);
  checkReach(where, "the kernel", given.shape, shown ?? kernel.shape, space, reach, margins);
  return back(new Tensor(convolve(x.node, kernel.node, { strides, padding: margins, dilation, groups })));
}

/** The number of elements of each spatial axis that the kernel covers. */
const reachOf = (kernel: Tensor, dilation: readonly number[]): number[] =>
  zip(dilation, kernel.shape).map(([step, size]) => (size - 1) * step + 1);

function checkKernel(where: string, layout: string, kernel: Tensor, rank: number, x: Tensor): void {
  if (kernel.ndim !== rank + 2 || kernel.shape.slice(0, rank).includes(0)) {
    throw new ShapeError(
      `${where}: expected a kernel ${layout} with ${spaceWords(rank)}, none of them empty, ` +
        `got ${formatShape(kernel.shape)} for x ${formatShape(x.shape)}.`,
    );
  }
}

/**
 * y[b, i, f] = Σ over k, c of x[b, i·stride + k·dilation − padding, c] · kernel[k, c, f]: x [batch, length, channels],
 * kernel [size, channels / groups, features], result [batch, ⌊(length + padding − (size − 1)·dilation − 1) / stride⌋ +
 * 1, features].
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example await conv1d([[[1], [2], [4]]], [[[-1]], [[1]]]).array(); // the differences: [[[1], [2]]]
 */
export const conv1d = (x: TensorLike, kernel: TensorLike, options: ConvolutionOptions = {}): Tensor =>
  convolution("conv1d", 1, x, kernel, options);

/**
 * The convolution of images: x [batch, height, width, channels], kernel [height, width, channels / groups, features],
 * result [batch, height, width, features], as {@link conv1d} along each of the two axes. LeCun and others, 1989.
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example conv2d(ones([8, 28, 28, 1]), ones([3, 3, 1, 16]), { padding: "same" }).shape; // [8, 28, 28, 16]
 */
export const conv2d = (x: TensorLike, kernel: TensorLike, options: ConvolutionOptions = {}): Tensor =>
  convolution("conv2d", 2, x, kernel, options);

/**
 * The convolution of volumes, or of images in time: x [batch, ...three axes of space, channels], kernel [...three axes,
 * channels / groups, features], as {@link conv1d} along each of the three.
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example conv3d(ones([1, 4, 4, 4, 2]), ones([2, 2, 2, 2, 5])).shape; // [1, 3, 3, 3, 5]
 */
export const conv3d = (x: TensorLike, kernel: TensorLike, options: ConvolutionOptions = {}): Tensor =>
  convolution("conv3d", 3, x, kernel, options);

function depthwise(
  where: string,
  rank: number,
  x: TensorLike,
  kernel: TensorLike,
  options: Omit<ConvolutionOptions, "groups">,
): Tensor {
  checkOptions(
    where,
    options,
    known.filter((name) => name !== "groups"),
  );
  const [given, weights] = [asFloat(x), asFloat(kernel)];
  const channels = given.shape.at(options.dataFormat === "channelsFirst" ? 1 : -1);
  checkKernel(where, "[...space, channels, multiplier]", weights, rank, given);
  const [own, multiplier] = weights.shape.slice(-2) as [number, number];
  if (given.ndim === rank + 2 && own !== channels) {
    throw new ShapeError(
      `${where}: x ${formatShape(given.shape)} has ${channels} channels, but the kernel ` +
        `${formatShape(weights.shape)} is for ${own}: its last axis but one must be ${channels}.`,
    );
  }
  const apart = weights.reshape([...weights.shape.slice(0, rank), 1, own * multiplier]);
  return convolution(where, rank, given, apart, { ...options, groups: own }, weights.shape);
}

/**
 * A convolution of each channel by itself: x [batch, length, channels], kernel [size, channels, multiplier], result
 * [batch, length, channels · multiplier], in which each channel's results stand together. Sifre, 2014.
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example depthwiseConv1d(ones([1, 5, 3]), ones([3, 3, 2])).shape; // [1, 3, 6]
 */
export const depthwiseConv1d = (
  x: TensorLike,
  kernel: TensorLike,
  options: Omit<ConvolutionOptions, "groups"> = {},
): Tensor => depthwise("depthwiseConv1d", 1, x, kernel, options);

/**
 * As {@link depthwiseConv1d} along two axes: x [batch, height, width, channels], kernel [height, width, channels,
 * multiplier], result [batch, height, width, channels · multiplier]. Sifre, 2014.
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example depthwiseConv2d(ones([1, 5, 5, 3]), ones([3, 3, 3, 2])).shape; // [1, 3, 3, 6]
 */
export const depthwiseConv2d = (
  x: TensorLike,
  kernel: TensorLike,
  options: Omit<ConvolutionOptions, "groups"> = {},
): Tensor => depthwise("depthwiseConv2d", 2, x, kernel, options);

/** The options of {@link convTranspose1d}, {@link convTranspose2d} and {@link convTranspose3d}. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /**
   * The part that is cut off the full result, of length (n − 1)·stride + (size − 1)·dilation + 1: "valid" cuts nothing,
   * "same" leaves n·stride, and a number or list cuts as much as a convolution with this padding would add. Default:
   * "valid".
   */
  readonly padding?: Padding;
  /**
   * The number of elements added at the end of each axis, less than its stride. Default: 0; with "valid" and "same",
   * the difference where the stride is longer than the kernel.
   */
  readonly outputPadding?: PerAxis;
}

function transposed(
  where: string,
  rank: number,
  input: TensorLike,
  weights: TensorLike,
  options: TransposedConvolutionOptions,
): Tensor {
  checkOptions(where, options, [...known, "outputPadding"]);
  const { padding = "valid", outputPadding, dataFormat = "channelsLast" } = options;
  const strides = perAxis(where, "strides", options.strides ?? 1, rank);
  const dilation = perAxis(where, "dilation", options.dilation ?? 1, rank);
  const groups = checkCount(where, "groups", options.groups ?? 1);
  const given = asFloat(input);
  const kernel = asFloat(weights);
  const { x, back } = channelsLast(where, given, rank, dataFormat);
  checkKernel(where, "[...space, channels of the result / groups, channels of x]", kernel, rank, given);
  const channels = x.shape.at(-1)!;
  if (kernel.shape.at(-1) !== channels) {
    throw new ShapeError(
      `${where}: x ${formatShape(given.shape)} has ${channels} channels, but the kernel ${formatShape(kernel.shape)} ` +
        `is for ${kernel.shape.at(-1)}: its last axis must be ${channels}.`,
    );
  }
  if (channels % groups !== 0)
    throw new ArgumentError(
      `${where}: ${groups} groups must divide the ${channels} channels of x ${formatShape(given.shape)}.`,
    );
  const lengths = x.shape.slice(1, -1);
  const reach = reachOf(kernel, dilation);
  const lacking = zip(strides, reach).map(([stride, r]) => Math.max(0, stride - r));
  const extra =
    outputPadding === undefined
      ? typeof padding === "string"
        ? lacking
        : lengths.map(() => 0)
      : perAxis(where, "outputPadding", outputPadding, rank, 0);
  zip(extra, strides).forEach(([n, stride], i) => {
    if (n >= stride)
      throw new ArgumentError(
        `${where}: expected an outputPadding less than the stride ${stride} of spatial axis ${i}, got ${n}.`,
      );
  });
  // With an explicit outputPadding, "same" cuts ⌊reach / 2⌋ at both ends, as in Keras.
  const half = (r: number): [number, number] => [Math.floor(r / 2), Math.floor(r / 2)];
  const cut = (r: number): [number, number] => [Math.floor(r / 2), Math.ceil(r / 2)];
  const margins =
    padding === "same"
      ? zip(reach, strides).map(([r, stride]) => (outputPadding === undefined ? cut(Math.max(0, r - stride)) : half(r)))
      : resolvePadding(where, padding, lengths, reach, strides);
  const space = zip(lengths, strides, reach, margins, extra).map(
    ([n, stride, r, [low, high], more]) => (n - 1) * stride + r - low - high + more,
  );
  space.forEach((n, i) => {
    if (n < 1)
      throw new ShapeError(
        `${where}: padding [${margins[i]}] leaves nothing of spatial axis ${i} of x ${formatShape(given.shape)} ` +
          `with the kernel ${formatShape(kernel.shape)}.`,
      );
  });
  return back(new Tensor(inputCotangent(x.node, kernel.node, { strides, padding: margins, dilation, groups }, space)));
}

/**
 * The transposed convolution ("deconvolution"): each element of x adds a multiple of the kernel to the result, `stride`
 * elements after that of its predecessor, so that axes grow. x [batch, length, channels], kernel [size, features /
 * groups, channels]. It is the gradient of {@link conv1d} with respect to its input. Zeiler and others, 2010.
 *
 * @throws ShapeError where x and the kernel do not fit; ArgumentError for an option out of range
 * @example await convTranspose1d([[[1], [2]]], [[[1]], [[1]]], { strides: 2 }).array(); // [[[1], [1], [2], [2]]]
 */
export const convTranspose1d = (
  x: TensorLike,
  kernel: TensorLike,
  options: TransposedConvolutionOptions = {},
): Tensor => transposed("convTranspose1d", 1, x, kernel, options);

/**
 * As {@link convTranspose1d} over two axes: x [batch, height, width, channels], kernel [height, width, features /
 * groups, channels].
 *
 * @example
 * const y = convTranspose2d(ones([1, 7, 7, 8]), ones([3, 3, 4, 8]), { strides: 2, padding: "same" });
 * y.shape; // [1, 14, 14, 4]
 */
export const convTranspose2d = (
  x: TensorLike,
  kernel: TensorLike,
  options: TransposedConvolutionOptions = {},
): Tensor => transposed("convTranspose2d", 2, x, kernel, options);

/**
 * As {@link convTranspose1d} over three axes: x [batch, ...space, channels], kernel [...space, features / groups,
 * channels].
 *
 * @example convTranspose3d(ones([1, 2, 2, 2, 3]), ones([2, 2, 2, 5, 3]), { strides: 2 }).shape; // [1, 4, 4, 4, 5]
 */
export const convTranspose3d = (
  x: TensorLike,
  kernel: TensorLike,
  options: TransposedConvolutionOptions = {},
): Tensor => transposed("convTranspose3d", 3, x, kernel, options);
