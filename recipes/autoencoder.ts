// S5. An autoencoder: a digit goes through 32 numbers, or through two that are drawn as a map, and comes out again.
import {
  callbacks,
  clip,
  concatenate,
  type Layer,
  layers,
  linspace,
  type Model,
  optimizers,
  random,
  sequential,
  stack,
  type Tensor,
  tensor,
} from "nabla";
import { Dataset } from "nabla/data";
import { digitData, loadDigitImages } from "./tools/digit-images.ts";
import { both, type Part, type Plot, text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { principalComponents, projected } from "./tools/principal-components.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { reconstructions } from "./tools/reconstructions.ts";

const defaults = { epochs: 30, batchSize: 64, learningRate: 0.002 };

/** The standard deviation of the noise that the denoising variant takes away. */
const noise = 0.5;

const expected = [{ metric: "errorOverPca", atMost: 1, on: both("the images held out", "отложенные изображения") }];

const codeSize = ({ variant }: RecipeOptions): number => (variant === "map" ? 2 : 32);

function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1, variant, tiny = false } = options;
  const width = (units: number): number => (tiny ? units / 8 : units);
  const hidden = (units: number) => layers.dense(width(units), { activation: "relu" });
  const encoder = sequential([layers.flatten(), hidden(256), hidden(128), layers.dense(codeSize(options))], {
    name: "encoder",
  });
  const decoder = sequential(
    [hidden(128), hidden(256), layers.dense(784, { activation: "sigmoid" }), layers.reshape([28, 28])],
    { name: "decoder" },
  );
  const model = sequential(
    // The noise is there in training only.
    [layers.input([28, 28]), ...(variant === "denoising" ? [layers.gaussianNoise(noise)] : []), encoder, decoder],
    { name: "autoencoder", seed },
  );
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "meanSquaredError" });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model;
}

/** A part of the model by its name. */
const part = (model: Model, name: "encoder" | "decoder"): Layer<Tensor, Tensor> =>
  [...model.children()].find(([own]) => own === name)![1] as Layer<Tensor, Tensor>;

/** Images that are their own targets. */
async function loadData(options: RecipeOptions = {}) {
  const { train, test } = await loadDigitImages(options);
  const itself = ({ inputs, name }: Dataset) => new Dataset({ inputs, targets: inputs, name });
  return { train: itself(train), test: itself(test) };
}

/** The images of a data set as points [count, 784], from 0 to 1. */
const pointsOf = ({ inputs: { array } }: Dataset): Tensor =>
  tensor(array.data, { shape: [array.shape[0]!, 784] })
    .cast("float32")
    .div(255);

const errorOf = (a: Tensor, b: Tensor): Promise<number> => a.sub(b).square().mean().item();

export const recipe: Recipe = {
  name: "autoencoder",
  items: ["S5"],
  title: both("An autoencoder of handwritten digits", "Автокодировщик рукописных цифр"),
  description: both(
    "The encoder turns 784 pixels into 32 numbers, the decoder makes the image of them again, and both learn without " +
      "labels, from the difference alone. Principal components with as many numbers, the best that a linear map can " +
      "do, stand beside it.",
    "Кодировщик превращает 784 пикселя в 32 числа, декодировщик восстанавливает по ним изображение, и оба учатся без " +
      "меток, по одной лишь разнице. Рядом — метод главных компонент с тем же количеством чисел: лучшее, на что " +
      "способно линейное отображение.",
  ),
  source:
    "Hinton & Salakhutdinov 2006, Reducing the dimensionality of data with neural networks; " +
    "denoising: Vincent et al. 2008",
  data: digitData,
  defaults,
  expected,
  variants: {
    denoising: both("takes noise away from noisy images", "очищает зашумлённые изображения от шума"),
    map: both("a code of two numbers, drawn as a map", "код из двух чисел, нарисованный как карта"),
  },
  loadData,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, variant, seed = 1, learningRate = defaults.learningRate } = options;
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const { train, test } = await loadData(options);
    const model = makeModel(options);
    const falling = callbacks.learningRateScheduler(
      (epoch) => (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / fit.epochs)),
    );
    const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });

    const components = await principalComponents(pointsOf(train), codeSize(options));
    const clean = pointsOf(test);
    const given =
      variant === "denoising" ? clean.add(random.normal(random.key(seed), clean.shape, { std: noise })) : clean;
    const answers = ((await model.predict(given.reshape([-1, 28, 28]))) as Tensor).reshape([-1, 784]);
    const linear = projected(given, components);
    const [error, errorOfPca] = [await errorOf(answers, clean), await errorOf(linear, clean)];
    const numbers = codeSize(options);
    return {
      model,
      history,
      evaluation: { ...(await model.evaluate(test)), error, errorOverPca: error / errorOfPca },
      expected: tiny ? [] : expected,
      baselines: [
        {
          metric: "error",
          value: await errorOf(clean, components.mean),
          name: both("the mean image", "среднее изображение"),
        },
        ...(variant === "denoising"
          ? [
              {
                metric: "error",
                value: await errorOf(given, clean),
                name: both("the noisy image", "зашумлённое изображение"),
              },
            ]
          : []),
        {
          metric: "error",
          value: errorOfPca,
          name: both(`principal components, ${numbers} numbers`, `главные компоненты, чисел: ${numbers}`),
        },
      ],
      train,
      test,
      async *ending() {
        yield lossCurves(history);
        const rows = [...(variant === "denoising" ? [given] : []), clean, answers, linear];
        yield text(
          `From the top: ${variant === "denoising" ? "noisy digits, " : ""}digits held out, what the network makes ` +
            "of them, and what principal components do.",
          `Сверху вниз: ${variant === "denoising" ? "зашумлённые цифры, " : ""}отложенные цифры, их восстановление ` +
            "сетью и восстановление по главным компонентам.",
        );
        const first = rows.map((images) => clip(images.at([0, 10]).reshape([-1, 28, 28]), 0, 1));
        yield await sheet(
          both("Digits and their reconstructions", "Цифры и их восстановление"),
          concatenate(first),
          first[0]!.shape[0]!,
        );
        if (variant === "map") yield* showMap(model, options);
      },
    };
  },
  answersTogether: true,
  async *predict(model, { files }) {
    yield* reconstructions(
      model,
      files,
      both("Pictures, and what the network makes of them", "Изображения и их восстановление сетью"),
    );
  },
};

/** The codes of digits held out, and the images that the decoder makes of a grid of codes. */
async function* showMap(model: Model, options: RecipeOptions): AsyncIterable<Part> {
  const { test } = await loadDigitImages(options);
  const shown = test.take(1000);
  const codes = await part(model, "encoder")
    .apply(pointsOf(shown).reshape([-1, 28, 28]))
    .array<2>();
  const labels = [...shown.targets.array.data].map(Number);
  yield {
    kind: "plot",
    title: both("The codes of digits held out", "Коды отложенных цифр"),
    x: both("first number", "первое число"),
    y: both("second number", "второе число"),
    series: (test.classNames ?? []).map((name, label) => ({
      name,
      points: codes.flatMap(([x, y], i): [number, number][] => (labels[i] === label ? [[x!, y!]] : [])),
      style: "points",
    })),
  } satisfies Plot;
  // Most codes lie between these; a few are far away.
  const sorted = (axis: number): number[] => codes.map((code) => code[axis]!).sort((a, b) => a - b);
  const bounds = [0, 1].map((axis) => [0.03, 0.97].map((share) => sorted(axis)[Math.floor(share * codes.length)]!));
  const side = 16;
  const [x, y] = [
    linspace(bounds[0]![0]!, bounds[0]![1]!, side).reshape([1, side]),
    linspace(bounds[1]![1]!, bounds[1]![0]!, side).reshape([side, 1]),
  ];
  const grid = stack([x.broadcastTo([side, side]), y.broadcastTo([side, side])], 2).reshape([-1, 2]);
  yield await sheet(
    both(
      "The map: what the decoder makes of codes in this plane",
      "Карта: что декодировщик делает из кодов этой плоскости",
    ),
    part(model, "decoder").apply(grid),
    side,
  );
}
