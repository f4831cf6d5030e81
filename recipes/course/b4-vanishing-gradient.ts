// B4. Worked problem 2: a hundred layers of tanh. The gradient vanishes on its way back, and four cures keep it alive.
import { grad, gradients, layerNorm, linspace, random, relu, scan, sigmoid, type Tensor, tensor } from "nabla";
import { formula, type Item, type Label, numeral, text } from "./item.ts";

/** tanh′(t) = 1 − tanh²t = 4e⁻²ᵗ/(1 + e⁻²ᵗ)², the form that keeps its digits where tanh t rounds to 1. */
const tanhSlope = (t: Tensor): Tensor => {
  const e = t.abs().mul(-2).exp();
  return e.mul(4).div(e.add(1).square());
};
/** σ′(t) = σ(t)·σ(−t) */
const sigmoidSlope = (t: Tensor): Tensor => sigmoid(t).mul(sigmoid(t.neg()));

interface Variant {
  readonly name: Label;
  /** The layer: from its input h and its sums z = hW + b to its output. */
  readonly layer: (h: Tensor, z: Tensor) => Tensor;
  /** The standard deviation of the weights, times √width. */
  readonly gain: number;
  /** The standard deviation of the biases. */
  readonly bias: number;
}

const usual = { gain: 0.8, bias: 0.25 };
const he = { gain: Math.sqrt(2), bias: 0.25 };
const xavier = { gain: 1, bias: 0 };

const variants: readonly Variant[] = [
  { name: "tanh", layer: (_, z) => z.tanh(), ...usual },
  { name: { en: "sigmoid", ru: "сигмоида" }, layer: (_, z) => sigmoid(z), ...usual },
  { name: { en: "ReLU, the same weights", ru: "ReLU, те же веса" }, layer: (_, z) => relu(z), ...usual },
  { name: { en: "ReLU, He's weights", ru: "ReLU, инициализация Хе" }, layer: (_, z) => relu(z), ...he },
  { name: { en: "tanh, Xavier's weights", ru: "tanh, инициализация Ксавье" }, layer: (_, z) => z.tanh(), ...xavier },
  { name: { en: "tanh, normalisation", ru: "tanh, нормализация" }, layer: (_, z) => layerNorm(z.tanh()), ...usual },
  {
    name: { en: "tanh, residual connections", ru: "tanh, остаточные связи" },
    layer: (h, z) => h.add(z.tanh().div(10)), // h + 0.1·tanh(z)
    ...usual,
  },
];

const [depth, width, batch] = [100, 64, 32];

/** ‖∂L/∂Wˡ‖ for each layer l of a hundred: the weights of all layers are one tensor [depth, width, width]. */
function gradientNorms({ layer, gain, bias }: Variant, seed: number): Promise<number[]> {
  const [x, y, w, b] = [0, 1, 2, 3].map((part) => random.foldIn(random.key(seed), part)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const W = random.normal(w, [depth, width, width], { std: gain / Math.sqrt(width) });
  const B = random.normal(b, [depth, width], { std: bias });
  const [output] = scan(
    (h: Tensor, { W, B }: { W: Tensor; B: Tensor }) => [layer(h, h.matmul(W).add(B)), null], // h ← layer(hW + b)
    random.normal(x, [batch, width]),
    { W, B },
  );
  const loss = output
    .sub(random.normal(y, [batch, width]))
    .square()
    .mean();
  const [slope] = gradients(loss, [W]);
  return slope.square().sum([1, 2]).sqrt().array<1>();
}

export const item: Item = async function* ({ seed }) {
  yield text(
    `A network of ${depth} layers of tanh. By the chain rule the gradient of the first layer is a product with a ` +
      "factor for each layer above it. Each factor holds tanh′, which is at most 1, and almost 0 where |t| is large.",
    `Сеть из ${depth} слоёв с tanh. По правилу цепочки градиент первого слоя — произведение, в котором по множителю ` +
      "от каждого слоя над ним. В каждый множитель входит tanh′, а он не больше 1 и почти равен 0 при больших |t|.",
  );
  yield formula(
    String.raw`\frac{\partial L}{\partial h_1} = \frac{\partial L}{\partial h_{${depth}}} ` +
      String.raw`\prod_{l=2}^{${depth}} \mathrm{diag}\left(\tanh'(z_l)\right) W_l^T, \qquad \tanh'(t) = 1 - \tanh^2 t`,
    `∂L/∂h₁ = ∂L/∂h₁₀₀ · Π diag(tanh′(zₗ))·Wₗᵀ   (l = ${depth} … 2)\ntanh′(t) = 1 − tanh²t`,
  );

  const t = tensor([0, 1, 2, 5, 10, 15]);
  const [ts, tanhs, sigmoids] = await Promise.all([t, tanhSlope(t), sigmoidSlope(t)].map((x) => x.array<1>()));
  const rounded = await grad((t: Tensor) => t.tanh().sum())(t).array<1>();
  yield {
    kind: "table",
    title: { en: "Both derivatives die out", ru: "Обе производные затухают" },
    columns: ["t", "tanh′(t)", { en: "1 − tanh²t in 32 bits", ru: "1 − tanh²t в 32 битах" }, "σ′(t)"],
    rows: ts!.map((value, i) => [value, tanhs![i]!, rounded[i]!, sigmoids![i]!]),
  };
  yield text(
    `For |t| > 10 tanh′ is below 10⁻⁸: at 10 it is ${numeral(tanhs![4]!)}, and in 32-bit numbers nothing is left of ` +
      `it. The sigmoid does the same, and its derivative is never above ${numeral(sigmoids![0]!)}.`,
    `При |t| > 10 tanh′ меньше 10⁻⁸: в точке 10 это ${numeral(tanhs![4]!)}, а в 32-битных числах от неё не остаётся ` +
      `ничего. С сигмоидой то же самое, причём её производная нигде не больше ${numeral(sigmoids![0]!)}.`,
  );
  const axis = linspace(-10, 10, 201);
  const xs = await axis.array<1>();
  const curve = async (y: Tensor) => (await y.array<1>()).map((value, i) => [xs[i]!, value] as const);
  yield {
    kind: "plot",
    title: { en: "tanh′ and σ′", ru: "tanh′ и σ′" },
    x: "t",
    y: { en: "derivative", ru: "производная" },
    series: [
      { name: "tanh′(t)", points: await curve(tanhSlope(axis)) },
      { name: "σ′(t)", points: await curve(sigmoidSlope(axis)) },
    ],
  };

  const runs = [];
  for (const variant of variants) runs.push({ variant, norms: await gradientNorms(variant, seed) });
  const shown = [100, 75, 50, 25, 1];
  yield {
    kind: "table",
    title: {
      en: `‖∂L/∂W‖ by layer: ${depth} layers of ${width} neurons, random weights`,
      ru: `‖∂L/∂W‖ по слоям: слоёв — ${depth}, нейронов в слое — ${width}, веса случайные`,
    },
    columns: [{ en: "network", ru: "сеть" }, ...shown.map((layer) => ({ en: `layer ${layer}`, ru: `слой ${layer}` }))],
    rows: runs.map(({ variant, norms }) => [variant.name, ...shown.map((layer) => numeral(norms[layer - 1]!))]),
  };
  yield {
    kind: "plot",
    title: { en: "The gradient on its way back to the first layer", ru: "Градиент на пути назад к первому слою" },
    x: { en: "layer", ru: "слой" },
    y: "‖∂L/∂W‖",
    yScale: "log",
    series: runs.map(({ variant, norms }) => ({
      name: variant.name,
      points: norms.map((value, i) => [i + 1, value] as const),
    })),
  };
  yield text(
    "The first three networks cannot learn: next to nothing of the gradient arrives at their first layers (0: less " +
      "than a 32-bit number can hold). ReLU has the derivative 1 where it is active, but that alone does not help " +
      "weights that are too small. What helps: weights of a size that fits the activation (He for ReLU, Xavier for " +
      "tanh), normalisation of each layer's outputs, and residual connections h + f(h), through which the gradient " +
      "flows past the layer. Deep networks use all of them.",
    "Первые три сети не научатся: до их первых слоёв градиент практически не доходит (0 означает: меньше, чем " +
      "помещается в 32-битное число). У ReLU производная активного нейрона равна 1, но одного этого мало, если веса " +
      "слишком малы. Помогают: веса подходящего размера (Хе для ReLU, Ксавье для tanh), нормализация выходов " +
      "каждого слоя и остаточные связи h + f(h), по которым градиент проходит мимо слоя. В глубоких сетях применяют " +
      "всё это вместе.",
  );
};
