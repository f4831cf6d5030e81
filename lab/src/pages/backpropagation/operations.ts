// Each operation of a graph as a formula, with its local derivatives.
import type { OperationName } from "./parser.ts";

/** Operands as TeX: names, or numbers; negative numbers stand in parentheses. */
type Operands = readonly string[];

export interface OperationFormula {
  readonly tex: (args: Operands) => string;
  /** The derivative by each operand; `out` is the operation's own value. */
  readonly slopes: readonly ((args: Operands, out: string) => string)[];
}

/** Two factors of which the second starts with a digit or a parenthesis need a sign between them. */
const isNumber = (tex: string): boolean => /^\{?[\d(\\]/.test(tex) && !/^\{?\\mathrm/.test(tex);
const times = (a: string, b: string): string => (isNumber(a) && !isNumber(b) ? `${a}\\,${b}` : `${a} \\cdot ${b}`);
const raised = (base: string, exponent: string): string => `{${base}}^{${bare(exponent)}}`;
/** Without the parentheses of a negative number, where none are needed. */
export const bare = (tex: string): string => (/^\([^()]*\)$/.test(tex) ? tex.slice(1, -1) : tex);
const applied = (name: string, arg: string): string => `${name}(${bare(arg)})`;
const bracket = (condition: string): string => `[${condition}]`;

/** n·xⁿ⁻¹, with the exponent computed where n is a number. */
function powerSlope(base: string, exponent: string): string {
  const n = Number(bare(exponent));
  if (Number.isNaN(n)) return times(exponent, raised(base, `${exponent} - 1`));
  if (n === 2) return times("2", base);
  if (n === 1) return "1";
  return times(exponent, raised(base, String(Number((n - 1).toPrecision(6)))));
}

const unary = (tex: (x: string) => string, slope: (x: string, out: string) => string): OperationFormula => ({
  tex: ([x]) => tex(x!),
  slopes: [([x], out) => slope(x!, out)],
});

const binary = (
  tex: (a: string, b: string) => string,
  slopes: readonly ((a: string, b: string, out: string) => string)[],
): OperationFormula => ({
  tex: ([a, b]) => tex(a!, b!),
  slopes: slopes.map(
    (slope) =>
      ([a, b], out) =>
        slope(a!, b!, out),
  ),
});

export const operationFormulas: Readonly<Record<OperationName, OperationFormula>> = {
  add: binary((a, b) => `${a} + ${b}`, [() => "1", () => "1"]),
  subtract: binary((a, b) => `${a} - ${b}`, [() => "1", () => "-1"]),
  multiply: binary(times, [(_a, b) => b, (a) => a]),
  divide: binary(
    (a, b) => `\\frac{${bare(a)}}{${bare(b)}}`,
    [(_a, b) => `\\frac{1}{${bare(b)}}`, (a, b) => `-\\frac{${bare(a)}}{${raised(b, "2")}}`],
  ),
  power: binary(raised, [powerSlope, (a, b) => times(raised(a, b), `\\ln ${a}`)]),
  negate: unary(
    (x) => `-${x}`,
    () => "-1",
  ),
  exp: unary(
    (x) => `e^{${bare(x)}}`,
    (x) => `e^{${bare(x)}}`,
  ),
  ln: unary(
    (x) => applied("\\ln", x),
    (x) => `\\frac{1}{${bare(x)}}`,
  ),
  sin: unary(
    (x) => applied("\\sin", x),
    (x) => applied("\\cos", x),
  ),
  cos: unary(
    (x) => applied("\\cos", x),
    (x) => `-${applied("\\sin", x)}`,
  ),
  tanh: unary(
    (x) => applied("\\tanh", x),
    (_x, out) => `1 - ${raised(out, "2")}`,
  ),
  sigmoid: unary(
    (x) => applied("\\sigma", x),
    (_x, out) => times(out, `(1 - ${out})`),
  ),
  relu: unary(
    (x) => applied("\\mathrm{ReLU}", x),
    (x) => bracket(`${bare(x)} > 0`),
  ),
  sqrt: unary(
    (x) => `\\sqrt{${bare(x)}}`,
    (_x, out) => `\\frac{1}{${times("2", out)}}`,
  ),
  max: binary(
    (a, b) => `\\max(${bare(a)}, ${bare(b)})`,
    [(a, b) => bracket(`${bare(a)} > ${bare(b)}`), (a, b) => bracket(`${bare(b)} > ${bare(a)}`)],
  ),
  min: binary(
    (a, b) => `\\min(${bare(a)}, ${bare(b)})`,
    [(a, b) => bracket(`${bare(a)} < ${bare(b)}`), (a, b) => bracket(`${bare(b)} < ${bare(a)}`)],
  ),
};

/** A name as TeX: "w_1", "\mathrm{out}". */
export const texName = (name: string): string =>
  name === "out" ? "\\mathrm{out}" : name.replace(/^(.)(\d+)$/u, "$1_{$2}");
