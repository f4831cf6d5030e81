// Special functions that are composites of primitives.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";

const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
] as const;
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
] as const;

const horner = ([first, ...rest]: readonly [number, ...number[]], x: Tensor): Tensor =>
  rest.reduce<Tensor>((y, c) => y.mul(x).add(c), x.mul(0).add(first));

/**
 * The inverse error function for |x| < 1, to about 1e-7 relative. M. Giles, "Approximating the erfinv function", 2010.
 *
 * @example await erfinv(0.5).item(); // 0.4769…
 */
export function erfinv(x: TensorLike): Tensor {
  const at = asTensor(x);
  const w = at.mul(at).neg().log1p().neg();
  const near = horner(central, w.sub(2.5));
  const far = horner(tail, w.sqrt().sub(3));
  return where(w.less(5), near, far).mul(at);
}
