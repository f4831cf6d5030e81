// `jvp`: a value and its derivative along a direction.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { cotangentNodes } from "../graph/gradient.ts";
import { topologicalOrder } from "../graph/order.ts";
import * as builders from "../ops/builders.ts";
import * as ops from "../ops/index.ts";
import type { Node, Ops } from "../ops/op.ts";
import { transformed } from "../runtime/trace.ts";
import { Tensor, type TensorLike } from "../tensor.ts";
import { type Each, zip } from "../zip.ts";
import { inForm, type Outputs, outputsOf, type Tensors } from "./outputs.ts";
import { matching, ownNode } from "./vjp.ts";

/**
 * f(x₁, x₂ …) and its tangent Σᵢ (∂f/∂xᵢ) tᵢ, the Jacobian-vector product: the change of the value when the arguments
 * move along the tangents. It costs about as much as one gradient, for any number of outputs.
 *
 * It is computed by two pullbacks: (∂f/∂x)ᵀ u is linear in u, and the pullback of a linear function is its transpose
 * (J. Townsend, "A new trick for calculating Jacobian vector products", 2017). So it exists for every operation that
 * has a gradient.
 *
 * @throws ArgumentError if a gradient rule of {@link customGradient} is not linear in its cotangent, as then there is
 *   no
 *   transpose
 * @example
 * const [y, dy] = jvp((x: Tensor) => x.square(), [[1, 2, 3]], [[1, 10, 100]]);
 * await dy.array(); // [2, 40, 600]
 */
export function jvp<Args extends TensorLike[], R extends Outputs>(
  f: (...xs: Tensors<Args>) => R,
  primals: readonly [...Args],
  tangents: readonly TensorLike[],
): [value: R, tangent: R] {
  const xs = primals.map(ownNode);
  const directions = matching("jvp", "tangent", "argument", xs, tangents);
  const value = transformed(() => f(...(xs.map((x) => new Tensor(x)) as Tensors<Args>)));
  const moved = tangentNodes(
    outputsOf("jvp", value).map((y) => y.node),
    xs,
    directions,
  );
  return [
    value,
    inForm(
      value,
      moved.map((node) => new Tensor(node)),
    ),
  ];
}

/** Tangents are computed together with the value, so that recomputation needs no fences. */
const forward: Ops = { ...builders, fence: (x) => x };

/** The derivative of each y when each x moves along its direction. */
export function tangentNodes<const N extends readonly Node[]>(
  ys: N,
  xs: readonly Node[],
  directions: readonly Node[],
): Each<N, Node> {
  const isFloat = (x: Node): boolean => dtypeInfo(x.dtype).isFloat;
  const zeros = (x: Node): Node => ops.full(x.shape, 0, isFloat(x) ? x.dtype : "float32");
  const floats = ys.filter(isFloat);
  const seeds = floats.map((y, i) => ops.placeholder(i, y.shape, y.dtype));
  const pulled = cotangentNodes(floats, seeds, xs, new Set(), forward);
  const reached = zip(xs, pulled, directions).flatMap(([x, dx, along]) => (isFloat(x) && dx ? [{ dx, along }] : []));
  const found = cotangentNodes(
    reached.map(({ dx }) => dx),
    reached.map(({ along }) => along),
    seeds,
    new Set(),
    forward,
  );
  const tangents = seeds.map((seed, i) => found[i] ?? zeros(seed));
  if (topologicalOrder(tangents).some((node) => seeds.includes(node))) {
    throw new ArgumentError(
      "jvp: expected gradient rules that are linear in their cotangent, got one that is not (it clips it, say). " +
        "Use vjp or grad.",
    );
  }
  const tangentOf = new Map(zip(floats, tangents));
  return ys.map((y) => tangentOf.get(y) ?? zeros(y)) as Each<N, Node>;
}
