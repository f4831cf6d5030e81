// Data sets in the backend's own memory: written once, in the dtype in which they came, and read by every step.
import type { Column, Dataset } from "../data/dataset.ts";
import { gather } from "../ops/index.ts";
import { Tensor, tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";

/** One column of a data set in the backend's memory. */
export class ResidentColumn {
  readonly #variable: Variable;
  readonly #column: Column;

  constructor(column: Column, name: string) {
    this.#column = column;
    this.#variable = variable(tensor(column.array), { name });
  }

  /**
   * The examples at some indices from 0 up, int32 [count], as the model sees them: raw · scale + offset, in float32 where
   * either is given.
   */
  rows(places: Tensor): Tensor {
    const raw = new Tensor(gather(this.#variable.value.node, places.node, 0));
    return scaled(raw, this.#column.scale, this.#column.offset);
  }

  /** Takes the numbers of another column of the same shape, dtype and scale. */
  refill(column: Column): void {
    this.#variable.assign(tensor(column.array));
  }
}

/** Raw numbers of a column as the model sees them; see {@link Column}. */
export function scaled(raw: Tensor, scale: number | undefined, offset: number | undefined): Tensor {
  if (scale === undefined && offset === undefined) return raw;
  const float = raw.cast("float32");
  const stretched = scale === undefined || scale === 1 ? float : float.mul(scale);
  return offset === undefined || offset === 0 ? stretched : stretched.add(offset);
}

/** Inputs and targets in the backend's memory. */
export interface ResidentData {
  readonly inputs: ResidentColumn;
  readonly targets: ResidentColumn;
}

const resident = new WeakMap<Column, ResidentColumn>();

/** A data set's columns in the backend's memory, the same for every model and every call. */
export function residentData({ inputs, targets }: Dataset): ResidentData {
  const find = (column: Column, name: string): ResidentColumn => {
    let found = resident.get(column);
    if (!found) resident.set(column, (found = new ResidentColumn(column, name)));
    return found;
  };
  return { inputs: find(inputs, "inputs"), targets: find(targets, "targets") };
}

/** A data set's columns in the backend's memory, for one caller alone: arrays of the user's may change between calls. */
export function privateData({ inputs, targets }: Dataset): ResidentData {
  return { inputs: new ResidentColumn(inputs, "inputs"), targets: new ResidentColumn(targets, "targets") };
}
