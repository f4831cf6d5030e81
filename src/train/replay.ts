// A recording of the last steps of a run, from which a step that went wrong can be taken again as it was.
import { dtypeInfo } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";

/** Some steps that one call takes: `count` of them, with `batch` examples each. */
interface Steps {
  readonly order: Int32Array;
  /** The position of the first example in the order. */
  readonly position: number;
  readonly batch: number;
  readonly count: number;
}

/** A snapshot is taken anew after this many milliseconds, or later where there is much to copy. */
const shortest = 500;
/** Copying a byte takes less than half a nanosecond: with this many bytes a millisecond a copy costs half a percent. */
const bytesPerMillisecond = 1e4;

/** A snapshot of the variables that a training step changes, and the calls since. */
export class Recording {
  readonly #state: readonly Variable[];
  readonly #learningRate: Variable;
  readonly #interval: number;
  #snapshot: readonly Tensor[] = [];
  #taken = -Infinity;
  calls: (Steps & { readonly learningRate: Tensor })[] = [];

  /** `state` are all variables that a training step changes. */
  constructor(state: readonly Variable[], learningRate: Variable) {
    this.#state = state;
    this.#learningRate = learningRate;
    const bytes = state.reduce((n, { shape, dtype }) => n + shape.reduce((a, b) => a * b, dtypeInfo(dtype).bytes), 0);
    this.#interval = Math.max(shortest, bytes / bytesPerMillisecond);
  }

  /** Notes the steps that the caller takes next. */
  note(steps: Steps): void {
    const now = performance.now();
    if (now - this.#taken >= this.#interval) {
      this.takeSnapshot();
      [this.#taken, this.calls] = [now, []];
    }
    this.calls.push({ ...steps, learningRate: this.#learningRate.value });
  }

  /** Remembers the variables. The numbers are copied only when a program overwrites them. */
  takeSnapshot(): void {
    this.#snapshot = this.#state.map((variable) => variable.value);
  }

  /** Gives the variables the values of the snapshot. */
  restore(): void {
    this.#state.forEach((variable, i) => variable.assign(this.#snapshot[i]!));
  }
}
