// One step of descent as formulas with the current numbers.
import type { ModelName } from "./names.ts";

/** One row of a path of descent. */
export interface Place {
  readonly w: number;
  readonly b: number;
  readonly loss: number;
  readonly dw: number;
  readonly db: number;
}

/** A number in TeX: three decimals, or a power of ten where they would not say it. */
export function texNumber(value: number): string {
  if (Number.isNaN(value)) return String.raw`\text{NaN}`;
  if (!Number.isFinite(value)) return value < 0 ? String.raw`-\infty` : String.raw`\infty`;
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 5e-4)) {
    const [digits, exponent] = value.toExponential(1).split("e");
    return String.raw`${digits}\cdot 10^{${Number(exponent)}}`;
  }
  const fixed = value.toFixed(3);
  return Number(fixed) === 0 ? "0.000" : fixed;
}
const term = (value: number): string => (value < 0 ? `- ${texNumber(-value)}` : `+ ${texNumber(value)}`);
const factor = (value: number): string => (value < 0 ? `(${texNumber(value)})` : texNumber(value));

const answers: Readonly<Record<ModelName, (z: string) => string>> = {
  linear: (z) => z,
  tanh: (z) => String.raw`\tanh(${z})`,
  logistic: (z) => String.raw`\sigma(${z})`,
  poisson: (z) => String.raw`\exp(${z})`,
};
const square = String.raw`\tfrac1n\textstyle\sum (a-y)^2`;
const losses: Readonly<Record<ModelName, string>> = {
  linear: square,
  tanh: square,
  logistic: String.raw`-\tfrac1n\textstyle\sum \bigl(y\ln a + (1-y)\ln(1-a)\bigr)`,
  poisson: String.raw`\tfrac1n\textstyle\sum (a - y\ln a)`,
};
/** ∂L/∂b; for ∂L/∂w a factor x stands behind. */
const slopes: Readonly<Record<ModelName, string>> = {
  linear: String.raw`\tfrac2n\textstyle\sum (a-y)`,
  tanh: String.raw`\tfrac2n\textstyle\sum (a-y)(1-a^2)`,
  logistic: String.raw`\tfrac1n\textstyle\sum (a-y)`,
  poisson: String.raw`\tfrac1n\textstyle\sum (a-y)`,
};

/** a = f(wx + b) with the current numbers. */
export const answerFormula = (model: ModelName, w: number, b: number): string =>
  `a = ${answers[model]("wx + b")} = ${answers[model](`${texNumber(w)}\\,x ${term(b)}`)}`;

/** The loss and its gradient; then the step, if there is one. */
export function stepFormula(model: ModelName, { w, b, loss, dw, db }: Place, rate: number, isStep: boolean): string {
  const rows = [
    `L &= ${losses[model]} = ${texNumber(loss)}`,
    String.raw`\tfrac{\partial L}{\partial w} &= ${slopes[model]}\,x = ${texNumber(dw)}`,
    String.raw`\tfrac{\partial L}{\partial b} &= ${slopes[model]} = ${texNumber(db)}`,
  ];
  const moved = (name: string, value: number, slope: number): string =>
    String.raw`${name} &\leftarrow ${name} - \eta\,\tfrac{\partial L}{\partial ${name}} = ` +
    String.raw`${texNumber(value)} - ${Number(rate.toPrecision(4))}\cdot ${factor(slope)} = ` +
    texNumber(value - rate * slope);
  if (isStep) rows.push(moved("w", w, dw), moved("b", b, db));
  return String.raw`\begin{aligned}${rows.join(String.raw`\\[2pt] `)}\end{aligned}`;
}

export const closedFormula = String.raw`\begin{pmatrix}w\\b\end{pmatrix} = (X^\top X)^{-1} X^\top y`;
