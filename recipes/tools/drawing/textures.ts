// Drawn textures of six kinds, and a painting made of strokes: what a network learns to see with, and in whose style.
import { ElementRandom } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { Canvas, clouds, ellipse, Grain, rectangle, stroke } from "./canvas.ts";

/** The kinds of textures. */
export const textureKinds = ["clouds", "stripes", "checks", "dots", "rings", "strokes"] as const;

/** Pictures [count, size, size, 3] in bytes, and the kind of each. */
export async function drawTextures(count: number, size: number, seed: number, part: number) {
  const area = size * size * 3;
  const images = new Uint8Array(count * area);
  const grain = new Grain(seed, 0.04);
  const kinds = Uint8Array.from({ length: count }, (_, i) => i % textureKinds.length);
  await inTurns(count, (i) => {
    const random = new ElementRandom(seed, part, i);
    const canvas = new Canvas(size, size, 3);
    drawTexture(random, canvas, textureKinds[kinds[i]!]!);
    grain.addTo(canvas, random);
    canvas.writeTo(images, i * area);
  });
  return { images, kinds };
}

const colourOf = (random: ElementRandom): number[] => [0, 1, 2].map(() => random.uniform());

function drawTexture(random: ElementRandom, canvas: Canvas, kind: (typeof textureKinds)[number]): void {
  const size = canvas.width;
  const [ground, figure] = [colourOf(random), colourOf(random)];
  const angle = random.uniform(0, Math.PI);
  const period = random.uniform(4, 10);
  const along = (x: number, y: number): number => x * Math.cos(angle) + y * Math.sin(angle);
  const across = (x: number, y: number): number => y * Math.cos(angle) - x * Math.sin(angle);
  const mixed = (share: (x: number, y: number) => number): void =>
    canvas.change((_, x, y, c) => ground[c]! + (figure[c]! - ground[c]!) * Math.min(1, Math.max(0, share(x, y))));
  const wave = (x: number): number => 0.5 + 2 * Math.sin((2 * Math.PI * x) / period);
  if (kind === "clouds") {
    const shade = clouds(random, period, size, size);
    return mixed((x, y) => 0.5 + 0.5 * shade(x, y));
  }
  if (kind === "stripes") return mixed((x, y) => wave(along(x, y)));
  if (kind === "checks") return mixed((x, y) => 0.5 + 2 * (wave(along(x, y)) - 0.5) * (wave(across(x, y)) - 0.5));
  mixed(() => 0);
  const place = (): number => random.uniform(0, size);
  const number = Math.round((1.2 * size * size) / period ** 2);
  for (let i = 0; i < number; i++) {
    const [x, y, radius] = [place(), place(), period * random.uniform(0.2, 0.45)];
    if (kind === "dots") canvas.fill(ellipse(x, y, radius, radius), figure);
    if (kind === "rings") {
      canvas.fill(ellipse(x, y, radius + 1, radius + 1), figure);
      canvas.fill(ellipse(x, y, radius - 0.5, radius - 0.5), ground);
    }
    if (kind === "strokes") {
      const [dx, dy] = [period * Math.cos(angle), period * Math.sin(angle)];
      canvas.fill(stroke(x - dx, y - dy, x + dx, y + dy, 0.8), figure);
    }
  }
}

/** A painting of thick strokes that follow a swirling field, in a few colours. */
export function drawPainting(size: number, seed: number): Canvas {
  const random = new ElementRandom(seed, 7, 0);
  const canvas = new Canvas(size, size, 3);
  const palette = [
    [0.08, 0.15, 0.45],
    [0.15, 0.4, 0.75],
    [0.95, 0.8, 0.25],
    [0.9, 0.92, 0.85],
    [0.05, 0.3, 0.3],
  ];
  canvas.fill(rectangle([0, 0, size, size]), palette[0]!);
  const bend = clouds(random, size / 3, size, size);
  for (let i = 0; i < size * 9; i++) {
    const [x, y] = [random.uniform(0, size - 0.01), random.uniform(0, size - 0.01)];
    const angle = 2.2 * bend(x, y);
    const length = random.uniform(2, 6);
    const [dx, dy] = [length * Math.cos(angle), length * Math.sin(angle)];
    const shade = random.uniform(0.8, 1.15);
    const colour = palette[random.below(palette.length)]!.map((value) => value * shade);
    canvas.fill(stroke(x - dx, y - dy, x + dx, y + dy, random.uniform(0.7, 1.5)), colour);
  }
  return canvas;
}
