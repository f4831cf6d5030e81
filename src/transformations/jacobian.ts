// Matrices of derivatives: the Jacobian of a function, and the Hessian.
import { dtypeInfo } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { batchNodes } from "../graph/batch.ts";
import { cotangentNodes } from "../graph/gradient.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { transformed } from "../runtime/trace.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { Tensor, type TensorLike } from "../tensor.ts";
import { tangentNodes } from "./jvp.ts";
import { outputOf } from "./outputs.ts";
import { ownNode } from "./vjp.ts";

type Differentiable<Rest extends unknown[]> = (x: Tensor, ...rest: Rest) => Tensor;
type Derivative<Rest extends unknown[]> = (x: TensorLike, ...rest: Rest) => Tensor;

/**
 * The Jacobian ∂f/∂x of `f` with respect to its first argument, with the shape of the value followed by that of x. It
 * is computed row by row in one batch of pullbacks. For functions with fewer outputs than inputs; else {@link jacfwd}.
 *
 * @throws DTypeError if x or the value holds no floats
 * @example
 * const f = (x: Tensor) => x.mul(x.at([null, null, -1])); // x₀x₁, x₁x₀
 * await jacrev(f)([2, 3]).array(); // [[3, 2], [3, 2]]
 */
export function jacrev<Rest extends unknown[]>(f: Differentiable<Rest>): Derivative<Rest> {
  return (given, ...rest) => {
    const { x, y } = traced("jacrev", f, given, rest);
    const standIn = ops.placeholder(0, y.shape, y.dtype);
    const [row] = cotangentNodes([y], [standIn], [x]);
    return new Tensor(ops.reshape(forEachUnit(row ?? null, standIn, x.shape), [...y.shape, ...x.shape]));
  };
}

/**
 * The Jacobian ∂f/∂x of `f` with respect to its first argument, with the shape of the value followed by that of x. It
 * is computed column by column in one batch of tangents. For functions with fewer inputs than outputs; else {@link
 * jacrev}.
 *
 * @throws DTypeError if x or the value holds no floats
 * @example
 * await jacfwd((x: Tensor) => x.square())([2, 3]).array(); // [[4, 0], [0, 6]]
 */
export function jacfwd<Rest extends unknown[]>(f: Differentiable<Rest>): Derivative<Rest> {
  return (given, ...rest) => {
    const { x, y } = traced("jacfwd", f, given, rest);
    const standIn = ops.placeholder(0, x.shape, x.dtype);
    const columns = forEachUnit(tangentNodes([y], [x], [standIn])[0], standIn, y.shape);
    const order = columns.shape.map((_, i) => (i + 1) % columns.shape.length);
    return new Tensor(ops.reshape(ops.permute(columns, order), [...y.shape, ...x.shape]));
  };
}

/**
 * The second derivatives ∂²f/∂x∂x of a function that returns one number, with the shape of x twice. For x of n elements
 * it holds n² numbers.
 *
 * @example
 * await hessian((x: Tensor) => x.pow(3).sum())([1, 2]).array(); // [[6, 0], [0, 12]]
 */
export function hessian<Rest extends unknown[]>(f: Differentiable<Rest>): Derivative<Rest> {
  return jacfwd(jacrev(f));
}

function traced<Rest extends unknown[]>(
  where: string,
  f: Differentiable<Rest>,
  given: TensorLike,
  rest: Rest,
): { x: Node; y: Node } {
  const x = ownNode(given);
  const { node: y } = outputOf(
    where,
    transformed(() => f(new Tensor(x), ...rest)),
  );
  for (const { dtype } of [x, y])
    if (!dtypeInfo(dtype).isFloat)
      throw new DTypeError(`${where}: expected floats, which alone have derivatives, got ${dtype}; cast it first.`);
  return { x, y };
}

/** A node that is linear in `standIn`, evaluated at each unit (one element 1, the others 0) along a new first axis. */
function forEachUnit(linear: Node | null, standIn: Node, shape: Shape): Node {
  const n = sizeOf(standIn.shape);
  if (!linear) return ops.full([n, ...shape], 0, standIn.dtype);
  const units = ops.cast(ops.equal(ops.iota([n, n], 0, "int32"), ops.iota([n, n], 1, "int32")), standIn.dtype);
  const [{ node, hasAxis }] = batchNodes([linear], new Map([[standIn, ops.reshape(units, [n, ...standIn.shape])]]), n);
  return hasAxis ? node : ops.broadcast(ops.reshape(node, [1, ...node.shape]), [n, ...node.shape]);
}
