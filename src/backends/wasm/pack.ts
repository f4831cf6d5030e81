// Packing: one side of a product, read through its views and computed on the way, into panels for the micro-kernel.
import type { FunctionBuilder, Local } from "./assembler.ts";
import { type Vector, vectorOperands } from "./expand.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/** One side of a contraction: rows of A or columns of B, along which the panel is `width` wide. */
export interface Side {
  readonly value: Vector;
  /** The axis that the panel cuts into widths, and the axis of the sum. */
  readonly axis: number;
  readonly k: number;
  readonly width: number;
  /** Length of the sum. */
  readonly depth: number;
}

/**
 * Fills panels [k][width] one after the other at `target` (a local that is moved past them), for places `first` to
 * `last` of the side's axis. What lies past the last place, in the last panel, is zeros or numbers of no account.
 */
export function printPack(p: VectorPrinter, side: Side, first: Local, last: Local, target: Local, remainder: number): void {
  const { f } = p;
  const { axis, width } = side;
  const at = f.local("i32");
  const alongPanel = runsAlong(side.value, axis) >= runsAlong(side.value, side.k);
  p.vectorAxis = alongPanel ? axis : side.k;
  const panel = (places: number): void =>
    p.inside(axis, at, () => {
      p.hoist([side.value], axis);
      if (alongPanel) printAlongPanel(p, side, target, places);
      else printAlongSum(p, side, target, places);
      f.get(target).plus(side.depth * width * 4).set(target);
    });
  // Whole panels, then the one that is cut short.
  f.get(first).set(at);
  f.emit("block").emit("loop");
  f.get(at).plus(width).get(last).emit("i32.gt_s").emit("br_if", 1);
  panel(width);
  f.get(at).plus(width).set(at).emit("br", 0).emit("end").emit("end");
  if (remainder > 0) {
    f.get(at).get(last).emit("i32.lt_s").emit("if");
    panel(remainder);
    f.emit("end");
  }
  f.release(at, "i32");
}

/** How many loads of a value run through memory along an axis, less those that jump. */
function runsAlong(value: Vector, axis: number, seen = new Set<Vector>()): number {
  if (seen.has(value)) return 0;
  seen.add(value);
  let runs = 0;
  if (value.kind === "load") {
    const c = value.at.coefficients[axis]!;
    runs += c === 1 ? 1 : c === 0 ? 0 : -1;
  }
  return vectorOperands(value).reduce((n, v) => n + runsAlong(v, axis, seen), runs);
}

/** Neighbours in memory are neighbours in the panel: each step of k is a few vectors. */
function printAlongPanel(p: VectorPrinter, side: Side, target: Local, places: number): void {
  const { f } = p;
  const { value, axis, k, width, depth } = side;
  const step = f.local("i32");
  const to = f.local("i32");
  f.get(target).set(to);
  f.countedLoop(step, 0, depth, 1, () =>
    p.inside(k, step, () => {
      p.hoist([value], axis);
      for (let j = 0; j * 4 < places; j++) {
        p.lanes = Math.min(4, places - j * 4);
        p.displaced(axis, j * 4, () => {
          p.beginBody([value]);
          f.get(to);
          p.value(value);
          f.emit("v128.store", j * 16);
          p.endBody();
        });
      }
      f.get(to).plus(width * 4).set(to);
    }),
  );
  p.lanes = 4;
  f.release(step, "i32");
  f.release(to, "i32");
}

/** Neighbours in memory follow each other in the sum: four rows by four steps are turned round in registers. */
function printAlongSum(p: VectorPrinter, side: Side, target: Local, places: number): void {
  const { f } = p;
  const { value, axis, k, width, depth } = side;
  const step = f.local("i32");
  const to = f.local("i32");
  f.get(target).set(to);
  const block = (steps: number): void =>
    p.inside(k, step, () => {
      p.lanes = steps;
      p.hoist([value], axis);
      for (let group = 0; group * 4 < places; group++) {
        const rows = [0, 1, 2, 3].map((r) => {
          const row = f.local("v128");
          if (group * 4 + r >= places) f.splat(0, "f32");
          else {
            p.displaced(axis, group * 4 + r, () => {
              p.beginBody([value]);
              p.value(value);
              p.endBody();
            });
          }
          f.set(row);
          return row;
        });
        printTransposed(f, rows, (i) => i < steps, to, (i) => i * width * 4 + group * 16);
        for (const row of rows) f.release(row, "v128");
      }
      p.lanes = 4;
    });
  const whole = depth - (depth % 4);
  if (whole > 0) {
    f.countedLoop(step, 0, whole, 4, () => {
      block(4);
      f.get(to).plus(width * 16).set(to);
    });
  }
  if (depth > whole) {
    f.i32(whole).set(step);
    block(depth - whole);
  }
  f.release(step, "i32");
  f.release(to, "i32");
}

/** Stores the columns of four rows of four: columns for which `wanted` holds, at `to` + `offset`. */
function printTransposed(f: FunctionBuilder, rows: readonly Local[], wanted: (i: number) => boolean, to: Local, offset: (i: number) => number): void {
  const words = (a: number, b: number, c: number, d: number): number[] => [a, b, c, d].flatMap((w) => [4 * w, 4 * w + 1, 4 * w + 2, 4 * w + 3]);
  const [r0, r1, r2, r3] = rows as [Local, Local, Local, Local];
  const [upper, lower] = [f.local("v128"), f.local("v128")];
  for (const half of [0, 1]) {
    const mix = half === 0 ? words(0, 4, 1, 5) : words(2, 6, 3, 7);
    f.get(r0).get(r1).emit("i8x16.shuffle", ...mix).set(upper);
    f.get(r2).get(r3).emit("i8x16.shuffle", ...mix).set(lower);
    for (const i of [0, 1]) {
      if (!wanted(half * 2 + i)) continue;
      f.get(to).get(upper).get(lower).emit("i8x16.shuffle", ...(i === 0 ? words(0, 1, 4, 5) : words(2, 3, 6, 7)));
      f.emit("v128.store", offset(half * 2 + i));
    }
  }
  f.release(upper, "v128");
  f.release(lower, "v128");
}
