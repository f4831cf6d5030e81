// Array functions with NumPy's names.
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { formatShape, normalizeAxis, type Shape } from "../shape.ts";
import { asTensor, operand, Tensor, type TensorLike } from "../tensor.ts";

/** Zeros of a shape. Default dtype: float32. */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => new Tensor(ops.full(shape, 0, dtype));
/** Ones of a shape. Default dtype: float32. */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => new Tensor(ops.full(shape, 1, dtype));
/** A shape full of one value. Default dtype: float32. */
export const full = (shape: Shape, value: number, dtype: DType = "float32"): Tensor =>
  new Tensor(ops.full(shape, value, dtype));

/** Zeros of another tensor's shape and dtype. */
export const zerosLike = (x: TensorLike): Tensor => zeros(asTensor(x).shape, asTensor(x).dtype);
/** Ones of another tensor's shape and dtype. */
export const onesLike = (x: TensorLike): Tensor => ones(asTensor(x).shape, asTensor(x).dtype);

/**
 * start, start + step … up to but without `stop`, int32 where all three are whole numbers, else float32.
 * With one argument: 0, 1 … stop − 1.
 */
export function arange(start: number, stop?: number, step = 1): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const size = Math.max(0, Math.ceil((end - first) / step));
  if (!Number.isFinite(size))
    throw new ArgumentError(`arange: no finite number of steps of ${step} leads from ${first} to ${end}.`);
  const places = new Tensor(ops.iota([size], 0, "int32"));
  return first === 0 && step === 1 ? places : places.mul(step).add(first);
}

/** `count` numbers evenly from `start` to `stop`, both ends included. float32. */
export function linspace(start: number, stop: number, count = 50): Tensor {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`linspace: wants a whole number of points from 1 up, but came ${count}.`);
  const places = new Tensor(ops.iota([count], 0, "float32"));
  return count === 1 ? places.add(start) : places.mul((stop - start) / (count - 1)).add(start);
}

/** The identity matrix of `n` rows. */
export const eye = (n: number, dtype: DType = "float32"): Tensor =>
  new Tensor(ops.cast(ops.equal(ops.iota([n, n], 0, "int32"), ops.iota([n, n], 1, "int32")), dtype));

/** `a` where the condition holds, else `b`. Broadcasts. */
export const where = (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor =>
  new Tensor(ops.select(asTensor(condition).cast("bool").node, operand(a), operand(b)));

/** The tensors side by side along an axis that they have. Default: the first. */
export function concatenate(xs: readonly TensorLike[], axis = 0): Tensor {
  const tensors = xs.map((x) => asTensor(x));
  if (tensors.length === 0) throw new ArgumentError("concatenate: needs at least one tensor.");
  return new Tensor(
    ops.concatenate(
      tensors.map((x) => x.node),
      normalizeAxis(axis, tensors[0]!.ndim, "concatenate"),
    ),
  );
}

/** Tensors of one shape along a new axis. Default: a new first one. */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  return concatenate(
    xs.map((x) => asTensor(x).expandDims(axis)),
    axis,
  );
}

/** Cuts an axis into equal parts (a number of them), or at the given places. */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const whole = asTensor(x);
  const at = normalizeAxis(axis, whole.ndim, "split");
  const n = whole.shape[at]!;
  if (typeof parts === "number" && (!Number.isInteger(parts) || parts < 1 || n % parts !== 0)) {
    throw new ArgumentError(
      `split: axis ${at} of ${formatShape(whole.shape)} has ${n}, which does not make ${parts} equal parts.`,
    );
  }
  const cuts = typeof parts === "number" ? Array.from({ length: parts - 1 }, (_, i) => ((i + 1) * n) / parts) : parts;
  const bounds = [0, ...cuts, n];
  const before = Array.from({ length: at }, () => []);
  return bounds.slice(1).map((stop, i) => whole.at(...before, [bounds[i], stop]));
}

/** 1 where `depth` classes meet their index, else 0: [..., depth] from whole numbers [...]. float32. */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  const places = asTensor(indices).cast("int32").expandDims(-1);
  const shape = [...places.shape.slice(0, -1), depth];
  return places.equal(new Tensor(ops.iota(shape, shape.length - 1, "int32"))).cast("float32");
}

// The functions that are also methods of a tensor.
export const exp = (x: TensorLike): Tensor => asTensor(x).exp();
export const log = (x: TensorLike): Tensor => asTensor(x).log();
export const sqrt = (x: TensorLike): Tensor => asTensor(x).sqrt();
export const abs = (x: TensorLike): Tensor => asTensor(x).abs();
export const sign = (x: TensorLike): Tensor => asTensor(x).sign();
export const sin = (x: TensorLike): Tensor => asTensor(x).sin();
export const cos = (x: TensorLike): Tensor => asTensor(x).cos();
export const tanh = (x: TensorLike): Tensor => asTensor(x).tanh();
export const erf = (x: TensorLike): Tensor => asTensor(x).erf();
export const maximum = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).maximum(b);
export const minimum = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).minimum(b);
export const matmul = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).matmul(b);
export const sum = (x: TensorLike, ...rest: Parameters<Tensor["sum"]>): Tensor => asTensor(x).sum(...rest);
export const mean = (x: TensorLike, ...rest: Parameters<Tensor["mean"]>): Tensor => asTensor(x).mean(...rest);
/** Σ (x − mean)² / n over axes (default: all). */
export function variance(
  x: TensorLike,
  axes?: Parameters<Tensor["mean"]>[0],
  options: { keepDims?: boolean } = {},
): Tensor {
  const at = asTensor(x);
  return at
    .sub(at.mean(axes, { keepDims: true }))
    .square()
    .mean(axes, options);
}
