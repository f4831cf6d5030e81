// What layers take by name or with options: initializers, regularizers, constraints.

import { ArgumentError } from "../../errors.ts";
import { checkFinite, checkOptions, describe, lookUp } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import { outputOf } from "../../transformations/outputs.ts";

/** The value of an option, as a model file holds it. */
export type NamedOption = number | string | readonly number[];

/** Something with the name of its factory and the options that the factory was given. */
export interface Named {
  readonly name: string;
  readonly config: Readonly<Record<string, NamedOption>>;
}

/** The form in a model file: a name, or the name with options. */
export type NamedJson = string | { readonly name: string; readonly config?: Readonly<Record<string, NamedOption>> };

/**
 * The options of a factory with their defaults: a number must be finite, and a text one of `choices`. Throws
 * {@link ArgumentError}.
 */
export function namedOptions<D extends object>(
  where: string,
  defaults: D,
  options: object,
  choices: Readonly<Record<string, readonly string[]>> = {},
): D {
  checkOptions(where, options, Object.keys(defaults));
  const config = { ...defaults, ...options };
  for (const [option, value] of Object.entries(config)) {
    const known = choices[option];
    if (option === "axis") checkAxis(where, value);
    else if (known === undefined) checkFinite(where, option, value);
    else if (!known.includes(value))
      throw new ArgumentError(`${where}: expected ${option} to be one of ${known.join(", ")}, got ${describe(value)}.`);
  }
  return config;
}

function checkAxis(where: string, value: unknown): void {
  if ([value].flat().every(Number.isInteger)) return;
  throw new ArgumentError(`${where}: expected axis to be an integer or a list of integers, got ${describe(value)}.`);
}

/** The name of what is made from a function of the user's own. */
const own = "custom";

/**
 * Resolves a name, the `{ name, config }` of a model file, a function that maps a weight, or the thing itself. Throws
 * {@link ArgumentError} for anything else.
 */
export function resolveNamed<T extends Named & { call(weight: Tensor): Tensor }>(
  kind: string,
  like: NamedJson | T | ((weight: Tensor) => Tensor),
  table: Readonly<Record<string, (options?: any) => T>>,
): T {
  if (typeof like === "function") {
    const call = (weight: Tensor): Tensor => outputOf(kind, like(weight));
    return { name: own, config: {}, call } as Named as T;
  }
  return fromNamed(kind, like, table, "call");
}

/** {@link resolveNamed} of something that has the method `method`, and that no function stands for. */
export function fromNamed<T extends Named>(
  kind: string,
  like: NamedJson | T,
  table: Readonly<Record<string, (options?: any) => T>>,
  method: keyof T & string,
): T {
  if (typeof like === "object" && like !== null && method in like) return like as T;
  const { name, config } = typeof like === "string" ? { name: like } : ((like ?? {}) as Partial<Named>);
  if (typeof name === "string") return lookUp(kind, name, table)(config);
  const article = /^[aeiou]/.test(kind) ? "an" : "a";
  throw new ArgumentError(`expected ${article} ${kind}, such as a name or ${kind}s.…(), got ${describe(like)}.`);
}

/** The form in a model file. Throws {@link ArgumentError} for a function of the user's own. */
export function namedConfig(kind: string, { name, config }: Named): NamedJson {
  if (name === own)
    throw new ArgumentError(
      `the ${kind} is a function of your own, which a file cannot hold; use ${kind}s.…() instead.`,
    );
  return Object.keys(config).length === 0 ? name : { name, config };
}
