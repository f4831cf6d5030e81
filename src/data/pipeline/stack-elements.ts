// Makes one batch of elements: their numbers side by side along a new first axis.

import { allocate, type DType, type TypedArray } from "../../dtype.ts";
import { ShapeError } from "../../errors.ts";
import { declaredDType, fromNested, fromTyped, type HostArray, type NestedArray } from "../../host-array.ts";
import { describe } from "../../options.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../shape.ts";
import type { TypedColumn } from "../dataset.ts";

/** Numbers of one element: one number, nested arrays, a typed array, or one with its shape, without the count. */
export type ElementNumbers = NestedArray | TypedArray | TypedColumn;

/** What a batch of elements is: `{ x: TypedColumn, y: TypedColumn }` of elements `{ x, y }`. */
export type BatchOf<T> = T extends ElementNumbers ? TypedColumn : { readonly [K in keyof T]: BatchOf<T[K]> };

/** The numbers of one element, as they are stacked. */
interface Leaf {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly scale: number;
  readonly offset: number;
}

/**
 * Stacks elements of one form: objects and lists by their entries, numbers along a new first axis.
 *
 * @throws ShapeError for elements of different forms or shapes, and for what holds no numbers
 */
export function stackElements<T>(elements: readonly T[], where = "batch"): BatchOf<T> {
  return stack(elements, where) as BatchOf<T>;
}

function stack(elements: readonly unknown[], where: string): unknown {
  const [first] = elements;
  const leaf = leafOf(first);
  if (leaf) return stackLeaves(elements, leaf, where);
  if (typeof first !== "object" || first === null)
    throw new ShapeError(`${where}: expected numbers, typed arrays or objects of such, got ${describe(first)}.`);
  const entries = Object.keys(first).map((name) => {
    const parts = elements.map((element) => {
      if (typeof element !== "object" || element === null || !Object.hasOwn(element, name))
        throw new ShapeError(`${where}: expected ${name} in each element, as in the first, got ${describe(element)}.`);
      return (element as Record<string, unknown>)[name];
    });
    return [name, stack(parts, `${where}: ${name}`)] as const;
  });
  return Array.isArray(first) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

/** The numbers of an element; null if it is an object or a list of such. */
function leafOf(value: unknown): Leaf | null {
  const plain = { scale: 1, offset: 0 };
  if (typeof value === "number") return { data: [value], shape: [], dtype: "float32", ...plain };
  if (typeof value === "boolean") return { data: [Number(value)], shape: [], dtype: "bool", ...plain };
  if (ArrayBuffer.isView(value)) {
    if (value instanceof Float32Array) return { data: value, shape: [value.length], dtype: "float32", ...plain };
    const data = value as TypedArray;
    return { ...held(data, [data.length]), ...plain };
  }
  if (Array.isArray(value)) return isNested(value) ? { ...fromNested(value as NestedArray), ...plain } : null;
  if (typeof value !== "object" || value === null || !("data" in value) || !ArrayBuffer.isView(value.data)) return null;
  const { data, shape = [data.length], dtype, scale = 1, offset = 0 } = value as TypedColumn;
  return { ...held(data, shape, dtype), scale, offset };
}

/** A typed array as one of a dtype that tensors have; float64 becomes float32, as everywhere. */
const held = (data: TypedColumn["data"], shape: Shape, dtype?: DType): HostArray =>
  fromTyped(data, shape, dtype ?? (data instanceof Float64Array ? "float32" : undefined), declaredDType(data, dtype));

/** True for a list that consists of numbers only, however deep. */
const isNested = (list: readonly unknown[]): boolean =>
  list.every(
    (part) => typeof part === "number" || typeof part === "boolean" || (Array.isArray(part) && isNested(part)),
  );

function stackLeaves(elements: readonly unknown[], first: Leaf, where: string): TypedColumn {
  const { shape, dtype, scale, offset } = first;
  const each = sizeOf(shape);
  const data = allocate(dtype, elements.length * each);
  elements.forEach((element, i) => {
    const leaf = i === 0 ? first : leafOf(element);
    if (!leaf || !sameShape(leaf.shape, shape))
      throw new ShapeError(
        `${where}: expected elements of one shape, ${formatShape(shape)} as the first, got ` +
          `${leaf ? formatShape(leaf.shape) : describe(element)}; pad or crop them before.`,
      );
    if (leaf.scale !== scale || leaf.offset !== offset || leaf.data.length !== each)
      throw new ShapeError(`${where}: expected ${each} numbers of one scale and offset in each element.`);
    data.set(leaf.data, i * each);
  });
  const own = scale === 1 && offset === 0 ? {} : { scale, offset };
  return { data: data as TypedArray, shape: [elements.length, ...shape], dtype, ...own };
}
