// Sigmoid and softmax: composites whose gradients are computed from their results, which stays exact where the
// gradients of their parts would underflow.
import { add, div, minimum, mul, sub } from "./binary.ts";
import { customGradient } from "./custom-gradient.ts";
import { reshape } from "./movement.ts";
import type { Node } from "./op.ts";
import { max, sum } from "./reduce.ts";
import { exp, neg, stopGradient } from "./unary.ts";

/** y = 1 / (1 + e⁻ˣ), with dy/dx = y·(1 − y). 1 − y is computed as e⁻ˣ·y, which loses no digits for large |x|. */
export function sigmoid(x: Node): Node {
  const power = exp(minimum(neg(x), 88));
  const y: Node = customGradient(div(1, add(power, 1)), [x], (dy) => [mul(dy, mul(y, mul(power, y)))]);
  return y;
}

/** A reduction over one axis, which is kept with length 1. */
const over = (fold: (x: Node, axes: readonly number[]) => Node, x: Node, axis: number): Node =>
  reshape(
    fold(x, [axis]),
    x.shape.map((n, i) => (i === axis ? 1 : n)),
  );

/** x minus its greatest element along `axis`: its exponential cannot overflow, and its softmax is the same. */
export const shifted = (x: Node, axis: number): Node => sub(x, stopGradient(over(max, x, axis)));

/** e^x / Σ e^x along `axis`. */
export function softmax(x: Node, axis: number): Node {
  const powers = exp(shifted(x, axis));
  return probabilities(x, div(powers, over(sum, powers, axis)), axis);
}

/** `value` = softmax(x), however it was computed, with a gradient that uses only the value: dx = y·dy − y·Σ y·dy. */
export function probabilities(x: Node, value: Node, axis: number): Node {
  const y: Node = customGradient(value, [x], (dy) => {
    const part = mul(y, dy);
    return [sub(part, mul(y, over(sum, part, axis)))];
  });
  return y;
}
