// The optimizer: what all of them share (learning rate, step count, clipping, slots) around one rule of update.
import { ArgumentError } from "../errors.ts";
import { zeros } from "../functions/array.ts";
import { checkOptions, checkRange, describe } from "../options.ts";
import { asTensor, type Tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";

/** What every optimizer takes beside its own options. */
export interface OptimizerOptions {
  /** The size of a step. A finite number from 0 up. */
  readonly learningRate?: number;
  /** Scales the gradient of all parameters together down to this Euclidean length where it is longer. Default: no clipping. */
  readonly clipnorm?: number;
  /** Cuts each element of the gradient to ± this. Default: no clipping. */
  readonly clipvalue?: number;
}

/** What a rule of update sees: all parameters of a model in one vector, and as much of each slot. */
export interface UpdateInput<Slot extends string> {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
  readonly learningRate: Tensor;
  /** Which step this is, from 1 up, float32. */
  readonly step: Tensor;
}

export interface UpdateOutput<Slot extends string> {
  readonly value: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

/** One optimizer: its name, its options, and the rule. */
export interface OptimizerRule<Slot extends string> {
  readonly name: string;
  /** The rule's own options with their values, for model files. */
  readonly config: Readonly<Record<string, number | boolean>>;
  /** What is remembered for each parameter, and with what it begins. */
  readonly slots: Readonly<Record<Slot, number>>;
  /** One chain of elementwise operations, so that the update of a whole network is a single kernel. */
  readonly update: (input: UpdateInput<Slot>) => UpdateOutput<Slot>;
}

/**
 * Changes variables along their gradients. Made by a factory such as `optimizers.adam()`.
 *
 * The learning rate and the step count are variables, so that a compiled training step sees them change.
 *
 * @example
 * const w = variable([1, 2]);
 * const optimizer = optimizers.sgd({ learningRate: 0.1 });
 * const step = compile(() => optimizer.applyGradients([[gradients(w.value.square().sum(), [w])[0], w]]));
 * await step.repeat(100);
 */
export class Optimizer {
  readonly name: string;
  /** float32 []. Assign it to change the rate; nothing is compiled again. */
  readonly learningRate: Variable;
  /** int32 []: how many steps have been taken. */
  readonly iterations: Variable;
  readonly #rule: OptimizerRule<string>;
  readonly #clipping: Pick<OptimizerOptions, "clipnorm" | "clipvalue">;
  readonly #slots = new Map<Variable, Record<string, Variable>>();

  /** Throws {@link ArgumentError} for a learning rate or clipping that is out of range. */
  constructor(rule: OptimizerRule<string>, learningRate: number, { clipnorm, clipvalue }: OptimizerOptions) {
    const where = `optimizers.${rule.name}`;
    // The rate is a float32, in which larger numbers are infinite.
    checkRange(
      where,
      "learningRate",
      learningRate,
      0,
      learningRate > 3.4e38 && learningRate < Infinity ? 3.4e38 : Infinity,
    );
    if (clipnorm !== undefined) checkPositive(where, "clipnorm", clipnorm);
    if (clipvalue !== undefined) checkPositive(where, "clipvalue", clipvalue);
    this.name = rule.name;
    this.#rule = rule;
    this.#clipping = { ...(clipnorm !== undefined && { clipnorm }), ...(clipvalue !== undefined && { clipvalue }) };
    this.learningRate = variable(learningRate, { name: "learningRate" });
    this.iterations = variable(zeros([], "int32"), { name: "iterations" });
  }

  /** The slots of a variable, made at the first call: `momentum` beside a model's parameters. */
  slots(of: Variable): Readonly<Record<string, Variable>> {
    let slots = this.#slots.get(of);
    if (!slots) {
      slots = Object.fromEntries(
        Object.entries(this.#rule.slots).map(([name, first]) => [
          name,
          variable(zeros(of.shape).add(first), { name: `optimizer/${name}` }),
        ]),
      );
      this.#slots.set(of, slots);
    }
    return slots;
  }

  /** One step: each variable along its gradient. Inside `compile` the assignments are part of the program. */
  applyGradients(pairs: readonly (readonly [gradient: Tensor, of: Variable])[]): void {
    const learningRate = this.learningRate.value;
    this.iterations.assignAdd(1);
    const step = this.iterations.value.cast("float32");
    const gradients = this.#clip(pairs.map(([gradient]) => gradient));
    pairs.forEach(([, of], i) => {
      const variables = this.slots(of);
      const slots = Object.fromEntries(Object.entries(variables).map(([name, slot]) => [name, slot.value]));
      const next = this.#rule.update({ value: of.value, gradient: gradients[i]!, slots, learningRate, step });
      of.assign(next.value);
      for (const [name, slot] of Object.entries(variables)) slot.assign(next.slots[name]!);
    });
  }

  /** What the factory of this name needs to make the optimizer again, with the learning rate as it is now. */
  async config(): Promise<Readonly<Record<string, number | boolean>>> {
    return { learningRate: await this.currentLearningRate(), ...this.#rule.config, ...this.#clipping };
  }

  /** The learning rate now, as the shortest number that float32 holds as the same. */
  async currentLearningRate(): Promise<number> {
    const rate = (await this.learningRate.data())[0]!;
    for (let digits = 1; digits < 9; digits++)
      if (Math.fround(Number(rate.toPrecision(digits))) === rate) return Number(rate.toPrecision(digits));
    return rate;
  }

  /** g·c / max(‖g‖, c) for clipnorm c, over all gradients together (Pascanu and others, 2013); then ± clipvalue. */
  #clip(gradients: readonly Tensor[]): readonly Tensor[] {
    const { clipnorm, clipvalue } = this.#clipping;
    let clipped = gradients;
    if (clipnorm !== undefined) {
      const norm = gradients
        .map((g) => g.square().sum())
        .reduce((a, b) => a.add(b))
        .sqrt();
      const factor = asTensor(clipnorm).div(norm.maximum(clipnorm));
      clipped = clipped.map((g) => g.mul(factor));
    }
    return clipvalue === undefined ? clipped : clipped.map((g) => g.maximum(-clipvalue).minimum(clipvalue));
  }
}

/** For factories: checks the names of the options against the rule's own and the shared ones. */
export function checkOptimizerOptions(name: string, options: object, own: readonly string[]): void {
  checkOptions(`optimizers.${name}`, options, ["learningRate", ...own, "clipnorm", "clipvalue"]);
}

export function checkPositive(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number above 0, got ${describe(value)}.`);
}
