// The perceptron of digits-mlp on the whole of MNIST: 60,000 digits to train on and 10,000 to test with.
import type { Recipe, RecipeOptions } from "nabla";
import * as data from "nabla/data";
import { digitRecipe } from "./digits-mlp.ts";

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
    title: "All of MNIST by a multilayer perceptron",
    description:
      "784 pixels, 384 hidden neurons, 10 digits; dropout before both dense layers, and a learning rate that falls " +
      "in the second half. Trains on MNIST's 60,000 images, from the folder --data, or else from the cache folder, " +
      "into which they are downloaded once (11 MB).",
    defaults: { epochs: 8, batchSize: 128, learningRate: 0.002 },
    expected: [{ metric: "accuracy", atLeast: 0.98, on: "MNIST's 10,000 test images" }],
  },
  loadData,
);
