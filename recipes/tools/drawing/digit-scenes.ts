// Handwritten digits somewhere on a dark ground among strokes and pieces of other digits, with a box around each.
import { ArgumentError } from "nabla";
import { type Dataset, ElementRandom } from "nabla/data";
import { inTurns } from "../in-turns.ts";
import { intersectionOverUnion } from "./boxes.ts";
import { type Box, Canvas, Grain, stroke } from "./canvas.ts";

/** A digit in a scene: its class, and the box around its ink in pixels. */
export interface SceneDigit {
  readonly label: number;
  readonly box: Box;
}

/** Pictures [count, size, size] in bytes, and the digits in each. */
export interface Scenes {
  readonly count: number;
  readonly size: number;
  readonly images: Uint8Array;
  readonly digits: readonly (readonly SceneDigit[])[];
}

export interface SceneForm {
  readonly count: number;
  readonly size: number;
  /** How many digits a scene has, at least and at most. */
  readonly digits: readonly [least: number, most: number];
  /** Their size, relative to 28 × 28 pixels. */
  readonly scale: readonly [least: number, most: number];
}

const side = 28;
/** Pixels of at least this brightness are ink. */
const ink = 80;
const [pieces, pieceSide] = [6, 8];
/** The share of a digit that another may cover. */
const mostOverlap = 0.1;

/** Scenes with digits of the data set. `part` tells scenes to train on from those held out. */
export async function drawScenes(from: Dataset, form: SceneForm, seed: number, part: number): Promise<Scenes> {
  const { count, size } = form;
  const { data, shape } = from.inputs.array;
  if (shape[1] !== side || shape[2] !== side)
    throw new ArgumentError(`expected digits of ${side} × ${side} pixels, got ${shape[1]} × ${shape[2]}.`);
  const labels = from.targets.array.data;
  const pick = (random: ElementRandom) => {
    const index = random.below(from.size);
    const start = index * side * side;
    return { label: Number(labels[index]), pixels: data.subarray(start, start + side * side) as Uint8Array };
  };
  const grain = new Grain(seed, 0.05);
  const images = new Uint8Array(count * size * size);
  const digits = await inTurns(count, (i) => {
    const random = new ElementRandom(seed, part, i);
    const canvas = new Canvas(size, size);
    for (let piece = 0; piece < pieces; piece++) drawPiece(random, canvas, pick(random).pixels);
    for (let line = 0; line < 2; line++) {
      const at = () => random.uniform(0, size);
      canvas.fill(stroke(at(), at(), at(), at(), random.uniform(0.4, 0.8)), random.uniform(0.2, 0.6));
    }
    const found = placeDigits(random, canvas, form, pick);
    grain.addTo(canvas, random);
    canvas.writeTo(images, i * size * size);
    return found;
  });
  return { count, size, images, digits };
}

/** A piece of a digit somewhere, which is no digit. */
function drawPiece(random: ElementRandom, canvas: Canvas, pixels: Uint8Array): void {
  const [row, column] = [random.below(side - pieceSide), random.below(side - pieceSide)];
  const [top, left] = [random.below(canvas.height - pieceSide), random.below(canvas.width - pieceSide)];
  for (let i = 0; i < pieceSide; i++)
    for (let j = 0; j < pieceSide; j++) {
      const at = (top + i) * canvas.width + left + j;
      canvas.pixels[at] = Math.max(canvas.pixels[at]!, pixels[(row + i) * side + column + j]! / 255);
    }
}

type Picked = { readonly label: number; readonly pixels: Uint8Array };

function placeDigits(
  random: ElementRandom,
  canvas: Canvas,
  { size, digits: [least, most], scale: [smallest, largest] }: SceneForm,
  pick: (random: ElementRandom) => Picked,
): SceneDigit[] {
  const found: SceneDigit[] = [];
  const wanted = least + random.below(most - least + 1);
  for (let tries = 0; found.length < wanted && tries < 50; tries++) {
    const { label, pixels } = pick(random);
    const scale = random.uniform(smallest, largest);
    const [left, top, right, bottom] = inkBox(pixels);
    const [width, height] = [(right - left) * scale, (bottom - top) * scale];
    const x = random.uniform(0, Math.max(0, size - width));
    const y = random.uniform(0, Math.max(0, size - height));
    const box: Box = [x, y, x + width, y + height];
    if (found.some((other) => intersectionOverUnion(other.box, box) > mostOverlap)) continue;
    drawDigit(canvas, pixels, x - left * scale, y - top * scale, scale, random.uniform(0.7, 1));
    found.push({ label, box });
  }
  return found;
}

/** Draws a digit whose top left corner is at (x, y), interpolated. */
function drawDigit(canvas: Canvas, pixels: Uint8Array, x: number, y: number, scale: number, brightness: number): void {
  const value = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= side || column >= side ? 0 : pixels[row * side + column]!;
  const last = (start: number, length: number): number => Math.min(length, Math.ceil(start + side * scale));
  for (let i = Math.max(0, Math.floor(y)); i < last(y, canvas.height); i++)
    for (let j = Math.max(0, Math.floor(x)); j < last(x, canvas.width); j++) {
      const [v, u] = [(i + 0.5 - y) / scale - 0.5, (j + 0.5 - x) / scale - 0.5];
      const [row, column] = [Math.floor(v), Math.floor(u)];
      const [dv, du] = [v - row, u - column];
      const above = value(row, column) * (1 - du) + value(row, column + 1) * du;
      const below = value(row + 1, column) * (1 - du) + value(row + 1, column + 1) * du;
      const at = i * canvas.width + j;
      canvas.pixels[at] = Math.max(canvas.pixels[at]!, (brightness * (above * (1 - dv) + below * dv)) / 255);
    }
}

/** The box around the ink of a digit, in its own pixels. */
function inkBox(pixels: Uint8Array): Box {
  let [left, top, right, bottom] = [side, side, 0, 0];
  pixels.forEach((value, at) => {
    if (value < ink) return;
    const [row, column] = [Math.floor(at / side), at % side];
    [left, top] = [Math.min(left, column), Math.min(top, row)];
    [right, bottom] = [Math.max(right, column + 1), Math.max(bottom, row + 1)];
  });
  return right > left ? [left, top, right, bottom] : [0, 0, side, side];
}
