// Packs the columns of a product once, for all threads.
import type { Kernel } from "../../../compile/kernel.ts";
import type { Local } from "../assemble/assembler.ts";
import type { Blocking } from "./blocking.ts";
import { frameOf, pushSharedColumns } from "./frame.ts";
import { atIndex } from "./line.ts";
import { printPanels } from "./pack.ts";
import { type Piece, unitsFor } from "./piece.ts";
import type { Target } from "./target.ts";

/** The piece that packs the columns of every product of a batch. Each of its units is a range of panels. */
export function printSharedColumns(kernel: Kernel, b: Blocking, name: string, target: Target): Piece {
  /** Number of column panels, over all products of the batch. */
  const panels = (b.columns.count / b.tileColumns) * b.batch.count;
  const work = b.columns.count * b.depth.count * b.batch.count;
  const units = unitsFor(work, panels);
  const frame = frameOf(kernel, b, name, target);
  const { f, p, parameters } = frame;
  const perProduct = b.columns.count / b.tileColumns;
  const perUnit = Math.ceil(panels / units);
  const { panel, stop, batch, last, to } = f.locals("i32", "panel", "stop", "batch", "last", "to");
  f.get(parameters.first).times(perUnit).set(panel);
  f.least(
    () => f.get(parameters.last).times(perUnit),
    () => f.i32(panels),
  ).set(stop);
  f.get(panel).get(stop).emit("i32.lt_u").emit("if");
  p.inside(-1, null, () => {
    const some = (first: Local, end: Local): void => {
      pushSharedColumns(frame, batch);
      f.get(first)
        .times(b.depth.count * b.tileColumns * 4)
        .emit("i32.add")
        .set(to);
      printPanels(p, frame.columns, b.tileColumns, first, end, to, b.depth.count * b.tileColumns * 4, null);
    };
    if (b.batch.count === 1) {
      f.i32(0).set(batch);
      return atIndex(p, b.batch, batch, () => some(panel, stop));
    }
    // The panels of a unit may belong to several products.
    const first = f.local("i32");
    f.get(panel).i32(perProduct).emit("i32.div_u").set(batch);
    f.emit("loop");
    f.get(panel).get(batch).times(perProduct).emit("i32.sub").set(first);
    f.least(
      () => f.get(stop).get(batch).times(perProduct).emit("i32.sub"),
      () => f.i32(perProduct),
    ).set(last);
    atIndex(p, b.batch, batch, () => some(first, last));
    f.get(batch)
      .plus(1)
      .tee(batch)
      .times(perProduct)
      .tee(panel)
      .get(stop)
      .emit("i32.lt_u")
      .emit("br_if", 0)
      .emit("end");
    f.release(first, "i32");
  });
  f.emit("end");
  return { f, units, divides: true, work, ownBytes: 0 };
}
