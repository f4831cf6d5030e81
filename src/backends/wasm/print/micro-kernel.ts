// The register-tiled inner product: a tile of C from a few rows of A and a panel of columns of B.
import { FunctionBuilder } from "../assemble/assembler.ts";

/** Parameters of the tile function after the addresses of its rows of A, in order; all are i32. */
const tileParameters = ["b", "c", "steps", "rowBytes", "stored", "accumulate"] as const;

export interface TileLayout {
  readonly rows: number;
  readonly columns: number;
  /**
   * True if each row of A is contiguous and has its own address; false for a panel, in which each step is contiguous.
   */
  readonly rowsApart: boolean;
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
  { rows: tileRows, columns: tileColumns, rowsApart, columnStep }: TileLayout,
): FunctionBuilder {
  const f = new FunctionBuilder(
    "tile",
    Array.from({ length: tileRows + tileParameters.length }, () => "i32"),
  );
  const parameter = (name: (typeof tileParameters)[number]) => tileRows + tileParameters.indexOf(name);
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
  // One step per iteration. Engines unroll the loop; unrolled here, V8 11 hoists all loads and runs out of registers.
  f.emit("loop");
  columns.forEach((column, j) =>
    f
      .get(b)
      .emit("v128.load", j * 16)
      .set(column),
  );
  for (let r = 0; r < tileRows; r++) {
    if (rowsApart) f.get(r).emit("v128.load32_splat", 0).set(row);
    else
      f.get(0)
        .emit("v128.load32_splat", r * 4)
        .set(row);
    columns.forEach((column, j) => {
      const sum = sums[r]![j]!;
      if (fusedMultiplyAdd) f.get(row).get(column).get(sum).emit("f32x4.relaxed_madd").set(sum);
      else f.get(sum).get(row).get(column).emit("f32x4.mul").emit("f32x4.add").set(sum);
    });
  }
  if (rowsApart) for (let r = 0; r < tileRows; r++) f.get(r).plus(4).set(r);
  else
    f.get(0)
      .plus(tileRows * 4)
      .set(0);
  f.get(b).plus(columnStep).set(b);
  f.get(steps).i32(1).emit("i32.sub").tee(steps).emit("br_if", 0).emit("end");
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
