// The formulas of the functions in TeX: with symbols, and with the numbers of the point.
import { numeral, term } from "../../../../recipes/tools/part.ts";
import type { Name } from "./names.ts";

/** A number for TeX: powers of ten are raised by TeX itself. */
export function tex(x: number, decimals?: number): string {
  const raised = (digits: string): string =>
    [...digits].map((digit) => (digit === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)))).join("");
  return numeral(x, decimals)
    .replace(/10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, exponent: string) => `10^{${raised(exponent)}}`)
    .replace("·", "\\cdot ")
    .replace("−", "-")
    .replace("∞", "\\infty ");
}

/** A number inside a product or a power: a negative one stands in parentheses. */
const inside = (x: number, decimals?: number): string => (x < 0 ? `(${tex(x, decimals)})` : tex(x, decimals));

const cases = (above: string, below: string): string =>
  String.raw`\begin{cases}${above}, & u > 0\\ ${below}, & u \le 0\end{cases}`;

interface Written {
  readonly f: string;
  readonly slope: string;
  /** The same with numbers, where the formula says more than its result: y is f(u). */
  readonly numbers: (u: number, y: number) => { readonly f?: string; readonly slope?: string };
}

const [lambda, alphaOfSelu] = ["1.0507", "1.67326"];
const plus = (x: number): string => term(x).replace("−", "-");

/** A function's formulas, with the current parameters in them. */
export function written(name: Name, p: readonly number[]): Written {
  const [p0, b1, w2, b2] = p as [number, number, number, number];
  const leaky: Written = {
    f: cases("u", `${tex(p0)}\\,u`),
    slope: cases("1", tex(p0)),
    numbers: (u) => (u > 0 ? {} : { f: `${tex(p0)}\\cdot${inside(u, 2)}` }),
  };
  const bare = (f: string, slope: string): Written => ({ f, slope, numbers: () => ({}) });
  const all: Record<Name, Written> = {
    sigmoid: {
      f: String.raw`\sigma(u) = \frac{1}{1+e^{-u}}`,
      slope: String.raw`\sigma(u)\,(1-\sigma(u))`,
      numbers: (u, y) => ({
        f: String.raw`\frac{1}{1+e^{${tex(-u, 2)}}}`,
        slope: `${tex(y)}\\,(1-${tex(y)})`,
      }),
    },
    tanh: {
      f: String.raw`\tanh u = \frac{e^u-e^{-u}}{e^u+e^{-u}}`,
      slope: String.raw`1-\tanh^2 u`,
      numbers: (u, y) => ({
        f: String.raw`\frac{e^{${tex(u, 2)}}-e^{${tex(-u, 2)}}}{e^{${tex(u, 2)}}+e^{${tex(-u, 2)}}}`,
        slope: `1-${inside(y)}^2`,
      }),
    },
    step: bare(String.raw`\begin{cases}0, & u<0\\ \tfrac12, & u=0\\ 1, & u>0\end{cases}`, "0"),
    sign: bare(String.raw`\operatorname{sign} u = \begin{cases}-1, & u<0\\ 0, & u=0\\ 1, & u>0\end{cases}`, "0"),
    identity: bare("u", "1"),
    exp: {
      f: "e^u",
      slope: "e^u",
      numbers: (u) => ({ f: `e^{${tex(u, 2)}}`, slope: `e^{${tex(u, 2)}}` }),
    },
    relu: {
      f: String.raw`\max(0,\,u)`,
      slope: cases("1", "0"),
      numbers: (u) => ({ f: String.raw`\max(0,\,${tex(u, 2)})` }),
    },
    leaky,
    prelu: { ...leaky, f: cases("u", "a\\,u"), slope: cases("1", "a") },
    elu: {
      f: cases("u", String.raw`\alpha\,(e^u-1)`),
      slope: cases("1", String.raw`\alpha\,e^u`),
      numbers: (u) =>
        u > 0 ? {} : { f: `${tex(p0)}\\,(e^{${tex(u, 2)}}-1)`, slope: `${tex(p0)}\\cdot e^{${tex(u, 2)}}` },
    },
    selu: {
      f: String.raw`\lambda\cdot` + cases("u", String.raw`\alpha\,(e^u-1)`),
      slope: String.raw`\lambda\cdot` + cases("1", String.raw`\alpha\,e^u`),
      numbers: (u) =>
        u > 0
          ? { f: `${lambda}\\cdot${tex(u, 2)}` }
          : {
              f: `${lambda}\\cdot${alphaOfSelu}\\,(e^{${tex(u, 2)}}-1)`,
              slope: `${lambda}\\cdot${alphaOfSelu}\\,e^{${tex(u, 2)}}`,
            },
    },
    gelu: {
      f: String.raw`u\,\Phi(u) = \frac u2\Bigl(1+\operatorname{erf}\frac{u}{\sqrt2}\Bigr)`,
      slope: String.raw`\Phi(u)+u\,\varphi(u),\quad \varphi(u)=\frac{e^{-u^2/2}}{\sqrt{2\pi}}`,
      numbers: (u) => ({
        f: String.raw`\frac{${tex(u, 2)}}2\Bigl(1+\operatorname{erf}\frac{${tex(u, 2)}}{\sqrt2}\Bigr)`,
      }),
    },
    silu: {
      f: String.raw`u\,\sigma(\beta u)`,
      slope: String.raw`\sigma(\beta u)+\beta u\,\sigma(\beta u)\,(1-\sigma(\beta u))`,
      numbers: (u) => ({ f: `${tex(u, 2)}\\cdot\\sigma(${tex(p0)}\\cdot${inside(u, 2)})` }),
    },
    softplus: {
      f: String.raw`\ln(1+e^u)`,
      slope: String.raw`\sigma(u)=\frac{1}{1+e^{-u}}`,
      numbers: (u) => ({
        f: `\\ln(1+e^{${tex(u, 2)}})`,
        slope: String.raw`\frac{1}{1+e^{${tex(-u, 2)}}}`,
      }),
    },
    softsign: {
      f: String.raw`\frac{u}{1+|u|}`,
      slope: String.raw`\frac{1}{(1+|u|)^2}`,
      numbers: (u) => ({
        f: String.raw`\frac{${tex(u, 2)}}{1+${tex(Math.abs(u), 2)}}`,
        slope: String.raw`\frac{1}{(1+${tex(Math.abs(u), 2)})^2}`,
      }),
    },
    maxout: {
      f: String.raw`\max(w_1u+b_1,\;w_2u+b_2)`,
      slope: String.raw`\begin{cases}w_1, & w_1u+b_1>w_2u+b_2\\ w_2, & w_1u+b_1<w_2u+b_2\end{cases}`,
      numbers: (u) => ({
        f: String.raw`\max(${tex(p0)}\cdot${inside(u, 2)}${plus(b1)},\;${tex(w2)}\cdot${inside(u, 2)}${plus(b2)})`,
      }),
    },
  };
  return all[name];
}

const equation = (left: string, ...rights: (string | undefined)[]): string =>
  `${left} &= ${rights.filter((right) => right !== undefined).join(" = ")}`;

/** The formulas of f and f′, once with symbols and once with the numbers of the point. */
export function formulasAt(
  name: Name,
  parameters: readonly number[],
  u: number,
  { f, slope }: { readonly f: number; readonly slope: number },
): { readonly f: string; readonly slope: string; readonly tangent: string } {
  const form = written(name, parameters);
  const numbers = form.numbers(u, f);
  const two = (first: string, second: string): string =>
    String.raw`\begin{aligned}${first}\\[2pt] ${second}\end{aligned}`;
  const at = tex(u, 2);
  const rise = slope < 0 ? "-" : "+";
  return {
    f: two(equation("f(u)", form.f), equation(`f(${at})`, numbers.f, tex(f))),
    slope: two(equation("f'(u)", form.slope), equation(`f'(${at})`, numbers.slope, tex(slope))),
    tangent: `y = ${tex(f)} ${rise} ${tex(Math.abs(slope))}\\,(u ${plus(-Number(u.toFixed(2)))})`,
  };
}
