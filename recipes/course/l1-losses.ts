// L1. The losses, by hand and by Nabla: MSE, quadratic cost, log loss, cross-entropy.
import { grad, linspace, losses, sigmoid, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, x) => total + x, 0);
const pairs = (y: readonly number[], a: readonly number[]) => y.map((target, i) => [target, a[i]!] as const);
const [ln, logLoss, crossEntropy] = [
  Math.log,
  losses.binaryCrossentropy({ fromLogits: false }),
  losses.categoricalCrossentropy({ fromLogits: false }),
];

/** Each loss: the course's formula, the same in plain arithmetic, and Nabla's. */
const all = [
  {
    name: { en: "MSE, mean squared error", ru: "MSE, среднеквадратичная ошибка" },
    tex: String.raw`\mathrm{MSE} = \frac{1}{n}\sum_{i=1}^{n} (a_i - y_i)^2`,
    plain: "MSE = 1/n Σ (aᵢ − yᵢ)²",
    y: [1, 0, 2],
    a: [0.8, 0.3, 1.5],
    byHand: (y: readonly number[], a: readonly number[]) => mean(pairs(y, a).map(([yi, ai]) => (ai - yi) ** 2)),
    nabla: losses.meanSquaredError(),
  },
  {
    name: { en: "C, quadratic cost", ru: "C, квадратичная функция потерь" },
    tex: String.raw`C = \tfrac{1}{2}\lVert a - y\rVert^2`,
    plain: "C = ½ ‖a − y‖² = ½ Σ (aᵢ − yᵢ)²",
    y: [1, 0, 2],
    a: [0.8, 0.3, 1.5],
    byHand: (y: readonly number[], a: readonly number[]) => sum(pairs(y, a).map(([yi, ai]) => (ai - yi) ** 2)) / 2,
    nabla: losses.quadraticCost(),
  },
  {
    name: { en: "LogLoss, binary cross-entropy", ru: "LogLoss, бинарная перекрёстная энтропия" },
    tex: String.raw`\mathrm{LogLoss} = -\frac{1}{n}\sum_{i=1}^{n} \left(y_i \ln a_i + (1 - y_i)\ln(1 - a_i)\right)`,
    plain: "LogLoss = −1/n Σ (yᵢ·ln aᵢ + (1 − yᵢ)·ln(1 − aᵢ))",
    y: [1, 0, 1],
    a: [0.9, 0.2, 0.6],
    byHand: (y: readonly number[], a: readonly number[]) =>
      -mean(pairs(y, a).map(([yi, ai]) => yi * ln(ai) + (1 - yi) * ln(1 - ai))),
    nabla: logLoss,
  },
  {
    name: { en: "CE, cross-entropy of classes", ru: "CE, перекрёстная энтропия по классам" },
    tex: String.raw`\mathrm{CE} = -\sum_{i=1}^{k} y_i \ln a_i`,
    plain: "CE = −Σ yᵢ·ln aᵢ",
    y: [0, 1, 0],
    a: [0.1, 0.7, 0.2],
    byHand: (y: readonly number[], a: readonly number[]) => -sum(pairs(y, a).map(([yi, ai]) => yi * ln(ai))),
    nabla: crossEntropy,
  },
];

export const item: Item = async function* () {
  yield text(
    "A loss is one number that says how far the outputs a of a network are from the targets y. Training makes it " +
      "smaller.",
    "Функция потерь — одно число: насколько выходы сети a далеки от целевых значений y. Обучение его уменьшает.",
  );
  const rows = [];
  for (const { name, tex, plain, y, a, byHand, nabla } of all) {
    yield formula(tex, plain);
    const computed = await nabla.call(tensor([y]), tensor([a])).item();
    rows.push([name, y.join(", "), a.join(", "), byHand(y, a), computed]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "loss", ru: "функция потерь" },
      { en: "targets y", ru: "цели y" },
      { en: "outputs a", ru: "выходы a" },
      { en: "by hand", ru: "вручную" },
      "Nabla",
    ],
    rows,
    digits: 5,
  };

  yield text(
    "For probabilities the cross-entropy is preferred, because it punishes a confident mistake without limit. The " +
      "target is 1, the network answers a:",
    "Для вероятностей предпочитают перекрёстную энтропию: за уверенную ошибку она штрафует неограниченно. Пусть " +
      "цель равна 1, а сеть отвечает a:",
  );
  const a = linspace(0.005, 1, 200);
  const curve = async (f: (a: Tensor) => Tensor) => {
    const [xs, ys] = [await a.array<1>(), await f(a).array<1>()];
    return xs.map((x, i) => [x, ys[i]!] as const);
  };
  yield {
    kind: "plot",
    title: { en: "The loss of the answer a where 1 is right", ru: "Потери на ответе a, если верный ответ — 1" },
    x: "a",
    y: { en: "loss", ru: "потери" },
    series: [
      { name: "(a − 1)²", points: await curve((t) => t.sub(1).square()) },
      { name: "−ln a", points: await curve((t) => t.log().neg()) },
    ],
  };

  yield text(
    "After a sigmoid, a = σ(z), this decides the gradient. Where the network is surely wrong (z far below 0), the " +
      "squared error has almost no slope, and the network learns nothing; the slope of the log loss is a − 1.",
    "После сигмоиды, a = σ(z), от этого зависит градиент. Там, где сеть уверенно ошибается (z намного меньше 0), у " +
      "квадрата ошибки почти нет наклона, и сеть не учится; у логарифмической функции потерь наклон равен a − 1.",
  );
  const z = tensor([-8, -4, -2, 0, 2, 4]);
  const squared = grad((t: Tensor) => sigmoid(t).sub(1).square().sum())(z);
  const logarithmic = grad((t: Tensor) => sigmoid(t).log().neg().sum())(z);
  const [zs, as, gs, gl] = await Promise.all([z, sigmoid(z), squared, logarithmic].map((t) => t.array<1>()));
  yield {
    kind: "table",
    columns: ["z", "a = σ(z)", "d(a − 1)²/dz", "d(−ln a)/dz"],
    rows: zs!.map((value, i) => [value, as![i]!, gs![i]!, gl![i]!]),
    digits: 5,
  };
  const ratio = gl![0]! / gs![0]!;
  yield text(
    `At z = ${numeral(zs![0]!)} the slope of the log loss is ${numeral(Math.round(ratio))} times as great.`,
    `При z = ${numeral(zs![0]!)} наклон логарифмической функции потерь больше в ${numeral(Math.round(ratio))} раз.`,
  );
};
