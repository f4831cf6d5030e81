// Measured figures beside those that a recipe is expected to reach, and beside what simpler answers reach.

import type { Language } from "../../recipes/tools/part.ts";
import type { Baseline, ExpectedFigure, RecipeResult } from "../../recipes/tools/recipe.ts";
import { formatMeasure } from "../quantities.ts";
import { recipeWords } from "./recipe-words.ts";
import type { Paint } from "./terminal.ts";

export function isReached({ atLeast = -Infinity, atMost = Infinity }: ExpectedFigure, value: number): boolean {
  return value >= atLeast && value <= atMost;
}

/** The bounds in words: `at least 96.00 %`. */
export function boundOf({ metric, atLeast, atMost }: ExpectedFigure, language: Language): string {
  const words = recipeWords[language];
  const bounds = [
    ...(atLeast === undefined ? [] : [`${words.atLeast} ${formatMeasure(metric, atLeast)}`]),
    ...(atMost === undefined ? [] : [`${words.atMost} ${formatMeasure(metric, atMost)}`]),
  ];
  return bounds.join(` ${words.and} `);
}

/** A line for each measure, with the bound that was expected, and below it what simpler answers reach. */
export function measureLines(
  { evaluation, expected, baselines = [] }: Pick<RecipeResult, "evaluation" | "expected" | "baselines">,
  paint: Paint,
  language: Language,
): string[] {
  return Object.entries(evaluation).flatMap(([name, value]) => {
    const line = `  ${recipeWords[language].progress.measure(name)} ${paint("bold", formatMeasure(name, value))}`;
    const below = baselines
      .filter(({ metric }) => metric === name)
      .map((baseline) => paint("dim", `    ${baselineWords(baseline, language)}`));
    const figure = expected.find(({ metric }) => metric === name);
    return [figure ? `${line}  ${verdict(figure, value, paint, language)}` : line, ...below];
  });
}

function verdict(figure: ExpectedFigure, value: number, paint: Paint, language: Language): string {
  const { asExpected, expected } = recipeWords[language];
  const bound = boundOf(figure, language);
  return isReached(figure, value)
    ? paint("green", `✔ ${bound}, ${asExpected}`)
    : paint("yellow", `✘ ${expected} ${bound}`);
}

const baselineWords = ({ name, metric, value }: Baseline, language: Language): string =>
  `${name[language]}: ${formatMeasure(metric, value)}`;
