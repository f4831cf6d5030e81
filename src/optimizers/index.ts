// The resolution of the optimizer that `compile` is given, and of the configurations that model files hold.
import { ArgumentError } from "../errors.ts";
import { describe, lookUp } from "../options.ts";
import * as optimizers from "./factories.ts";
import { Optimizer } from "./optimizer.ts";
import { scheduleFromJson } from "./schedules/index.ts";

export { optimizers };

/** The forms in which `compile` takes an optimizer. */
export type OptimizerLike = keyof typeof optimizers | Optimizer;

/** Makes the optimizer of a name with the options that a model file holds. Throws {@link ArgumentError}. */
export function optimizerFromConfig(name: string, config: object): Optimizer {
  const make: (options?: any) => Optimizer = lookUp("optimizer", name, optimizers);
  const { learningRate } = config as { learningRate?: unknown };
  const isSchedule = typeof learningRate === "object" && learningRate !== null;
  return make(isSchedule ? { ...config, learningRate: scheduleFromJson(learningRate) } : config);
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
