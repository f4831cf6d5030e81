// The trace in progress: of a function under `compile`, the body of a loop, or a function given to a transformation.
import { ArgumentError } from "../errors.ts";
import type { Resident } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";

/** While a function is traced, its reads and assignments of variables are collected here. */
export interface Trace {
  readonly reads: Map<Resident, Node>;
  readonly assigned: Map<Resident, Node>;
  /** Nodes with a lower number were made before the trace began. */
  readonly firstId: number;
}

let trace: Trace | null = null;
let forbidding: string | null = null;
let transforming = 0;

export function currentTrace(): Trace | null {
  return trace;
}

/** Runs `body` with its reads and assignments collected in `into`. */
export function tracing<T>(into: Trace, body: () => T): T {
  const outer = trace;
  trace = into;
  try {
    return body();
  } finally {
    trace = outer;
  }
}

/** Runs `body`, the function given to `caller`. It may not assign variables, because it stands for many steps. */
export function withoutAssignments<T>(caller: string, body: () => T): T {
  const outer = forbidding;
  forbidding = caller;
  try {
    return body();
  } finally {
    forbidding = outer;
  }
}

/** Throws {@link ArgumentError} if the function that is being called stands for many steps. */
export function checkAssignable(name: string): void {
  if (!forbidding) return;
  throw new ArgumentError(
    `${forbidding}: ${name} is assigned inside f, which is called once and stands for every step. ` +
      "Make it part of the carry, and assign the last carry outside.",
  );
}

/** Runs `body`, a function given to a transformation; compiled functions that it calls are inlined. */
export function transformed<T>(body: () => T): T {
  transforming++;
  try {
    return body();
  } finally {
    transforming--;
  }
}

/** True if a compiled function that is called now is traced into its caller. */
export function isInlining(): boolean {
  return trace !== null || forbidding !== null || transforming > 0;
}

/** The reason that tensors have no numbers at this moment; null if they can be computed. */
export function whyNoNumbers(): string | null {
  if (trace)
    return (
      "a function under compile or grad is traced, so its tensors have no numbers yet. " +
      "Return the tensor from the function and ask for its numbers outside."
    );
  if (forbidding)
    return (
      `${forbidding}: inside f tensors have no numbers yet: it is called once and stands for every step. ` +
      "Return the values that you need as y, and ask for their numbers outside."
    );
  return null;
}
