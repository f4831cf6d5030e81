// Batches from a generator: each is written to the backend's memory when its step is due.
import { ArgumentError, NablaError, ShapeError } from "../errors.ts";
import { mapTree, type Tree } from "../nn/tree/tree.ts";
import { checkNotAsync, describe } from "../options.ts";
import { formatShape } from "../shape.ts";
import { type BatchStream, type Examples, type Forms, hasEpochs, isColumn, toBatch } from "./examples.ts";
import { isResident, ResidentColumn, refillColumns } from "./resident.ts";
import type { Batch, Ready, Source } from "./source.ts";

/** The columns into which batches of one form are written. */
interface Staged {
  readonly inputs: Tree<ResidentColumn>;
  readonly targets: Tree<ResidentColumn>;
  readonly weights: ResidentColumn | null;
}

/** Batches one after another. */
export class StreamSource implements Source {
  readonly #where: string;
  readonly #given: BatchStream;
  readonly #forms: () => Forms;
  readonly #check: (where: string, batch: Examples) => void;
  readonly #staged = new Map<string, Staged>();
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | null = null;
  /** Batches left in this epoch; null if only their end tells. */
  #left: number | null = null;
  /** The number of the batch in its epoch, from 1. */
  #number = 0;
  /** A batch that was asked for before it was due. */
  #ahead: Examples | null = null;
  /** The epoch of the batches that come now. */
  #epoch = 0;

  /** `check` is called with each batch, before anything is computed. */
  constructor(where: string, given: BatchStream, forms: () => Forms, check: (where: string, batch: Examples) => void) {
    this.#where = where;
    this.#given = given;
    this.#forms = forms;
    this.#check = check;
  }

  /** Begins an epoch of `steps` batches, or of all that come. */
  begin(steps: number | null, epoch = 0): void {
    // A function gives new batches for each epoch; a generator goes on where it was.
    const isNew = typeof this.#given === "function" || hasEpochs(this.#given) || steps === null;
    // The first batch was asked for before it was known in which epoch a run goes on.
    if (epoch !== this.#epoch && knowsEpoch(this.#given)) this.#ahead = null;
    this.#epoch = epoch;
    if (!this.#ahead && (!this.#iterator || isNew)) {
      this.end();
      this.#iterator = iteratorOf(this.#where, this.#given, epoch);
    }
    this.#left = steps;
    this.#number = 0;
  }

  /** The first batch, for what must be known before the first step. */
  async first(): Promise<Examples | null> {
    this.#iterator ??= iteratorOf(this.#where, this.#given, this.#epoch);
    this.#ahead ??= await this.#pull();
    return this.#ahead;
  }

  async next(): Promise<Ready | null> {
    if (this.#left === 0) return null;
    const batch = this.#ahead ?? (await this.#pull());
    this.#ahead = null;
    if (!batch) {
      if (this.#left !== null)
        throw new ArgumentError(
          `${this.#where}: expected ${this.#number + this.#left} batches for an epoch, got ${this.#number}; ` +
            "give fewer stepsPerEpoch, or a function that returns a new generator.",
        );
      return null;
    }
    if (this.#left !== null) this.#left--;
    this.#number++;
    const at = `${this.#where}: batch ${this.#number}`;
    try {
      this.#check(at, batch);
    } catch (error) {
      if (!(error instanceof ShapeError) || error.message.startsWith(at)) throw error;
      throw new ShapeError(`${at}: ${error.message}`, { cause: error });
    }
    const form = this.#write(batch);
    return { batch: batch.size, steps: 1, form };
  }

  batch({ form, batch }: Ready): Batch {
    const staged = this.#staged.get(form);
    if (!staged) throw new ArgumentError(`${this.#where}: there is no batch of ${batch} examples.`);
    return {
      inputs: mapTree(staged.inputs, isResident, (column) => column.all()),
      targets: mapTree(staged.targets, isResident, (column) => column.all()),
      weights: staged.weights?.all().cast("float32") ?? null,
    };
  }

  async skip(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) await this.next();
  }

  mark(): () => void {
    const values = [...this.#staged.values()].flatMap(({ inputs, targets, weights }) => {
      const columns: ResidentColumn[] = weights ? [weights] : [];
      for (const tree of [inputs, targets]) mapTree(tree, isResident, (column) => columns.push(column));
      return columns.map((column) => column.keep());
    });
    return () => {
      for (const restore of values) restore();
    };
  }

  /** Lets a generator that was made here end: it may hold a file open. The user's own can go on. */
  end(): void {
    const own = typeof this.#given === "function" || hasEpochs(this.#given) ? this.#iterator : null;
    this.#iterator = null;
    Promise.resolve()
      .then(() => own?.return?.())
      .catch(() => undefined);
  }

  async #pull(): Promise<Examples | null> {
    const at = `${this.#where}: batch ${this.#number + 1}`;
    let value: unknown;
    try {
      const next = await this.#iterator?.next();
      if (!next || next.done) return null;
      value = await next.value;
    } catch (error) {
      throw new NablaError(`${at}: the generator threw: ${error instanceof Error ? error.message : describe(error)}`, {
        cause: error,
      });
    }
    return toBatch(at, value, this.#forms());
  }

  #write({ inputs, targets, weights }: Examples): string {
    const parts = [inputs, targets, ...(weights ? [weights] : [])];
    const form = JSON.stringify(
      parts.map((tree) =>
        mapTree(tree, isColumn, ({ array, scale, offset }) =>
          [array.dtype + formatShape(array.shape), scale, offset].join(),
        ),
      ),
    );
    const staged = this.#staged.get(form);
    if (staged) {
      refillColumns(staged.inputs, inputs);
      refillColumns(staged.targets, targets);
      if (weights) staged.weights?.refill(weights);
    } else {
      this.#staged.set(form, {
        inputs: mapTree(inputs, isColumn, (column) => new ResidentColumn(column, "inputs")),
        targets: mapTree(targets, isColumn, (column) => new ResidentColumn(column, "targets")),
        weights: weights && new ResidentColumn(weights, "sample weights"),
      });
    }
    return form;
  }
}

/** True if the batches depend on the epoch. */
const knowsEpoch = (given: BatchStream): boolean =>
  hasEpochs(given) || (typeof given === "function" && given.length > 0);

function iteratorOf(where: string, given: BatchStream, epoch: number): AsyncIterator<unknown> | Iterator<unknown> {
  const made = typeof given === "function" ? given(epoch) : hasEpochs(given) ? given.epoch(epoch) : given;
  if (typeof made === "object" && made !== null) {
    if (Symbol.asyncIterator in made) return made[Symbol.asyncIterator]();
    if (Symbol.iterator in made) return made[Symbol.iterator]();
  }
  checkNotAsync(where, made, "write async function*, which yields batches one after another");
  throw new ArgumentError(
    `${where}: expected a function that returns batches one after another (a generator), got ${describe(made)}.`,
  );
}
