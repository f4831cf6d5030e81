// The `losses` namespace: factories by name, and the resolution of the loss that `compile` is given.
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

type Options = Readonly<Record<string, number | boolean | null>>;

const checks: Readonly<Record<string, (where: string, value: unknown) => unknown>> = {
  fromLogits: (where, value) => checkFlag(where, "fromLogits", value),
  labelSmoothing: (where, value) => checkRange(where, "labelSmoothing", value, 0, 1),
  delta: (where, value) => checkRange(where, "delta", value, 0),
};

/** Makes a factory from a loss function. An option whose default is null is omitted from the config unless given. */
function factory<O extends object>(
  name: string,
  call: (targets: Tensor, predictions: Tensor, options: O) => Tensor,
  targets: Loss["targets"],
  defaults: { readonly [K in keyof O]-?: O[K] | null } & Options,
): (options?: O) => Loss {
  return (options = {} as O) => {
    const where = `losses.${name}`;
    checkOptions(where, options, Object.keys(defaults));
    const all: Options = { ...defaults, ...options };
    const config = Object.fromEntries(Object.entries(all).filter(([, value]) => value != null)) as O & Loss["config"];
    for (const [option, value] of Object.entries(config)) checks[option]!(where, value);
    return {
      name,
      config,
      targets,
      ...("fromLogits" in defaults && { fromLogits: (config["fromLogits"] ?? null) as boolean | null }),
      call: (t, p) => call(t, p, config),
    };
  };
}

/**
 * The losses by name, each a factory of a loss that `compile` takes. Cross-entropies take `fromLogits`; without it a
 * model's last activation decides, and outside a model predictions are probabilities.
 *
 * @example model.compile({ optimizer: "adam", loss: losses.categoricalCrossentropy({ labelSmoothing: 0.1 }) });
 */
export const losses = {
  meanSquaredError: factory<object>("meanSquaredError", meanSquaredError, "values", {}),
  meanAbsoluteError: factory<object>("meanAbsoluteError", meanAbsoluteError, "values", {}),
  huber: factory<{ readonly delta?: number }>("huber", huber, "values", { delta: 1 }),
  hinge: factory<object>("hinge", hinge, "values", {}),
  binaryCrossentropy: factory<BinaryCrossentropyOptions>("binaryCrossentropy", binaryCrossentropy, "shares", {
    fromLogits: null,
    labelSmoothing: 0,
  }),
  categoricalCrossentropy: factory<CategoricalCrossentropyOptions>(
    "categoricalCrossentropy",
    categoricalCrossentropy,
    "shares",
    {
      fromLogits: null,
      labelSmoothing: 0,
    },
  ),
  sparseCategoricalCrossentropy: factory<SparseCategoricalCrossentropyOptions>(
    "sparseCategoricalCrossentropy",
    sparseCategoricalCrossentropy,
    "classes",
    {
      fromLogits: null,
    },
  ),
} as const;

/** Short names that `compile` takes too. */
const aliases: Readonly<Record<string, keyof typeof losses>> = { mse: "meanSquaredError", mae: "meanAbsoluteError" };

type LossName = keyof typeof losses | "mse" | "mae";
/** A loss as `compile` takes it: a name, a loss with options, or a function. */
export type LossLike = LossName | Loss | LossFunction;

/** The loss with this name and these options, as a model file has them. Throws {@link ArgumentError}. */
export function lossFromConfig(name: string, config: object): Loss {
  const make: (options?: any) => Loss = lookUp("loss", Object.hasOwn(aliases, name) ? aliases[name]! : name, losses);
  return make(config);
}

/**
 * The loss that a model trains on. If it leaves `fromLogits` open, the model's last activation decides: predictions are
 * probabilities after a sigmoid or softmax, logits otherwise. Throws {@link ArgumentError} if the loss contradicts a
 * known activation, since such a model would silently learn little.
 */
export function resolveLoss(like: LossLike, lastActivation: string): Loss {
  if (typeof like === "function") return { name: "custom", config: {}, targets: "any", call: like };
  const loss = typeof like === "string" ? lossFromConfig(like, {}) : like;
  if (typeof loss !== "object" || loss === null || typeof loss.call !== "function") {
    const names = Object.keys(losses).join(", ");
    throw new ArgumentError(
      `compile: expected a loss that is a name (${names}), losses.…() or a function (targets, predictions), ` +
        `got ${describe(like)}.`,
    );
  }
  const { fromLogits } = loss;
  if (fromLogits === undefined) return loss;
  const squashed = lastActivation === "softmax" || lastActivation === "sigmoid";
  if (fromLogits === null) return lossFromConfig(loss.name, { ...loss.config, fromLogits: !squashed });
  if (fromLogits === squashed && lastActivation !== "custom") {
    const [expected, got] = squashed ? ["logits", "probabilities"] : ["probabilities", "logits"];
    throw new ArgumentError(
      `compile: ${loss.name} with fromLogits: ${fromLogits} expected ${expected}, got ${got} from the last ` +
        `activation, ${lastActivation}; leave fromLogits out, or set it to ${!fromLogits}.`,
    );
  }
  return loss;
}
