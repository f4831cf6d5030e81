// The register-tiled inner product: a tile of C from one packed panel of A and one of B.
import { FunctionBuilder } from "./assembler.ts";

/** Rows of a tile: the width of a packed panel of A. */
export const tileRows = 4;
/** Columns of a tile: the width of a packed panel of B, two vectors. */
export const tileColumns = 8;

/**
 * C[4,8] (+)= Σ_k A[k,4]·B[k,8]. Parameters: addresses of the panels and of C's tile, the number of steps, the bytes
 * between rows of C, and whether C holds a sum already. Eight sums, two vectors of B and one of A fit sixteen registers.
 */
export function printMicroKernel(fused: boolean): FunctionBuilder {
  const f = new FunctionBuilder("tile", ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [a, b, c, steps, rowBytes, accumulate] = [0, 1, 2, 3, 4, 5];
  const vectors = tileColumns / 4;
  const sums = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => f.local("v128")));
  const columns = Array.from({ length: vectors }, () => f.local("v128"));
  const row = f.local("v128");
  const address = f.local("i32");

  const eachTileRow = (body: (r: number) => void): void => {
    f.get(c).set(address);
    for (let r = 0; r < tileRows; r++) {
      body(r);
      if (r < tileRows - 1) f.get(address).get(rowBytes).emit("i32.add").set(address);
    }
  };
  f.get(accumulate).emit("if");
  eachTileRow((r) => sums[r]!.forEach((sum, j) => f.get(address).emit("v128.load", j * 16).set(sum)));
  f.emit("else");
  for (const sum of sums.flat()) f.splat(0, "f32").set(sum);
  f.emit("end");
  // One step a turn. Engines unroll it themselves; unrolled here, V8 11 gathers all loads and runs out of registers.
  f.emit("loop");
  columns.forEach((column, j) => f.get(b).emit("v128.load", j * 16).set(column));
  for (let r = 0; r < tileRows; r++) {
    f.get(a).emit("v128.load32_splat", r * 4).set(row);
    columns.forEach((column, j) => {
      const sum = sums[r]![j]!;
      if (fused) f.get(row).get(column).get(sum).emit("f32x4.relaxed_madd").set(sum);
      else f.get(sum).get(row).get(column).emit("f32x4.mul").emit("f32x4.add").set(sum);
    });
  }
  f.get(a).plus(tileRows * 4).set(a);
  f.get(b).plus(tileColumns * 4).set(b);
  f.get(steps).i32(1).emit("i32.sub").tee(steps).emit("br_if", 0).emit("end");
  eachTileRow((r) => sums[r]!.forEach((sum, j) => f.get(address).get(sum).emit("v128.store", j * 16)));
  return f;
}
