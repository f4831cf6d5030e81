// A piece of a kernel: a function that computes some of its units, and that any thread may call.

import type { FunctionBuilder, Local } from "../assemble/assembler.ts";

/**
 * Parameters of a piece's function after the addresses of the kernel's buffers: the addresses of the kernel's scratch
 * memory and of the thread's own, and the range of units, `first` ≤ unit < `last`.
 */
export const pieceParameters = ["scratch", "own", "first", "last"] as const;

export type PieceParameters = Readonly<Record<(typeof pieceParameters)[number], Local>>;

/** The parameters of a piece's function, which follow the addresses of so many buffers. */
export const parametersAfter = (buffers: number): PieceParameters => ({
  scratch: buffers,
  own: buffers + 1,
  first: buffers + 2,
  last: buffers + 3,
});

export interface Piece {
  readonly f: FunctionBuilder;
  /** Number of units that the work is cut into. It follows from shapes only, never from the number of threads. */
  readonly units: number;
  /** True if the function takes {@link pieceParameters}; a function without them has a single unit. */
  readonly divides: boolean;
  /** Cost of all units together, in simple vector instructions. */
  readonly work: number;
  /** Bytes that the function needs of a thread's own memory. */
  readonly ownBytes: number;
}

/** Most units of a piece: the ticket by which threads share them (`run/control.ts`) has 12 bits for a unit. */
export const mostUnitsOfPhase = 0xfff;

/** Least work of a unit. It takes about four microseconds; handing over less to another thread does not pay. */
const leastWork = 16_000;
/**
 * Upper bound on units: more do not improve load balance. Only units that exceed {@link longestWork} are cut further.
 */
const mostUnits = 32;
/**
 * Most work of a unit: about two milliseconds, less than half of the 5 ms slice in which a page's main thread computes.
 */
export const longestWork = 8_000_000;

/** Number of units for work that can be cut into at most `parts`. */
export function unitsFor(work: number, parts: number): number {
  const most = Math.max(mostUnits, Math.min(mostUnitsOfPhase, Math.ceil(work / longestWork)));
  return Math.max(1, Math.min(most, parts, Math.floor(work / leastWork)));
}
