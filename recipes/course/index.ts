// The course's items in its order, each with the file that computes it.
import { contents, type sections } from "./contents.ts";
import type { Item, Part, RunOptions, Text } from "./item.ts";

export { sections } from "./contents.ts";

/** An item of the course, to be loaded when it is asked for. */
export interface Entry {
  /** The course's name of the item, such as "B3". */
  readonly id: string;
  readonly title: Text;
  /** The key of its section in {@link sections}. */
  readonly section: keyof typeof sections;
  readonly load: () => Promise<{ readonly item: Item }>;
}

const files: Readonly<Record<(typeof contents)[number]["id"], Entry["load"]>> = {
  N1: () => import("./n1-mcculloch-pitts.ts"),
  N2: () => import("./n2-rosenblatt.ts"),
  N3: () => import("./n3-geometry.ts"),
  N4: () => import("./n4-xor.ts"),
  N5: () => import("./n5-kinds-of-perceptron.ts"),
  N6: () => import("./n6-one-neuron-models.ts"),
  N7: () => import("./n7-hebb.ts"),
  N8: () => import("./n8-boolean-functions.ts"),
  A: () => import("./a-activations.ts"),
  A1: () => import("./a1-softmax.ts"),
  A2: () => import("./a2-sum-of-sigmoids.ts"),
  A3: () => import("./a3-linear-collapse.ts"),
  M1: () => import("./m1-layers-as-matrices.ts"),
  M2: () => import("./m2-universal-approximation.ts"),
  M3: () => import("./m3-learned-approximation.ts"),
  M4: () => import("./m4-outputs.ts"),
  L1: () => import("./l1-losses.ts"),
  L2: () => import("./l2-learning-rate.ts"),
  L3: () => import("./l3-batches.ts"),
  L4: () => import("./l4-tools.ts"),
  B1: () => import("./b1-computational-graph.ts"),
  B2: () => import("./b2-five-steps.ts"),
  B3: () => import("./b3-worked-problem.ts"),
  B4: () => import("./b4-vanishing-gradient.ts"),
  C1: () => import("./c1-pixels.ts"),
  C2: () => import("./c2-convolution.ts"),
  C3: () => import("./c3-kernels.ts"),
  C4: () => import("./c4-curve-filter.ts"),
  C5: () => import("./c5-feature-hierarchy.ts"),
  D1: () => import("./d1-training-set-size.ts"),
  D2: () => import("./d2-drawn-digits.ts"),
  H: () => import("./h-history.ts"),
};

/** All items, in the course's order. */
export const course: readonly Entry[] = contents.map((entry) => ({ ...entry, load: files[entry.id] }));

/** The parts of an item as they are computed. Ends after the part at which the options' signal is aborted. */
export async function* parts(entry: Entry, options: RunOptions): AsyncGenerator<Part> {
  const { item } = await entry.load();
  for await (const part of item(options)) {
    if (options.signal?.aborted) return;
    yield part;
  }
}
