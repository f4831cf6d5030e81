// Digits as strokes, and bitmaps drawn of them: what D2 recognises. Draw your own here.
import { arange, type Tensor } from "nabla";

/** The width and the height of a bitmap. */
export const side = 28;

type Point = readonly [x: number, y: number];

/** Points on a part of an ellipse around (x, y), from one angle to another in turns: 0 is right, ¼ is down. */
const arc = (x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 24);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });

/** Digits as lines through points; x and y count pixels from the top left. */
export const drawings: readonly { readonly digit: number; readonly lines: readonly (readonly Point[])[] }[] = [
  { digit: 0, lines: [arc(14, 14, 6, 9, 0, 1)] },
  {
    digit: 1,
    lines: [
      [
        [15, 5],
        [13, 23],
      ],
    ],
  },
  { digit: 2, lines: [[...arc(14, 10, 5, 5, -0.45, 0.08), [8, 22], [20, 22]]] },
  { digit: 3, lines: [[...arc(13, 9.5, 5, 4.5, -0.4, 0.25), ...arc(13, 18.5, 5.5, 4.5, -0.25, 0.4)]] },
  {
    digit: 4,
    lines: [
      [
        [11, 5],
        [8, 15],
        [19, 15],
      ],
      [
        [17, 5],
        [15, 23],
      ],
    ],
  },
  {
    digit: 7,
    lines: [
      [
        [8, 6],
        [20, 6],
        [13, 23],
      ],
    ],
  },
];

/** Brightness 1 within 0.8 pixels of the line from a to b, falling to 0 at 1.8: [28, 28]. */
function stroke([ax, ay]: Point, [bx, by]: Point): Tensor {
  const along = arange(side).add(0.5);
  const x = along.expandDims(0).broadcastTo([side, side]);
  const y = along.expandDims(1).broadcastTo([side, side]);
  const [dx, dy] = [bx - ax, by - ay];
  // The nearest point of the line is a + t·(b − a), with t between 0 and 1.
  const t = x
    .sub(ax)
    .mul(dx)
    .add(y.sub(ay).mul(dy))
    .div(dx * dx + dy * dy || 1)
    .maximum(0)
    .minimum(1);
  const distance = x
    .sub(ax)
    .sub(t.mul(dx))
    .square()
    .add(y.sub(ay).sub(t.mul(dy)).square())
    .sqrt();
  return distance.mul(-1).add(1.8).maximum(0).minimum(1);
}

/** Draws lines: [28, 28]. */
export const draw = (lines: readonly (readonly Point[])[]): Tensor =>
  lines.flatMap((line) => line.slice(1).map((b, i) => stroke(line[i]!, b))).reduce((a, b) => a.maximum(b));
