// S18. A deep belief network: layers that are trained one by one without labels, then together with 200 labels.
import { layers, type Model, optimizers, sequential, type Tensor, tensor } from "nabla";
import { Dataset } from "nabla/data";
import { BoltzmannMachine } from "./rbm.ts";
import { simpleAnswers } from "./tools/digit-classifier.ts";
import { digitData, digitSet, loadDigitImages } from "./tools/digit-images.ts";
import { worstMistakes } from "./tools/mistakes.ts";
import { both, text } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, isShort, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

/** Of the fine-tuning. */
const defaults = { epochs: 60, batchSize: 20, learningRate: 0.001 };
/** Of the training without labels, layer by layer. */
const pretraining = { epochs: 15, batchSize: 32, learningRate: 0.05 };

/** The number of images whose labels are used, as many of each class. */
const labelled = 200;
/** How often the comparison is made, each time with other labels and other first weights. */
const repetitions = (options: RecipeOptions): number => (isShort(options) ? 1 : 3);

const expected = [
  { metric: "gain", atLeast: 3, on: both("2,000 digits held out, 3 seeds", "2000 отложенных цифр, 3 запуска") },
];

const widths = ({ tiny = false }: RecipeOptions): readonly number[] => (tiny ? [16, 16] : [400, 400]);

/** The network that is trained with labels: sigmoids, as the machines have them. */
function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1 } = options;
  const hidden = widths(options).map((units, i) =>
    layers.dense(units, { activation: "sigmoid", name: `hidden${i + 1}` }),
  );
  const model = sequential(
    [layers.input([28, 28]), layers.flatten(), ...hidden, layers.dense(10, { name: "output" })],
    {
      name: "dbn",
      seed,
    },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model;
}

/**
 * Trains a machine for each hidden layer on what the layer below it gives: the images, then the probabilities of the
 * first machine's hidden units (Hinton, Osindero & Teh, 2006). Returns their weights under the names of the network's.
 */
async function pretrain({ inputs, size }: Dataset, options: RecipeOptions): Promise<Record<string, Tensor>> {
  const { seed = 1, tiny = false, signal } = options;
  const weights: Record<string, Tensor> = {};
  let below = tensor(inputs.array.data, { shape: [size, 784] })
    .cast("float32")
    .div(255);
  for (const [i, hidden] of widths(options).entries()) {
    const { epochs, batchSize, learningRate } = pretraining;
    const machine = new BoltzmannMachine({ hidden, seed });
    machine.compile({ optimizer: optimizers.sgd({ learningRate, momentum: 0.5 }), loss: "meanSquaredError" });
    await machine.fit(below, below, {
      epochs: tiny ? 1 : epochs,
      batchSize,
      seed,
      verbose: 0,
      ...(signal && { signal }),
      callbacks: [
        {
          onEpochEnd: ({ epoch, loss }) =>
            options.onStep?.({ done: epoch + 1, total: epochs, measures: { layer: i + 1, loss: loss! } }),
        },
      ],
    });
    const { kernel, hiddenBias } = machine.units.weights;
    weights[`hidden${i + 1}/kernel`] = kernel;
    weights[`hidden${i + 1}/bias`] = hiddenBias;
    below = machine.units.apply(below);
  }
  return weights;
}

/** As many images of each class, drawn by a seed. */
function drawLabelled(train: Dataset, count: number, seed: number): Dataset {
  const [shuffled] = train.split(train.size, { seed });
  const taken = new Array<number>(10).fill(0);
  const rows = [...shuffled!.targets.array.data].flatMap((label, row) =>
    taken[Number(label)]!++ < count / 10 ? [row] : [],
  );
  const pick = (data: ArrayLike<number>, each: number): Uint8Array =>
    Uint8Array.from(rows.flatMap((row) => Array.from({ length: each }, (_, i) => data[row * each + i]!)));
  const { inputs, targets, classNames } = shuffled!;
  return Dataset.from({
    inputs: { data: pick(inputs.array.data as Uint8Array, 784), shape: [rows.length, 28, 28], scale: 1 / 255 },
    targets: pick(targets.array.data as Uint8Array, 1),
    classNames,
    name: "labelled",
  });
}

const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

export const recipe: Recipe = {
  name: "dbn",
  items: ["S18"],
  title: both("A deep belief network with 200 labels", "Глубокая сеть доверия: 200 меток"),
  description: both(
    "Two restricted Boltzmann machines are trained one on top of the other on 8,000 digits without labels; their " +
      "weights are where a network of three layers starts, which then learns from 200 labelled digits. The same " +
      "network from random weights stands beside it, three times with other labels.",
    "Две ограниченные машины Больцмана обучаются одна поверх другой на 8000 цифр без меток; с их весов начинает сеть " +
      "из трёх слоёв, которая затем учится на 200 размеченных цифрах. Рядом — та же сеть со случайными начальными " +
      "весами; сравнение повторяется трижды, каждый раз с другими метками.",
  ),
  source: "Hinton, Osindero & Teh 2006, A fast learning algorithm for deep belief nets",
  data: digitData,
  defaults,
  expected,
  loadData: loadDigitImages,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1 } = options;
    const { train, test } = await loadDigitImages(options);
    const settings = tiny ? { ...defaults, epochs: 1 } : defaults;
    options.onStage?.(both("Layer by layer, without labels", "Послойно, без меток"));
    const weights = await pretrain(train, options);
    if (!options.signal?.aborted) options.onStage?.(both(`With ${labelled} labels`, `С ${labelled} метками`));
    const own = drawLabelled(train, labelled, seed);
    const model = makeModel(options);
    model.setWeights(weights);
    const history = await model.fit(own, fitOptions(options, settings));
    const evaluation = await model.evaluate(test);

    const accuracies = { pretrained: [evaluation["accuracy"]!], random: [] as number[] };
    const learn = async (from: Record<string, Tensor>, each: number): Promise<number> => {
      const network = makeModel({ ...options, seed: each });
      network.setWeights(from);
      const quiet = { ...options, seed: each, verbose: 0, callbacks: [], checkpoint: undefined } as const;
      await network.fit(drawLabelled(train, labelled, each), fitOptions(quiet, settings));
      return (await network.evaluate(test))["accuracy"]!;
    };
    for (let i = 0; i < repetitions(options); i++) {
      if (i > 0) accuracies.pretrained.push(await learn(weights, seed + i));
      accuracies.random.push(await learn({}, seed + i));
      options.onStep?.({ done: i + 1, total: repetitions(options), measures: { accuracy: accuracies.random[i]! } });
    }
    const [pretrained, fromScratch] = [mean(accuracies.pretrained), mean(accuracies.random)];
    return {
      model,
      history,
      evaluation: {
        ...evaluation,
        accuracyPretrained: pretrained,
        accuracyFromScratch: fromScratch,
        gain: 100 * (pretrained - fromScratch),
      },
      expected: tiny || digitSet(options) !== "digits" ? [] : expected,
      baselines: await simpleAnswers(own, test),
      train,
      test,
      async *ending() {
        yield text(
          `With ${labelled} labels; draws of them: ${accuracies.random.length}; ` +
            '"gain" is the mean difference in points.',
          `Выборок: ${accuracies.random.length}, в каждой размеченных цифр: ${labelled}; ` +
            "gain — средняя разница в процентных пунктах.",
        );
        yield {
          kind: "table",
          title: both("Right on digits held out, %", "Верно на отложенных цифрах, %"),
          columns: [both("labels", "метки"), both("pre-trained", "с предобучением"), both("from scratch", "без него")],
          rows: accuracies.random.map((scratch, i) => [
            both(`draw ${i + 1}`, `выборка ${i + 1}`),
            100 * accuracies.pretrained[i]!,
            100 * scratch,
          ]),
          digits: 1,
        };
        yield lossCurves(history);
        yield* worstMistakes(model, test);
      },
    };
  },
};
