// M1. Layers as matrices: one layer, two layers, and a network as a composition of layers.
import { layers, sequential, sigmoid, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

interface Layer {
  readonly W: Tensor;
  readonly b: Tensor;
}

/** y = σ(xᵀW + bᵀ). With a matrix X of examples, one in each row, the same line computes them all. */
const layer = (x: Tensor, { W, b }: Layer): Tensor => sigmoid(x.matmul(W).add(b));

/** f = fₙ ∘ … ∘ f₂ ∘ f₁: each layer takes what the layer before it gives. */
const network = (x: Tensor, all: readonly Layer[]): Tensor => all.reduce(layer, x);

export const item: Item = async function* () {
  yield text(
    "A fully connected layer has n inputs and m neurons, and every neuron sees every input. The weights of neuron j " +
      "are column j of the matrix W (n rows, m columns), and its bias is bⱼ. All its sums are then one product of " +
      "matrices.",
    "Полносвязный слой: n входов и m нейронов, каждый нейрон видит все входы. Веса нейрона j — это столбец j " +
      "матрицы W (n строк, m столбцов), его смещение — bⱼ. Тогда все взвешенные суммы слоя — одно произведение " +
      "матриц.",
  );
  yield formula(String.raw`y = \sigma\left(x^T W + b^T\right)`, "y = σ(xᵀW + bᵀ)");

  const x = tensor([1, 0, 2]);
  const first: Layer = {
    W: tensor([
      [0.5, -1],
      [1, 1],
      [-0.5, 0.25],
    ]),
    b: tensor([0.1, -0.3]),
  };
  const z = x.matmul(first.W).add(first.b);
  const y = layer(x, first);
  yield {
    kind: "values",
    values: [
      { name: "xᵀ", value: await x.array<1>() },
      { name: "W", value: await first.W.array<2>() },
      { name: "bᵀ", value: await first.b.array<1>() },
      { name: "xᵀW + bᵀ", value: await z.array<1>() },
      { name: "y", value: await y.array<1>(), meaning: { en: "σ of each sum", ru: "σ от каждой суммы" } },
    ],
  };

  const [inputs, weights, [b1 = 0]] = await Promise.all([
    x.array<1>(),
    first.W.at("...", 0).array<1>(),
    first.b.array<1>(),
  ]);
  const z1 = inputs.reduce((sum, xi, i) => sum + xi * weights[i]!, b1);
  const terms = inputs.map((xi, i) => `${numeral(xi)}·${bracketed(weights[i]!)}`).join(" + ");
  yield text(
    `The first neuron by hand, with the first column of W: ${numeral(b1)} + ${terms} = ${numeral(z1)}.`,
    `Первый нейрон вручную, по первому столбцу W: ${numeral(b1)} + ${terms} = ${numeral(z1)}.`,
  );

  yield text(
    "Two layers: the outputs of the first are the inputs of the second. The sizes must fit: W₁ has as many columns " +
      "as W₂ has rows.",
    "Два слоя: выходы первого служат входами второго. Размеры должны сходиться: столбцов у W₁ столько же, сколько " +
      "строк у W₂.",
  );
  yield formula(
    String.raw`y = \sigma\left(\sigma\left(x^T W_1 + b_1^T\right) W_2 + b_2^T\right)`,
    "y = σ(σ(xᵀW₁ + b₁ᵀ)W₂ + b₂ᵀ)",
  );
  const second: Layer = {
    W: tensor([
      [2, -1, 0],
      [1, 1, -2],
    ]),
    b: tensor([0, 0.5, 1]),
  };
  const third: Layer = { W: tensor([[1], [-2], [3]]), b: tensor([-0.5]) };
  const all = [first, second, third];
  yield { kind: "values", values: [{ name: "y", value: await network(x, [first, second]).array<1>() }] };

  yield text(
    "n layers: a composition of n such functions. X holds one example in each row, so that one pass computes all.",
    "n слоёв — композиция n таких функций. В строках X стоят примеры, и один проход вычисляет ответы для всех.",
  );
  yield formula(
    String.raw`f = f_n \circ \dots \circ f_2 \circ f_1, \qquad f_k(X) = \sigma\left(X W_k + b_k^T\right)`,
    "f = fₙ ∘ … ∘ f₂ ∘ f₁,   fₖ(X) = σ(X·Wₖ + bₖᵀ)",
  );
  const X = tensor([
    [1, 0, 2],
    [0, 1, 0],
    [-1, 2, 1],
    [0, 0, 0],
  ]);
  yield {
    kind: "table",
    title: { en: `Layer by layer; X has ${X.shape[0]} rows`, ru: `Слой за слоем; строк в X — ${X.shape[0]}` },
    columns: [
      { en: "layer", ru: "слой" },
      "W",
      "b",
      { en: "output", ru: "выход" },
      { en: "weights and biases", ru: "весов и смещений" },
    ],
    rows: all.map(({ W, b }, i) => [
      i + 1,
      W.shape.join("×"),
      b.size,
      network(X, all.slice(0, i + 1)).shape.join("×"),
      W.size + b.size,
    ]),
  };
  const byHand = network(X, all);
  yield { kind: "values", values: [{ name: "f(X)", value: await byHand.array<2>() }] };

  // The same network in the words of a framework.
  const model = sequential(
    all.map(({ W }) => layers.dense(W.shape[1]!, { activation: "sigmoid" })),
    { inputShape: [3] },
  );
  model.setWeights(
    Object.fromEntries(
      all.flatMap(({ W, b }, i) => [
        [`dense_${i + 1}/kernel`, W],
        [`dense_${i + 1}/bias`, b],
      ]),
    ),
  );
  const difference = await (await model.predict(X)).sub(byHand).abs().max().item();
  yield text(
    `A model of ${all.length} layers.dense with the same weights gives the same numbers: the greatest difference is ` +
      `${numeral(difference)}.`,
    `Модель из ${all.length} слоёв layers.dense с теми же весами даёт те же числа: наибольшее расхождение — ` +
      `${numeral(difference)}.`,
  );
};

const bracketed = (x: number): string => (x < 0 ? `(${numeral(x)})` : numeral(x));
