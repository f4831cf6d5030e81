// A plot in a terminal: curves in braille dots, points as signs, axes with numbers.
import { inLanguage, type Language, type Plot, type Series } from "../../../recipes/tools/part.ts";
import { type Paint, wrap } from "../terminal.ts";
import { linearScale, logScale, roomForSigns, type Scale } from "./ticks.ts";

export interface PlotOptions {
  readonly language: Language;
  /** The number of columns, axes and numbers included. */
  readonly width: number;
  /** The number of lines of the area between the axes. Default: 16. */
  readonly height?: number;
  readonly paint: Paint;
}

const colours = ["cyan", "yellow", "magenta", "green", "red", "blue"] as const;
const signs = ["●", "○", "×", "◆", "+", "◇"];

/** The bits of a braille letter's dots: four rows of two. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** The area between the axes: cells of 2 × 4 dots. */
class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #dots: Uint8Array;
  readonly #owners: Int16Array;
  readonly #signs: (string | undefined)[];

  constructor(width: number, height: number) {
    [this.width, this.height] = [width, height];
    this.#dots = new Uint8Array(width * height);
    this.#owners = new Int16Array(width * height).fill(-1);
    this.#signs = new Array(width * height);
  }

  /** Sets a dot, from (0, 0) at the top left. */
  dot(x: number, y: number, owner: number): void {
    const cell = this.#cell(x, y);
    this.#dots[cell]! |= dots[(y % 4) as 0 | 1 | 2 | 3][(x % 2) as 0 | 1];
    this.#owners[cell] = owner;
  }

  /** Puts a sign into the cell of a dot, unless another series has put one there. */
  sign(x: number, y: number, owner: number, sign: string): void {
    const cell = this.#cell(x, y);
    if (this.#signs[cell] !== undefined && this.#owners[cell] !== owner) return;
    this.#signs[cell] = sign;
    this.#owners[cell] = owner;
  }

  /** True if a cell holds a sign already. */
  hasSign(x: number, y: number): boolean {
    return this.#signs[this.#cell(x, y)] !== undefined;
  }

  /** The cells of a line, with `background` where nothing is drawn. */
  line(row: number, background: (column: number) => string, paint: (owner: number, text: string) => string): string {
    let line = "";
    for (let column = 0; column < this.width; column++) {
      const cell = row * this.width + column;
      const text = this.#signs[cell] ?? (this.#dots[cell] ? String.fromCharCode(0x2800 + this.#dots[cell]) : undefined);
      line += text === undefined ? background(column) : paint(this.#owners[cell]!, text);
    }
    return line;
  }

  #cell(x: number, y: number): number {
    return (y >> 2) * this.width + (x >> 1);
  }
}

/** Draws a plot as lines of text. */
export function plotText(plot: Plot, { language, width, height = 16, paint }: PlotOptions): string {
  const points = plot.series.flatMap((series) => series.points);
  const room = plot.series.some(({ style }) => style === "points") ? roomForSigns : 0;
  const yScale = (plot.yScale === "log" ? logScale : linearScale)(
    points.map(([, y]) => y),
    Math.max(2, Math.floor(height / 3)),
    room,
  );
  const left = Math.max(...yScale.ticks.map(({ label }) => label.length), 1) + 2;
  const xName = inLanguage(plot.x, language);
  // A short name of the axis stands at its end, a long one below it.
  const isShort = xName.length <= 8;
  const canvas = new Canvas(Math.max(10, width - left - (isShort ? xName.length + 1 : 0)), height);
  const xScale = linearScale(
    points.map(([x]) => x),
    Math.floor(canvas.width / 10),
    room,
  );
  plot.series.forEach((series, i) => draw(canvas, series, i, xScale, yScale, lineCount(plot)));

  const rowOf = (value: number): number => Math.round((1 - yScale.at(value)) * (height - 1));
  const columnOf = (value: number): number => Math.round(xScale.at(value) * (canvas.width - 1));
  const labels = new Map(yScale.ticks.map(({ value, label }) => [rowOf(value), label]));
  const zeroRow = plot.yScale === "log" ? -1 : rowOf(0);
  const zeroColumn = columnOf(0);
  const background = (row: number) => (column: number) =>
    row === zeroRow ? paint("dim", "┈") : column === zeroColumn && zeroColumn > 0 ? paint("dim", "┊") : " ";
  const painted = (owner: number, text: string): string => paint(colours[owner % colours.length]!, text);

  const yName = inLanguage(plot.y, language);
  const title = wrap(plot.title[language], { columns: width });
  const lines = [paint("bold", title), ...(yName && [`${" ".repeat(left - 1)}${yName}`])];
  for (let row = 0; row < height; row++) {
    const label = labels.get(row);
    const axis = `${(label ?? "").padStart(left - 2)} ${label === undefined ? "│" : "┤"}`;
    lines.push(axis + canvas.line(row, background(row), painted).trimEnd());
  }
  const [axis, numbers] = xAxis(xScale, canvas.width, columnOf);
  lines.push(`${" ".repeat(left - 1)}${axis}${isShort ? ` ${xName}` : ""}`, `${" ".repeat(left)}${numbers}`);
  if (!isShort) lines.push(xName.padStart(left + canvas.width));
  return [...lines, ...legend(plot, language, width, painted)].join("\n");
}

const lineCount = ({ series }: Plot): number => series.filter(({ style }) => style !== "points").length;

/** The axis with its ticks, and their labels below. */
function xAxis({ ticks }: Scale, width: number, columnOf: (value: number) => number): [string, string] {
  const axis = new Array<string>(width).fill("─");
  let labels = "";
  for (const { value, label } of ticks) {
    const column = columnOf(value);
    axis[column] = "┬";
    const start = Math.min(Math.max(0, column - (label.length >> 1)), width - label.length);
    if (start > labels.length || labels === "") labels = labels.padEnd(start) + label;
  }
  return [`└${axis.join("")}`, labels];
}

/** Draws a series: dots along its line, or a sign at each point. */
function draw(canvas: Canvas, series: Series, index: number, xScale: Scale, yScale: Scale, lines: number): void {
  const { style = "line" } = series;
  const place = series.points.map(([x, y]): [number, number] => [
    Math.round(xScale.at(x) * (2 * canvas.width - 1)),
    Math.round((1 - yScale.at(y)) * (4 * canvas.height - 1)),
  ]);
  const isShown = ([x, y]: readonly [number, number]): boolean => Number.isFinite(x) && Number.isFinite(y);
  if (style === "points") {
    for (const [x, y] of place.filter(isShown)) canvas.sign(x, y, index, signs[index % signs.length]!);
    return;
  }
  place.forEach((to, i) => {
    const from = place[i - 1] ?? to;
    if (!isShown(to) || !isShown(from)) return;
    if (style === "line") segment(canvas, from, to, index);
    else {
      segment(canvas, from, [to[0], from[1]], index);
      segment(canvas, [to[0], from[1]], to, index);
    }
  });
  if (lines > 1) number(canvas, place.filter(isShown), index, lines);
}

/** Bresenham's line (1965). */
function segment(
  canvas: Canvas,
  [x, y]: readonly [number, number],
  to: readonly [number, number],
  owner: number,
): void {
  const [dx, dy] = [Math.abs(to[0] - x), -Math.abs(to[1] - y)];
  const [stepX, stepY] = [Math.sign(to[0] - x), Math.sign(to[1] - y)];
  for (let error = dx + dy; ; ) {
    canvas.dot(x, y, owner);
    if (x === to[0] && y === to[1]) return;
    const twice = 2 * error;
    if (twice >= dy) [error, x] = [error + dy, x + stepX];
    if (twice <= dx) [error, y] = [error + dx, y + stepY];
  }
}

/** Writes the number of a curve onto it, in three places that differ from curve to curve. */
function number(canvas: Canvas, place: readonly (readonly [number, number])[], index: number, count: number): void {
  for (let third = 0; third < 3; third++) {
    const first = Math.floor(((third + (index + 1) / (count + 1)) / 3) * place.length);
    const free = place.slice(first, first + Math.ceil(place.length / 6)).find(([x, y]) => !canvas.hasSign(x, y));
    if (free) canvas.sign(...free, index, String(index + 1));
  }
}

/** The names of the series, as many in a line as fit. */
function legend(
  plot: Plot,
  language: Language,
  width: number,
  paint: (owner: number, text: string) => string,
): string[] {
  const lines: string[] = [];
  let length = Infinity;
  plot.series.forEach((series, i) => {
    const isLine = series.style !== "points";
    const sign = isLine ? (lineCount(plot) > 1 ? `─${i + 1}─` : "───") : signs[i % signs.length]!;
    const name = inLanguage(series.name, language);
    const space = sign.length + 1 + name.length + 3;
    if (length + space > width) {
      lines.push("");
      length = 0;
    }
    lines[lines.length - 1] += `   ${paint(i, sign)} ${name}`;
    length += space;
  });
  return lines;
}
