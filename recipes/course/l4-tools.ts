// L4. The further tools of training that the course names, each shown by a number.
import {
  compile,
  gradients,
  layers,
  type OptimizerLike,
  optimizers,
  random,
  regularizers,
  schedules,
  sequential,
  type Tensor,
  variable,
} from "nabla";
import { formula, type Item, type Part, type RunOptions, type Text, text } from "./item.ts";
import { spirals } from "./l3-batches.ts";
import { knowledgeTools } from "./l4-knowledge.ts";

type Points = Awaited<ReturnType<typeof spirals>>;
type Layers = Parameters<typeof sequential>[0];

interface NetworkOptions {
  readonly first?: Layers;
  readonly afterHidden?: () => Layers;
  readonly kernelRegularizer?: ReturnType<typeof regularizers.l2>;
}

/** Two hidden layers of 32, with what is put before and after them. */
function network({ first = [], afterHidden = () => [], ...rest }: NetworkOptions = {}): Layers {
  const hidden = () => [layers.dense(32, { activation: "tanh", ...rest }), ...afterHidden()];
  return [...first, ...hidden(), ...hidden(), layers.dense(1, { activation: "sigmoid" })];
}

/** Trains on the spirals of L3, and measures. */
async function train(net: Layers, optimizer: OptimizerLike, { X, Y }: Points, epochs: number, seed: number) {
  const model = sequential(net, { inputShape: [2], seed });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  await model.fit(X, Y, { epochs, batchSize: 32, seed, verbose: 0 });
  return model;
}

const table = (columns: readonly (string | Text)[], rows: readonly (readonly (number | string | Text)[])[]): Part => ({
  kind: "table",
  columns,
  rows,
  digits: 4,
});
const loss = { en: "loss", ru: "потери" };

/** Adam and its relatives give each weight a rate of its own. */
async function* showOptimizers({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Optimizers. Momentum keeps the direction of earlier steps; RMSprop and Adam divide each weight's gradient by " +
      "its usual size. The same spirals, the same epochs:",
    "Оптимизаторы. Момент сохраняет направление прежних шагов; RMSprop и Adam делят градиент каждого веса на его " +
      "обычную величину. Те же спирали, столько же эпох:",
  );
  const points = await spirals(600, seed);
  const rows = [];
  for (const [name, optimizer] of [
    ["SGD", optimizers.sgd({ learningRate: 0.1 })],
    ["SGD, momentum 0.9", optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })],
    ["RMSprop", optimizers.rmsprop({ learningRate: 0.01 })],
    ["Adam", optimizers.adam({ learningRate: 0.01 })],
  ] as const) {
    const model = await train(network(), optimizer, points, tiny ? 15 : 40, seed);
    rows.push([name, (await model.evaluate(points.X, points.Y)).loss]);
  }
  yield table([{ en: "optimizer", ru: "оптимизатор" }, loss], rows);
}

/** A rate that falls: large steps first, small ones at the end. */
async function* showSchedules({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Learning-rate schedules. Large steps find the way, small ones settle at the bottom.",
    "Расписание скорости обучения. Большие шаги находят дорогу, малые — опускаются на дно.",
  );
  const points = await spirals(600, seed);
  const [rate, epochs] = [0.03, tiny ? 15 : 40];
  const decaySteps = epochs * Math.ceil(points.X.length / 32);
  const rows = [];
  for (const [name, learningRate] of [
    [{ en: "constant", ru: "постоянная" }, rate],
    [
      { en: "falls along a cosine", ru: "убывает по косинусу" },
      schedules.cosineDecay({ initialLearningRate: rate, decaySteps }),
    ],
  ] as const) {
    const model = await train(network(), optimizers.adam({ learningRate }), points, epochs, seed);
    rows.push([name, (await model.evaluate(points.X, points.Y)).loss]);
  }
  yield table([{ en: "rate of Adam", ru: "скорость Adam" }, loss], rows);
}

/** A gradient that is too long is shortened, and keeps its direction. */
async function* showClipping(): AsyncIterable<Part> {
  yield text(
    "Gradient clipping. L = x⁴ is so steep at x = 3 that a step with an ordinary rate leaps out of the valley, each " +
      "farther than the last, until the numbers overflow (NaN).",
    "Ограничение градиента (clipping). Функция L = x⁴ в точке x = 3 так крута, что шаг с обычной скоростью " +
      "выбрасывает из оврага.",
  );
  yield formula(
    String.raw`g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right)`,
    "g ← g · min(1, c/‖g‖)",
  );
  const rows = [];
  for (const [name, clipping] of [
    [{ en: "none", ru: "нет" }, {}],
    ["c = 1", { clipnorm: 1 }],
  ] as const) {
    const x = variable(3);
    const optimizer = optimizers.sgd({ learningRate: 0.1, ...clipping });
    const step = compile(() => {
      const [slope] = gradients(x.value.pow(4), [x]);
      optimizer.applyGradients([[slope, x]]);
    });
    const path = [];
    for (let i = 0; i < 3; i++) {
      await step();
      path.push(await x.value.item());
    }
    await step.repeat(30);
    rows.push([name, ...path, await x.value.item()]);
  }
  const after = (steps: number) => ({ en: `x after step ${steps}`, ru: `x после шага ${steps}` });
  yield table([{ en: "clipping", ru: "ограничение" }, after(1), after(2), after(3), after(33)], rows);
}

/** λ·mean ‖∂out/∂x‖² is added to the loss: a second derivative, which the engine takes as any other. */
async function* showPenalty({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Gradient penalty. The loss gets a term for the slope of the network's output by its input, so that it becomes " +
      "smooth. The engine differentiates the derivative again.",
    "Штраф на градиент (gradient penalty). К потерям добавляется наклон выхода сети по её входу, и сеть становится " +
      "гладкой. Производная дифференцируется ещё раз.",
  );
  yield formula(
    String.raw`L = \mathrm{MSE} + \lambda\,\frac{1}{n}\sum_i ` +
      String.raw`\left\lVert \frac{\partial g(x_i)}{\partial x_i} \right\rVert^2`,
    "L = MSE + λ · 1/n Σ ‖∂g(xᵢ)/∂xᵢ‖²",
  );
  const [key, noise] = [0, 1].map((part) => random.foldIn(random.key(seed), part)) as [Tensor, Tensor];
  const x = random.uniform(key, [40, 1], { min: -1, max: 1 });
  const y = x
    .mul(3)
    .sin()
    .add(random.normal(noise, [40, 1], { std: 0.2 }));
  const rows = [];
  for (const lambda of [0, 0.001, 0.01]) {
    const w1 = variable(random.normal(random.key(seed), [1, 32], { std: 8 }));
    const [b1, w2] = [
      variable(random.normal(random.key(seed + 1), [32], { std: 4 })),
      variable(w1.value.reshape([32, 1]).div(40)),
    ];
    const optimizer = optimizers.adam({ learningRate: 0.01 });
    const step = compile(() => {
      const g = x.matmul(w1).add(b1).tanh().matmul(w2);
      const [slope] = gradients(g.sum(), [x]); // ∂g(xᵢ)/∂xᵢ: each output depends on its own input only
      const [mse, steepness] = [g.sub(y).square().mean(), slope.square().mean()];
      const all = [w1, b1, w2];
      const slopes = gradients(mse.add(steepness.mul(lambda)), all);
      optimizer.applyGradients(all.map((of, i) => [slopes[i]!, of]));
      return [mse, steepness];
    });
    const [mse, steepness] = await step.repeat(tiny ? 300 : 2000);
    rows.push([String(lambda), await mse!.item(), Math.sqrt(await steepness!.item())]);
  }
  yield table(["λ", "MSE", { en: "slope, root mean square", ru: "наклон, среднеквадратичный" }], rows);
}

/** Few points and a large network: it learns them by heart, unless something holds it back. */
async function* showRegularisation({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Regularisation. With few examples, every eighth of them labelled wrongly, a network learns even the mistakes " +
      "by heart. A penalty on the weights (L2) or dropout, which switches neurons off at random while training, " +
      "leaves less room for that; the test is on other points.",
    "Регуляризация. Если примеров мало и у каждого восьмого неверная метка, сеть заучивает наизусть и ошибки. Штраф " +
      "на веса (L2) или dropout, который при обучении случайно выключает нейроны, этому мешают; проверка — на " +
      "других точках.",
  );
  const [few, test] = [await spirals(200, seed), await spirals(1000, seed + 100)];
  few.Y = few.Y.map(([label], i) => [i % 8 === 0 ? 1 - label! : label!]); // every eighth label is a mistake
  const rows = [];
  for (const [name, net] of [
    [{ en: "none", ru: "нет" }, network()],
    ["L2, λ = 0.001", network({ kernelRegularizer: regularizers.l2(0.001) })],
    ["dropout 0.2", network({ afterHidden: () => [layers.dropout(0.2)] })],
  ] as const) {
    const model = await train(net, optimizers.adam({ learningRate: 0.01 }), few, tiny ? 150 : 600, seed);
    const [own, others] = [await model.evaluate(few.X, few.Y), await model.evaluate(test.X, test.Y)];
    rows.push([name, own.loss, others.loss, 100 * (others.accuracy ?? 0)]);
  }
  yield table(
    [
      { en: "regularisation", ru: "регуляризация" },
      { en: "training loss", ru: "потери на обучении" },
      { en: "test loss", ru: "потери на проверке" },
      { en: "right, %", ru: "верно, %" },
    ],
    rows,
  );
}

/** Inputs in other units: the network does not get far until they are brought to mean 0 and variance 1. */
async function* showNormalisation({ tiny, seed }: RunOptions): AsyncIterable<Part> {
  yield text(
    "Normalisation. The same spirals in other units, 50x + 100. Batch normalisation brings each input to mean 0 and " +
      "variance 1, and the outputs of hidden layers too.",
    "Нормализация. Те же спирали в других единицах, 50x + 100. Нормализация по батчу приводит каждый вход к " +
      "среднему 0 и дисперсии 1, и выходы скрытых слоёв тоже.",
  );
  const { X, Y } = await spirals(600, seed);
  const points = { X: X.map((row) => row.map((x) => 50 * x + 100)), Y };
  const normal = () => layers.batchNormalization({ momentum: 0.9 });
  const rows = [];
  for (const [name, net] of [
    [{ en: "none", ru: "нет" }, network()],
    [{ en: "of the inputs", ru: "входов" }, network({ first: [normal()] })],
    [
      { en: "of inputs and hidden layers", ru: "входов и скрытых слоёв" },
      network({ first: [normal()], afterHidden: () => [normal()] }),
    ],
  ] as const) {
    const model = await train(net, optimizers.adam({ learningRate: 0.01 }), points, tiny ? 15 : 40, seed);
    rows.push([name, (await model.evaluate(points.X, points.Y)).loss]);
  }
  yield table([{ en: "normalisation", ru: "нормализация" }, loss], rows);
}

export const item: Item = async function* (options) {
  yield text(
    "Between the gradient and a trained network stand many tools. Each one here on a small experiment, with its " +
      "number.",
    "Между градиентом и обученной сетью стоит множество инструментов. Каждый — на маленьком опыте, со своим числом.",
  );
  const tools = [showOptimizers, showSchedules, showClipping, showPenalty, showRegularisation, showNormalisation];
  for (const show of [...tools, ...knowledgeTools]) yield* show(options);
};
