// N4. XOR, which two layers can learn and one neuron cannot.
import { ArgumentError, layers, optimizers, sequential } from "nabla";
import { Dataset } from "nabla/data";
import { both } from "./tools/part.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 200, batchSize: 4, learningRate: 0.1 };

const on = both("the four points", "четыре точки");
const expected = [
  { metric: "accuracy", atLeast: 1, on },
  { metric: "loss", atMost: 0.01, on },
];

/** The four points, to train on and to test with. */
async function loadData({ data }: RecipeOptions = {}) {
  if (data !== undefined) throw new ArgumentError("xor: expected no --data, since its four points are built in.");
  const points = Dataset.from({
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    targets: [[0], [1], [1], [0]],
    name: "xor",
  });
  return { train: points, test: points };
}

function makeModel({ learningRate = defaults.learningRate, seed = 1 }: RecipeOptions = {}) {
  const model = sequential(
    [layers.input([2]), layers.dense(8, { activation: "tanh" }), layers.dense(1, { activation: "sigmoid" })],
    { name: "xor", seed },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "binaryCrossentropy", metrics: ["accuracy"] });
  return model;
}

export const recipe: Recipe = {
  name: "xor",
  items: ["N4"],
  title: both("XOR by a network of two layers", "Исключающее ИЛИ: сеть из двух слоёв"),
  description: both(
    "The exclusive or of two bits: no line separates its four points, so that a single neuron fails (Minsky and " +
      "Papert, 1969), and a hidden layer of eight learns it (Rumelhart, Hinton and Williams, 1986).",
    "Исключающее ИЛИ двух битов: никакая прямая не разделяет его четыре точки, поэтому один нейрон бессилен " +
      "(Минский и Пейперт, 1969), а скрытый слой из восьми нейронов справляется (Румельхарт, Хинтон и Уильямс, 1986).",
  ),
  source: "Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors",
  data: both("its four points; it takes no --data", "четыре точки; --data не нужен"),
  defaults,
  expected,
  loadData,
  model: makeModel,
  async run(options = {}) {
    const { train, test } = await loadData(options);
    const model = makeModel(options);
    const history = await model.fit(train, fitOptions(options, options.tiny ? { ...defaults, epochs: 40 } : defaults));
    const evaluation = await model.evaluate(test);
    return { model, history, evaluation, expected: options.tiny ? [] : expected, train, test };
  },
};
