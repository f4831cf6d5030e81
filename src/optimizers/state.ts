// An optimizer's numbers under the names that files give them: `optimizer/firstMoment/dense_1/kernel`.
import { allocate, type DType } from "../dtype.ts";
import type { HostArray } from "../host-array.ts";
import type { TrainedRange } from "../nn/tree/store.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { tensor } from "../tensor.ts";
import type { Optimizer } from "./optimizer.ts";

const iterationsName = "optimizer/iterations";

/** The slots of some ranges, with what each parameter has in them. */
const slotsOf = (optimizer: Optimizer, ranges: readonly TrainedRange[]) =>
  ranges.flatMap((range) =>
    Object.entries(optimizer.slots(range)).map(([name, slot]) => {
      const parts = optimizer
        .slotParts(name, range)
        .map((part) => ({ ...part, name: `optimizer/${name}/${part.path}` }));
      return { slot, parts };
    }),
  );

/** Copies of the count of steps and of the slots of some ranges. */
export async function readOptimizerState(
  optimizer: Optimizer,
  ranges: readonly TrainedRange[],
): Promise<Record<string, HostArray>> {
  const { iterations } = optimizer;
  const state: Record<string, HostArray> = {
    [iterationsName]: { data: (await iterations.data()).slice(), shape: [], dtype: iterations.dtype },
  };
  for (const { slot, parts } of slotsOf(optimizer, ranges)) {
    const numbers = await slot.data();
    for (const { name, shape, size, starts } of parts) {
      const data = allocate(slot.dtype, sizeOf(shape));
      starts.forEach((start, row) => data.set(numbers.subarray(start, start + size), row * size));
      state[name] = { data, shape, dtype: slot.dtype };
    }
  }
  return state;
}

/**
 * Gives an optimizer the numbers that {@link readOptimizerState} read. `find` gives those of a name in this shape and
 * dtype, or throws; then nothing has changed.
 */
export function restoreOptimizerState(
  optimizer: Optimizer,
  ranges: readonly TrainedRange[],
  find: (name: string, shape: Shape, dtype: DType) => HostArray,
): void {
  const { iterations } = optimizer;
  const count = tensor(find(iterationsName, [], iterations.dtype));
  const values = slotsOf(optimizer, ranges).map(({ slot, parts }) => {
    const data = allocate(slot.dtype, sizeOf(slot.shape));
    for (const { name, shape, size, starts } of parts) {
      const found = find(name, shape, slot.dtype);
      starts.forEach((start, row) => data.set(found.data.subarray(row * size, (row + 1) * size), start));
    }
    return [slot, tensor({ data, shape: slot.shape, dtype: slot.dtype })] as const;
  });
  iterations.assign(count);
  for (const [slot, value] of values) slot.assign(value);
}
