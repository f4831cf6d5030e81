// What a visitor does to the points of a model, each [x, y]; the y of a class is 0 or 1, and a count is an integer.
import { type Kind, mostPoints, xDomain, ySpan } from "./names.ts";

type Points = readonly (readonly number[])[];

/** The nearest point that the kind allows. */
function allowed(kind: Kind, x: number, y: number): [number, number] {
  const digits = kind === "number" ? 100 : 1;
  const inside = (value: number, [least, greatest]: readonly [number, number]): number =>
    Math.max(least, Math.min(greatest, value));
  return [
    inside(Math.round(x * 100) / 100, [xDomain[0], xDomain[1]]),
    inside(Math.round(y * digits) / digits, ySpan[kind]),
  ];
}

export const withPoint = (points: Points, kind: Kind, x: number, y: number): Points =>
  points.length < mostPoints ? [...points, allowed(kind, x, y)] : points;

export const withMoved = (points: Points, kind: Kind, index: number, x: number, y: number): Points =>
  points.map((point, i) => (i === index ? allowed(kind, x, y) : point));

export const withoutPoint = (points: Points, index: number): Points => points.filter((_, i) => i !== index);

/** A new point for those who have no pointer: where there is room, in the middle of y first. */
export function withFreePoint(points: Points, kind: Kind): Points {
  const [least, greatest] = ySpan[kind];
  const height = greatest - least;
  const heights = kind === "label" ? [1, 0] : [0, 1, -1, 2, -2].map((k) => (least + greatest) / 2 + (k * height) / 7);
  // A shift moves the columns between those of before.
  const places = [0, 0.2, 0.1, 0.3].flatMap((shift) =>
    heights.flatMap((y) => Array.from({ length: 13 }, (_, k) => [(((5 * k + 6) % 13) - 6) * 0.4 + shift, y] as const)),
  );
  const isFree = ([x, y]: readonly [number, number]): boolean =>
    points.every((point) => Math.abs(point[0]! - x) > 0.05 || Math.abs(point[1]! - y) > height / 20);
  const [x, y] = places.find(isFree) ?? places[0]!;
  return withPoint(points, kind, x, y);
}

/** How far an arrow key moves a point. */
export const arrowStep = { number: [0.1, 0.2], label: [0.1, 1], count: [0.1, 1] } as const;
