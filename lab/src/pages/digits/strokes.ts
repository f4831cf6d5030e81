// Lines drawn on the pad: how the address keeps them, and the image of 28 × 28 pixels that they make.

/** Points in units of the pad's width, from its upper left corner: x, y, x, y, … */
export type Stroke = readonly number[];

export const side = 28;
/** The digit's larger side in the image, and the greatest radius of a line, in pixels. */
const [box, thickest] = [20, 1.6];
/** A short stroke is not blown up beyond this. */
const greatestScale = 80;
const most = { strokes: 40, points: 1200 };

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const levels = 511;
const pointOf = (x: number, y: number): string => {
  const level = (v: number): number => Math.max(0, Math.min(levels, Math.round(v * levels)));
  const code = level(x) * 512 + level(y);
  return letters[code >> 12]! + letters[(code >> 6) & 63]! + letters[code & 63]!;
};

/** Three letters for each point, lines parted by dots. */
export const writeStrokes = (strokes: readonly Stroke[]): string =>
  strokes
    .map((stroke) =>
      Array.from({ length: stroke.length / 2 }, (_, i) => pointOf(stroke[2 * i]!, stroke[2 * i + 1]!)).join(""),
    )
    .join(".");

export function readStrokes(text: string): readonly Stroke[] | undefined {
  if (text === "") return [];
  const parts = text.split(".");
  if (parts.length > most.strokes || text.length > 3 * most.points + parts.length) return undefined;
  const strokes = parts.map((part) => {
    const codes = [...part].map((letter) => letters.indexOf(letter));
    if (codes.length === 0 || codes.length % 3 !== 0 || codes.includes(-1)) return undefined;
    return Array.from({ length: codes.length / 3 }, (_, i) => {
      const code = codes[3 * i]! * 4096 + codes[3 * i + 1]! * 64 + codes[3 * i + 2]!;
      return [(code >> 9) / levels, (code & 511) / levels];
    }).flat();
  });
  return strokes.every((stroke) => stroke !== undefined) ? strokes : undefined;
}

/** True if there is room in the address for one more point. */
export const hasRoom = (strokes: readonly Stroke[]): boolean =>
  strokes.length < most.strokes && strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) < most.points;

/** Greys of lines through points that are scaled and moved: 255 within the radius, falling to 0 over one pixel. */
function raster(strokes: readonly Stroke[], scale: number, right: number, down: number, radius: number): Uint8Array {
  const image = new Uint8Array(side * side);
  const reach = radius + 0.5;
  for (const stroke of strokes)
    for (let i = 0; i < stroke.length; i += 2) {
      const from = Math.max(0, i - 2);
      const [ax, ay] = [stroke[from]! * scale + right, stroke[from + 1]! * scale + down];
      const [bx, by] = [stroke[i]! * scale + right, stroke[i + 1]! * scale + down];
      const [dx, dy] = [bx - ax, by - ay];
      const length = dx * dx + dy * dy || 1;
      const first = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach));
      const last = (a: number, b: number): number => Math.min(side - 1, Math.ceil(Math.max(a, b) + reach));
      for (let row = first(ay, by); row <= last(ay, by); row++)
        for (let column = first(ax, bx); column <= last(ax, bx); column++) {
          const [x, y] = [column + 0.5 - ax, row + 0.5 - ay];
          const t = Math.max(0, Math.min(1, (x * dx + y * dy) / length));
          const grey = Math.max(0, Math.min(1, reach - Math.hypot(x - t * dx, y - t * dy))) * 255;
          const at = row * side + column;
          if (grey > image[at]!) image[at] = Math.round(grey);
        }
    }
  return image;
}

/**
 * The image of a drawing, prepared as MNIST's digits were: scaled so that its larger side has 20 pixels, and moved so
 * that the centre of its brightness is the centre of 28 × 28 pixels (LeCun, Bottou, Bengio & Haffner 1998).
 *
 * @param pen the thickness of the line, in units of the pad's width
 */
export function bitmapOf(strokes: readonly Stroke[], pen: number): Uint8Array {
  if (strokes.length === 0) return new Uint8Array(side * side);
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const stroke of strokes)
    for (let i = 0; i < stroke.length; i += 2) {
      [left, right] = [Math.min(left, stroke[i]!), Math.max(right, stroke[i]!)];
      [top, bottom] = [Math.min(top, stroke[i + 1]!), Math.max(bottom, stroke[i + 1]!)];
    }
  const extent = Math.max(right - left, bottom - top);
  // The line's own thickness belongs to the digit. A small drawing is made larger, but not its pen beyond a limit.
  const whole = box / (extent + pen);
  const fitting = (pen * whole) / 2 > thickest ? (box - 2 * thickest) / Math.max(extent, 1e-3) : whole;
  const scale = Math.min(greatestScale, fitting);
  const radius = Math.min(thickest, Math.max(0.6, (pen * scale) / 2));
  const [x0, y0] = [side / 2 - (scale * (left + right)) / 2, side / 2 - (scale * (top + bottom)) / 2];
  const middle = raster(strokes, scale, x0, y0, radius);
  let [sum, sumX, sumY] = [0, 0, 0];
  middle.forEach((grey, i) => {
    sum += grey;
    sumX += grey * ((i % side) + 0.5);
    sumY += grey * (Math.floor(i / side) + 0.5);
  });
  if (sum === 0) return middle;
  return raster(strokes, scale, x0 + side / 2 - sumX / sum, y0 + side / 2 - sumY / sum, radius);
}
