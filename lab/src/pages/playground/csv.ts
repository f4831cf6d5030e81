// Reads points that a visitor pasted: a line a point, x₁, x₂ and the class.
import type { Text } from "../../state/language.svelte.ts";
import { isPoint, mostClasses, reach } from "./data-sets.ts";

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

/** Longer texts are not even shown: a browser needs seconds to lay them out. */
export const longestText = 100_000;

const tooMany = (lines: number, most: number): CsvResult => ({
  problem: {
    en: `Expected at most ${most} points, got ${lines} lines.`,
    ru: `Ожидается не больше ${most} точек, а строк ${lines}.`,
  },
});

/**
 * The cells of a line, parted by the first of semicolons, tabs and commas that it has, or else by spaces. Where two
 * stand in a row, the cell between them is empty, but for spaces.
 */
function cellsOf(line: string): string[] {
  const separator = [";", "\t", ","].find((one) => line.includes(one));
  return separator ? line.split(separator).map((cell) => cell.trim()) : line.trim().split(/\s+/);
}

/** A decimal number, with a comma for its point where that parts no cells; not a number for any other text. */
const readNumber = (cell: string): number =>
  /^[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?$/i.test(cell) ? Number(cell.replace(",", ".")) : Number.NaN;

/**
 * The points of a text. Numbers are parted by semicolons, tabs, commas or spaces, and may stand in quotes; where
 * semicolons or tabs part them, commas are decimal. A first line of words is a heading. Classes are counted from 1 in
 * the text and from 0 in the points.
 */
export function readCsv(text: string, most: number): CsvResult {
  const lines = [...text.replaceAll("−", "-").replaceAll('"', "").split(/\r?\n/).entries()]
    .map(([i, line]) => ({ number: i + 1, line }))
    .filter(({ line }) => line.trim() !== "");
  const isHeading = cellsOf(lines[0]?.line ?? "").every((cell) => /^[^-+.,\d]/.test(cell));
  const given = isHeading ? lines.slice(1) : lines;
  if (given.length > most) return tooMany(given.length, most);
  const points: number[][] = [];
  for (const { number, line } of given) {
    const [x1 = Number.NaN, x2 = Number.NaN, label = Number.NaN, ...more] = cellsOf(line).map(readNumber);
    const point = [x1, x2, label - 1];
    if (more.length > 0 || !isPoint(point)) return problemAt(number, line.trim());
    points.push(point);
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
