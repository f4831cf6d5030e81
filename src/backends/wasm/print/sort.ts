// Prints sorts: a bottom-up merge sort of records, each a key that compares as an integer, with its index.
import { type Kernel, kernelBuffers } from "../../../compile/kernel.ts";
import { dtypeInfo } from "../../../dtype.ts";
import { sizeOf } from "../../../shape.ts";
import { FunctionBuilder, type Local, type ModuleBuilder } from "../assemble/assembler.ts";
import { Expander } from "./expand.ts";
import { type Piece, pieceParameters } from "./piece.ts";
import { printStore } from "./stores.ts";
import { VectorPrinter } from "./vector-printer.ts";

/**
 * A record has its index in the low word and its key in the high one: compared as one integer, equal keys stay in
 * order.
 */
const recordBytes = 8;

const lengthOf = (kernel: Kernel): number => kernel.extents[kernel.parallel] ?? 1;
const rowBytes = (kernel: Kernel): number => Math.ceil(lengthOf(kernel) / 4) * 4 * recordBytes;

/** Bytes of a thread's own memory that a sort needs: a row of records, and as much again to merge into. */
function sortBytes(kernel: Kernel): number {
  // A merge reads one record past the end of its input.
  return 2 * rowBytes(kernel) + recordBytes;
}

/** The single piece of a sort. The records are in the thread's own memory. */
export function printSort(kernel: Kernel, name: string, fusedMultiplyAdd: boolean, module: ModuleBuilder): Piece {
  const compares = sizeOf(kernel.extents) * Math.log2(lengthOf(kernel) + 1);
  return {
    f: printRows(kernel, name, fusedMultiplyAdd, module),
    units: 1,
    divides: true,
    work: 10 * compares,
    ownBytes: sortBytes(kernel),
  };
}

function printRows(kernel: Kernel, name: string, fusedMultiplyAdd: boolean, module: ModuleBuilder): FunctionBuilder {
  const buffers = kernelBuffers(kernel);
  const f = new FunctionBuilder(
    name,
    [...buffers, ...pieceParameters].map(() => "i32"),
  );
  const scratch = buffers.length + pieceParameters.indexOf("own");
  const [store] = kernel.stores;
  // A sort of single elements has no store if all its readers take index 0.
  if (!store || sizeOf(kernel.extents) === 0) return f;
  const n = lengthOf(kernel);
  // A single element leaves no axis for the vector.
  const axis = kernel.extents.length > kernel.parallel ? kernel.parallel : -1;
  const p = new VectorPrinter(
    f,
    new Map(buffers.map((buffer, i) => [buffer, i])),
    axis,
    kernel.parallel,
    fusedMultiplyAdd,
  );
  const expander = new Expander();
  const value = expander.expand(store.value);
  const at = expander.affine(store.at);
  const merge = n > 1 ? module.add(printMergeSort()) : -1;
  const passes = n > 1 ? Math.ceil(Math.log2(n)) : 0;
  const sorted = passes % 2 === 0 ? 0 : rowBytes(kernel);

  /** Loops over a row, four elements at a time; `body` gets the address of their records. */
  const along = (body: (record: Local, lanes: number) => void): void => {
    const counter = f.local("i32");
    const record = f.local("i32");
    const step = (lanes: number): void => {
      f.get(counter).times(recordBytes).get(scratch).emit("i32.add").set(record);
      p.lanes = lanes;
      if (axis < 0) body(record, lanes);
      else p.inside(axis, counter, () => body(record, lanes));
      p.lanes = 4;
    };
    const whole = n - (n % 4);
    if (whole > 0) f.countedLoop(counter, 0, whole, 4, () => step(4));
    if (n > whole) {
      f.i32(whole).set(counter);
      step(n - whole);
    }
    f.release(counter, "i32");
    f.release(record, "i32");
  };

  const row = (): void => {
    const [key, index] = [f.local("v128"), f.local("v128")];
    f.emit("v128.const", 0, 1, 2, 3).set(index);
    along((record) => {
      p.body([value], () => {
        p.value(value);
        printKey(
          f,
          dtypeInfo(store.value.dtype).isFloat ? "float" : store.value.dtype === "int32" ? "signed" : "unsigned",
          kernel.routine!.descending,
          key,
        );
      });
      for (const half of [0, 1]) {
        f.get(record)
          .get(index)
          .get(key)
          .emit("i8x16.shuffle", ...words(2 * half, 4 + 2 * half, 2 * half + 1, 5 + 2 * half))
          .emit("v128.store", 16 * half);
      }
      f.get(index).splat(4, "i32").emit("i32x4.add").set(index);
    });
    if (n > 1)
      f.get(scratch)
        .get(scratch)
        .plus(rowBytes(kernel))
        .i32(n * recordBytes)
        .emit("call", merge);
    along((record, lanes) => {
      f.get(record).plus(sorted).emit("v128.load", 0).get(record).plus(sorted).emit("v128.load", 16);
      f.emit("i8x16.shuffle", ...words(0, 2, 4, 6)).set(index);
      printStore(p, store.buffer, at, index, lanes);
    });
    f.release(key, "v128");
    f.release(index, "v128");
  };

  const rows = (axes: readonly number[]): void => {
    const [first, ...rest] = axes;
    if (first === undefined) return row();
    const counter = f.local("i32");
    f.countedLoop(counter, 0, kernel.extents[first]!, 1, () =>
      p.inside(first, counter, () => {
        p.hoist([value]);
        rows(rest);
      }),
    );
    f.release(counter, "i32");
  };
  p.inside(-1, null, () => {
    p.hoist([value]);
    rows(Array.from({ length: kernel.parallel }, (_, i) => i));
  });
  return f;
}

/** Shuffle lanes that choose four words of two vectors. */
const words = (...chosen: number[]): number[] => chosen.flatMap((w) => [4 * w, 4 * w + 1, 4 * w + 2, 4 * w + 3]);

/**
 * Maps the four lanes on the stack to unsigned integers in the same order. A negative float has all its bits flipped,
 * any other its sign bit only (Herf, 2001); −0 counts as 0, and NaN as the greatest number.
 */
function printKey(f: FunctionBuilder, kind: "float" | "signed" | "unsigned", descending: boolean, key: Local): void {
  const turn = (): void => {
    if (descending) f.emit("v128.not");
  };
  if (kind !== "float") {
    if (kind === "signed") f.splat(-(2 ** 31), "i32").emit("v128.xor");
    turn();
    f.set(key);
    return;
  }
  const x = f.local("v128");
  f.splat(0, "f32").emit("f32x4.add").tee(x);
  f.get(x)
    .i32(31)
    .emit("i32x4.shr_s")
    .splat(-(2 ** 31), "i32")
    .emit("v128.or")
    .emit("v128.xor");
  f.get(x).get(x).emit("f32x4.ne").emit("v128.or");
  turn();
  f.set(key);
  f.release(x, "v128");
}

/**
 * Sorts `size` bytes of records at `from`, with as much room at `to`: runs of one, two, four … records are merged from
 * one buffer into the other and back. The result is at `from` after an even number of passes, at `to` after an odd one.
 */
function printMergeSort(): FunctionBuilder {
  const f = new FunctionBuilder("merge_sort", ["i32", "i32", "i32"]);
  const [from, to, size] = [0, 1, 2];
  const [width, start, left, leftEnd, right, rightEnd, out, takesLeft] = Array.from({ length: 8 }, () =>
    f.local("i32"),
  ) as [Local, Local, Local, Local, Local, Local, Local, Local];
  /** from + min(start + width·runs, size). */
  const bound = (runs: number): void => {
    f.get(from);
    f.get(start)
      .get(width)
      .times(runs)
      .emit("i32.add")
      .tee(out)
      .get(size)
      .get(out)
      .get(size)
      .emit("i32.lt_u")
      .emit("select");
    f.emit("i32.add");
  };
  f.i32(recordBytes).set(width).emit("loop");
  f.i32(0).set(start).emit("loop");
  f.get(from).get(start).emit("i32.add").set(left);
  bound(1);
  f.tee(leftEnd).set(right);
  bound(2);
  f.set(rightEnd);
  f.get(to).get(start).emit("i32.add").set(out).emit("loop");
  // Take from the left run if the right one has ended, or if the left record is less.
  f.get(right).get(rightEnd).emit("i32.lt_u").emit("i32.eqz");
  f.get(left).get(leftEnd).emit("i32.lt_u");
  f.get(left).emit("i64.load", 0).get(right).emit("i64.load", 0).emit("i64.lt_u").emit("i32.and");
  f.emit("i32.or").set(takesLeft);
  f.get(out).get(left).get(right).get(takesLeft).emit("select").emit("i64.load", 0).emit("i64.store", 0);
  f.get(left).get(takesLeft).times(recordBytes).emit("i32.add").set(left);
  f.get(right).plus(recordBytes).get(takesLeft).times(recordBytes).emit("i32.sub").set(right);
  f.get(out).plus(recordBytes).set(out);
  f.get(left)
    .get(leftEnd)
    .emit("i32.lt_u")
    .get(right)
    .get(rightEnd)
    .emit("i32.lt_u")
    .emit("i32.or")
    .emit("br_if", 0)
    .emit("end");
  f.get(start).get(width).times(2).emit("i32.add").tee(start).get(size).emit("i32.lt_u").emit("br_if", 0).emit("end");
  f.get(from).get(to).set(from).set(to);
  f.get(width).times(2).tee(width).get(size).emit("i32.lt_u").emit("br_if", 0).emit("end");
  return f;
}
