// Data sets in the backend's own memory: written once, in their own dtype, and read by every step.
import type { Column, Dataset } from "../data/dataset.ts";
import { gather } from "../ops/index.ts";
import { Tensor, tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";

/** One column of a data set in the backend's memory. */
class ResidentColumn {
  readonly #variable: Variable;
  readonly #column: Column;

  constructor(column: Column, name: string) {
    this.#column = column;
    this.#variable = variable(tensor(column.array), { name });
  }

  /**
   * The examples at the given indices, int32 [count], as the model sees them: raw · scale + offset, in float32 if
   * either is given.
   */
  rows(indices: Tensor): Tensor {
    const raw = new Tensor(gather(this.#variable.value.node, indices.node, 0));
    return rescale(raw, this.#column.scale, this.#column.offset);
  }

  /** Replaces the numbers by those of another column of the same shape, dtype and scale. */
  refill(column: Column): void {
    this.#variable.assign(tensor(column.array));
  }
}

/** Applies the scale and offset of a {@link Column} to its raw numbers. */
export function rescale(raw: Tensor, scale: number | undefined, offset: number | undefined): Tensor {
  if (scale === undefined && offset === undefined) return raw;
  const float = raw.cast("float32");
  const scaled = scale === undefined || scale === 1 ? float : float.mul(scale);
  return offset === undefined || offset === 0 ? scaled : scaled.add(offset);
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

/**
 * A data set's columns in the backend's memory, for one caller alone, since the user's arrays may change between calls.
 */
export function privateData({ inputs, targets }: Dataset): ResidentData {
  return { inputs: new ResidentColumn(inputs, "inputs"), targets: new ResidentColumn(targets, "targets") };
}
