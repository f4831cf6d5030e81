// Cuts the sum of a product into passes: each adds up some steps in registers, and then adds its sum to the total.
import { sizeOf } from "../../../shape.ts";
import { type Line, lineOf } from "./line.ts";

/** Steps of the sum in one pass: 512 steps of an 8-column panel are 16 KB, which stay in the first-level cache. */
const longestPass = 512;
/** Steps of a pass over columns that are read in place by few rows: the second tile of rows finds them in the cache. */
const shortPass = 64;

export interface Passes {
  /** The axes of the sum along which passes are cut; a pass is a range of indices of this line. */
  readonly line: Line;
  /** No pass crosses a multiple of so many indices. */
  readonly within: number;
  /** Steps of the sum within one index of the line. */
  readonly unitSteps: number;
  /** Most indices of the line in one pass, number of passes, and most steps in a pass. */
  readonly length: number;
  readonly count: number;
  readonly steps: number;
  /** The axes that a tile walks within a pass, outermost first: the line's last one, and those within it. */
  readonly axes: readonly number[];
}

/** The passes over a sum of one run, whose lengths are multiples of whole vectors. */
export function passesOverRun(depth: Line, isShort: boolean): Passes {
  const length = Math.min(depth.run, Math.ceil(even(depth.run, isShort ? shortPass : longestPass) / 4) * 4);
  return passes(depth, depth.run, 1, length, depth.axes);
}

/** The passes over a sum of several runs, each of some whole runs, whatever the axes that these belong to. */
export function passesOfRuns(depth: Line, extents: readonly number[]): Passes {
  const line = lineOf(depth.axes.slice(0, -1), extents);
  const length = even(line.count, Math.max(1, Math.floor(longestPass / depth.run)));
  return passes(line, line.count, depth.run, length, depth.axes);
}

/**
 * The passes over a sum of several runs whose rows are read in place. Each pass is a box: a range along one axis, and
 * all of the axes within it, so that a tile walks it by adding constants to the addresses of its rows.
 */
export function passesOfBoxes(depth: Line, extents: readonly number[]): Passes {
  const steps = (from: number): number => sizeOf(depth.extents.slice(from));
  // The last axis is not cut: its runs are read in place, however long they are.
  let cut = depth.axes.length - 2;
  while (cut > 0 && steps(cut) <= longestPass) cut--;
  const line = lineOf(depth.axes.slice(0, cut + 1), extents);
  const length = even(line.run, Math.max(1, Math.floor(longestPass / steps(cut + 1))));
  return passes(line, line.run, steps(cut + 1), length, depth.axes.slice(cut));
}

function passes(line: Line, within: number, unitSteps: number, length: number, axes: readonly number[]): Passes {
  const count = Math.ceil(within / length) * (line.count / within);
  return { line, within, unitSteps, length, count, steps: length * unitSteps, axes };
}

/** The length of nearly equal parts, of at most `most` each. */
const even = (count: number, most: number): number => Math.ceil(count / Math.ceil(count / most));
