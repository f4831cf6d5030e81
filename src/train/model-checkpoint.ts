// The callback that saves the model while it trains.
import { ArgumentError } from "../errors.ts";
import { checkCount, checkFinite, checkFlag, checkOptions, describe } from "../options.ts";
import type { Callback, EpochRecord, TrainingRun } from "./callback.ts";
import { fillPattern, namesIn } from "./file-pattern.ts";
import { checkMode, type Direction, directionOf, improves, type Measures, type Monitor, monitored } from "./monitor.ts";

/** The options of {@link modelCheckpoint}. */
export interface ModelCheckpointOptions {
  /** Saves only after an epoch that is better than all before. Default: false. */
  readonly saveBestOnly?: boolean;
  /** Saves the weights alone, without layers and optimizer. Default: false. */
  readonly saveWeightsOnly?: boolean;
  /** The measure by which epochs are compared, as the history names it. Default: "valLoss". */
  readonly monitor?: Monitor;
  /** The direction in which the measure improves. Default: "auto": losses and errors downwards, scores upwards. */
  readonly mode?: Direction;
  /**
   * "epoch", or the number of steps after which the model is saved, counted over epochs: steps are then taken one by
   * one, which is slower where they are short. Default: "epoch".
   */
  readonly saveFreq?: "epoch" | number;
  /** With `saveBestOnly`, the value that the first file must be better than. Default: none. */
  readonly initialValueThreshold?: number;
}

const optionNames = [
  "saveBestOnly",
  "saveWeightsOnly",
  "monitor",
  "mode",
  "saveFreq",
  "initialValueThreshold",
] as const satisfies readonly (keyof ModelCheckpointOptions)[];

/**
 * Saves the model after each epoch, or after the best so far, or every few steps. In the path, `{epoch}` becomes the
 * epoch's number, from 1, `{batch}` the step in it, and `{valLoss}` and its like the measures: `{epoch:03d}` has three
 * digits, `{valLoss:.2f}` two decimals.
 *
 * If an error ends the run, one of another callback, say, it saves the model as it is then; with `saveBestOnly` only if
 * there is no better one.
 *
 * A file of weights alone is read by `model.loadWeights(path)`.
 *
 * @throws ArgumentError once a name in the path is no measure of the run
 * @example callbacks.modelCheckpoint("runs/digits-{epoch}.safetensors", { saveBestOnly: true, monitor: "valAccuracy" })
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  const where = "callbacks.modelCheckpoint";
  if (typeof path !== "string" || path === "")
    throw new ArgumentError(`${where}: expected the path of a file, got ${describe(path)}.`);
  checkOptions(where, options, optionNames);
  const { saveBestOnly = false, saveWeightsOnly = false, monitor = "valLoss", saveFreq = "epoch" } = options;
  const { initialValueThreshold } = options;
  checkFlag(where, "saveBestOnly", saveBestOnly);
  checkFlag(where, "saveWeightsOnly", saveWeightsOnly);
  if (saveFreq !== "epoch") checkCount(where, 'saveFreq, if it is not "epoch",', saveFreq);
  if (initialValueThreshold !== undefined) checkFinite(where, "initialValueThreshold", initialValueThreshold);
  const asked = checkMode(where, options.mode);
  let mode: "min" | "max" = "min";
  const first = initialValueThreshold ?? null;
  let best = first;
  /** The steps since the last save. */
  let steps = 0;
  /** The place in the run and the measures there, for the file's name. */
  let latest: Readonly<Record<string, number>> = {};

  const write = ({ model }: TrainingRun, file: string): Promise<void> =>
    saveWeightsOnly ? model.saveWeights(file) : model.save(file);
  const save = async (run: TrainingRun, measures: Measures): Promise<void> => {
    if (saveBestOnly) {
      const value = monitored(where, measures, monitor);
      if (!improves(value, best, mode)) return;
      best = value;
    }
    await write(run, fillPattern(where, path, latest));
  };
  const onEpochEnd = async (record: EpochRecord, run: TrainingRun): Promise<void> => {
    latest = { ...record, epoch: record.epoch + 1 };
    if (saveFreq === "epoch") await save(run, record);
  };
  return {
    name: `modelCheckpoint ${monitor}`,
    onTrainBegin({ model }) {
      if (saveBestOnly) mode = directionOf(where, monitor, asked, model?.training?.objectives ?? []);
      [best, steps, latest] = [first, 0, {}];
    },
    state: () => ({ best, steps }),
    restore(state) {
      ({ best, steps } = state as { best: number | null; steps: number });
    },
    onEpochBegin(epoch) {
      latest = { ...latest, epoch: epoch + 1 };
    },
    ...(saveFreq !== "epoch" && {
      async onBatchEnd({ epoch, step, loss, metrics }, run) {
        latest = { ...latest, epoch: epoch + 1, batch: step, loss, ...metrics };
        if (++steps < saveFreq) return;
        steps = 0;
        await save(run, { loss, ...metrics });
      },
    }),
    onEpochEnd,
    async onTrainError(_, run) {
      if (saveBestOnly && best !== first) return;
      const unknown = Object.fromEntries(namesIn(path).map((name) => [name, Number.NaN]));
      await write(run, fillPattern(where, path, { ...unknown, ...latest }));
    },
  };
}
