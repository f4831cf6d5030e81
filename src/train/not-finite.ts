// When the loss is no longer a number: which layer it was, and what to try.
import { NumericError } from "../errors.ts";
import type { Layer } from "../nn/layer.ts";
import { tensor } from "../tensor.ts";
import type { TrainingSetup } from "./feed.ts";
import type { Model } from "./model.ts";
import type { ResidentData } from "./resident.ts";

interface Circumstances {
  readonly model: Model;
  readonly setup: TrainingSetup;
  readonly data: ResidentData;
  /** The examples of the last step. */
  readonly rows: Int32Array;
  readonly loss: number;
  /** Counted from 0. */
  readonly epoch: number;
  /** The first and last of the steps in which it happened, counted from 1. */
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** The error that names epoch, steps and layer, and says what to try. */
export async function lossNotFinite({
  model,
  setup,
  data,
  rows,
  loss,
  epoch,
  from,
  to,
  steps,
}: Circumstances): Promise<NumericError> {
  const layer = await firstNotFinite(model, data, rows);
  const rate = await setup.optimizer.currentLearningRate();
  const when = from === to ? `step ${to}` : `steps ${from} to ${to}`;
  return new NumericError(
    `the loss became ${loss} in epoch ${epoch + 1}, ${when} of ${steps}: ${layer}. ` +
      `Try a smaller learning rate (it is ${rate}), an optimizer with clipnorm, or inputs scaled to about -1 … 1.`,
  );
}

/** Runs the batch again, layer by layer, and says where it first goes wrong. */
async function firstNotFinite(model: Model, data: ResidentData, rows: Int32Array): Promise<string> {
  let x = data.inputs.rows(tensor(rows));
  if (!allFinite(await x.data())) return "the inputs of that step are not finite";
  for (const layer of model.layers) {
    x = layer.call(x, { training: false, key: null });
    if (allFinite(await x.data())) continue;
    const broken = await firstBrokenParameter(layer);
    return `the first layer whose output is not finite is ${layer.name}${broken ? `, whose ${broken} is no longer finite` : ""}`;
  }
  return "every layer's output is still finite, so that the loss itself is out of range";
}

async function firstBrokenParameter(layer: Layer): Promise<string | null> {
  for (const parameter of layer.parameters) if (!allFinite(await parameter.value.data())) return parameter.name;
  return null;
}

function allFinite(numbers: ArrayLike<number>): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}
