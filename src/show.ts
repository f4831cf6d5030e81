// Arrays as text for consoles and error messages: shape, dtype and numbers, as NumPy prints them.

import type { DType, TypedArray } from "./dtype.ts";
import { type HostArray, readable } from "./host-array.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** Arrays with more elements are shortened: only `edge` entries at both ends of each long axis are printed. */
const longest = 1000;
const edge = 3;

/** Node calls a method of this name when an object is printed; elsewhere it is an ordinary symbol. */
export const inspectSymbol = Symbol.for("nodejs.util.inspect.custom");

/** `float32[2,2]` and the numbers on the lines below it, or `missing` if they are not in JavaScript's memory. */
export function showArray(
  title: string,
  { shape, dtype }: { readonly shape: Shape; readonly dtype: DType },
  data: TypedArray | undefined,
  missing: string,
): string {
  const head = `${title} ${dtype}${formatShape(shape)}`;
  if (!data) return `${head} (${missing})`;
  return `${head}${shape.length > 0 ? "\n" : " "}${showNumbers({ data, shape, dtype })}`;
}

/** The numbers alone, nested in brackets, to six digits, one row a line. */
function showNumbers(array: HostArray): string {
  const { shape, dtype } = array;
  const data = readable(array);
  const isLong = sizeOf(shape) > longest;
  const text = (i: number): string => {
    if (dtype === "bool") return String(data[i] !== 0);
    // JavaScript writes −0 as 0, which hides the cause of a −Infinity.
    return `${Object.is(data[i], -0) ? "-" : ""}${Number(data[i]!.toPrecision(dtype === "float64" ? 12 : 6))}`;
  };
  const shown = (n: number): number[] => {
    const all = Array.from({ length: isLong && n > 2 * edge ? 2 * edge : n }, (_, i) => i);
    return all.length < n ? all.map((i) => (i < edge ? i : n - 2 * edge + i)) : all;
  };
  let width = 0;
  const build = (axis: number, offset: number, stride: number): string => {
    const n = shape[axis];
    if (n === undefined) {
      const number = text(offset);
      width = Math.max(width, number.length);
      return `\0${number}\0`;
    }
    const parts = shown(n).map((i) => build(axis + 1, offset + (i * stride) / n, stride / n));
    if (parts.length < n) parts.splice(edge, 0, "…");
    const blank = "\n".repeat(shape.length - 1 - axis);
    return `[${parts.join(blank ? `,${blank}${" ".repeat(axis + 1)}` : ", ")}]`;
  };
  const nested = build(0, 0, sizeOf(shape));
  return nested.replace(/\0([^\0]*)\0/g, (_, number: string) => number.padStart(shape.length > 0 ? width : 0));
}
