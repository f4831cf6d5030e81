// What a training run tells to whoever listens, and how it can be told to stop.
import type { Model } from "./model.ts";

/** What is known after an epoch: the means over its examples, and those over the validation data as `valLoss` and so on. */
export interface EpochRecord {
  /** Which epoch, counted from 0, as in Keras. */
  readonly epoch: number;
  readonly loss: number;
  /** How long the epoch took, validation included. */
  readonly seconds: number;
  readonly [metric: string]: number;
}

/** Where a run is, told about every 16 ms. */
export interface Progress {
  /** Which epoch, counted from 0. */
  readonly epoch: number;
  /** How many epochs the run will have had. */
  readonly epochs: number;
  /** How many steps of this epoch are done. */
  readonly step: number;
  readonly steps: number;
  /** The mean loss of this epoch so far. */
  readonly loss: number;
  /** The metrics of this epoch so far. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly examplesPerSecond: number;
  /** How long this epoch has taken so far. */
  readonly seconds: number;
}

/** A run of `fit`, as callbacks see it. */
export interface TrainingRun {
  readonly model: Model;
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

/** What `fit` gives back. */
export interface History {
  /** One record for each epoch that was finished. */
  readonly epochs: readonly EpochRecord[];
  /** Why the run ended before its last epoch: "aborted" by a signal, or what a callback said; null where it did not. */
  readonly stopped: string | null;
  /** How long the run took, all in all. */
  readonly seconds: number;
}

/** Listens to a training run. Every method may be left out, and may be async: training waits for it. */
export interface Callback {
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** `epoch` counts from 0. */
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>;
  /** Called about every 16 ms, after some steps have been taken. */
  onProgress?(progress: Progress, run: TrainingRun): void | Promise<void>;
  onEpochEnd?(record: EpochRecord, run: TrainingRun): void | Promise<void>;
  /** Called once at the end, however the run ended, except by an error. */
  onTrainEnd?(history: History, run: TrainingRun): void | Promise<void>;
}

/** The names of a callback's methods, for checks. */
export const callbackMethods = ["onTrainBegin", "onEpochBegin", "onProgress", "onEpochEnd", "onTrainEnd"] as const;
