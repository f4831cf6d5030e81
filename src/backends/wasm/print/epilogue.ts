// The epilogue of a product: turns sums into results, with whatever was fused onto them, and stores these.
import type { Buffer } from "../../../compile/expression.ts";
import type { Local } from "../assemble/assembler.ts";
import type { Blocking } from "./blocking.ts";
import type { Vector, VectorAffine } from "./expand.ts";
import { atIndex, atRun, innerAxis } from "./line.ts";
import { printStore } from "./stores.ts";
import type { VectorPrinter } from "./vector-printer.ts";

/** A store of the kernel, expanded into vectors. */
export interface PrintedStore {
  readonly buffer: Buffer;
  readonly at: VectorAffine;
  readonly value: Vector;
}

/** The sums of a block in memory: the address of its first row, and the row stride in bytes. */
export interface Sums {
  readonly at: Local;
  readonly rowBytes: number;
}

export class EpiloguePrinter {
  readonly #p: VectorPrinter;
  readonly #b: Blocking;
  readonly #stores: readonly PrintedStore[];
  /** True for an engine that joins two vectors into one. */
  readonly #joinsPairs: boolean;

  constructor(p: VectorPrinter, b: Blocking, stores: readonly PrintedStore[], joinsPairs: boolean) {
    this.#p = p;
    this.#b = b;
    this.#stores = stores;
    this.#joinsPairs = joinsPairs;
  }

  /** Finishes the rows `first` ≤ row < `last`. The block's columns begin at `start`; null stands for all columns. */
  print(sums: Sums, first: Local, last: Local, start: Local | null): void {
    const { f } = this.#p;
    const p = this.#p;
    const b = this.#b;
    const { columns, rows } = b;
    const [row, column, sumsAt, rowSums] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    p.vectorAxis = innerAxis(columns);
    const whole = columns.run - (columns.run % 4);
    f.get(sums.at).set(sumsAt);
    f.rangedLoop(
      row,
      () => f.get(first),
      last,
      1,
      () => {
        atIndex(p, rows, row, (inner) => {
          if (rows.paddedRun !== rows.run) f.get(inner).i32(rows.run).emit("i32.lt_u").emit("if");
          p.inside(-1, null, () => {
            p.hoist(this.#stores.map((s) => s.value));
            this.#eachColumnRun(sumsAt, rowSums, () => {
              if (start === null) {
                // Two vectors per iteration, which an engine may join into one.
                const pairs = this.#joinsPairs ? columns.run - (columns.run % 8) : 0;
                if (pairs > 0) f.countedLoop(column, 0, pairs, 8, () => this.#finish(column, rowSums, null, 4, [0, 4]));
                if (whole > pairs) f.countedLoop(column, pairs, whole, 4, () => this.#finish(column, rowSums, null, 4));
                if (columns.run > whole) {
                  f.i32(whole).set(column);
                  this.#finish(column, rowSums, null, columns.run - whole);
                }
                return;
              }
              const stop = f.local("i32");
              f.least(
                () => f.get(start).plus(b.blockColumns),
                () => f.i32(whole),
              ).set(stop);
              // The last block may hold less than one whole vector.
              f.get(start).get(stop).emit("i32.lt_u").emit("if");
              f.rangedLoop(
                column,
                () => f.get(start),
                stop,
                4,
                () => this.#finish(column, rowSums, start, 4),
              );
              f.emit("end");
              if (columns.run > whole) {
                f.get(start).plus(b.blockColumns).i32(whole).emit("i32.gt_u").emit("if").i32(whole).set(column);
                this.#finish(column, rowSums, start, columns.run - whole);
                f.emit("end");
              }
              f.release(stop, "i32");
            });
          });
          if (rows.paddedRun !== rows.run) f.emit("end");
        });
        f.get(sumsAt).plus(sums.rowBytes).set(sumsAt);
      },
    );
    for (const local of [row, column, sumsAt, rowSums]) f.release(local, "i32");
  }

  /** Runs `body` for each run of the columns, with the address of its first sum in `rowSums`. */
  #eachColumnRun(sumsAt: Local, rowSums: Local, body: () => void): void {
    const { f } = this.#p;
    const { columns } = this.#b;
    f.get(sumsAt).set(rowSums);
    if (columns.runs === 1) return body();
    const run = f.local("i32");
    f.countedLoop(run, 0, columns.runs, 1, () => {
      atRun(this.#p, columns, run, () => {
        this.#p.hoist(this.#stores.map((s) => s.value));
        body();
      });
      f.get(rowSums)
        .plus(columns.paddedRun * 4)
        .set(rowSums);
    });
    f.release(run, "i32");
  }

  /** Computes and stores the results of `lanes` adjacent columns from each of `column` + `steps` on. */
  #finish(column: Local, rowSums: Local, start: Local | null, lanes: number, steps: readonly number[] = [0]): void {
    const { f } = this.#p;
    const p = this.#p;
    const axis = innerAxis(this.#b.columns);
    const [sumAt, sum] = [f.local("i32"), f.local("v128")];
    const computed: (readonly Local[])[] = [];
    p.inside(axis, column, () => {
      p.lanes = lanes;
      f.get(rowSums).get(column);
      if (start !== null) f.get(start).emit("i32.sub");
      f.times(4).emit("i32.add").set(sumAt);
      p.setReduced(0, sum);
      p.abreast(axis, steps, [], (copy) => {
        f.get(sumAt)
          .emit("v128.load", 4 * steps[copy]!)
          .set(sum);
        const values = this.#stores.map((s) => s.value);
        p.body(values, () => computed.push(values.map((value) => p.inLocal(value))));
      });
      p.clearReduced();
      // V8 joins two stores into one only if no other store and no load is between them.
      this.#stores.forEach(({ buffer, at }, i) =>
        p.abreast(axis, steps, [], (copy) => printStore(p, buffer, at, computed[copy]![i]!, lanes)),
      );
      for (const local of computed.flat()) f.release(local, "v128");
      p.lanes = 4;
    });
    f.release(sumAt, "i32");
    f.release(sum, "v128");
  }
}
