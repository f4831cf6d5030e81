// N5. Kinds of perceptron on one set: what is gained by more layers, and by training all of them.
import {
  arange,
  Dataset,
  initializers,
  layers,
  linspace,
  optimizers,
  random,
  sequential,
  stack,
  type Tensor,
} from "nabla";
import { both, formula, type Item, type Text, text } from "./item.ts";

/** Two spirals of one turn; the second is the first one, mirrored at the origin. Their points are of class 0 and 1. */
async function spirals(key: Tensor, count: number): Promise<Dataset> {
  const half = count / 2;
  const radius = arange(1, half + 1).div(half);
  const angle = radius.mul(2 * Math.PI);
  const arm = stack([angle.cos(), angle.sin()], 1).mul(radius.reshape([half, 1]));
  const noise = random.normal(key, [2, half, 2], { std: 0.02 });
  const inputs = stack([arm, arm.neg()]).add(noise).reshape([count, 2]);
  const targets = Array.from({ length: count }, (_, i) => [i < half ? 0 : 1]);
  return Dataset.from({ inputs: await inputs.array<2>(), targets, name: "spirals" });
}

/** A kind of perceptron: its hidden layers, and whether they are trained or keep their random weights. */
interface Kind {
  readonly name: Text;
  readonly hidden: number;
  readonly isTrained: boolean;
}

const kinds: readonly Kind[] = [
  { name: { en: "single layer", ru: "однослойный" }, hidden: 0, isTrained: true },
  { name: { en: "1 fixed, 1 trained", ru: "1 случайный, 1 обучаемый" }, hidden: 1, isTrained: false },
  {
    name: { en: "3 fixed, 1 trained (Rosenblatt)", ru: "3 случайных, 1 обучаемый (Розенблатт)" },
    hidden: 3,
    isTrained: false,
  },
  { name: { en: "4 trained (Rumelhart: MLP)", ru: "4 обучаемых (Румельхарт: MLP)" }, hidden: 3, isTrained: true },
];
const width = 16;

function makeModel({ hidden, isTrained }: Kind, seed: number) {
  const hiddenLayer = () =>
    layers.dense(width, {
      activation: "tanh",
      trainable: isTrained,
      kernelInitializer: initializers.randomNormal({ stddev: 0.7 }),
      biasInitializer: initializers.randomNormal({ stddev: 0.5 }),
    });
  const model = sequential(
    [layers.input([2]), ...Array.from({ length: hidden }, hiddenLayer), layers.dense(1, { activation: "sigmoid" })],
    { seed },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

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
    const model = makeModel(kind, seed);
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
