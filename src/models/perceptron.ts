// Rosenblatt's perceptron and its learning rule.
import { addFactory } from "../nn/tree/registry.ts";
import type { Tensor } from "../tensor.ts";
import { RuleModel, type RuleOptions } from "./rule.ts";

/**
 * A layer of perceptrons: a(x) = sign(⟨w, x⟩ + w₀), answers and targets −1 and +1. {@link perceptron} makes one.
 *
 * @example new Perceptron({ units: 3 }).neurons.units; // 3
 */
export class Perceptron extends RuleModel {
  override readonly className = "Perceptron";

  constructor(options: RuleOptions = {}) {
    super("perceptron", options);
    addFactory("Perceptron", (config) => new Perceptron(config));
  }

  protected override amounts(sums: Tensor, targets: Tensor): Tensor {
    return targets.mul(sums.sign().notEqual(targets).cast("float32"));
  }
}

/**
 * A layer of perceptrons, ready to learn: w ← w + η·y·x and w₀ ← w₀ + η·y for each example whose answer differs from
 * its target y, −1 or +1. With a batch size of 1 this is the rule of 1957, step by step; a larger batch adds up the
 * steps of its examples. It converges where a line separates the classes, and never does on XOR. The loss that `fit`
 * reports is the share of wrong answers. Rosenblatt, 1958.
 *
 * @throws ArgumentError for unknown options
 * @example
 * const and = perceptron();
 * const { epochs } = await and.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, -1, -1, 1], { epochs: 20, batchSize: 1 });
 * epochs.at(-1).loss; // 0
 */
export function perceptron(options: RuleOptions = {}): Perceptron {
  return new Perceptron(options);
}
