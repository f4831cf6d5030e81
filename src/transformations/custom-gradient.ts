// `customGradient`: a function with a gradient rule of its own.
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkNotAsync } from "../options.ts";
import { transformed } from "../runtime/trace.ts";
import { formatShape, sameShape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import type { Tensors } from "./outputs.ts";

/** A value, and the rule of its gradient. */
export interface CustomGradient {
  readonly value: Tensor;
  /**
   * Maps the cotangent of the value to those of the arguments: one for each, with the argument's shape; `null` for an
   * argument without one. A single cotangent need not be in an array.
   */
  readonly gradient: (dy: Tensor) => Tensor | readonly (Tensor | null)[];
}

/**
 * A function with a gradient rule of its own: `f` returns the value and a function from the value's cotangent dy to the
 * cotangents dx = (∂value/∂x)ᵀ dy of its arguments. Use it for gradients that are cheaper or more exact than the
 * derived ones (ln(1 + eˣ)), that differ on purpose (a quantiser that passes them through), or that are clipped. Like
 * JAX's `custom_vjp` and TensorFlow.js's `customGrad`.
 *
 * The rule uses ordinary operations, so that the gradient has a gradient. Tensors and variables that `f` uses without
 * taking them as arguments get no gradient: pass them as arguments.
 *
 * @throws ArgumentError, ShapeError or DTypeError unless the rule returns one cotangent for each argument, in its shape
 * @example
 * const through = customGradient((x: Tensor) => ({ value: x.round(), gradient: (dy) => dy }));
 * await grad((x: Tensor) => through(x).mul(3).sum())([0.2, 1.7]).array(); // [3, 3]
 */
export function customGradient<Args extends TensorLike[]>(
  f: (...xs: Tensors<Args>) => CustomGradient,
): (...xs: Args) => Tensor {
  return (...given) => {
    const xs = given.map((x) => asTensor(x));
    const made = transformed(() => f(...(xs as Tensors<Args>)));
    checkNotAsync("customGradient", made);
    const { value, gradient } = made;
    if (!(value instanceof Tensor) || typeof gradient !== "function") {
      throw new ArgumentError(
        "customGradient: the function must give { value, gradient }: " +
          "a tensor, and a function from its cotangent to those of the arguments.",
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
      `customGradient: expected ${xs.length} cotangents from the rule, one for each argument (null for none), ` +
        `got ${Array.isArray(parts) ? parts.length : typeof parts}.`,
    );
  }
  return zip(xs, parts as readonly (Tensor | null)[]).map(([x, part], i) => {
    if (part === null) return null;
    if (!(part instanceof Tensor))
      throw new ArgumentError(`customGradient: the rule's cotangent of argument ${i} is ${typeof part}, not a tensor.`);
    if (!sameShape(part.shape, x.shape)) {
      throw new ShapeError(
        `customGradient: argument ${i} has shape ${formatShape(x.shape)}, but the rule's cotangent of it has ` +
          `${formatShape(part.shape)}. Sum it over the axes along which the argument was broadcast.`,
      );
    }
    if (part.dtype !== x.dtype)
      throw new DTypeError(
        `customGradient: argument ${i} is ${x.dtype}, but the rule's cotangent of it is ${part.dtype}; ` +
          "cast it, or give null.",
      );
    return part.node;
  });
}
