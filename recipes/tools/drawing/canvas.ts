// Pictures drawn by a program: outlines with smooth edges, textures and noise. A seed gives the same picture anywhere.
import { ElementRandom } from "nabla/data";

/** A form in the plane: about how far a point is outside it, in pixels (below 0 inside), and a box around it. */
export interface Outline {
  readonly distance: (x: number, y: number) => number;
  readonly box: Box;
}

/** Left, top, right and bottom, in pixels; the top left pixel's centre is (0.5, 0.5). */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A brightness from 0 to 1, one for each channel, or a function of the point that gives one. */
export type Paint = number | readonly number[] | ((x: number, y: number) => number | readonly number[]);

/** A picture of numbers from 0 (black) to 1, row by row; the channels of a pixel stand side by side. */
export class Canvas {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Float32Array;

  constructor(height: number, width: number, channels = 1) {
    [this.height, this.width, this.channels] = [height, width, channels];
    this.pixels = new Float32Array(height * width * channels);
  }

  /** Paints over what is inside the outline; pixels on its edge are mixed. */
  fill({ distance, box: [left, top, right, bottom] }: Outline, paint: Paint, opacity = 1): void {
    const { height, width, channels, pixels } = this;
    const lastRow = Math.min(height - 1, Math.ceil(bottom));
    const lastColumn = Math.min(width - 1, Math.ceil(right));
    for (let i = Math.max(0, Math.floor(top) - 1); i <= lastRow; i++)
      for (let j = Math.max(0, Math.floor(left) - 1); j <= lastColumn; j++) {
        const [x, y] = [j + 0.5, i + 0.5];
        const cover = opacity * Math.min(1, Math.max(0, 0.5 - distance(x, y)));
        if (cover === 0) continue;
        const colour = typeof paint === "function" ? paint(x, y) : paint;
        for (let c = 0, at = channels * (i * width + j); c < channels; c++, at++) {
          const value = typeof colour === "number" ? colour : colour[c]!;
          pixels[at]! += cover * (value - pixels[at]!);
        }
      }
  }

  /** Replaces each number by a function of it and of its pixel's centre. */
  change(by: (value: number, x: number, y: number, channel: number) => number): void {
    const { width, channels, pixels } = this;
    for (let at = 0; at < pixels.length; at++) {
      const pixel = Math.floor(at / channels);
      pixels[at] = by(pixels[at]!, (pixel % width) + 0.5, Math.floor(pixel / width) + 0.5, at % channels);
    }
  }

  /** Writes the picture as bytes from 0 to 255 at an offset of `out`. */
  writeTo(out: Uint8Array, offset = 0): void {
    // What is beyond black and white is cut off by the clamped array.
    out.set(
      Uint8ClampedArray.from(this.pixels, (value) => 255 * value),
      offset,
    );
  }
}

/**
 * The noise of a camera: normally distributed numbers, drawn once. Each picture begins at another of them, since to
 * draw them anew would take longer than all the rest of a picture.
 */
export class Grain {
  readonly #numbers: Float32Array;

  constructor(seed: number, deviation: number) {
    const random = new ElementRandom(seed, 0, 2 ** 31);
    this.#numbers = Float32Array.from({ length: 40_009 }, () => random.normal(0, deviation));
  }

  addTo({ pixels }: Canvas, random: ElementRandom): void {
    const numbers = this.#numbers;
    const start = random.below(numbers.length);
    for (let i = 0; i < pixels.length; i++) pixels[i]! += numbers[(start + i) % numbers.length]!;
  }
}

/** An ellipse with half axes rx and ry, turned by an angle in radians. */
export function ellipse(cx: number, cy: number, rx: number, ry: number, angle = 0): Outline {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [halfWidth, halfHeight] = [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos)];
  return {
    distance(x, y) {
      const [dx, dy] = [x - cx, y - cy];
      return (Math.hypot((dx * cos + dy * sin) / rx, (dy * cos - dx * sin) / ry) - 1) * Math.min(rx, ry);
    },
    box: [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight],
  };
}

/** A form whose radius depends on the direction, an angle in radians; `most` is the greatest radius. */
export const blob = (cx: number, cy: number, radius: (angle: number) => number, most: number): Outline => ({
  distance: (x, y) => Math.hypot(x - cx, y - cy) - radius(Math.atan2(y - cy, x - cx)),
  box: [cx - most, cy - most, cx + most, cy + most],
});

/** A stroke with round ends from one point to another; `radius` is half its thickness. */
export function stroke(x0: number, y0: number, x1: number, y1: number, radius: number): Outline {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = Math.max(dx * dx + dy * dy, 1e-9);
  return {
    distance(x, y) {
      const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square));
      return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) - radius;
    },
    box: [Math.min(x0, x1) - radius, Math.min(y0, y1) - radius, Math.max(x0, x1) + radius, Math.max(y0, y1) + radius],
  };
}

/** A rectangle with upright sides. */
export const rectangle = (box: Box): Outline => ({
  distance: (x, y) => Math.max(box[0] - x, x - box[2], box[1] - y, y - box[3]),
  box,
});

/** A smooth random function of the point, about normally distributed: numbers on a grid, interpolated. */
export function clouds(random: ElementRandom, spacing: number, height: number, width: number) {
  const columns = Math.ceil(width / spacing) + 2;
  const grid = Float32Array.from({ length: columns * (Math.ceil(height / spacing) + 2) }, () => random.normal());
  return (x: number, y: number): number => {
    const [column, row] = [Math.floor(x / spacing), Math.floor(y / spacing)];
    const [u, v] = [x / spacing - column, y / spacing - row];
    const at = row * columns + column;
    const above = grid[at]! * (1 - u) + grid[at + 1]! * u;
    const below = grid[at + columns]! * (1 - u) + grid[at + columns + 1]! * u;
    return above * (1 - v) + below * v;
  };
}
