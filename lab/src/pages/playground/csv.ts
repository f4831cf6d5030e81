// Reads points that a visitor pasted: a line a point, x₁, x₂ and the class.
import type { Text } from "../../state/language.svelte.ts";
import { reach } from "./data-sets.ts";

/** The most classes that points may have: each has a colour. */
export const mostClasses = 6;

export type CsvResult = { readonly points: number[][] } | { readonly problem: Text };

const problemAt = (line: number, text: string): CsvResult => {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return {
    problem: {
      en:
        `Line ${line} (“${shown}”): expected x₁ and x₂ from −${reach} to ${reach} and a class from 1 to ` +
        `${mostClasses}, such as 1.5, -2, 1.`,
      ru:
        `Строка ${line} («${shown}»): ожидаются x₁ и x₂ от −${reach} до ${reach} и класс от 1 до ${mostClasses}, ` +
        "например 1.5, -2, 1.",
    },
  };
};

/**
 * The points of a text. Numbers are parted by commas, semicolons, tabs or spaces; a first line of words is a heading.
 * Classes are counted from 1 in the text and from 0 in the points.
 */
export function readCsv(text: string, most: number): CsvResult {
  const points: number[][] = [];
  const lines = text.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    const cells = line
      .trim()
      .replaceAll("−", "-")
      .split(/[\s,;]+/)
      .filter((cell) => cell !== "");
    if (cells.length === 0) continue;
    if (points.length === 0 && cells.every((cell) => Number.isNaN(Number(cell)))) continue;
    const [x1 = Number.NaN, x2 = Number.NaN, label = Number.NaN] = cells.map(Number);
    const isInside = Math.abs(x1) <= reach && Math.abs(x2) <= reach;
    const isClass = Number.isInteger(label) && label >= 1 && label <= mostClasses;
    if (cells.length !== 3 || !isInside || !isClass) return problemAt(i + 1, line.trim());
    if (points.length === most)
      return {
        problem: { en: `Expected at most ${most} points.`, ru: `Ожидается не больше ${most} точек.` },
      };
    points.push([x1, x2, label - 1]);
  }
  if (points.length > 0) return { points };
  return {
    problem: {
      en: "Expected a line for each point, such as 1.5, -2, 1; there is none.",
      ru: "Ожидается по строке на точку, например 1.5, -2, 1; таких строк нет.",
    },
  };
}

/** The points as text that {@link readCsv} reads. */
export const writeCsv = (points: readonly (readonly number[])[]): string =>
  points.map(([x1, x2, label]) => `${x1}, ${x2}, ${label! + 1}`).join("\n");
