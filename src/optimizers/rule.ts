// What one optimizer is: its name, its options, the state that it keeps, and its update rule.
import type { Segment } from "../nn/tree/store.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The value of an option, as a model file holds it. */
export type OptimizerOption =
  | number
  | boolean
  | string
  | null
  | readonly OptimizerOption[]
  | { readonly [name: string]: OptimizerOption };

/** The input of an update rule: parameters one after another in one vector, and the state that belongs to them. */
export interface UpdateInput<Name extends string = string> {
  /** `[n]`, or a single parameter in its own shape; weight decay has been taken off. */
  readonly value: Tensor;
  /** In the shape of `value`, clipped. */
  readonly gradient: Tensor;
  readonly slots: Readonly<Record<Name, Tensor>>;
  /** float32 [], or in the shape of `value` where parameters learn at rates of their own. */
  readonly learningRate: Tensor;
  /** The number of this step, from 1 up, float32. */
  readonly step: Tensor;
  /** The parameters: path, shape, and the range of each in `value`. */
  readonly segments: readonly Segment[];
}

/** What an update rule gives: the new parameters and the new state. */
export interface UpdateOutput<Name extends string = string> {
  readonly value: Tensor;
  readonly slots: Readonly<Record<Name, Tensor>>;
}

/** A slot of several rows, `[rows, n]`: a history, of which each row has a number for each element. */
export interface SlotRows {
  readonly first: number;
  readonly rows: number;
}

/** A slot that has an array of its own for each parameter, one after another in one vector; null for none. */
export interface SlotParts {
  readonly first: number;
  readonly shape: (segment: Segment) => Shape | null;
}

/** What a slot holds: one number for each element, which begin with this one, or more or less than that. */
export type Slot = number | SlotRows | SlotParts;

/** One optimizer: its name, its options, and its update rule. */
export interface OptimizerRule<Name extends string = string> {
  readonly name: string;
  /** The rule's own options with their values, for model files. */
  readonly config: Readonly<Record<string, OptimizerOption>>;
  /** The state that the rule keeps, by name. */
  readonly slots: Readonly<Record<Name, Slot>>;
  /**
   * True for a rule that looks at all parameters together: it is called once, with everything in one vector. Other
   * rules are called for each variable.
   */
  readonly joint?: boolean;
  /** The decoupled weight decay of a parameter, where the rule treats parameters differently. */
  readonly weightDecay?: (segment: Segment) => number;
  /** Where it is a chain of elementwise operations, the update of a whole network is a single kernel. */
  readonly update: (input: UpdateInput<Name>) => UpdateOutput<Name>;
}
