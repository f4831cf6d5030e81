// The register-tiled inner product: a tile of C from a few rows of A and a panel of columns of B.
import { sizeOf } from "../../../shape.ts";
import { FunctionBuilder } from "../assemble/assembler.ts";

/** Steps of a sum that are unrolled whole, and most of one axis. */
const mostUnrolled = 32;
const mostAbreast = 16;

/** Parameters of the tile function after the address or the addresses of its rows of A, in order; all are i32. */
const tileParameters = ["b", "c", "steps", "rowBytes", "stored", "accumulate"] as const;

/** An axis of the sum: its extent, null where `steps` says it; and its stride in bytes in A. */
export interface WalkedAxis {
  readonly extent: number | null;
  readonly rowStep: number;
}

export interface TileLayout {
  readonly rows: number;
  readonly columns: number;
  /** Bytes from row to row of A, where all rows have one address; null if each has its own. */
  readonly rowStride: number | null;
  /** The axes of the sum that a tile walks, outermost first. */
  readonly walk: readonly WalkedAxis[];
  /** True for an engine that keeps the order of unrolled loads. Others hoist all, and run out of registers (V8 11). */
  readonly unrolls: boolean;
  /** Bytes from step to step in B. */
  readonly columnStep: number;
}

/**
 * C[rows, columns] (+)= Σ_k A[rows, k]·B[k, columns]. Parameters: the addresses of the rows of A, of B and of C's tile;
 * the number of steps; the row stride of C in bytes; the number of rows to store; and nonzero if C already holds a sum.
 * Eight independent sums (of vectors, or of pairs that an engine joins) hide the latency of an addition, and fit into
 * sixteen registers together with their operands.
 */
export function printMicroKernel(
  fusedMultiplyAdd: boolean,
  { rows: tileRows, columns: tileColumns, rowStride, columnStep, walk, unrolls }: TileLayout,
): FunctionBuilder {
  const addresses = rowStride === null ? tileRows : 1;
  const f = new FunctionBuilder(
    "tile",
    Array.from({ length: addresses + tileParameters.length }, () => "i32"),
  );
  const parameter = (name: (typeof tileParameters)[number]) => addresses + tileParameters.indexOf(name);
  const [b, c, steps, rowBytes, stored] = [
    parameter("b"),
    parameter("c"),
    parameter("steps"),
    parameter("rowBytes"),
    parameter("stored"),
  ];
  const vectors = tileColumns / 4;
  const sums = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => f.local("v128")));
  const columns = Array.from({ length: vectors }, () => f.local("v128"));
  const row = f.local("v128");
  const address = f.local("i32");

  /** Runs `body` for each row to store. A partial tile must not touch the rows below it. */
  const eachTileRow = (body: (r: number) => void): void => {
    f.get(c).set(address).emit("block");
    for (let r = 0; r < tileRows; r++) {
      body(r);
      if (r === tileRows - 1) break;
      f.get(stored)
        .i32(r + 1)
        .emit("i32.eq")
        .emit("br_if", 0);
      f.get(address).get(rowBytes).emit("i32.add").set(address);
    }
    f.emit("end");
  };
  for (const sum of sums.flat()) f.splat(0, "f32").set(sum);
  /** One step of the sum, `rowOffset` and `columnOffset` bytes after the addresses. */
  const step = (rowOffset: number, columnOffset: number): void => {
    columns.forEach((column, j) =>
      f
        .get(b)
        .emit("v128.load", columnOffset + j * 16)
        .set(column),
    );
    for (let r = 0; r < tileRows; r++) {
      if (rowStride === null) f.get(r).emit("v128.load32_splat", rowOffset).set(row);
      else
        f.get(0)
          .emit("v128.load32_splat", rowOffset + r * rowStride)
          .set(row);
      columns.forEach((column, j) => {
        const sum = sums[r]![j]!;
        if (fusedMultiplyAdd) f.get(row).get(column).get(sum).emit("f32x4.relaxed_madd").set(sum);
        else f.get(sum).get(row).get(column).emit("f32x4.mul").emit("f32x4.add").set(sum);
      });
    }
  };
  const advanceRows = (bytes: number): void => {
    if (bytes !== 0) for (let r = 0; r < addresses; r++) f.get(r).plus(bytes).set(r);
  };
  /** Walks the axes from `level` on. */
  const nest = (level: number): void => {
    const { extent, rowStep } = walk[level]!;
    const inner = walk[level + 1];
    // Steps that a pass counts are not unrolled: that was not faster, since loads and sums keep the core busy.
    const width =
      inner === undefined && unrolls && extent !== null && columnStep >= 0 ? divisor(extent, mostAbreast) : 1;
    const left = f.local("i32");
    if (extent === null) f.get(steps).set(left);
    else f.i32(extent / width).set(left);
    f.emit("loop");
    if (inner === undefined) {
      for (let i = 0; i < width; i++) step(i * rowStep, i * columnStep);
      advanceRows(width * rowStep);
      f.get(b)
        .plus(width * columnStep)
        .set(b);
    } else {
      nest(level + 1);
      advanceRows(rowStep - inner.extent! * inner.rowStep);
    }
    f.get(left).i32(1).emit("i32.sub").tee(left).emit("br_if", 0).emit("end");
    f.release(left, "i32");
  };
  const whole = walk.every(({ extent, rowStep }) => extent !== null && rowStep >= 0) && columnStep >= 0;
  if (unrolls && whole && sizeOf(walk.map(({ extent }) => extent!)) <= mostUnrolled) {
    let count = 0;
    const unroll = (level: number, offset: number): void => {
      const { extent, rowStep } = walk[level]!;
      for (let i = 0; i < extent!; i++)
        if (level < walk.length - 1) unroll(level + 1, offset + i * rowStep);
        else step(offset + i * rowStep, columnStep * count++);
    };
    unroll(0, 0);
  } else nest(0);
  // Each pass has its own sum, added to the total at its end: one long chain of additions would lose digits.
  f.get(parameter("accumulate")).emit("if");
  eachTileRow((r) =>
    sums[r]!.forEach((sum, j) =>
      f
        .get(address)
        .emit("v128.load", j * 16)
        .get(sum)
        .emit("f32x4.add")
        .set(sum),
    ),
  );
  f.emit("end");
  eachTileRow((r) =>
    sums[r]!.forEach((sum, j) =>
      f
        .get(address)
        .get(sum)
        .emit("v128.store", j * 16),
    ),
  );
  return f;
}

/** The largest divisor of `n` that is at most `most`. */
function divisor(n: number, most: number): number {
  let d = Math.min(n, most);
  while (n % d !== 0) d--;
  return d;
}
