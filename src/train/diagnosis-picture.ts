// A diagnosis as a picture: a row of bars for each layer.
import { coordinate, escapeXml } from "../svg.ts";
import type { LayerDiagnosis } from "./layer-diagnosis.ts";

/** The height of a row, and of a bar in it. */
const [row, bar] = [18, 10];
/** The width of a panel of bars, and the gap before it. */
const [panel, gap] = [150, 44];
/** The height above the rows: titles and scales. */
const top = 64;
/** The width of a letter of the labels. */
const letter = 7.2;

interface Panel {
  readonly title: string;
  readonly value: (layer: LayerDiagnosis) => number | null;
  readonly scale: Scale;
  readonly colour: string;
}

/** Where a value stands, from 0 to 1, and the values that are marked. */
interface Scale {
  readonly place: (x: number) => number;
  readonly marks: readonly (readonly [value: number, text: string])[];
}

const shares: Scale = {
  place: (x) => x,
  marks: [
    [0, "0 %"],
    [0.5, "50 %"],
    [1, "100 %"],
  ],
};

/** A scale of powers of ten that holds all values above 0; 0 stands at its beginning. */
function powers(values: readonly (number | null)[]): Scale {
  const exponents = values.flatMap((x) => (x !== null && x > 0 && x < Infinity ? [Math.log10(x)] : []));
  const high = Math.ceil(Math.max(...exponents, -Infinity));
  if (exponents.length === 0) return { place: () => 0, marks: [] };
  const low = Math.min(Math.floor(Math.min(...exponents)) - 1, high - 2);
  const middle = Math.round((low + high) / 2);
  const place = (x: number): number => (x > 0 ? Math.min(1, (Math.log10(x) - low) / (high - low)) : 0);
  return { place, marks: [low, middle, high].map((n) => [10 ** n, `1e${n}`] as const) };
}

/** Draws a diagnosis. */
export function drawDiagnosis(diagnosis: {
  readonly model: string;
  readonly examples: number;
  readonly layers: readonly LayerDiagnosis[];
}): string {
  const { model, examples, layers } = diagnosis;
  const panels: readonly Panel[] = [
    {
      title: "gradient norm",
      value: ({ gradientNorm }) => gradientNorm,
      scale: powers(layers.map(({ gradientNorm }) => gradientNorm)),
      colour: "#3b82f6",
    },
    {
      title: "update / weight",
      value: ({ updateRatio }) => updateRatio,
      scale: powers(layers.map(({ updateRatio }) => updateRatio)),
      colour: "#10b981",
    },
    { title: "dead units", value: ({ deadUnits }) => deadUnits, scale: shares, colour: "#ef4444" },
    { title: "saturated", value: ({ saturation }) => saturation, scale: shares, colour: "#f59e0b" },
  ];
  const labels = Math.ceil(Math.max(60, ...layers.map(({ path }) => path.length * letter))) + 12;
  const [width, height] = [labels + panels.length * (panel + gap) + 24, top + layers.length * row + 12];
  const body = panels.flatMap((own, i) => drawPanel(own, layers, labels + gap + i * (panel + gap), height));
  const names = layers.map(
    ({ path }, i) => `<text x="${labels}" y="${top + i * row + 13}" text-anchor="end">${escapeXml(path)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      'fill="currentColor" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" role="img">',
    `<title>${escapeXml(`Diagnosis of ${model} on ${examples} examples`)}</title>`,
    ...names,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ title, value, scale, colour }: Panel, layers: readonly LayerDiagnosis[], x: number, end: number) {
  const at = (share: number): string => coordinate(x + share * panel);
  const marks = scale.marks.flatMap(([mark, text]) => [
    `<line x1="${at(scale.place(mark))}" x2="${at(scale.place(mark))}" y1="${top - 8}" y2="${end - 8}" ` +
      'stroke="currentColor" stroke-opacity="0.15"/>',
    `<text x="${at(scale.place(mark))}" y="${top - 14}" text-anchor="middle" font-size="10" fill-opacity="0.6">` +
      `${text}</text>`,
  ]);
  const bars = layers.flatMap((layer, i) => {
    const own = value(layer);
    if (own === null || Number.isNaN(own)) return [];
    const y = top + i * row + (row - bar) / 2;
    return [
      `<rect x="${x}" y="${y}" width="${coordinate(scale.place(own) * panel)}" height="${bar}" rx="2" ` +
        `fill="${colour}"><title>${escapeXml(`${layer.path}: ${title} ${Number(own.toPrecision(3))}`)}</title></rect>`,
    ];
  });
  return [`<text x="${x}" y="${top - 36}" font-weight="bold">${title}</text>`, ...marks, ...bars];
}
