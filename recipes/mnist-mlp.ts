// Handwritten digits by a multilayer perceptron.
import { callbacks, data, layers, optimizers, type Recipe, type RecipeOptions, sequential } from "nabla";

/** For the 8,000 digits that come with Nabla; the 60,000 of MNIST need fewer rounds. */
const defaults = { epochs: 15, batchSize: 64, learningRate: 0.002 };
const fullDefaults = { epochs: 8, batchSize: 128 };

const onDigits = { metric: "accuracy", atLeast: 0.96, on: "2,000 digits held out" };
const onMnist = { metric: "accuracy", atLeast: 0.98, on: "MNIST's 10,000 test images" };

function makeModel({ learningRate = defaults.learningRate, seed = 1 }: RecipeOptions = {}) {
  const model = sequential(
    [layers.input([28, 28]), layers.flatten(), layers.dropout(0.1), layers.dense(256, { activation: "relu" }), layers.dropout(0.25), layers.dense(10)],
    { name: "mnist-mlp", seed },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

export const recipe: Recipe = {
  name: "mnist-mlp",
  title: "Handwritten digits by a multilayer perceptron",
  description:
    "784 pixels, 256 hidden neurons, 10 digits; dropout on the way, and a learning rate that falls in the second half. " +
    "Trains on the 10,000 digits that come with Nabla, 2,000 of them held out; with a folder of MNIST's files (--data) on all 60,000.",
  defaults,
  expected: [onDigits, onMnist],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, out, seed = 1, signal, learningRate = defaults.learningRate } = options;
    const own = options.data === undefined ? defaults : fullDefaults;
    const { epochs = tiny ? 2 : own.epochs, batchSize = own.batchSize } = options;
    const all = options.data === undefined ? await data.digits() : await data.mnist({ folder: options.data });
    const [train, test] = tiny ? [all.train.take(1000), all.test.take(200)] : [all.train, all.test];
    const model = makeModel(options);
    const falling = callbacks.learningRateScheduler((epoch) => learningRate * Math.min(1, 2.05 - (2 * epoch) / epochs));
    const history = await model.fit(train, { epochs, batchSize, seed, callbacks: [falling, ...(options.callbacks ?? [])], ...(signal && { signal }) });
    const evaluation = await model.evaluate(test);
    if (out !== undefined) await model.save(out);
    const expected = tiny ? [] : [options.data === undefined ? onDigits : onMnist];
    return { model, history, evaluation, expected, train, test };
  },
};
