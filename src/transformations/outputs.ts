// The result of a transformed function: one tensor, or several in an array.
import { ArgumentError } from "../errors.ts";
import { checkNotAsync, describe } from "../options.ts";
import { Tensor } from "../tensor.ts";

export type Outputs = Tensor | readonly Tensor[];

/** The tensors of a result, in order. */
export function outputsOf(where: string, result: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  return list.map((y) => outputOf(where, y, ", or several in an array"));
}

/** The one tensor that a function returned. */
export function outputOf(where: string, y: unknown, others = ""): Tensor {
  checkNotAsync(where, y);
  if (y instanceof Tensor) return y;
  throw new ArgumentError(`${where}: expected the function to return a tensor${others}, got ${describe(y)}.`);
}

/** Other tensors in the form of a result. */
export function inForm<R extends Outputs>(result: R, tensors: readonly Tensor[]): R {
  return (Array.isArray(result) ? tensors : tensors[0]) as R;
}

/** Maps the types of given arguments to those that the function sees. */
export type Tensors<Args extends readonly unknown[]> = { [K in keyof Args]: Tensor };
