// Named sets of points, and what a click does to a set.
import { pointSets, type SetName } from "./state.ts";
import { words } from "./words.ts";

type Points = readonly (readonly number[])[];

const isSet = (name: string): name is SetName => name in pointSets;

export const setOptions = [...(Object.keys(pointSets) as SetName[]), "own" as const].map((value) => ({
  value,
  label: words.sets[value],
}));

/** The points of a named set; "own" begins without any. */
export const takeSet = (name: SetName | "own"): Points => (isSet(name) ? pointSets[name] : []);

/** The name of a set, or "own" for any other points. */
export function setOf(points: Points): SetName | "own" {
  const text = JSON.stringify(points);
  return (Object.keys(pointSets) as SetName[]).find((name) => JSON.stringify(pointSets[name]) === text) ?? "own";
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A new point is of class 1. */
export const withPoint = (points: Points, x1: number, x2: number): Points =>
  points.length < 200 ? [...points, [rounded(x1), rounded(x2), 1]] : points;

/** A click on a point: class 1 becomes class 0, and a point of class 0 goes. */
export const edited = (points: Points, index: number): Points =>
  points[index]![2] === 1
    ? points.map((point, i) => (i === index ? [point[0]!, point[1]!, 0] : point))
    : points.filter((_, i) => i !== index);
