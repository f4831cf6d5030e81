// M4. The structure of a fully connected network: as many outputs as targets, and what stands at the end.
import { layers, optimizers, random, sequential, stack, type Tensor } from "nabla";
import { type Item, type Label, numeral, type Text, text } from "./item.ts";

type Ending = "linear" | "sigmoid" | "softmax";

interface Task {
  readonly task: Text;
  readonly outputs: number;
  readonly ending: Ending;
  readonly loss: "mse" | "binaryCrossentropy" | "sparseCategoricalCrossentropy";
  /** The targets of the points (x, y), [count, outputs]; the number of the class, [count], before a softmax. */
  readonly targets: (x: Tensor, y: Tensor) => Tensor;
}

const number = (condition: Tensor): Tensor => condition.cast("float32");
const inCircle = (x: Tensor, y: Tensor): Tensor => number(x.square().add(y.square()).less(0.5));

const tasks: readonly Task[] = [
  {
    task: { en: "one number: the product xy", ru: "одно число: произведение xy" },
    outputs: 1,
    ending: "linear",
    loss: "mse",
    targets: (x, y) => stack([x.mul(y)], 1),
  },
  {
    task: { en: "three numbers: x + y, x − y, xy", ru: "три числа: x + y, x − y, xy" },
    outputs: 3,
    ending: "linear",
    loss: "mse",
    targets: (x, y) => stack([x.add(y), x.sub(y), x.mul(y)], 1),
  },
  {
    task: { en: "yes or no: is the point in the circle?", ru: "да или нет: точка внутри круга?" },
    outputs: 1,
    ending: "sigmoid",
    loss: "binaryCrossentropy",
    targets: (x, y) => stack([inCircle(x, y)], 1),
  },
  {
    task: {
      en: "three separate questions: right? above? in the circle?",
      ru: "три отдельных вопроса: справа? сверху? в круге?",
    },
    outputs: 3,
    ending: "sigmoid",
    loss: "binaryCrossentropy",
    targets: (x, y) => stack([number(x.greater(0)), number(y.greater(0)), inCircle(x, y)], 1),
  },
  {
    task: { en: "one class of four: the quadrant", ru: "один класс из четырёх: четверть плоскости" },
    outputs: 4,
    ending: "softmax",
    loss: "sparseCategoricalCrossentropy",
    targets: (x, y) =>
      number(x.less(0))
        .add(number(y.less(0)).mul(2))
        .cast("int32"),
  },
];

const endings: Readonly<Record<Ending, Label>> = {
  linear: { en: "none", ru: "нет" },
  sigmoid: { en: "sigmoid", ru: "сигмоида" },
  softmax: "softmax",
};

/** Two inputs, 16 hidden neurons, and the end that the task asks for. */
function network({ outputs, ending, loss }: Task, seed: number) {
  return sequential([layers.dense(16, { activation: "tanh" }), layers.dense(outputs, { activation: ending })], {
    inputShape: [2],
    seed,
  }).compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss, metrics: loss === "mse" ? [] : ["accuracy"] });
}

export const item: Item = async function* ({ tiny, seed }) {
  yield text(
    "A fully connected network has as many inputs as features, as many outputs as targets, and in between any " +
      "number of hidden layers. The task decides the last activation: none for any number; a sigmoid for yes or no, " +
      "from 0 to 1, each output by itself; softmax for one class of several, because the outputs share a sum of 1.",
    "У полносвязной сети столько входов, сколько признаков, и столько выходов, сколько целевых значений; скрытых " +
      "слоёв между ними — сколько угодно. Последнюю функцию активации определяет задача: если ответ — любое число, " +
      "её нет; для ответа «да или нет» — сигмоида, от 0 до 1, каждый выход сам по себе; если нужен один класс из " +
      "нескольких — softmax: в сумме выходы дают 1.",
  );
  const points = random.uniform(random.key(seed), [500, 2], { min: -1, max: 1 });
  const [x, y] = [points.at("...", 0), points.at("...", 1)];
  const inputs = await points.array<2>();
  const asked = [[0.6, 0.3]];

  const runs = [];
  for (const task of tasks) {
    const model = network(task, seed);
    const targets = await task.targets(x, y).array();
    const { epochs } = await model.fit(inputs, targets, { epochs: tiny ? 20 : 100, seed, verbose: 0 });
    const [answer = []] = await (await model.predict(asked)).array<2>();
    const { loss, accuracy } = await model.evaluate(inputs, targets);
    runs.push({ task, first: epochs[0]!.loss, loss, accuracy, answer });
  }
  yield {
    kind: "table",
    title: { en: "Five tasks about a point (x, y) of a square", ru: "Пять задач о точке (x, y) квадрата" },
    columns: [
      { en: "what is asked", ru: "что требуется" },
      { en: "outputs", ru: "выходов" },
      { en: "last activation", ru: "последняя активация" },
      { en: "loss function", ru: "функция потерь" },
    ],
    rows: runs.map(({ task }) => [task.task, task.outputs, endings[task.ending], lossNames[task.loss]]),
  };
  yield {
    kind: "table",
    title: {
      en: `The same network of 16 hidden neurons, trained on ${inputs.length} points with each end`,
      ru: `Одна и та же сеть с 16 скрытыми нейронами, обученная на ${inputs.length} точках с каждым из окончаний`,
    },
    columns: [
      { en: "what is asked", ru: "что требуется" },
      { en: "loss, first epoch", ru: "потери, первая эпоха" },
      { en: "at the end", ru: "в конце" },
      { en: "right answers, %", ru: "верных ответов, %" },
    ],
    rows: runs.map(({ task, first, loss, accuracy }) => [
      task.task,
      first,
      loss,
      accuracy === undefined ? "—" : numeral(100 * accuracy, 1),
    ]),
    digits: 4,
  };
  const [px, py] = asked[0]!;
  yield {
    kind: "table",
    title: {
      en: `What the outputs say of the point (${px}, ${py})`,
      ru: `Что говорят выходы о точке (${px}, ${py})`,
    },
    columns: [
      { en: "what is asked", ru: "что требуется" },
      { en: "outputs", ru: "выходы" },
      { en: "their sum", ru: "их сумма" },
    ],
    rows: runs.map(({ task, answer }) => [
      task.task,
      answer.map((value) => numeral(value, 2)).join("  "),
      answer.reduce((sum, value) => sum + value, 0),
    ]),
    digits: 2,
  };
  yield text(
    "Only softmax must give a sum of 1: its outputs are the probabilities of classes that exclude one another. " +
      "Three sigmoids answer three questions, and may all say yes.",
    "Сумма обязана равняться 1 только у softmax: его выходы — вероятности классов, которые исключают друг друга. " +
      "Три сигмоиды отвечают на три вопроса, и все три могут ответить «да».",
  );
};

const lossNames = {
  mse: { en: "mean squared error", ru: "среднеквадратичная ошибка (MSE)" },
  binaryCrossentropy: { en: "log loss", ru: "логарифмическая функция потерь (log loss)" },
  sparseCategoricalCrossentropy: { en: "cross-entropy", ru: "перекрёстная энтропия" },
} as const satisfies Readonly<Record<Task["loss"], Text>>;
