// Trains the members of an ensemble, each without its own part of the rows, and finds the epoch that is best on
// average.
import { type Column, Dataset } from "../data/dataset.ts";
import { sparseCategoricalCrossentropy } from "../losses/factories.ts";
import type { Functional } from "../models/functional.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import { adamW } from "../optimizers/adam.ts";
import { oneCycle } from "../optimizers/schedules/one-cycle.ts";
import type { Callback } from "../train/callback.ts";
import { isNotAbove } from "./folds.ts";
import { takeRows } from "./inputs.ts";
import type { Settings, Start } from "./networks.ts";
import { rowsOf, type Target } from "./target.ts";

/** The state of the training of members. */
export interface MemberProgress {
  /** The index of the member that is trained. */
  readonly member: number;
  readonly members: number;
  /** The number of epochs that are done, with a fraction for the one that is under way. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** The loss on the rows that the member does not see, after its last epoch. */
  readonly valLoss?: number;
}

/** The losses of a member by epoch; the first is that of the weights from which it starts. */
export interface Curve {
  readonly loss: readonly (number | null)[];
  readonly valLoss: readonly number[];
}

/** Members that are trained. */
export interface Trained {
  readonly members: readonly Functional[];
  readonly curves: readonly Curve[];
  /** The epoch whose weights all members have: that of the least mean validation loss. */
  readonly epoch: number;
  readonly stopped: boolean;
}

/** Examples for members. */
export interface MemberData {
  readonly inputs: Column;
  readonly targets: Target;
  /** For each member the indices of the rows that it does not see. */
  readonly folds: readonly Int32Array[];
}

/** How members are trained. */
export interface MemberOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MemberProgress) => void) | undefined;
}

/**
 * Trains a member for each fold on the rows outside it. All members take their weights at one epoch, that of the least
 * mean loss over the folds: one fold of few rows alone would name an epoch by chance. Epoch 0, at which nothing has
 * been trained, counts too.
 *
 * @param start makes a member's network of the rows that it sees
 */
export async function trainMembers(
  { inputs, targets, folds }: MemberData,
  settings: Settings,
  start: (seen: Column, targets: Target, seed: number) => Promise<Start>,
  { seed, signal, onProgress }: MemberOptions,
): Promise<Trained> {
  const runs: { model: Functional; curve: Curve; weights: readonly WeightValues[] }[] = [];
  for (const [member, fold] of folds.entries()) {
    if (signal?.aborted && runs.length > 0) break;
    const hidden = new Set(fold);
    const rows = Int32Array.from(targets.values.keys()).filter((row) => !hidden.has(row));
    const part = (chosen: Int32Array) => datasetOf(takeRows(inputs, chosen), rowsOf(targets, chosen));
    const [train, validation] = [part(rows), part(fold)];
    const memberSeed = seed * 1000 + member;
    const { model, weights } = await start(train.inputs, rowsOf(targets, rows), memberSeed);
    compileMember(model, targets, rows.length, settings);
    model.setWeights(weights);
    const run = await trainOne(model, train, validation, settings, memberSeed, signal, (progress) =>
      onProgress?.({ member, members: folds.length, epochs: settings.epochs, ...progress }),
    );
    runs.push({ model, ...run });
  }
  const epoch = bestEpoch(runs.map(({ curve }) => curve.valLoss));
  for (const { model, weights } of runs) model.setWeights(weights[epoch]!);
  return {
    members: runs.map(({ model }) => model),
    curves: runs.map(({ curve }) => curve),
    epoch,
    stopped: signal?.aborted ?? false,
  };
}

/** The first epoch whose mean loss over the folds is not clearly above the least one: less training is safer. */
function bestEpoch(losses: readonly (readonly number[])[]): number {
  const shortest = Math.min(...losses.map(({ length }) => length));
  const epochs = Array.from({ length: shortest }, (_, epoch) => losses.map((own) => own[epoch]!));
  const sums = epochs.map((own) => own.reduce((a, b) => a + b, 0));
  const best = epochs[sums.indexOf(Math.min(...sums))]!;
  return Math.max(
    0,
    epochs.findIndex((own) => isNotAbove(own, best)),
  );
}

/** Examples in the form that losses take: class numbers `[rows]`, or numbers `[rows, 1]`. */
function datasetOf(inputs: Column, { classes, values }: Target): Dataset {
  const shape = classes > 0 ? [values.length] : [values.length, 1];
  return new Dataset({ inputs, targets: { array: { data: values, shape, dtype: classes > 0 ? "int32" : "float32" } } });
}

function compileMember(model: Functional, targets: Target, rows: number, settings: Settings): void {
  const { learningRate, weightDecay, epochs, batchSize } = settings;
  const exclude = ["bias", "gamma", "beta", "linear"];
  const cycle = oneCycle({
    maxLearningRate: learningRate,
    totalSteps: Math.max(2, epochs * Math.ceil(rows / batchSize)),
    ...{ pctStart: 0.2, divFactor: 10, finalDivFactor: 1000 },
  });
  model.compile({
    optimizer: adamW({ learningRate: cycle, weightDecay, excludeFromWeightDecay: exclude }),
    loss: targets.classes > 0 ? sparseCategoricalCrossentropy({ fromLogits: true }) : "mse",
  });
}

async function trainOne(
  model: Functional,
  train: Dataset,
  validation: Dataset,
  settings: Settings,
  seed: number,
  signal: AbortSignal | undefined,
  show: (progress: Pick<MemberProgress, "epoch" | "loss" | "valLoss">) => void,
) {
  const { epochs, batchSize, patience } = settings;
  const first = (await model.evaluate(validation)).loss;
  const losses: (number | null)[] = [null];
  const valLosses = [first];
  const weights = [await model.getWeights()];
  const recorder: Callback = {
    onProgress: ({ epoch, step, steps, loss }) =>
      show({ epoch: epoch + step / steps, loss, ...(epoch > 0 && { valLoss: valLosses.at(-1)! }) }),
    async onEpochEnd(record, run) {
      const { loss, valLoss } = record as { loss: number; valLoss?: number };
      losses.push(loss);
      valLosses.push(valLoss ?? Infinity);
      weights.push(await model.getWeights());
      const best = valLosses.indexOf(Math.min(...valLosses));
      if (valLosses.length - 1 - best >= patience) run.stop(`no better loss in ${patience} epochs`);
    },
  };
  await model.fit(train, {
    epochs,
    batchSize,
    seed,
    verbose: 0,
    validationData: validation,
    callbacks: [recorder],
    ...(signal && { signal }),
  });
  return { curve: { loss: losses, valLoss: valLosses }, weights };
}
