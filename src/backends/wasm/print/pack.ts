// Packing: evaluates one side of a product, through its views, into the contiguous panels or rows of the micro-kernel.
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import { type Vector, vectorOperands } from "./expand.ts";
import { atIndex, atRun, innerAxis, type Line } from "./line.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/** One side of a contraction: its rows or columns as a line, and the steps of the sum as another. */
export interface Side {
  readonly value: Vector;
  readonly line: Line;
  readonly depth: Line;
}

/** The steps of the sum to pack, as a range of runs (of steps if there is one run); null for all. */
export type DepthRange = { readonly first: Local; readonly last: Local } | null;

/** A loop of at most so many iterations is unrolled, such as that over the window of a 3×3 convolution. */
const mostUnrolled = 24;

/** True if the operand is contiguous along the line's last axis rather than along the sum's. */
function runsAlongLine({ value, line, depth }: Side): boolean {
  return runsAlong(value, innerAxis(line)) >= runsAlong(value, innerAxis(depth));
}

/** Number of loads of a value that are contiguous along an axis, less the number that are strided. */
function runsAlong(value: Vector, axis: number, seen = new Set<Vector>()): number {
  if (seen.has(value)) return 0;
  seen.add(value);
  let runs = 0;
  if (value.kind === "load") {
    const c = value.at.coefficients[axis] ?? 0;
    runs += c === 1 ? 1 : c === 0 ? 0 : -1;
  }
  return vectorOperands(value).reduce((n, v) => n + runsAlong(v, axis, seen), runs);
}

/** Four-byte elements of a cache line. */
const cacheLineElements = 16;

/**
 * Fills panels [steps][width], at `target` and `panelBytes` apart, for the panels `first` ≤ panel < `last` of the side.
 * The last panel of a run is padded with zeros or with arbitrary numbers, which no result depends on.
 */
export function printPanels(
  p: VectorPrinter,
  side: Side,
  width: number,
  first: Local,
  last: Local,
  target: Local,
  panelBytes: number,
  range: DepthRange,
): void {
  const { f } = p;
  const { line, value } = side;
  const along = runsAlongLine(side);
  p.vectorAxis = along ? innerAxis(line) : innerAxis(side.depth);
  const [at, panel, done, to] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const print = (indices: number): void =>
    p.inside(-1, null, () => {
      p.hoist([value], innerAxis(line));
      f.get(target).get(panel).get(first).emit("i32.sub").times(panelBytes).emit("i32.add").set(to);
      if (along) printAlongPanel(p, side, width, to, indices, panelBytes, range);
      else printAlongSum(p, side, width, to, indices, range);
      f.get(panel)
        .plus(Math.ceil(indices / width))
        .set(done);
    });
  const remainder = line.run % width;
  const single = (inner: Local): void => {
    if (remainder === 0) print(width);
    else if (line.run < width) print(remainder);
    else {
      f.get(inner)
        .i32(line.run - remainder)
        .emit("i32.lt_u")
        .emit("if");
      print(width);
      f.emit("else");
      print(remainder);
      f.emit("end");
    }
  };
  f.get(first).set(panel).emit("loop");
  f.get(panel).times(width).set(at);
  atIndex(p, line, at, (inner) => {
    if (!along || line.run < cacheLineElements || width >= cacheLineElements) return single(inner);
    // Adjacent panels are filled together, so that whole cache lines are read.
    f.get(panel)
      .plus(cacheLineElements / width)
      .get(last)
      .emit("i32.le_u");
    f.get(inner).plus(cacheLineElements).i32(line.run).emit("i32.le_u").emit("i32.and").emit("if");
    print(cacheLineElements);
    f.emit("else");
    single(inner);
    f.emit("end");
  });
  f.get(done).tee(panel).get(last).emit("i32.lt_u").emit("br_if", 0).emit("end");
  for (const local of [at, panel, done, to]) f.release(local, "i32");
}

/** Fills rows [steps], `rowBytes` apart, at `target` (a local, advanced past them), for `first` ≤ row < `last`. */
export function printRows(
  p: VectorPrinter,
  side: Side,
  first: Local,
  last: Local,
  target: Local,
  rowBytes: number,
  range: DepthRange,
): void {
  const { f } = p;
  const at = f.local("i32");
  const to = f.local("i32");
  p.vectorAxis = innerAxis(side.depth);
  f.rangedLoop(
    at,
    () => f.get(first),
    last,
    1,
    () => {
      f.get(target).set(to);
      atIndex(p, side.line, at, () => {
        p.hoist([side.value]);
        walkDepth(
          p,
          side.depth,
          range,
          4,
          to,
          4,
          (_, offset) => {
            p.body([side.value], () => {
              f.get(to);
              p.value(side.value);
              f.emit("v128.store", offset);
            });
          },
          () => p.hoist([side.value]),
        );
      });
      f.get(target).plus(rowBytes).set(target);
    },
  );
  f.release(at, "i32");
  f.release(to, "i32");
}

/**
 * Loops over the steps of a sum, `group` at a time; `to` advances by `stepBytes` for each. The body gets the number of
 * valid steps, and the byte offset from `to` at which to store the first one.
 */
function walkDepth(
  p: VectorPrinter,
  depth: Line,
  range: DepthRange,
  group: number,
  to: Local,
  stepBytes: number,
  body: (steps: number, offset: number) => void,
  hoist: () => void,
): void {
  const { f } = p;
  const inner = innerAxis(depth);
  const whole = depth.run - (depth.run % group);
  const tail = depth.run - whole;
  const advance = (steps: number): void =>
    void f
      .get(to)
      .plus(steps * stepBytes)
      .set(to);
  const one = (steps: number, offset: number): void => {
    p.lanes = group === 1 ? p.lanes : steps;
    body(steps, offset);
    if (group > 1) p.lanes = 4;
  };
  if (range === null && depth.runs * Math.ceil(depth.run / group) <= mostUnrolled) {
    const nest = (axis: number, offset: number): void => {
      const steps = depth.extents.slice(axis + 1).reduce((n, m) => n * m, 1);
      const last = axis === depth.axes.length - 1;
      for (let i = 0; i < depth.extents[axis]!; i += last ? group : 1) {
        p.displaced(depth.axes[axis]!, i, () =>
          last
            ? one(Math.min(group, depth.run - i), offset + i * stepBytes)
            : nest(axis + 1, offset + i * steps * stepBytes),
        );
      }
    };
    nest(0, 0);
    return advance(depth.runs * depth.run);
  }
  const step = f.local("i32");
  const group4 = (steps: number): void =>
    p.inside(inner, step, () => {
      hoist();
      one(steps, 0);
      advance(steps);
    });
  const wholeRun = (): void => {
    if (whole > 0) f.countedLoop(step, 0, whole, group, () => group4(group));
    if (tail > 0) {
      f.i32(whole).set(step);
      group4(tail);
    }
  };
  if (depth.runs > 1) {
    const run = f.local("i32");
    const body = (): void =>
      atRun(p, depth, run, () => {
        hoist();
        wholeRun();
      });
    if (range) f.rangedLoop(run, () => f.get(range.first), range.last, 1, body);
    else f.countedLoop(run, 0, depth.runs, 1, body);
    f.release(run, "i32");
  } else if (!range) wholeRun();
  else {
    const stop = f.local("i32");
    f.least(
      () => f.get(range.last),
      () => f.i32(whole),
    ).set(stop);
    f.get(range.first).get(stop).emit("i32.lt_u").emit("if");
    f.rangedLoop(
      step,
      () => f.get(range.first),
      stop,
      group,
      () => group4(group),
    );
    f.emit("end");
    if (tail > 0) {
      f.get(range.last).i32(whole).emit("i32.gt_u").emit("if").i32(whole).set(step);
      group4(tail);
      f.emit("end");
    }
    f.release(stop, "i32");
  }
  f.release(step, "i32");
}

/** For an operand contiguous along the panel: each step of the sum is a few vectors, in one panel or in several. */
function printAlongPanel(
  p: VectorPrinter,
  { value, line, depth }: Side,
  width: number,
  to: Local,
  indices: number,
  panelBytes: number,
  range: DepthRange,
): void {
  const { f } = p;
  const axis = innerAxis(line);
  const steps = Array.from({ length: Math.ceil(indices / 4) }, (_, i) => 4 * i);
  walkDepth(
    p,
    depth,
    range,
    1,
    to,
    width * 4,
    (_, offset) => {
      const vectors: Local[] = [];
      p.abreast(axis, steps, [], (copy) => {
        p.lanes = Math.min(4, indices - 4 * copy);
        p.body([value], () => vectors.push(p.inLocal(value)));
      });
      p.lanes = 4;
      // V8 joins two stores into one only if no load is between them.
      vectors.forEach((vector, i) => {
        const panel = Math.floor((4 * i) / width);
        f.get(to)
          .get(vector)
          .emit("v128.store", offset + panel * panelBytes + ((4 * i) % width) * 4);
        f.release(vector, "v128");
      });
    },
    () => p.hoist([value], axis),
  );
}

/** For an operand contiguous along the sum: blocks of four rows by four steps are transposed in registers. */
function printAlongSum(
  p: VectorPrinter,
  { value, line, depth }: Side,
  width: number,
  to: Local,
  indices: number,
  range: DepthRange,
): void {
  const { f } = p;
  const axis = innerAxis(line);
  walkDepth(
    p,
    depth,
    range,
    4,
    to,
    width * 4,
    (steps, offset) => {
      for (let group = 0; group * 4 < indices; group++) {
        const rows = [0, 1, 2, 3].map((r) => {
          const row = f.local("v128");
          if (group * 4 + r >= indices) f.splat(0, "f32");
          else {
            p.displaced(axis, group * 4 + r, () => {
              p.body([value], () => p.value(value));
            });
          }
          f.set(row);
          return row;
        });
        printTransposed(
          f,
          rows,
          (i) => i < steps,
          to,
          (i) => offset + i * width * 4 + group * 16,
        );
        for (const row of rows) f.release(row, "v128");
      }
    },
    () => p.hoist([value], axis),
  );
}

/** Transposes a 4×4 block: stores each column for which `wanted` holds, at `to` + `offset`. */
function printTransposed(
  f: FunctionBuilder,
  rows: readonly Local[],
  wanted: (i: number) => boolean,
  to: Local,
  offset: (i: number) => number,
): void {
  const words = (a: number, b: number, c: number, d: number): number[] =>
    [a, b, c, d].flatMap((w) => [4 * w, 4 * w + 1, 4 * w + 2, 4 * w + 3]);
  const [r0, r1, r2, r3] = rows as [Local, Local, Local, Local];
  const [upper, lower] = [f.local("v128"), f.local("v128")];
  for (const half of [0, 1]) {
    const mix = half === 0 ? words(0, 4, 1, 5) : words(2, 6, 3, 7);
    f.get(r0)
      .get(r1)
      .emit("i8x16.shuffle", ...mix)
      .set(upper);
    f.get(r2)
      .get(r3)
      .emit("i8x16.shuffle", ...mix)
      .set(lower);
    for (const i of [0, 1]) {
      if (!wanted(half * 2 + i)) continue;
      f.get(to)
        .get(upper)
        .get(lower)
        .emit("i8x16.shuffle", ...(i === 0 ? words(0, 1, 4, 5) : words(2, 3, 6, 7)));
      f.emit("v128.store", offset(half * 2 + i));
    }
  }
  f.release(upper, "v128");
  f.release(lower, "v128");
}
