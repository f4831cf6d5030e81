// S1, N5. The perceptron of digits-mlp on the whole of MNIST: 60,000 digits to train on and 10,000 to test with.
import * as data from "nabla/data";
import { digitRecipe } from "./digits-mlp.ts";
import { both } from "./tools/part.ts";
import type { Recipe, RecipeOptions } from "./tools/recipe.ts";

/**
 * Reads MNIST's files from the folder `data`, or else from the cache folder, into which missing files are downloaded.
 */
async function loadData({ data: folder, tiny = false, onDownload }: RecipeOptions = {}) {
  const { train, test } = await data.mnist({
    ...(folder !== undefined && { folder }),
    ...(onDownload && { onProgress: onDownload }),
  });
  return tiny ? { train: train.take(1000), test: test.take(200) } : { train, test };
}

export const recipe: Recipe = digitRecipe(
  {
    name: "mnist-mlp",
    title: both("All of MNIST by a multilayer perceptron", "Весь MNIST: многослойный персептрон"),
    description: both(
      "784 pixels, 384 hidden neurons, 10 digits; dropout before both dense layers, and a learning rate that falls " +
        "in the second half.",
      "784 пикселя, 384 скрытых нейрона, 10 цифр; прореживание (dropout) перед обоими полносвязными слоями, во " +
        "второй половине обучения скорость обучения убывает.",
    ),
    data: both(
      "MNIST's 60,000 images and 10,000 test images; --data: a folder with its four files (default: the cache " +
        "folder, into which they are downloaded once, 11 MB)",
      "MNIST: 60 000 изображений для обучения и 10 000 для проверки; --data: папка с его четырьмя файлами (по " +
        "умолчанию — папка кэша, куда они один раз загружаются, 11 МБ)",
    ),
    defaults: { epochs: 8, batchSize: 128, learningRate: 0.002 },
    expected: [
      {
        metric: "accuracy",
        atLeast: 0.983,
        on: both("MNIST's 10,000 test images", "10 000 проверочных изображений MNIST"),
      },
    ],
  },
  loadData,
);
