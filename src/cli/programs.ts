// The compiled programs of a model, for inspection: the training step, the evaluation step, the prediction.

import type { KernelRun, ReadableProgram } from "../backends/backend.ts";
import { compile } from "../compile-function.ts";
import { Dataset } from "../data/dataset.ts";
import { allocate, type DType } from "../dtype.ts";
import type { Model } from "../models/model.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { rescale } from "../train/resident.ts";
import { trainersOf } from "../train/trainers.ts";
import { singleShapes } from "./shapes.ts";

export const programKinds = ["train", "evaluate", "predict"] as const;
export type ProgramKind = (typeof programKinds)[number];

/** A program, and functions that run it on data that are all zeros. */
export interface Inspected {
  readonly program: ReadableProgram;
  readonly run: (steps: number) => Promise<unknown>;
  readonly profile: (steps: number) => Promise<KernelRun[]>;
}

/** The program of one kind for a batch size. A model that is not compiled has only that for prediction. */
export async function programOf(model: Model, kind: ProgramKind, batchSize: number): Promise<Inspected> {
  const standIn = standInData(model, batchSize);
  model.weights();
  if (kind === "predict") {
    const { array, scale, offset } = standIn.inputs;
    const predict = compile((raw: Tensor) => model.apply(rescale(raw, scale, offset)) as Tensor);
    const zeros = tensor(array);
    return {
      program: await predict.program(zeros),
      run: (steps) => predict.repeat(steps, zeros),
      profile: (steps) => predict.profile(steps, zeros),
    };
  }
  const setup = await model.requireTraining("inspect");
  const { inputs, targets, size, name, classNames } = standIn;
  const examples = { inputs, targets, weights: null, size, name, classNames, dataset: standIn };
  const { trainer } = trainersOf(model, setup).resident("inspect", examples);
  const ready = (steps: number) => ({ batch: batchSize, steps, form: kind === "train" ? "ordered" : "in order" });
  return {
    program: await trainer.program(kind, ready(1)),
    run: (steps) => trainer.run(kind, ready(steps)),
    profile: (steps) => trainer.profile(kind, ready(steps)),
  };
}

/** Zeros with the shapes and dtypes of the training data, since programs depend on nothing else. */
function standInData(model: Model, count: number): Dataset {
  const { inputShape, outputShape } = singleShapes(model);
  const { dtype = "float32", ...how } = model.dataInfo.inputs ?? {};
  const isClasses = model.training?.objectives[0]?.loss.targets === "classes";
  const zeros = (shape: Shape, kind: DType) => ({ data: allocate(kind, sizeOf(shape)), shape, dtype: kind });
  return new Dataset({
    inputs: { array: zeros([count, ...inputShape], dtype as DType), ...how },
    targets: {
      array: isClasses
        ? zeros([count, ...outputShape.slice(0, -1)], "uint8")
        : zeros([count, ...outputShape], "float32"),
    },
  });
}
