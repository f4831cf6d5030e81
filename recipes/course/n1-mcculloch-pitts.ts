// N1. The neuron of McCulloch and Pitts (1943): binary inputs, a weighted sum, a threshold.
import { type Tensor, tensor, where } from "nabla";
import { formula, type Item, text } from "./item.ts";

/** z = b + Σ wᵢxᵢ for each row x. */
const weightedSum = (x: Tensor, w: Tensor, b: number): Tensor => x.matmul(w).add(b);

/** 1 if z > 0, else 0. */
const fires = (z: Tensor): Tensor => where(z.greater(0), 1, 0);

export const item: Item = async function* () {
  yield text(
    "A neuron receives signals x₁ … xₙ, each 0 or 1. It multiplies each by a weight (positive: the signal excites, " +
      "negative: it inhibits), adds a bias b, and fires if the sum is greater than zero.",
    "На входы нейрона приходят сигналы x₁ … xₙ, каждый равен 0 или 1. Нейрон умножает их на веса (положительный вес " +
      "возбуждает, отрицательный тормозит), прибавляет смещение b и срабатывает, если сумма больше нуля.",
  );
  yield formula(
    String.raw`z = b + \sum_{i=1}^{n} w_i x_i, \qquad y = \begin{cases}1, & z > 0\\ 0, & z \le 0\end{cases}`,
    { en: "z = b + Σ wᵢxᵢ,   y = 1 if z > 0, else 0", ru: "z = b + Σ wᵢxᵢ,   y = 1, если z > 0, иначе 0" },
  );

  const x = tensor([
    [0, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 1],
    [1, 0, 0],
    [1, 0, 1],
    [1, 1, 0],
    [1, 1, 1],
  ]);
  const w = tensor([1, 1, -2]);
  const b = -0.5;
  yield {
    kind: "values",
    values: [
      { name: "w", value: await w.array<1>(), meaning: { en: "the third input inhibits", ru: "третий вход тормозит" } },
      { name: "b", value: b },
    ],
  };

  const z = weightedSum(x, w, b);
  const y = fires(z);
  const [inputs, sums, outputs] = [await x.array<2>(), await z.array<1>(), await y.array<1>()];
  yield {
    kind: "table",
    columns: ["x₁", "x₂", "x₃", "z", "y"],
    rows: inputs.map((row, i) => [...row, sums[i]!, outputs[i]!]),
  };
  const fired = outputs.filter((output) => output === 1).length;
  yield text(
    `The neuron fires for ${fired} of the ${outputs.length} inputs: x₁ or x₂ excites it, unless x₃ inhibits it.`,
    `Нейрон срабатывает на ${fired} наборах входов из ${outputs.length}: его возбуждают x₁ или x₂, если не тормозит ` +
      "x₃.",
  );
};
