// Drawn cells, as under a microscope, with the pixels that belong to one: for `segment`.
import { ElementRandom } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { blob, Canvas, clouds, ellipse } from "./canvas.ts";
import type { Masked } from "./masks.ts";

/**
 * Cells of uneven form and brightness, which touch each other, on a ground whose light changes over the picture. Where
 * two touch, a line of one pixel between them belongs to the ground, as in the data of the U-Net's paper.
 */
export async function drawCells(count: number, size: number, seed: number, part: number): Promise<Masked> {
  const area = size * size;
  const [images, masks] = [new Uint8Array(count * area), new Uint8Array(count * area)];
  await inTurns(count, (i) => {
    const random = new ElementRandom(seed, part, i);
    const { canvas, owners } = drawPicture(random, size);
    canvas.writeTo(images, i * area);
    for (let at = 0; at < area; at++) {
      const owner = owners[at]!;
      const right = at % size === size - 1 ? 0 : owners[at + 1]!;
      const below = at + size < area ? owners[at + size]! : 0;
      const touches = [right, below].some((other) => other !== 0 && other !== owner);
      masks[i * area + at] = Number(owner !== 0 && !touches);
    }
  });
  return { count, size, images, masks };
}

function drawPicture(random: ElementRandom, size: number) {
  const canvas = new Canvas(size, size);
  const [slopeX, slopeY] = [random.uniform(-0.25, 0.25), random.uniform(-0.25, 0.25)];
  const ground = clouds(random, 9, size, size);
  canvas.change((_, x, y) => 0.42 + slopeX * (x / size - 0.5) + slopeY * (y / size - 0.5) + 0.05 * ground(x, y));
  const owners = new Uint8Array(size * size);
  const placed: Place[] = [];
  const cells = 4 + random.below(6);
  for (let tries = 0; placed.length < cells && tries < 100; tries++) {
    const mean = random.uniform(0.1, 0.17) * size;
    const place: Place = [random.uniform(0, size), random.uniform(0, size), mean];
    if (placed.some(([x, y, other]) => Math.hypot(x - place[0], y - place[1]) < 0.85 * (mean + other))) continue;
    placed.push(place);
    drawCell(random, canvas, owners, placed.length, place);
  }
  canvas.change((value) => value + random.normal(0, 0.06));
  return { canvas, owners };
}

/** A cell's centre and its mean radius. */
type Place = readonly [cx: number, cy: number, mean: number];

function drawCell(
  random: ElementRandom,
  canvas: Canvas,
  owners: Uint8Array,
  cell: number,
  [cx, cy, mean]: Place,
): void {
  const size = canvas.width;
  const waves = [2, 3].map((k) => [k, random.uniform(-0.16, 0.16), random.uniform(0, 6)] as const);
  const radius = (angle: number): number =>
    mean * waves.reduce((sum, [k, height, phase]) => sum + height * Math.cos(k * angle + phase), 1);
  const form = blob(cx, cy, radius, 1.32 * mean);
  // A cell is told from the ground by its rim and its grain more than by its brightness.
  const brightness = random.uniform(0.03, 0.22);
  const before = canvas.pixels.slice();
  const grain = clouds(random, 2.2, size, size);
  const at = (x: number, y: number): number => before[Math.floor(y) * size + Math.floor(x)]!;
  canvas.fill(form, (x, y) => at(x, y) + (form.distance(x, y) > -1.4 ? -0.14 : brightness + 0.08 * grain(x, y)));
  const nucleus = ellipse(cx, cy, 0.35 * mean, 0.27 * mean, random.uniform(0, Math.PI));
  canvas.fill(nucleus, random.uniform(0.1, 0.35), 0.8);
  for (let i = 0; i < owners.length; i++)
    if (form.distance((i % size) + 0.5, Math.floor(i / size) + 0.5) < 0) owners[i] = cell;
}
