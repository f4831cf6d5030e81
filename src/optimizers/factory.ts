// Makes optimizers: checks the options and joins them with the rule.
import { ArgumentError } from "../errors.ts";
import { checkCount, checkFlag, checkRange, describe } from "../options.ts";
import { pathChoice } from "./by-path.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOption, OptimizerRule } from "./rule.ts";
import { checkOptimizerOptions, checkPositive, type OptimizerOptions } from "./shared-options.ts";

type Check = (where: string, name: string, value: unknown) => unknown;

const share: Check = (where, name, value) => checkRange(where, name, value, 0, 1);
const fromZero: Check = (where, name, value) => checkRange(where, name, value, 0);
const upToZero: Check = (where, name, value) => {
  if (typeof value === "number" && value <= 0 && value > -Infinity) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number up to 0, got ${describe(value)}.`);
};
const finite: Check = (where, name, value) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number, got ${describe(value)}.`);
};

/** The checks of options that are numbers of some range; flags are told by their default. */
const checks: Readonly<Record<string, Check>> = {
  momentum: share,
  rho: share,
  beta1: share,
  beta2: share,
  adamBeta1: share,
  adamBeta2: share,
  epsilon: checkPositive,
  epsilon1: checkPositive,
  epsilon2: checkPositive,
  clipThreshold: checkPositive,
  learningRatePower: upToZero,
  beta2Decay: upToZero,
  historySize: checkCount,
  nsSteps: checkCount,
  muonA: finite,
  muonB: finite,
  muonC: finite,
  rmsRate: (where, name, value) => value === null || checkPositive(where, name, value),
  excludeLayers: (where, name, value) => pathChoice(where, name, value),
};

/**
 * Makes an optimizer from its own options, with their defaults, and the shared ones. `rule` gets the options after
 * their checks, and may say itself what a file holds of them. Throws {@link ArgumentError}.
 */
export function makeOptimizer<O extends object>(
  name: string,
  given: OptimizerOptions,
  defaults: O,
  rule: (options: O) => Omit<OptimizerRule, "name" | "config"> & Partial<Pick<OptimizerRule, "config">>,
  { learningRate, ...shared }: { readonly learningRate: number; readonly weightDecay?: number } = {
    learningRate: 0.001,
  },
): Optimizer {
  const where = `optimizers.${name}`;
  checkOptimizerOptions(name, given, Object.keys(defaults));
  const own = Object.fromEntries(
    Object.entries({ ...defaults, ...given }).filter(([option]) => Object.hasOwn(defaults, option)),
  ) as O & Record<string, OptimizerOption>;
  for (const [option, first] of Object.entries(defaults)) {
    if (own[option] === undefined) Object.assign(own, { [option]: first });
    (typeof first === "boolean" ? checkFlag : (checks[option] ?? fromZero))(where, option, own[option]);
  }
  const options = { ...shared, ...given };
  return new Optimizer(
    { name, config: own, ...rule(own) },
    given.learningRate === undefined ? learningRate : given.learningRate,
    options,
  );
}
