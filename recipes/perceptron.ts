// S1, N2, N5. Rosenblatt's rule on points that a line separates and on XOR, and five kinds of perceptron on digits.
import {
  initializers,
  type Layer,
  layers,
  type Model,
  oneHot,
  optimizers,
  perceptron,
  random,
  sequential,
  stack,
  type Tensor,
  tensor,
} from "nabla";
import type { Dataset } from "nabla/data";
import { accuracyFigures, trainDigitClassifier } from "./tools/digit-classifier.ts";
import { digitData, loadDigitImages } from "./tools/digit-images.ts";
import { both, numeral, type Part, type Table, type Text, text } from "./tools/part.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 30, batchSize: 64, learningRate: 0.002 };

const onPoints = both("points in a plane", "точки на плоскости");
const expected = [
  ...accuracyFigures({ digits: 0.965 }),
  { metric: "mistakesSeparable", atMost: 0, on: onPoints },
  { metric: "mistakesXor", atLeast: 1, on: onPoints },
];

/** The multilayer perceptron, which is saved: all of its layers learn. */
function makeModel({ learningRate = defaults.learningRate, seed = 1 }: RecipeOptions = {}): Model {
  const model = sequential(
    [
      layers.input([28, 28]),
      layers.flatten(),
      layers.dropout(0.2),
      layers.dense(256, { activation: "relu" }),
      layers.dropout(0.3),
      layers.dense(128, { activation: "relu" }),
      layers.dropout(0.2),
      layers.dense(64, { activation: "relu" }),
      layers.dense(10),
    ],
    { name: "perceptron", seed },
  );
  return compileClassifier(model, learningRate);
}

function compileClassifier(model: Model, learningRate: number): Model {
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model;
}

/** A layer of threshold neurons whose random connections are never trained, as Rosenblatt's A-units. */
const fixedLayer = (units: number) =>
  layers.dense(units, {
    activation: (sums) => sums.sign(),
    kernelInitializer: initializers.varianceScaling({ distribution: "untruncatedNormal" }),
    biasInitializer: initializers.randomNormal({ stddev: 0.1 }),
    trainable: false,
  });

/** Points of two classes, whose answers are −1 and +1. */
interface Points {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** The four points of the exclusive or. */
const xorPoints: Points = {
  inputs: tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]),
  targets: tensor([-1, 1, 1, -1]),
};

const margin = 0.05;
/** The distance of the line from the origin. */
const shift = 0.3;

/** Points on both sides of a line, none of them nearer to it than the margin. */
function separablePoints(key: Tensor, count: number): Points {
  const angle = random.uniform(random.foldIn(key, 0), [], { max: 2 * Math.PI });
  const along = random.uniform(random.foldIn(key, 1), [count], { min: -1, max: 1 });
  const across = random.uniform(random.foldIn(key, 2), [count], { min: margin, max: 1 });
  const targets = random.bernoulli(random.foldIn(key, 3), [count], 0.5).cast("float32").mul(2).sub(1);
  const distance = across.mul(targets).add(shift);
  const [cos, sin] = [angle.cos(), angle.sin()];
  const inputs = stack([cos.mul(distance).sub(sin.mul(along)), sin.mul(distance).add(cos.mul(along))], 1);
  return { inputs, targets };
}

/** What Rosenblatt's rule has done with some points. */
interface RuleRun {
  readonly size: number;
  /** The number of changes in each epoch. */
  readonly changes: readonly number[];
  readonly weights: readonly number[];
}

/** Shows the points one after the other until an epoch has no mistake, or `most` epochs have passed. */
async function learnPoints({ inputs, targets }: Points, most: number, options: RecipeOptions): Promise<RuleRun> {
  const { signal, seed = 1 } = options;
  const model = perceptron({ seed });
  const size = inputs.shape[0]!;
  const { epochs } = await model.fit(inputs, targets, {
    epochs: most,
    batchSize: 1,
    seed,
    verbose: 0,
    ...(signal && { signal }),
    callbacks: [{ onEpochEnd: ({ loss }, run) => (loss === 0 ? run.stop("converged") : undefined) }],
  });
  // w₁, w₂ and w₀
  const weights: number[] = [];
  for (const { value } of model.trainableVariables) weights.push(...(await value.data()));
  return { size, changes: epochs.map(({ loss }) => Math.round(loss! * size)), weights };
}

/** A kind of perceptron on the digits. */
interface Kind {
  readonly name: Text;
  readonly trained: number;
  readonly fixed: number;
  readonly accuracy: number;
}

/** Trains neurons by Rosenblatt's rule on what fixed layers give, and measures their answers. */
async function learnByRule(
  fixed: Model,
  { train, test }: { readonly train: Dataset; readonly test: Dataset },
  options: RecipeOptions,
): Promise<Pick<Kind, "trained" | "fixed" | "accuracy">> {
  const { signal, seed = 1, tiny = false } = options;
  const model = perceptron({ units: 10, seed });
  const wanted = oneHot(tensor(train.targets.array.data), 10).mul(2).sub(1);
  await model.fit((await fixed.predict(train)) as Tensor, wanted, {
    epochs: tiny ? 1 : 10,
    batchSize: 1,
    seed,
    verbose: 0,
    ...(signal && { signal }),
  });
  // Several neurons may answer +1, or none: the greatest sum decides.
  const answers = model.neurons.apply((await fixed.predict(test)) as Tensor).argmax(1);
  const accuracy = await answers.equal(tensor(test.targets.array.data)).cast("float32").mean().item();
  return { trained: model.countParams(), fixed: fixed.countParams(), accuracy };
}

/** The kinds of perceptron that are compared with the multilayer one. */
async function* learnKinds(
  data: { readonly train: Dataset; readonly test: Dataset },
  options: RecipeOptions,
): AsyncIterable<Kind> {
  const { tiny = false, seed = 1, learningRate = defaults.learningRate } = options;
  const [width, inputShape] = [tiny ? 16 : 1024, [28, 28]];
  const byRule = (fixed: Layer[]) =>
    learnByRule(sequential([layers.flatten(), ...fixed], { inputShape, seed }), data, options);
  yield { name: both("one layer", "однослойный"), ...(await byRule([])) };
  yield {
    name: both("one fixed layer, one trained", "один случайный слой, один обучаемый"),
    ...(await byRule([fixedLayer(width)])),
  };
  yield {
    name: both("three fixed layers, one trained (Rosenblatt)", "три случайных слоя, один обучаемый (Розенблатт)"),
    ...(await byRule([fixedLayer(width), fixedLayer(width), fixedLayer(width)])),
  };
  const hidden = layers.dense(tiny ? 8 : 64, { activation: "relu" });
  const model = compileClassifier(
    sequential([layers.flatten(), hidden, layers.dense(10)], { inputShape, seed }),
    learningRate,
  );
  const { checkpoint, callbacks, ...quiet } = options;
  await model.fit(data.train, { ...fitOptions(quiet, settings(options)), verbose: 0 });
  const { accuracy = 0 } = await model.evaluate(data.test);
  yield {
    name: both("one hidden layer, both trained", "один скрытый слой, обучаются оба"),
    trained: model.countParams(),
    fixed: 0,
    accuracy,
  };
}

const settings = ({ tiny = false }: RecipeOptions) => (tiny ? { ...defaults, epochs: 1 } : defaults);

export const recipe: Recipe = {
  name: "perceptron",
  items: ["S1", "N2", "N5"],
  title: both(
    "Perceptrons: Rosenblatt's rule, and five kinds of them",
    "Персептроны: правило Розенблатта и пять видов",
  ),
  description: both(
    "Rosenblatt's rule learns points that a line separates, after finitely many changes, and never learns XOR. Then " +
      "five kinds of perceptron read the same digits: one layer; random fixed layers below a trained one, as " +
      "Rosenblatt had them; and networks in which all layers learn by backpropagation. The last one is saved.",
    "Правило Розенблатта за конечное число поправок обучается на точках, разделимых прямой, и никогда — на " +
      "исключающем ИЛИ. Затем одни и те же цифры читают пять видов персептрона: однослойный, со случайными " +
      "неизменными слоями под обучаемым, как у самого Розенблатта, и сети, в которых методом обратного " +
      "распространения ошибки обучаются все слои. Сохраняется последняя.",
  ),
  source:
    "Rosenblatt 1958, The perceptron; Novikoff 1962, On convergence proofs for perceptrons; Rumelhart, Hinton & " +
    "Williams 1986",
  data: both(`points drawn by a generator; ${digitData.en}`, `точки из генератора случайных чисел; ${digitData.ru}`),
  defaults,
  expected,
  loadData: loadDigitImages,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1 } = options;
    options.onStage?.(both("Rosenblatt's rule on points in a plane", "Правило Розенблатта: точки на плоскости"));
    const points = separablePoints(random.key(seed), tiny ? 20 : 100);
    const separable = await learnPoints(points, tiny ? 20 : 1000, options);
    const xor = await learnPoints(xorPoints, tiny ? 5 : 40, options);

    options.onStage?.(both("The multilayer perceptron on digits", "Многослойный персептрон: цифры"));
    const trained = await trainDigitClassifier(makeModel(options), options, defaults, expected);
    const { model, evaluation, train, test } = trained;
    const { accuracy = 0 } = evaluation;

    options.onStage?.(both("Four simpler kinds on the same digits", "Четыре более простых вида: те же цифры"));
    const kinds: Kind[] = [];
    for await (const kind of learnKinds({ train: train!, test: test! }, options)) {
      kinds.push(kind);
      options.onStep?.({ done: kinds.length, total: 4, measures: { accuracy: kind.accuracy } });
    }
    const [oneLayer, oneFixed, threeFixed, oneHidden] = kinds.map((kind) => kind.accuracy);
    kinds.push({
      name: both("all layers trained (Rumelhart: MLP)", "обучаются все слои (Румельхарт: MLP)"),
      ...{ trained: model.countParams(), fixed: 0, accuracy },
    });
    return {
      ...trained,
      evaluation: {
        ...evaluation,
        accuracyOneLayer: oneLayer!,
        accuracyOneFixed: oneFixed!,
        accuracyThreeFixed: threeFixed!,
        accuracyOneHidden: oneHidden!,
        mistakesSeparable: separable.changes.at(-1) ?? separable.size,
        mistakesXor: Math.min(xor.size, ...xor.changes),
      },
      expected: tiny ? [] : [...trained.expected, ...expected.filter(({ on }) => on === onPoints)],
      async *ending() {
        yield* showRule(points, separable, xor);
        yield compared(kinds);
        if (trained.ending) yield* trained.ending();
      },
    };
  },
};

/** How the rule came on, and the line that it found. */
async function* showRule(points: Points, separable: RuleRun, xor: RuleRun): AsyncIterable<Part> {
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  // Novikoff: at most (R/γ)² changes, with the points and the true line in the space that has a 1 for w₀.
  const longest = await points.inputs.square().sum(1).add(1).max().item();
  const bound = (longest * (1 + shift ** 2)) / margin ** 2;
  const changes = numeral(sum(separable.changes));
  yield text(
    `On ${separable.size} points beside a line the rule made ${changes} changes in ${separable.changes.length} ` +
      `epochs; Novikoff's theorem allows at most (R/γ)² = ${numeral(Math.floor(bound))}. On XOR it made at least ` +
      `${Math.min(...xor.changes)} in each of ${xor.changes.length} epochs: it would go on for ever.`,
    `На точках по обе стороны от прямой (их ${separable.size}) правило сделало поправок: ${changes}, эпох: ` +
      `${separable.changes.length}; по теореме Новикова их не больше (R/γ)² = ${numeral(Math.floor(bound))}. На ` +
      `исключающем ИЛИ поправок не меньше ${Math.min(...xor.changes)} в каждой из эпох, которых было ` +
      `${xor.changes.length}: и так будет всегда.`,
  );
  const curve = ({ changes: each, size }: RuleRun) => each.map((n, i): [number, number] => [i + 1, (100 * n) / size]);
  yield {
    kind: "plot",
    title: both("Wrong answers while learning", "Неверные ответы в ходе обучения"),
    x: both("epoch", "эпоха"),
    y: both("wrong, %", "неверно, %"),
    series: [
      { name: both("separable points", "разделимые точки"), points: curve(separable) },
      { name: both("XOR", "исключающее ИЛИ"), points: curve(xor) },
    ],
  };
  const [at, answers] = [await points.inputs.array<2>(), await points.targets.array<1>()];
  const ofClass = (answer: number) =>
    at.filter((_, i) => answers[i] === answer).map(([x, y]): [number, number] => [x!, y!]);
  yield {
    kind: "plot",
    title: both("The points, and the line that the rule has found", "Точки и прямая, которую нашло правило"),
    x: "x₁",
    y: "x₂",
    series: [
      { name: "−1", points: ofClass(-1), style: "points" },
      { name: "+1", points: ofClass(1), style: "points" },
      { name: "w₁x₁ + w₂x₂ + w₀ = 0", points: lineThrough(at, separable.weights) },
    ],
  };
}

/** The ends of the line w₁x₁ + w₂x₂ + w₀ = 0 within the square of some points. */
function lineThrough(points: readonly (readonly number[])[], weights: readonly number[]): [number, number][] {
  const [w1 = 0, w2 = 0, w0 = 0] = weights;
  const most = Math.max(...points.flat().map(Math.abs));
  const corners = [-most, most];
  const crossings = [
    ...corners.map((x): [number, number] => [x, -(w1 * x + w0) / w2]),
    ...corners.map((y): [number, number] => [-(w2 * y + w0) / w1, y]),
  ];
  return crossings.filter(([x, y]) => Math.abs(x) <= most && Math.abs(y) <= most);
}

const compared = (kinds: readonly Kind[]): Table => ({
  kind: "table",
  title: both("Five kinds of perceptron on the digits held out", "Пять видов персептрона на отложенных цифрах"),
  columns: [
    both("kind", "вид"),
    both("trained weights", "обучаемых весов"),
    both("fixed weights", "случайных весов"),
    both("right, %", "верно, %"),
  ],
  rows: kinds.map(({ name, trained, fixed, accuracy }) => [name, trained, fixed, 100 * accuracy]),
  digits: 1,
});
