// XOR, which two layers can learn and one neuron cannot.
import { ArgumentError, Dataset, layers, optimizers, type Recipe, type RecipeOptions, sequential } from "nabla";

const defaults = { epochs: 200, batchSize: 4, learningRate: 0.1 };

const expected = [
  { metric: "accuracy", atLeast: 1, on: "the four points" },
  { metric: "loss", atMost: 0.01, on: "the four points" },
];

/** The four points, to train on and to test with. */
async function loadData({ data: folder }: RecipeOptions = {}) {
  if (folder !== undefined)
    throw new ArgumentError("xor: expected no folder of data, since its four points are built in.");
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
  title: "XOR by a network of two layers",
  description:
    "The exclusive or of two bits: no line separates its four points, so that a single neuron fails (Minsky and " +
    "Papert, 1969), and a hidden layer of eight learns it (Rumelhart, Hinton and Williams, 1986).",
  defaults,
  expected,
  loadData,
  model: makeModel,
  async run(options = {}) {
    const {
      epochs = options.tiny ? 40 : defaults.epochs,
      batchSize = defaults.batchSize,
      out,
      callbacks = [],
      signal,
    } = options;
    const { train, test } = await loadData(options);
    const model = makeModel(options);
    const history = await model.fit(train, {
      epochs,
      batchSize,
      callbacks,
      verbose: options.verbose,
      seed: options.seed ?? 1,
      ...(signal && { signal }),
      ...(options.checkpoint && { checkpoint: options.checkpoint, resume: options.resume ?? false }),
    });
    if (out !== undefined) await model.save(out);
    return {
      model,
      history,
      evaluation: await model.evaluate(test),
      expected: options.tiny ? [] : expected,
      train,
      test,
    };
  },
};
