// The error of a loss that is no longer finite: it names the layer, and says what to try.
import { NumericError } from "../errors.ts";
import { stack } from "../functions/array.ts";
import { isfinite } from "../functions/elementwise.ts";
import { all } from "../functions/reductions.ts";
import { isTensor, leavesOf } from "../nn/tree/tree.ts";
import type { Node } from "../ops/op.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { insideLoops } from "./inside-loops.ts";
import type { Recording, Steps } from "./replay.ts";
import type { TrainingSetup } from "./setup.ts";
import type { Trainer } from "./trainer.ts";

interface Circumstances {
  readonly trainer: Trainer;
  readonly setup: TrainingSetup;
  readonly recording: Recording;
  readonly loss: number;
  /** The index of the epoch, from 0. */
  readonly epoch: number;
  /** The first and last step of the call in which it happened, counted from 1. */
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/**
 * The error that names epoch, step and layer, and says what to try. Taking the last steps again finds the step, and
 * leaves the model as it was before that step.
 */
export async function lossNotFinite(circumstances: Circumstances): Promise<NumericError> {
  const { trainer, setup, recording, loss, epoch, from, to, steps } = circumstances;
  const rate = await setup.optimizer.currentLearningRate();
  const found = await findStep(trainer, setup.optimizer.learningRate, recording);
  const when = found !== null ? `step ${from + found}` : from === to ? `step ${to}` : `steps ${from} to ${to}`;
  const cause =
    found === null
      ? "it stayed finite when these steps were taken again, so that a callback must have changed the weights"
      : await firstNotFinite(trainer, recording.calls.at(-1)!);
  recording.restore();
  return new NumericError(
    `the loss became ${loss} in epoch ${epoch + 1}, ${when} of ${steps}: ${cause}. ` +
      `Try a smaller learning rate (it is ${rate}), an optimizer with clipnorm, or inputs scaled to about -1 … 1.`,
    { loss, epoch: epoch + 1, step: found !== null ? from + found : to },
  );
}

/**
 * Takes the recorded steps again from the snapshot on, and finds the first step of the last call after which the loss
 * is not finite. Restores the state before that step and returns its index in the call, or null if all losses are
 * finite.
 */
async function findStep(trainer: Trainer, rate: Variable, recording: Recording): Promise<number | null> {
  const { calls } = recording;
  recording.restore();
  for (const { kind, ready, rewind, learningRate } of calls.slice(0, -1)) {
    rate.assign(learningRate);
    rewind();
    await trainer.run(kind, ready);
  }
  const { kind, ready, rewind, learningRate } = calls.at(-1)!;
  rate.assign(learningRate);
  for (let step = 0; step < ready.steps; step++) {
    recording.takeSnapshot();
    rewind(step, ready.batch);
    trainer.reset(kind);
    const { loss = 0 } = await trainer.run(kind, { ...ready, steps: 1 });
    if (Number.isFinite(loss)) continue;
    rewind(step, ready.batch);
    recording.restore();
    return step;
  }
  return null;
}

/** Names the first layer whose output is not finite in the next step. */
async function firstNotFinite(trainer: Trainer, { ready }: Steps): Promise<string> {
  const { inputs, outputs: all } = trainer.outputsOfNextStep(ready);
  const nodesOf = ({ output }: (typeof all)[number]): Node[] => leavesOf(output, isTensor).map(({ node }) => node);
  const hidden = insideLoops(all.flatMap(nodesOf));
  const outputs = all.filter((own) => !nodesOf(own).some((node) => hidden.has(node)));
  const wrong = await indexOfNotFinite([
    ...leavesOf(inputs, isTensor),
    ...outputs.flatMap(({ output }) => leavesOf(output, isTensor)),
  ]);
  const given = leavesOf(inputs, isTensor).length;
  if (wrong >= 0 && wrong < given) return "the inputs of that step are not finite";
  if (wrong < 0) return "every layer's output is still finite, so that the loss itself is out of range";
  const owners = outputs.flatMap((own) => leavesOf(own.output, isTensor).map(() => own));
  const { layer, path } = owners[wrong - given]!;
  const broken = layer.parameters[await indexOfNotFinite(layer.parameters.map(({ value }) => value))];
  const why = broken ? `, whose ${broken.name} is no longer finite` : "";
  return `the first layer whose output is not finite is ${path || layer.name}${why}`;
}

/** The index of the first tensor that holds NaN or infinity, or −1. */
async function indexOfNotFinite(tensors: readonly Tensor[]): Promise<number> {
  if (tensors.length === 0) return -1;
  return (await stack(tensors.map((x) => all(isfinite(x)))).data()).indexOf(0);
}
