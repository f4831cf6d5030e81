// The pictures of a report as SVG: lines over epochs, points, bars. Colours are those of the page.
import { coordinate, escapeXml } from "../../svg.ts";

const [width, height] = [640, 330];
const [left, right, top, bottom] = [84, 24, 30, 52];

/** A line or a cloud of points. */
export interface Series {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The class of its colour in the page: "own", "other" or "faint". */
  readonly colour: "own" | "other" | "faint";
  readonly isCloud?: boolean;
}

/** What a plot shows beside its series. */
export interface PlotText {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** A vertical line, or the diagonal on which x and y are equal. */
  readonly mark?: number | "diagonal";
}

/** About five round numbers between two others. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((one) => one >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** A number on an axis: 0.25, 12,000, 3e-7. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return value.toExponential(1).replace(".0e", "e");
  return Number(value.toPrecision(6)).toLocaleString("en-US", { maximumFractionDigits: 5 });
}

/** A plot of lines and points over two axes. */
export function plot(series: readonly Series[], { title, x, y, mark }: PlotText): string {
  const all = series.flatMap(({ points }) => points).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  if (all.length === 0) return "";
  const range = (index: 0 | 1): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of all) [low, high] = [Math.min(low, point[index]), Math.max(high, point[index])];
    const room = high > low ? 0.03 * (high - low) : Math.abs(low) || 1;
    return [low - room, high + room];
  };
  let [xs, ys] = [range(0), range(1)];
  if (mark === "diagonal") xs = ys = [Math.min(xs[0], ys[0]), Math.max(xs[1], ys[1])];
  const atX = (v: number): string => coordinate(left + ((v - xs[0]) / (xs[1] - xs[0])) * (width - left - right));
  const atY = (v: number): string =>
    coordinate(height - bottom - ((v - ys[0]) / (ys[1] - ys[0])) * (height - top - bottom));
  const grid = [
    ...ticks(...xs).map(
      (v) => `<text x="${atX(v)}" y="${height - bottom + 20}" text-anchor="middle">${short(v)}</text>`,
    ),
    ...ticks(...ys).flatMap((v) => [
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${atY(v)}" y2="${atY(v)}"/>`,
      `<text x="${left - 6}" y="${Number(atY(v)) + 4}" text-anchor="end">${short(v)}</text>`,
    ]),
  ];
  const marked =
    mark === "diagonal"
      ? `<line class="mark" x1="${atX(xs[0])}" y1="${atY(ys[0])}" x2="${atX(xs[1])}" y2="${atY(ys[1])}"/>`
      : mark === undefined
        ? ""
        : `<line class="mark" x1="${atX(mark)}" x2="${atX(mark)}" y1="${top}" y2="${height - bottom}"/>`;
  const body = series.map(({ points, colour, isCloud }) => {
    const finite = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
    if (isCloud)
      return finite.map(([a, b]) => `<circle class="${colour}" cx="${atX(a)}" cy="${atY(b)}" r="2.5"/>`).join("");
    return `<polyline class="${colour}" points="${finite.map(([a, b]) => `${atX(a)},${atY(b)}`).join(" ")}"/>`;
  });
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    ...grid,
    marked,
    ...body,
    `<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">${escapeXml(x)}</text>`,
    `<text x="0" y="${top - 14}">${escapeXml(y)}</text>`,
    "</svg>",
  ].join("");
}

/** A bar of a table. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly isOwn?: boolean;
}

/** Bars one below another, each with its name and value; negative values have none. */
export function bars(list: readonly Bar[]): string {
  const most = Math.max(...list.map(({ value }) => value), Number.MIN_VALUE);
  const rows = list.map(({ name, value, text, isOwn }) => {
    const share = Math.max(0, Math.min(100, (100 * value) / most)).toFixed(1);
    const bar = `<span class="bar${isOwn ? " own" : ""}" style="width:${share}%"></span>`;
    const cells = `<td class="value">${escapeXml(text)}</td><td class="bars">${bar}</td>`;
    return `<tr><th scope="row">${escapeXml(name)}</th>${cells}</tr>`;
  });
  return `<table class="barred">${rows.join("")}</table>`;
}
