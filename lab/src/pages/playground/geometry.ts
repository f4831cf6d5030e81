// Where the neurons and edges of the diagram lie. Lengths are in pixels.
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** The side of a neuron. */
  readonly box: number;
  /** The middles of all inputs that are offered, of the hidden layers' neurons, and of the outputs. */
  readonly columns: readonly (readonly Place[])[];
}

/** The room above the neurons for the buttons of a layer. */
export const headRoom = 64;

const boxFor = (most: number): number => (most <= 8 ? 46 : most <= 12 ? 36 : most <= 20 ? 28 : 21);

/** On a phone the network of the beginning fits into the width. */
const narrow = 480;

/**
 * Lays out columns of so many neurons in a panel of a width; it takes more room where the width is too small. `unit` is
 * the size of the text, over that of a usual screen.
 */
export function layOut(sizes: readonly number[], panelWidth: number, unit = 1): Geometry {
  const most = Math.max(...sizes);
  const isNarrow = panelWidth < narrow * unit;
  const box = Math.round(unit * Math.min(boxFor(most), isNarrow ? 40 : Infinity));
  const pitch = box + Math.max(6, Math.round(box * 0.24));
  const [left, right, least] = isNarrow
    ? [43 * unit + box / 2, 12 * unit + box / 2, 76 * unit]
    : [56 * unit + box / 2, 16 * unit + box / 2, 84 * unit];
  const above = headRoom * unit;
  const step = Math.max(least, (panelWidth - left - right) / Math.max(1, sizes.length - 1));
  const height = above + most * pitch + 6;
  const columns = sizes.map((size, c) => {
    // The outputs stand at the middle of the layer before them.
    const rest = c > 0 && c === sizes.length - 1 ? Math.max(0, sizes[c - 1]! - size) : 0;
    const top = above + ((1 + rest) * pitch) / 2;
    return Array.from({ length: size }, (_, i) => ({ x: left + c * step, y: top + i * pitch }));
  });
  return { width: Math.round(left + right + step * (sizes.length - 1)), height, box, columns };
}

export interface Edge {
  /** The index of the layer that it leads into, from 0. */
  readonly layer: number;
  /** The index among the inputs of that layer, and among its neurons. */
  readonly from: number;
  readonly to: number;
  /** The index of its weight among all numbers of the network. */
  readonly weight: number;
  readonly a: Place;
  readonly b: Place;
}

/** Where the kernel of each layer begins among all numbers; its bias follows it. */
export function offsets(inputs: number, sizes: readonly number[]): { kernel: number; bias: number; inputs: number }[] {
  let [at, before] = [0, inputs];
  return sizes.map((size) => {
    const own = { kernel: at, bias: at + before * size, inputs: before };
    at += (before + 1) * size;
    before = size;
    return own;
  });
}

/** The edges between the columns; of the inputs, only those in use. */
export function edgesOf({ columns, box }: Geometry, used: readonly number[]): Edge[] {
  const [inputs, ...layers] = columns;
  let before = used.map((i) => inputs![i]!);
  const starts = offsets(
    used.length,
    layers.map((layer) => layer.length),
  );
  return layers.flatMap((layer, l) => {
    const edges = before.flatMap((a, from) =>
      layer.map((b, to) => ({
        layer: l,
        from,
        to,
        weight: starts[l]!.kernel + from * layer.length + to,
        a: { x: a.x + box / 2, y: a.y },
        b: { x: b.x - box / 2, y: b.y },
      })),
    );
    before = [...layer];
    return edges;
  });
}

/** The point of an edge's curve at t from 0 to 1: a cubic that leaves and arrives horizontally. */
export function pointOn({ a, b }: Edge, t: number): Place {
  const s = 1 - t;
  const middle = (a.x + b.x) / 2;
  return {
    x: s * s * s * a.x + 3 * s * t * middle + t * t * t * b.x,
    y: (s * s * s + 3 * s * s * t) * a.y + (3 * s * t * t + t * t * t) * b.y,
  };
}

/** The edge whose curve passes nearest to a place, within so many pixels. */
export function nearestEdge(edges: readonly Edge[], { x, y }: Place, within: number): Edge | undefined {
  let [best, found] = [within, undefined as Edge | undefined];
  for (const edge of edges) {
    if (x < edge.a.x || x > edge.b.x) continue;
    for (let i = 1; i < 24; i++) {
      const at = pointOn(edge, i / 24);
      const distance = Math.hypot(at.x - x, at.y - y);
      if (distance < best) [best, found] = [distance, edge];
    }
  }
  return found;
}
