// L2. Gradient descent on a surface of two variables: the learning rate too small, right, too large.
import { grad, scan, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, type Text, text } from "./item.ts";

const [a, b] = [1, 10];

/** L(x, y) = (a·x² + b·y²)/2, a valley: flat along x, steep along y. */
const surface = (p: Tensor): Tensor => p.square().mul([a, b]).sum(-1).div(2);

/** The points θ ← θ − η∇L, `steps` of them after the start. */
const descend = (start: Tensor, rate: number, steps: number): Tensor =>
  scan(
    (theta: Tensor) => {
      const next = theta.sub(grad(surface)(theta).mul(rate));
      return [next, next];
    },
    start,
    null,
    { length: steps },
  )[1];

/** The points of the surface at height c: an ellipse. */
const contour = (c: number) =>
  Array.from({ length: 101 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 100;
    return [Math.sqrt((2 * c) / a) * Math.cos(angle), Math.sqrt((2 * c) / b) * Math.sin(angle)] as const;
  });

const rates: readonly { readonly rate: number; readonly name: Text }[] = [
  { rate: 0.01, name: { en: "too small", ru: "слишком мала" } },
  { rate: 0.15, name: { en: "right", ru: "подходит" } },
  { rate: 0.21, name: { en: "too large", ru: "слишком велика" } },
];

export const item: Item = async function* () {
  yield text(
    "The gradient ∇L points to where the loss L grows fastest. Gradient descent takes steps against it; the " +
      "learning rate η decides how long they are.",
    "Градиент ∇L указывает, куда функция потерь L растёт быстрее всего. Градиентный спуск шагает в обратную " +
      "сторону; длину шага задаёт скорость обучения η (learning rate).",
  );
  yield formula(String.raw`\theta \leftarrow \theta - \eta\,\nabla L(\theta)`, "θ ← θ − η∇L(θ)");
  yield text(
    "The surface is a valley with its bottom at (0, 0), flat along x and steep along y:",
    "Поверхность — овраг с дном в точке (0, 0): пологий вдоль x и крутой вдоль y:",
  );
  yield formula(
    String.raw`L(x, y) = \tfrac{1}{2}(x^2 + ${b}y^2), \qquad \nabla L = (x,\ ${b}y)`,
    `L(x, y) = ½(x² + ${b}y²),   ∇L = (x, ${b}y)`,
  );

  const start = tensor([-4, 1]);
  const [from, steps] = [await start.array<1>(), 50];
  const first = await surface(start).item();
  yield {
    kind: "values",
    values: [
      { name: "(x, y)", value: from, meaning: { en: "the start", ru: "начальная точка" } },
      { name: "L", value: first },
      { name: "∇L", value: await grad(surface)(start).array<1>() },
    ],
  };

  const runs = [];
  for (const { rate, name } of rates) {
    const path = descend(start, rate, steps);
    runs.push({
      rate,
      name,
      path: [from, ...(await path.array<2>())] as [number, number][],
      loss: [first, ...(await surface(path).array<1>())],
    });
  }
  const shown = [0, 1, 5, 10, steps];
  yield {
    kind: "table",
    title: { en: "L after so many steps", ru: "L после стольких шагов" },
    columns: [
      "η",
      { en: "the rate", ru: "скорость" },
      ...shown.map((step) => ({ en: `step ${step}`, ru: `шаг ${step}` })),
    ],
    rows: runs.map(({ rate, name, loss }) => [String(rate), name, ...shown.map((step) => numeral(loss[step]!))]),
  };
  for (const { rate, name, path } of runs) {
    const drawn = path.slice(0, 15);
    yield {
      kind: "plot",
      title: {
        en: `η = ${rate}, ${name.en}: the first ${drawn.length - 1} steps between lines of equal L`,
        ru: `η = ${rate}, ${name.ru}: первые шаги (${drawn.length - 1}) среди линий уровня L`,
      },
      x: "x",
      y: "y",
      series: [
        ...[0.1, 1, 4, 10].map((c) => ({ name: `L = ${c}`, points: contour(c) })),
        { name: { en: "path", ru: "путь" }, points: drawn },
        { name: { en: "points of the path", ru: "точки пути" }, points: drawn, style: "points" as const },
      ],
    };
  }
  yield {
    kind: "plot",
    title: { en: "L step by step", ru: "L по шагам" },
    x: { en: "step", ru: "шаг" },
    y: "L",
    yScale: "log",
    series: runs.map(({ rate, loss }) => ({ name: `η = ${rate}`, points: loss.map((value, step) => [step, value]) })),
  };

  yield text(
    `The reason: a step multiplies x by 1 − η and y by 1 − ${b}η. Where such a factor is between −1 and 1, the ` +
      `coordinate shrinks; below −1 it swings and grows. The steepest direction allows η < 2/${b} = ` +
      `${numeral(2 / b)}, and the flat one decides how long it takes.`,
    `Причина: шаг умножает x на 1 − η, а y — на 1 − ${b}η. Если множитель между −1 и 1, координата убывает; если ` +
      `меньше −1 — раскачивается и растёт. Самое крутое направление допускает η < 2/${b} = ${numeral(2 / b)}, а ` +
      "пологое определяет, сколько придётся ждать.",
  );
  yield {
    kind: "table",
    columns: ["η", "1 − η", `1 − ${b}η`, { en: "y at steps 0, 1, 2, 3", ru: "y на шагах 0, 1, 2, 3" }],
    rows: runs.map(({ rate, path }) => [
      String(rate),
      numeral(1 - a * rate),
      numeral(1 - b * rate),
      path
        .slice(0, 4)
        .map(([, y]) => numeral(y, 3))
        .join("  "),
    ]),
  };
};
