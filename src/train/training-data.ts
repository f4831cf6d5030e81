// Converts the forms in which fit, evaluate and predict take data into data sets.
import { type Column, type ColumnSource, Dataset } from "../data/dataset.ts";
import { ArgumentError } from "../errors.ts";
import { describe } from "../options.ts";
import { Tensor } from "../tensor.ts";

/** Numbers with the examples along the first axis: a tensor, nested arrays, a typed array, or one with its shape. */
export type ArraySource = Tensor | ColumnSource;

/** Inputs and targets side by side. */
export type TrainingData =
  | Dataset
  | { readonly x: ArraySource; readonly y: ArraySource }
  | { readonly inputs: ArraySource; readonly targets: ArraySource };

/** Converts the data of `fit` and `evaluate` into a data set. A {@link Dataset} is returned as it is. */
export async function toDataset(where: string, given: TrainingData): Promise<Dataset> {
  if (given instanceof Dataset) return given;
  if (typeof given !== "object" || given === null) throw notData(where, given);
  const [inputs, targets] =
    "x" in given && "y" in given
      ? [given.x, given.y]
      : "inputs" in given && "targets" in given
        ? [given.inputs, given.targets]
        : [];
  if (inputs === undefined || targets === undefined) throw notData(where, given);
  if (typeof targets === "object" && !isArraySource(targets))
    throw new ArgumentError(
      `${where}: expected inputs and then targets, got ${describe(targets)} for the targets; options follow them.`,
    );
  return Dataset.from({ inputs: await toSource(inputs), targets: await toSource(targets) });
}

/** The inputs alone, for `predict`. */
export async function toColumn(where: string, given: Dataset | ArraySource): Promise<Column> {
  if (given instanceof Dataset) return given.inputs;
  if (given === undefined || given === null) throw notData(where, given);
  const source = await toSource(given);
  return Dataset.from({ inputs: source, targets: source }).inputs;
}

/** True for inputs alone, whose targets follow as the next argument. */
export function isArraySource(given: unknown): given is ArraySource {
  if (given instanceof Tensor || Array.isArray(given) || ArrayBuffer.isView(given)) return true;
  return (
    typeof given === "object" && given !== null && !(given instanceof Dataset) && ("data" in given || "array" in given)
  );
}

async function toSource(given: ArraySource): Promise<ColumnSource> {
  if (!(given instanceof Tensor)) return given;
  return { data: await given.data(), shape: given.shape, dtype: given.dtype };
}

function notData(where: string, given: unknown): ArgumentError {
  return new ArgumentError(
    `${where}: expected a Dataset, { x, y }, or inputs and then targets, got ${describe(given)}.`,
  );
}
