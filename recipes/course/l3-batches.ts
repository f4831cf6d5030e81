// L3. Gradient descent over all data, over single examples (SGD) and over mini-batches, on the same two spirals.
import { layers, optimizers, sequential } from "nabla";
import { gradientNoise, minus, weightsOf } from "./gradient-noise.ts";
import { formula, type Item, numeral, type Text, text } from "./item.ts";
import { type Points, spirals } from "./spirals.ts";

const network = (rate: number, seed: number) =>
  sequential(
    [
      layers.dense(128, { activation: "tanh" }),
      layers.dense(128, { activation: "tanh" }),
      layers.dense(1, { activation: "sigmoid" }),
    ],
    { inputShape: [2], seed },
  ).compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: "binaryCrossentropy", metrics: ["accuracy"] });

interface Method {
  readonly name: Text;
  readonly batchSize: number;
  /** "epoch": the gradients of all batches are averaged for one update. */
  readonly accumulate: 1 | "epoch";
}

const methods: readonly Method[] = [
  { name: { en: "GD, accumulated", ru: "GD с накоплением" }, batchSize: 100, accumulate: "epoch" },
  { name: { en: "mini-batches", ru: "мини-батчи" }, batchSize: 32, accumulate: 1 },
  { name: { en: "SGD, one by one", ru: "SGD, по одному" }, batchSize: 1, accumulate: 1 },
];

/** Trains by a method, and says what it cost and what it reached. */
async function run(
  { name, batchSize, accumulate }: Method,
  rate: number,
  epochs: number,
  { X, Y }: Points,
  seed: number,
) {
  const model = network(rate, seed);
  const { epochs: records } = await model.fit(X, Y, { epochs, batchSize, accumulate, seed, verbose: 0 });
  return {
    ...{ name, batchSize, rate, ...records.at(-1)! },
    updates: epochs * (accumulate === "epoch" ? 1 : Math.ceil(X.length / batchSize)),
    seconds: Math.min(...records.map(({ seconds }) => seconds)), // of an epoch
    curve: records.map(({ epoch, loss }) => [epoch + 1, loss] as const),
  };
}

export const item: Item = async function* ({ tiny, seed, signal }) {
  const [count, epochs] = tiny ? [600, 40] : [1000, 50];
  const points = await spirals(count, seed);
  const { X, Y } = points;
  yield text(
    "The loss is a mean over all examples, and so is its gradient. Gradient descent (GD) computes it over all data " +
      "for a single update; where they do not fit in memory, batch by batch, with the gradients added up. " +
      "Stochastic gradient descent (SGD) takes the gradient of one example, and mini-batches that of a few dozen, " +
      "and update at once.",
    "Функция потерь — среднее по всем примерам, и её градиент тоже. Градиентный спуск (GD) считает его по всем " +
      "данным ради одного обновления; если данные не помещаются в память — по батчам, накапливая градиенты. " +
      "Стохастический градиентный спуск (SGD) берёт градиент на одном примере, мини-батчи — на нескольких десятках, " +
      "и сразу делают шаг.",
  );
  yield formula(
    String.raw`\theta \leftarrow \theta - \frac{\eta}{N}\sum_{i=1}^{N}\nabla L_i, \qquad ` +
      String.raw`\theta \leftarrow \theta - \frac{\eta}{|B|}\sum_{i \in B}\nabla L_i, \qquad ` +
      String.raw`\theta \leftarrow \theta - \eta\,\nabla L_i`,
    {
      en: [
        "GD:          θ ← θ − η/N · Σ ∇Lᵢ   over all i",
        "mini-batch:  θ ← θ − η/|B| · Σ ∇Lᵢ   over i ∈ B",
        "SGD:         θ ← θ − η∇Lᵢ",
      ].join("\n"),
      ru: [
        "GD:         θ ← θ − η/N · Σ ∇Lᵢ   по всем i",
        "мини-батч:  θ ← θ − η/|B| · Σ ∇Lᵢ   по i ∈ B",
        "SGD:        θ ← θ − η∇Lᵢ",
      ].join("\n"),
    },
  );

  const [whole, accumulated] = [network(0.1, seed), network(0.1, seed)];
  await whole.fit(X, Y, { batchSize: count, seed, verbose: 0 });
  await accumulated.fit(X, Y, { batchSize: 100, accumulate: "epoch", seed, verbose: 0 });
  const [a, b] = [await weightsOf(whole), await weightsOf(accumulated)];
  yield text(
    `Accumulating changes nothing but the memory: after one update from all ${count} examples at once, and one from ` +
      `${count / 100} batches with their gradients added up, the weights differ by at most ` +
      `${numeral(Math.max(...minus(a, b).map(Math.abs)))}, which is rounding.`,
    `Накопление меняет только расход памяти: после обновления сразу по ${count} примерам и после обновления по ` +
      `${count / 100} батчам с накоплением веса различаются не больше чем на ` +
      `${numeral(Math.max(...minus(a, b).map(Math.abs)))} — это округление.`,
  );

  const rates = tiny ? [0.1, 0.3] : [0.03, 0.1, 0.3];
  const runs: Awaited<ReturnType<typeof run>>[] = [];
  for (const method of methods) {
    if (signal?.aborted) return;
    for (const rate of rates) runs.push(await run(method, rate, epochs, points, seed));
  }
  const shown = runs.filter(({ rate }) => rate === 0.1);
  yield {
    kind: "table",
    title: {
      en: `The same data, ${epochs} epochs over ${count} points, η = 0.1`,
      ru: `Одни и те же данные, эпох — ${epochs}, точек — ${count}, η = 0.1`,
    },
    columns: [
      { en: "method", ru: "метод" },
      { en: "batch", ru: "батч" },
      { en: "updates", ru: "обновлений" },
      { en: "examples read", ru: "прочитано примеров" },
      { en: "µs an example, here", ru: "мкс на пример, здесь" },
      { en: "loss", ru: "потери" },
      { en: "right, %", ru: "верно, %" },
    ],
    rows: shown.map(({ name, batchSize, updates, seconds, loss, accuracy }) => [
      name,
      batchSize,
      updates,
      epochs * count,
      numeral((1e6 * seconds) / count, 2),
      numeral(loss, 4),
      numeral(100 * accuracy, 1),
    ]),
  };
  yield {
    kind: "plot",
    title: { en: "Loss by epoch, η = 0.1", ru: "Потери по эпохам, η = 0.1" },
    x: { en: "epoch", ru: "эпоха" },
    y: { en: "loss", ru: "потери" },
    series: shown.map(({ name, curve }) => ({ name, points: curve })),
  };
  yield {
    kind: "table",
    title: { en: "The loss for other learning rates", ru: "Потери при других скоростях обучения" },
    columns: [{ en: "method", ru: "метод" }, ...rates.map((rate) => `η = ${rate}`)],
    rows: methods.map(({ name, batchSize }) => [
      name,
      ...runs.filter((run) => run.batchSize === batchSize).map(({ loss }) => loss),
    ]),
    digits: 4,
  };

  const sizes = [1, 8, 64];
  const noise = await gradientNoise(network(1, seed), points, sizes);
  yield {
    kind: "table",
    title: {
      en: "How far the gradient of a batch is from that of all data",
      ru: "Насколько градиент батча отличается от градиента по всем данным",
    },
    columns: [{ en: "batch", ru: "батч" }, "‖g_B − g‖ / ‖g‖"],
    rows: sizes.map((size, i) => [size, noise[i]!]),
    digits: 2,
  };
  const [, mini, single] = shown.map(({ seconds }) => seconds);
  const dearer = numeral(single! / mini!, 1);
  yield text(
    "Why mini-batches win. GD reads all data for one update, and makes too few of them. SGD makes many, but each " +
      "follows one example, whose gradient is off by several times the true one: at a small rate it learns well, at " +
      "larger ones it is thrown about. A batch of B examples divides this noise by about √B, so that larger rates " +
      "work, still gives dozens of updates an epoch, and is computed as a product of matrices: here one example by " +
      `itself costs ${dearer} times as much.`,
    "Почему выигрывают мини-батчи. GD ради одного обновления читает все данные, и обновлений слишком мало. У SGD их " +
      "много, но каждое следует одному примеру, чей градиент отличается от истинного в несколько раз: при малой " +
      "скорости он учится хорошо, при большей его бросает из стороны в сторону. Батч из B примеров уменьшает этот " +
      "шум примерно в √B раз, поэтому годятся и большие скорости; обновлений за эпоху по-прежнему десятки, а " +
      `считается он как произведение матриц: пример поодиночке обходится здесь в ${dearer} раза дороже.`,
  );
};
