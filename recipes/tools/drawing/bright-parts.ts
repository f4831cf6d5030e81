// The older way to find digits: parts of the picture that are bright and connected, each named after the mean digit
// that it is nearest to. Clutter that touches a digit, and digits in several parts, mislead it.
import type { Found } from "./boxes.ts";
import type { Box } from "./canvas.ts";
import type { Scenes } from "./digit-scenes.ts";

const [bright, fewest, side] = [90, 12, 10];

/** What is found in each scene. The means are those of the true boxes of `train`. */
export function findBrightParts(train: Scenes, scenes: Scenes): Found[][] {
  const means = meanDigits(train);
  return Array.from({ length: scenes.count }, (_, i) =>
    connectedParts(pictureOf(scenes, i), scenes.size).map((box) => {
      const cut = cutOut(pictureOf(scenes, i), scenes.size, box);
      const distances = means.map((mean) => mean.reduce((sum, value, at) => sum + (value - cut[at]!) ** 2, 0));
      const least = Math.min(...distances);
      return { label: distances.indexOf(least), box, score: -least };
    }),
  );
}

const pictureOf = ({ images, size }: Scenes, i: number): Uint8Array =>
  images.subarray(i * size * size, (i + 1) * size * size);

/** The mean of what lies in the boxes of each class. */
function meanDigits(train: Scenes): Float64Array[] {
  const sums = Array.from({ length: 10 }, () => new Float64Array(side * side));
  const counts = new Array<number>(10).fill(0);
  train.digits.forEach((digits, i) => {
    for (const { label, box } of digits) {
      cutOut(pictureOf(train, i), train.size, box).forEach((value, at) => (sums[label]![at]! += value));
      counts[label]! += 1;
    }
  });
  return sums.map((sum, label) => sum.map((value) => value / Math.max(1, counts[label]!)));
}

/** What is in a box, as side × side numbers from 0 to 1. */
const cutOut = (picture: Uint8Array, size: number, [left, top, right, bottom]: Box): number[] =>
  Array.from({ length: side * side }, (_, at) => {
    const x = left + ((at % side) + 0.5) * ((right - left) / side);
    const y = top + (Math.floor(at / side) + 0.5) * ((bottom - top) / side);
    return picture[Math.min(size - 1, Math.floor(y)) * size + Math.min(size - 1, Math.floor(x))]! / 255;
  });

/** The boxes around all parts of at least `fewest` bright pixels that touch each other. */
function connectedParts(picture: Uint8Array, size: number): Box[] {
  const seen = new Uint8Array(size * size);
  const boxes: Box[] = [];
  for (let start = 0; start < seen.length; start++) {
    const waiting = [start];
    let [left, top, right, bottom, count] = [size, size, 0, 0, 0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (seen[at] || picture[at]! < bright) continue;
      seen[at] = 1;
      count++;
      const [row, column] = [Math.floor(at / size), at % size];
      [left, top] = [Math.min(left, column), Math.min(top, row)];
      [right, bottom] = [Math.max(right, column + 1), Math.max(bottom, row + 1)];
      if (column > 0) waiting.push(at - 1);
      if (column < size - 1) waiting.push(at + 1);
      if (row > 0) waiting.push(at - size);
      if (row < size - 1) waiting.push(at + size);
    }
    if (count >= fewest) boxes.push([left, top, right, bottom]);
  }
  return boxes;
}
