// Lays out a graph in layers: ranks by the longest path, few crossings, straight edges (Sugiyama and others, 1981).

/** A box to be placed. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** The ids of the boxes that it follows. */
  readonly inputs: readonly string[];
}

/** Where a box stands: its centre along x, its upper edge along y. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** An edge: from the lower edge of one box, between others, to the upper edge of another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The corners, the ends among them. */
  readonly points: readonly Place[];
}

/** A graph that has been laid out. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  readonly edges: readonly Edge[];
}

/** The gaps between neighbours in a rank, between an edge that passes and its neighbours, and between ranks. */
const [beside, passing, below] = [28, 20, 40];
/** The number of times that orders and places are improved, downwards and upwards. */
const sweeps = 8;

/** A box, or the part of a long edge that passes a rank. */
interface Cell {
  readonly width: number;
  readonly height: number;
  readonly rank: number;
  readonly isPassing: boolean;
  readonly up: Cell[];
  readonly down: Cell[];
  order: number;
  x: number;
}

/** Lays out boxes, each of which comes after those that it follows. */
export function layered(boxes: readonly Box[]): Layout {
  const ranks: Cell[][] = [];
  const cells = new Map<string, Cell>();
  const add = (width: number, height: number, rank: number, isPassing: boolean): Cell => {
    const cell: Cell = { width, height, rank, isPassing, up: [], down: [], order: 0, x: 0 };
    (ranks[rank] ??= []).push(cell);
    return cell;
  };
  for (const { id, width, height, inputs } of boxes)
    cells.set(id, add(width, height, Math.max(-1, ...inputs.map((from) => cells.get(from)?.rank ?? -1)) + 1, false));
  const chains = boxes.flatMap(({ id, inputs }) =>
    inputs.map((from) => {
      const chain = [cells.get(from)!];
      const end = cells.get(id)!;
      for (let rank = chain[0]!.rank + 1; rank < end.rank; rank++) chain.push(add(0, 0, rank, true));
      chain.push(end);
      chain.slice(1).forEach((cell, i) => {
        chain[i]!.down.push(cell);
        cell.up.push(chain[i]!);
      });
      return { from, to: id, chain };
    }),
  );
  order(ranks);
  place(ranks);
  const tops: number[] = [];
  let y = 0;
  ranks.forEach((rank, i) => {
    tops[i] = y;
    y += Math.max(...rank.map(({ height }) => height)) + below;
  });
  const all = ranks.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2));
  const right = Math.max(...all.map(({ x, width }) => x + width / 2));
  const top = ({ rank }: Cell): number => tops[rank] ?? 0;
  /** The height of a rank; a box stands at its top. */
  const depth = ({ rank }: Cell): number => Math.max(...(ranks[rank] ?? []).map(({ height }) => height));
  const at = (cell: Cell): number => cell.x - left;
  const edges = chains.map(({ from, to, chain }): Edge => {
    const inner = chain.slice(1, -1).flatMap((cell) => [
      { x: at(cell), y: top(cell) },
      { x: at(cell), y: top(cell) + depth(cell) },
    ]);
    const [first, last] = [chain[0]!, chain.at(-1)!];
    const start = { x: at(first), y: top(first) + first.height };
    return { from, to, points: [start, ...inner, { x: at(last), y: top(last) }] };
  });
  const places = new Map([...cells].map(([id, cell]) => [id, { x: at(cell), y: top(cell) }]));
  return { width: right - left, height: y - below, places, edges };
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Orders each rank by the means of its neighbours' orders above, and then below. */
function order(ranks: readonly Cell[][]): void {
  const number = (rank: Cell[]): void => rank.forEach((cell, i) => (cell.order = i));
  ranks.forEach(number);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const rank of isDown ? ranks : ranks.toReversed()) {
      const wanted = new Map(
        rank.map((cell) => {
          const neighbours = isDown ? cell.up : cell.down;
          return [cell, neighbours.length > 0 ? mean(neighbours.map((other) => other.order)) : cell.order];
        }),
      );
      rank.sort((a, b) => wanted.get(a)! - wanted.get(b)! || a.order - b.order);
      number(rank);
    }
  }
}

/** Places the cells of each rank as near to their neighbours above and below as their order and widths allow. */
function place(ranks: readonly Cell[][]): void {
  for (let sweep = 0; sweep <= 2 * sweeps; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const rank of isDown ? ranks : ranks.toReversed()) {
      const wanted = rank.map((cell) => {
        const neighbours = isDown ? cell.up : cell.down;
        return neighbours.length > 0 ? mean(neighbours.map(({ x }) => x)) : cell.x;
      });
      spread(rank, wanted);
    }
  }
}

/** The least distance between the centres of two neighbours. */
const distance = (a: Cell, b: Cell): number =>
  (a.width + b.width) / 2 + (a.isPassing || b.isPassing ? passing : beside);

/** The places in order, at their distances, with the least sum of squared differences from those that are wanted. */
function spread(rank: readonly Cell[], wanted: readonly number[]): void {
  const offsets: number[] = [];
  rank.forEach((cell, i) => offsets.push(i === 0 ? 0 : offsets[i - 1]! + distance(rank[i - 1]!, cell)));
  // Without the distances the places may only not fall: neighbours that would are put at their common mean.
  const pools: { sum: number; weight: number; count: number }[] = [];
  rank.forEach((cell, i) => {
    // Long edges are kept straight: they count more than boxes.
    const weight = cell.isPassing ? 4 : 1;
    pools.push({ sum: weight * (wanted[i]! - offsets[i]!), weight, count: 1 });
    for (let last = pools.at(-1)!; pools.length > 1; last = pools.at(-1)!) {
      const before = pools.at(-2)!;
      if (before.sum / before.weight <= last.sum / last.weight) break;
      pools.splice(-2, 2, {
        sum: before.sum + last.sum,
        weight: before.weight + last.weight,
        count: before.count + last.count,
      });
    }
  });
  let i = 0;
  for (const { sum, weight, count } of pools)
    for (let k = 0; k < count; k++, i++) rank[i]!.x = sum / weight + offsets[i]!;
}
