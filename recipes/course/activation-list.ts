// The activation functions of the course, each with its derivative as a formula and as the line that computes it.
import {
  elu,
  erf,
  exp,
  gelu,
  heaviside,
  leakyRelu,
  linear,
  maxout,
  onesLike,
  relu,
  selu,
  sigmoid,
  sign,
  silu,
  softplus,
  softsign,
  stack,
  type Tensor,
  tanh,
  where,
  zerosLike,
} from "nabla";
import { both, numeral, type Text } from "./item.ts";

export interface Activation {
  readonly name: Text;
  /** What it is good for. */
  readonly note: Text;
  /** f and f′, for a page and for a terminal. */
  readonly tex: readonly [f: string, slope: string];
  readonly plain: readonly [f: string, slope: string];
  readonly f: (u: Tensor) => Tensor;
  readonly slope: (u: Tensor) => Tensor;
  /** The range of the plot. Default: −4 to 4. */
  readonly range?: readonly [number, number];
}

const cases = (left: string, right: string): string =>
  String.raw`\begin{cases}${left}, & u > 0\\ ${right}, & u \le 0\end{cases}`;
/** 1 where u > 0, else a number or a tensor. */
const oneOr = (u: Tensor, other: Tensor | number): Tensor => where(u.greater(0), 1, other);
/** The density of the normal distribution. */
const density = (u: Tensor): Tensor =>
  u
    .square()
    .mul(-0.5)
    .exp()
    .div(Math.sqrt(2 * Math.PI));

const leaky = (a: number): Activation => ({
  name: both(`Leaky ReLU (${a})`, `Функция Leaky ReLU (${a})`),
  note: both(
    "A little slope is left for negative u, so that the neuron can go on learning.",
    "Для отрицательных u оставлен небольшой наклон, чтобы нейрон мог учиться и там.",
  ),
  tex: [cases("u", `${a}\\,u`), cases("1", String(a))],
  plain: [`u > 0: u;   u ≤ 0: ${a}·u`, `u > 0: 1;   u ≤ 0: ${a}`],
  f: (u) => leakyRelu(u, { negativeSlope: a }),
  slope: (u) => oneOr(u, a),
});

const [lambda, alpha] = [1.0507, 1.67326];
/** The two lines of maxout: w₁, b₁ and w₂, b₂. */
const [w1, b1, w2, b2] = [1, 0, -0.5, 1] as const;

export const activationList: readonly Activation[] = [
  {
    name: both("Sigmoid", "Сигмоида"),
    note: both("From 0 to 1: a probability.", "От 0 до 1: вероятность."),
    tex: [String.raw`\sigma(u) = \frac{1}{1+e^{-u}}`, String.raw`\sigma(u)\,(1-\sigma(u))`],
    plain: ["σ(u) = 1 / (1 + e⁻ᵘ)", "σ(u)·(1 − σ(u))"],
    f: sigmoid,
    slope: (u) => sigmoid(u).mul(sigmoid(u).neg().add(1)),
  },
  {
    name: both("tanh", "Гиперболический тангенс"),
    note: both("From −1 to 1, a sigmoid about zero.", "От −1 до 1: сигмоида, симметричная относительно нуля."),
    tex: [String.raw`\tanh u = \frac{e^u-e^{-u}}{e^u+e^{-u}}`, String.raw`1-\tanh^2 u`],
    plain: ["tanh u = (eᵘ − e⁻ᵘ) / (eᵘ + e⁻ᵘ)", "1 − tanh²u"],
    f: tanh,
    slope: (u) => tanh(u).square().neg().add(1),
  },
  {
    name: both("Heaviside's step", "Ступенька Хевисайда"),
    note: both(
      "The threshold of McCulloch and Pitts. Its slope is 0 wherever it has one: descent learns nothing from it.",
      "Порог Маккаллока — Питтса. Производная равна 0 всюду, где она есть: спуск по ней ничему не научится.",
    ),
    tex: [String.raw`\theta(u) = \begin{cases}0, & u<0\\ \tfrac12, & u=0\\ 1, & u>0\end{cases}`, "0"],
    plain: ["θ(u):   u < 0: 0;   u = 0: 0.5;   u > 0: 1", "0"],
    f: heaviside,
    slope: zerosLike,
  },
  {
    name: both("Sign", "Знак"),
    note: both("Rosenblatt's answer, −1 or +1.", "Ответ персептрона Розенблатта, −1 или +1."),
    tex: [String.raw`\operatorname{sign}(u)`, "0"],
    plain: ["sign(u):   u < 0: −1;   u = 0: 0;   u > 0: 1", "0"],
    f: sign,
    slope: zerosLike,
  },
  {
    name: both("Identity", "Тождественная функция"),
    note: both("No activation: linear regression.", "Без активации: линейная регрессия."),
    tex: ["u", "1"],
    plain: ["u", "1"],
    f: linear,
    slope: onesLike,
  },
  {
    name: both("Exponential", "Экспонента"),
    note: both(
      "Positive without a bound: Poisson regression.",
      "Положительна и не ограничена: пуассоновская регрессия.",
    ),
    tex: ["e^u", "e^u"],
    plain: ["eᵘ", "eᵘ"],
    f: exp,
    slope: exp,
    range: [-4, 2],
  },
  {
    name: both("ReLU", "Функция ReLU"),
    note: both(
      "Cheap, and its slope does not fade for large u; for negative u it is silent.",
      "Вычисляется легко, и наклон при больших u не затухает; при отрицательных u молчит.",
    ),
    tex: [String.raw`\max(0, u)`, cases("1", "0")],
    plain: ["max(0, u)", "u > 0: 1;   u ≤ 0: 0"],
    f: relu,
    slope: (u) => oneOr(u, 0),
  },
  leaky(0.01),
  leaky(0.1),
  {
    name: both("ELU (α = 1)", "Функция ELU (α = 1)"),
    note: both("Smooth at zero; it tends to −α.", "В нуле гладкая; стремится к −α."),
    tex: [cases("u", String.raw`\alpha(e^u-1)`), cases("1", String.raw`\alpha e^u`)],
    plain: ["u > 0: u;   u ≤ 0: α·(eᵘ − 1)", "u > 0: 1;   u ≤ 0: α·eᵘ"],
    f: elu,
    slope: (u) => oneOr(u, u.exp()),
  },
  {
    name: both("SELU", "Функция SELU"),
    note: both(
      "λ times ELU, with λ and α for which mean 0 and variance 1 stay from layer to layer.",
      "ELU, умноженная на λ; при таких λ и α среднее 0 и дисперсия 1 сохраняются от слоя к слою.",
    ),
    tex: [
      String.raw`${lambda}\cdot` + cases("u", String.raw`${alpha}\,(e^u-1)`),
      String.raw`${lambda}\cdot` + cases("1", String.raw`${alpha}\,e^u`),
    ],
    plain: [`${lambda}·(u > 0: u;   u ≤ 0: ${alpha}·(eᵘ − 1))`, `${lambda}·(u > 0: 1;   u ≤ 0: ${alpha}·eᵘ)`],
    f: selu,
    slope: (u) => oneOr(u, u.exp().mul(alpha)).mul(lambda),
  },
  {
    name: both("GELU", "Функция GELU"),
    note: both(
      "u, weighted by the normal distribution Φ: Transformers.",
      "u с весом нормального распределения Φ: трансформеры.",
    ),
    tex: [
      String.raw`u\,\Phi(u) = \tfrac{u}{2}\bigl(1+\operatorname{erf}\tfrac{u}{\sqrt2}\bigr)`,
      String.raw`\Phi(u) + u\,\varphi(u)`,
    ],
    plain: ["u·Φ(u) = ½u·(1 + erf(u/√2))", "Φ(u) + u·φ(u),   φ(u) = e^(−u²/2) / √(2π)"],
    f: (u) => gelu(u),
    slope: (u) =>
      erf(u.div(Math.SQRT2))
        .add(1)
        .mul(0.5)
        .add(u.mul(density(u))),
  },
  {
    name: both("SiLU (Swish)", "Функция SiLU (Swish)"),
    note: both("u, weighted by the sigmoid.", "u с весом сигмоиды."),
    tex: [String.raw`u\,\sigma(u)`, String.raw`\sigma(u) + u\,\sigma(u)\,(1-\sigma(u))`],
    plain: ["u·σ(u)", "σ(u) + u·σ(u)·(1 − σ(u))"],
    f: silu,
    slope: (u) => sigmoid(u).add(u.mul(sigmoid(u)).mul(sigmoid(u).neg().add(1))),
  },
  {
    name: both("Softplus", "Функция Softplus"),
    note: both("A smooth ReLU; its derivative is the sigmoid.", "Гладкая ReLU; её производная — сигмоида."),
    tex: [String.raw`\ln(1+e^u)`, String.raw`\sigma(u)`],
    plain: ["ln(1 + eᵘ)", "σ(u)"],
    f: softplus,
    slope: sigmoid,
  },
  {
    name: both("SoftSign", "Функция SoftSign"),
    note: both("Like tanh, but slower to reach ±1.", "Похожа на tanh, но медленнее приближается к ±1."),
    tex: [String.raw`\frac{u}{1+|u|}`, String.raw`\frac{1}{(1+|u|)^2}`],
    plain: ["u / (1 + |u|)", "1 / (1 + |u|)²"],
    f: softsign,
    slope: (u) => u.abs().add(1).pow(-2),
  },
  {
    name: both("Maxout", "Функция Maxout"),
    note: both(
      `The greater of two lines, here u and ${numeral(w2)}u + ${b2}. The neuron learns its own activation.`,
      `Большая из двух прямых, здесь u и ${numeral(w2)}u + ${b2}. Нейрон сам выучивает свою активацию.`,
    ),
    tex: [String.raw`\max(w_1^\top x + b_1,\; w_2^\top x + b_2)`, String.raw`w_i \text{ of the greater one}`],
    plain: ["max(w₁ᵀx + b₁, w₂ᵀx + b₂)", "wᵢ"],
    f: (u) => maxout(stack([u.mul(w1).add(b1), u.mul(w2).add(b2)], -1), 1).squeeze(-1),
    slope: (u) => where(u.mul(w1).add(b1).greater(u.mul(w2).add(b2)), w1, w2),
  },
];
