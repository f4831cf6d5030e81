// The events of a training run, which callbacks listen to, and the record that `fit` returns.
import type { Json } from "../nn/tree/layer.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import type { Evaluation } from "./evaluate.ts";

/** What a checkpoint remembers of a callback. */
export interface CallbackState {
  readonly values: Json;
  readonly tensors: WeightValues;
}

/** The validation measures of some measures by name: `accuracy` → `valAccuracy`. */
type Validated<M extends string> = { readonly [K in M as `val${Capitalize<K>}`]?: number };

/**
 * The result of an epoch: the means of loss and metrics over its examples, and those over the validation data as
 * `valLoss` and so on. `M` are the names of the metrics where `compile` knew them; any name is allowed otherwise.
 */
export type EpochRecord<M extends string = any> = Evaluation<M> & {
  /** The index of the epoch, from 0, as in Keras. */
  readonly epoch: number;
  /** The duration of the epoch, validation included. */
  readonly seconds: number;
} & (string extends M ? unknown : Validated<M | "loss">);

/** The state of a run, told about every 16 ms. */
export interface Progress {
  /** The index of the epoch, from 0. */
  readonly epoch: number;
  /** The index after the last epoch. */
  readonly epochs: number;
  /** The number of steps of this epoch that are done. */
  readonly step: number;
  /** The number of steps of an epoch; Infinity in the first epoch of a generator whose end is not known. */
  readonly steps: number;
  /** The mean loss of this epoch so far. */
  readonly loss: number;
  /** The metrics of this epoch so far. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly examplesPerSecond: number;
  /** The duration of this epoch so far. */
  readonly seconds: number;
}

/** A run of `fit`, as callbacks see it. */
export interface TrainingRun<Owner = any> {
  readonly model: Owner;
  /** The index after the last epoch. */
  readonly epochs: number;
  readonly initialEpoch: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** Examples in an epoch. */
  readonly size: number;
  readonly batchSize: number;
  /** Ends the run after the steps that are under way. `reason` comes back in the history. */
  stop(reason: string): void;
}

/**
 * The record of a run, which `fit` returns. The losses as a list: `history.epochs.map(({ loss }) => loss)`.
 */
export interface History<M extends string = any> {
  /** One record for each epoch that was finished. */
  readonly epochs: readonly EpochRecord<M>[];
  /** The reason why the run ended early: "aborted" by a signal, or the reason that a callback gave; null otherwise. */
  readonly stopped: string | null;
  /** The duration of the run. */
  readonly seconds: number;
}

/**
 * Listens to a training run. Every method may be left out, and may be async: training waits for it. An object with one
 * of these methods is a callback, as Keras's LambdaCallback. One that throws ends the run: `fit` throws the same error.
 *
 * Nothing stands for Keras's TerminateOnNaN: a loss that is not finite always ends the run with a
 * {@link NumericError}, which names the step and the layer.
 */
export interface Callback<Owner = any> {
  onTrainBegin?(run: TrainingRun<Owner>): void | Promise<void>;
  /** `epoch` counts from 0. */
  onEpochBegin?(epoch: number, run: TrainingRun<Owner>): void | Promise<void>;
  /** Called after the first steps, then about every 16 ms (or after each longer step), and after the last step. */
  onProgress?(progress: Progress, run: TrainingRun<Owner>): void | Promise<void>;
  /** Called after every step: steps are then taken one by one, which is slower where they are short. */
  onBatchEnd?(progress: Progress, run: TrainingRun<Owner>): void | Promise<void>;
  /** Called before the validation data of an epoch are measured. */
  onTestBegin?(run: TrainingRun<Owner>): void | Promise<void>;
  /** Called after that, whatever came of it. */
  onTestEnd?(run: TrainingRun<Owner>): void | Promise<void>;
  onEpochEnd?(record: EpochRecord, run: TrainingRun<Owner>): void | Promise<void>;
  /** The name under which a checkpoint remembers its state. Default: that of its class. */
  readonly name?: string;
  /** What the callback must remember for a run that goes on from a checkpoint. */
  state?(): Json;
  /** Weights that it must remember. */
  stateTensors?(): WeightValues;
  /** Called after `onTrainBegin` of a run that goes on from a checkpoint, with what was remembered. */
  restore?(state: Json, tensors: WeightValues): void;
  /** Called once at the end, however the run ended, except by an error. */
  onTrainEnd?(history: History, run: TrainingRun<Owner>): void | Promise<void>;
  /** Called instead if an error ends the run, one of a callback, say. The model can be read and saved. */
  onTrainError?(error: unknown, run: TrainingRun<Owner>): void | Promise<void>;
}

/** The names of a callback's methods, for checks. */
export const callbackMethods = [
  "onBatchEnd",
  "onTrainBegin",
  "onEpochBegin",
  "onProgress",
  "onTestBegin",
  "onTestEnd",
  "onEpochEnd",
  "onTrainEnd",
  "onTrainError",
] as const;
