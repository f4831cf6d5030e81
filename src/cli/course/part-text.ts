// The parts of a course item as text for a terminal: paragraphs, formulas, matrices, tables.
import {
  type Formula,
  inLanguage,
  type Label,
  type Language,
  numeral,
  type Part,
  type Table,
  type Value,
  type Values,
} from "../../../recipes/tools/part.ts";
import { printable } from "../../errors.ts";
import { type Paint, wrap } from "../terminal.ts";
import { filmText } from "./film.ts";
import { imageText } from "./image-text.ts";
import { plotText } from "./plot-text.ts";

export interface Page {
  readonly language: Language;
  /** The number of columns. */
  readonly width: number;
  readonly paint: Paint;
  /** The bits of a colour; 1 where there are none. */
  readonly colourBits: 1 | 8 | 24;
}

/** A part as lines of text that fit the page. */
export function partText(part: Part, page: Page): string {
  switch (part.kind) {
    case "text":
      return paragraph(part.text[page.language], page.width);
    case "formula":
      return formulaText(part, page);
    case "values":
      return valuesText(part, page);
    case "table":
      return tableText(part, page);
    case "plot":
      return plotText(part, page);
    case "image":
      return imageText(part, page);
    case "film":
      return filmText(part, page);
  }
}

/** Breaks a paragraph, or each of several, into lines, but not within the sums and equations in it. */
function paragraph(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(printable(line, Infinity), width))
    .join("\n");
}

function wrapLine(text: string, width: number): string {
  const joined = text.replace(/ (?=[=≠<>≤≥+−·←] )|(?<= [=≠<>≤≥+−·←]) /g, "\u00a0");
  return wrap(joined, { columns: width }).replaceAll("\u00a0", " ");
}

const formulaText = ({ plain }: Formula, { language, paint }: Page): string =>
  inLanguage(plain, language)
    .split("\n")
    .map((line) => `    ${paint("cyan", line)}`)
    .join("\n");

/** Matrices are shown with at most so many rows and columns; the middle of larger ones is left out. */
const mostRows = 12;

function valuesText({ values, digits }: Values, page: Page): string {
  const width = Math.max(...values.map(({ name }) => name.length));
  const texts = values.map((value) => valueText(value, width, digits, page));
  // Brackets of neighbouring matrices would run into each other.
  const isTall = (text: string | undefined): boolean => text?.includes("⎣") ?? false;
  return texts.map((text, i) => (i > 0 && isTall(text) && isTall(texts[i - 1]) ? `\n${text}` : text)).join("\n");
}

function valueText({ name, value, meaning }: Value, width: number, digits: number | undefined, page: Page): string {
  const { language, paint } = page;
  const head = `  ${name.padStart(width)} = `;
  const aside = meaning ? meaning[language] : "";
  const rows =
    typeof value === "number" ? [] : value.every((row) => typeof row === "number") ? [] : (value as number[][]);
  if (rows.length > 0) return matrixText(rows, head, aside, digits, page);
  const text =
    typeof value === "number"
      ? numeral(value, digits)
      : `(${written(value as number[], digits)
          .map((n) => n.trim())
          .join(", ")})`;
  const lines = wrap(`${" ".repeat(head.length)}${text}`, { columns: page.width }).split("\n");
  lines[0] = head + lines[0]!.trimStart();
  if (aside === "") return lines.join("\n");
  if (lines.length === 1 && lines[0].length + 3 + aside.length <= page.width)
    return `${lines[0]}   ${paint("dim", aside)}`;
  const below = wrap(`${" ".repeat(head.length)}${aside}`, { columns: page.width });
  return [...lines, paint("dim", below)].join("\n");
}

function matrixText(
  rows: readonly (readonly number[])[],
  head: string,
  aside: string,
  digits: number | undefined,
  { width, paint }: Page,
): string {
  const cells = written(rows.flat(), digits);
  const cellWidth = Math.max(...cells.map((cell) => cell.length)) + 2;
  const columns = rows[0]!.length;
  const mostColumns = Math.max(3, Math.floor((width - head.length - 4) / cellWidth));
  const lines = elided(
    rows.map((_, i) =>
      elided(cells.slice(i * columns, (i + 1) * columns), mostColumns, "…")
        .map((cell) => cell.padStart(cellWidth - 2))
        .join("  "),
    ),
    mostRows,
    "⋮",
  );
  const length = Math.max(...lines.map((line) => line.length));
  const middle = (lines.length - 1) >> 1;
  const [open, close] = [brackets("⎡⎢⎣["), brackets("⎤⎥⎦]")];
  const text = lines.map((line, i) => {
    const start = i === middle ? head : " ".repeat(head.length);
    return `${start}${open(i, lines.length)} ${line.padEnd(length)} ${close(i, lines.length)}`;
  });
  if (aside !== "") {
    const whole = head.length + length + 4;
    if (whole + 3 + aside.length <= width) text[middle] += `   ${paint("dim", aside)}`;
    else text.push(paint("dim", wrap(`${" ".repeat(head.length)}${aside}`, { columns: width })));
  }
  return text.join("\n");
}

const brackets =
  (signs: string) =>
  (row: number, rows: number): string =>
    signs[rows === 1 ? 3 : row === 0 ? 0 : row === rows - 1 ? 2 : 1]!;

/** A list with its middle left out where it is too long. */
function elided(list: readonly string[], most: number, sign: string): string[] {
  if (list.length <= most) return [...list];
  const half = (most - 1) >> 1;
  return [...list.slice(0, most - 1 - half), sign, ...list.slice(list.length - half)];
}

/** Numbers that stand under one another, with the same number of decimals, as many as the finest of them needs. */
function written(numbers: readonly number[], digits: number | undefined): string[] {
  const plain = numbers.map((x) => numeral(x, Number.isInteger(x) ? undefined : digits));
  if (plain.some((text) => text.includes("·10"))) return plain;
  const decimals = digits ?? Math.max(0, ...plain.map((text) => text.split(".")[1]?.length ?? 0));
  return numbers.every(Number.isInteger) ? plain : numbers.map((x) => numeral(x, decimals));
}

/** A number as numeral() writes it, or nothing. Columns of these are aligned to the right. */
const isNumber = /^(?:[−\d.·⁰¹²³⁴⁵⁶⁷⁸⁹⁻∞]+|NaN|—|)$/;

function tableText({ title, columns, rows, digits }: Table, page: Page): string {
  const { language, width, paint } = page;
  const label = (cell: Label): string => printable(inLanguage(cell, language).replace(/\S{61,}/g, cut), 10 * width);
  const numbers = columns.map((_, j) => {
    const column = rows.map((row) => row[j]).filter((cell) => typeof cell === "number");
    return written(column, digits)[Symbol.iterator]();
  });
  const cells = rows.map((row) =>
    row.map((cell, j) => (typeof cell === "number" ? numbers[j]!.next().value! : label(cell))),
  );
  const right = columns.map((_, j) => cells.every((row) => isNumber.test(row[j] ?? "")));
  const all = [columns.map(label), ...cells];
  const widths = fittingWidths(all, width - 2 - 2 * (columns.length - 1));
  const lines = all.flatMap((row, i) => {
    const wrapped = row.map((cell, j) => wrap(cell, { columns: widths[j]! }).split("\n"));
    const height = Math.max(...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, k) => {
      const line = wrapped.map((cell, j) =>
        right[j] ? (cell[k] ?? "").padStart(widths[j]!) : (cell[k] ?? "").padEnd(widths[j]!),
      );
      const text = `  ${line.join("  ")}`.trimEnd();
      return i === 0 ? paint("bold", text) : text;
    });
  });
  const rule = `  ${widths.map((length) => "─".repeat(length)).join("  ")}`;
  const headHeight = lines.length - cells.reduce((sum, row) => sum + rowHeight(row, widths), 0);
  lines.splice(headHeight, 0, paint("dim", rule));
  return [...(title ? [paragraph(title[language], width)] : []), ...lines].join("\n");
}

/** The beginning of a word that is too long for a table. */
const cut = (word: string): string => `${word.slice(0, 59)}…`;

const rowHeight = (row: readonly string[], widths: readonly number[]): number =>
  Math.max(...row.map((cell, j) => wrap(cell, { columns: widths[j]! }).split("\n").length));

/** The columns' widths: those of their longest cells, or less for the widest columns, whose texts are then wrapped. */
function fittingWidths(rows: readonly (readonly string[])[], room: number): number[] {
  const widths = rows[0]!.map((_, j) => Math.max(...rows.map((row) => row[j]?.length ?? 0)));
  const longestWords = rows[0]!.map((_, j) =>
    Math.max(...rows.flatMap((row) => (row[j] ?? "").split(" ").map((word) => word.length))),
  );
  for (let excess = widths.reduce((a, b) => a + b, 0) - room; excess > 0; excess--) {
    const wide = widths.map((width, j) => (width > longestWords[j]! ? width : 0));
    const widest = wide.indexOf(Math.max(...wide));
    if (wide[widest] === 0) break;
    widths[widest]!--;
  }
  return widths;
}
