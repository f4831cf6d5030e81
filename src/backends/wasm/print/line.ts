// Flattens several axes into one line, so that a contraction with many axes on a side is walked by a single index.
import { sizeOf } from "../../../shape.ts";
import type { Local } from "../assemble/assembler.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/**
 * Axes of a loop nest as one flat index. The last axis runs fastest; its indices are a run. Runs may be padded, so that
 * no panel straddles two of them.
 */
export interface Line {
  readonly axes: readonly number[];
  readonly extents: readonly number[];
  /** Length of the last axis, without and with padding. */
  readonly run: number;
  readonly paddedRun: number;
  /** Number of runs: the product of all extents but the last. */
  readonly runs: number;
  /** Number of indices, padding included. */
  readonly count: number;
}

/** The axes as a line whose runs are padded to a multiple of `width`. */
export function lineOf(axes: readonly number[], extents: readonly number[], width = 1): Line {
  const lengths = axes.map((axis) => extents[axis]!);
  const run = lengths[lengths.length - 1] ?? 1;
  const paddedRun = Math.ceil(run / width) * width;
  const runs = sizeOf(lengths.slice(0, -1));
  return { axes, extents: lengths, run, paddedRun, runs, count: runs * paddedRun };
}

/** The fastest axis of a line, which must have at least one. */
export const innerAxis = (line: Line): number => line.axes[line.axes.length - 1]!;

/** The axes of a line with their extents, outermost first. */
export const axesOf = ({ axes, extents }: Line): [axis: number, extent: number][] =>
  axes.map((axis, i) => [axis, extents[i]!]);

/** Runs `body` with a counter for each axis of `line`, computed from the flat index in the local `at`. */
export function atIndex(p: VectorPrinter, line: Line, at: Local, body: (inner: Local) => void): void {
  const { f } = p;
  if (line.axes.length === 0) return body(at);
  if (line.axes.length === 1) return p.inside(innerAxis(line), at, () => body(at));
  const inner = f.local("i32");
  const run = f.local("i32");
  f.get(at).i32(line.paddedRun).emit("i32.rem_u").set(inner);
  f.get(at).i32(line.paddedRun).emit("i32.div_u").set(run);
  atRun(p, line, run, () => p.inside(innerAxis(line), inner, () => body(inner)));
  f.release(inner, "i32");
  f.release(run, "i32");
}

/** Runs `body` with a counter for each axis of `line` but the last, computed from the number of the run in `run`. */
export function atRun(p: VectorPrinter, line: Line, run: Local, body: () => void): void {
  const { f } = p;
  const outer = axesOf(line).slice(0, -1);
  const levels = outer.map(([axis, extent]) => ({ axis, extent, counter: outer.length === 1 ? run : f.local("i32") }));
  const [first, ...others] = levels;
  if (first !== undefined && others.length > 0) {
    const rest = f.local("i32");
    f.get(run).set(rest);
    for (const [i, { extent, counter }] of [...others.entries()].reverse()) {
      f.get(rest).i32(extent).emit("i32.rem_u").set(counter);
      f.get(rest)
        .i32(extent)
        .emit("i32.div_u")
        .set(i === 0 ? first.counter : rest);
    }
    f.release(rest, "i32");
  }
  const nest = ([level, ...inner]: typeof levels): void =>
    level === undefined ? body() : p.inside(level.axis, level.counter, () => nest(inner));
  nest(levels);
  for (const { counter } of levels) if (counter !== run) f.release(counter, "i32");
}
