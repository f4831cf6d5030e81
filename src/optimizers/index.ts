// The optimizers by name, the resolution of the one that `compile` is given, and the configurations in model files.
import { ArgumentError } from "../errors.ts";
import { namedParts } from "../named-parts.ts";
import { describe } from "../options.ts";
import type * as optimizers from "./factories.ts";
import type { Optimizer } from "./optimizer.ts";

/** The forms in which `compile` takes an optimizer. */
export type OptimizerLike = keyof typeof optimizers | Optimizer;

/** The optimizers by name. */
const namedOptimizers = /* @__PURE__ */ namedParts<keyof typeof optimizers, Optimizer>("optimizer", {
  adadelta: () => import("./adadelta.ts"),
  adafactor: () => import("./adafactor.ts"),
  adagrad: () => import("./adagrad.ts"),
  adam: () => import("./adam.ts"),
  adamW: () => import("./adam.ts"),
  adamax: () => import("./adamax.ts"),
  ftrl: () => import("./ftrl.ts"),
  lamb: () => import("./lamb.ts"),
  lbfgs: () => import("./lbfgs.ts"),
  lion: () => import("./lion.ts"),
  muon: () => import("./muon.ts"),
  nadam: () => import("./nadam.ts"),
  rmsprop: () => import("./rmsprop.ts"),
  sgd: () => import("./sgd.ts"),
});

/** Makes the optimizer of a name with the options that a model file holds. Throws {@link ArgumentError}. */
export async function optimizerFromConfig(name: string, config: object): Promise<Optimizer> {
  const { learningRate } = config as { learningRate?: unknown };
  if (typeof learningRate !== "object" || learningRate === null) return namedOptimizers.make(name, config);
  const { scheduleFromJson } = await import("./schedules/index.ts");
  return namedOptimizers.make(name, { ...config, learningRate: scheduleFromJson(learningRate) });
}

/** Throws {@link ArgumentError} for what is no optimizer. A page that gives a name loads no optimizer for this. */
export function checkOptimizer(like: unknown): void {
  if (typeof like === "string") namedOptimizers.nameOf(like);
  else if (typeof (like as Optimizer | null | undefined)?.applyGradients !== "function")
    throw new ArgumentError(
      `compile: expected an optimizer, such as a name (${namedOptimizers.names.join(", ")}) or optimizers.…(), ` +
        `got ${describe(like)}.`,
    );
}
