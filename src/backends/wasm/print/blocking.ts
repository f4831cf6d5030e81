// How a contraction is cut into panels, passes, blocks and units; or that plain loops do it better.
import { type Expression, usesAxes } from "../../../compile/expression.ts";
import type { Kernel } from "../../../compile/kernel.ts";
import type { Affine } from "../../../view.ts";
import { innerAxis, type Line, lineOf } from "./line.ts";
import { longestWork, unitsFor } from "./piece.ts";
import type { Target } from "./target.ts";

/** Products with fewer multiplications are faster as plain loops, which pack nothing. */
const smallest = 16384;
/** So do those with fewer rows, columns or steps. The answer must not depend on the engine: loops may add up in another order. */
const fewest = 4;
/** Steps of the sum that one pass takes: a panel of columns stays in the first-level cache. */
const longestPass = 512;
/** Columns of which the sums are kept until they are whole, and are then finished and stored. */
const widestBlock = 512;
/** Bytes of packed rows and sums of one block: they stay in the second-level cache. */
const blockBytes = 128 * 1024;
/** Products of a batch from which on each is packed and multiplied by one thread. */
const manyProducts = 4;
/** Products with more work than this are cut along rows and columns; and into items of at least so many of each, in such steps. */
const largeWork = 32 * longestWork;
const leastSide = 64;
const sideStep = 16;
/** So few columns are read in place. */
const fewColumns = 32;
/**
 * With so few rows, packing the columns costs more than it saves. They are read in place, in passes so short that the second
 * tile of rows finds them in the second-level cache, and an item takes so many of them. One thread, GFLOP/s, Node 20 and 24:
 * 8×1024×1024 28 to 31 and 45 to 62, 4×1024×1024 23 to 31 and 33 to 61.
 */
const fewRows = 12;
const shortPass = 64;
const thinItemColumns = 256;

/** An operand that is read where it lies, without packing. */
export type DirectLoad = Extract<Expression, { kind: "load" }>;

export interface Blocking {
  readonly rows: Line;
  readonly columns: Line;
  readonly depth: Line;
  readonly batch: Line;
  readonly tileRows: number;
  readonly tileColumns: number;
  readonly rowsOf: "a" | "b";
  /** Rows that lie in memory along the sum are read there, or copied row by row; all others become panels as wide as a tile is high. */
  readonly rowLayout: "direct" | "rows" | "panels";
  /**
   * Bytes from step to step of columns that are read where they lie, side by side; null where they are packed. Negative where the
   * operand runs backwards along the sum, 0 where it repeats.
   */
  readonly directColumnStep: number | null;
  /** Whether the columns are packed once for all, in a piece of their own. */
  readonly sharesColumns: boolean;
  /** Of the sum, what one pass takes: runs, or steps where there is one run; and how many steps that is at most. */
  readonly passLength: number;
  readonly passes: number;
  readonly passSteps: number;
  readonly blockRows: number;
  readonly blockColumns: number;
  /**
   * Rows that one item of work takes, and how many items that makes; then the same of columns, of which an item takes one block
   * where there are several. Several items may make a unit.
   */
  readonly itemRows: number;
  readonly rowItems: number;
  readonly columnItems: number;
  readonly itemsPerProduct: number;
  readonly items: number;
  readonly itemsPerUnit: number;
  readonly units: number;
  /** Bytes (possibly negative) from row to row of results that tiles write straight to their destination; null where sums get an epilogue. */
  readonly directRowBytes: number | null;
}

/** Rows and columns of a tile: eight vectors of sums; twice as many where an engine joins pairs of vectors, in rows where there are few columns. */
const tiles = { usual: [4, 8], wide: [4, 16], high: [8, 8] } as const;

/** What is known of kernels, for each of the two kinds of targets. */
const known = [new WeakMap<Kernel, Blocking | null>(), new WeakMap<Kernel, Blocking | null>()] as const;

/** How a kernel is blocked; null where plain loops do it. */
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
  // Columns are the side along which results lie next to each other.
  const along = (axes: readonly number[]): number =>
    stores.filter((s) => s.at.coefficients[axes[axes.length - 1]!] === 1).length;
  const turned = along(contract.m) > along(contract.n);
  const [rowAxes, columnAxes] = turned ? [contract.n, contract.m] : [contract.m, contract.n];
  const [rowValue, columnValue] = turned ? [contract.b, contract.a] : [contract.a, contract.b];
  const depth = lineOf(contract.k, extents);
  const batch = lineOf(contract.batch, extents);
  const bare = lineOf(rowAxes, extents);
  const isNarrow = extents[columnAxes[columnAxes.length - 1]!]! <= tiles.usual[1];
  const [tileRows, tileColumns] = tiles[!joinsPairs ? "usual" : isNarrow ? "high" : "wide"];
  const columns = lineOf(columnAxes, extents, tileColumns);
  const columnCount = columns.runs * columns.run;
  const product = bare.count * columnCount * depth.count;
  if (
    bare.count < fewest ||
    columnCount < fewest ||
    depth.count < fewest ||
    product < (batch.count < manyProducts ? smallest : smallest / 8)
  )
    return null;
  if (columns.count > 2.5 * columnCount) return null;

  const rowLayout = rowLayoutOf(rowValue, bare, depth, tileRows);
  const rows = rowLayout === "panels" ? lineOf(rowAxes, extents, tileRows) : bare;
  const oneRun = depth.runs === 1;
  const parts = oneRun ? depth.run : depth.runs;
  const columnStep = directColumnStep(columnValue, columns, depth);
  const isThin = oneRun && columnStep !== null && rows.count <= fewRows && columns.run > fewColumns;
  const longest = isThin
    ? shortPass
    : oneRun
      ? longestPass
      : rowLayout === "direct"
        ? 1
        : Math.max(1, Math.floor(longestPass / depth.run));
  const even = Math.ceil(parts / Math.ceil(parts / longest));
  const passLength = oneRun ? Math.min(depth.run, roundUp(even, 4)) : even;
  const passes = Math.ceil(parts / passLength);
  const passSteps = oneRun ? passLength : passLength * depth.run;

  const each = product / 4;
  const rowParts = Math.ceil(rows.count / tileRows);
  const isLarge = each > largeWork;
  const sharesColumns = batch.count < manyProducts || isLarge;
  const wanted = sharesColumns ? unitsFor(each, rowParts) : 1;
  // Only columns of one run can be shared out.
  const sharedOut =
    columns.runs > 1 ? null : isThin ? thinItem(rows, columns) : isLarge ? largeItem(rows, columns, depth) : null;
  const itemRows = sharedOut?.rows ?? Math.ceil(rows.count / wanted / tileRows) * tileRows;
  const itemColumns = sharedOut?.columns ?? columns.count;
  const columnItems = Math.ceil(columns.count / itemColumns);
  const blockColumns = columns.runs === 1 ? Math.min(itemColumns, widestBlock) : columns.count;

  const directRowBytes = directRows(kernel, rows, columns, tileColumns);
  const rowBytes = (rowLayout === "direct" ? 4 : passSteps * 4) + (directRowBytes !== null ? 0 : blockColumns * 4);
  const blockRows = Math.min(itemRows, Math.max(tileRows, Math.floor(blockBytes / rowBytes / tileRows) * tileRows));
  const rowItems = Math.ceil(rows.count / itemRows);
  const itemsPerProduct = rowItems * columnItems;
  const items = itemsPerProduct * batch.count;
  const itemsPerUnit = Math.ceil(items / unitsFor(each * batch.count, items));
  return {
    rows,
    columns,
    depth,
    batch,
    tileRows,
    tileColumns,
    rowsOf: turned ? "b" : "a",
    rowLayout,
    sharesColumns,
    passLength,
    passes,
    passSteps,
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
 * Rows and columns that one item of a large product takes: about as many of each, so that what it reads of either side stays in
 * the second-level cache for a pass and is used often there, whatever the length of the sum.
 */
function largeItem(rows: Line, columns: Line, depth: Line): { rows: number; columns: number } {
  const elements = (4 * longestWork) / depth.count;
  const wide = Math.max(leastSide, Math.sqrt(elements), elements / rows.count);
  const itemColumns = even(columns.count, Math.min(wide, widestBlock), sideStep);
  const high = Math.max(leastSide, elements / itemColumns);
  return { rows: even(rows.count, high, sideStep), columns: itemColumns };
}

/** All rows, and a few columns, so that threads read different columns. */
const thinItem = (rows: Line, columns: Line): { rows: number; columns: number } => ({
  rows: rows.count,
  columns: even(columns.count, thinItemColumns, sideStep),
});

/** A multiple of `step`, at most about `most`, that divides `count` most evenly. */
const even = (count: number, most: number, step: number): number =>
  roundUp(Math.ceil(count / Math.ceil(count / most)), step);

/** A load whose address is known but for the counters, and that is not asked whether it lies inside. */
const isBare = (value: Expression): value is DirectLoad =>
  value.kind === "load" && value.dtype === "float32" && value.guards.length === 0;

function rowLayoutOf(value: Expression, rows: Line, depth: Line, tileRows: number): Blocking["rowLayout"] {
  const inner = innerAxis(depth);
  const stepsOf = (e: Expression): number => (e.kind === "load" ? e.at.coefficients[inner]! : 0);
  if (
    isBare(value) &&
    stepsOf(value) === 1 &&
    value.at.terms.every((t) => !usesAxes(t.value as Expression, depth.axes)) &&
    (depth.runs === 1 || depth.run >= 32)
  )
    return "direct";
  const padding = (Math.ceil(rows.run / tileRows) * tileRows) / rows.run;
  return padding <= 1.25 && runsFaster(value, innerAxis(rows), inner) ? "panels" : "rows";
}

/** Whether more loads of a value have their neighbours along `a` than along `b`. */
function runsFaster(value: Expression, a: number, b: number): boolean {
  let score = 0;
  forEachLoad(value, ({ at }) => {
    for (const [axis, sign] of [
      [a, 1],
      [b, -1],
    ] as const) {
      const c = at.coefficients[axis]!;
      score += sign * (c === 1 ? 1 : c === 0 ? 0 : -1);
    }
  });
  return score >= 0;
}

function forEachLoad(e: Expression, each: (load: DirectLoad) => void): void {
  if (e.kind === "load") each(e);
  if (e.kind === "scalar") for (const x of e.operands) forEachLoad(x, each);
  if (e.kind === "cast") forEachLoad(e.operand, each);
}

/** Bytes from one index of a line to the next in an operand of four-byte elements; null where no one stride serves them all. */
function strideBytes(at: Affine, line: Line): number | null {
  let stride = at.coefficients[innerAxis(line)]!;
  const first = stride;
  for (let i = line.axes.length - 1; i >= 0; i--) {
    if (at.coefficients[line.axes[i]!] !== stride) return null;
    stride *= line.extents[i]!;
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

/** Where a thread's own memory holds what: packed columns of one product, packed rows of one pass (or addresses of rows), sums. */
export interface OwnLayout {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
  readonly sums: number;
  readonly total: number;
}

export function ownLayout(b: Blocking): OwnLayout {
  const columns = b.sharesColumns || b.directColumnStep !== null ? 0 : columnBytes(b);
  const rowBytes = b.rowLayout === "direct" ? 4 : b.passSteps * 4;
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

/** Bytes that a kernel's threads share while it runs: packed columns. */
export function contractScratchBytes(kernel: Kernel, target: Target): number {
  const b = blockingOf(kernel, target);
  return b?.sharesColumns && b.directColumnStep === null ? columnBytes(b) * b.batch.count : 0;
}
