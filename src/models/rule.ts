// One layer of neurons that learns by a rule, without gradients.
import { Dense } from "../nn/core/dense.ts";
import { sgd } from "../optimizers/sgd.ts";
import { checkOptions, checkRange } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { StepContext } from "../train/own-step.ts";
import type { Batch } from "../train/source.ts";
import { Model, type ModelOptions } from "./model.ts";

/** The options of {@link perceptron} and {@link hebbian}. */
export interface RuleOptions extends ModelOptions {
  /** The number of neurons. Default: 1. */
  readonly units?: number;
  /** η, the size of a step. Default: 1. */
  readonly learningRate?: number;
  /** Adds w₀. Default: true. */
  readonly useBias?: boolean;
}

/** What a rule adds to the weights of one neuron for one example is η · amount · x, and η · amount to its bias. */
export abstract class RuleModel extends Model<any, Tensor, Tensor> {
  readonly neurons: Dense;

  constructor(where: string, options: RuleOptions) {
    const { units = 1, learningRate = 1, useBias = true, ...rest } = options;
    checkOptions(where, rest, ["name", "trainable", "seed"]);
    super(rest, where);
    this.neurons = new Dense({ units, useBias, kernelInitializer: "zeros", name: "neurons" });
    const rate = checkRange(where, "learningRate", learningRate, 0);
    this.compile({ optimizer: sgd({ learningRate: rate }), loss: "hinge" });
  }

  /** The amounts by which the rule answers to targets −1 and +1, `[batch, units]`. */
  protected abstract amounts(sums: Tensor, targets: Tensor): Tensor;

  /** sign(⟨w, x⟩ + w₀) of each neuron. */
  call(x: Tensor): Tensor {
    return this.neurons.apply(x).sign();
  }

  trainStep({ inputs, targets }: Batch, { update }: StepContext): Readonly<Record<string, Tensor>> {
    const x = (inputs as Tensor).cast("float32");
    const sums = this.neurons.apply(x);
    const wanted = (targets as Tensor).cast("float32").reshape(sums.shape);
    const amounts = this.amounts(sums, wanted);
    const gradients = { kernel: x.transpose().matmul(amounts).neg(), bias: amounts.sum(0).neg() };
    const { kernel, bias } = gradients;
    if (this.training)
      update(this.neurons.useBias ? { kernel, bias } : { kernel }, this.neurons, this.training.optimizer);
    const wrong = sums.sign().notEqual(wanted).cast("float32").mean();
    return { loss: wrong };
  }

  override config() {
    return { units: this.neurons.units, useBias: this.neurons.useBias, ...super.config() };
  }
}
