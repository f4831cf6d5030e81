// A model as a table: layers, output shapes, numbers of parameters.
import type { Network, SummaryRow } from "../nn/tree/network.ts";
import { parametersIn } from "../nn/tree/structure.ts";
import { formatShapes } from "../nn/tree/tree.ts";
import { formatBytes, thousands } from "../quantities.ts";

/** The table of a model. The last line gives the number of parameters, and of their bytes as float32. */
export function summaryTable(model: Network): string {
  const rows = model.rows();
  const isKnown = model.inputShape !== null;
  const cells = rows.map((row) => [
    `${row.path} (${row.layer.className})`,
    row.outputShape ? formatShapes(row.outputShape) : "?",
    isKnown ? ownParameters(row) : "?",
  ]);
  const table = [["Layer (class)", "Output shape", "Parameters"], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const [first = 0, second = 0, third = 0] = widths;
  const line = ([layer = "", shape = "", count = ""]: readonly string[]): string =>
    `${layer.padEnd(first)}  ${shape.padEnd(second)}  ${count.padStart(third)}`;
  const rule = "─".repeat(first + second + third + 4);
  const head = `Model ${model.name}${model.inputShape ? `, inputs ${formatShapes(model.inputShape)}` : ""}`;
  const [titles = []] = table;
  return [head, rule, line(titles), rule, ...cells.map(line), rule, totals(model)].join("\n");
}

/** The number of the layer's own parameters: those of the layers that it holds stand in their rows. */
function ownParameters({ layer }: SummaryRow): string {
  const holds = [...layer.children()].length > 0;
  const count = layer.parameters.reduce((n, p) => n + p.size, 0);
  return holds && count === 0 ? "" : thousands(count);
}

function totals(model: Network): string {
  if (model.inputShape === null) {
    return "Shapes are known after the first fit, or with layers.input([…]) as the first layer.";
  }
  const count = (wanted: boolean): number =>
    parametersIn(model).reduce((n, { parameter, trainable }) => n + (trainable === wanted ? parameter.size : 0), 0);
  const [trained, fixed] = [count(true), count(false)];
  const kinds = fixed > 0 ? `; ${thousands(trained)} trainable, ${thousands(fixed)} not` : "";
  return `Total: ${thousands(trained + fixed)} parameters (${formatBytes(4 * (trained + fixed))})${kinds}`;
}
