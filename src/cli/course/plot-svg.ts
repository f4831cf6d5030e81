// A plot as an SVG picture: axes, ticks, a legend; light or dark as its reader's system is.
import { inLanguage, type Language, type Plot, type Series } from "../../../recipes/tools/part.ts";
import { coordinate, escapeXml } from "../../svg.ts";
import { linearScale, logScale, roomForSigns, type Scale } from "./ticks.ts";

const size = { width: 720, height: 440 };
/** The area between the axes. The legend's lines are added below. */
const area = { left: 78, right: 700, top: 46, bottom: 370 };
const legendLine = 22;
/** The mean width of a letter of 13 pixels, with which the legend's columns are laid out. */
const letter = 7.4;

/** Colours that are told apart by the colour-blind (Okabe and Ito, 2008), and lighter ones on dark ground. */
const colours = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#ff9a5c"],
  ["#009e73", "#3ddbb0"],
  ["#a3478a", "#eda6d6"],
  ["#8a6d00", "#f0d04e"],
  ["#555555", "#c0c0c0"],
] as const;
const dashes = ["", "9 5", "2 4", "12 4 2 4", "5 3", "1 5"];

const style = [
  ":root{color-scheme:light dark}",
  "text{font:13px system-ui,sans-serif;fill:#1c1c1c}.title{font-size:16px;font-weight:600}",
  ".ground{fill:#fff}.axis{stroke:#555;fill:none}.grid{stroke:#ddd;fill:none}.zero{stroke:#999;fill:none}",
  ".line{fill:none;stroke-width:2;stroke-linejoin:round}.dot{stroke:none}",
  ...colours.map(([light], i) => `.line.c${i}{stroke:${light}}.dot.c${i}{fill:${light}}`),
  "@media(prefers-color-scheme:dark){text{fill:#ececec}.ground{fill:#16181c}.axis{stroke:#aaa}.grid{stroke:#33363c}",
  `.zero{stroke:#777}${colours.map(([, dark], i) => `.line.c${i}{stroke:${dark}}.dot.c${i}{fill:${dark}}`).join("")}}`,
].join("");

/** Draws a plot as an SVG document. */
export function plotSvg(plot: Plot, language: Language): string {
  const points = plot.series.flatMap((series) => series.points);
  const room = plot.series.some(({ style }) => style === "points") ? roomForSigns : 0;
  const xScale = linearScale(
    points.map(([x]) => x),
    8,
    room,
  );
  const yScale = (plot.yScale === "log" ? logScale : linearScale)(
    points.map(([, y]) => y),
    6,
    room,
  );
  const x = (value: number): number => area.left + xScale.at(value) * (area.right - area.left);
  const y = (value: number): number => area.bottom - yScale.at(value) * (area.bottom - area.top);
  const legend = legendOf(plot.series, language);
  const height = size.height + legend.lines * legendLine - legendLine;
  const title = escapeXml(plot.title[language]);
  const [xLabel, yLabel] = [inLanguage(plot.x, language), inLanguage(plot.y, language)].map(escapeXml);
  // A title that would be wider than the picture is squeezed into it.
  const shrunk =
    plot.title[language].length > 70 ? ` textLength="${size.width - 40}" lengthAdjust="spacingAndGlyphs"` : "";
  const middle = { x: (area.left + area.right) / 2, y: (area.top + area.bottom) / 2 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" ` +
      `height="${height}" role="img" aria-label="${title}" lang="${language}">`,
    `<title>${title}</title><style>${style}</style>`,
    `<rect class="ground" width="${size.width}" height="${height}"/>`,
    `<text class="title" x="${middle.x}" y="26" text-anchor="middle"${shrunk}>${title}</text>`,
    ...grid(xScale, yScale, x, y, plot.yScale !== "log"),
    `<text x="${middle.x}" y="${area.bottom + 42}" text-anchor="middle">${xLabel}</text>`,
    `<text transform="translate(20 ${middle.y}) rotate(-90)" text-anchor="middle">${yLabel}</text>`,
    ...plot.series.map((series, i) => drawn(series, i, dashOf(plot.series, i), x, y)),
    ...legend.entries,
    "</svg>\n",
  ].join("\n");
}

function grid(xs: Scale, ys: Scale, x: (v: number) => number, y: (v: number) => number, hasZero: boolean): string[] {
  const { left, right, top, bottom } = area;
  const kind = (value: number): string => (value === 0 && hasZero ? "zero" : "grid");
  return [
    ...xs.ticks.map(({ value, label }) => {
      const at = coordinate(x(value));
      const line = `<path class="${kind(value)}" d="M${at} ${top}V${bottom}"/>`;
      return `${line}<text x="${at}" y="${bottom + 20}" text-anchor="middle">${label}</text>`;
    }),
    ...ys.ticks.map(({ value, label }) => {
      const at = y(value);
      const line = `<path class="${kind(value)}" d="M${left} ${coordinate(at)}H${right}"/>`;
      return `${line}<text x="${left - 8}" y="${coordinate(at + 4.5)}" text-anchor="end">${label}</text>`;
    }),
    `<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>`,
  ];
}

/** The dashes of a line. Where a colour comes again, its dashes are others. */
function dashOf(all: readonly Series[], index: number): string {
  const before = all.slice(0, index).filter(({ style }) => style !== "points").length;
  return dashes[(before + Math.floor(index / colours.length)) % dashes.length]!;
}

/** The points of a series as signs, or a line through them. `x` and `y` give the coordinates of its numbers. */
function drawn(
  series: Series,
  index: number,
  dash: string,
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  const { points, style = "line" } = series;
  const colour = `c${index % colours.length}`;
  const places = points.map(([a, b]): [number, number] => [x(a), y(b)]).filter(([a]) => Number.isFinite(a));
  if (style === "points")
    return places
      .filter(([, b]) => Number.isFinite(b))
      .map(([a, b]) => sign(index, a, b, colour))
      .join("");
  let path = "";
  let before: number | undefined;
  for (const [a, b] of places) {
    const isStep = style === "steps" && before !== undefined;
    if (Number.isFinite(b)) {
      const [to, height] = [coordinate(a), coordinate(b)];
      if (isStep) path += `L${to} ${coordinate(before!)}`;
      path += `${before === undefined ? "M" : "L"}${to} ${height}`;
    }
    before = Number.isFinite(b) ? b : undefined;
  }
  return linePath(path, colour, dash);
}

const linePath = (path: string, colour: string, dash: string): string =>
  `<path class="line ${colour}"${dash && ` stroke-dasharray="${dash}"`} d="${path}"/>`;

/** A point of a series: a disc, a square, a triangle or a rhombus. */
function sign(index: number, x: number, y: number, colour: string): string {
  const [a, b] = [coordinate(x), coordinate(y)];
  const shapes = ["M-5 -5H5V5H-5Z", "M0 -6L6 5H-6Z", "M0 -7L7 0L0 7L-7 0Z"];
  const shape = index % 4;
  if (shape === 0) return `<circle class="dot ${colour}" cx="${a}" cy="${b}" r="5"/>`;
  return `<path class="dot ${colour}" transform="translate(${a} ${b})" d="${shapes[shape - 1]}"/>`;
}

/** The legend below the plot: as many names in a line as fit. */
function legendOf(series: readonly Series[], language: Language): { entries: string[]; lines: number } {
  let [x, line] = [area.left, 0];
  const entries = series.map((one, i) => {
    const name = inLanguage(one.name, language);
    const length = 44 + letter * name.length;
    if (x > area.left && x + length > area.right) [x, line] = [area.left, line + 1];
    const y = area.bottom + 62 + line * legendLine;
    const colour = `c${i % colours.length}`;
    const key =
      one.style === "points"
        ? sign(i, x + 14, y - 4.5, colour)
        : linePath(`M${coordinate(x)} ${y - 4.5}h28`, colour, dashOf(series, i));
    const entry = `${key}<text x="${coordinate(x + 36)}" y="${y}">${escapeXml(name)}</text>`;
    x += length + 14;
    return entry;
  });
  return { entries, lines: line + 1 };
}
