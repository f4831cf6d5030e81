// The register-tiled inner product: a tile of C from a few rows of A and a panel of columns of B.
import { FunctionBuilder } from "../assemble/assembler.ts";

/** What the tile function takes after the addresses of its rows of A, in order; all are i32. */
const tileParameters = ["b", "c", "steps", "rowBytes", "stored", "accumulate"] as const;

export interface TileLayout {
  readonly rows: number;
  readonly columns: number;
  /** Whether the rows of A lie apart, each with its steps side by side; or a step's rows side by side, at the first's address. */
  readonly rowsApart: boolean;
  /** Bytes from step to step in B. */
  readonly columnStep: number;
}

/**
 * C[rows, columns] (+)= Σ_k A[rows, k]·B[k, columns]. Parameters: the addresses of the rows of A, of B and of C's tile, the
 * number of steps, the bytes between rows of C, how many rows are stored, and whether C holds a sum already. Eight sums, of
 * vectors or of pairs that an engine joins, hide how long each addition takes, and with what they are made of fit sixteen registers.
 */
export function printMicroKernel(
  fused: boolean,
  { rows: tileRows, columns: tileColumns, rowsApart, columnStep }: TileLayout,
): FunctionBuilder {
  const f = new FunctionBuilder(
    "tile",
    Array.from({ length: tileRows + tileParameters.length }, () => "i32"),
  );
  const place = (name: (typeof tileParameters)[number]) => tileRows + tileParameters.indexOf(name);
  const [b, c, steps, rowBytes, stored] = [place("b"), place("c"), place("steps"), place("rowBytes"), place("stored")];
  const vectors = tileColumns / 4;
  const sums = Array.from({ length: tileRows }, () => Array.from({ length: vectors }, () => f.local("v128")));
  const columns = Array.from({ length: vectors }, () => f.local("v128"));
  const row = f.local("v128");
  const address = f.local("i32");

  /** A tile that is cut short leaves what is below it alone. */
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
  // One step a turn. Engines unroll it themselves; unrolled here, V8 11 gathers all loads and runs out of registers.
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
      if (fused) f.get(row).get(column).get(sum).emit("f32x4.relaxed_madd").set(sum);
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
  // Each pass has a sum of its own: one long chain of additions would lose digits.
  f.get(place("accumulate")).emit("if");
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
