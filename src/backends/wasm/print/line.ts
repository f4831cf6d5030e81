// Several axes as one line of places: how contractions with many axes on a side are walked by a single number.
import { sizeOf } from "../../../shape.ts";
import type { Local } from "../assemble/assembler.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/** Axes of a loop nest, the last of which runs fastest. Its run may be padded, so that panels do not straddle two runs. */
export interface Line {
  readonly axes: readonly number[];
  readonly extents: readonly number[];
  /** Length of the last axis, and the same with padding. */
  readonly run: number;
  readonly paddedRun: number;
  /** How many runs there are. */
  readonly runs: number;
  /** Places in the line, padding included. */
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

/** The axis of a line, which has one at least, that runs fastest. */
export const innerAxis = (line: Line): number => line.axes[line.axes.length - 1]!;

/** Runs `body` with counters for the axes of `line`, taken from the local `at`: a place of the line. */
export function atPlace(p: VectorPrinter, line: Line, at: Local, body: (inner: Local) => void): void {
  const { f } = p;
  if (line.axes.length === 0) return body(at);
  if (line.axes.length === 1) return p.inside(line.axes[0]!, at, () => body(at));
  const inner = f.local("i32");
  const run = f.local("i32");
  f.get(at).i32(line.paddedRun).emit("i32.rem_u").set(inner);
  f.get(at).i32(line.paddedRun).emit("i32.div_u").set(run);
  atRun(p, line, run, () => p.inside(innerAxis(line), inner, () => body(inner)));
  f.release(inner, "i32");
  f.release(run, "i32");
}

/** Runs `body` with counters for all axes of `line` but the last, taken from the local `run`. */
export function atRun(p: VectorPrinter, line: Line, run: Local, body: () => void): void {
  const { f } = p;
  const outer = line.axes.slice(0, -1);
  const counters = outer.map((_, i) => (i === 0 && outer.length === 1 ? run : f.local("i32")));
  if (outer.length > 1) {
    const rest = f.local("i32");
    f.get(run).set(rest);
    for (let i = outer.length - 1; i > 0; i--) {
      f.get(rest).i32(line.extents[i]!).emit("i32.rem_u").set(counters[i]!);
      f.get(rest)
        .i32(line.extents[i]!)
        .emit("i32.div_u")
        .set(i === 1 ? counters[0]! : rest);
    }
    f.release(rest, "i32");
  }
  const nest = (depth: number): void =>
    depth === outer.length ? body() : p.inside(outer[depth]!, counters[depth]!, () => nest(depth + 1));
  nest(0);
  for (const counter of counters) if (counter !== run) f.release(counter, "i32");
}
