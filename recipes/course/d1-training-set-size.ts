// D1. Handwritten digits: the error against the number of examples, beside the figure that the course quotes for MNIST.
import { layers, linalg, optimizers, sequential, stack, tensor } from "nabla";
import { digits } from "nabla/data";
import { formula, type Item, numeral, text } from "./item.ts";

/** What the course quotes: MNIST's examples, and the average error of a network that was trained on them. */
const quoted = { train: 60_000, test: 10_000, error: 0.0175 };

const network = (seed: number) =>
  sequential(
    [
      layers.flatten(),
      layers.dropout(0.2),
      layers.dense(256, { activation: "relu" }),
      layers.dropout(0.3),
      layers.dense(10, { activation: "softmax" }),
    ],
    { inputShape: [28, 28], seed },
  ).compile({
    optimizer: optimizers.adam({ learningRate: 0.002 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });

export const item: Item = async function* ({ tiny, seed, signal }) {
  const { train, test } = await digits();
  yield text(
    `MNIST has ${quoted.train} digits to train on and ${quoted.test} to test with, 28 × 28 pixels each; a network's ` +
      `average error is quoted as ${numeral(100 * quoted.error)} %. We have ${train.size} and ${test.size} of them ` +
      "here, and look at how the error on digits that the network has never seen falls with the number of examples.",
    `В MNIST ${quoted.train} цифр для обучения и ${quoted.test} для проверки, по 28 × 28 пикселей; средняя ошибка ` +
      `сети в лекции — ${numeral(100 * quoted.error)} %. Здесь у нас ${train.size} и ${test.size} из них. ` +
      "Посмотрим, как ошибка на незнакомых сети цифрах падает с ростом числа примеров.",
  );

  const sizes = tiny ? [250, 500, 1000] : [250, 500, 1000, 2000, 4000, 8000];
  const runs = [];
  for (const size of sizes) {
    if (signal?.aborted) return;
    const model = network(seed);
    const epochs = tiny ? 5 : Math.min(60, Math.round(100_000 / size));
    await model.fit(train.take(size), { epochs, batchSize: 64, seed, verbose: 0 });
    const error = 1 - (await model.evaluate(test)).accuracy;
    runs.push({ size, epochs, error, wrong: Math.round(error * test.size) });
  }
  yield {
    kind: "table",
    columns: [
      { en: "examples", ru: "примеров" },
      { en: "epochs", ru: "эпох" },
      { en: `mistakes of ${test.size}`, ru: `ошибок из ${test.size}` },
      { en: "error, %", ru: "ошибка, %" },
    ],
    rows: runs.map(({ size, epochs, wrong, error }) => [size, epochs, wrong, numeral(100 * error, 2)]),
  };

  // error = c·n^(−α) is a line in logarithms: ln error = ln c − α·ln n. Its coefficients by least squares:
  const logSize = tensor(sizes).log();
  const logError = tensor(runs.map(({ error }) => error)).log();
  const columns = stack([logSize.mul(0).add(1), logSize.neg()], 1);
  const [logC = 0, alpha = 0] = await linalg.lstsq(columns, logError).x.array<1>();
  const law = (n: number): number => Math.exp(logC) * n ** -alpha;
  yield text(
    "The errors lie near a straight line in logarithms, a power law. Its line by least squares, and what it " +
      `predicts for ${quoted.train} examples:`,
    "В логарифмах ошибки лежат почти на прямой — это степенной закон. Прямая по методу наименьших квадратов и её " +
      `прогноз для ${quoted.train} примеров:`,
  );
  yield formula(String.raw`E(n) \approx c\,n^{-\alpha}`, "E(n) ≈ c·n^(−α)");
  yield {
    kind: "values",
    digits: 3,
    values: [
      { name: "c", value: Math.exp(logC) },
      { name: "α", value: alpha },
    ],
  };
  const [last] = runs.slice(-1);
  yield {
    kind: "table",
    columns: [
      { en: "training examples", ru: "обучающих примеров" },
      { en: "error, %", ru: "ошибка, %" },
      { en: "from", ru: "откуда" },
    ],
    rows: [
      [last!.size, numeral(100 * last!.error, 2), { en: "reached here", ru: "достигнуто здесь" }],
      [quoted.train, numeral(100 * law(quoted.train), 2), { en: "predicted by the line", ru: "прогноз по прямой" }],
      [quoted.train, numeral(100 * quoted.error, 2), { en: "the course", ru: "лекция" }],
    ],
  };
  yield {
    kind: "plot",
    title: { en: "The error against the number of examples", ru: "Ошибка в зависимости от числа примеров" },
    x: { en: "log₁₀ of the number of examples", ru: "log₁₀ числа примеров" },
    y: { en: "error, %", ru: "ошибка, %" },
    yScale: "log",
    series: [
      {
        name: { en: "reached", ru: "достигнуто" },
        points: runs.map(({ size, error }) => [Math.log10(size), 100 * error]),
        style: "points",
      },
      { name: "c·n^(−α)", points: [...sizes, quoted.train].map((n) => [Math.log10(n), 100 * law(n)]) },
      {
        name: { en: "the course", ru: "лекция" },
        points: [[Math.log10(quoted.train), 100 * quoted.error]],
        style: "points",
      },
    ],
  };
  yield text(
    "All of MNIST: npx nabla train mnist-mlp (it downloads 11 MB once, or reads the folder --data).",
    "Весь MNIST: npx nabla train mnist-mlp (один раз скачает 11 МБ или прочитает папку --data).",
  );
};
