// A piece of a kernel's work: a function that does some of its units, which any thread may call.

import type { FunctionBuilder } from "../assemble/assembler.ts";

/**
 * What a piece's function takes after the addresses of the kernel's buffers: the kernel's scratch memory, the thread's
 * own, and the first unit to do and the one after the last.
 */
export const pieceParameters = ["scratch", "own", "first", "last"] as const;

export interface Piece {
  readonly f: FunctionBuilder;
  /** In how many parts the work is cut. The rule knows the shapes only, never the number of threads. */
  readonly units: number;
  /** Whether the function takes {@link pieceParameters}; one that does not has a single unit. */
  readonly divides: boolean;
  /** What all units together cost, in simple vector instructions. */
  readonly work: number;
  /** Bytes of a thread's own memory that the function needs. */
  readonly ownBytes: number;
}

/** The most units that a piece may have: the ticket by which threads share them (`run/control.ts`) has 12 bits for a unit. */
export const mostUnitsOfPhase = 0xfff;

/** A piece of work that costs less is not worth the handing over. About four microseconds. */
const leastWork = 16_000;
/** More units than this help nobody, as any number of threads that machines have finds its share; unless one would be longer than about two milliseconds. */
const mostUnits = 32;
export const longestWork = 8_000_000;

/** In how many units work is cut that can be cut in `parts`. */
export function unitsFor(work: number, parts: number): number {
  const most = Math.max(mostUnits, Math.min(mostUnitsOfPhase, Math.ceil(work / longestWork)));
  return Math.max(1, Math.min(most, parts, Math.floor(work / leastWork)));
}
