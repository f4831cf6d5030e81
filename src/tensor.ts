// The tensor: a lazy value with NumPy's semantics.
import { checkDType, computedDType, type DType, dtypeInfo, filled, type TypedArray } from "./dtype.ts";
import { ArgumentError, ShapeError } from "./errors.ts";
import {
  declaredDType,
  type ForeignArray,
  fromNested,
  fromTyped,
  type HostArray,
  type NestedArray,
  type NestedOfRank,
  toNested,
} from "./host-array.ts";
import { fromStart, indexNode, indicesFromStart, type TensorIndex } from "./indexing.ts";
import * as ops from "./ops/index.ts";
import type { Node } from "./ops/op.ts";
import { checkOptions } from "./options.ts";
import { Cell } from "./runtime/cell.ts";
import { numbersOf, refuse } from "./runtime/evaluate.ts";
import { type Axes, checkShape, formatShape, normalizeAxes, normalizeAxis, type Shape, sizeOf } from "./shape.ts";
import { inspectSymbol, showArray } from "./show.ts";

/** An argument of array functions: a tensor, a variable (its value now), a number, or nested numbers. */
export type TensorLike = Tensor | Cell | NestedArray;

interface ReduceOptions {
  /** Keeps the reduced axes with length 1, so that the result broadcasts against the input. Default: false. */
  readonly keepDims?: boolean;
}

/**
 * A lazy value with a shape and a dtype. Operations add to a graph; numbers are computed when they are asked for.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * await x.mul(2).sum(0).array(); // [8, 12]
 */
export class Tensor {
  // These are own properties, and stand before the node, because a browser's console shows the first own properties.
  /** The lengths of the axes; `[]` for a scalar. */
  readonly shape: Shape;
  /** The type of the elements: float32, int32, uint32, uint8, bool, float16, bfloat16 or float64. */
  readonly dtype: DType;
  /** The node of the graph that computes this tensor; for Nabla's own use. */
  readonly node: Node;

  /** Tensors are made by {@link tensor} and by operations. */
  constructor(node: Node) {
    this.shape = node.shape;
    this.dtype = node.dtype;
    this.node = node;
  }

  /** The number of axes. */
  get ndim(): number {
    return this.node.shape.length;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.node.shape);
  }

  /** The numbers in row-major order, 16-bit floats as float32. The array is the tensor's own: copy it to change it. */
  data(): Promise<TypedArray> {
    return numbersOf([this.node], ([data]) => data);
  }
  /**
   * The numbers, nested as deep as the shape; `true` and `false` for a bool tensor. The rank as a type argument gives
   * the exact type: `array<2>()` is `number[][]`, `array<1, boolean>()` is `boolean[]`.
   *
   * @example
   * const rows = await tensor([[1, 2], [3, 4]]).array<2>();
   * rows[1][0]; // 3
   */
  array<Rank extends number = number, Element extends number | boolean = number>(): Promise<
    NestedOfRank<Rank, Element>
  > {
    const { shape, dtype } = this;
    return numbersOf([this.node], ([data]) => toNested(data, shape, dtype) as NestedOfRank<Rank, Element>);
  }
  /** The one number of a tensor with one element. */
  item(): Promise<number> {
    if (this.size !== 1)
      return refuse(
        new ShapeError(
          `item: expected a tensor with one element, got shape ${formatShape(this.shape)}; use array() or data().`,
        ),
      );
    return numbersOf([this.node], ([data]) => data[0]!);
  }

  /** Elementwise sum. Broadcasts. */
  add(other: TensorLike): Tensor {
    return new Tensor(ops.add(this.node, operand(other)));
  }
  /** Elementwise difference. Broadcasts. */
  sub(other: TensorLike): Tensor {
    return new Tensor(ops.sub(this.node, operand(other)));
  }
  /** Elementwise product. Broadcasts. */
  mul(other: TensorLike): Tensor {
    return new Tensor(ops.mul(this.node, operand(other)));
  }
  /** Elementwise quotient, in float32. Broadcasts. */
  div(other: TensorLike): Tensor {
    return new Tensor(ops.div(this.node, operand(other)));
  }
  /** Elementwise remainder with the sign of the divisor. Broadcasts. */
  mod(other: TensorLike): Tensor {
    return new Tensor(ops.mod(this.node, operand(other)));
  }
  /** Elementwise power, in float32. Broadcasts. */
  pow(other: TensorLike): Tensor {
    return new Tensor(ops.pow(this.node, operand(other)));
  }
  /** The greater of two, element by element; NaN where one is NaN. Broadcasts. */
  maximum(other: TensorLike): Tensor {
    return new Tensor(ops.maximum(this.node, operand(other)));
  }
  /** The lesser of two, element by element; NaN where one is NaN. Broadcasts. */
  minimum(other: TensorLike): Tensor {
    return new Tensor(ops.minimum(this.node, operand(other)));
  }
  /** True where this < other, element by element. bool. Broadcasts. */
  less(other: TensorLike): Tensor {
    return new Tensor(ops.less(this.node, operand(other)));
  }
  /** True where this ≤ other, element by element. bool. Broadcasts. */
  lessEqual(other: TensorLike): Tensor {
    return new Tensor(ops.lessEqual(this.node, operand(other)));
  }
  /** True where this > other, element by element. bool. Broadcasts. */
  greater(other: TensorLike): Tensor {
    return new Tensor(ops.less(operand(other), this.node));
  }
  /** True where this ≥ other, element by element. bool. Broadcasts. */
  greaterEqual(other: TensorLike): Tensor {
    return new Tensor(ops.lessEqual(operand(other), this.node));
  }
  /** True where both are equal, element by element; NaN equals nothing. bool. Broadcasts. */
  equal(other: TensorLike): Tensor {
    return new Tensor(ops.equal(this.node, operand(other)));
  }
  /** True where the two differ, element by element; NaN differs from everything. bool. Broadcasts. */
  notEqual(other: TensorLike): Tensor {
    return new Tensor(ops.not(ops.equal(this.node, operand(other))));
  }
  /** True where both are true; numbers count as ≠ 0. bool. Broadcasts. */
  logicalAnd(other: TensorLike): Tensor {
    return new Tensor(ops.and(this.cast("bool").node, asTensor(other).cast("bool").node));
  }
  /** True where at least one is true; numbers count as ≠ 0. bool. Broadcasts. */
  logicalOr(other: TensorLike): Tensor {
    return new Tensor(ops.or(this.cast("bool").node, asTensor(other).cast("bool").node));
  }
  /** True where the element is false; numbers count as ≠ 0. bool. */
  logicalNot(): Tensor {
    return new Tensor(ops.not(this.cast("bool").node));
  }

  /** −x, element by element. */
  neg(): Tensor {
    return new Tensor(ops.neg(this.node));
  }
  /** |x|, element by element. */
  abs(): Tensor {
    return new Tensor(ops.abs(this.node));
  }
  /** −1, 0 or 1. */
  sign(): Tensor {
    return new Tensor(ops.sign(this.node));
  }
  /** The greatest integer ≤ x, element by element. */
  floor(): Tensor {
    return new Tensor(ops.floor(this.node));
  }
  /** The least integer ≥ x, element by element. */
  ceil(): Tensor {
    return new Tensor(ops.ceil(this.node));
  }
  /** The nearest integer; halves go to the even one. */
  round(): Tensor {
    return new Tensor(ops.round(this.node));
  }
  /** √x, element by element; NaN below 0. */
  sqrt(): Tensor {
    return new Tensor(ops.sqrt(this.node));
  }
  /** x², element by element. */
  square(): Tensor {
    return new Tensor(ops.mul(this.node, this.node));
  }
  /** eˣ, element by element. */
  exp(): Tensor {
    return new Tensor(ops.exp(this.node));
  }
  /** eˣ − 1, exact near 0. */
  expm1(): Tensor {
    return new Tensor(ops.expm1(this.node));
  }
  /** The natural logarithm. */
  log(): Tensor {
    return new Tensor(ops.log(this.node));
  }
  /** ln(1 + x), exact near 0. */
  log1p(): Tensor {
    return new Tensor(ops.log1p(this.node));
  }
  /** The sine of angles in radians, element by element. */
  sin(): Tensor {
    return new Tensor(ops.sin(this.node));
  }
  /** The cosine of angles in radians, element by element. */
  cos(): Tensor {
    return new Tensor(ops.cos(this.node));
  }
  /** The tangent of angles in radians, element by element. */
  tan(): Tensor {
    return new Tensor(ops.tan(this.node));
  }
  /** The hyperbolic tangent, element by element: from −1 to 1. */
  tanh(): Tensor {
    return new Tensor(ops.tanh(this.node));
  }
  /** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
  erf(): Tensor {
    return new Tensor(ops.erf(this.node));
  }
  /** max(x, 0). Its derivative at 0 is 0. */
  relu(): Tensor {
    return new Tensor(ops.relu(this.node));
  }
  /** 1/(1 + e⁻ˣ). */
  sigmoid(): Tensor {
    return new Tensor(ops.sigmoid(asFloat(this).node));
  }
  /** exp(x) / Σ exp(x) along `axis`. */
  softmax(axis = -1): Tensor {
    return new Tensor(ops.softmax(asFloat(this).node, normalizeAxis(axis, this.ndim, "softmax")));
  }
  /** Converts the dtype: float to integer by truncation, to bool by ≠ 0. */
  cast(dtype: DType): Tensor {
    return new Tensor(ops.cast(this.node, dtype));
  }

  /** Sum over axes (default: all). bool and uint8 are counted as int32. */
  sum(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.#reduce("sum", ops.sum, axes, options);
  }
  /** Greatest element over axes (default: all). */
  max(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.#reduce("max", ops.max, axes, options);
  }
  /** Least element over axes (default: all). */
  min(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.#reduce("min", ops.min, axes, options);
  }
  /** Product over axes (default: all). */
  prod(axes?: Axes, options: ReduceOptions = {}): Tensor {
    return this.#reduce("prod", ops.prod, axes, options);
  }
  /** Arithmetic mean over axes (default: all), in float32. */
  mean(axes?: Axes, options: ReduceOptions = {}): Tensor {
    const count = normalizeAxes(axes, this.ndim, "mean").reduce((n, axis) => n * this.shape[axis]!, 1);
    const x = dtypeInfo(this.dtype).isFloat ? this : this.cast("float32");
    return x.#reduce("mean", ops.sum, axes, options).div(count);
  }
  /** The index of the first greatest element along `axis`; NaN counts as greatest. int32. */
  argmax(axis = -1): Tensor {
    return this.#argExtreme("argmax", ops.max, axis);
  }
  /** The index of the first least element along `axis`; NaN counts as least. int32. */
  argmin(axis = -1): Tensor {
    return this.#argExtreme("argmin", ops.min, axis);
  }

  /** The same elements under another shape; one length may be −1 and is inferred. */
  reshape(shape: Shape): Tensor {
    checkShape(shape, "reshape", -1);
    const holes = shape.filter((n) => n === -1).length;
    const known = shape.reduce((n, m) => (m === -1 ? n : n * m), 1);
    if (holes > 1 || (holes === 1 && (known === 0 || this.size % known !== 0))) {
      throw new ShapeError(
        `reshape: expected a shape for the ${this.size} elements of ${formatShape(this.shape)}, ` +
          `got ${formatShape(shape)}; −1 may stand once, for an integer.`,
      );
    }
    return new Tensor(
      ops.reshape(
        this.node,
        shape.map((n) => (n === -1 ? this.size / known : n)),
      ),
    );
  }
  /** Axis i of the result is axis `axes[i]` of this one. Default: the axes in reverse order. */
  transpose(axes?: readonly number[]): Tensor {
    const order =
      axes?.map((a) => normalizeAxis(a, this.ndim, "transpose")) ?? this.shape.map((_, i) => this.ndim - 1 - i);
    return new Tensor(ops.permute(this.node, order));
  }
  /** Repeats axes of length 1 and adds axes at the left. */
  broadcastTo(shape: Shape): Tensor {
    return new Tensor(ops.broadcast(this.node, shape));
  }
  /** The elements of the axes (default: all) in reverse order. */
  flip(axes?: Axes): Tensor {
    return new Tensor(ops.flip(this.node, normalizeAxes(axes, this.ndim, "flip")));
  }
  /** Adds `[before, after]` copies of `value` to each axis. */
  pad(widths: readonly (readonly [number, number])[], value = 0): Tensor {
    if (widths.length !== this.ndim)
      throw new ArgumentError(
        `pad: expected a pair for each of the ${this.ndim} axes of ${formatShape(this.shape)}, got ${widths.length}.`,
      );
    return new Tensor(
      ops.pad(
        this.node,
        widths.map((w) => w[0]),
        widths.map((w) => w[1]),
        value,
      ),
    );
  }
  /** Adds an axis of length 1 at `axis`. */
  expandDims(axis: number): Tensor {
    const at = normalizeAxis(axis, this.ndim + 1, "expandDims");
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** Drops axes of length 1 (default: all such). */
  squeeze(axes?: Axes): Tensor {
    const drop =
      axes === undefined
        ? this.shape.flatMap((n, i) => (n === 1 ? [i] : []))
        : normalizeAxes(axes, this.ndim, "squeeze");
    const long = drop.find((i) => this.shape[i] !== 1);
    if (long !== undefined)
      throw new ShapeError(
        `squeeze: axis ${long} of ${formatShape(this.shape)} has length ${this.shape[long]}, not 1.`,
      );
    return this.reshape(this.shape.filter((_, i) => !drop.includes(i)));
  }
  /**
   * Sliding windows along `axis` as a new last axis: y[…, i, …, k] = x[…, i·strides + k·dilation, …].
   */
  slidingWindow(axis: number, size: number, options: { strides?: number; dilation?: number } = {}): Tensor {
    checkOptions("slidingWindow", options, ["strides", "dilation"]);
    return new Tensor(
      ops.window(
        this.node,
        normalizeAxis(axis, this.ndim, "slidingWindow"),
        size,
        options.strides ?? 1,
        options.dilation ?? 1,
      ),
    );
  }
  /**
   * NumPy's basic indexing, one entry an axis: an integer selects, `[start, stop, step]` slices (entries may be left
   * out or null), `null` adds an axis, `"..."` stands for the axes between, an int32 tensor gathers. Negative integers
   * count from the end. A number outside the axis throws; indices in a tensor are known only later, and are clamped, as
   * in JAX. Two index tensors select rows and columns independently, like NumPy's `x[np.ix_(rows, columns)]`.
   *
   * @example x.at(0, [1, 3]) // x[0, 1:3]
   */
  at(...index: TensorIndex[]): Tensor {
    return new Tensor(indexNode(this.node, index));
  }
  /** The entries from `start` to before `end` along an axis (default: the first), counted as arrays count them. */
  slice(start: number, end?: number, axis = 0): Tensor {
    const at = normalizeAxis(axis, this.ndim, "slice");
    return this.at(...Array.from({ length: at }, (): TensorIndex => []), [start, end]);
  }
  /**
   * Slices along `axis` in the order of `indices`, integers of which negative ones count from the end. A number outside
   * the axis throws; indices in a tensor are known only later, and are clamped, as in JAX.
   *
   * @throws ArgumentError for a number outside the axis
   * @example await tensor([5, 6, 7]).take([0, -1]).array(); // [5, 7]
   */
  take(indices: TensorLike, axis = 0): Tensor {
    const at = normalizeAxis(axis, this.ndim, "take");
    return new Tensor(ops.gather(this.node, indexTensor("take", indices, this.node, at), at));
  }

  /**
   * Matrix product with NumPy's rules: a vector is a row on the left and a column on the right; leading axes broadcast.
   */
  matmul(other: TensorLike): Tensor {
    return new Tensor(ops.matmul(this.node, asTensor(other).node));
  }

  /** The same numbers, without a gradient. */
  stopGradient(): Tensor {
    return new Tensor(ops.stopGradient(this.node));
  }

  /** Shape, dtype and, if they have been computed, the numbers. */
  toString(): string {
    return showArray("Tensor", this, hostNumbers(this.node), "not computed yet; await t.data()");
  }
  /** The text that `console.log` prints in Node. */
  [inspectSymbol](): string {
    return this.toString();
  }

  #reduce(
    where: string,
    op: (x: Node, axes: readonly number[]) => Node,
    axes: Axes | undefined,
    options: ReduceOptions,
  ): Tensor {
    checkOptions(where, options, ["keepDims"]);
    const list = normalizeAxes(axes, this.ndim, where);
    const x = ops.cast(this.node, computedDType(this.dtype));
    const y = op(x, list);
    const kept = this.shape.map((n, i) => (list.includes(i) ? 1 : n));
    return new Tensor(options.keepDims ? ops.reshape(y, kept) : y);
  }

  #argExtreme(where: string, op: (x: Node, axes: readonly number[]) => Node, axis: number): Tensor {
    const at = normalizeAxis(axis, this.ndim, where);
    const x = ops.cast(this.node, computedDType(this.dtype));
    const kept = this.shape.map((n, i) => (i === at ? 1 : n));
    const extreme = ops.broadcast(ops.reshape(op(x, [at]), kept), this.shape);
    const indices = ops.iota(this.shape, at, "int32");
    // The extreme of a row with NaN is NaN, which equals nothing, so NaN are matched separately.
    const equals = ops.equal(x, extreme);
    const found = dtypeInfo(x.dtype).isFloat ? ops.or(equals, ops.not(ops.equal(x, x))) : equals;
    return new Tensor(ops.min(ops.select(found, indices, this.shape[at]! - 1), [at]));
  }
}

/** The numbers of a node if they are in JavaScript's memory, else undefined. Computes nothing. */
export function hostNumbers(node: Node): TypedArray | undefined {
  const { value, op, inputs, shape, dtype } = node;
  const constant = ops.constantValue(node);
  if (constant !== undefined && sizeOf(shape) <= 1e6) return filled(dtype, sizeOf(shape), constant);
  return value ?? (op === ops.stopGradientOp || op === ops.reshapeOp ? hostNumbers(inputs[0]) : undefined);
}

/** Indices along an axis of x, from its start. Numbers are checked; indices in a tensor are not. */
export function indexTensor(where: string, indices: TensorLike, x: Node, axis: number): Node {
  if (indices instanceof Tensor || indices instanceof Cell)
    return indicesFromStart(where, asTensor(indices).node, x.shape[axis]!);
  const { value, shape } = tensor(indices, { dtype: "float64" }).node;
  const checked = Int32Array.from(value!, (index) => fromStart(where, index, x, axis));
  return ops.data(checked, shape, "int32");
}

/** The operand for an argument. A bare number stays a number, so that it takes the dtype of the other operand. */
export function operand(value: TensorLike): Node | number {
  return typeof value === "number" ? value : asTensor(value).node;
}

/**
 * Converts an argument of an array function to a tensor. Numbers become float32 unless `dtype` is given.
 *
 * @example asTensor([1, 2]).shape; // [2]
 */
export function asTensor(value: TensorLike, dtype?: DType): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Cell) return new Tensor(value.node());
  if (typeof value === "number") return new Tensor(ops.full([], value, dtype ?? "float32"));
  return tensor(value, dtype === undefined ? {} : { dtype });
}

/** Converts an argument of an array function to a tensor of floats: integers and bools become float32. */
export function asFloat(value: TensorLike): Tensor {
  const x = asTensor(value);
  return dtypeInfo(x.dtype).isFloat ? x : x.cast("float32");
}

/**
 * Makes a tensor from nested numbers, or from a typed array with its shape (default: one axis), which is not copied.
 *
 * @param options.dtype default: that of the typed array, int32 for one of signed 8 or of 16 bits; float32 for numbers,
 *   bool for booleans. float16 and bfloat16 hold numbers in 16 bits, rounded; operations read them as float32.
 * @throws ArgumentError for a number outside the range of an integer dtype
 * @throws ShapeError if rows differ in length, or the shape does not fit the array
 * @example tensor([[1, 2], [3, 4]]); tensor(new Float32Array(6), { shape: [2, 3] });
 */
export function tensor(
  values: NestedArray | TypedArray | ForeignArray | HostArray,
  options: { shape?: Shape; dtype?: DType } = {},
): Tensor {
  checkOptions("tensor", options, ["shape", "dtype"]);
  const { shape, dtype } = options;
  if (dtype !== undefined) checkDType(dtype);
  const array = ArrayBuffer.isView(values)
    ? fromTyped(values as TypedArray | ForeignArray, shape ?? [values.length], dtype)
    : typeof values === "object" && values !== null && "data" in values
      ? fromTyped(values.data, shape ?? values.shape, dtype ?? values.dtype, declaredDType(values.data, values.dtype))
      : fromNested(values as NestedArray, dtype);
  const made = new Tensor(ops.data(array.data, array.shape, array.dtype));
  return shape && !ArrayBuffer.isView(values) ? made.reshape(shape) : made;
}
