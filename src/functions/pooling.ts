// Pooling: the maximum or the mean of each window, over one, two and three spatial axes.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkFlag, checkOptions } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import {
  channelsLast,
  checkReach,
  type DataFormat,
  type Padding,
  type PerAxis,
  perAxis,
  resolvePadding,
} from "./space.ts";
import { layWindows, type Windows, windowsOf } from "./windows.ts";

/** The options of the pooling functions, such as {@link maxPool2d}. */
export interface PoolingOptions {
  /** Distance from one window to the next. Default: the window's size, so that windows do not overlap. */
  readonly strides?: PerAxis;
  /**
   * "valid" (none), "same" (⌈length / stride⌉ results), a number of elements at both ends, or a list of numbers or
   * pairs [before, after]. Default: "valid".
   */
  readonly padding?: Padding;
  /** The layout of x and of the result. Default: "channelsLast". */
  readonly dataFormat?: DataFormat;
}

type Pool = (x: Node, windows: Windows) => Node;

function pooling(
  where: string,
  rank: number,
  pool: Pool,
  input: TensorLike,
  size: PerAxis,
  options: PoolingOptions,
): Tensor {
  checkOptions(where, options, ["strides", "padding", "dataFormat"]);
  const { padding = "valid", dataFormat = "channelsLast" } = options;
  const sizes = perAxis(where, "size", size, rank);
  const strides = options.strides === undefined ? sizes : perAxis(where, "strides", options.strides, rank);
  const given = asFloat(input);
  const { x, back } = channelsLast(where, given, rank, dataFormat);
  const lengths = x.shape.slice(1, -1);
  const margins = resolvePadding(where, padding, lengths, sizes, strides);
  checkReach(where, "a window of", given.shape, sizes, lengths, sizes, margins);
  zip(margins, sizes).forEach(([[low, high], n], i) => {
    if (Math.max(low, high) >= n)
      throw new ArgumentError(
        `${where}: padding [${low},${high}] of spatial axis ${i} makes windows without elements: ` +
          `expected at most ${n - 1} for a size of ${n}.`,
      );
  });
  return back(new Tensor(pool(x.node, { sizes, strides, dilation: sizes.map(() => 1), padding: margins })));
}

/** The axes within a window, which come last. */
const windowAxes = (windows: Node, { sizes }: Windows): number[] =>
  sizes.map((_, i) => windows.shape.length - sizes.length + i);

/** Broadcasts one value for each window to all elements of the window. */
const spread = (y: Node, windows: Node): Node =>
  ops.broadcast(ops.reshape(y, [...y.shape, ...windows.shape.slice(y.shape.length).map(() => 1)]), windows.shape);

const maximum: Pool = (x, shape) => {
  const windows = windowsOf(x, 1, shape, -Infinity);
  const axes = windowAxes(windows, shape);
  const y = ops.max(windows, axes);
  const lengths = x.shape.slice(1, -1);
  return ops.customGradient(y, [x], (dy) => {
    // The whole cotangent goes to the first element in row-major order that is the maximum, or NaN.
    const indices = axes.reduce<Node>(
      (at, axis) => ops.add(ops.mul(at, windows.shape[axis]!), ops.iota(windows.shape, axis, "int32")),
      ops.full(windows.shape, 0, "int32"),
    );
    const last = shape.sizes.reduce((n, m) => n * m, 1) - 1;
    const wins = ops.or(ops.equal(windows, spread(y, windows)), ops.not(ops.equal(windows, windows)));
    const first = ops.min(ops.select(wins, indices, last), axes);
    return [
      layWindows(ops.select(ops.equal(indices, spread(first, windows)), spread(dy, windows), 0), 1, shape, lengths),
    ];
  });
};

const mean: Pool = (x, shape) => {
  const windows = windowsOf(x, 1, shape);
  const total = ops.sum(windows, windowAxes(windows, shape));
  // The number of elements in each window: it varies along padded axes, and is constant along the others.
  let count: Node | number = 1;
  zip(shape.padding, shape.sizes, shape.strides, x.shape.slice(1)).forEach(([[low, high], size, stride, length], i) => {
    if (low === 0 && high === 0) {
      count = typeof count === "number" ? count * size : ops.mul(count, size);
      return;
    }
    const start = ops.sub(ops.mul(ops.iota(total.shape, 1 + i, "float32"), stride), low);
    const inside = ops.sub(ops.minimum(ops.add(start, size), length), ops.maximum(start, 0));
    count = ops.mul(inside, count);
  });
  return ops.div(total, count);
};

/**
 * The maximum of each window of `size` elements: x [batch, length, channels], result [batch, ⌊(length − size) / stride⌋
 * + 1, channels]. Padding is ignored; NaN counts as greatest. The gradient goes to the first maximum, as in PyTorch and
 * Keras; in a window with NaN, to the first NaN.
 *
 * @throws ShapeError if a window is longer than its axis; ArgumentError for an option out of range
 * @example await maxPool1d([[[1], [3], [2], [0]]], 2).array(); // [[[3], [2]]]
 */
export const maxPool1d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("maxPool1d", 1, maximum, x, size, options);

/**
 * As {@link maxPool1d} over two axes: x [batch, height, width, channels]. Default: 2 × 2, halving both.
 *
 * @example maxPool2d(ones([8, 28, 28, 16])).shape; // [8, 14, 14, 16]
 */
export const maxPool2d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("maxPool2d", 2, maximum, x, size, options);

/**
 * As {@link maxPool1d} over three axes: x [batch, ...space, channels].
 *
 * @example maxPool3d(ones([1, 8, 8, 8, 2])).shape; // [1, 4, 4, 4, 2]
 */
export const maxPool3d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("maxPool3d", 3, maximum, x, size, options);

/**
 * The mean of each window of `size` elements: x [batch, length, channels], result [batch, ⌊(length − size) / stride⌋ +
 * 1, channels]. Padding does not count, as in Keras (PyTorch's count_include_pad = False).
 *
 * @throws ShapeError if a window is longer than its axis; ArgumentError for an option out of range
 * @example await averagePool1d([[[1], [3], [2], [0]]], 2).array(); // [[[2], [1]]]
 */
export const averagePool1d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("averagePool1d", 1, mean, x, size, options);

/**
 * As {@link averagePool1d} over two axes: x [batch, height, width, channels]. Default: 2 × 2, halving both.
 *
 * @example averagePool2d(ones([8, 28, 28, 16])).shape; // [8, 14, 14, 16]
 */
export const averagePool2d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("averagePool2d", 2, mean, x, size, options);

/**
 * As {@link averagePool1d} over three axes: x [batch, ...space, channels].
 *
 * @example averagePool3d(ones([1, 8, 8, 8, 2])).shape; // [1, 4, 4, 4, 2]
 */
export const averagePool3d = (x: TensorLike, size: PerAxis = 2, options: PoolingOptions = {}): Tensor =>
  pooling("averagePool3d", 3, mean, x, size, options);

/** The options of {@link globalMaxPool} and {@link globalAveragePool}. */
export interface GlobalPoolingOptions {
  /** The layout of x. Default: "channelsLast". */
  readonly dataFormat?: DataFormat;
  /** Keeps the spatial axes with length 1. Default: false. */
  readonly keepDims?: boolean;
}

function globally(
  where: string,
  input: TensorLike,
  options: GlobalPoolingOptions,
  pool: (x: Tensor, axes: number[], keep: { keepDims: boolean }) => Tensor,
): Tensor {
  checkOptions(where, options, ["dataFormat", "keepDims"]);
  const { dataFormat = "channelsLast", keepDims = false } = options;
  const given = asFloat(input);
  const { x, back } = channelsLast(where, given, null, dataFormat);
  if (x.shape.slice(1, -1).includes(0))
    throw new ShapeError(`${where}: expected spatial axes that are not empty, got x ${formatShape(given.shape)}.`);
  return back(
    pool(
      x,
      x.shape.slice(1, -1).map((_, i) => 1 + i),
      { keepDims: checkFlag(where, "keepDims", keepDims) },
    ),
  );
}

/**
 * The maximum of each channel over all spatial axes: [batch, ...space, channels] becomes [batch, channels].
 *
 * @example globalMaxPool(ones([8, 7, 7, 64])).shape; // [8, 64]
 */
export const globalMaxPool = (x: TensorLike, options: GlobalPoolingOptions = {}): Tensor =>
  globally("globalMaxPool", x, options, (y, axes, keep) => y.max(axes, keep));

/**
 * The mean of each channel over all spatial axes: [batch, ...space, channels] becomes [batch, channels]. Lin and
 * others, 2014.
 *
 * @example globalAveragePool(ones([8, 7, 7, 64])).shape; // [8, 64]
 */
export const globalAveragePool = (x: TensorLike, options: GlobalPoolingOptions = {}): Tensor =>
  globally("globalAveragePool", x, options, (y, axes, keep) => y.mean(axes, keep));
