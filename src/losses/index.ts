// The losses by name, and the resolution of the loss that `compile` is given.
import { ArgumentError } from "../errors.ts";
import { namedParts } from "../named-parts.ts";
import { describe } from "../options.ts";
import type * as losses from "./factories.ts";
import type { Loss, LossFunction } from "./loss.ts";

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

const all = () => import("./factories.ts");

/** The losses by name. */
export const namedLosses = /* @__PURE__ */ namedParts<keyof typeof losses, Loss>(
  "loss",
  {
    meanSquaredError: all,
    meanAbsoluteError: all,
    meanAbsolutePercentageError: all,
    meanSquaredLogarithmicError: all,
    quadraticCost: all,
    huber: all,
    logCosh: all,
    poisson: all,
    klDivergence: all,
    binaryCrossentropy: all,
    categoricalCrossentropy: all,
    sparseCategoricalCrossentropy: all,
    binaryFocalCrossentropy: all,
    categoricalFocalCrossentropy: all,
    hinge: all,
    squaredHinge: all,
    categoricalHinge: all,
    cosineSimilarity: all,
    dice: all,
    tversky: all,
    contrastive: all,
    triplet: all,
    ctc: all,
  },
  aliases,
);

/** Throws {@link ArgumentError} for what is no loss. */
export function checkLoss(like: unknown): void {
  if (typeof like === "string") namedLosses.nameOf(like);
  else if (typeof like !== "function" && typeof (like as Loss | null | undefined)?.call !== "function")
    throw new ArgumentError(
      `compile: expected a loss that is a name (${namedLosses.names.join(", ")}), losses.…() or a function ` +
        `(targets, predictions), got ${describe(like)}.`,
    );
}

/** The activations that give probabilities. */
const squashing: readonly string[] = ["softmax", "sigmoid", "hardSigmoid", "sparseSigmoid", "sparsemax"];

/**
 * The loss that a model trains on. If it leaves `fromLogits` open, the model's last activation decides: predictions are
 * probabilities after a sigmoid or softmax, logits otherwise. Throws {@link ArgumentError} if the loss contradicts a
 * known activation, since such a model would silently learn little.
 */
export function resolveLoss(loss: Loss | LossFunction, lastActivation: string): Loss {
  if (typeof loss === "function") return { name: "custom", config: {}, targets: "any", call: loss };
  const { fromLogits } = loss;
  if (fromLogits === undefined) return loss;
  const squashed = squashing.includes(lastActivation);
  if (fromLogits === null) return loss.withLogits?.(!squashed) ?? loss;
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
