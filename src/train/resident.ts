// Data sets in the backend's own memory: written once, in their own dtype, and read by every step.
import type { Column } from "../data/dataset.ts";
import type { DType } from "../dtype.ts";
import { isHalf } from "../half.ts";
import { leavesOf, type Tree } from "../nn/tree/tree.ts";
import { gather } from "../ops/index.ts";
import { Tensor, tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";
import { isColumn } from "./examples.ts";

/** One column of a data set in the backend's memory. */
export class ResidentColumn {
  readonly #variable: Variable;
  readonly #column: Column;

  constructor(column: Column, name: string) {
    this.#column = column;
    this.#variable = variable(tensor(column.array), { name });
  }

  /**
   * The examples at the given indices, int32 [count], as the model sees them: raw · scale + offset, in float32 if
   * either is given; 16-bit floats as float32.
   */
  rows(indices: Tensor): Tensor {
    const raw = new Tensor(gather(this.#variable.value.node, indices.node, 0));
    return rescale(raw, this.#column.scale, this.#column.offset);
  }

  /** All examples, as the model sees them. */
  all(): Tensor {
    return rescale(this.#variable.value, this.#column.scale, this.#column.offset);
  }

  /** Remembers the numbers; the result puts them back. */
  keep(): () => void {
    const { value } = this.#variable;
    return () => this.#variable.assign(value);
  }

  /** Replaces the numbers by those of another column of the same shape, dtype and scale. */
  refill(column: Column): void {
    this.#variable.assign(tensor(column.array));
  }
}

/** The dtype in which a model sees the numbers of a column. */
export const seenDType = ({ array: { dtype }, scale, offset }: Column): DType =>
  isHalf(dtype) || scale !== undefined || offset !== undefined ? "float32" : dtype;

/** Applies the scale and offset of a {@link Column} to its raw numbers. */
export function rescale(raw: Tensor, scale: number | undefined, offset: number | undefined): Tensor {
  if (scale === undefined && offset === undefined) return isHalf(raw.dtype) ? raw.cast("float32") : raw;
  const float = raw.cast("float32");
  const scaled = scale === undefined || scale === 1 ? float : float.mul(scale);
  return offset === undefined || offset === 0 ? scaled : scaled.add(offset);
}

const resident = new WeakMap<Column, ResidentColumn>();

/** A column in the backend's memory, the same for every model and every call. */
export function residentColumn(column: Column, name: string): ResidentColumn {
  let found = resident.get(column);
  if (!found) resident.set(column, (found = new ResidentColumn(column, name)));
  return found;
}

export const isResident = (part: unknown): part is ResidentColumn => part instanceof ResidentColumn;

/** Replaces the numbers of a tree of columns by those of another one of the same shapes. */
export function refillColumns(staged: Tree<ResidentColumn>, given: Tree<Column>): void {
  const columns = leavesOf(given, isColumn);
  leavesOf(staged, isResident).forEach((own, i) => {
    const column = columns[i];
    if (column) own.refill(column);
  });
}
