// N4. AND and OR by one neuron, XOR by none; XOR by two layers, and by one neuron with the feature x₁x₂.
import { linspace, type Tensor, tensor, where } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** The threshold neuron: 1 if z > 0, else 0. */
const f = (z: Tensor): Tensor => where(z.greater(0), 1, 0);

const x1 = tensor([0, 0, 1, 1]);
const x2 = tensor([0, 1, 0, 1]);
/** The answers to (0, 0), (0, 1), (1, 0), (1, 1). */
const functions = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], XOR: [0, 1, 1, 0] };
const names = { AND: { en: "AND", ru: "И" }, OR: { en: "OR", ru: "ИЛИ" }, XOR: { en: "XOR", ru: "исключающее ИЛИ" } };

export const item: Item = async function* ({ tiny }) {
  yield text(
    "A neuron with two binary inputs and a threshold, f(b + w₁x₁ + w₂x₂), where f(z) = 1 if z > 0, else 0. Which " +
      "logical functions can it compute?",
    "Нейрон с двумя двоичными входами и порогом: f(b + w₁x₁ + w₂x₂), где f(z) = 1 при z > 0, иначе 0. Какие " +
      "логические функции он может вычислить?",
  );
  yield formula(
    {
      en: String.raw`\text{AND} = f(-1.5 + x_1 + x_2),\qquad \text{OR} = f(-0.5 + x_1 + x_2)`,
      ru: String.raw`\text{И} = f(-1.5 + x_1 + x_2),\qquad \text{ИЛИ} = f(-0.5 + x_1 + x_2)`,
    },
    {
      en: "AND = f(−1.5 + x₁ + x₂)\nOR  = f(−0.5 + x₁ + x₂)",
      ru: "И   = f(−1.5 + x₁ + x₂)\nИЛИ = f(−0.5 + x₁ + x₂)",
    },
  );
  const and = f(x1.add(x2).add(-1.5));
  const or = f(x1.add(x2).add(-0.5));
  const columns = async (...list: Tensor[]): Promise<number[][]> => {
    const numbers = await Promise.all(list.map((column) => column.array<1>()));
    return numbers[0]!.map((_, i) => numbers.map((column) => column[i]!));
  };
  yield {
    kind: "table",
    columns: ["x₁", "x₂", names.AND, names.OR],
    rows: await columns(x1, x2, and, or),
  };

  // Every neuron of a grid of weights: axes w₁, w₂, b and the four points.
  const grid = linspace(-2, 2, tiny ? 9 : 17);
  const z = grid
    .reshape([-1, 1, 1, 1])
    .mul(x1)
    .add(grid.reshape([1, -1, 1, 1]).mul(x2))
    .add(grid.reshape([1, 1, -1, 1]));
  const right = (answers: readonly number[]): Tensor => f(z).equal(tensor(answers)).sum(-1);
  const rows = [];
  for (const [name, answers] of Object.entries(functions) as [keyof typeof names, number[]][]) {
    const points = right(answers);
    rows.push([names[name], await points.equal(4).sum().item(), await points.max().item()]);
  }
  const count = grid.size ** 3;
  yield {
    kind: "table",
    title: {
      en: `All ${count} neurons with w₁, w₂, b from −2 to 2 in steps of ${numeral(4 / (grid.size - 1))}.`,
      ru: `Все ${count} нейронов с w₁, w₂, b от −2 до 2 с шагом ${numeral(4 / (grid.size - 1))}.`,
    },
    columns: [
      { en: "function", ru: "функция" },
      { en: "neurons that compute it", ru: "сколько нейронов её вычисляют" },
      { en: "right points of the best", ru: "верных точек у лучшего" },
    ],
    rows,
  };
  yield text(
    "No neuron computes XOR, and no other weights would help (Minsky and Papert, 1969). It would need b ≤ 0, w₁ + b " +
      "> 0, w₂ + b > 0 and w₁ + w₂ + b ≤ 0. The second and the third add up to w₁ + w₂ + 2b > 0, the first and the " +
      "fourth to w₁ + w₂ + 2b ≤ 0: a contradiction.",
    "Исключающее ИЛИ не вычисляет ни один нейрон, и никакие другие веса не помогут (Минский и Пейперт, 1969). " +
      "Понадобилось бы b ≤ 0, w₁ + b > 0, w₂ + b > 0 и w₁ + w₂ + b ≤ 0. Сумма второго и третьего неравенств: " +
      "w₁ + w₂ + 2b > 0, сумма первого и четвёртого: w₁ + w₂ + 2b ≤ 0 — противоречие.",
  );

  yield text("Two layers can do it, with these weights:", "Два слоя справляются, вот с такими весами:");
  yield formula(
    String.raw`u_1 = f(-1.5 + x_1 + x_2),\quad u_2 = f(-0.5 + x_1 + x_2),\quad y = f(-0.5 - u_1 + u_2)`,
    "u₁ = f(−1.5 + x₁ + x₂)\nu₂ = f(−0.5 + x₁ + x₂)\ny  = f(−0.5 − u₁ + u₂)",
  );
  const u1 = f(x1.add(x2).add(-1.5));
  const u2 = f(x1.add(x2).add(-0.5));
  const y = f(u2.sub(u1).add(-0.5));
  yield { kind: "table", columns: ["x₁", "x₂", "u₁", "u₂", "y"], rows: await columns(x1, x2, u1, u2, y) };
  yield text(
    "u₁ is AND, u₂ is OR, and y is OR but not AND. In the plane of (u₁, u₂) the points (0, 1) and (1, 0) have become " +
      "one, and a line separates it from the others.",
    "u₁ — это И, u₂ — это ИЛИ, а y означает «ИЛИ, но не И». На плоскости (u₁, u₂) точки (0, 1) и (1, 0) слились в " +
      "одну, и прямая отделяет её от остальных.",
  );

  yield text(
    "One neuron can do it too, if it is given a third, non-linear feature: the product x₁x₂.",
    "Справится и один нейрон, если дать ему третий, нелинейный признак: произведение x₁x₂.",
  );
  yield formula(String.raw`y = f(-0.5 + x_1 + x_2 - 2\,x_1 x_2)`, "y = f(−0.5 + x₁ + x₂ − 2·x₁x₂)");
  const x1x2 = x1.mul(x2);
  const single = f(x1.add(x2).sub(x1x2.mul(2)).add(-0.5));
  yield { kind: "table", columns: ["x₁", "x₂", "x₁x₂", "y"], rows: await columns(x1, x2, x1x2, single) };
};
