// A data set in memory: inputs and targets. Slices share memory with it, splits copy.
import { allocate, type DType, dtypeInfo, type TypedArray } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import {
  declaredDType,
  type ForeignArray,
  fromNested,
  fromTyped,
  type HostArray,
  type NestedArray,
} from "../host-array.ts";
import { describe } from "../options.ts";
import { permutation } from "../random.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";

/** One column of a data set. With `scale` or `offset` its values are `raw · scale + offset` in float32, else raw. */
export interface Column {
  /** The raw numbers, shape `[count, ...]`. */
  readonly array: HostArray;
  /** Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly offset?: number;
}

/** A typed array with its shape, scale and offset. Its kind is the default dtype, but float32 for a Float64Array. */
export interface TypedColumn {
  readonly data: TypedArray | ForeignArray;
  /** `[count, ...]`; default `[data.length]`. */
  readonly shape?: Shape;
  readonly dtype?: DType;
  readonly scale?: number;
  readonly offset?: number;
}

/** The source of a column: nested numbers, a flat typed array, numbers with their shape, a HostArray or a column. */
export type ColumnSource = NestedArray | TypedArray | ForeignArray | TypedColumn | Column;

export interface DatasetParts<Source> {
  /** The inputs of the model, shape `[count, ...]`. */
  readonly inputs: Source;
  /** The expected outputs, shape `[count, ...]`; class numbers have shape `[count]`. */
  readonly targets: Source;
  /** The names of the classes, by class number. */
  readonly classNames?: readonly string[] | undefined;
  /** The name in messages and progress bars. Default "data". */
  readonly name?: string | undefined;
}

/**
 * Examples with their targets, in memory.
 *
 * @example
 * const xor = Dataset.from({ inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] });
 * xor.size; // 4
 * xor.inputShape; // [2]
 */
export class Dataset {
  readonly inputs: Column;
  readonly targets: Column;
  readonly classNames: readonly string[] | undefined;
  readonly name: string;

  /** Throws {@link ShapeError} or {@link ArgumentError} if a column is malformed or the two differ in their count. */
  constructor(parts: DatasetParts<Column>) {
    checkParts(parts);
    const { inputs, targets, classNames, name = "data" } = parts;
    checkColumn(inputs, `the inputs of "${name}"`);
    checkColumn(targets, `the targets of "${name}"`);
    const [count, answers] = [inputs.array.shape[0], targets.array.shape[0]];
    if (count !== answers) {
      throw new ShapeError(
        `"${name}" has ${count} inputs (shape ${formatShape(inputs.array.shape)}) but ${answers} targets ` +
          `(shape ${formatShape(targets.array.shape)}): the first axis counts the examples, and must be equal.`,
      );
    }
    this.inputs = inputs;
    this.targets = targets;
    this.classNames = classNames;
    this.name = name;
  }

  /**
   * Makes a data set from nested arrays or typed arrays.
   *
   * Nested arrays become float32 (bool if all entries are true or false); typed arrays keep their dtype, except that a
   * Float64Array becomes float32 unless `dtype: "float64"` is given. With `dtype: "float16"` or `"bfloat16"` the
   * numbers rest in 16 bits, here and in the backend's memory; each batch is converted to float32.
   *
   * Throws {@link ShapeError} if a nested array is ragged, a typed array does not fit its shape or the counts differ,
   * and {@link ArgumentError} if a source is none of the above.
   *
   * @example
   * Dataset.from({
   *   inputs: { data: pixels, shape: [100, 28, 28], scale: 1 / 255 }, // a Uint8Array
   *   targets: labels, // a Uint8Array of 100 class numbers
   *   classNames: ["cat", "dog"],
   * });
   */
  static from(parts: DatasetParts<ColumnSource>): Dataset {
    checkParts(parts);
    const { inputs, targets, ...rest } = parts;
    return new Dataset({ ...rest, inputs: toColumn(inputs, "inputs"), targets: toColumn(targets, "targets") });
  }

  /** The number of examples. */
  get size(): number {
    const [size = 0] = this.inputs.array.shape;
    return size;
  }

  /** The shape of one input, without the count: `[28, 28]`. */
  get inputShape(): Shape {
    return this.inputs.array.shape.slice(1);
  }

  /** The shape of one target, without the count: `[]` for class numbers. */
  get targetShape(): Shape {
    return this.targets.array.shape.slice(1);
  }

  /**
   * Examples `start` to `end` − 1, as `Array.prototype.slice` counts them (negative from the end). The memory is
   * shared.
   */
  slice(start: number, end: number = this.size): Dataset {
    const [from, to] = [position(start, this.size), position(end, this.size)];
    const cut = (column: Column): Column => {
      const { data, shape, dtype } = column.array;
      const each = sizeOf(shape.slice(1));
      const length = Math.max(0, to - from);
      return {
        ...column,
        array: { data: data.subarray(from * each, (from + length) * each), shape: [length, ...shape.slice(1)], dtype },
      };
    };
    return new Dataset({ ...this, inputs: cut(this.inputs), targets: cut(this.targets) });
  }

  /** The first `count` examples, or all if there are fewer. The memory is shared. */
  take(count: number): Dataset {
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError(`take: expected a count that is an integer from 0 up, got ${String(count)}.`);
    return this.slice(0, count);
  }

  /**
   * Splits into two data sets that share no example, after a shuffle by `seed` (default 0).
   *
   * `amount` is the size of the first: below 1 a fraction (the count is rounded), from 1 up a count.
   * The same seed gives the same split everywhere. Throws {@link ArgumentError} for an amount out of range.
   *
   * @example
   * const [train, validation] = data.split(0.9, { seed: 1 });
   */
  split(amount: number, { seed = 0 }: { readonly seed?: number } = {}): [Dataset, Dataset] {
    const count = amount < 1 ? Math.round(amount * this.size) : amount;
    if (!(amount > 0) || !Number.isInteger(count) || count > this.size) {
      throw new ArgumentError(
        `split: expected an amount that is a fraction between 0 and 1 or a count from 1 to ${this.size}, ` +
          `the size of "${this.name}", got ${String(amount)}.`,
      );
    }
    const order = permutation(this.size, seed);
    const pick = (rows: Int32Array): Dataset =>
      new Dataset({ ...this, inputs: gather(this.inputs, rows), targets: gather(this.targets, rows) });
    return [pick(order.subarray(0, count)), pick(order.subarray(count))];
  }
}

/** The examples `rows` of a column, copied. */
export function gather(column: Column, rows: Int32Array): Column {
  const { data, shape, dtype } = column.array;
  const each = sizeOf(shape.slice(1));
  const out = allocate(dtype, rows.length * each);
  rows.forEach((row, i) => out.set(data.subarray(row * each, (row + 1) * each), i * each));
  return { ...column, array: { data: out, shape: [rows.length, ...shape.slice(1)], dtype } };
}

function position(index: number, size: number): number {
  if (!Number.isInteger(index))
    throw new ArgumentError(`slice: expected an index that is an integer, got ${String(index)}.`);
  return Math.min(size, index < 0 ? Math.max(0, size + index) : index);
}

function checkParts(parts: unknown): void {
  if (typeof parts !== "object" || parts === null || Array.isArray(parts))
    throw new ArgumentError(`Dataset: expected { inputs, targets }, got ${describe(parts)}.`);
}

/**
 * Makes a column of a source, and checks it.
 *
 * @throws ShapeError, ArgumentError for a source that is malformed
 */
export function columnFrom(source: ColumnSource, where: string): Column {
  const column = toColumn(source, where);
  checkColumn(column, where);
  return column;
}

function toColumn(source: ColumnSource, where: string): Column {
  if (typeof source === "number" || typeof source === "boolean" || Array.isArray(source))
    return { array: fromNested(source as NestedArray) };
  if (ArrayBuffer.isView(source)) return toColumn({ data: source as TypedArray }, where);
  if (typeof source === "object" && source !== null && "array" in source) return source;
  if (typeof source === "object" && source !== null && "data" in source && ArrayBuffer.isView(source.data)) {
    const { data, shape = [data.length], dtype, ...how } = source;
    const wanted = dtype ?? (data instanceof Float64Array ? "float32" : undefined);
    return { ...how, array: fromTyped(data, shape, wanted, declaredDType(data, dtype)) };
  }
  throw new ArgumentError(
    `${where}: expected nested arrays of numbers, a typed array or { data, shape } with a typed array, ` +
      `got ${describe(source)}.`,
  );
}

function checkColumn(column: Column, where: string): void {
  if (!ArrayBuffer.isView(column?.array?.data))
    throw new ArgumentError(
      `${where}: expected { array: { data, shape, dtype } }, got ${describe(column)}; try Dataset.from.`,
    );
  const { array, scale = 1, offset = 0 } = column;
  const { data, shape, dtype } = array;
  checkShape(shape, where);
  if (shape.length === 0)
    throw new ShapeError(`${where}: expected a first axis that counts the examples, got a single number.`);
  if (data.length !== sizeOf(shape) || !(data instanceof dtypeInfo(dtype).array)) {
    throw new ShapeError(
      `${where}: expected ${sizeOf(shape)} numbers for ${dtype}${formatShape(shape)}, ` +
        `got a ${data.constructor.name} of ${data.length}.`,
    );
  }
  if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
    throw new ArgumentError(`${where}: expected a finite scale and offset, got scale ${scale} and offset ${offset}.`);
  }
}
