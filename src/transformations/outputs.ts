// The result of a transformed function: one tensor, or several in an array.
import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor.ts";

export type Outputs = Tensor | readonly Tensor[];

/** The tensors of a result, in order. */
export function outputsOf(where: string, result: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  for (const y of list) {
    if (y instanceof Promise) {
      y.catch(() => undefined);
      throw new ArgumentError(
        `${where}: the function must not be async: it is traced, and its tensors have no numbers yet.`,
      );
    }
    if (!(y instanceof Tensor))
      throw new ArgumentError(
        `${where}: expected the function to return a tensor, or several in an array, ` +
          `got ${y === null ? "null" : typeof y}.`,
      );
  }
  return list as Tensor[];
}

/** Other tensors in the form of a result. */
export function inForm<R extends Outputs>(result: R, tensors: readonly Tensor[]): R {
  return (Array.isArray(result) ? tensors : tensors[0]) as R;
}

/** Maps the types of given arguments to those that the function sees. */
export type Tensors<Args extends readonly unknown[]> = { [K in keyof Args]: Tensor };
