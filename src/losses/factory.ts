// Makes factories of losses, and checks their options.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss, LossOption } from "./loss.ts";
import { minings } from "./triplet.ts";

type Check = (where: string, name: string, value: unknown) => void;

/** The check that a value is as the sentence says. */
const is =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (where, name, value) => {
    if (holds(value)) return;
    throw new ArgumentError(`${where}: expected ${name} to be ${expected}, got ${describe(value)}.`);
  };

const isShare = is("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
const fromZeroUp: Check = (where, name, value) => checkRange(where, name, value, 0);

const checks: Readonly<Record<string, Check>> = {
  fromLogits: checkFlag,
  applyClassBalancing: checkFlag,
  zeroInfinity: checkFlag,
  labelSmoothing: isShare,
  alpha: fromZeroUp,
  beta: fromZeroUp,
  gamma: fromZeroUp,
  delta: fromZeroUp,
  margin: fromZeroUp,
  ignoreClass: is("an integer", Number.isInteger),
  axis: is("an integer or a list of integers", (value) => [value].flat().every(Number.isInteger)),
  mining: is(`one of ${minings.join(", ")}`, (value) => minings.includes(value as "all")),
};

interface Traits<O> {
  readonly takesLogits?: boolean;
  /** What `counts` of {@link Loss} is with these options; null if everything counts. */
  readonly counts?: (options: O) => NonNullable<Loss["counts"]> | null;
  readonly decision?: NonNullable<Loss["decision"]>;
}

/**
 * Makes a factory from a loss function. An option whose default is null is omitted from the config unless it is given,
 * and `fromLogits`, where it is an option, is for the model's last activation to decide unless it is given.
 * `takesLogits` is for a loss that knows nothing but logits; `decision` and `counts` are those of {@link Loss}.
 */
export function factory<O extends object>(
  name: string,
  call: (targets: Tensor, predictions: Tensor, options: O) => Tensor,
  targets: Loss["targets"],
  defaults: { readonly [K in keyof O]-?: O[K] | null },
  { takesLogits = false, decision, counts }: Traits<O> = {},
): (options?: O) => Loss {
  const make = (options = {} as O): Loss => {
    const where = `losses.${name}`;
    checkOptions(where, options, Object.keys(defaults));
    const given: [string, LossOption][] = Object.entries({ ...defaults, ...options });
    const config = Object.fromEntries(given.filter(([, value]) => value != null)) as O & Loss["config"];
    for (const [option, value] of Object.entries(config)) checks[option]!(where, option, value);
    const fromLogits = takesLogits || ((config["fromLogits"] ?? null) as boolean | null);
    const counting = counts?.(config);
    return {
      name,
      config,
      // A class to ignore need not be one of the model's classes.
      targets: "ignoreClass" in config ? "any" : targets,
      ...(("fromLogits" in defaults || takesLogits) && { fromLogits }),
      ...("fromLogits" in defaults && { withLogits: (settled) => make({ ...config, fromLogits: settled }) }),
      ...(decision && { decision }),
      ...(counting && { counts: counting }),
      call: (t, p) => call(t, p, config),
    };
  };
  return make;
}
