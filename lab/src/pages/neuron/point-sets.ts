// Named sets of points, and what a visitor does to a set.
import { domain, pointSets, type SetName } from "./state.ts";
import { words } from "./words.ts";

type Points = readonly (readonly number[])[];

const isSet = (name: string): name is SetName => name in pointSets;

export const setOptions = [...(Object.keys(pointSets) as SetName[]), "own" as const].map((value) => ({
  value,
  label: words.sets[value],
}));

/** The name of a set, or "own" for any other points. */
export function setOf(points: Points): SetName | "own" {
  const text = JSON.stringify(points);
  return (Object.keys(pointSets) as SetName[]).find((name) => JSON.stringify(pointSets[name]) === text) ?? "own";
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
const inside = (value: number, axis: 0 | 1): number =>
  rounded(Math.max(domain[2 * axis]!, Math.min(domain[2 * axis + 1]!, value)));

/** The edits of a visitor to the points of a page. It keeps the visitor's own points while a named set is shown. */
export class PointEditor {
  #own: Points = [];
  /** The point whose class the last click changed. */
  #changed: number | undefined;

  /** The points of a named set, or those that the visitor had; at first there are none. */
  take(name: SetName | "own", shown: Points): Points {
    this.#changed = undefined;
    if (setOf(shown) === "own") this.#own = shown;
    return isSet(name) ? pointSets[name] : this.#own;
  }

  /** A new point is of class 1. */
  add(points: Points, x1: number, x2: number): Points {
    this.#changed = undefined;
    return points.length < 200 ? [...points, [inside(x1, 0), inside(x2, 1), 1]] : points;
  }

  /** A new point for those who have no pointer: near the middle, where there is none yet. */
  addFree(points: Points): Points {
    const at = (k: number): number => 0.25 * ((3 * k + 5) % 11) - 0.5;
    const places = Array.from({ length: 121 }, (_, k) => [at(k), at(Math.floor(k / 11))]);
    const free = places.find(([x1, x2]) => points.every((point) => Math.hypot(point[0]! - x1!, point[1]! - x2!) > 0.2));
    return free ? this.add(points, free[0]!, free[1]!) : points;
  }

  move(points: Points, index: number, by: readonly [number, number]): Points {
    return points.map((point, i) =>
      i === index ? [inside(point[0]! + by[0], 0), inside(point[1]! + by[1], 1), point[2]!] : point,
    );
  }

  remove(points: Points, index: number): Points {
    this.#changed = undefined;
    return points.filter((_, i) => i !== index);
  }

  /** A click on a point changes its class, and one more click on the same point removes it. */
  select(points: Points, index: number): Points {
    if (this.#changed === index) return this.remove(points, index);
    this.#changed = index;
    return points.map((point, i) => (i === index ? [point[0]!, point[1]!, 1 - point[2]!] : point));
  }
}

/** One for all scenes of the page, so that the visitor's own points are in each of them. */
export const editor = new PointEditor();
