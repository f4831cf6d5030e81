// Gradients for users: of a value already computed lazily, and of functions.
import { gradientNodes } from "./graph/gradient.ts";
import { identity } from "./ops/index.ts";
import { checkFunction } from "./options.ts";
import type { Cell } from "./runtime/cell.ts";
import { transformed } from "./runtime/trace.ts";
import { asTensor, Tensor, type TensorLike } from "./tensor.ts";
import { outputOf } from "./transformations/outputs.ts";
import type { Each } from "./zip.ts";

/**
 * d loss / d x for each x of `xs`, as lazy tensors. `loss` has one element. An x that it does not depend on gets zeros.
 *
 * @example
 * const x = tensor([1, 2]);
 * const [dx] = gradients(x.square().sum(), [x]);
 * await dx.array(); // [2, 4]
 */
export function gradients<const X extends readonly (Tensor | Cell)[]>(loss: Tensor, xs: X): Each<X, Tensor> {
  return gradientNodes(
    loss.node,
    xs.map((x) => asTensor(x).node),
  ).map((node) => new Tensor(node)) as Each<X, Tensor>;
}

/**
 * The gradient of `f` with respect to its first argument, as a function of the same arguments. It can be nested.
 *
 * @example await grad((x: Tensor) => x.mul(x).mul(x))(tensor(2)).item(); // 12
 */
export function grad<Rest extends unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): (x: TensorLike, ...rest: Rest) => Tensor {
  const both = valueAndGrad(f);
  return (x, ...rest) => both(x, ...rest)[1];
}

/**
 * Like {@link grad}, with the value of `f` beside the gradient.
 *
 * @example
 * const [value, slope] = valueAndGrad((t: Tensor) => t.mul(t))(3);
 * await slope.item(); // 6
 */
export function valueAndGrad<Rest extends unknown[]>(
  f: (x: Tensor, ...rest: Rest) => Tensor,
): (x: TensorLike, ...rest: Rest) => [value: Tensor, gradient: Tensor] {
  checkFunction("gradient", f);
  return (x, ...rest) => {
    // The gradient is taken at a separate node, so that other uses of x inside `f` count as constants.
    const at = new Tensor(identity(asTensor(x).node));
    const value = outputOf(
      "gradient",
      transformed(() => f(at, ...rest)),
    );
    return [value, ...gradients(value, [at])];
  };
}
