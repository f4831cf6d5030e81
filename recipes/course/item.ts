// The form of a course item: it computes, and gives its parts as data.
import type { Part } from "../tools/part.ts";

export * from "../tools/part.ts";

export interface RunOptions {
  /** The same experiment in about a second: fewer steps, fewer examples. */
  readonly tiny: boolean;
  readonly seed: number;
  /** Ends the item at the next part when it is aborted. */
  readonly signal?: AbortSignal;
}

/** An item: an async generator, whose parts appear as they are computed. */
export type Item = (options: RunOptions) => AsyncIterable<Part>;
