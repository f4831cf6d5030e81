// Axes of examples, as layers take them: counted with the batch axis as 0.
import { ArgumentError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Layer } from "./layer.ts";
import { formatShapes, type Shapes } from "./tree.ts";

/** Throws {@link ArgumentError} for the batch axis and for what is no integer. */
export function checkAxis(where: string, axis: number): number {
  if (Number.isInteger(axis) && axis !== 0) return axis;
  throw new ArgumentError(`${where}: expected axis to be an integer other than 0 (the batch), got ${describe(axis)}.`);
}

/**
 * The axis as an index from 1 up. Throws {@link ArgumentError} if examples of this shape do not have it.
 *
 * @param shapes those that the message shows
 */
export function exampleAxis(layer: Layer, axis: number, shape: Shape, shapes: Shapes = shape): number {
  const rank = shape.length + 1;
  const index = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(index) && index >= 1 && index < rank) return index;
  throw new ArgumentError(
    `${layer.describe()}: expected an axis of ${formatShapes(shapes)} other than the batch, got ${axis}.`,
  );
}
