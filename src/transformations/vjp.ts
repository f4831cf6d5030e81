// `vjp`: a value and its pullback, the linear function from its cotangents to those of the arguments.

import { dtypeInfo } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { cotangentNodes } from "../graph/gradient.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { transformed } from "../runtime/trace.ts";
import { formatShape, sameShape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { type Outputs, outputsOf, type Tensors } from "./outputs.ts";

/** The arguments of a pullback: a cotangent for each output. */
export type Cotangents<R extends Outputs> = R extends Tensor ? TensorLike : readonly TensorLike[];

/**
 * f(x₁, x₂ …) and its pullback, the vector-Jacobian product: a function from a cotangent dy of the value's shape (an
 * array of several if `f` returns several) to the cotangents dxᵢ = (∂f/∂xᵢ)ᵀ dy, one for each argument. If `f` returns
 * one number, the pullback of 1 is the gradient.
 *
 * @example
 * const [y, pullback] = vjp((x: Tensor) => x.square(), [1, 2, 3]);
 * const [dx] = pullback([1, 10, 100]);
 * await dx.array(); // [2, 40, 600]
 */
export function vjp<Args extends TensorLike[], R extends Outputs>(
  f: (...xs: Tensors<Args>) => R,
  ...primals: Args
): [value: R, pullback: (dy: Cotangents<R>) => Tensor[]] {
  const xs = primals.map(ownNode);
  const value = transformed(() => f(...(xs.map((x) => new Tensor(x)) as Tensors<Args>)));
  const ys = outputsOf("vjp", value).map((y) => y.node);
  const pullback = (dy: Cotangents<R>): Tensor[] => {
    const given = (Array.isArray(value) ? dy : [dy]) as readonly TensorLike[];
    const seeds = matching("vjp", "cotangent", "output", ys, given);
    const floats = zip(ys, seeds).filter(([y]) => dtypeInfo(y.dtype).isFloat);
    const found = cotangentNodes(
      floats.map(([y]) => y),
      floats.map(([, seed]) => seed),
      xs,
    );
    return xs.map((x, i) => new Tensor(found[i] ?? ops.full(x.shape, 0, x.dtype)));
  };
  return [value, pullback];
}

/** An argument as a node of its own, so that one tensor given twice counts as two arguments. */
export const ownNode = (primal: TensorLike): Node => ops.identity(asTensor(primal).node);

/** The given tensors as nodes, after a check that there is one of the right shape for each of `nodes`. */
export function matching(
  where: string,
  what: string,
  of: string,
  nodes: readonly Node[],
  given: readonly TensorLike[],
): Node[] {
  if (!Array.isArray(given) || given.length !== nodes.length) {
    throw new ArgumentError(
      `${where}: expected an array of ${nodes.length}, one ${what} for each ${of}, ` +
        `got ${Array.isArray(given) ? given.length : typeof given}.`,
    );
  }
  return zip(nodes, given).map(([node, other], i) => {
    const { isFloat } = dtypeInfo(node.dtype);
    const own = asTensor(other, isFloat ? node.dtype : "float32").node;
    if (!sameShape(own.shape, node.shape)) {
      throw new ShapeError(
        `${where}: ${of} ${i} has shape ${formatShape(node.shape)}, but its ${what} has ${formatShape(own.shape)}; ` +
          "they must be equal.",
      );
    }
    if (isFloat && own.dtype !== node.dtype)
      throw new DTypeError(`${where}: ${of} ${i} is ${node.dtype}, but its ${what} is ${own.dtype}; cast it first.`);
    return own;
  });
}
