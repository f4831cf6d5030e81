// A model as a table: layers, output shapes, numbers of parameters.
import { formatBatchShape, type Layer } from "../nn/layer.ts";
import { formatBytes, thousands } from "../quantities.ts";
import type { Shape } from "../shape.ts";

/** One row: a layer and the shape of its output, or null while that is not known. */
export interface SummaryRow {
  readonly layer: Layer;
  readonly outputShape: Shape | null;
}

/** The table of a model. The last line gives the number of parameters, and of their bytes as float32. */
export function summaryTable(name: string, inputShape: Shape | null, rows: readonly SummaryRow[]): string {
  const cells = rows.map(({ layer, outputShape }) => [
    `${layer.name} (${layer.className})`,
    outputShape ? formatBatchShape(outputShape) : "?",
    outputShape ? thousands(layer.parameters.reduce((n, p) => n + p.size, 0)) : "?",
  ]);
  const table = [["Layer (class)", "Output shape", "Parameters"], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = ([layer, shape, count]: readonly string[]): string =>
    `${layer!.padEnd(widths[0]!)}  ${shape!.padEnd(widths[1]!)}  ${count!.padStart(widths[2]!)}`;
  const rule = "─".repeat(widths.reduce((a, b) => a + b) + 4);
  const head = `Model ${name}${inputShape ? `, inputs ${formatBatchShape(inputShape)}` : ""}`;
  return [head, rule, line(table[0]!), rule, ...cells.map(line), rule, totals(rows)].join("\n");
}

function totals(rows: readonly SummaryRow[]): string {
  if (rows.some((row) => row.outputShape === null)) {
    return "Shapes are known after the first fit, or with layers.input([…]) as the first layer.";
  }
  const parameters = rows.flatMap(({ layer }) => layer.parameters);
  const count = (trainable: boolean): number =>
    parameters.reduce((n, p) => n + (p.trainable === trainable ? p.size : 0), 0);
  const [trained, fixed] = [count(true), count(false)];
  const kinds = fixed > 0 ? `; ${thousands(trained)} trainable, ${thousands(fixed)} not` : "";
  return `Total: ${thousands(trained + fixed)} parameters (${formatBytes(4 * (trained + fixed))})${kinds}`;
}
