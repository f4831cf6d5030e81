// The numbers from which layers learn what they need to prepare data.
import { type ColumnSource, Dataset } from "../../data/dataset.ts";
import { ShapeError } from "../../errors.ts";
import { readable } from "../../host-array.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";

/** What a layer adapts to: a {@link Dataset}, whose inputs count, or examples along the first axis of an array. */
export type AdaptData = Dataset | Tensor | ColumnSource;

/** Examples: their numbers as a model sees them, in row-major order. */
export interface Examples {
  readonly shape: Shape;
  readonly count: number;
  /** The number at an index of the flat array. */
  at(index: number): number;
}

/** The examples in data. Throws {@link ShapeError} where there are none. */
export async function examplesIn(where: string, given: AdaptData): Promise<Examples> {
  const source = given instanceof Tensor ? { data: await given.data(), shape: given.shape, dtype: given.dtype } : given;
  const dataset = source instanceof Dataset ? source : Dataset.from({ inputs: source, targets: source });
  const { array, scale = 1, offset = 0 } = dataset.inputs;
  const { shape } = array;
  const data = readable(array);
  if (data.length === 0) throw new ShapeError(`${where}: expected at least one example to adapt to, got none.`);
  const isRaw = scale === 1 && offset === 0;
  return {
    shape: shape.slice(1),
    count: shape[0]!,
    at: isRaw ? (i) => data[i]! : (i) => Math.fround(Math.fround(data[i]! * Math.fround(scale)) + Math.fround(offset)),
  };
}
