// The confusion matrix of a model, as a table.

import type { Dataset } from "../data/dataset.ts";
import { printable } from "../errors.ts";
import { confusionMatrix } from "../metrics/confusion-matrix.ts";
import type { Model } from "../models/model.ts";
import { isShape } from "../nn/tree/tree.ts";
import { tensor } from "../tensor.ts";
import { zip } from "../zip.ts";
import type { OwnWords } from "./own-words.ts";
import { table } from "./table.ts";
import type { Paint } from "./terminal.ts";

/** A table of more classes is wider than terminals are. */
const mostClasses = 20;

/**
 * Counts how often class i was predicted as class j, `[classes][classes]`; null if the targets are not class numbers,
 * or if there are too many classes.
 */
export async function confusionOf(model: Model, test: Dataset): Promise<number[][] | null> {
  const shape = model.outputShape;
  if (model.training?.objectives[0]?.loss.targets !== "classes" || !shape || !isShape(shape)) return null;
  const [classes = 0] = shape;
  if (shape.length !== 1 || classes > mostClasses) return null;
  const predictions = await model.predict(test);
  return (await confusionMatrix(tensor(test.targets.array), predictions).array()) as number[][];
}

/** A heading, and a row for each true class, a column for each answer, right answers apart from mistakes. */
export function confusionTable(
  matrix: readonly (readonly number[])[],
  classNames: readonly string[] | undefined,
  paint: Paint,
  { confusion, right, number }: OwnWords,
): string {
  const names = matrix.map((_, i) => printable(classNames?.[i] ?? String(i)));
  const rows = zip(names, matrix).map(([name, row], i) => {
    const total = row.reduce((a, b) => a + b, 0);
    const cells = row.map((n, j) =>
      i === j ? paint("green", String(n)) : n === 0 ? paint("dim", "·") : paint("yellow", String(n)),
    );
    return [
      paint("bold", name),
      ...cells,
      total === 0 ? "" : paint("dim", `${number(((100 * (row[i] ?? 0)) / total).toFixed(1))} %`),
    ];
  });
  const head = ["", ...names.map((name) => paint("bold", name)), paint("dim", right)];
  return `${confusion}\n${table([head, ...rows], { right: head.map((_, i) => i) })}`;
}
