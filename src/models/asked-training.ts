// The training that `compile` was asked for: what it was given by name is loaded when it is first needed.
import { NablaError, quote } from "../errors.ts";
import { type OptimizerLike, optimizerFromConfig } from "../optimizers/index.ts";
import type { TrainingSetup } from "../train/setup.ts";
import { type AskedObjective, loadObjectives, objectivesOf } from "./objectives.ts";

/** Optimizer, losses and metrics, each itself or its name, and the layers that were frozen. */
export interface Asked {
  readonly optimizer: OptimizerLike;
  readonly objectives: readonly AskedObjective[];
  readonly frozen: TrainingSetup["frozen"];
}

export class AskedTraining {
  readonly #asked: Asked;
  #setup: TrainingSetup | null;
  #loading: Promise<TrainingSetup> | null = null;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.#setup = setupOf(asked);
  }

  /** The setup. Throws {@link NablaError} while a part of it is a name that is not loaded yet. */
  get setup(): TrainingSetup {
    if (this.#setup) return this.#setup;
    const { optimizer, objectives } = this.#asked;
    const parts = [optimizer, ...objectives.flatMap(({ loss, metrics }) => [loss, ...metrics])];
    const name = parts.find((part) => typeof part === "string") ?? "";
    throw new NablaError(
      `model.training: ${quote(name)} was given to compile by name, and is loaded by the first fit or evaluate. ` +
        "Await model.loadTraining() before, or give compile the thing itself, such as optimizers.adam().",
    );
  }

  /** Loads what was given by name. */
  load(): Promise<TrainingSetup> {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<TrainingSetup> {
    if (this.#setup) return this.#setup;
    const { optimizer, objectives, frozen } = this.#asked;
    const [loadedOptimizer, loadedObjectives] = await Promise.all([
      typeof optimizer === "string" ? optimizerFromConfig(optimizer, {}) : optimizer,
      loadObjectives(objectives),
    ]);
    this.#setup = setupOf({ optimizer: loadedOptimizer, objectives: loadedObjectives, frozen })!; // No name is left.
    return this.#setup;
  }
}

/** The setup; null if a part of it is a name. */
function setupOf({ optimizer, objectives, frozen }: Asked): TrainingSetup | null {
  const resolved = objectivesOf(objectives);
  return typeof optimizer === "string" || resolved === null ? null : { optimizer, objectives: resolved, frozen };
}
