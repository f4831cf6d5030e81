// S4. A residual network of 20 layers, and with --plain the same network without its skips.
import { functional, input, type Layer, layers, type Model, optimizers, type SymbolicTensor } from "nabla";
import { accuracyFigures, trainDigitClassifier } from "./tools/digit-classifier.ts";
import { digitData, digitSet, distortions, loadDigitImages } from "./tools/digit-images.ts";
import { both } from "./tools/part.ts";
import type { Recipe, RecipeOptions, RecipeSettings } from "./tools/recipe.ts";

const defaults = { epochs: 15, batchSize: 64, learningRate: 0.05 };
/** The larger sets need fewer passes, and have ten minutes. */
const settings = (options: RecipeOptions): RecipeSettings =>
  digitSet(options) === "digits" ? defaults : { ...defaults, epochs: 10 };

const expected = accuracyFigures({ digits: 0.99, mnist: 0.995 });

/**
 * The network of 6n + 2 layers of the paper's section 4.2 with n = 3: 16, 32 and 64 filters, batch normalisation after
 * each convolution. Behind the first one maxima of 3 × 3 pixels in steps of two leave maps of 14 × 14 pixels, which
 * become 7 × 7 and 4 × 4: a quarter of the work.
 */
function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1, variant, tiny = false } = options;
  const filters = tiny ? [4, 4, 8] : [16, 32, 64];
  const blocks = tiny ? 1 : 3;

  const apply = (layer: Layer, x: SymbolicTensor): SymbolicTensor => layer.apply(x);
  const convolution = (x: SymbolicTensor, width: number, size: number, strides: number): SymbolicTensor => {
    const how = { strides, padding: "same", useBias: false, kernelInitializer: "heNormal" } as const;
    return apply(layers.batchNormalization({ momentum: 0.9 }), apply(layers.conv2d(width, size, how), x));
  };
  const relu = (x: SymbolicTensor): SymbolicTensor => apply(layers.relu(), x);

  const pooling = layers.maxPooling2d(3, { strides: 2, padding: "same" });
  const images = input([28, 28]);
  let x = apply(layers.reshape([28, 28, 1]), images);
  for (const distortion of distortions(options)) x = apply(distortion, x);
  x = apply(pooling, relu(convolution(x, filters[0]!, 3, 1)));
  for (const [stage, width] of filters.entries()) {
    for (let block = 0; block < blocks; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const inner = relu(convolution(x, width, 3, strides));
      const residual = convolution(inner, width, 3, 1);
      if (variant === "plain") x = relu(residual);
      else {
        // A convolution of 1 × 1 brings the skip to the size of a new stage (the paper's option B).
        const skip = strides === 1 ? x : convolution(x, width, 1, strides);
        x = relu(layers.add().apply([skip, residual]));
      }
    }
  }
  const outputs = apply(layers.dense(10), apply(layers.globalAveragePooling2d(), x));
  const model = functional({ inputs: images, outputs, name: "resnet", seed });
  model.compile({
    optimizer: optimizers.sgd({ learningRate, momentum: 0.9, nesterov: true, weightDecay: 0.003 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model;
}

export const recipe: Recipe = {
  name: "resnet",
  items: ["S4"],
  title: both("A residual network of 20 layers", "Остаточная сеть (ResNet) из 20 слоёв"),
  description: both(
    "Each block of two convolutions adds what it computes to its own input, so that the gradient reaches the first " +
      "layers undiminished, and a block that has nothing to add learns zero. Without these skips (--plain) the loss " +
      "falls more slowly, and the deeper the network the more so.",
    "Каждый блок из двух свёрток прибавляет вычисленное к собственному входу: градиент доходит до первых слоёв, не " +
      "затухая, а блок, которому нечего добавить, учится давать нуль. Без этих обходных связей (--plain) потери " +
      "убывают медленнее, и тем заметнее, чем глубже сеть.",
  ),
  source: "He, Zhang, Ren & Sun 2015, Deep residual learning for image recognition",
  data: digitData,
  defaults,
  expected,
  variants: {
    plain: both("the same layers without skips", "те же слои без обходных связей"),
  },
  loadData: loadDigitImages,
  model: makeModel,
  async run(options = {}) {
    const figures = options.variant === undefined ? expected : [];
    return trainDigitClassifier(makeModel(options), options, settings(options), figures);
  },
};
