// Draws scenes: shapes with smooth edges and handwritten digits, coloured, on a dark uneven ground with noise.
import type { Dataset } from "nabla/data";
import { digitKinds, type Scene } from "./captions.ts";

/** The side of a picture, in pixels. */
export const side = 32;

/** The middle of each place, in pixels. */
const middles = [
  [9, 16],
  [23, 16],
  [16, 9],
  [16, 23],
  [16, 16],
] as const;
/** The least and greatest radius of small and of large things, in pixels. */
const radii = [
  [4.5, 6],
  [8.5, 10.5],
] as const;
const shades = [
  [0.95, 0.15, 0.15],
  [0.15, 0.8, 0.2],
  [0.2, 0.3, 1],
  [0.95, 0.9, 0.15],
  [0.65, 0.2, 0.85],
  [0.3, 0.85, 0.95],
  [0.97, 0.97, 0.97],
] as const;

/** How far a point is outside a shape of radius 1 around the origin; below 0 inside. */
type Distance = (x: number, y: number) => number;

/** In the order of the kinds that follow the digits. */
const shapes: readonly Distance[] = [
  (x, y) => Math.hypot(x, y) - 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) - 0.85,
  (x, y) => Math.max(y, -0.5 * y + 0.866 * x, -0.5 * y - 0.866 * x) - 0.55,
  star,
  (x, y) => Math.abs(Math.hypot(x, y) - 0.76) - 0.22,
  (x, y) => Math.max(Math.min(Math.abs(x), Math.abs(y)) - 0.28, Math.max(Math.abs(x), Math.abs(y)) - 0.95),
];

/** Five points: the plane is folded onto a tenth of it, in which a star has one straight edge. */
function star(x: number, y: number): number {
  const tenth = Math.PI / 5;
  const around = Math.atan2(x, -y) + 2 * Math.PI;
  const angle = Math.abs(((around + tenth) % (2 * tenth)) - tenth);
  const [px, py] = [Math.hypot(x, y) * Math.cos(angle) - 1, Math.hypot(x, y) * Math.sin(angle)];
  const [ex, ey] = [0.42 * Math.cos(tenth) - 1, 0.42 * Math.sin(tenth)];
  return (py * -ex + px * ey) / Math.hypot(ex, ey);
}

/** Handwritten digits to draw with, by their value. */
export class Handwriting {
  readonly #pixels: ArrayLike<number | bigint>;
  readonly #images: number[][] = Array.from({ length: digitKinds }, () => []);

  constructor({ inputs, targets }: Dataset) {
    this.#pixels = inputs.array.data;
    for (const [i, digit] of targets.array.data.entries()) this.#images[Number(digit)]!.push(i);
  }

  /** How much ink one of the images of a digit has at a point, 0 to 1; the digit fills a circle of radius 1. */
  ink(digit: number, random: () => number): (x: number, y: number) => number {
    const images = this.#images[digit]!;
    const start = 784 * images[Math.floor(random() * images.length)]!;
    const at = (row: number, column: number): number =>
      row < 0 || column < 0 || row > 27 || column > 27 ? 0 : Number(this.#pixels[start + 28 * row + column]) / 255;
    return (x, y) => {
      const [u, v] = [13.5 + 11 * x, 13.5 + 11 * y];
      const [column, row] = [Math.floor(u), Math.floor(v)];
      const [right, down] = [u - column, v - row];
      return (
        (1 - down) * ((1 - right) * at(row, column) + right * at(row, column + 1)) +
        down * ((1 - right) * at(row + 1, column) + right * at(row + 1, column + 1))
      );
    };
  }
}

/** Draws a scene into `out` at an offset: rows of red, green and blue. */
export function draw(
  { kind, colour, size, place }: Scene,
  handwriting: Handwriting,
  random: () => number,
  out: Uint8Array,
  offset: number,
): void {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const [x, y] = middles[place]!;
  const [cx, cy] = [x + between(-2, 2), y + between(-2, 2)];
  const radius = between(radii[size]![0], radii[size]![1]);
  const angle = between(-0.2, 0.2);
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
  const light = between(0.75, 1);
  const paint = shades[colour]!.map((shade) => Math.min(1, light * shade + between(-0.05, 0.05)));
  const ground = [between(0.05, 0.3), between(0.05, 0.3), between(0.05, 0.3)];
  const [slopeX, slopeY] = [between(-0.006, 0.006), between(-0.006, 0.006)];
  const grain = between(0.02, 0.15);
  const ink = kind < digitKinds ? handwriting.ink(kind, random) : null;
  const distance = ink ? null : shapes[kind - digitKinds]!;
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const [dx, dy] = [j + 0.5 - cx, i + 0.5 - cy];
      const [u, v] = [cos * dx + sin * dy, cos * dy - sin * dx];
      const cover = ink ? ink(u, v) : Math.min(1, Math.max(0, 0.5 - radius * distance!(u, v)));
      for (let c = 0; c < 3; c++) {
        const under = ground[c]! + slopeX * (j - 16) + slopeY * (i - 16);
        const value = under + cover * (paint[c]! - under) + grain * (random() - 0.5);
        out[offset + 3 * (side * i + j) + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
      }
    }
}
