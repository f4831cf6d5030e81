// The compiled programs of a model, for looking at: the training step, the step of an evaluation, the prediction.
import type { Program } from "../backends/backend.ts";
import { compile } from "../compile-function.ts";
import { Dataset } from "../data/dataset.ts";
import { allocate, type DType } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { tensor, type Tensor } from "../tensor.ts";
import type { Model } from "../train/model.ts";
import { scaled } from "../train/resident.ts";

export const programKinds = ["train", "evaluate", "predict"] as const;
export type ProgramKind = (typeof programKinds)[number];

/** The program of one kind for batches of some size. Throws {@link NablaError} for a model that is not compiled, unless it is to predict. */
export async function programOf(model: Model, kind: ProgramKind, batchSize: number): Promise<Program> {
  const standIn = standInData(model, batchSize);
  model.weights();
  if (kind === "predict") {
    const { array, scale, offset } = standIn.inputs;
    return compile((raw: Tensor) => model.call(scaled(raw, scale, offset))).program(tensor(array));
  }
  const feed = model.requireTraining("inspect").pool.take(standIn, true);
  return feed.program(kind, batchSize);
}

/** Data of the form that the model is trained on, all zeros: programs depend on nothing else. */
function standInData(model: Model, count: number): Dataset {
  const { inputShape, outputShape } = model.requireShapes();
  const { dtype = "float32", ...how } = model.dataInfo.inputs ?? {};
  const isClasses = model.training?.loss.targets === "classes";
  const zeros = (shape: Shape, kind: DType) => ({ data: allocate(kind, sizeOf(shape)), shape, dtype: kind });
  return new Dataset({
    inputs: { array: zeros([count, ...inputShape], dtype as DType), ...how },
    targets: { array: isClasses ? zeros([count, ...outputShape.slice(0, -1)], "uint8") : zeros([count, ...outputShape], "float32") },
  });
}
