// Hebb's rule: what fires together, wires together.
import { addFactory } from "../nn/tree/registry.ts";
import type { Tensor } from "../tensor.ts";
import { RuleModel, type RuleOptions } from "./rule.ts";

/**
 * A layer of neurons that learns by Hebb's rule, with answers and targets −1 and +1. {@link hebbian} makes one.
 *
 * @example new Hebbian({ units: 2 }).neurons.units; // 2
 */
export class Hebbian extends RuleModel {
  override readonly className = "Hebbian";

  constructor(options: RuleOptions = {}) {
    super("hebbian", options);
    addFactory("Hebbian", (config) => new Hebbian(config));
  }

  protected override amounts(_sums: Tensor, targets: Tensor): Tensor {
    return targets;
  }
}

/**
 * A layer of neurons, ready to learn: w ← w + η·y·x and w₀ ← w₀ + η·y for every example, whatever the answer was, with
 * the target y, −1 or +1, as the activity of the neuron. One pass is enough: it stores associations, and recalls those
 * of orthogonal inputs without error. The loss that `fit` reports is the share of wrong answers. Hebb, 1949.
 *
 * @throws ArgumentError for unknown options
 * @example
 * const memory = hebbian({ units: 1, useBias: false });
 * await memory.fit([[1, 1, -1, -1], [1, -1, 1, -1]], [1, -1], { batchSize: 1 });
 * await (await memory.predict([[1, 1, -1, -1], [1, -1, 1, -1]])).array(); // [[1], [-1]]
 */
export function hebbian(options: RuleOptions = {}): Hebbian {
  return new Hebbian(options);
}
