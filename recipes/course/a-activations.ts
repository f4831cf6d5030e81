// A. The activation functions: each with its derivative by the formula and by the engine, in a table and a plot.
import {
  compile,
  concatenate,
  diag,
  gradients,
  jacrev,
  linspace,
  onesLike,
  outer,
  softmax,
  stack,
  type Tensor,
  tensor,
  variable,
  where,
  zerosLike,
} from "nabla";
import { activationList } from "./activation-list.ts";
import { both, formula, type Item, numeral, text, values } from "./item.ts";

/** Each element's derivative f′(u): the gradient of the sum, since f works element by element. */
function derivative(f: (u: Tensor) => Tensor, u: Tensor): Tensor {
  const [slope] = gradients(f(u).sum(), [u]);
  return slope;
}

export const item: Item = async function* () {
  yield text(
    "A neuron's activation f is applied to its sum u. Learning by gradients needs the derivative f′ too. It is " +
      "computed here in two ways: by the formula, and by the engine, which differentiates f by itself.",
    "Функция активации f применяется к сумме u нейрона. Для обучения по градиенту нужна и производная f′. Здесь она " +
      "вычислена двумя способами: по формуле и движком, который дифференцирует f сам.",
  );
  let worst = 0;
  for (const { name, note, tex, plain, f, slope, range = [-4, 4] } of activationList) {
    yield { kind: "text", text: both(`${name.en}. ${note.en}`, `${name.ru}. ${note.ru}`) };
    yield formula(`f(u) = ${tex[0]}, \\qquad f'(u) = ${tex[1]}`, `f(u)  = ${plain[0]}\nf′(u) = ${plain[1]}`);
    const u = tensor([-2, -1, 0, 1, 2]);
    const columns = stack([u, f(u), slope(u), derivative(f, u)], 1);
    yield {
      kind: "table",
      columns: ["u", "f(u)", both("f′(u), formula", "f′(u), формула"), both("f′(u), engine", "f′(u), движок")],
      rows: await columns.array<2>(),
      digits: 4,
    };
    const fine = linspace(range[0], range[1], 161);
    const slopes = derivative(f, fine);
    worst = Math.max(worst, await slopes.sub(slope(fine)).abs().max().item());
    const curve = async (y: Tensor) => (await stack([fine, y], 1).array<2>()) as [number, number][];
    yield {
      kind: "plot",
      title: both(`${name.en}: f and its derivative`, `${name.ru}: f и её производная`),
      x: "u",
      y: "",
      series: [
        { name: "f(u)", points: await curve(f(fine)) },
        { name: "f′(u)", points: await curve(slopes) },
      ],
    };
  }
  yield text(
    `The greatest difference between formula and engine, over 161 points of each function: ${numeral(worst)}. ` +
      "(SELU's constants are rounded in the formula.)",
    `Наибольшая разница между формулой и движком по 161 точке каждой функции: ${numeral(worst)}. (В формуле SELU ` +
      "константы округлены.)",
  );

  yield text(
    "PReLU. A leaky ReLU whose slope a is learnt, by the gradient ∂f/∂a.",
    "PReLU. Leaky ReLU, у которой наклон a выучивается по градиенту ∂f/∂a.",
  );
  yield formula(
    String.raw`f(u) = \begin{cases}u, & u > 0\\ a\,u, & u \le 0\end{cases}, \qquad ` +
      String.raw`\frac{\partial f}{\partial a} = \min(u, 0)`,
    "f(u)  = u > 0: u;   u ≤ 0: a·u\nf′(u) = u > 0: 1;   u ≤ 0: a\n∂f/∂a = min(u, 0)",
  );
  const [start, wanted] = [0.25, 0.6];
  const a = variable(start);
  const prelu = (u: Tensor): Tensor => where(u.greater(0), u, u.mul(a));
  const u = linspace(-2, 2, 5);
  const y = where(u.greater(0), u, u.mul(wanted));
  const learn = compile(() => {
    const [da] = gradients(prelu(u).sub(y).square().mean(), [a]);
    a.assignAdd(da.mul(-0.1));
  });
  const before = gradients(prelu(u).sum(), [a])[0];
  yield values({ u: await u.array<1>(), "min(u, 0)": await u.minimum(0).array<1>(), "Σ ∂f/∂a": await before.item() });
  await learn.repeat(100);
  const learnt = numeral((await a.array()) as number, 4);
  yield text(
    `For data whose slope below zero is ${wanted}, 100 steps of descent lead from a = ${start} to a = ${learnt}.`,
    `На данных, у которых наклон ниже нуля равен ${wanted}, 100 шагов спуска ведут от a = ${start} к a = ${learnt}.`,
  );

  yield text(
    "Softmax. It makes probabilities of several sums at once, so that its derivative is a matrix (see A1 for a table).",
    "Softmax. Превращает в вероятности сразу несколько сумм, поэтому её производная — матрица (таблица — в A1).",
  );
  yield formula(
    String.raw`p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}, \qquad \frac{\partial p_i}{\partial z_j} = p_i\,([i = j] - p_j)`,
    "pᵢ = exp(zᵢ) / Σ exp(zⱼ)\n∂pᵢ/∂zⱼ = pᵢ·([i = j] − pⱼ)",
  );
  const z = tensor([2, 1, 0]);
  const p = softmax(z);
  const byFormula = diag(p).sub(outer(p, p));
  const byEngine = jacrev((at: Tensor) => softmax(at))(z);
  yield values({ z: await z.array<1>(), p: await p.array<1>() }, 3);
  yield {
    kind: "values",
    values: [
      { name: "∂p/∂z", value: await byFormula.array<2>(), meaning: both("by the formula", "по формуле") },
      { name: "∂p/∂z", value: await byEngine.array<2>(), meaning: both("by the engine", "движком") },
    ],
    digits: 3,
  };
  const shift = linspace(-4, 4, 161);
  const shares = softmax(stack([shift, onesLike(shift), zerosLike(shift)], 1));
  const columns = await concatenate([shift.reshape([-1, 1]), shares], 1).array<2>();
  yield {
    kind: "plot",
    title: both("Softmax of (u, 1, 0)", "Softmax от (u, 1, 0)"),
    x: "u",
    y: "p",
    series: [1, 2, 3].map((i) => ({
      name: `p${"₀₁₂₃"[i]}`,
      points: columns.map((row) => [row[0]!, row[i]!] as const),
    })),
  };
};
