// The judge of generated images: a LeNet-5 that reads digits, trained in the same run, and the measures that it gives.
import { type Model, softmax, type Tensor } from "nabla";
import type { Dataset } from "nabla/data";
import { recipe as lenet } from "../lenet.ts";
import { fallingRate } from "./falling-rate.ts";
import { both } from "./part.ts";
import type { RecipeOptions } from "./recipe.ts";

/** A trained reader of images [count, 28, 28], from 0 to 1. */
export interface Judge {
  /** The share of held-out real images that it reads rightly. */
  readonly accuracy: number;
  /** The probabilities of the ten classes for each image: [count][10]. */
  probabilities(images: Tensor): Promise<number[][]>;
}

/** Trains the judge on the images that the generator learns from. */
export async function trainJudge(train: Dataset, test: Dataset, options: RecipeOptions): Promise<Judge> {
  const { seed = 1, tiny = false, signal, onStage, onStep } = options;
  onStage?.(
    both(
      "First the judge: a LeNet-5 that will read the samples.",
      "Сначала судья: LeNet-5, которая будет читать образцы.",
    ),
    { isPreliminary: true },
  );
  const model: Model = lenet.model({ ...(options.data !== undefined && { data: options.data }), seed });
  const batchSize = 32;
  // As many steps as in ten epochs of 8,000 images, whatever the data.
  const epochs = tiny ? 1 : Math.max(1, Math.round((10 * 8000) / train.size));
  await model.fit(train, {
    epochs,
    batchSize,
    seed,
    verbose: 0,
    callbacks: [fallingRate(lenet.defaults.learningRate, epochs)],
    onProgress: ({ epoch, step, steps: ofEpoch, loss }) =>
      onStep?.({ done: epoch * ofEpoch + step, total: epochs * ofEpoch, measures: { loss } }),
    ...(signal && { signal }),
  });
  const { accuracy } = await model.evaluate(test);
  return {
    accuracy: accuracy as number,
    probabilities: async (images) => softmax(await model.predict(images)).array<2>(),
  };
}

/** The index of the greatest probability. */
const readAs = (row: readonly number[]): number => row.indexOf(Math.max(...row));

/** The share of images that are read as the class that was asked for. */
export const shareAsAsked = (probabilities: readonly (readonly number[])[], asked: readonly number[]): number =>
  probabilities.filter((row, i) => readAs(row) === asked[i]).length / probabilities.length;

/** The share of images whose likeliest class has at least this probability. */
export const shareOfSure = (probabilities: readonly (readonly number[])[], atLeast = 0.9): number =>
  probabilities.filter((row) => Math.max(...row) >= atLeast).length / probabilities.length;

/** The number of images read as each class. */
export function readings(probabilities: readonly (readonly number[])[]): number[] {
  const counts = new Array<number>(probabilities[0]?.length ?? 0).fill(0);
  for (const row of probabilities) counts[readAs(row)]!++;
  return counts;
}

/**
 * exp of the mean KL divergence between the classes of an image and those of all images: as many as there are classes
 * if every image is of one class for sure, and all classes are equally common; 1 at worst. Salimans and others, 2016.
 */
export function inceptionScore(probabilities: readonly (readonly number[])[]): number {
  const count = probabilities.length;
  const classes = probabilities[0]?.length ?? 0;
  const common = Array.from(
    { length: classes },
    (_, k) => probabilities.reduce((sum, row) => sum + row[k]!, 0) / count,
  );
  const divergence = probabilities.reduce(
    (sum, row) => sum + row.reduce((part, p, k) => part + (p > 0 ? p * Math.log(p / common[k]!) : 0), 0),
    0,
  );
  return Math.exp(divergence / count);
}

/**
 * The mean distance between two images of one class, in the root mean square of pixels: 0 if a generator always draws
 * the same digit.
 */
export async function varietyWithin(images: Tensor, labels: readonly number[]): Promise<number> {
  const rows = await images.reshape([labels.length, -1]).array<2>();
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < rows.length; i++)
    for (let j = i + 1; j < Math.min(rows.length, i + 60); j++) {
      if (labels[i] !== labels[j]) continue;
      const [a, b] = [rows[i]!, rows[j]!];
      sum += Math.sqrt(a.reduce((total, x, k) => total + (x - b[k]!) ** 2, 0) / a.length);
      pairs++;
    }
  return pairs === 0 ? 0 : sum / pairs;
}
