// Prints contract kernels that are large enough to block: packed panels, a register-tiled product, a fused epilogue.
import type { Buffer } from "../../compile/expression.ts";
import { type Kernel, kernelBuffers } from "../../compile/kernel.ts";
import { FunctionBuilder, type Local, type ModuleBuilder } from "./assembler.ts";
import { Expander, type Vector, type VectorAffine } from "./expand.ts";
import { printMicroKernel, tileColumns, tileRows } from "./micro-kernel.ts";
import { printPack, type Side } from "./pack.ts";
import { printStore } from "./stores.ts";
import { VectorPrinter } from "./vector-printer.ts";

/** Products with fewer multiplications are faster as plain loops, which pack nothing. */
const smallest = 16384;
/** Bytes of packed rows that one block may have: they stay in the second-level cache. */
const blockBytes = 192 * 1024;
/** Steps of the sum that one pass takes: a panel of columns stays in the first-level cache. */
const longestPass = 512;

interface Blocking {
  /** Axes of rows, columns and sum, and their lengths. */
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly sumAxis: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly rowsOf: "a" | "b";
  /** Rows packed at a time. */
  readonly blockRows: number;
  readonly passDepth: number;
  /** Whether whole tiles go straight to their destination: nothing is fused and nothing is cut short. */
  readonly direct: boolean;
}

/** How a kernel is blocked; null where plain loops do it. */
function blockingOf(kernel: Kernel): Blocking | null {
  const { contract, extents, stores } = kernel;
  if (!contract || contract.m.length !== 1 || contract.n.length !== 1 || contract.k.length !== 1) return null;
  const [m, n, k] = [contract.m[0]!, contract.n[0]!, contract.k[0]!];
  // Columns are the side along which results lie next to each other.
  const turned = stores.filter((s) => s.at.coefficients[m] === 1).length > stores.filter((s) => s.at.coefficients[n] === 1).length;
  const [rowAxis, columnAxis] = turned ? [n, m] : [m, n];
  const [rows, columns, depth] = [extents[rowAxis]!, extents[columnAxis]!, extents[k]!];
  if (rows < tileRows || columns < 4 || depth < 4 || rows * columns * depth < smallest) return null;
  const fitting = Math.max(tileRows, Math.floor(blockBytes / (depth * 4) / tileRows) * tileRows);
  const blocks = Math.ceil(rows / fitting);
  const blockRows = Math.ceil(rows / blocks / tileRows) * tileRows;
  const passDepth = Math.ceil(depth / Math.ceil(depth / longestPass));
  const [{ at, value }] = stores as [Kernel["stores"][0]];
  const plain = stores.length === 1 && value.kind === "reduced" && at.coefficients[columnAxis] === 1;
  const direct = plain && rows % tileRows === 0 && columns % tileColumns === 0;
  return { rowAxis, columnAxis, sumAxis: k, rows, columns, depth, rowsOf: turned ? "b" : "a", blockRows, passDepth, direct };
}

export function isBlocked(kernel: Kernel): boolean {
  return kernel.kind === "contract" && blockingOf(kernel) !== null;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Where the packed columns, the packed rows and the unfinished block lie in the scratch memory. */
function scratchLayout(b: Blocking): { columns: number; rows: number; block: number; total: number } {
  const columns = roundUp(b.columns, tileColumns) * b.depth * 4;
  const rows = b.blockRows * b.depth * 4;
  const block = b.direct ? 0 : b.blockRows * roundUp(b.columns, tileColumns) * 4;
  const rowsAt = roundUp(columns, 64);
  const blockAt = roundUp(rowsAt + rows, 64);
  return { columns: 0, rows: rowsAt, block: blockAt, total: blockAt + block };
}

/** Bytes that a kernel needs for itself while it runs. */
export function contractScratchBytes(kernel: Kernel): number {
  const blocking = kernel.kind === "contract" ? blockingOf(kernel) : null;
  return blocking ? scratchLayout(blocking).total : 0;
}

/** A function over the kernel's buffers and its scratch memory. */
export function printContract(kernel: Kernel, name: string, fused: boolean, module: ModuleBuilder): FunctionBuilder {
  const b = blockingOf(kernel)!;
  const buffers = kernelBuffers(kernel);
  const f = new FunctionBuilder(name, [...buffers, null].map(() => "i32"));
  const scratch = buffers.length;
  const layout = scratchLayout(b);
  const p = new VectorPrinter(f, new Map(buffers.map((buffer, i) => [buffer, i])), b.columnAxis, kernel.parallel, fused);
  const expander = new Expander();
  const contract = kernel.contract!;
  const [rowValue, columnValue] = b.rowsOf === "a" ? [contract.a, contract.b] : [contract.b, contract.a];
  const rowSide: Side = { value: expander.expand(rowValue), axis: b.rowAxis, k: b.sumAxis, width: tileRows, depth: b.depth };
  const columnSide: Side = { value: expander.expand(columnValue), axis: b.columnAxis, k: b.sumAxis, width: tileColumns, depth: b.depth };
  const stores = kernel.stores.map((s) => ({ buffer: s.buffer, at: expander.affine(s.at), value: expander.expand(s.value) }));
  const roots = stores.map((s) => s.value);
  const tile = module.add(printMicroKernel(fused));
  const first = f.local("i32");
  const last = f.local("i32");
  const target = f.local("i32");

  const block = (): void => {
    f.get(scratch).plus(layout.rows).set(target);
    printPack(p, rowSide, first, last, target, b.rows % tileRows);
    if (b.direct) {
      const [{ buffer, at }] = stores as [(typeof stores)[0]];
      p.inside(b.rowAxis, first, () => printTiles(f, b, layout, scratch, { push: () => p.pushAddress(buffer, at), rowBytes: at.coefficients[b.rowAxis]! * 4 }, first, last, tile));
      return;
    }
    const sums: Sums = { push: () => f.get(scratch).plus(layout.block), rowBytes: roundUp(b.columns, tileColumns) * 4 };
    printTiles(f, b, layout, scratch, sums, first, last, tile);
    printEpilogue(p, b, sums, first, last, stores);
  };
  const product = (): void => {
    f.i32(0).set(first).i32(b.columns).set(last);
    f.get(scratch).plus(layout.columns).set(target);
    printPack(p, columnSide, first, last, target, b.columns % tileColumns);
    if (b.blockRows >= b.rows) {
      f.i32(0).set(first).i32(b.rows).set(last);
      block();
      return;
    }
    f.i32(0).set(first).emit("loop");
    f.get(first).plus(b.blockRows).i32(b.rows);
    f.get(first).plus(b.blockRows).i32(b.rows).emit("i32.lt_s").emit("select").set(last);
    block();
    f.get(first).plus(b.blockRows).tee(first).i32(b.rows).emit("i32.lt_s").emit("br_if", 0).emit("end");
  };
  const batches = (axes: readonly number[]): void => {
    const [axis, ...rest] = axes;
    if (axis === undefined) return product();
    const counter = f.local("i32");
    f.countedLoop(counter, 0, kernel.extents[axis]!, 1, () =>
      p.inside(axis, counter, () => {
        p.hoist([rowSide.value, columnSide.value, ...roots]);
        batches(rest);
      }),
    );
    f.release(counter, "i32");
  };
  p.inside(-1, null, () => {
    p.hoist([rowSide.value, columnSide.value, ...roots]);
    batches(contract.batch);
  });
  return f;
}

/** Where the sums of a block go: the address of its first row, and the bytes from row to row. */
interface Sums {
  readonly push: () => void;
  readonly rowBytes: number;
}

/** Every tile of the block, pass by pass over the sum; a panel of columns is kept while the rows go by. */
function printTiles(f: FunctionBuilder, b: Blocking, layout: ReturnType<typeof scratchLayout>, scratch: Local, sums: Sums, first: Local, last: Local, tile: number): void {
  const wide = roundUp(b.columns, tileColumns);
  const [column, row, rowsAt, blockAt] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  for (let pass = 0; pass * b.passDepth < b.depth; pass++) {
    const start = pass * b.passDepth;
    const steps = Math.min(b.passDepth, b.depth - start);
    f.countedLoop(column, 0, wide, tileColumns, () => {
      f.get(scratch).plus(layout.rows + start * tileRows * 4).set(rowsAt);
      sums.push();
      f.get(column).times(4).emit("i32.add").set(blockAt);
      f.get(first).set(row).emit("loop");
      f.get(rowsAt);
      f.get(scratch).plus(layout.columns + start * tileColumns * 4).get(column).times(b.depth * 4).emit("i32.add");
      f.get(blockAt).i32(steps).i32(sums.rowBytes).i32(pass === 0 ? 0 : 1).emit("call", tile);
      f.get(rowsAt).plus(b.depth * tileRows * 4).set(rowsAt);
      f.get(blockAt).plus(sums.rowBytes * tileRows).set(blockAt);
      f.get(row).plus(tileRows).tee(row).get(last).emit("i32.lt_s").emit("br_if", 0).emit("end");
    });
  }
  for (const local of [column, row, rowsAt, blockAt]) f.release(local, "i32");
}

/** From sums to results: bias, activation and whatever else was fused, on the way to memory. */
function printEpilogue(
  p: VectorPrinter,
  b: Blocking,
  sums: Sums,
  first: Local,
  last: Local,
  stores: readonly { buffer: Buffer; at: VectorAffine; value: Vector }[],
): void {
  const { f } = p;
  const roots = stores.map((s) => s.value);
  const [row, column, sumsAt] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const sum = f.local("v128");
  p.vectorAxis = b.columnAxis;
  sums.push();
  f.set(sumsAt);
  f.get(first).set(row).emit("loop");
  p.inside(b.rowAxis, row, () => {
    p.hoist(roots);
    const point = (lanes: number): void =>
      p.inside(b.columnAxis, column, () => {
        p.lanes = lanes;
        f.get(sumsAt).get(column).times(4).emit("i32.add").emit("v128.load", 0).set(sum);
        p.setReduced(0, sum);
        p.beginBody(roots);
        const values = stores.map((s) => {
          const local = f.local("v128");
          p.value(s.value);
          f.set(local);
          return local;
        });
        stores.forEach((s, i) => printStore(p, s.buffer, s.at, values[i]!, lanes));
        for (const local of values) f.release(local, "v128");
        p.endBody();
        p.clearReduced();
        p.lanes = 4;
      });
    const whole = b.columns - (b.columns % 4);
    if (whole > 0) f.countedLoop(column, 0, whole, 4, () => point(4));
    if (b.columns > whole) {
      f.i32(whole).set(column);
      point(b.columns - whole);
    }
  });
  f.get(sumsAt).plus(sums.rowBytes).set(sumsAt);
  f.get(row).plus(1).tee(row).get(last).emit("i32.lt_s").emit("br_if", 0).emit("end");
  for (const local of [row, column, sumsAt]) f.release(local, "i32");
  f.release(sum, "v128");
}
