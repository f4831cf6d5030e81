// Prints a blocked product: passes over the sum, blocks of rows and columns, and the tiles of each.
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import { type Blocking, type OwnLayout, ownLayout, runStrideOf } from "./blocking.ts";
import { EpiloguePrinter, type PrintedStore, type Sums } from "./epilogue.ts";
import type { Vector } from "./expand.ts";
import { type Frame, pushSharedColumns } from "./frame.ts";
import { atIndex, innerAxis } from "./line.ts";
import { printPanels, printRows, type Side } from "./pack.ts";
import type { PieceParameters } from "./piece.ts";
import type { VectorPrinter } from "./vector-printer.ts";

export class ProductPrinter {
  readonly #frame: Frame;
  readonly #b: Blocking;
  readonly #f: FunctionBuilder;
  readonly #p: VectorPrinter;
  readonly #rows: Side;
  readonly #columns: Side;
  readonly #stores: readonly PrintedStore[];
  readonly #epilogue: EpiloguePrinter;
  readonly #layout: OwnLayout;
  readonly #parameters: PieceParameters;

  constructor(frame: Frame, joinsPairs: boolean) {
    this.#frame = frame;
    this.#b = frame.b;
    this.#f = frame.f;
    this.#p = frame.p;
    this.#rows = frame.rows;
    this.#columns = frame.columns;
    this.#stores = frame.stores;
    this.#parameters = frame.parameters;
    this.#epilogue = new EpiloguePrinter(frame.p, frame.b, frame.stores, joinsPairs);
    this.#layout = ownLayout(frame.b);
  }

  /**
   * A function that multiplies. Each of its units is a range of items: row blocks of one product, or whole products.
   */
  print(tile: Tiles): FunctionBuilder {
    const f = this.#f;
    const b = this.#b;
    const { item, stop, batch, row, end, columns } = f.locals("i32", "item", "stop", "batch", "row", "end", "columns");
    f.get(this.#parameters.first).times(b.itemsPerUnit).set(item);
    f.least(
      () => f.get(this.#parameters.last).times(b.itemsPerUnit),
      () => f.i32(b.items),
    ).set(stop);
    f.emit("loop");
    f.get(item).i32(b.itemsPerProduct).emit("i32.div_u").set(batch);
    f.get(item).i32(b.itemsPerProduct).emit("i32.rem_u");
    // The items of one column block are consecutive.
    const start = b.columnItems > 1 ? f.local("i32") : null;
    if (start !== null) {
      f.tee(row).i32(b.rowItems).emit("i32.div_u").times(b.blockColumns).set(start);
      f.get(row).i32(b.rowItems).emit("i32.rem_u");
    }
    f.times(b.itemRows).set(row);
    f.least(
      () => f.get(row).plus(b.itemRows),
      () => f.i32(b.rows.count),
    ).set(end);
    this.#p.inside(-1, null, () =>
      atIndex(this.#p, b.batch, batch, () => {
        this.#locateColumns(batch, columns);
        if (b.itemRows <= b.blockRows) return this.#block(row, end, start, columns, tile);
        const last = f.local("i32");
        f.rangedLoop(
          row,
          () => f.get(row),
          end,
          b.blockRows,
          () => {
            f.least(
              () => f.get(row).plus(b.blockRows),
              () => f.get(end),
            ).set(last);
            this.#block(row, last, start, columns, tile);
          },
        );
        f.release(last, "i32");
      }),
    );
    f.get(item).plus(1).tee(item).get(stop).emit("i32.lt_u").emit("br_if", 0).emit("end");
    return f;
  }

  /** Sets `columns` to the address of the columns, after packing them if each thread packs its own. */
  #locateColumns(batch: Local, columns: Local): void {
    const f = this.#f;
    const b = this.#b;
    if (b.directColumnStep !== null) {
      const load = this.#columns.value as Extract<Vector, { kind: "load" }>;
      f.plus(this.#p.pushAddress(load.buffer, load.at)).set(columns);
    } else if (b.sharesColumns) {
      pushSharedColumns(this.#frame, batch);
      f.set(columns);
    } else {
      const { first, last, target } = f.locals("i32", "first", "last", "target");
      f.get(this.#parameters.own).plus(this.#layout.columns).tee(columns).set(target);
      f.i32(0)
        .set(first)
        .i32(b.columns.count / b.tileColumns)
        .set(last);
      printPanels(this.#p, this.#columns, b.tileColumns, first, last, target, b.depth.count * b.tileColumns * 4, null);
      f.releaseAll([first, last, target], "i32");
    }
  }

  /**
   * Multiplies the rows `first` ≤ row < `last` by one block of columns, which starts at column `from`, or by all
   * columns if `from` is null.
   */
  #block(first: Local, last: Local, from: Local | null, columns: Local, tile: Tiles): void {
    const f = this.#f;
    const b = this.#b;
    if (b.rowLayout === "direct") this.#tableOfRows(first, last);
    const sums: Sums =
      b.directRowBytes !== null
        ? this.#directSums(first, b.directRowBytes)
        : { at: this.#ownAddress(this.#layout.sums), rowBytes: b.blockColumns * 4 };
    const wide = b.columns.count;
    if (wide <= b.blockColumns) {
      this.#passes(first, last, columns, { start: null, width: () => f.i32(wide) }, sums, tile);
      if (b.directRowBytes === null) this.#epilogue.print(sums, first, last, null);
    } else {
      const [start, width] = [from ?? f.local("i32"), f.local("i32")];
      const body = (): void => {
        f.least(
          () => f.i32(wide).get(start).emit("i32.sub"),
          () => f.i32(b.blockColumns),
        ).set(width);
        this.#passes(first, last, columns, { start, width: () => f.get(width) }, sums, tile);
        if (b.directRowBytes === null) this.#epilogue.print(sums, first, last, start);
      };
      if (from !== null) body();
      else {
        f.countedLoop(start, 0, wide, b.blockColumns, body);
        f.release(start, "i32");
      }
      f.release(width, "i32");
    }
    f.release(sums.at, "i32");
  }

  #ownAddress(offset: number): Local {
    const at = this.#f.local("i32");
    this.#f.get(this.#parameters.own).plus(offset).set(at);
    return at;
  }

  /**
   * The sums of a block whose tiles are stored straight to the result: they begin at the address of its first row
   * there.
   */
  #directSums(first: Local, rowBytes: number): Sums {
    const at = this.#f.local("i32");
    const [{ buffer, at: index }] = this.#stores as [PrintedStore];
    atIndex(this.#p, this.#b.rows, first, () => {
      this.#f.plus(this.#p.pushAddress(buffer, index)).set(at);
    });
    return { at, rowBytes };
  }

  /** Stores the address of each row in a table. The last one is repeated, so that a partial tile has all its rows. */
  #tableOfRows(first: Local, last: Local): void {
    const f = this.#f;
    const { rows, tileRows, depth } = this.#b;
    const load = this.#rows.value as Extract<Vector, { kind: "load" }>;
    const { row, to, address, left } = f.locals("i32", "row", "to", "address", "left");
    f.get(this.#parameters.own).plus(this.#layout.rows).set(to);
    this.#p.vectorAxis = innerAxis(depth);
    const stride = runStrideOf(this.#b);
    f.get(first).set(row).emit("loop");
    atIndex(this.#p, rows, row, (inner) => {
      this.#p.body([], () => {
        f.plus(this.#p.pushAddress(load.buffer, load.at)).set(address);
      });
      if (stride !== null)
        f.least(
          () => f.i32(rows.run).get(inner).emit("i32.sub"),
          () => f.get(last).get(row).emit("i32.sub"),
        ).set(left);
    });
    if (stride !== null) f.emit("loop");
    f.get(to).get(address).emit("i32.store", 0).get(to).plus(4).set(to).get(row).plus(1).set(row);
    if (stride !== null) {
      f.get(address).plus(stride).set(address);
      f.get(left).i32(1).emit("i32.sub").tee(left).emit("br_if", 0).emit("end");
    }
    f.get(row).get(last).emit("i32.lt_u").emit("br_if", 0).emit("end");
    if (stride !== null) f.get(address).plus(-stride).set(address);
    for (let i = 0; i < tileRows - 1; i++)
      f.get(to)
        .get(address)
        .emit("i32.store", 4 * i);
    f.releaseAll([row, to, address, left], "i32");
  }

  /** Sums a block over the whole inner axis, one pass after the other. */
  #passes(first: Local, last: Local, columns: Local, range: ColumnRange, sums: Sums, tile: Tiles): void {
    const f = this.#f;
    const b = this.#b;
    const { line, within, unitSteps, length, count } = b.passes;
    const { pass, steps, stepsDone, stop } = f.locals("i32", "pass", "steps", "stepsDone", "stop");
    const body = (): void => {
      if (b.rowLayout !== "direct") {
        this.#packRows(first, last, count === 1 ? null : { first: pass, last: stop });
        return this.#tiles(first, last, columns, range, sums, { steps, stepsDone, offset: null }, tile);
      }
      const load = this.#rows.value as Extract<Vector, { kind: "load" }>;
      const offset = f.local("i32");
      atIndex(this.#p, line, pass, () => {
        f.i32(0);
        line.axes.forEach((axis) => this.#p.pushCounter(axis, (load.at.coefficients[axis] ?? 0) * 4));
        f.set(offset);
      });
      this.#tiles(first, last, columns, range, sums, { steps, stepsDone, offset }, tile);
      f.release(offset, "i32");
    };
    // A tile counts the indices of the line where it walks rows in place, and steps where these are packed.
    const counted = b.rowLayout === "direct" ? 1 : unitSteps;
    if (count === 1) {
      f.i32(0).tee(stepsDone).set(pass);
      f.i32(line.count * counted).set(steps);
      body();
    } else {
      f.i32(0).set(pass).emit("loop");
      const end = (): void => {
        if (within === line.count) f.i32(within);
        else f.get(pass).i32(within).emit("i32.div_u").plus(1).times(within);
      };
      f.least(() => f.get(pass).plus(length), end).tee(stop);
      f.get(pass).emit("i32.sub").times(counted).set(steps);
      f.get(pass).times(unitSteps).set(stepsDone);
      body();
      f.get(stop).tee(pass).i32(line.count).emit("i32.lt_u").emit("br_if", 0).emit("end");
    }
    f.releaseAll([pass, steps, stepsDone, stop], "i32");
  }

  #packRows(first: Local, last: Local, range: { first: Local; last: Local } | null): void {
    const f = this.#f;
    const b = this.#b;
    const target = this.#ownAddress(this.#layout.rows);
    if (b.rowLayout === "rows") printRows(this.#p, this.#rows, first, last, target, this.#layout.rowBytes, range);
    else {
      const { firstPanel, lastPanel } = f.locals("i32", "firstPanel", "lastPanel");
      f.get(first).i32(b.tileRows).emit("i32.div_u").set(firstPanel);
      f.get(last)
        .plus(b.tileRows - 1)
        .i32(b.tileRows)
        .emit("i32.div_u")
        .set(lastPanel);
      printPanels(
        this.#p,
        this.#rows,
        b.tileRows,
        firstPanel,
        lastPanel,
        target,
        b.passes.steps * b.tileRows * 4,
        range,
      );
      f.release(firstPanel, "i32");
      f.release(lastPanel, "i32");
    }
    f.release(target, "i32");
  }

  /**
   * Computes every tile of a block for one pass. The row loop is the inner one, so that a column panel stays in cache.
   */
  #tiles(
    first: Local,
    last: Local,
    columns: Local,
    { start, width }: ColumnRange,
    sums: Sums,
    pass: Pass,
    tile: Tiles,
  ): void {
    const f = this.#f;
    const b = this.#b;
    const locals = f.locals("i32", "column", "end", "row", "rowsAt", "sumsAt", "columnsAt");
    const { column, end, row, rowsAt, sumsAt, columnsAt } = locals;
    const stepBytes = b.directColumnStep ?? b.tileColumns * 4;
    const columnBytes = b.directColumnStep !== null ? 4 : b.depth.count * 4;
    width();
    f.set(end);
    f.rangedLoop(
      column,
      () => f.i32(0),
      end,
      b.tileColumns,
      () => {
        f.get(this.#parameters.own).plus(this.#layout.rows).set(rowsAt);
        f.get(sums.at).get(column).times(4).emit("i32.add");
        // Sums stored straight to the result are addressed by their column there; others by their column in the block.
        if (start !== null && b.directRowBytes !== null) f.get(start).times(4).emit("i32.add");
        f.set(sumsAt);
        f.get(columns).get(column);
        if (start !== null) f.get(start).emit("i32.add");
        f.times(columnBytes).emit("i32.add").get(pass.stepsDone).times(stepBytes).emit("i32.add").set(columnsAt);
        f.rangedLoop(
          row,
          () => f.get(first),
          last,
          b.tileRows,
          () => {
            this.#tile(rowsAt, pass.offset, tile, () => {
              f.get(columnsAt).get(sumsAt).get(pass.steps).i32(sums.rowBytes);
              f.least(
                () => f.get(last).get(row).emit("i32.sub"),
                () => f.i32(b.tileRows),
              );
              if (b.passes.count === 1) f.i32(0);
              else f.get(pass.stepsDone);
            });
            f.get(rowsAt)
              .plus(b.tileRows * this.#layout.rowBytes)
              .set(rowsAt);
            f.get(sumsAt)
              .plus(sums.rowBytes * b.tileRows)
              .set(sumsAt);
          },
        );
      },
    );
    f.releaseAll(locals, "i32");
  }

  /**
   * Calls the tile function for the rows at `rowsAt`: packed ones, or a table of the addresses of those that are read
   * in place, of which all tiles but those at the end of a run lie at equal distances.
   */
  #tile(rowsAt: Local, offset: Local | null, { evenly, apart }: Tiles, others: () => void): void {
    const f = this.#f;
    const last = (this.#b.tileRows - 1) * 4;
    if (offset === null) {
      f.get(rowsAt);
      others();
      f.emit("call", evenly!.index);
      return;
    }
    if (evenly !== null) {
      f.get(rowsAt).emit("i32.load", last).get(rowsAt).emit("i32.load", 0).emit("i32.sub");
      f.i32((this.#b.tileRows - 1) * evenly.stride)
        .emit("i32.eq")
        .emit("if");
      f.get(rowsAt).emit("i32.load", 0).get(offset).emit("i32.add");
      others();
      f.emit("call", evenly.index).emit("else");
    }
    for (let at = 0; at <= last; at += 4) f.get(rowsAt).emit("i32.load", at).get(offset).emit("i32.add");
    others();
    f.emit("call", apart!);
    if (evenly !== null) f.emit("end");
  }
}

/**
 * The tile functions of a product: for rows at equal distances, which share one address, and for rows with an address
 * each. A packed product has the first, one whose rows are read in place the second and often both.
 */
export interface Tiles {
  readonly evenly: { readonly stride: number; readonly index: number } | null;
  readonly apart: number | null;
}

/** The columns of a block: its first one (null for column 0), and a way to push their number. */
interface ColumnRange {
  readonly start: Local | null;
  readonly width: () => void;
}

/** One pass: its steps, as a tile counts them; the steps before it; and its offset in bytes within an unpacked row. */
interface Pass {
  readonly steps: Local;
  readonly stepsDone: Local;
  readonly offset: Local | null;
}
