// What course items and recipes show: texts, formulas, tables, plots and pictures as data. The command line
// prints them, a page draws them.

/** The languages of the course. */
export type Language = "en" | "ru";

/** A text in both languages. Numbers in it are computed; {@link numeral} writes them. */
export interface Text {
  readonly en: string;
  readonly ru: string;
}

/** A text, or what reads the same in both languages: a symbol, a formula, a name. */
export type Label = string | Text;

/** A paragraph: the problem, or an observation. */
export interface Paragraph {
  readonly kind: "text";
  readonly text: Text;
}

/** The course's formula: in TeX for a page, and in plain characters for a terminal (one line, or several). */
export interface Formula {
  readonly kind: "formula";
  readonly tex: Label;
  readonly plain: Label;
}

/** A computed number, vector or matrix under the name that formulas give it. */
export interface Value {
  readonly name: string;
  readonly value: number | readonly number[] | readonly (readonly number[])[];
  readonly meaning?: Text;
}

export interface Values {
  readonly kind: "values";
  readonly values: readonly Value[];
  /** Numbers are shown with so many decimals. Default: as many as {@link numeral} gives. */
  readonly digits?: number;
}

export interface Table {
  readonly kind: "table";
  readonly title?: Text;
  readonly columns: readonly Label[];
  readonly rows: readonly (readonly (number | Label)[])[];
  /** Numbers that are no integers are shown with so many decimals. Default: as many as {@link numeral} gives. */
  readonly digits?: number;
}

/** A curve, or a set of points, in a plot. */
export interface Series {
  readonly name: Label;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Default: "line". "steps" keeps each y up to the next x. A point with y = NaN interrupts a line. */
  readonly style?: "line" | "points" | "steps";
}

export interface Plot {
  readonly kind: "plot";
  readonly title: Text;
  /** The names of the axes, with units where there are any. */
  readonly x: Label;
  readonly y: Label;
  readonly series: readonly Series[];
  /** "log" shows powers of ten in equal steps; points that are not above 0 are left out. Default: "linear". */
  readonly yScale?: "linear" | "log";
}

export interface Image {
  readonly kind: "image";
  readonly title: Text;
  /** Rows from the top. A row of an RGB image holds red, green and blue of each pixel one after the other. */
  readonly pixels: readonly (readonly number[])[];
  /** Default: "gray". */
  readonly channels?: "gray" | "rgb";
  /** The values that are shown black and white. */
  readonly range: readonly [black: number, white: number];
}

/** A picture that moves, such as a game that is played. All frames have one size. */
export interface Film extends Pick<Image, "title" | "channels" | "range"> {
  readonly kind: "film";
  readonly frames: readonly Image["pixels"][];
  readonly framesPerSecond: number;
}

/** What an item or a recipe shows, in order. */
export type Part = Paragraph | Formula | Values | Table | Plot | Image | Film;

/** A text in both languages. */
export const both = (en: string, ru: string): Text => ({ en, ru });

/** A paragraph in both languages. */
export const text = (en: string, ru: string): Paragraph => ({ kind: "text", text: { en, ru } });

/** A formula. `plain` defaults to the TeX text, for formulas that need no commands. */
export const formula = (tex: Label, plain: Label = tex): Formula => ({ kind: "formula", tex, plain });

/** Numbers under their names: `values({ w, b }, 3)` shows them with three decimals. */
export const values = (named: Readonly<Record<string, Value["value"]>>, digits?: number): Values => ({
  kind: "values",
  values: Object.entries(named).map(([name, value]) => ({ name, value })),
  ...(digits !== undefined && { digits }),
});

/** The text of a label in a language. */
export const inLanguage = (label: Label, language: Language): string =>
  typeof label === "string" ? label : label[language];

/**
 * A number as the course writes it: with a true minus sign, a decimal point in both languages, and powers of ten where
 * zeros would fill the page.
 *
 * @param decimals the number of decimals; without it, four significant digits without trailing zeros.
 */
export function numeral(x: number, decimals?: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (decimals === undefined && size !== 0 && (size < 1e-4 || size >= 1e7)) return power(x);
  const shortest = Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(Math.max(4, digitsBefore(size)))));
  const digits = decimals === undefined ? shortest : x.toFixed(decimals);
  // −0.00 reads as a mistake.
  return (Number(digits) === 0 ? digits.replace("-", "") : digits).replace("-", "−");
}

/** A further term of a sum: "+ 2", "− 0.5". */
export const term = (x: number, decimals?: number): string => `${x < 0 ? "−" : "+"} ${numeral(Math.abs(x), decimals)}`;

const digitsBefore = (size: number): number => Math.floor(Math.log10(size)) + 1;

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 1.5·10⁻⁸ */
function power(x: number): string {
  const [digits = "", exponent = ""] = x.toExponential(2).split("e");
  const raised = exponent.replace("+", "").replace(/\d/g, (digit) => superscripts[Number(digit)] ?? "");
  return `${String(Number(digits)).replace("-", "−")}·10${raised.replace("-", "⁻")}`;
}
