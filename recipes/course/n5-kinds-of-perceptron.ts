// N5. Kinds of perceptron on one set: what is gained by more layers, and by training all of them.
import { linspace, random, stack, type Tensor } from "nabla";
import { both, formula, type Item, text } from "./item.ts";
import { makeKind, spirals } from "./perceptron-kinds.ts";
import { kinds } from "./perceptron-list.ts";

const width = 16;

export const item: Item = async function* ({ tiny, seed, signal }) {
  yield text(
    "A perceptron may have one layer of weights or several, and not all of them need to be trained. Rosenblatt's had " +
      "random, fixed connections first, and trained the last layer alone, because his rule says nothing about the " +
      "others. Backpropagation (Rumelhart, Hinton and Williams, 1986) trains them all: the multilayer perceptron, " +
      "MLP.",
    "Слоёв весов у персептрона может быть один или несколько, и не все они обязаны обучаться. У Розенблатта первые " +
      "связи были случайными и неизменными, а обучался только последний слой: про остальные его правило ничего не " +
      "говорит. Обратное распространение ошибки (Румельхарт, Хинтон, Уильямс, 1986) обучает все слои — это " +
      "многослойный персептрон, MLP.",
  );
  yield formula(
    String.raw`a(x) = \sigma\bigl(W_4\,\tanh(W_3\,\tanh(W_2\,\tanh(W_1 x + b_1) + b_2) + b_3) + b_4\bigr)`,
    "a(x) = σ(W₄·tanh(W₃·tanh(W₂·tanh(W₁x + b₁) + b₂) + b₃) + b₄)",
  );
  const train = await spirals(random.foldIn(random.key(seed), 0), 400);
  const test = await spirals(random.foldIn(random.key(seed), 1), 400);
  const epochs = tiny ? 60 : 400;
  yield text(
    `The set: two spirals, 400 points to train on and 400 to test with. ${width} neurons in each hidden layer, ` +
      `${epochs} epochs of gradient descent (Adam) on the trained weights.`,
    `Данные: две спирали, 400 точек для обучения и 400 для проверки. В каждом скрытом слое нейронов: ${width}; ` +
      `обучаемые веса подбирает градиентный спуск (Adam), эпох: ${epochs}.`,
  );
  const numbers = train.inputs.array.data;
  const arm = (first: number): [number, number][] =>
    Array.from({ length: 100 }, (_, i) => [numbers[2 * (first + 2 * i)]!, numbers[2 * (first + 2 * i) + 1]!]);
  yield {
    kind: "plot",
    title: both("Half of the training points", "Половина обучающих точек"),
    x: "x₁",
    y: "x₂",
    series: [0, 1].map((kind) => ({
      name: both(`class ${kind}`, `класс ${kind}`),
      points: arm(200 * kind),
      style: "points",
    })),
  };

  const rows = [];
  const series = [];
  const trained = [];
  for (const kind of kinds) {
    const model = makeKind(kind, { seed, width });
    const { epochs: history } = await model.fit(train, {
      epochs,
      batchSize: 32,
      seed,
      verbose: 0,
      ...(signal && { signal }),
    });
    const parts = [...model.children()].map(([, layer]) => layer);
    const count = (list: typeof parts): number =>
      list.flatMap(({ parameters }) => parameters).reduce((sum, { size }) => sum + size, 0);
    const [fit, held] = [await model.evaluate(train), await model.evaluate(test)];
    rows.push([
      kind.name,
      count(parts.filter(({ trainable }) => trainable)),
      count(parts),
      100 * fit["accuracy"]!,
      100 * held["accuracy"]!,
    ]);
    series.push({ name: kind.name, points: history.map(({ loss }, i): [number, number] => [i + 1, loss!]) });
    trained.push(model);
  }
  yield {
    kind: "table",
    columns: [
      { en: "layers", ru: "слои" },
      { en: "trained weights", ru: "обучаемых весов" },
      { en: "of all", ru: "из" },
      { en: "right, training %", ru: "верно, обучение, %" },
      { en: "right, test %", ru: "верно, проверка, %" },
    ],
    rows,
    digits: 1,
  };
  yield {
    kind: "plot",
    title: { en: "The loss on the training points", ru: "Потери на обучающих точках" },
    x: { en: "epoch", ru: "эпоха" },
    y: { en: "log loss", ru: "логарифмические потери" },
    series,
  };
  yield text(
    "One layer draws a line, which is not enough. Fixed random layers offer the last one other features than x₁ and " +
      "x₂, and here three do more than one; but only layers that are trained become the features that this set needs.",
    "Один слой проводит прямую, и этого мало. Случайные слои дают последнему другие признаки вместо x₁ и x₂, и три " +
      "слоя здесь дают больше одного; но только обучаемые слои превращаются в признаки, которые нужны именно этим " +
      "данным.",
  );
  const size = 40;
  const [x, y] = [linspace(-1, 1, size).reshape([1, -1]), linspace(1, -1, size).reshape([-1, 1])];
  const grid = stack([x.broadcastTo([size, size]), y.broadcastTo([size, size])], 2).reshape([-1, 2]);
  const answers = await (trained.at(-1)!.apply(grid) as Tensor).reshape([size, size]).array<2>();
  yield {
    kind: "image",
    title: { en: "The answer of the MLP in the plane", ru: "Ответ MLP на плоскости" },
    pixels: answers,
    range: [0, 1],
  };
};
