// The `losses` namespace: factories by name, and how `compile` understands what it is given.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions, checkRange, describe, lookUp } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { type BinaryCrossentropyOptions, binaryCrossentropy } from "./binary-crossentropy.ts";
import { type CategoricalCrossentropyOptions, categoricalCrossentropy } from "./categorical-crossentropy.ts";
import { hinge } from "./hinge.ts";
import { huber } from "./huber.ts";
import type { Loss, LossFunction } from "./loss.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import {
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
} from "./sparse-categorical-crossentropy.ts";

type Options = Readonly<Record<string, number | boolean>>;

const checks: Readonly<Record<string, (where: string, value: unknown) => unknown>> = {
  fromLogits: (where, value) => checkFlag(where, "fromLogits", value),
  labelSmoothing: (where, value) => checkRange(where, "labelSmoothing", value, 0, 1),
  delta: (where, value) => checkRange(where, "delta", value, 0),
};

/** A factory of a loss out of its function. */
function factory<O extends object>(
  name: string,
  call: (targets: Tensor, predictions: Tensor, options: O) => Tensor,
  targets: Loss["targets"],
  defaults: Required<O> & Options,
): (options?: O) => Loss {
  return (options = {} as O) => {
    const where = `losses.${name}`;
    checkOptions(where, options, Object.keys(defaults));
    const config: O & Options = { ...defaults, ...options };
    for (const [option, value] of Object.entries(config)) checks[option]!(where, value);
    return {
      name,
      config,
      targets,
      ...("fromLogits" in config && { fromLogits: config["fromLogits"] as boolean }),
      call: (t, p) => call(t, p, config),
    };
  };
}

/**
 * The losses by name, each a factory of a loss that `compile` takes.
 *
 * @example model.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
 */
export const losses = {
  meanSquaredError: factory<object>("meanSquaredError", meanSquaredError, "values", {}),
  meanAbsoluteError: factory<object>("meanAbsoluteError", meanAbsoluteError, "values", {}),
  huber: factory<{ readonly delta?: number }>("huber", huber, "values", { delta: 1 }),
  hinge: factory<object>("hinge", hinge, "values", {}),
  binaryCrossentropy: factory<BinaryCrossentropyOptions>("binaryCrossentropy", binaryCrossentropy, "shares", {
    fromLogits: false,
    labelSmoothing: 0,
  }),
  categoricalCrossentropy: factory<CategoricalCrossentropyOptions>(
    "categoricalCrossentropy",
    categoricalCrossentropy,
    "shares",
    {
      fromLogits: false,
      labelSmoothing: 0,
    },
  ),
  sparseCategoricalCrossentropy: factory<SparseCategoricalCrossentropyOptions>(
    "sparseCategoricalCrossentropy",
    sparseCategoricalCrossentropy,
    "classes",
    {
      fromLogits: false,
    },
  ),
} as const;

/** Short names that `compile` takes too. */
const aliases: Readonly<Record<string, keyof typeof losses>> = { mse: "meanSquaredError", mae: "meanAbsoluteError" };

export type LossName = keyof typeof losses | "mse" | "mae";
/** What `compile` takes for a loss. */
export type LossLike = LossName | Loss | LossFunction;

/** The loss of a name with options given outright, as a model file has them. Throws {@link ArgumentError}. */
export function lossFromConfig(name: string, config: object): Loss {
  const make: (options?: any) => Loss = lookUp("loss", Object.hasOwn(aliases, name) ? aliases[name]! : name, losses);
  return make(config);
}

/**
 * What a model trains on. A name stands for the form that fits the model's last activation: from probabilities after
 * a sigmoid or softmax, from logits after anything else. A loss made by a factory is taken as it was said.
 */
export function resolveLoss(like: LossLike, lastActivation: string): Loss {
  if (typeof like === "function") {
    return { name: "custom", config: {}, targets: "any", call: like };
  }
  if (typeof like === "string") {
    const loss = lossFromConfig(like, {});
    if (loss.fromLogits === undefined) return loss;
    const squashed = lastActivation === "softmax" || lastActivation === "sigmoid";
    return lossFromConfig(loss.name, { fromLogits: !squashed });
  }
  if (typeof like === "object" && like !== null && typeof like.call === "function") return like;
  const names = Object.keys(losses).join(", ");
  throw new ArgumentError(
    `compile: a loss is a name (${names}), losses.…() or a function (targets, predictions), but came ${describe(like)}.`,
  );
}
