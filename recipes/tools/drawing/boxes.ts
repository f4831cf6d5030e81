// Boxes around objects: how far two agree, how well found ones answer true ones, and pictures with boxes drawn on them.
import { type Tensor, tensor } from "nabla";
import { type Box, Canvas, rectangle } from "./canvas.ts";

/** The area that two boxes share, divided by the area that they cover together: 1 for the same box, 0 for none. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

const areaOf = ([left, top, right, bottom]: Box): number => Math.max(0, right - left) * Math.max(0, bottom - top);

/** An object in a picture: its class and its box. */
export interface Labelled {
  readonly label: number;
  readonly box: Box;
}

/** An object that was found, with its score: the greater, the surer. */
export interface Found extends Labelled {
  readonly score: number;
}

/**
 * The mean over the classes of average precision (VOC 2010): the area under the curve of precision over recall, where
 * each precision is replaced by the greatest at the same or a greater recall. What was found, in order of its score,
 * is right if its box has the overlap `least` or more with a true box of its class that no surer one has taken.
 * Classes that no true object has do not count.
 *
 * Source: Everingham et al. 2010, The Pascal visual object classes (VOC) challenge.
 */
export function meanAveragePrecision(
  found: readonly (readonly Found[])[],
  truth: readonly (readonly Labelled[])[],
  least = 0.5,
): number {
  const classes = [...new Set(truth.flat().map(({ label }) => label))];
  const sum = classes.reduce((total, label) => total + averagePrecision(found, truth, label, least), 0);
  return sum / Math.max(1, classes.length);
}

function averagePrecision(
  found: readonly (readonly Found[])[],
  truth: readonly (readonly Labelled[])[],
  label: number,
  least: number,
): number {
  const wanted = truth.map((objects) => objects.filter((object) => object.label === label));
  const taken = new Set<Labelled>();
  const ordered = found
    .flatMap((objects, picture) => objects.map((object) => ({ ...object, picture })))
    .filter((object) => object.label === label)
    .sort((a, b) => b.score - a.score);
  const rights = ordered.map(({ box, picture }) => {
    // VOC's rule: only the true box with the greatest overlap counts; one that is taken already makes this a mistake.
    const best = wanted[picture]!.reduce<{ object: Labelled | null; overlap: number }>(
      (greatest, object) => {
        const overlap = intersectionOverUnion(box, object.box);
        return overlap > greatest.overlap ? { object, overlap } : greatest;
      },
      { object: null, overlap: 0 },
    );
    if (best.object === null || best.overlap < least || taken.has(best.object)) return false;
    taken.add(best.object);
    return true;
  });
  const total = wanted.reduce((sum, objects) => sum + objects.length, 0);
  let right = 0;
  const precisions = rights.map((isRight, i) => {
    right += Number(isRight);
    return right / (i + 1);
  });
  let [area, greatest] = [0, 0];
  for (let i = rights.length - 1; i >= 0; i--) {
    greatest = Math.max(greatest, precisions[i]!);
    // Each right one adds 1 / total to the recall.
    if (rights[i]) area += greatest / total;
  }
  return area;
}

/** A box with the colour that it is drawn in. */
export interface Mark {
  readonly box: Box;
  readonly colour: readonly [red: number, green: number, blue: number];
}

/** A gray picture [size, size] of bytes, `times` as large, with boxes drawn on it: [size · times, size · times, 3]. */
export function marked(gray: Uint8Array, size: number, marks: readonly Mark[], times = 4): Tensor {
  const canvas = new Canvas(size * times, size * times, 3);
  canvas.change((_, x, y) => gray[Math.floor(y / times) * size + Math.floor(x / times)]! / 255);
  for (const { box, colour } of marks) {
    const [left, top, right, bottom] = box.map((edge) => Math.min(size, Math.max(0, edge)) * times);
    const edges: Box[] = [
      [left! - 1, top! - 1, right! + 1, top! + 1],
      [left! - 1, bottom! - 1, right! + 1, bottom! + 1],
      [left! - 1, top!, left! + 1, bottom!],
      [right! - 1, top!, right! + 1, bottom!],
    ];
    for (const edge of edges) canvas.fill(rectangle(edge), colour);
  }
  return tensor(canvas.pixels, { shape: [size * times, size * times, 3] });
}
