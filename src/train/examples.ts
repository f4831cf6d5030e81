// The forms in which fit, evaluate and predict take data, and the one form in which training sees them.
import { type Column, type ColumnSource, columnFrom, Dataset } from "../data/dataset.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { readable } from "../host-array.ts";
import { formatBatchShape, leavesOf, mapTree, type Shapes, type Tree } from "../nn/tree/tree.ts";
import { describe } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** Numbers with the examples along the first axis: a tensor, nested arrays, a typed array, or one with its shape. */
export type ArraySource = Tensor | ColumnSource;

/** The data of one input, or of several in the form in which a model takes them. */
export type ArraySources = Tree<ArraySource>;

/** A batch of a generator: inputs, targets and, if wanted, weights of the examples. */
export type BatchSource =
  | readonly [x: ArraySources, y: ArraySources, sampleWeight?: ArraySource]
  | { readonly x: ArraySources; readonly y: ArraySources; readonly sampleWeight?: ArraySource };

/** Batches that are others in each epoch: a pipeline of `nabla/data`. */
export interface EpochBatches {
  /** The batches of an epoch, 0 being the first. */
  epoch(index: number): Iterable<BatchSource> | AsyncIterable<BatchSource>;
}

/**
 * Batches one after another, for data that are larger than memory. A function begins anew with each epoch, whose index
 * it is given.
 */
export type BatchStream =
  | Iterable<BatchSource>
  | AsyncIterable<BatchSource>
  | EpochBatches
  | ((epoch: number) => Iterable<BatchSource> | AsyncIterable<BatchSource>);

/** Inputs and targets side by side. */
export type TrainingData =
  | Dataset
  | { readonly x: ArraySources; readonly y: ArraySources; readonly sampleWeight?: ArraySource }
  | { readonly inputs: ArraySources; readonly targets: ArraySources; readonly sampleWeight?: ArraySource };

/** The targets of data that have none: a training step of one's own may need inputs only. */
export const noTargets: readonly [] = [];

/** Data in memory, as training sees them. */
export interface Examples {
  readonly inputs: Tree<Column>;
  readonly targets: Tree<Column>;
  /** The weights of the examples, [count]; null if all count 1. */
  readonly weights: Column | null;
  readonly size: number;
  readonly name: string;
  readonly classNames: readonly string[] | undefined;
  /** The data set of the user's, whose numbers never change; null for arrays. */
  readonly dataset: Dataset | null;
}

/** The forms of a model's inputs and targets, where they are known. */
export interface Forms {
  readonly inputs: Shapes | null;
  readonly targets: Shapes | null;
}

export const isColumn = (value: unknown): value is Column =>
  typeof value === "object" && value !== null && "array" in value;

/** The shapes of one example each. */
export const columnShapes = (tree: Tree<Column>): Shapes =>
  mapTree(tree, isColumn, ({ array }) => array.shape.slice(1));

/** Converts the data of `fit` and `evaluate`. */
export async function toExamples(where: string, given: TrainingData, forms: Forms): Promise<Examples> {
  if (given instanceof Dataset) {
    const { inputs, targets, size, name, classNames } = given;
    return { inputs, targets, weights: null, size, name, classNames, dataset: given };
  }
  const { x, y, sampleWeight } = partsOf(where, given);
  const inputs = await toColumns(`${where}: inputs`, x, forms.inputs);
  const targets = y === noTargets ? noTargets : await toColumns(`${where}: targets`, y, forms.targets);
  const weights =
    sampleWeight === undefined ? null : columnFrom(await toSource(sampleWeight), `${where}: sampleWeight`);
  const size = countOf(where, inputs, targets, weights);
  if (weights) checkWeights(where, weights);
  return { inputs, targets, weights, size, name: "data", classNames: undefined, dataset: null };
}

function partsOf(where: string, given: unknown) {
  if (typeof given !== "object" || given === null) throw notData(where, given);
  const parts = given as Record<string, ArraySources | undefined>;
  const [x, y] = "x" in parts && "y" in parts ? [parts["x"], parts["y"]] : [parts["inputs"], parts["targets"]];
  if (x === undefined || y === undefined) throw notData(where, given);
  return { x, y, sampleWeight: parts["sampleWeight"] as ArraySource | undefined };
}

/** Converts one batch of a generator. */
export async function toBatch(where: string, given: unknown, forms: Forms): Promise<Examples> {
  if (!Array.isArray(given)) return toExamples(where, given as TrainingData, forms);
  const [x, y, sampleWeight] = given as unknown as readonly [ArraySources, ArraySources, ArraySource?];
  return toExamples(where, { x, y, ...(sampleWeight !== undefined && { sampleWeight }) }, forms);
}

/** Converts the data of one input or several; `form` tells a list of inputs from one list of numbers. */
export async function toColumns(where: string, given: unknown, form: Shapes | null): Promise<Tree<Column>> {
  if (given === undefined || given === null) throw notData(where, given);
  if (isList(given, form)) {
    const parts = (given as readonly unknown[]).map((part, i) =>
      toColumns(`${where}.${i}`, part, partOf(form, String(i))),
    );
    return Promise.all(parts);
  }
  if (isRecord(given)) {
    const parts = Object.entries(given).map(
      async ([name, part]) => [name, await toColumns(`${where}.${name}`, part, partOf(form, name))] as const,
    );
    return Object.fromEntries(await Promise.all(parts));
  }
  return columnFrom(await toSource(given as ArraySource), where);
}

const isShapeList = (form: Shapes | null): form is readonly Shapes[] =>
  Array.isArray(form) && form.some((part) => typeof part !== "number");

const partOf = (form: Shapes | null, name: string): Shapes | null =>
  form !== null && typeof form === "object" ? ((form as Record<string, Shapes>)[name] ?? null) : null;

/** True for a list of several inputs, rather than one list of numbers. */
function isList(given: unknown, form: Shapes | null): boolean {
  if (!Array.isArray(given)) return false;
  if (form !== null) return isShapeList(form);
  const [first] = given;
  return first instanceof Tensor || ArrayBuffer.isView(first) || (typeof first === "object" && !Array.isArray(first));
}

const isRecord = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" &&
  given !== null &&
  Object.getPrototypeOf(given) === Object.prototype &&
  !("data" in given && ArrayBuffer.isView(given.data)) &&
  !isColumn(given);

/** True for the inputs alone, whose targets follow as the next argument. */
export function isInputs(given: unknown, next: unknown): boolean {
  if (given instanceof Tensor || Array.isArray(given) || ArrayBuffer.isView(given)) return true;
  if (typeof given !== "object" || given === null || given instanceof Dataset) return false;
  if ("data" in given || "array" in given) return true;
  const isData = ("x" in given && "y" in given) || ("inputs" in given && "targets" in given);
  return !isData && isRecord(given) && next !== undefined;
}

/** True for batches that are others in each epoch. */
export const hasEpochs = (given: unknown): given is EpochBatches =>
  typeof given === "object" && given !== null && "epoch" in given && typeof given.epoch === "function";

/** True for batches one after another. */
export function isStream(given: unknown): given is BatchStream {
  if (typeof given === "function") return true;
  if (typeof given !== "object" || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given || hasEpochs(given);
}

async function toSource(given: ArraySource): Promise<ColumnSource> {
  if (!(given instanceof Tensor)) return given;
  const dtype = given.dtype === "float64" ? "float32" : given.dtype; // training computes in float32
  return { data: await given.data(), shape: given.shape, dtype };
}

/** The number of examples. Throws {@link ShapeError} if the columns differ in it. */
function countOf(where: string, inputs: Tree<Column>, targets: Tree<Column>, weights: Column | null): number {
  const name = where.includes(":") ? where : '"data"';
  const given = leavesOf(inputs, isColumn).map((column) => ({ what: "inputs", shape: column.array.shape }));
  const expected = leavesOf(targets, isColumn).map((column) => ({ what: "targets", shape: column.array.shape }));
  const all = [...given, ...expected, ...(weights ? [{ what: "sample weights", shape: weights.array.shape }] : [])];
  const [first] = all;
  const count = first?.shape[0] ?? 0;
  const other = all.find(({ shape }) => shape[0] !== count);
  if (!first || !other) return count;
  throw new ShapeError(
    `${name} has ${count} ${first.what} (shape ${formatShape(first.shape)}) but ${other.shape[0]} ${other.what} ` +
      `(shape ${formatShape(other.shape)}): the first axis counts the examples, and must be equal.`,
  );
}

function checkWeights(where: string, { array }: Column): void {
  const { shape } = array;
  if (shape.length !== 1)
    throw new ShapeError(
      `${where}: sampleWeight: expected one weight for each example, [batch], got ${formatBatchShape(shape.slice(1))}.`,
    );
  const wrong = readable(array).find((w: number) => !(w >= 0 && w < Infinity));
  if (wrong !== undefined)
    throw new ArgumentError(`${where}: sampleWeight: expected finite weights from 0 up, got ${wrong}.`);
}

/** The weights of examples by their class: each counts as its class does, times its own weight. */
export function weightClasses(
  examples: Examples,
  classWeight: Readonly<Record<number, number>>,
  outputShape: Shape,
): Examples {
  const { targets, weights } = examples;
  if (!isColumn(targets)) throw new ArgumentError("fit: classWeight: expected a model of one output, got several.");
  const { shape } = targets.array;
  const data = readable(targets.array);
  const given = weights && readable(weights.array);
  const width = shape.length > 1 ? (shape.at(-1) ?? 1) : 1;
  const isOneHot = width > 1 && outputShape.at(-1) === width;
  if (!isOneHot && data.length !== examples.size)
    throw new ArgumentError("fit: classWeight: expected one class for each example; use sampleWeight instead.");
  const own = Float32Array.from({ length: examples.size }, (_, i) => {
    const row = data.subarray(i * width, (i + 1) * width) as Float32Array;
    const sum = row.reduce((total, p) => (p >= 0 ? total + p : NaN), 0);
    if (isOneHot ? !(Math.abs(sum - 1) < 1e-3) : !Number.isInteger(row[0]))
      throw new ArgumentError(
        "fit: classWeight: expected class numbers or one-hot targets, " +
          `got ${isOneHot ? formatShape([...row]) : row[0]} as target ${i}; other targets take a sampleWeight.`,
      );
    const number = isOneHot ? row.indexOf(Math.max(...row)) : (row[0] ?? 0);
    return (classWeight[number] ?? 1) * Number(given?.[i] ?? 1);
  });
  return { ...examples, dataset: null, weights: { array: { data: own, shape: [examples.size], dtype: "float32" } } };
}

function notData(where: string, given: unknown): ArgumentError {
  return new ArgumentError(
    `${where}: expected a Dataset, { x, y }, or inputs and then targets, got ${describe(given)}.`,
  );
}
