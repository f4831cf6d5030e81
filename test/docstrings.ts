// The @example blocks of docstrings, made into programs that compare each `expression; // value` with its value.
import { transformSync } from "rolldown/utils";

export interface Example {
  /** The line on which the example begins, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** All examples of a TypeScript file. An example ends with its comment, or at the next tag. */
export function examplesOf(source: string): Example[] {
  const found: Example[] = [];
  for (const comment of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0]
      .replace(/\s*\*\/$/, "")
      .split("\n")
      .map((line) => line.replace(/^\s*(\/\*)?\* ?/, ""));
    const first = source.slice(0, comment.index).split("\n").length;
    lines.forEach((line, i) => {
      const tag = /^\s*@example(.*)$/.exec(line);
      if (!tag) return;
      const next = lines.findIndex((other, k) => k > i && /^@\w/.test(other));
      const text = [tag[1]!.trim(), ...lines.slice(i + 1, next < 0 ? lines.length : next)].join("\n");
      found.push({ line: first + i, text: text.trim() });
    });
  }
  return found;
}

/** A value as a comment shows it: numbers are kept as written, for how many digits they show. */
type Shown = { readonly digits: string } | string | boolean | null | readonly Shown[];

/** The value that a comment shows, or undefined if it shows none. */
export function shownValue(comment: string): Shown | undefined {
  const number = /-?\b(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e-?\d+)?)…?/gi;
  try {
    return JSON.parse(
      comment
        .trim()
        .replace(/"[^"]*"|-?Infinity|NaN/g, (text) => (text.startsWith('"') ? text : `{"digits":"${text}"}`))
        .replace(/"[^"]*"|[^"]+/g, (part) =>
          part.startsWith('"') ? part : part.replace(number, (digits) => `{"digits":"${digits}"}`),
        ),
    ) as Shown;
  } catch {
    return undefined;
  }
}

/**
 * True if a value agrees with the value shown: to half of the last digit shown, or, before "…", in these digits.
 */
export function agrees(value: unknown, shown: Shown): boolean {
  if (Array.isArray(shown)) {
    const list = ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
    return (
      Array.isArray(list) && list.length === shown.length && shown.every((part, i) => agrees(list[i], part as Shown))
    );
  }
  if (shown === null || typeof shown !== "object") return value === shown;
  if (typeof value !== "number") return false;
  const { digits } = shown as { digits: string };
  const want = Number(digits.replace("…", ""));
  if (Object.is(value, want)) return true;
  const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e(-?\d+))?/.exec(digits) ?? [];
  const last = 10 ** (Number(exponent) - decimals.length);
  const error = Math.abs(value - want);
  if (digits.endsWith("…")) return Math.abs(value) - Math.abs(want) > -1e-6 * last && error < (1 - 1e-6) * last;
  return error <= (decimals === "" ? 1e-6 * Math.max(1, Math.abs(want)) : 0.50001 * last);
}

/**
 * A program that calls `check(value, comment)` where a line of its own is an expression and its comment shows a value.
 */
export function programOf(example: string): { code: string; checks: number } {
  let checks = 0;
  const lines = example.split("\n").map((line) => {
    const [, expression, comment] = /^([^\s}].*?);?\s+\/\/\s(.*)$/.exec(line) ?? [];
    if (
      !expression ||
      !comment ||
      shownValue(comment) === undefined ||
      /^(?:const|let|return|throw|if|for|class|function|import)\b/.test(expression)
    )
      return line;
    checks++;
    return `check(${expression}, ${JSON.stringify(comment)});`;
  });
  const { code, errors } = transformSync("example.ts", `export {};\n${lines.join("\n")}`);
  if (errors.length > 0) throw new Error(`${errors[0]!.message}\n${example}`);
  return { code: code.replace(/^export \{\s*\};?$/gm, ""), checks };
}
