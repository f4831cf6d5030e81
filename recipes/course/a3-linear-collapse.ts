// A3. Without activations, layers collapse into one matrix: a composition of linear models is a linear model.
import { compile, concatenate, linalg, ones, random, type Tensor, tensor } from "nabla";
import { both, formula, type Item, numeral, text, values } from "./item.ts";

interface LayerWeights {
  readonly W: Tensor;
  readonly b: Tensor;
}

export const item: Item = async function* ({ seed }) {
  yield text(
    "Layers without an activation multiply by a matrix and add a vector. Two such layers are one layer:",
    "Слой без функции активации умножает на матрицу и прибавляет вектор. Два таких слоя — это один слой:",
  );
  yield formula(
    String.raw`(xW_1 + b_1)\,W_2 + b_2 = x\,(W_1W_2) + (b_1W_2 + b_2)`,
    "(xW₁ + b₁)W₂ + b₂ = x(W₁W₂) + (b₁W₂ + b₂)",
  );
  let drawn = 0;
  const normal = (...shape: number[]): Tensor => random.normal(random.foldIn(random.key(seed), drawn++), shape);
  const [first, second]: [LayerWeights, LayerWeights] = [
    { W: normal(2, 4), b: normal(4) },
    { W: normal(4, 2), b: normal(2) },
  ];
  const x = normal(200, 2);
  const two = x.matmul(first.W).add(first.b).matmul(second.W).add(second.b); // (xW₁ + b₁)W₂ + b₂
  const W = first.W.matmul(second.W); // W₁W₂
  const b = first.b.matmul(second.W).add(second.b); // b₁W₂ + b₂
  const one = x.matmul(W).add(b);
  yield values(
    {
      "W₁": await first.W.array<2>(),
      "W₂": await second.W.array<2>(),
      "W₁W₂": await W.array<2>(),
      "b₁W₂ + b₂": await b.array<1>(),
    },
    3,
  );
  const difference = await two.sub(one).abs().max().item();
  yield text(
    `For 200 random x, the two layers and the one layer differ by ${numeral(difference)} at most: rounding.`,
    `На 200 случайных x два слоя отличаются от одного не больше чем на ${numeral(difference)}: это округление.`,
  );

  yield text(
    "More layers do not help. For networks of several depths, the best single linear layer is found by least " +
      "squares; what it cannot reproduce is the rest of the outputs' variance. With tanh between the layers " +
      "something is left.",
    "Больше слоёв не поможет. Для сетей разной глубины методом наименьших квадратов найден лучший один линейный " +
      "слой; то, чего он не воспроизводит, — остаток дисперсии выходов. Если между слоями стоит tanh, остаток есть.",
  );
  const X = concatenate([x, ones([x.shape[0]!, 1])], 1);
  /** The share of the variance of y that no linear function of x explains. */
  const unexplained = compile((y: Tensor) => {
    const best = linalg.solve(X.transpose().matmul(X), X.transpose().matmul(y)); // (XᵀX)⁻¹Xᵀy
    const rest = y.sub(X.matmul(best));
    return rest
      .square()
      .sum()
      .div(y.sub(y.mean(0)).square().sum());
  });
  const rest = async (y: Tensor): Promise<number> => 100 * (await (await unexplained(tensor(await y.array()))).item());
  // Ten layers of 16 neurons, of which each network takes its first ones: W in rows 0 to 15, b in row 16.
  const weights = tensor(await normal(10, 17, 16).array());
  const rows = [];
  for (const depth of [1, 2, 5, 10]) {
    const through = (f: (z: Tensor) => Tensor): Tensor => {
      let h = x;
      for (let i = 0; i < depth; i++) {
        const z = h.matmul(weights.at(i, [0, i === 0 ? 2 : 16])).add(weights.at(i, 16)); // z = hW + b
        h = i < depth - 1 ? f(z.mul(0.4)) : z;
      }
      return h;
    };
    rows.push([depth, await rest(through((z) => z)), await rest(through((z) => z.tanh()))]);
  }
  yield {
    kind: "table",
    columns: [
      both("layers", "слоёв"),
      both("no activation: rest, %", "без активации: остаток, %"),
      both("with tanh: rest, %", "с tanh: остаток, %"),
    ],
    rows,
    digits: 2,
  };
};
