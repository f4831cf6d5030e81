// Prints contract kernels that are large enough to block: packed panels and a register-tiled product.
import type { Kernel } from "../../../compile/kernel.ts";
import type { ModuleBuilder } from "../assemble/assembler.ts";
import { type Blocking, type DirectLoad, ownLayout, rowStrideOf } from "./blocking.ts";
import { printSharedColumns } from "./columns.ts";
import { frameOf } from "./frame.ts";
import { printMicroKernel, type WalkedAxis } from "./micro-kernel.ts";
import type { Piece } from "./piece.ts";
import { ProductPrinter, type Tiles } from "./product.ts";
import type { Target } from "./target.ts";

/** The pieces of a blocked kernel: the product, after a piece that packs its columns if all threads share them. */
export function printContract(
  kernel: Kernel,
  b: Blocking,
  name: string,
  target: Target,
  module: ModuleBuilder,
): Piece[] {
  const tile = (rowStride: number | null): number =>
    module.add(
      printMicroKernel(target.fusedMultiplyAdd, {
        rows: b.tileRows,
        columns: b.tileColumns,
        rowStride,
        columnStep: b.directColumnStep ?? b.tileColumns * 4,
        walk: walkOf(b),
        unrolls: target.joinsPairs,
      }),
    );
  const stride = rowStrideOf(b);
  const tiles: Tiles = {
    evenly: stride === null ? null : { stride, index: tile(stride) },
    apart: b.rowLayout === "direct" ? tile(null) : null,
  };
  const product: Piece = {
    f: new ProductPrinter(frameOf(kernel, b, name, target), target.joinsPairs).print(tiles),
    units: b.units,
    divides: true,
    work: (b.rows.count * b.columns.count * b.depth.count * b.batch.count) / 4,
    ownBytes: ownLayout(b).total,
  };
  const packsOnce = b.sharesColumns && b.directColumnStep === null;
  return packsOnce ? [printSharedColumns(kernel, b, `${name}_columns`, target), product] : [product];
}

/** The axes of the sum that a tile walks in one pass. */
function walkOf({ rowLayout, passes, depth, operands: [rows], tileRows }: Blocking): WalkedAxis[] {
  // Packed rows are contiguous along the sum; in a panel each step is contiguous.
  if (rowLayout !== "direct") return [{ extent: null, rowStep: rowLayout === "rows" ? 4 : tileRows * 4 }];
  // Tiles of one run count their steps, so that products of all lengths share them.
  const isFixed = depth.runs > 1 && passes.within % passes.length === 0;
  return passes.axes.map((axis, level) => ({
    extent: level > 0 ? depth.extents[depth.axes.indexOf(axis)]! : isFixed ? passes.length : null,
    rowStep: ((rows as DirectLoad).at.coefficients[axis] ?? 0) * 4,
  }));
}
