// What layers say of a weight: its initializer, regularizer and constraint, as options of the layer.

import { type Constraint, type ConstraintLike, constraint, constraintConfig } from "../weights/constraints.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";
import { type Regularizer, type RegularizerLike, regularizer, regularizerConfig } from "../weights/regularizers.ts";
import type { Json } from "./layer.ts";

/** The options of a kernel. */
export interface KernelOptions {
  /** The first values. Default: "glorotUniform". */
  readonly kernelInitializer?: InitializerLike;
  /** A penalty on the kernel that is added to the loss: "l2", regularizers.…(). Default: none. */
  readonly kernelRegularizer?: RegularizerLike | null;
  /** Is applied to the kernel after each step: "nonNeg", constraints.…(). Default: none. */
  readonly kernelConstraint?: ConstraintLike | null;
}

/** The options of a bias. */
export interface BiasOptions {
  /** The first values. Default: "zeros". */
  readonly biasInitializer?: InitializerLike;
  /** A penalty on the bias that is added to the loss. Default: none. */
  readonly biasRegularizer?: RegularizerLike | null;
  /** Is applied to the bias after each step. Default: none. */
  readonly biasConstraint?: ConstraintLike | null;
}

/** The names of the options of a weight: `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
export const weightOptionNames = (prefix: string): string[] =>
  ["Initializer", "Regularizer", "Constraint"].map((kind) => prefix + kind);

/** What is said of one weight; `addParameter` takes it as it is. */
export class WeightOptions {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
  readonly #prefix: string;

  /**
   * @param prefix the beginning of the options' names, `kernel`
   * @param given the options of the layer
   * @param fallback the initializer, if none is given
   */
  constructor(prefix: string, given: object, fallback: InitializerLike) {
    const options = given as Readonly<Record<string, unknown>>;
    const read = <T>(kind: string): T | null => (options[prefix + kind] as T | null | undefined) ?? null;
    const [penalty, bound] = [read<RegularizerLike>("Regularizer"), read<ConstraintLike>("Constraint")];
    this.#prefix = prefix;
    this.initializer = initializer(read<InitializerLike>("Initializer") ?? fallback);
    this.regularizer = penalty === null ? null : regularizer(penalty);
    this.constraint = bound === null ? null : constraint(bound);
  }

  /** The options with which the layer is made again. */
  config(): Readonly<Record<string, Json>> {
    return {
      [`${this.#prefix}Initializer`]: initializerConfig(this.initializer) as Json,
      ...(this.regularizer && { [`${this.#prefix}Regularizer`]: regularizerConfig(this.regularizer) as Json }),
      ...(this.constraint && { [`${this.#prefix}Constraint`]: constraintConfig(this.constraint) as Json }),
    };
  }
}
