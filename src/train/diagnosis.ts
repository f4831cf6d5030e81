// What a diagnosis found, layer by layer: numbers, a table, and a picture.
import { thousands } from "../quantities.ts";
import { drawDiagnosis } from "./diagnosis-picture.ts";
import type { LayerDiagnosis } from "./layer-diagnosis.ts";

/** The result of `model.diagnose`. */
export class Diagnosis {
  /** The name of the model. */
  readonly model: string;
  /** The number of examples on which it was measured. */
  readonly examples: number;
  /** The loss of these examples. */
  readonly loss: number;
  /** The layers, in the order of the model. */
  readonly layers: readonly LayerDiagnosis[];

  constructor(model: string, examples: number, loss: number, layers: readonly LayerDiagnosis[]) {
    this.model = model;
    this.examples = examples;
    this.loss = loss;
    this.layers = layers;
  }

  /** A table for the terminal. */
  toString(): string {
    const titles = ["Layer (class)", "Gradient norm", "Update/weight", "Dead", "Saturated", "Mean", "Std. dev."];
    const rows = this.layers.map((layer) => [
      `${layer.path} (${layer.className})`,
      short(layer.gradientNorm),
      short(layer.updateRatio),
      share(layer.deadUnits),
      share(layer.saturation),
      short(layer.mean),
      short(layer.standardDeviation),
    ]);
    const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
    const line = (row: readonly string[]): string =>
      row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join("  ");
    const rule = "─".repeat(line(titles).length);
    const head = `Model ${this.model} on ${thousands(this.examples)} examples, loss ${short(this.loss)}`;
    return [head, rule, line(titles), rule, ...rows.map(line)].join("\n");
  }

  /**
   * A picture: bars for gradient norms and update ratios on a scale of powers of ten, and for the shares of dead units
   * and saturated outputs. Its colour is that of the text around it, so that it fits light and dark pages.
   */
  toSVG(): string {
    return drawDiagnosis(this);
  }
}

/** Three digits, or a dash for null. */
const short = (x: number | null): string => {
  if (x === null) return "–";
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return x.toExponential(1);
  return String(Number(x.toPrecision(3)));
};

const share = (x: number | null): string => (x === null ? "–" : `${Math.round(100 * x)} %`);
