// Lays out blocks of memory so that blocks which are live at the same time do not overlap, in as few bytes as possible.

/** A number of bytes that are live from one kernel to another, both included. */
export interface Block {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Orders in which blocks are placed: by time; the largest first (Pisarchyk and Lee, 2020); by bytes × lifetime. */
const orders: readonly ((a: Block, b: Block) => number)[] = [
  (a, b) => a.from - b.from,
  (a, b) => b.bytes - a.bytes || a.from - b.from,
  (a, b) => areaOf(b) - areaOf(a) || a.from - b.from,
];
const longest = 1e9;
const areaOf = ({ bytes, from, to }: Block): number => bytes * (Math.min(to, longest) - from + 1);

/** The start of each block and the end of the last one, in the best of a few greedy layouts. */
export function placeBlocks(blocks: readonly Block[]): { starts: readonly number[]; top: number } {
  const layouts = orders.map((order) => layOut(blocks, order));
  return layouts.reduce((best, layout) => (layout.top < best.top ? layout : best));
}

function layOut(blocks: readonly Block[], order: (a: Block, b: Block) => number): { starts: number[]; top: number } {
  const starts = new Array<number>(blocks.length);
  const placed: { block: Block; start: number }[] = [];
  let top = 0;
  for (const [i, block] of [...blocks.entries()].sort(([, a], [, b]) => order(a, b))) {
    const start = smallestGap(block, placed);
    starts[i] = start;
    top = Math.max(top, start + block.bytes);
    // Sorted by start, so that gaps are found in one walk.
    placed.splice(placed.findLastIndex((other) => other.start <= start) + 1, 0, { block, start });
  }
  return { starts, top };
}

/** The start of the smallest gap that holds a block between those live with it, or the end of the last of them. */
function smallestGap({ bytes, from, to }: Block, placed: readonly { block: Block; start: number }[]): number {
  let best = -1;
  let least = Infinity;
  let cursor = 0;
  for (const { block, start } of placed) {
    if (block.from > to || from > block.to) continue;
    const gap = start - cursor;
    if (gap >= bytes && gap < least) [best, least] = [cursor, gap];
    cursor = Math.max(cursor, start + block.bytes);
  }
  return best >= 0 ? best : cursor;
}
