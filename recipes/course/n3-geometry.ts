// N3. The geometry of a neuron: a line in the plane, and why it needs the bias (смещение).
import { argmax, compile, linspace, random, stack, type Tensor, tensor, variable } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** x₂ = −(w₁/w₂)x₁ − w₀/w₂ */
const line = (x1: Tensor, w1: number, w2: number, w0: number): Tensor => x1.mul(-w1 / w2).sub(w0 / w2);

export const item: Item = async function* ({ seed }) {
  yield text(
    "The neuron's answer changes where its sum is zero: w₁x₁ + w₂x₂ + w₀ = 0. In the plane that is a line. The " +
      "weights (w₁, w₂) are perpendicular to it and point to the side of the answer +1; the bias w₀ moves it.",
    "Ответ нейрона меняется там, где его сумма равна нулю: w₁x₁ + w₂x₂ + w₀ = 0. На плоскости это прямая. Вектор " +
      "весов (w₁, w₂) перпендикулярен ей и направлен в сторону ответа +1, а смещение w₀ сдвигает прямую.",
  );
  yield formula(String.raw`x_2 = -\frac{w_1}{w_2}\,x_1 - \frac{w_0}{w_2}`, "x₂ = −(w₁/w₂)·x₁ − w₀/w₂");

  const [w1, w2, w0] = [1, 2, -8];
  const x1 = tensor([0, 2, 4, 6, 8]);
  const x2 = line(x1, w1, w2, w0);
  const sums = x1.mul(w1).add(x2.mul(w2)).add(w0);
  yield {
    kind: "table",
    title: {
      en: `The line of w₁ = ${w1}, w₂ = ${w2}, w₀ = ${numeral(w0)}: the sum is zero at each of its points.`,
      ru: `Прямая при w₁ = ${w1}, w₂ = ${w2}, w₀ = ${numeral(w0)}: в каждой её точке сумма равна нулю.`,
    },
    columns: ["x₁", "x₂", "w₁x₁ + w₂x₂ + w₀"],
    rows: await stack([x1, x2, sums], 1).array<2>(),
  };

  // Two clouds of points on the same side of the origin.
  const [nearKey, farKey] = [0, 1].map((i) => random.foldIn(random.key(seed), i)) as [Tensor, Tensor];
  const n = 20;
  const near = random.uniform(nearKey, [n, 2], { min: 0.5, max: 2 });
  const far = random.uniform(farKey, [n, 2], { min: 3, max: 5 });

  // Without a bias: all directions (w₁, w₂) = (cos t, sin t), with the number of points on the right side for each.
  const t = linspace(0, 2 * Math.PI, 361);
  const directions = stack([t.cos(), t.sin()]);
  const right = far.matmul(directions).greater(0).sum(0).add(near.matmul(directions).less(0).sum(0));
  const [best, direction] = [await right.max().item(), await argmax(right).item()];
  yield text(
    "Without the bias the sum is zero at the origin, whatever the weights are: the line turns about the origin and " +
      `cannot leave it. Of ${t.size} directions, the best one has ${best} of ${2 * n} points on the right side, ` +
      "although the two clouds lie far apart.",
    "Без смещения сумма в начале координат равна нулю при любых весах: прямая вращается вокруг начала координат и не " +
      `может от него уйти. Лучшее из ${t.size} направлений верно разделяет ${best} точек из ${2 * n}, хотя облака ` +
      "точек далеко друг от друга.",
  );

  // With a bias: Rosenblatt's rule finds a line (see N2).
  const [w, bias] = [variable([0, 0]), variable(0)];
  const step = compile((x: Tensor, y: Tensor) => {
    const wrong = x.matmul(w).add(bias).sign().notEqual(y).cast("float32");
    w.assignAdd(x.mul(y).mul(wrong));
    bias.assignAdd(y.mul(wrong));
    return wrong;
  });
  const [nearPoints, farPoints] = [await near.array<2>(), await far.array<2>()];
  const examples = nearPoints.flatMap((point, i) => [
    { x: tensor(point), y: -1 },
    { x: tensor(farPoints[i]!), y: 1 },
  ]);
  for (let mistakes = 1, epoch = 0; mistakes > 0 && epoch < 200; epoch++) {
    mistakes = 0;
    for (const { x, y } of examples) mistakes += await (await step(x, tensor(y))).item();
  }
  const [a = 0, b = 0] = await w.array<1>();
  const c = (await bias.array()) as number;
  const sum = (x: Tensor): Tensor => x.matmul(w).add(bias);
  const separated = await sum(far).greater(0).sum().add(sum(near).less(0).sum()).item();
  yield {
    kind: "values",
    values: [
      { name: "w", value: [a, b] },
      { name: "w₀", value: c },
    ],
    digits: 2,
  };
  const meeting = numeral(-c / b, 2);
  yield text(
    `With the bias, the perceptron rule finds a line with ${separated} of ${2 * n} points on the right side. It ` +
      `meets the axis x₂ at −w₀/w₂ = ${meeting}, far from the origin.`,
    `Со смещением правило персептрона находит прямую, которая верно разделяет ${separated} точек из ${2 * n}. Она ` +
      `пересекает ось x₂ в точке −w₀/w₂ = ${meeting}, далеко от начала координат.`,
  );
  const angle = (direction * 2 * Math.PI) / 360;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const within = ([x, y]: readonly [number, number]): readonly [number, number] => [
    x,
    y >= 0 && y <= 6 ? y : Number.NaN,
  ];
  const across = linspace(0, 6, 121);
  const xs = await across.array<1>();
  const points = async (y: Tensor) => (await y.array<1>()).map((value, i) => within([xs[i]!, value]));
  yield {
    kind: "plot",
    title: {
      en: "Two clouds of points, a line with the bias and one without",
      ru: "Два облака точек, прямая со смещением и без него",
    },
    x: "x₁",
    y: "x₂",
    series: [
      { name: "y = −1", points: nearPoints as [number, number][], style: "points" },
      { name: "y = +1", points: farPoints as [number, number][], style: "points" },
      { name: { en: "with the bias", ru: "со смещением" }, points: await points(line(across, a, b, c)) },
      { name: { en: "without", ru: "без смещения" }, points: await points(line(across, cos, sin, 0)) },
    ],
  };
};
