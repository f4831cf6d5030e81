// What an experiment of the playground is: the data, the network, and how it is trained. Nothing here computes.
import type { DataChoice, FeatureName, Task } from "./data-sets.ts";

/**
 * The activations of hidden neurons. Those that need more than one number, such as softmax, are left out. PReLU is a
 * layer, whose slope each neuron learns.
 */
export const activationNames = [
  ...[
    "tanh",
    "relu",
    "sigmoid",
    "linear",
    "leakyRelu",
    "prelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "mish",
  ],
  ...["celu", "relu6", "squareplus", "hardSigmoid", "hardTanh", "hardSilu", "tanhShrink", "logSigmoid", "hardShrink"],
  ...["softShrink", "sparsePlus", "sparseSigmoid", "exp", "heaviside", "sign"],
] as const;
export type ActivationChoice = (typeof activationNames)[number];

export const optimizerNames = [
  ...(["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamW", "nadam", "adamax", "adagrad"] as const),
  ...(["adadelta", "adafactor", "ftrl", "lamb", "lbfgs", "lion", "muon"] as const),
] as const;
export type OptimizerChoice = (typeof optimizerNames)[number];

/** The losses that fit each task, the usual one first. */
export const lossesOf = {
  two: [
    ...(["binaryCrossentropy", "meanSquaredError", "hinge", "squaredHinge", "binaryFocalCrossentropy"] as const),
    ...(["meanAbsoluteError", "huber", "logCosh", "quadraticCost", "dice", "tversky", "poisson"] as const),
  ],
  many: [
    ...(["sparseCategoricalCrossentropy", "categoricalCrossentropy", "categoricalFocalCrossentropy"] as const),
    ...(["categoricalHinge", "klDivergence", "meanSquaredError", "cosineSimilarity", "meanAbsoluteError"] as const),
    ...(["huber", "logCosh", "quadraticCost", "dice", "tversky", "poisson"] as const),
  ],
  value: ["meanSquaredError", "meanAbsoluteError", "huber", "logCosh", "quadraticCost"],
} as const satisfies Readonly<Record<Task, readonly string[]>>;
export type LossChoice = (typeof lossesOf)[Task][number];
export const lossNames: readonly LossChoice[] = [...new Set(Object.values(lossesOf).flat())];

export const initializerNames = ["glorotUniform", "heNormal", "lecunNormal", "zeros", "large"] as const;
export type InitializerChoice = (typeof initializerNames)[number];

export const normalizations = ["none", "batch", "layer"] as const;
export const penalties = ["none", "l1", "l2"] as const;

/** The greatest network that the page offers. */
export const mostLayers = 12;
export const mostNeurons = 32;

/** A weight that was set by hand: of which layer, from which neuron (−1: the bias), into which one, and its value. */
export type Edit = readonly [layer: number, from: number, to: number, value: number];
export const greatestWeight = 1000;

export interface Settings extends DataChoice {
  /** The seed of the first weights, and of the order of the points in training. */
  readonly weightSeed: number;
  readonly features: readonly FeatureName[];
  /** The numbers of neurons of the hidden layers. */
  readonly layers: readonly number[];
  readonly f: ActivationChoice;
  readonly init: InitializerChoice;
  readonly norm: (typeof normalizations)[number];
  /** The share of a hidden layer's outputs that is dropped in training. */
  readonly dropout: number;
  /** "" for the usual loss of the task. */
  readonly loss: LossChoice | "";
  readonly optimizer: OptimizerChoice;
  readonly rate: number;
  readonly batch: number;
  /** What was changed in the first weights, before the first step. */
  readonly edits: readonly Edit[];
  readonly penalty: (typeof penalties)[number];
  readonly penaltyRate: number;
}

/** What the first weights depend on: where it changes, those that were set by hand are others. */
export const formOf = ({ features, layers, init, weightSeed, set }: Settings): string =>
  JSON.stringify([features, layers, init, weightSeed, set]);

/** The loss that is trained on: the chosen one, if it fits the task. */
export const lossOf = (task: Task, { loss }: Pick<Settings, "loss">): LossChoice =>
  (lossesOf[task] as readonly string[]).includes(loss) ? (loss as LossChoice) : lossesOf[task][0];

/** The least number that the loss can be: how far a loss lies above it says how good the answers are. */
export const leastLoss = (task: Task, settings: Pick<Settings, "loss">): number =>
  lossOf(task, settings) === "cosineSimilarity" ? -1 : 0;

/**
 * Neurons of a layer that began alike and get equal gradients stay alike; the masks of dropout give them others, and a
 * weight that was set by hand parts them.
 */
export const staysAlike = ({ init, layers, edits, dropout }: Settings): boolean =>
  init === "zeros" && layers.length > 0 && edits.length === 0 && dropout === 0;

/** The activation of the outputs: the one that the loss asks for. */
export function outputActivation(task: Task, loss: LossChoice): "sigmoid" | "softmax" | "linear" {
  if (task === "value" || loss === "hinge" || loss === "squaredHinge" || loss === "categoricalHinge") return "linear";
  return task === "two" ? "sigmoid" : "softmax";
}

/** The form of the targets that the loss asks for: class numbers, 0 and 1, −1 and 1, one-hot, or values. */
export function targetsFor(task: Task, loss: LossChoice): "classes" | "zeroOne" | "signs" | "oneHot" | "values" {
  if (task === "value") return "values";
  if (task === "two") return loss === "hinge" || loss === "squaredHinge" ? "signs" : "zeroOne";
  return loss === "sparseCategoricalCrossentropy" ? "classes" : "oneHot";
}

/** So far are the seeds of two epochs of dropout apart. */
export const seedStride = 1_000_003;

/** How a hidden neuron stands with the training points. */
export const neuronStates = ["alive", "dead", "saturated"] as const;
export type NeuronState = (typeof neuronStates)[number];
