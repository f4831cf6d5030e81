// Checks of user input: option names, counts, finite numbers. Each failure is one sentence.
import { ArgumentError, didYouMean, printable, quote } from "./errors.ts";

/** Throws {@link ArgumentError} if `options` is no plain object or has a name that is not in `known`. */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ArgumentError(`${where}: expected an object of options, got ${describe(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const choice =
        known.length > 0 ? `${didYouMean(name, known)} Known: ${known.join(", ")}.` : " There are no options.";
      throw new ArgumentError(`${where}: unknown option ${quote(name)}.${choice}`);
    }
  }
}

/** Throws {@link ArgumentError} unless `value` is an integer from `least` up. */
export function checkCount(where: string, name: string, value: unknown, least = 1): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw new ArgumentError(`${where}: expected ${name} to be an integer from ${least} up, got ${describe(value)}.`);
}

/** Throws {@link ArgumentError} unless `value` is a finite number. */
export function checkFinite(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number, got ${describe(value)}.`);
}

/** Throws {@link ArgumentError} unless `value` is a number from `low` up, and below `high`. */
export function checkRange(where: string, name: string, value: unknown, low: number, high = Infinity): number {
  if (typeof value === "number" && value >= low && value < high) return value;
  const range = high === Infinity ? `a finite number from ${low} up` : `a number from ${low} to below ${high}`;
  throw new ArgumentError(`${where}: expected ${name} to be ${range}, got ${describe(value)}.`);
}

/** Throws {@link ArgumentError} unless `value` is true or false. */
export function checkFlag(where: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ArgumentError(`${where}: expected ${name} to be true or false, got ${describe(value)}.`);
}

/** Throws {@link ArgumentError} unless `value` is one of the texts `known`. */
export function checkChoice<T extends string>(where: string, name: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  const hint = typeof value === "string" ? didYouMean(value, known) : "";
  throw new ArgumentError(
    `${where}: expected ${name} to be one of ${known.join(", ")}, got ${describe(value)}.${hint}`,
  );
}

/** Throws {@link ArgumentError} unless `value` is a function. */
export function checkFunction(where: string, value: unknown): void {
  if (typeof value !== "function") throw new ArgumentError(`${where}: expected a function, got ${describe(value)}.`);
}

/**
 * Throws {@link ArgumentError} if a function of the user's own returned a promise. Its rejection is then ignored: the
 * process would end with it.
 */
export function checkNotAsync(
  where: string,
  result: unknown,
  reason = "it is traced, and its tensors have no numbers yet",
): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  throw new ArgumentError(`${where}: the function must not be async: ${reason}.`);
}

/** Throws {@link ArgumentError} unless `name` is a text of at most 200 letters without control characters. */
export function checkName(where: string, name: unknown): string {
  if (typeof name === "string" && name.length <= 200 && printable(name, 200) === name) return name;
  throw new ArgumentError(
    `${where}: expected a name of at most 200 letters without control characters, got ${describe(name)}.`,
  );
}

/** The entry `name` of a table. Throws {@link ArgumentError} that suggests the closest name if there is none. */
export function lookUp<T>(kind: string, name: string, table: Readonly<Record<string, T>>): T {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry !== undefined) return entry;
  const known = Object.keys(table);
  throw new ArgumentError(`unknown ${kind} ${quote(name)}.${didYouMean(name, known)} Known: ${known.join(", ")}.`);
}

/** A value as a message shows it: numbers and short texts themselves, else the kind. */
export function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return String(value);
  if (typeof value === "string") return quote(value, 40);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
