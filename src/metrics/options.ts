// Checks the options of metrics.
import { ArgumentError } from "../errors.ts";
import { checkCount, checkName, checkOptions, describe } from "../options.ts";
import type { Metric } from "./metric.ts";

type Check = (where: string, name: string, value: unknown) => unknown;

/** The default of each option, null if it has none or if the loss decides, and its check. */
export type Options<O> = { readonly [K in keyof O]-?: readonly [standard: O[K] | null, check: Check] };

/** The option of every metric. */
export interface Called<Name extends string> {
  /** The name in history and reports. Default: that of the factory. */
  readonly name?: Name;
}

/** Name, factory and options of a metric. */
export const called = <Name extends string>(
  kind: string,
  config: Metric["config"],
): Pick<Metric<Name>, "name" | "kind" | "config"> => ({ name: (config["name"] ?? kind) as Name, kind, config });

/** The options of a metric with their defaults. Throws {@link ArgumentError}. */
export function optionsOf<O extends object>(
  kind: string,
  given: O & Called<string>,
  known: Options<O>,
): O & Metric["config"] {
  const where = `metrics.${kind}`;
  checkOptions(where, given, [...Object.keys(known), "name"]);
  const config: Record<string, unknown> = {};
  if (given.name !== undefined) config["name"] = checkName(where, given.name);
  for (const [option, [standard, check]] of Object.entries<readonly [unknown, Check]>(known)) {
    const own = (given as Record<string, unknown>)[option];
    if (own === undefined && standard === null) continue;
    const value = own === undefined ? standard : own;
    check(where, option, value);
    config[option] = value;
  }
  return config as O & Metric["config"];
}

const is =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (where, name, value) => {
    if (holds(value)) return;
    throw new ArgumentError(`${where}: expected ${name} to be ${expected}, got ${describe(value)}.`);
  };

const isList = (value: unknown, holds: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(holds);

export const share = /* @__PURE__ */ is(
  "a number from 0 to 1",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
);
export const shares = /* @__PURE__ */ is("a list of numbers from 0 to 1", (value) =>
  isList(value, (x) => typeof x === "number" && x >= 0 && x <= 1),
);
export const factors = /* @__PURE__ */ is("a list of numbers from 0 up", (value) =>
  isList(value, (x) => Number.isFinite(x) && (x as number) >= 0),
);
export const above = /* @__PURE__ */ is("a number above 0", (value) => Number.isFinite(value) && (value as number) > 0);
export const integer = /* @__PURE__ */ is("an integer", Number.isInteger);
export const classes = /* @__PURE__ */ is("a list of integers from 0 up", (value) =>
  isList(value, (x) => Number.isInteger(x) && (x as number) >= 0),
);
export const oneOf = (...values: readonly string[]): Check =>
  is(`one of ${values.join(", ")}`, (value) => values.includes(value as string));
export const fromZero: Check = (where, name, value) => checkCount(where, name, value, 0);
export const fromTwo: Check = (where, name, value) => checkCount(where, name, value, 2);
