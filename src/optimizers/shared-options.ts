// The options that every optimizer takes beside its own, and their checks.
import { ArgumentError } from "../errors.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import { type PathChoice, type PathFactors, pathChoice, pathFactors } from "./by-path.ts";
import type { Clipping } from "./clipping.ts";
import type { OptimizerOption } from "./rule.ts";
import { isSchedule, type Schedule, scheduleJson } from "./schedules/schedule.ts";

/**
 * The options that every optimizer takes beside its own.
 *
 * Keras takes at most one of the three kinds of clipping. Several apply here in the order `clipnorm`,
 * `globalClipnorm`, `clipvalue`, as the three calls of PyTorch would one after another.
 */
export interface OptimizerOptions {
  /** The size of a step: a finite number from 0 up, or a schedule, such as `schedules.cosineDecay(…)`. */
  readonly learningRate?: number | Schedule;
  /**
   * λ: before each step, a parameter loses learningRate · λ times itself. This decay is decoupled from the gradient
   * (Loshchilov and Hutter, 2017), as Keras's `weight_decay`. Default: 0; 0.004 for `adamW`.
   */
  readonly weightDecay?: number;
  /**
   * The parameters that do not decay, as Keras's `exclude_from_weight_decay(var_names=…)`: texts that are found in
   * their paths as regular expressions, such as `["bias", "gamma", "beta"]`, or a function of the path, which no file
   * can hold. Default: none.
   */
  readonly excludeFromWeightDecay?: PathChoice;
  /**
   * Factors of the learning rate by path, such as `{ "encoder/": 0.1 }`: the first text that is found in a parameter's
   * path counts, and 1 where none is. A function of the path gives its factor; no file can hold it. Where the weights
   * decay, the decay is multiplied too. PyTorch: groups of parameters.
   */
  readonly learningRateMultipliers?: PathFactors;
  /**
   * Scales the gradient of each parameter (each kernel, each bias) down to this Euclidean norm where it is longer, as
   * in Keras. PyTorch: `clip_grad_norm_` called for each parameter. Default: no clipping.
   */
  readonly clipnorm?: number;
  /**
   * Scales the gradients of all parameters down by one factor, so that their common Euclidean norm is at most this, as
   * Keras's `global_clipnorm`. PyTorch: one `clip_grad_norm_` for all parameters. Default: no clipping.
   */
  readonly globalClipnorm?: number;
  /** Limits each element of the gradient to ± this. PyTorch: `clip_grad_value_`. Default: no clipping. */
  readonly clipvalue?: number;
  /**
   * Keeps a running mean of each parameter, a ← m·a + (1 − m)·θ after each step, from the θ of the first step on
   * (Polyak and Juditsky, 1992). It is in the slot `average`. Default: false.
   */
  readonly useEma?: boolean;
  /** m, from 0 to 1. Default: 0.99. */
  readonly emaMomentum?: number;
  /** Gives the parameters their means after every so many steps. Default: null, never. */
  readonly emaOverwriteFrequency?: number | null;
}

const names = [
  "learningRate",
  "weightDecay",
  "excludeFromWeightDecay",
  "learningRateMultipliers",
  "clipnorm",
  "globalClipnorm",
  "clipvalue",
  "useEma",
  "emaMomentum",
  "emaOverwriteFrequency",
] as const;

/** The shared options after their checks. */
export interface SharedOptions {
  readonly weightDecay: number;
  /** True for the path of a parameter that decays. */
  readonly decays: (path: string) => boolean;
  readonly rateFactor: (path: string) => number;
  readonly clipping: Clipping;
  readonly ema: { readonly momentum: number; readonly overwriteFrequency: number | null } | null;
  /** The options that were given, but the learning rate, for model files. */
  readonly config: Readonly<Record<string, OptimizerOption>>;
}

/** Throws {@link ArgumentError} for an option that is neither the optimizer's own nor one that all share. */
export function checkOptimizerOptions(name: string, options: object, own: readonly string[]): void {
  checkOptions(`optimizers.${name}`, options, [...new Set([names[0], ...own, ...names])]);
}

export function checkPositive(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number above 0, got ${describe(value)}.`);
}

/** Checks a learning rate. Throws {@link ArgumentError}. */
export function checkLearningRate(where: string, rate: unknown): number | Schedule {
  if (isSchedule(rate)) return rate;
  if (typeof rate === "object" && rate !== null)
    throw new ArgumentError(`${where}: expected learningRate to be a number or schedules.…(), got ${describe(rate)}.`);
  // The rate is a float32, where numbers above 3.4e38 are infinite.
  const isTooLarge = typeof rate === "number" && rate > 3.4e38 && rate < Infinity;
  return checkRange(where, "learningRate", rate, 0, isTooLarge ? 3.4e38 : Infinity);
}

/** Checks the options that all optimizers share. Throws {@link ArgumentError}. */
export function sharedOptions(where: string, options: OptimizerOptions): SharedOptions {
  const config: Record<string, OptimizerOption> = {};
  const take = <T extends OptimizerOption>(
    name: (typeof names)[number],
    check: (where: string, name: string, value: unknown) => T,
  ): T | undefined => {
    if (options[name] === undefined || options[name] === null) return undefined;
    const value = check(where, name, options[name]);
    config[name] = value;
    return value;
  };
  const fromZero = (at: string, name: string, value: unknown) => checkRange(at, name, value, 0);
  const weightDecay = take("weightDecay", fromZero) ?? 0;
  const clipping: Record<string, number> = {};
  for (const name of ["clipnorm", "globalClipnorm", "clipvalue"] as const) {
    const limit = take(name, checkPositive);
    if (limit !== undefined) clipping[name] = limit;
  }
  const useEma = take("useEma", checkFlag) ?? false;
  const momentum = take("emaMomentum", (at, name, value) => (value === 1 ? 1 : checkRange(at, name, value, 0, 1)));
  const overwriteFrequency = take("emaOverwriteFrequency", checkCount) ?? null;
  const { excludeFromWeightDecay, learningRateMultipliers } = options;
  const excluded =
    excludeFromWeightDecay === undefined ? null : pathChoice(where, "excludeFromWeightDecay", excludeFromWeightDecay);
  const factors =
    learningRateMultipliers === undefined
      ? null
      : pathFactors(where, "learningRateMultipliers", learningRateMultipliers);
  return {
    weightDecay,
    decays: (path) => !excluded?.test(path),
    rateFactor: factors?.factor ?? (() => 1),
    clipping,
    ema: useEma ? { momentum: momentum ?? 0.99, overwriteFrequency } : null,
    config: {
      ...config,
      ...(excluded && { excludeFromWeightDecay: excluded.json }),
      ...(factors && { learningRateMultipliers: factors.json }),
    },
  };
}

/** The form of a learning rate in a file. */
export const learningRateJson = (rate: number | Schedule): OptimizerOption =>
  typeof rate === "number" ? rate : scheduleJson(rate);
