// The trainers of a compiled model: data that are passed again find their programs and their numbers.
import type { Dataset } from "../data/dataset.ts";
import { ArgumentError } from "../errors.ts";
import type { Network } from "../nn/tree/network.ts";
import { mapTree } from "../nn/tree/tree.ts";
import { formatShape } from "../shape.ts";
import { prepareModel } from "./check-data.ts";
import {
  type BatchStream,
  type Examples,
  type Forms,
  isColumn,
  isStream,
  type TrainingData,
  toExamples,
} from "./examples.ts";
import type { OwnStep } from "./own-step.ts";
import type { TrainingSetup } from "./setup.ts";
import { ResidentSource, type Source } from "./source.ts";
import { Trainer } from "./trainer.ts";

/** A trainer for one run. */
export interface Taken {
  readonly trainer: Trainer<Source>;
  /** The data in memory; null for a stream. */
  readonly examples: Examples | null;
  /** Begins an epoch over all data, in their order, or over the next `steps` batches of a stream. */
  readonly begin: (steps: number | null, epoch?: number) => void;
  readonly release: () => void;
}

/** A trainer on data in memory. */
export interface TakenResident extends Taken {
  readonly trainer: Trainer<ResidentSource>;
  readonly examples: Examples;
}

class Trainers {
  readonly #model: Network;
  readonly setup: TrainingSetup;
  readonly #ofDatasets = new WeakMap<Dataset, Trainer<ResidentSource>>();
  readonly #ofArrays: { signature: string; trainer: Trainer<ResidentSource> }[] = [];

  constructor(model: Network, setup: TrainingSetup) {
    this.#model = model;
    this.setup = setup;
  }

  /** The forms of inputs and targets, as far as they are known. */
  get forms(): Forms {
    return { inputs: this.#model.inputShape, targets: this.#model.outputShape };
  }

  /** The training step of the model's own, for data that it is trained on; null for data that are only measured. */
  #stepFor(where: string): OwnStep["trainStep"] | null {
    return where === "fit" ? ((this.#model as OwnStep).trainStep ?? null) : null;
  }

  /** Takes a trainer for data in any form; the model's shapes follow from them. */
  async take(where: string, given: TrainingData | BatchStream): Promise<Taken> {
    if (!isStream(given)) return this.resident(where, await toExamples(where, given, this.forms));
    const { StreamSource } = await import("./stream.ts");
    const step = this.#stepFor(where);
    const check = (at: string, batch: Examples) => prepareModel(at, this.#model, batch, this.setup, step);
    const source = new StreamSource(where, given, () => this.forms, check);
    const first = await source.first();
    if (!first) throw new ArgumentError(`${where}: expected at least one batch, got none.`);
    check(`${where}: batch 1`, first);
    const trainer = new Trainer<Source>(this.#model, this.setup, source);
    return { trainer, examples: null, begin: source.begin.bind(source), release: () => source.end() };
  }

  /**
   * Takes a trainer for data in memory. That of a {@link Dataset} is kept: its numbers are written once and its
   * programs compiled once. Arrays may have changed and are written anew, into a source of the same shapes if there is
   * one.
   */
  resident(where: string, examples: Examples): TakenResident {
    prepareModel(where, this.#model, examples, this.setup, this.#stepFor(where));
    const trainer = examples.dataset ? this.#ofDataset(examples, examples.dataset) : this.#ofArray(examples);
    const { source } = trainer;
    source.busy = true;
    const release = (): void => {
      source.busy = false;
    };
    return { trainer, examples, begin: () => source.begin(null, 0, source.size), release };
  }

  #ofDataset(examples: Examples, dataset: Dataset): Trainer<ResidentSource> {
    let trainer = this.#ofDatasets.get(dataset);
    if (!trainer || trainer.source.busy) {
      trainer = new Trainer(this.#model, this.setup, new ResidentSource(examples, true));
      this.#ofDatasets.set(dataset, trainer);
    }
    return trainer;
  }

  #ofArray(examples: Examples): Trainer<ResidentSource> {
    const { inputs, targets, weights } = examples;
    const signature = JSON.stringify(
      [inputs, targets, ...(weights ? [weights] : [])].map((tree) =>
        mapTree(tree, isColumn, ({ array, scale, offset }) =>
          [array.dtype + formatShape(array.shape), scale, offset].join(),
        ),
      ),
    );
    const known = this.#ofArrays.find((entry) => entry.signature === signature && !entry.trainer.source.busy);
    if (known) {
      known.trainer.source.refill(examples);
      return known.trainer;
    }
    const trainer = new Trainer(this.#model, this.setup, new ResidentSource(examples, false));
    this.#ofArrays.push({ signature, trainer });
    // Training and validation on arrays need two trainers; more would only keep old data in memory.
    if (this.#ofArrays.length > 2) this.#ofArrays.shift();
    return trainer;
  }
}

const known = new WeakMap<Network, Trainers>();

/** The trainers of a model as it is compiled now. */
export function trainersOf(model: Network, setup: TrainingSetup): Trainers {
  const found = known.get(model);
  if (found?.setup === setup) return found;
  const trainers = new Trainers(model, setup);
  known.set(model, trainers);
  return trainers;
}
