// `customGradient`: a function whose gradient is told by its maker.
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { transformed } from "../runtime/trace.ts";
import { formatShape, sameShape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import type { Tensors } from "./outputs.ts";

/** A value, and the rule of its gradient. */
export interface CustomGradient {
  readonly value: Tensor;
  /**
   * The cotangents of the arguments, given that of the value: one for each, with the argument's shape; `null` for an
   * argument that has none. A single argument's may stand alone.
   */
  readonly gradient: (dy: Tensor) => Tensor | readonly (Tensor | null)[];
}

/**
 * A function with a gradient of its own: `f` gives the value and, as a function of the value's cotangent dy, the
 * cotangents dx = (∂value/∂x)ᵀ dy of its arguments. For gradients that are cheaper or more exact than what follows from
 * the parts (ln(1 + eˣ)), that are wanted otherwise (a quantiser that lets them through), or that are to be clipped on
 * their way. Like JAX's `custom_vjp` and TensorFlow.js's `customGrad`.
 *
 * The rule is made of operations like any other, so that the gradient has a gradient. None flows to what `f` uses
 * without being an argument: hand variables over, too.
 *
 * @throws ArgumentError, ShapeError or DTypeError where the rule gives not one cotangent of its shape for each
 * argument.
 * @example
 * const through = customGradient((x: Tensor) => ({ value: x.round(), gradient: (dy) => dy }));
 * await grad((x: Tensor) => through(x).mul(3).sum())([0.2, 1.7]).array(); // [3, 3]
 */
export function customGradient<Args extends TensorLike[]>(
  f: (...xs: Tensors<Args>) => CustomGradient,
): (...xs: Args) => Tensor {
  return (...given) => {
    const xs = given.map((x) => asTensor(x));
    const { value, gradient } = transformed(() => f(...(xs as Tensors<Args>)));
    if (!(value instanceof Tensor) || typeof gradient !== "function") {
      throw new ArgumentError(
        "customGradient: the function must give { value, gradient }: a tensor, and a function from its cotangent to those of the arguments.",
      );
    }
    const nodes = xs.map((x) => x.node);
    return new Tensor(ops.customGradient(value.node, nodes, (dy) => checked(nodes, gradient(new Tensor(dy)))));
  };
}

function checked(xs: readonly Node[], answer: Tensor | readonly (Tensor | null)[]): (Node | null)[] {
  const parts = answer instanceof Tensor ? [answer] : answer;
  if (!Array.isArray(parts) || parts.length !== xs.length) {
    throw new ArgumentError(
      `customGradient: the rule must give ${xs.length} cotangents, one for each argument (null for none), but gave ${Array.isArray(parts) ? parts.length : typeof parts}.`,
    );
  }
  return parts.map((part: Tensor | null, i) => {
    const x = xs[i]!;
    if (part === null) return null;
    if (!(part instanceof Tensor))
      throw new ArgumentError(`customGradient: the rule's cotangent of argument ${i} is ${typeof part}, not a tensor.`);
    if (!sameShape(part.shape, x.shape)) {
      throw new ShapeError(
        `customGradient: argument ${i} has shape ${formatShape(x.shape)}, but the rule's cotangent of it has ${formatShape(part.shape)}. Sum it over the axes along which the argument was broadcast.`,
      );
    }
    if (part.dtype !== x.dtype)
      throw new DTypeError(
        `customGradient: argument ${i} is ${x.dtype}, but the rule's cotangent of it is ${part.dtype}; cast it, or give null.`,
      );
    return part.node;
  });
}
