// The `optimizers` namespace: factories by name, and the resolution of the optimizer that `compile` is given.
import { ArgumentError } from "../errors.ts";
import { describe, lookUp } from "../options.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamW } from "./adam.ts";
import { Optimizer } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/**
 * The optimizers by name, each a factory of an optimizer that `compile` takes.
 *
 * @example model.compile({ optimizer: optimizers.adam({ learningRate: 3e-4 }), loss: "mse" });
 */
export const optimizers = { sgd, adam, adamW, rmsprop, adagrad } as const;

/** The forms in which `compile` takes an optimizer. */
export type OptimizerLike = keyof typeof optimizers | Optimizer;

/** Makes the optimizer of a name with the options that a model file holds. Throws {@link ArgumentError}. */
export function optimizerFromConfig(name: string, config: object): Optimizer {
  const make: (options?: any) => Optimizer = lookUp("optimizer", name, optimizers);
  return make(config);
}

/** Resolves a name, with default options, or an optimizer itself. Throws {@link ArgumentError} for anything else. */
export function resolveOptimizer(like: OptimizerLike): Optimizer {
  if (typeof like === "string") return optimizerFromConfig(like, {});
  if (like instanceof Optimizer) return like;
  throw new ArgumentError(
    `compile: expected an optimizer, such as a name (${Object.keys(optimizers).join(", ")}) or optimizers.…(), ` +
      `got ${describe(like)}.`,
  );
}
