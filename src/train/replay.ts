// Records the last steps of a run, so that a step whose loss is not finite can be taken again as it was.
import { dtypeInfo } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { Ready, Source } from "./source.ts";
import type { StepKind } from "./trainer.ts";

/** The steps of one call. */
export interface Steps {
  readonly kind: StepKind;
  readonly ready: Ready;
  /** Leads the source back to the first of these steps, or to a later one. */
  readonly rewind: ReturnType<Source["mark"]>;
}

/** The least time between two snapshots, in milliseconds; it is longer if there is much to copy. */
const shortest = 500;
/** The interval is 1 ms for this many bytes, so that copies, at half a nanosecond a byte, cost half a percent. */
const bytesPerMillisecond = 1e4;

/** A snapshot of the variables that a training step changes, and the calls since. */
export class Recording {
  readonly #state: () => readonly Variable[];
  readonly #learningRate: Variable;
  readonly #interval: number;
  #snapshot: ReadonlyMap<Variable, Tensor> = new Map();
  #taken = -Infinity;
  calls: (Steps & { readonly learningRate: Tensor })[] = [];

  /** `state` gives all variables that a training step changes. */
  constructor(state: () => readonly Variable[], learningRate: Variable) {
    this.#state = state;
    this.#learningRate = learningRate;
    const bytes = state().reduce((n, { shape, dtype }) => n + shape.reduce((a, b) => a * b, dtypeInfo(dtype).bytes), 0);
    this.#interval = Math.max(shortest, bytes / bytesPerMillisecond);
  }

  /** Records the steps that the caller takes next. */
  record(steps: Steps): void {
    const now = performance.now();
    if (now - this.#taken >= this.#interval) {
      this.takeSnapshot();
      [this.#taken, this.calls] = [now, []];
    }
    this.calls.push({ ...steps, learningRate: this.#learningRate.value });
  }

  /** Keeps the values of the variables. The numbers are copied only when a program overwrites them. */
  takeSnapshot(): void {
    this.#snapshot = new Map(this.#state().map((variable) => [variable, variable.value]));
  }

  /** Gives the variables the values of the snapshot. */
  restore(): void {
    for (const [variable, value] of this.#snapshot) variable.assign(value);
  }
}
