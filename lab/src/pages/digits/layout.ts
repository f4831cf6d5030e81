// Where the layers of a network stand in its picture.
import type { LayerView } from "./inside.ts";
import { side } from "./strokes.ts";

export interface Block {
  /** −1 for the image. */
  readonly layer: number;
  readonly kind: "image" | "units" | "maps" | "answers";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  /** The number of cells. */
  readonly count: number;
  /** The distance of two neighbours. */
  readonly cell: number;
}

/** The height of a caption below the blocks. */
export const captionHeight = 40;

/**
 * The largest cell with which `count` of them fit into a width and a height, and the number of columns. A somewhat
 * smaller one is taken if it leaves no row unfilled.
 */
function fitting(count: number, width: number, height: number, from: number): { cell: number; columns: number } {
  let largest: { cell: number; columns: number } | undefined;
  for (let cell = from; cell > 2 && cell > 0.7 * (largest?.cell ?? 0); cell -= 0.5) {
    const [fewest, most] = [Math.ceil(count / Math.max(1, Math.floor(height / cell))), Math.floor(width / cell)];
    if (fewest > most) continue;
    largest ??= { cell, columns: fewest };
    for (let columns = fewest; columns <= most && columns <= 2 * fewest; columns++)
      if (count % columns === 0) return { cell, columns };
  }
  return largest ?? { cell: 2, columns: Math.max(1, Math.floor(width / 2)) };
}

/** The image at the left, the answers at the right, the layers between them. */
export function layOut(layers: readonly LayerView[], width: number, height: number): Block[] {
  const between = layers.slice(0, -1);
  const imageSide = Math.min(width * 0.24, 132);
  const answers = Math.min(height / 10, 30);
  const gap = Math.max(14, Math.min(70, (width * 0.34) / (between.length + 1)));
  const room = (width - imageSide - answers - gap * (between.length + 1)) / Math.max(1, between.length);
  const sizes = between.map((layer) => {
    const count = layer.shape.at(-1)!;
    const { cell, columns } = fitting(count, room, height * 0.96, layer.kind === "units" ? 15 : 76);
    const rows = Math.ceil(count / columns);
    return { count, cell, columns, width: columns * cell, height: rows * cell };
  });
  const used = imageSide + answers + sizes.reduce((sum, block) => sum + block.width, 0);
  const step = (width - used) / (between.length + 1);
  const blocks: Block[] = [
    {
      ...{ layer: -1, kind: "image", x: 0, y: (height - imageSide) / 2, width: imageSide, height: imageSide },
      ...{ columns: side, count: side * side, cell: imageSide / side },
    },
  ];
  let x = imageSide + step;
  for (const [layer, block] of sizes.entries()) {
    blocks.push({ ...block, layer, kind: between[layer]!.kind, x, y: (height - block.height) / 2 });
    x += block.width + step;
  }
  if (layers.length > 0)
    blocks.push({
      ...{ layer: layers.length - 1, kind: "answers", x: width - answers, y: 0, width: answers, height },
      ...{ columns: 1, count: layers.at(-1)!.shape.at(-1)!, cell: height / 10 },
    });
  return blocks;
}

/** The middle of a cell. */
export function placeIn(block: Block, at: number): [x: number, y: number] {
  const [column, row] = [at % block.columns, Math.floor(at / block.columns)];
  if (block.kind === "answers") return [block.x + block.width / 2, (at + 0.5) * block.cell];
  return [block.x + (column + 0.5) * block.cell, block.y + (row + 0.5) * block.cell];
}

/** The place of the input with an index of the layer that follows a block; maps are flattened, channels last. */
export function inputPlace(block: Block, from: number, inputs: number): [x: number, y: number] {
  if (block.kind !== "maps") return placeIn(block, from);
  const across = Math.sqrt(inputs / block.count);
  const [x, y] = placeIn(block, from % block.count);
  const position = Math.floor(from / block.count);
  const inTile = (v: number): number => ((v + 0.5) / across - 0.5) * (block.cell - 4);
  return [x + inTile(position % across), y + inTile(Math.floor(position / across))];
}

/** The cell at a point of the picture. */
export function cellAt(blocks: readonly Block[], x: number, y: number): { block: Block; at: number } | undefined {
  for (const block of blocks) {
    const [column, row] = [Math.floor((x - block.x) / block.cell), Math.floor((y - block.y) / block.cell)];
    const isInside = x >= block.x && x < block.x + block.width && y >= block.y && y < block.y + block.height;
    if (!isInside || block.kind === "image") continue;
    const at = block.kind === "answers" ? row : row * block.columns + Math.min(column, block.columns - 1);
    return at < block.count ? { block, at } : undefined;
  }
  return undefined;
}
