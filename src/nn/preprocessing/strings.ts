// Strings on the host: nested as arrays of numbers are, since tensors hold numbers only.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { asTensor, type Tensor, type TensorLike, tensor } from "../../tensor.ts";

/** A string, or arrays of strings of any depth. */
export type Strings = string | readonly Strings[];

/** An int32 tensor with a number for each string. Throws {@link ShapeError} if rows differ in length. */
export function mapStrings(where: string, strings: Strings, number: (text: string) => number): Tensor {
  const shape: number[] = [];
  for (let part: Strings | undefined = strings; Array.isArray(part); part = part[0]) shape.push(part.length);
  const numbers: number[] = [];
  const visit = (part: Strings, depth: number): void => {
    if (depth === shape.length) {
      if (typeof part !== "string") throw new ArgumentError(`${where}: expected strings, got ${describe(part)}.`);
      numbers.push(number(part));
      return;
    }
    if (!Array.isArray(part) || part.length !== shape[depth])
      throw new ShapeError(
        `${where}: expected arrays of one length at each depth, got ` +
          `${Array.isArray(part) ? `one of ${part.length}` : describe(part)} beside one of ${shape[depth]}.`,
      );
    for (const inner of part) visit(inner, depth + 1);
  };
  visit(strings, 0);
  return tensor(Int32Array.from(numbers), { shape });
}

/** The strings for the numbers of a tensor, nested as its shape says. */
export async function unmapStrings(numbers: TensorLike, text: (number: number) => string): Promise<Strings> {
  const { shape, data } = await dataOf(numbers);
  const nest = (depth: number, from: number): Strings => {
    if (depth === shape.length) return text(data[from]!);
    const step = sizeOf(shape.slice(depth + 1));
    return Array.from({ length: shape[depth]! }, (_, i) => nest(depth + 1, from + i * step));
  };
  return nest(0, 0);
}

async function dataOf(numbers: TensorLike): Promise<{ shape: Shape; data: ArrayLike<number> }> {
  const given = asTensor(numbers);
  return { shape: given.shape, data: await given.data() };
}

/**
 * A number of 32 bits for a string, from its UTF-8: FNV-1a (Fowler, Noll and Vo, 1991), mixed by the last step of
 * MurmurHash3 (Appleby, 2011).
 */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
