// Where a line of text must not break: a number stays with its unit, a dash with what stands before it, a pair whole.
const space = "\u00a0";

const rules: readonly (readonly [RegExp, string])[] = [
  // 11.6 %, 0.45 s
  [/(?<=[\d…–—]) (?=(?:%|px|KB|КБ|ms|мс|s|с)(?![\p{L}\p{N}]))/gu, space],
  // a = 5, |f′| < 0.05
  [/(?<=\S) ([=≈<>≤≥⊙]) (?=\S)/g, `${space}$1${space}`],
  // a − y
  [/(?<=(?<!\p{L})\p{L}) ([+−]) (?=\p{L}(?!\p{L}))/gu, `${space}$1${space}`],
  // (0, 1), ⟨w, x⟩
  [/([(⟨])([^\s,()]{1,6}), ([^\s,()]{1,6})([)⟩])/g, `$1$2,${space}$3$4`],
  // A dash begins no line.
  [/ (?=—)/g, space],
  // Nor does a Russian word of one letter end one.
  [/(?<=^|[\s(«])([авикосуАВИКОСУЯ]) /g, `$1${space}`],
];

/** The text with no-break spaces in the place of those at which no line should end. */
export const unbroken = (text: string): string =>
  rules.reduce((done, [pattern, by]) => done.replace(pattern, by), text);
