// Checks data before a run starts, so that bad data gives one clear sentence and not a strange loss.
import type { Column } from "../data/dataset.ts";
import type { TypedArray } from "../dtype.ts";
import { ArgumentError, NumericError, ShapeError } from "../errors.ts";
import { attached, readable } from "../host-array.ts";
import type { Loss } from "../losses/loss.ts";
import type { Network } from "../nn/tree/network.ts";
import { formatBatchShape, isShape, leavesOf, namedLeaves } from "../nn/tree/tree.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { columnShapes, type Examples, isColumn } from "./examples.ts";
import { inferStep, type OwnStep } from "./own-step.ts";
import type { TrainingSetup } from "./setup.ts";

/** What the checks of one output see. */
interface Checked {
  readonly where: string;
  readonly name: string;
  readonly targets: Column;
  readonly loss: Loss;
  /** The name of the last layer, for messages. */
  readonly lastLayer: string;
  readonly outputShape: Shape;
}

/**
 * Infers the shapes of the model from the data, and checks the data against the model. A training step of the model's
 * own, `step`, says itself what becomes of the data.
 */
export function prepareModel(
  where: string,
  model: Network,
  examples: Examples,
  setup: TrainingSetup,
  step: OwnStep["trainStep"] | null = null,
): void {
  const { inputs, targets, name, size } = examples;
  if (size === 0) throw new ArgumentError(`${where}: expected at least one example, got an empty data set, "${name}".`);
  if (step) inferStep(model, examples, step);
  else model.declare(columnShapes(inputs));
  for (const [of, column] of namedLeaves(inputs, isColumn))
    checkFiniteColumn(where, column, `the inputs${of && ` ${of}`} of "${name}"`);
  for (const [of, column] of namedLeaves(targets, isColumn))
    checkFiniteColumn(where, column, `the targets${of && ` ${of}`} of "${name}"`);
  if (step) return;
  const columns = leavesOf(targets, isColumn);
  const { outputShape } = model.requireShapes();
  const outputs = leavesOf<Shape>(outputShape, isShape);
  const last = model.layers.at(-1)?.name ?? model.name;
  setup.objectives.forEach(({ loss, output }, i) => {
    const [column, shape] = [columns[i], outputs[i]];
    if (!column || !shape) return;
    checkTargets({ where, name, targets: column, loss, lastLayer: output || last, outputShape: shape });
  });
}

/** The checks that a column has passed. They are not repeated, since data sets do not change. */
const passed = new WeakMap<Column, Set<string>>();

function once(column: Column, what: string, check: () => void): void {
  let known = passed.get(column);
  if (!known) passed.set(column, (known = new Set()));
  if (known.has(what)) return;
  check();
  known.add(what);
}

/** Throws {@link NumericError} if a column holds NaN or infinity, and names the index. */
function checkFiniteColumn(where: string, column: Column, what: string): void {
  if (!column.array.dtype.includes("float")) return;
  once(column, "finite", () => {
    const { shape } = column.array;
    const data = readable(column.array);
    const i = firstNotFinite(data);
    if (i < 0) return;
    throw new NumericError(
      `${where}: expected finite numbers, got ${data[i]} in ${what} at ${formatShape(indexOf(i, shape))}; ` +
        "clean the data first.",
    );
  });
}

/** The index of the first number that is NaN or infinite; −1 if all are finite. */
function firstNotFinite(data: TypedArray): number {
  if (!(data instanceof Float32Array)) return (data as Float64Array).findIndex((x) => !Number.isFinite(x));
  // All bits of the exponent are set; to test integers takes half of the time, or less.
  const exponent = 0x7f800000;
  const bits = new Int32Array(attached(data).buffer, data.byteOffset, data.length);
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & exponent) === exponent) return i;
  return -1;
}

/** Throws unless the targets have the shape and the values that the loss expects. */
function checkTargets(checked: Checked): void {
  const { loss } = checked;
  if (loss.targets === "any") return;
  checkTargetShape(checked);
  if (loss.targets === "classes") checkClasses(checked);
  if (loss.targets === "shares") checkShares(checked);
}

function checkTargetShape({ where, name, targets, loss, lastLayer, outputShape }: Checked): void {
  const shape = targets.array.shape.slice(1);
  const outer = outputShape.slice(0, -1);
  const single = outputShape.at(-1) === 1;
  const isClasses = sameShape(shape, outer) || sameShape(shape, [...outer, 1]);
  const isSame =
    sameShape(shape, outputShape) || (single && sameShape(shape, outer)) || sameShape(shape, [...outputShape, 1]);
  if (loss.targets === "classes" ? isClasses && outputShape.length > 0 : isSame) return;
  const expected = formatBatchShape(loss.targets === "classes" ? outer : outputShape);
  let hint = "";
  if (loss.targets === "classes" && sameShape(shape, outputShape))
    hint = " One-hot targets go with categoricalCrossentropy.";
  if (loss.name === "categoricalCrossentropy" && isClasses)
    hint = " Class numbers go with sparseCategoricalCrossentropy.";
  throw new ShapeError(
    `${where}: ${loss.name} after ${lastLayer}, which gives ${formatBatchShape(outputShape)}: ` +
      `expected targets of shape ${expected}, got ${formatBatchShape(shape)} in "${name}".${hint}`,
  );
}

function checkClasses({ where, name, targets, lastLayer, outputShape }: Checked): void {
  const classes = outputShape.at(-1)!;
  eachValue(targets, `classes ${classes}`, (value, index) => {
    if (Number.isInteger(value) && value >= 0 && value < classes) return;
    throw new ArgumentError(
      `${where}: expected class numbers, integers from 0 to ${classes - 1} as ${lastLayer} has ${classes} outputs, ` +
        `got ${value} as target ${index()} of "${name}".`,
    );
  });
}

function checkShares({ where, name, targets, loss }: Checked): void {
  eachValue(targets, "shares", (value, index) => {
    if (value >= 0 && value <= 1) return;
    throw new ArgumentError(
      `${where}: ${loss.name}: expected targets from 0 to 1, got ${value} as target ${index()} of "${name}".`,
    );
  });
}

/** Calls `check` with every value of a column, once for each name of a check. */
function eachValue(column: Column, what: string, check: (value: number, index: () => string) => void): void {
  once(column, what, () => {
    const { array, scale = 1, offset = 0 } = column;
    const { shape } = array;
    const data = readable(array);
    for (let i = 0; i < data.length; i++) {
      check(data[i]! * scale + offset, () => (shape.length === 1 ? String(i) : formatShape(indexOf(i, shape))));
    }
  });
}

/** The index of the `flat`-th element of a shape. */
function indexOf(flat: number, shape: Shape): number[] {
  return shape.map((n, axis) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % n);
}
