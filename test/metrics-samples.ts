// Examples that metrics are measured by, and their figures batch by batch.
import { type Metric, type Tensor, tensor, zeros } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";
import type { Example } from "./metrics-oracle.ts";

const next = hostRandom(7);
const unit = (): number => Math.fround(next.below(1000) / 1000 + 1 / 2048);
export const count = 43;
const many = <T>(make: () => T): T[] => Array.from({ length: count }, make);
const row = (width: number): number[] => Array.from({ length: width }, unit);
const oneHot = (k: number, width: number): number[] => Array.from({ length: width }, (_, i) => Number(i === k));
const weight = (): number => next.below(5) / 2;

export const yesNo: Example[] = many(() => ({ t: [next.below(2)], p: [unit()], w: weight() }));
export const labelled: Example[] = many(() => ({ t: [0, 1, 2].map(() => next.below(2)), p: row(3), w: weight() }));
export const classified: Example[] = many(() => ({ t: oneHot(next.below(4), 4), p: row(4), w: weight() }));
export const measured: Example[] = many(() => ({
  t: row(2).map((x) => Math.fround(50 + 3 * x)),
  p: row(2).map((x) => Math.fround(50 + 3 * x)),
  w: weight(),
}));
export const positive: Example[] = many(() => ({ t: row(3), p: row(3), w: weight() }));

export const field = (data: readonly Example[], name: "t" | "p"): Tensor =>
  tensor(data.map((example) => [...example[name]]));
const weightsOf = (data: readonly Example[]): Tensor => tensor(data.map(({ w }) => w));

/** The figure of a metric that sees the examples in batches of these sizes. */
export async function inBatches(
  metric: Metric,
  data: readonly Example[],
  sizes: number[],
  weighted: boolean,
): Promise<number> {
  const shapes = Object.entries(metric.state([sizes[0]!, data[0]!.p.length]));
  let state: Readonly<Record<string, Tensor>> = Object.fromEntries(shapes.map(([name, shape]) => [name, zeros(shape)]));
  let from = 0;
  for (const size of sizes) {
    const batch = data.slice(from, (from += size));
    state = metric.update(state, field(batch, "t"), field(batch, "p"), weighted ? weightsOf(batch) : null);
  }
  return metric.result(state).item();
}
