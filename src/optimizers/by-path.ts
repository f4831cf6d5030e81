// Numbers that parameters have by their paths: rates of their own, and weight decay that leaves some of them out.
import { ArgumentError } from "../errors.ts";
import type { Segment } from "../nn/tree/store.ts";
import { checkNotAsync, describe } from "../options.ts";
import { sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { OptimizerOption } from "./rule.ts";

/**
 * Chooses parameters by their paths, such as `encoder/dense_1/kernel`: texts, which are regular expressions as in
 * Keras (`"bias"` matches wherever it stands), regular expressions, or a function of the path.
 */
export type PathChoice = readonly (string | RegExp)[] | ((path: string) => boolean);

/** What stands in a configuration for a function, which no file can hold. */
const ownFunction = null;

/** A text or a regular expression as one; throws {@link ArgumentError} for anything else. */
function expression(where: string, name: string, pattern: unknown): RegExp {
  if (pattern instanceof RegExp && pattern.flags === "") return pattern;
  try {
    if (typeof pattern === "string") return new RegExp(pattern);
  } catch {
    throw new ArgumentError(`${where}: expected ${name} to hold regular expressions, got ${describe(pattern)}.`);
  }
  const got = pattern instanceof RegExp ? `the flags "${pattern.flags}"` : describe(pattern);
  throw new ArgumentError(
    `${where}: expected ${name} to hold parts of paths or regular expressions without flags, got ${got}.`,
  );
}

/** The answer of a function of the user's own. */
function checked(where: string, answer: unknown): unknown {
  checkNotAsync(where, answer, "its answer becomes part of the program");
  return answer;
}

/** The test of a choice, and its form in a file. Throws {@link ArgumentError}. */
export function pathChoice(
  where: string,
  name: string,
  choice: unknown,
): { readonly test: (path: string) => boolean; readonly json: OptimizerOption } {
  if (typeof choice === "function") return { test: (path) => Boolean(checked(where, choice(path))), json: ownFunction };
  if (!Array.isArray(choice))
    throw new ArgumentError(
      `${where}: expected ${name} to be a list of names or a function of a parameter's path, got ${describe(choice)}.`,
    );
  const patterns = choice.map((pattern) => expression(where, name, pattern));
  return { test: (path) => patterns.some((p) => p.test(path)), json: patterns.map(({ source }) => source) };
}

/** Factors of the learning rate by path: the first name that matches, or a function of the path. */
export type PathFactors = Readonly<Record<string, number>> | ((path: string) => number);

/** The factor of a path, and its form in a file. Throws {@link ArgumentError}. */
export function pathFactors(
  where: string,
  name: string,
  factors: unknown,
): { readonly factor: (path: string) => number; readonly json: OptimizerOption } {
  const check = (value: unknown, of: string): number => {
    if (typeof value === "number" && value >= 0 && value < Infinity) return value;
    throw new ArgumentError(
      `${where}: expected ${name} to give finite factors from 0 up, got ${describe(value)} for ${of}.`,
    );
  };
  if (typeof factors === "function")
    return { factor: (path) => check(checked(where, factors(path)), path), json: ownFunction };
  if (typeof factors !== "object" || factors === null || Array.isArray(factors))
    throw new ArgumentError(
      `${where}: expected ${name} to be an object of factors by name or a function of a parameter's path, ` +
        `got ${describe(factors)}.`,
    );
  const entries = Object.entries(factors).map(
    ([key, value]) => [expression(where, name, key), check(value, key)] as const,
  );
  return {
    factor: (path) => entries.find(([pattern]) => pattern.test(path))?.[1] ?? 1,
    json: { ...(factors as Readonly<Record<string, number>>) },
  };
}

/**
 * The number of each element by the parameter that it belongs to: one number if all are equal, else a constant in the
 * given shape. A vector that an update reads beside the gradient costs less than comparing indices, and leaves the
 * update one kernel.
 */
export function bySegment(
  segments: readonly Segment[],
  shape: readonly number[],
  f: (segment: Segment) => number,
): number | Tensor {
  const numbers = segments.map(f);
  const [first = 1] = numbers;
  if (numbers.every((value) => value === first)) return first;
  const data = new Float32Array(sizeOf(shape));
  segments.forEach(({ offset, size }, i) => data.fill(numbers[i]!, offset, offset + size));
  return tensor({ data, shape, dtype: "float32" });
}
