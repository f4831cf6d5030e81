// The training that all classifiers of small images share, with the figures that it is held to.
import { callbacks, type Model, oneHot, tensor } from "nabla";
import type { Dataset } from "nabla/data";
import { type DigitSet, digitSet, loadDigitImages } from "./digit-images.ts";
import { worstMistakes } from "./mistakes.ts";
import { both, type Part, type Text } from "./part.ts";
import { lossCurves } from "./pictures.ts";
import {
  type Baseline,
  type ExpectedFigure,
  fitOptions,
  type RecipeOptions,
  type RecipeResult,
  type RecipeSettings,
} from "./recipe.ts";

const heldOut: Readonly<Record<DigitSet, Text>> = {
  digits: both("2,000 digits held out", "2000 отложенных цифр"),
  mnist: both("MNIST's 10,000 test images", "10 000 проверочных изображений MNIST"),
  "fashion-mnist": both("Fashion-MNIST's 10,000 test images", "10 000 проверочных изображений Fashion-MNIST"),
};

/** The least accuracy on each set, as figures of a recipe. */
export const accuracyFigures = (bounds: Partial<Record<DigitSet, number>>): ExpectedFigure[] =>
  Object.entries(bounds).map(([set, atLeast]) => ({ metric: "accuracy", atLeast, on: heldOut[set as DigitSet] }));

/**
 * Trains a compiled model on the images of a run, with a learning rate that falls along half a cosine, and measures it
 * on the images that are held out. `show` adds parts to the ending.
 */
export async function trainDigitClassifier(
  model: Model,
  options: RecipeOptions,
  settings: RecipeSettings,
  figures: readonly ExpectedFigure[],
  show?: (test: Dataset) => AsyncIterable<Part>,
): Promise<RecipeResult> {
  const { tiny = false, learningRate = settings.learningRate } = options;
  const fit = fitOptions(options, tiny ? { ...settings, epochs: 1 } : settings);
  const { train, test } = await loadDigitImages(options);
  const falling = callbacks.learningRateScheduler(
    (epoch) => (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / fit.epochs)),
  );
  const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });
  const evaluation = await model.evaluate(test);
  const on = heldOut[digitSet(options)];
  return {
    model,
    history,
    evaluation,
    expected: tiny ? [] : figures.filter((figure) => figure.on === on),
    baselines: await simpleAnswers(train, test),
    train,
    test,
    async *ending() {
      yield lossCurves(history);
      if (show) yield* show(test);
      yield* worstMistakes(model, test);
    },
  };
}

/** The accuracy of the commonest class, and of the class whose mean image is nearest. */
export async function simpleAnswers(train: Dataset, test: Dataset): Promise<Baseline[]> {
  const pixels = ({ inputs: { array } }: Dataset) =>
    tensor(array.data, { shape: array.shape }).reshape([array.shape[0]!, -1]).cast("float32").div(255);
  const classes = 10;
  const labels = tensor(test.targets.array.data);
  const members = oneHot(tensor(train.targets.array.data), classes).cast("float32");
  const counts = members.sum(0);
  const means = members.transpose().matmul(pixels(train)).div(counts.maximum(1).expandDims(1)); // [class, pixel]
  // The point x is nearest to the mean m where ‖m‖² − 2⟨x, m⟩ is least.
  const distances = means.square().sum(1).sub(pixels(test).matmul(means.transpose()).mul(2));
  const share = (answers: typeof labels): Promise<number> => answers.equal(labels).cast("float32").mean().item();
  const [commonest, nearest] = [counts.argmax(), distances.argmin(1)];
  return [
    { metric: "accuracy", value: await share(commonest), name: both("the commonest class", "самый частый класс") },
    {
      metric: "accuracy",
      value: await share(nearest),
      name: both("the nearest mean image of a class", "ближайшее среднее изображение класса"),
    },
  ];
}
