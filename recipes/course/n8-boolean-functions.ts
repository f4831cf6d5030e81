// N8. Two layers of threshold neurons compute any Boolean function, and cut out any convex polygon.
import { arange, linspace, stack, type Tensor, tensor, where } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** The threshold neuron: 1 if z > 0, else 0. */
const f = (z: Tensor): Tensor => where(z.greater(0), 1, 0);

const n = 3;
/** The function: its answers to 000, 001, 010 … 111. Write your own. */
const answers = [0, 1, 1, 0, 1, 0, 0, 1];

/** The corners of a convex polygon, against the clock. */
const corners: readonly (readonly [number, number])[] = [
  [1, 0],
  [3.5, 0.5],
  [4, 2.5],
  [2, 4],
  [0.5, 2.5],
];

export const item: Item = async function* ({ tiny }) {
  yield text(
    "Any Boolean function of n inputs can be computed by two layers. The first one has a neuron for each row t of " +
      "the truth table; its weights are +1 where t has a 1 and −1 where it has a 0, so that it fires for that row " +
      "alone. The second layer is an OR of the rows whose answer is 1.",
    "Любую булеву функцию n переменных вычисляет сеть из двух слоёв. В первом слое на каждую строку t таблицы " +
      "истинности — по нейрону: вес +1, где в t стоит 1, и −1, где стоит 0, поэтому он срабатывает только на этой " +
      "строке. Второй слой — это ИЛИ по строкам с ответом 1.",
  );
  yield formula(
    String.raw`u_t = f\Bigl(\tfrac12 - \sum_i t_i + \sum_i (2t_i - 1)\,x_i\Bigr),\qquad ` +
      String.raw`y = f\Bigl(-\tfrac12 + \sum_{t} y_t\,u_t\Bigr)`,
    "u_t = f(½ − Σ tᵢ + Σ (2tᵢ − 1)·xᵢ)\ny   = f(−½ + Σ y_t·u_t)",
  );
  // All rows of the truth table: bit i of the numbers 0 … 2ⁿ − 1.
  const powers = tensor(Array.from({ length: n }, (_, i) => 2 ** (n - 1 - i)));
  const rows = arange(0, 2 ** n)
    .reshape([-1, 1])
    .div(powers)
    .floor()
    .mod(2);
  const hidden = (x: Tensor): Tensor => {
    const w = rows.mul(2).sub(1).transpose(); // wᵢ = 2tᵢ − 1
    const b = rows.sum(1).neg().add(0.5); // b = ½ − Σ tᵢ
    return f(x.matmul(w).add(b));
  };
  const output = (u: Tensor, y: Tensor): Tensor => f(u.matmul(y).add(-0.5));
  const u = hidden(rows);
  const computed = await output(u, tensor(answers)).array<1>();
  const [table, units] = [await rows.array<2>(), await u.array<2>()];
  const names = table.map((row) => row.join(""));
  yield {
    kind: "table",
    title: {
      en: "The sum of three bits, odd or even; one column for each hidden neuron.",
      ru: "Чётность суммы трёх битов; по столбцу на каждый скрытый нейрон.",
    },
    columns: ["x", { en: "wanted", ru: "нужно" }, ...names.map((name) => `u${name}`), "y"],
    rows: table.map((_, i) => [names[i]!, answers[i]!, ...units[i]!, computed[i]!]),
  };
  // The same hidden layer, with the answers of every function as the weights of the second layer: a column for each.
  const functions = 2 ** (2 ** n);
  const bits = tensor(Array.from({ length: 2 ** n }, (_, i) => 2 ** i)).reshape([-1, 1]);
  const all = arange(0, functions).div(bits).floor().mod(2);
  const right = await output(u, all)
    .equal(all)
    .sum(0)
    .equal(2 ** n)
    .sum()
    .item();
  yield text(
    `With other weights in the second layer, the same hidden neurons compute every function of ${n} inputs: ${right} ` +
      `of ${functions} are right in all ${2 ** n} rows. The price is the width, 2ⁿ hidden neurons.`,
    `С другими весами второго слоя те же скрытые нейроны вычисляют любую функцию ${n} переменных: верны во всех ` +
      `${2 ** n} строках ${right} функций из ${functions}. Цена — ширина слоя: 2ⁿ скрытых нейронов.`,
  );

  yield text(
    "A convex polygon is the part of the plane on the inner side of each of its edges. The first layer has a neuron " +
      "for each edge, the second one is an AND.",
    "Выпуклый многоугольник — это часть плоскости, лежащая по внутреннюю сторону от каждой его стороны. В первом " +
      "слое на каждую сторону — по нейрону, второй слой — это И.",
  );
  yield formula(
    String.raw`u_k = f\bigl(w_k^\top x + b_k\bigr),\qquad y = f\Bigl(\tfrac12 - m + \sum_{k=1}^m u_k\Bigr)`,
    "uₖ = f(wₖᵀx + bₖ),   y = f(½ − m + Σ uₖ)",
  );
  // The edge from p to q has the inner side on its left: w = (p₂ − q₂, q₁ − p₁), b = −wᵀp.
  const m = corners.length;
  const edges = corners.map(([p1, p2], k) => {
    const [q1, q2] = corners[(k + 1) % m]!;
    return [p2 - q2, q1 - p1, -((p2 - q2) * p1 + (q1 - p1) * p2)];
  });
  const w = tensor(edges.map((edge) => edge.slice(0, 2))).transpose();
  const b = tensor(edges.map((edge) => edge[2]!));
  const inside = (x: Tensor): Tensor =>
    f(
      f(x.matmul(w).add(b))
        .sum(-1)
        .add(0.5 - m),
    );
  yield {
    kind: "values",
    values: [
      { name: "W", value: await w.array<2>() },
      { name: "b", value: await b.array<1>() },
    ],
  };

  const side = tiny ? 100 : 400;
  const axis = arange(0, side)
    .add(0.5)
    .mul(5 / side);
  const grid = (count: number, ys: Tensor, xs: Tensor): Tensor =>
    stack([xs.reshape([1, -1]).broadcastTo([count, xs.size]), ys.reshape([-1, 1]).broadcastTo([count, xs.size])], 2);
  const share = await inside(grid(side, axis, axis))
    .mean()
    .item();
  const twiceArea = corners.reduce(
    (sum, [p1, p2], k) => sum + p1 * corners[(k + 1) % m]![1] - corners[(k + 1) % m]![0] * p2,
    0,
  );
  yield text(
    `On a grid of ${side} × ${side} points of the square with side 5, y = 1 on an area of ${numeral(25 * share)}; ` +
      `the polygon's own area is ${numeral(twiceArea / 2)}.`,
    `На сетке ${side} × ${side} точек квадрата со стороной 5 ответ y = 1 занимает площадь ${numeral(25 * share)}; ` +
      `площадь самого многоугольника ${numeral(twiceArea / 2)}.`,
  );
  const size = 40;
  yield {
    kind: "image",
    title: { en: "Where the network answers 1", ru: "Где сеть отвечает 1" },
    pixels: await inside(grid(size, linspace(5, 0, size), linspace(0, 5, size))).array<2>(),
    range: [0, 1],
  };
};
