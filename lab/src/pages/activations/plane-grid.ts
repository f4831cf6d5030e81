// The points that the layers move: the lines of a grid from −2 to 2, and a flag, which shows turns and reflections.
import type { Strokes } from "./GridPicture.svelte";

const perLine = 33;
const lines = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];
/** A flag on a staff. */
const corners = [
  [0, 0],
  [0, 1.8],
  [1.2, 1.4],
  [0.25, 1],
  [0.25, 0],
] as const;
const perEdge = 12;

function build(): { readonly points: Float32Array; readonly strokes: Strokes } {
  const points: number[] = [];
  const range = (add: () => void): [number, number] => {
    const from = points.length / 2;
    add();
    return [from, points.length / 2];
  };
  const along = (i: number): number => -2 + (4 * i) / (perLine - 1);
  const vertical = lines.map((x) =>
    range(() => {
      for (let i = 0; i < perLine; i++) points.push(x, along(i));
    }),
  );
  const horizontal = lines.map((y) =>
    range(() => {
      for (let i = 0; i < perLine; i++) points.push(along(i), y);
    }),
  );
  const figure = range(() => {
    for (const [k, [x, y]] of corners.entries()) {
      const [toX, toY] = corners[(k + 1) % corners.length]!;
      for (let i = 0; i < perEdge; i++) points.push(x + ((toX - x) * i) / perEdge, y + ((toY - y) * i) / perEdge);
    }
  });
  return { points: new Float32Array(points), strokes: { vertical, horizontal, figure } };
}

export const planeGrid = build();
