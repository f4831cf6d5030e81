// S3. AlexNet's structure at 28 × 28 pixels: five convolutions, overlapping pooling, dropout, augmented images.
import { layers, type Model, optimizers, sequential } from "nabla";
import { accuracyFigures, trainDigitClassifier } from "./tools/digit-classifier.ts";
import { digitData, digitSet, distortions, loadDigitImages } from "./tools/digit-images.ts";
import { featureMaps } from "./tools/feature-maps.ts";
import { both } from "./tools/part.ts";
import type { Recipe, RecipeOptions, RecipeSettings } from "./tools/recipe.ts";

const defaults = { epochs: 21, batchSize: 64, learningRate: 0.001 };
/** The larger sets need fewer passes, and have ten minutes. */
const settings = (options: RecipeOptions): RecipeSettings =>
  digitSet(options) === "digits" ? defaults : { ...defaults, epochs: 15 };

const expected = accuracyFigures({ digits: 0.988, "fashion-mnist": 0.92 });

/**
 * Five convolutions, the first with large filters; after the first, the second and the fifth of them the maximum of
 * 3 × 3 pixels in steps of two; three dense layers, the first two behind dropout: of 0.3, since a network of this size
 * underfits with the paper's half. The normalisation of responses is left out, as networks after it have done.
 */
function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const width = (units: number): number => (tiny ? units / 16 : units);
  const convolution = (filters: number, size: number, name: string) =>
    layers.conv2d(width(filters), size, { padding: "same", activation: "relu", kernelInitializer: "heNormal", name });
  const overlapping = () => layers.maxPooling2d(3, { strides: 2 });
  const model = sequential(
    [
      layers.input([28, 28]),
      layers.reshape([28, 28, 1]),
      ...distortions(options),
      convolution(32, 5, "conv1"),
      overlapping(), // 13 × 13
      convolution(48, 3, "conv2"),
      overlapping(), // 6 × 6
      convolution(64, 3, "conv3"),
      convolution(64, 3, "conv4"),
      convolution(64, 3, "conv5"),
      layers.maxPooling2d(3, { strides: 2, padding: "same" }), // 3 × 3
      layers.flatten(),
      layers.dropout(0.3),
      layers.dense(width(256), { activation: "relu", kernelInitializer: "heNormal" }),
      layers.dropout(0.3),
      layers.dense(width(256), { activation: "relu", kernelInitializer: "heNormal" }),
      layers.dense(10),
    ],
    { name: "alexnet", seed },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model;
}

export const recipe: Recipe = {
  name: "alexnet",
  items: ["S3"],
  title: both("AlexNet's structure for small images", "Строение AlexNet для небольших изображений"),
  description: both(
    "Rectifiers, overlapping pooling, dropout and images that are changed at random, which together won ImageNet in " +
      "2012, at the size of digits and clothes: five convolutions, then three dense layers.",
    "Выпрямители (ReLU), пулинг с перекрытием, прореживание (dropout) и случайные искажения изображений — всё, что " +
      "вместе выиграло ImageNet в 2012 году, в размере цифр и одежды: пять свёрток и три полносвязных слоя.",
  ),
  source: "Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural networks",
  data: digitData,
  defaults,
  expected,
  loadData: loadDigitImages,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false } = options;
    const model = makeModel(options);
    return trainDigitClassifier(model, options, settings(options), expected, async function* (test) {
      yield await featureMaps(model, "conv1", test, tiny ? 2 : 31);
    });
  },
};
