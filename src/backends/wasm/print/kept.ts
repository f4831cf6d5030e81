// Finds values that one stage of a row computes and a later one reads. The expensive ones are kept in memory.
import { type Vector, vectorOperands } from "./expand.ts";

/** A value that one stage stores for later ones. */
export interface Kept {
  readonly value: Vector;
  /** The stage that computes it. */
  readonly stage: number;
}

/** Values of at least so many instructions are kept: below that, computing twice costs less than a store and a load. */
const fewestInstructions = 12;
/** Most bytes of kept values of a row, so that they stay in the second-level cache. */
const mostBytes = 256 * 1024;

/**
 * The values to keep. `stages` lists the values that each stage computes per element, `changes` tells if a value
 * differs between elements, and `vectors` is the number of vectors in a row.
 */
export function findKept(
  stages: readonly (readonly Vector[])[],
  changes: (v: Vector) => boolean,
  vectors: number,
): readonly Kept[] {
  const first = new Map<Vector, number>();
  const kept = new Map<Vector, Kept>();
  stages.forEach((values, stage) => {
    const seen = new Set<Vector>();
    const walk = (v: Vector): void => {
      if (seen.has(v)) return;
      seen.add(v);
      const earlier = first.get(v);
      if (earlier !== undefined && earlier < stage && changes(v) && instructionsOf(v) >= fewestInstructions) {
        kept.set(v, kept.get(v) ?? { value: v, stage: earlier });
        return;
      }
      if (earlier === undefined) first.set(v, stage);
      vectorOperands(v).forEach(walk);
    };
    values.forEach(walk);
  });
  const found = [...kept.values()];
  return found.length * 16 * vectors <= mostBytes ? found : [];
}

/** Number of distinct instructions that compute a value. */
function instructionsOf(value: Vector): number {
  const seen = new Set<Vector>();
  let count = 0;
  const walk = (v: Vector): void => {
    if (seen.has(v)) return;
    seen.add(v);
    if (v.kind === "op") count++;
    vectorOperands(v).forEach(walk);
  };
  walk(value);
  return count;
}
