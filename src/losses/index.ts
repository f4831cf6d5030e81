// The resolution of the loss that `compile` is given: a name, a loss or a function.
import { ArgumentError } from "../errors.ts";
import { describe, lookUp } from "../options.ts";
import * as losses from "./factories.ts";
import type { Loss, LossFunction } from "./loss.ts";

export { losses };

/** Keras's short names, which `compile` takes too. */
const aliases = {
  mse: "meanSquaredError",
  MSE: "meanSquaredError",
  mae: "meanAbsoluteError",
  MAE: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  MAPE: "meanAbsolutePercentageError",
  msle: "meanSquaredLogarithmicError",
  MSLE: "meanSquaredLogarithmicError",
  bce: "binaryCrossentropy",
  BCE: "binaryCrossentropy",
  kld: "klDivergence",
  KLD: "klDivergence",
} as const satisfies Readonly<Record<string, keyof typeof losses>>;

type LossName = keyof typeof losses | keyof typeof aliases;
/** A loss as `compile` takes it: a name, a loss with options, or a function. */
export type LossLike = LossName | Loss | LossFunction;

/** The loss with this name and these options, as a model file has them. Throws {@link ArgumentError}. */
export function lossFromConfig(name: string, config: object): Loss {
  const known = Object.hasOwn(aliases, name) ? aliases[name as keyof typeof aliases] : name;
  const make: (options?: any) => Loss = lookUp("loss", known, losses);
  return make(config);
}

/** The activations that give probabilities. */
const squashing: readonly string[] = ["softmax", "sigmoid", "hardSigmoid", "sparseSigmoid", "sparsemax"];

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
  const squashed = squashing.includes(lastActivation);
  if (fromLogits === null) return lossFromConfig(loss.name, { ...loss.config, fromLogits: !squashed });
  if (fromLogits === squashed && lastActivation !== "custom") {
    const [expected, got] = squashed ? ["logits", "probabilities"] : ["probabilities", "logits"];
    const isOption = "fromLogits" in loss.config;
    const remedy = isOption ? `leave fromLogits out, or set it to ${!fromLogits}` : "leave the activation out";
    throw new ArgumentError(
      `compile: ${loss.name}${isOption ? ` with fromLogits: ${fromLogits}` : ""} expected ${expected}, ` +
        `got ${got} from the last activation, ${lastActivation}; ${remedy}.`,
    );
  }
  return loss;
}
