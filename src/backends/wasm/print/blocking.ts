// Cuts a contraction into panels, passes, blocks and units, or leaves it to plain loops where these are faster.
import { type Buffer, type Expression, usesAxes, visit } from "../../../compile/expression.ts";
import type { Kernel } from "../../../compile/kernel.ts";
import { longestAxis } from "../../../shape.ts";
import type { Affine } from "../../../view.ts";
import { axesOf, innerAxis, type Line, lineOf } from "./line.ts";
import { type Passes, passesOfBoxes, passesOfRuns, passesOverRun } from "./passes.ts";
import { longestWork, mostUnitsOfPhase, unitsFor } from "./piece.ts";
import type { Target } from "./target.ts";

// These sizes were chosen by timing products and convolutions on one thread. With them a packed product ran at 58 of
// the core's 58.9 GFLOP/s, a 3×3 convolution of [13, 13, 32] to 64 channels at 56.9, and its weights' gradient at 51.5.

/** Products with fewer multiplications are faster as plain loops, which pack nothing. */
const smallest = 16384;
/**
 * Products with fewer rows, columns or steps are plain loops too. The choice must not depend on the engine, because
 * loops may add in another order.
 */
const fewest = { rows: 4, columns: 2, steps: 4 } as const;
/**
 * Padded columns are computed in vain. Beyond this multiple of the work, blocking does not pay. Measured with two
 * columns, of which a tile wastes three quarters: 1024×64 by 64×2 takes 0.57 of the time of plain loops in Node 24, and
 * 0.67 in Node 20; a convolution of 32 channels to 2 takes 0.35 and 0.49.
 */
const mostPadding = 4;
/** Columns of a block. Its sums stay in a buffer until the last pass; then the epilogue finishes and stores them. */
const widestBlock = 512;
/** Bytes of the packed rows and sums of one block, so that they stay in the second-level cache beside the columns. */
const blockBytes = 128 * 1024;
/** In a batch of at least this many products, each one is packed and multiplied by a single thread. */
const manyProducts = 4;
/**
 * Products with more work are cut along rows and columns, into items of at least `leastSide` of each, a multiple of
 * `sideStep`. Measured: 3072³ ran at 38 % of the rate of 1024³ when cut along rows only, and at 97 % when cut along
 * both.
 */
const largeWork = 32 * longestWork;
const leastSide = 64;
const sideStep = 16;
/** At most so many columns are read in place, unpacked. */
const fewColumns = 32;
/**
 * With at most `fewRows` rows, packing the columns costs more than it saves. They are read in place, in short
 * passes, after which the second tile of rows still finds them in the second-level cache. An item takes about
 * `thinItemColumns` columns. Measured on one thread, in GFLOP/s, for Node 20 and 24: 8×1024×1024 went from 28 to
 * 31 and from 45 to 62, 4×1024×1024 from 23 to 31 and from 33 to 61.
 */
const fewRows = 12;
const thinItemColumns = 256;

/** An operand that is read in place, without packing. */
export type DirectLoad = Extract<Expression, { kind: "load" }>;

export interface Blocking {
  readonly rows: Line;
  readonly columns: Line;
  readonly depth: Line;
  readonly batch: Line;
  readonly tileRows: number;
  readonly tileColumns: number;
  /** The operand that gives the rows, and the one that gives the columns. */
  readonly operands: readonly [rows: Expression, columns: Expression];
  /**
   * "direct": rows are contiguous along the sum and read in place. "rows": they are copied row by row. "panels": they
   * are packed into panels of `tileRows` rows.
   */
  readonly rowLayout: "direct" | "rows" | "panels";
  /**
   * Bytes from step to step of columns that are contiguous and read in place; null where they are packed. Negative
   * where the operand runs backwards along the sum, 0 where it is broadcast along it.
   */
  readonly directColumnStep: number | null;
  /** True if a piece of its own packs the columns once, for all threads. */
  readonly sharesColumns: boolean;
  readonly passes: Passes;
  readonly blockRows: number;
  readonly blockColumns: number;
  /**
   * Rows of one item of work, number of items along the rows, and number of items along the columns: if there are
   * several, each takes one column block. A unit is one item or more.
   */
  readonly itemRows: number;
  readonly rowItems: number;
  readonly columnItems: number;
  readonly itemsPerProduct: number;
  readonly items: number;
  readonly itemsPerUnit: number;
  readonly units: number;
  /** Row stride in bytes (may be negative) of results that tiles store directly; null if an epilogue follows. */
  readonly directRowBytes: number | null;
}

/**
 * Rows and columns of a tile. The usual one has eight vectors of sums. Where an engine joins pairs of vectors it has
 * twice as many: "wide" doubles the columns, "high" the rows, for products of few columns.
 */
const tiles = { usual: [4, 8], wide: [4, 16], high: [8, 8] } as const;

/** Blockings computed so far, for targets that do not join pairs of vectors and for those that do. */
const known = [new WeakMap<Kernel, Blocking | null>(), new WeakMap<Kernel, Blocking | null>()] as const;

/** The blocking of a kernel; null if plain loops compute it. */
export function blockingOf(kernel: Kernel, target: Target): Blocking | null {
  const blockings = known[target.joinsPairs ? 1 : 0];
  let blocking = blockings.get(kernel);
  if (blocking === undefined)
    blockings.set(kernel, (blocking = kernel.kind === "contract" ? block(kernel, target) : null));
  return blocking;
}

function block(kernel: Kernel, { joinsPairs }: Target): Blocking | null {
  const { extents, stores } = kernel;
  const contract = kernel.contract!;
  if (contract.m.length === 0 || contract.n.length === 0 || contract.k.length === 0) return null;
  // The columns are the side along which the result is contiguous.
  const along = (axes: readonly number[]): number =>
    stores.filter((s) => s.at.coefficients[axes[axes.length - 1]!] === 1).length;
  const turned = along(contract.m) > along(contract.n);
  const [rowAxes, columnAxes] = turned ? [contract.n, contract.m] : [contract.m, contract.n];
  const [rowValue, columnValue] = turned ? [contract.b, contract.a] : [contract.a, contract.b];
  const depth = lineOf(contract.k, extents);
  const batch = lineOf(contract.batch, extents);
  const bare = lineOf(rowAxes, extents);
  const isNarrow = lineOf(columnAxes, extents).run <= tiles.usual[1];
  const [tileRows, tileColumns] = tiles[!joinsPairs ? "usual" : isNarrow ? "high" : "wide"];
  const columns = lineOf(columnAxes, extents, tileColumns);
  const columnCount = columns.runs * columns.run;
  const product = bare.count * columnCount * depth.count;
  if (
    bare.count < fewest.rows ||
    columnCount < fewest.columns ||
    depth.count < fewest.steps ||
    // The steps that a pass begins after are counted in 32 bits.
    depth.count > longestAxis ||
    product < (batch.count < manyProducts ? smallest : smallest / 8)
  )
    return null;
  if (columns.count > mostPadding * columnCount) return null;

  const rowLayout = rowLayoutOf(rowValue, bare, depth, tileRows);
  const rows = rowLayout === "panels" ? lineOf(rowAxes, extents, tileRows) : bare;
  const oneRun = depth.runs === 1;
  const columnStep = directColumnStep(columnValue, columns, depth);
  const isThin = oneRun && columnStep !== null && rows.count <= fewRows && columns.run > fewColumns;
  const passes = oneRun
    ? passesOverRun(depth, isThin)
    : rowLayout === "direct"
      ? passesOfBoxes(depth, extents)
      : passesOfRuns(depth, extents);

  const each = product / 4;
  const rowParts = Math.ceil(rows.count / tileRows);
  const isLarge = each > largeWork;
  const sharesColumns = batch.count < manyProducts || isLarge;
  const wanted = sharesColumns ? unitsFor(each, rowParts) : 1;
  // Columns can be divided among items only if they are one run.
  const sharedOut =
    columns.runs > 1 ? null : isThin ? thinItem(rows, columns) : isLarge ? largeItem(rows, columns, depth) : null;
  const itemRows = sharedOut?.rows ?? Math.ceil(rows.count / wanted / tileRows) * tileRows;
  const itemColumns = sharedOut?.columns ?? columns.count;
  const columnItems = Math.ceil(columns.count / itemColumns);
  const blockColumns = columns.runs === 1 ? Math.min(itemColumns, widestBlock) : columns.count;

  const directRowBytes = directRows(kernel, rows, columns, tileColumns);
  const rowBytes = (rowLayout === "direct" ? 4 : passes.steps * 4) + (directRowBytes !== null ? 0 : blockColumns * 4);
  const blockRows = Math.min(itemRows, Math.max(tileRows, Math.floor(blockBytes / rowBytes / tileRows) * tileRows));
  const rowItems = Math.ceil(rows.count / itemRows);
  const itemsPerProduct = rowItems * columnItems;
  const items = itemsPerProduct * batch.count;
  // Rounded down, because a unit of two items where one and a half were wanted holds a page for too long.
  const perUnit = items / unitsFor(each * batch.count, items);
  const fewItems = Math.floor(perUnit);
  const itemsPerUnit = Math.ceil(items / fewItems) <= mostUnitsOfPhase ? fewItems : Math.ceil(perUnit);
  return {
    rows,
    columns,
    depth,
    batch,
    tileRows,
    tileColumns,
    operands: [rowValue, columnValue],
    rowLayout,
    sharesColumns,
    passes,
    blockRows,
    blockColumns,
    directColumnStep: isThin || columns.run <= fewColumns ? columnStep : null,
    itemRows,
    rowItems,
    columnItems,
    itemsPerProduct,
    items,
    itemsPerUnit,
    units: Math.ceil(items / itemsPerUnit),
    directRowBytes,
  };
}

/**
 * Rows and columns of one item of a large product. Both are about equal, so that what the item reads of either operand
 * in a pass stays in the second-level cache and is reused there, whatever the length of the sum.
 */
function largeItem(rows: Line, columns: Line, depth: Line): { rows: number; columns: number } {
  const elements = (4 * longestWork) / depth.count;
  const wide = Math.max(leastSide, Math.sqrt(elements), elements / rows.count);
  const itemColumns = even(columns.count, Math.min(wide, widestBlock), sideStep);
  const high = Math.max(leastSide, elements / itemColumns);
  return { rows: even(rows.count, high, sideStep), columns: itemColumns };
}

/** The item of a product of few rows: all rows and some columns, so that threads read different columns. */
const thinItem = (rows: Line, columns: Line): { rows: number; columns: number } => ({
  rows: rows.count,
  columns: even(columns.count, thinItemColumns, sideStep),
});

/** A multiple of `step`, at most about `most`, that divides `count` into nearly equal parts. */
const even = (count: number, most: number, step: number): number =>
  roundUp(Math.ceil(count / Math.ceil(count / most)), step);

/** True for a float32 load without guards: it can be read in place. */
const isBare = (value: Expression): value is DirectLoad =>
  value.kind === "load" && value.dtype === "float32" && value.guards.length === 0;

function rowLayoutOf(value: Expression, rows: Line, depth: Line, tileRows: number): Blocking["rowLayout"] {
  const inner = innerAxis(depth);
  const stepsOf = (e: Expression): number => (e.kind === "load" ? (e.at.coefficients[inner] ?? 0) : 0);
  if (
    isBare(value) &&
    stepsOf(value) === 1 &&
    value.at.terms.every((t) => !usesAxes(t.value as Expression, depth.axes))
  )
    return "direct";
  // Panels round the rows up to whole tiles; copied rows do not.
  const padding = (Math.ceil(rows.run / tileRows) * tileRows) / rows.run;
  return padding <= 1.25 && runsFaster(value, innerAxis(rows), inner) ? "panels" : "rows";
}

/** True if at least as many loads of a value are contiguous along axis `a` as along axis `b`. */
function runsFaster(value: Expression, a: number, b: number): boolean {
  let score = 0;
  forEachLoad(value, ({ at }) => {
    for (const [axis, sign] of [
      [a, 1],
      [b, -1],
    ] as const) {
      const c = at.coefficients[axis] ?? 0;
      score += sign * (c === 1 ? 1 : c === 0 ? 0 : -1);
    }
  });
  return score >= 0;
}

/**
 * Calls `each` with the loads of an expression, each once: parts are shared, in random numbers a great many times over.
 */
function forEachLoad(e: Expression, each: (load: DirectLoad) => void, seen = new Set<Expression>()): void {
  if (seen.has(e)) return;
  seen.add(e);
  if (e.kind === "load") each(e);
  if (e.kind === "scalar") for (const x of e.operands) forEachLoad(x, each, seen);
  if (e.kind === "cast") forEachLoad(e.operand, each, seen);
}

/** Stride of a line in an operand of four-byte elements, in bytes; null if its axes do not share a single stride. */
function strideBytes(at: Affine, line: Line): number | null {
  const first = at.coefficients[innerAxis(line)] ?? 0;
  let stride = first;
  for (const [axis, extent] of axesOf(line).reverse()) {
    if (at.coefficients[axis] !== stride) return null;
    stride *= extent;
  }
  return first * 4;
}

function directColumnStep(value: Expression, columns: Line, depth: Line): number | null {
  if (
    !isBare(value) ||
    value.at.terms.length > 0 ||
    columns.runs > 1 ||
    value.at.coefficients[innerAxis(columns)] !== 1
  )
    return null;
  return strideBytes(value.at, depth);
}

function directRows({ stores }: Kernel, rows: Line, columns: Line, tileColumns: number): number | null {
  const [{ at, value }] = stores as [Kernel["stores"][0]];
  const plain =
    stores.length === 1 &&
    value.kind === "reduced" &&
    columns.runs === 1 &&
    at.coefficients[innerAxis(columns)] === 1 &&
    at.terms.length === 0;
  return plain && rows.paddedRun === rows.run && columns.run % tileColumns === 0 ? strideBytes(at, rows) : null;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/**
 * Byte offsets within a thread's own memory: packed columns of one product, packed rows of one pass (or row addresses),
 * and sums; the bytes of one row; and the total size.
 */
export interface OwnLayout {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
  readonly sums: number;
  readonly total: number;
}

export function ownLayout(b: Blocking): OwnLayout {
  const columns = b.sharesColumns || b.directColumnStep !== null ? 0 : columnBytes(b);
  const rowBytes = b.rowLayout === "direct" ? 4 : b.passes.steps * 4;
  const rows = roundUp(columns, 64);
  const sums = roundUp(rows + (b.blockRows + b.tileRows) * rowBytes + 64, 64);
  return {
    columns: 0,
    rows,
    rowBytes,
    sums,
    total: sums + (b.directRowBytes !== null ? 0 : b.blockRows * b.blockColumns * 4) + 64,
  };
}

/** Bytes of the packed columns of one product. */
export const columnBytes = (b: Blocking): number => b.columns.count * b.depth.count * 4 + 64;

/** The blocking of a kernel whose threads share packed columns; null for any other kernel. */
function sharedBlocking(kernel: Kernel, target: Target): Blocking | null {
  const b = blockingOf(kernel, target);
  return b?.sharesColumns && b.directColumnStep === null ? b : null;
}

/** Bytes of scratch memory that the threads of a kernel share while it runs, for packed columns. */
export function contractScratchBytes(kernel: Kernel, target: Target): number {
  const b = sharedBlocking(kernel, target);
  return b ? columnBytes(b) * b.batch.count : 0;
}

/** The buffers that the piece which packs shared columns reads; null for a kernel without such a piece. */
export function packedBuffers(kernel: Kernel, target: Target): readonly Buffer[] | null {
  const b = sharedBlocking(kernel, target);
  if (!b) return null;
  const buffers = new Set<Buffer>();
  visit([b.operands[1]], (e) => {
    if (e.kind === "load") buffers.add(e.buffer);
  });
  return [...buffers];
}

/**
 * Bytes from row to row of a tile whose rows lie at equal distances; null where no tile can rely on that. Rows that are
 * read in place do so within a run, of which a tile must not meet more than two.
 */
export function rowStrideOf(b: Blocking): number | null {
  if (b.rowLayout === "panels") return 4;
  if (b.rowLayout === "rows") return b.passes.steps * 4;
  const stride = runStrideOf(b);
  return stride !== null && stride >= 0 && b.rows.run >= b.tileRows ? stride : null;
}

/** Bytes from row to row of a run that is read in place; null if their distances are read from memory. */
export function runStrideOf({ rows, operands }: Blocking): number | null {
  const { at } = operands[0] as DirectLoad;
  const axis = innerAxis(rows);
  return at.terms.some((t) => usesAxes(t.value as Expression, [axis])) ? null : (at.coefficients[axis] ?? 0) * 4;
}
