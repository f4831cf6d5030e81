// Measured figures beside those that a recipe is expected to reach.

import type { ExpectedFigure } from "../models/recipe.ts";
import { formatMeasure } from "../quantities.ts";
import type { Evaluation } from "../train/evaluate.ts";
import type { Paint } from "./terminal.ts";

export function isReached({ atLeast = -Infinity, atMost = Infinity }: ExpectedFigure, value: number): boolean {
  return value >= atLeast && value <= atMost;
}

/** The bounds in words: `at least 96.00 %`. */
export function boundOf({ metric, atLeast, atMost }: ExpectedFigure): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${formatMeasure(metric, atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${formatMeasure(metric, atMost)}`]),
  ];
  return bounds.join(" and ");
}

/** A line for each measure, with the bound that was expected. */
export function measureLines(evaluation: Evaluation, expected: readonly ExpectedFigure[], paint: Paint): string[] {
  return Object.entries(evaluation).map(([name, value]) => {
    const figure = expected.find(({ metric }) => metric === name);
    const line = `  ${name} ${paint("bold", formatMeasure(name, value))}`;
    if (!figure) return line;
    const bound = boundOf(figure);
    const verdict = isReached(figure, value)
      ? paint("green", `✔ ${bound}, as expected`)
      : paint("yellow", `✘ expected: ${bound}`);
    return `${line}  ${verdict}`;
  });
}
