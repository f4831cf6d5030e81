// M2. Universal approximation by hand (Cybenko, 1989): step neurons build bars, and bars build any function.
import { arange, concatenate, heaviside, sigmoid, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** f(x) = 0.2 + 0.4x² + 0.3x·sin(15x) + 0.1cos(50x), the function that is to be approximated on [0, 1]. */
export const target = (x: Tensor): Tensor =>
  x
    .square()
    .mul(0.4)
    .add(0.2)
    .add(x.mul(0.3).mul(x.mul(15).sin()))
    .add(x.mul(50).cos().mul(0.1));

/** `count` numbers in the middle of equal parts of [0, 1]. */
export const unitInterval = (count: number): Tensor => arange(count).add(0.5).div(count);

/** g(x) = Σ wᵢ·step(x − sᵢ): a hidden layer of step neurons with thresholds s, and one output with weights w. */
const network = (x: Tensor, s: Tensor, w: Tensor): Tensor => heaviside(x.expandDims(-1).sub(s)).matmul(w);

/** √(mean (f − g)²), the error in the units of f. */
export const rootMeanSquare = (f: Tensor, g: Tensor): Promise<number> => f.sub(g).square().mean().sqrt().item();

/** Heights of neighbouring bars as weights of steps: each step adds the difference to the bar before it. */
const asSteps = (heights: Tensor): Tensor => heights.sub(concatenate([tensor([0]), heights.at([0, heights.size - 1])]));

/** The best `count` bars of equal width for f at the points x: each is as high as the mean of f over it. */
export const stepsByHand = (x: Tensor, f: Tensor, count: number): Tensor =>
  network(x, arange(count).div(count), asSteps(f.reshape([count, x.size / count]).mean(1)));

export const item: Item = async function* () {
  const x = unitInterval(1000);
  const f = target(x);
  const xs = await x.array<1>();
  const curve = async (y: Tensor) => (await y.array<1>()).map((value, i) => [xs[i]!, value] as const);
  const drawn = { name: "f", points: await curve(f) };

  yield text(
    "One hidden layer can approximate any continuous function (Cybenko, 1989). We build such a network by hand for " +
      "this f:",
    "Сеть с одним скрытым слоем может приблизить любую непрерывную функцию (Цыбенко, 1989). Построим такую сеть " +
      "вручную для функции",
  );
  yield formula(
    String.raw`f(x) = 0.2 + 0.4x^2 + 0.3x\sin(15x) + 0.1\cos(50x), \quad x \in [0, 1]`,
    "f(x) = 0.2 + 0.4x² + 0.3x·sin(15x) + 0.1cos(50x),   x ∈ [0, 1]",
  );

  yield text(
    "A sigmoid neuron σ(w(x − s)) with a large weight w is a step at x = s: its weight is w and its bias b = −ws.",
    "Сигмоидный нейрон σ(w(x − s)) с большим весом w — это ступенька в точке x = s: его вес равен w, смещение b = −ws.",
  );
  const neuron = (w: number): Tensor => sigmoid(x.sub(0.35).mul(w));
  yield {
    kind: "plot",
    title: { en: "A neuron becomes a step at s = 0.35", ru: "Нейрон превращается в ступеньку в точке s = 0.35" },
    x: "x",
    y: "σ(w(x − s))",
    series: [
      { name: "w = 10", points: await curve(neuron(10)) },
      { name: "w = 50", points: await curve(neuron(50)) },
      { name: "w = 1000", points: await curve(neuron(1000)) },
    ],
  };

  yield text(
    "The output of the network is the sum of the steps with their weights; E is its error. They are added " +
      "one after another:",
    "Выход сети — сумма ступенек с весами, E — её ошибка. Ступеньки добавляются одна за другой:",
  );
  yield formula(
    String.raw`g(x) = \sum_i w_i\,\mathrm{step}(x - s_i), \qquad E = \sqrt{\frac{1}{n}\sum_k (f(x_k) - g(x_k))^2}`,
    "g(x) = Σ wᵢ·step(x − sᵢ),   E = √(1/n Σ (f(xₖ) − g(xₖ))²)",
  );
  const lecture = [
    { s: [0.35], w: [0.8], meaning: { en: "a step", ru: "ступенька" } },
    { s: [0.7], w: [-0.8], meaning: { en: "a second one makes a bar", ru: "вторая: получился столбик" } },
    { s: [0.7], w: [1.5], meaning: { en: "the bar after it", ru: "следующий столбик" } },
    { s: [0, 0.35], w: [0.4, -0.4], meaning: { en: "the bar before it", ru: "столбик перед ним" } },
  ];
  const rows = [];
  const drawings = [];
  for (const [i, { s, w, meaning }] of lecture.entries()) {
    const so = lecture.slice(0, i + 1);
    const g = network(x, tensor(so.flatMap(({ s }) => s)), tensor(so.flatMap(({ w }) => w)));
    const weights = w.map((weight) => numeral(weight)).join(", ");
    rows.push([i + 1, s.join(", "), weights, meaning, await rootMeanSquare(f, g)]);
    drawings.push({
      name: { en: `step ${i + 1}`, ru: `шаг ${i + 1}` },
      points: await curve(g),
      style: "steps" as const,
    });
  }
  yield {
    kind: "table",
    title: { en: "The construction, step by step", ru: "Построение шаг за шагом" },
    columns: [
      { en: "step", ru: "шаг" },
      "s",
      "w",
      { en: "what it makes", ru: "что получается" },
      { en: "error E", ru: "ошибка E" },
    ],
    rows,
    digits: 4,
  };
  yield {
    kind: "plot",
    title: { en: "f and the steps of the construction", ru: "f и шаги построения" },
    x: "x",
    y: "f, g",
    series: [drawn, ...drawings],
  };

  // The mean of f over a piece is the height with the least squared error there.
  const heights = concatenate([
    f.at([0, 350]).mean().reshape([1]),
    f.at([350, 700]).mean().reshape([1]),
    f.at([700]).mean().reshape([1]),
  ]);
  const [s, w] = [tensor([0, 0.35, 0.7]), asSteps(heights)];
  yield text(
    "These weights show how a bar of any place and height is made; they are not fitted to f yet, and the error says " +
      "so. The best height of a bar is the mean of f over it. With the same three pieces:",
    "Эти веса показывают, как сделать столбик в любом месте и любой высоты; к f они ещё не подогнаны — это видно по " +
      "ошибке. Лучшая высота столбика — среднее значение f на нём. На тех же трёх отрезках:",
  );
  yield {
    kind: "values",
    digits: 4,
    values: [
      { name: "s", value: await s.array<1>() },
      { name: "h", value: await heights.array<1>(), meaning: { en: "the heights", ru: "высоты" } },
      { name: "w", value: await w.array<1>(), meaning: { en: "their differences", ru: "их разности" } },
      { name: "E", value: await rootMeanSquare(f, network(x, s, w)), meaning: { en: "the error", ru: "ошибка" } },
    ],
  };

  yield text("More neurons, a closer fit:", "Чем больше нейронов, тем точнее приближение:");
  const fits = [];
  for (const N of [5, 10, 20, 50, 100, 200]) {
    const g = stepsByHand(x, f, N);
    fits.push({ N, g, error: await rootMeanSquare(f, g), worst: await f.sub(g).abs().max().item() });
  }
  yield {
    kind: "table",
    columns: [
      { en: "step neurons", ru: "нейронов-ступенек" },
      { en: "error E", ru: "ошибка E" },
      { en: "greatest |f − g|", ru: "наибольшее |f − g|" },
    ],
    rows: fits.map(({ N, error, worst }) => [N, error, worst]),
    digits: 4,
  };
  for (const { N, g } of fits.filter((fit) => [10, 50].includes(fit.N)))
    yield {
      kind: "plot",
      title: { en: `f and ${N} step neurons`, ru: `f и нейроны-ступеньки: ${N}` },
      x: "x",
      y: "f, g",
      series: [drawn, { name: "g", points: await curve(g), style: "steps" }],
    };
  const [few, many] = [fits[0]!, fits.at(-1)!];
  yield text(
    `${few.N} step neurons leave an error of ${numeral(few.error, 4)}, ${many.N} leave ${numeral(many.error, 4)}. ` +
      "M3 finds such weights by gradient descent instead of by hand.",
    `При ${few.N} нейронах-ступеньках ошибка ${numeral(few.error, 4)}, при ${many.N} — ${numeral(many.error, 4)}. В ` +
      "M3 такие веса находит градиентный спуск.",
  );
};
