// M3. The function of M2, learned by gradient descent with H hidden neurons: the error against H.
import { layers, optimizers, schedules, sequential } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";
import { rootMeanSquare, stepsByHand, target, unitInterval } from "./m2-universal-approximation.ts";

/** g(x) = Σ wᵢ·σ(aᵢx + bᵢ) + c, begun as H gentle steps that are spread evenly over [0, 1]. */
function network(H: number, seed: number) {
  const model = sequential([layers.dense(H, { activation: "sigmoid" }), layers.dense(1)], { inputShape: [1], seed });
  const thresholds = Array.from({ length: H }, (_, i) => (i + 0.5) / H);
  const slope = 4 * (H + 4);
  model.setWeights({
    "dense_1/kernel": [thresholds.map(() => slope)],
    "dense_1/bias": thresholds.map((s) => -slope * s),
  });
  return model;
}

export const item: Item = async function* ({ tiny, seed, signal }) {
  const steps = tiny ? 400 : 4000;
  const x = unitInterval(320);
  const f = target(x);
  const [inputs, targets] = [x.expandDims(1), f.expandDims(1)];
  const [X, Y] = [await inputs.array<2>(), await targets.array<2>()];

  yield text(
    "In M2 we chose the weights. Now a network with one hidden layer of H sigmoid neurons finds them by itself: " +
      "gradient descent reduces the mean squared error by changing all weights and thresholds at once. It begins " +
      `with H gentle steps, spread evenly, and takes ${steps} steps over ${x.size} points of f.`,
    "В M2 веса выбирали мы. Теперь сеть с одним скрытым слоем из H сигмоидных нейронов находит их сама: градиентный " +
      "спуск уменьшает среднеквадратичную ошибку сразу по всем весам и порогам. В начале это H пологих ступенек, " +
      `расставленных равномерно; спуск делает ${steps} шагов по ${x.size} точкам функции f.`,
  );
  yield formula(
    String.raw`g(x) = \sum_{i=1}^{H} w_i\,\sigma(a_i x + b_i) + c, \qquad ` +
      String.raw`L = \frac{1}{n}\sum_k \left(g(x_k) - f(x_k)\right)^2 \to \min`,
    "g(x) = Σ wᵢ·σ(aᵢx + bᵢ) + c,   L = 1/n Σ (g(xₖ) − f(xₖ))² → min",
  );

  const rows = [];
  const learned = [];
  for (const H of tiny ? [1, 4, 16, 64] : [1, 2, 4, 8, 16, 32, 64]) {
    if (signal?.aborted) return;
    const model = network(H, seed);
    const learningRate = schedules.cosineDecay({ initialLearningRate: 0.05, decaySteps: steps });
    model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "mse" });
    await model.fit(X, Y, { epochs: steps, batchSize: X.length, seed, verbose: 0 });
    const g = (await model.predict(X)).reshape([-1]);
    const error = await rootMeanSquare(f, g);
    const byHand = await rootMeanSquare(f, stepsByHand(x, f, H));
    rows.push([H, 3 * H + 1, byHand, error]);
    learned.push({ H, error, byHand, g: await g.array<1>() });
  }
  yield {
    kind: "table",
    title: { en: "The error √L against H", ru: "Ошибка √L в зависимости от H" },
    columns: [
      "H",
      { en: "weights, 3H + 1", ru: "весов, 3H + 1" },
      { en: "steps by hand (M2)", ru: "ступеньки вручную (M2)" },
      { en: "learned", ru: "обучение" },
    ],
    rows,
    digits: 4,
  };
  yield {
    kind: "plot",
    title: { en: "The error √L against H", ru: "Ошибка √L в зависимости от H" },
    x: "log₂ H",
    y: "√L",
    yScale: "log",
    series: [
      {
        name: { en: "steps by hand", ru: "ступеньки вручную" },
        points: learned.map(({ H, byHand }) => [Math.log2(H), byHand]),
      },
      { name: { en: "learned", ru: "обучение" }, points: learned.map(({ H, error }) => [Math.log2(H), error]) },
    ],
  };

  const xs = await x.array<1>();
  const curve = (ys: readonly number[]) => ys.map((y, i) => [xs[i]!, y] as const);
  yield {
    kind: "plot",
    title: { en: "f and what the networks learned", ru: "f и чему научились сети" },
    x: "x",
    y: "f, g",
    series: [
      { name: "f", points: curve(await f.array<1>()) },
      ...learned.filter(({ H }) => [4, 16, 64].includes(H)).map(({ H, g }) => ({ name: `H = ${H}`, points: curve(g) })),
    ],
  };
  const [least, most] = [learned[0]!, learned.at(-1)!];
  yield text(
    `From H = ${least.H} to H = ${most.H} the error falls from ${numeral(least.error, 4)} to ` +
      `${numeral(most.error, 4)}; ${most.H} steps by hand leave ${numeral(most.byHand, 4)}. Learning bends the ` +
      "steps and moves them to where f needs them; the more steps of descent, the better.",
    `От H = ${least.H} до H = ${most.H} ошибка падает с ${numeral(least.error, 4)} до ${numeral(most.error, 4)}; у ` +
      `ступенек вручную при H = ${most.H} она равна ${numeral(most.byHand, 4)}. Обучение изгибает ступеньки и ` +
      "сдвигает их туда, где они нужны, и тем лучше, чем больше шагов спуска.",
  );
};
