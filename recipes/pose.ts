// S20. Where the joints of a person are, also those that are hidden: a heat map for each joint.
import {
  ArgumentError,
  functional,
  input,
  layers,
  type Model,
  optimizers,
  softmax,
  stack,
  type Tensor,
  tensor,
} from "nabla";
import { Canvas, ellipse, stroke } from "./tools/drawing/canvas.ts";
import { bones, drawFigures, extent, type Figures, joints, type Point } from "./tools/drawing/figures.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { inTurns } from "./tools/in-turns.ts";
import { both, type Part } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readPicture } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 10, batchSize: 32, learningRate: 0.003 };
/** The side of a picture, and of a cell of the heat maps. */
const [size, stride] = [48, 4];
const cells = size / stride;
/** How far true heat spreads from a joint, in cells. */
const spread = 0.7;
const perRow = 6;

const heldOut = both("300 drawn figures held out", "300 отложенных нарисованных фигур");

type Maps = ReturnType<typeof input>;

/** A convolution of 3 × 3 pixels, normalized over the batch. */
function convolve(x: Maps, filters: number, strides = 1): Maps {
  const convolution = { strides, padding: "same", useBias: false, kernelInitializer: "heNormal" } as const;
  const maps = layers.batchNormalization().apply(layers.conv2d(filters, 3, convolution).apply(x));
  return layers.activation("relu").apply(maps);
}

/**
 * An hourglass: from maps of 12 × 12 cells down to 3 × 3, where the whole figure is seen, and up again; what was known
 * at each scale is joined to it on the way up.
 */
function makeModel({ learningRate = defaults.learningRate, seed = 1, tiny = false }: RecipeOptions = {}): Model {
  const width = tiny ? 2 : 32;
  const half = (maps: Maps): Maps => layers.maxPooling2d(2).apply(maps);
  const joined = (coarse: Maps, fine: Maps): Maps =>
    layers.concatenate().apply([layers.upSampling2d().apply(coarse), fine]);
  const x = input([size, size, 3]);
  const fine = convolve(convolve(convolve(x, width / 2, 2), width, 2), width);
  const middle = convolve(half(fine), 1.5 * width);
  const coarse = convolve(convolve(half(middle), 3 * width), 3 * width);
  const middleAgain = convolve(joined(coarse, middle), 1.5 * width);
  const fineAgain = convolve(joined(middleAgain, fine), 1.5 * width);
  const maps = layers.conv2d(joints.length, 1).apply(fineAgain);
  const flat = layers.permute([2, 1]).apply(layers.reshape([cells * cells, joints.length]).apply(maps));
  return functional({ inputs: x, outputs: flat, name: "pose", seed }).compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "categoricalCrossentropy",
  });
}

/** For each joint how its probability is distributed over the cells: [count, joints, cells · cells]. */
async function heatOf({ count, poses }: Figures) {
  const data = new Float32Array(count * joints.length * cells * cells);
  await inTurns(count, (i) =>
    poses[i]!.forEach(([x, y], joint) => {
      const start = (i * joints.length + joint) * cells * cells;
      const map = data.subarray(start, start + cells * cells);
      map.forEach((_, at) => {
        const [dx, dy] = [(at % cells) + 0.5 - x / stride, Math.floor(at / cells) + 0.5 - y / stride];
        map[at] = Math.exp(-(dx * dx + dy * dy) / (2 * spread * spread));
      });
      const sum = map.reduce((total, heat) => total + heat, 0);
      map.forEach((heat, at) => (map[at] = heat / sum));
    }),
  );
  return { data, shape: [count, joints.length, cells * cells] };
}

/** The pose in each picture: the mean place of the heat within two cells of the hottest one. */
async function posesIn(model: Model, inputs: Parameters<Model["predict"]>[0]): Promise<Point[][]> {
  const maps = await softmax((await model.predict(inputs)) as Tensor).array<3>();
  return maps.map((pose) =>
    pose.map((heats) => {
      const hottest = heats.indexOf(Math.max(...heats));
      const [row, column] = [Math.floor(hottest / cells), hottest % cells];
      let [sum, x, y] = [0, 0, 0];
      for (let i = Math.max(0, row - 2); i < Math.min(cells, row + 3); i++)
        for (let j = Math.max(0, column - 2); j < Math.min(cells, column + 3); j++) {
          const heat = heats[i * cells + j]!;
          [sum, x, y] = [sum + heat, x + heat * (j + 0.5), y + heat * (i + 0.5)];
        }
      return [(stride * x) / sum, (stride * y) / sum];
    }),
  );
}

/** The share of each joint's answers that lie within a tenth of the figure's extent from the truth (PCK@0.1). */
function correctJoints(answers: readonly (readonly Point[])[], truth: readonly (readonly Point[])[]): number[] {
  return joints.map((_, joint) => {
    const right = truth.filter((pose, i) => {
      const [[x, y], [wantedX, wantedY]] = [answers[i]![joint]!, pose[joint]!];
      return Math.hypot(x - wantedX, y - wantedY) <= 0.1 * extent(pose);
    });
    return right.length / truth.length;
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean place of each joint. */
const meanPose = (poses: readonly (readonly Point[])[]): Point[] =>
  joints.map((_, joint) => [mean(poses.map((pose) => pose[joint]![0])), mean(poses.map((pose) => pose[joint]![1]))]);

/** A picture, three times as large, with the bones and joints of a pose drawn on it. */
function withPose(picture: ArrayLike<number>, pose: readonly Point[], times = 3): Tensor {
  const canvas = new Canvas(size * times, size * times, 3);
  const pixel = (x: number, y: number): number => Math.floor(y / times) * size + Math.floor(x / times);
  canvas.change((_, x, y, channel) => picture[3 * pixel(x, y) + channel]! / 255);
  for (const [a, b] of bones) {
    const [[x0, y0], [x1, y1]] = [pose[a]!, pose[b]!];
    canvas.fill(stroke(x0 * times, y0 * times, x1 * times, y1 * times, 1), [1, 1, 1]);
  }
  for (const [x, y] of pose) canvas.fill(ellipse(x * times, y * times, 2.5, 2.5), [1, 0.2, 0.2]);
  return tensor(canvas.pixels, { shape: [size * times, size * times, 3] });
}

const jointsInRussian = [
  "левая лодыжка",
  "левое колено",
  "левое бедро",
  "правое бедро",
  "правое колено",
  "правая лодыжка",
  "левое запястье",
  "левый локоть",
  "левое плечо",
  "правое плечо",
  "правый локоть",
  "правое запястье",
  "шея",
  "голова",
];
const jointName = (joint: number) => both(joints[joint]!, jointsInRussian[joint]!);

export const recipe: Recipe = {
  name: "pose",
  items: ["S20"],
  title: both("The joints of a person, some of them hidden", "Суставы человека, часть которых заслонена"),
  description: both(
    "For each of 14 joints a heat map says how probable every place in the picture is. The network is an hourglass: " +
      "it looks at the figure as a whole, so that it can tell left from right and guess joints behind other things, " +
      "and then finds the places.",
    "Для каждого из 14 суставов тепловая карта показывает, насколько вероятна каждая точка картинки. Сеть устроена " +
      "как песочные часы: сначала она охватывает фигуру целиком (иначе не отличить левое от правого и не угадать " +
      "заслонённое), а затем уточняет положение.",
  ),
  source:
    "Tompson et al. 2014, Joint training of a convolutional network and a graphical model for human pose estimation; " +
    "Newell, Yang & Deng 2016, Stacked hourglass networks for human pose estimation",
  data: both(
    "7,000 figures drawn by a generator, not photographed, each partly hidden behind two things, and 300 held out",
    "7000 фигур, нарисованных генератором (это не фотографии), каждая частично заслонена двумя предметами, и ещё 300 " +
      "отложенных",
  ),
  defaults,
  expected: [{ metric: "correctJoints", atLeast: 0.95, on: heldOut }],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data, learningRate = defaults.learningRate } = options;
    if (data !== undefined) throw new ArgumentError("pose: expected no --data: figures are drawn by a generator.");
    options.onStage?.(
      both("Figures drawn by a generator, not photographed.", "Фигуры нарисованы генератором, это не фотографии."),
    );
    const train = await drawFigures(tiny ? 8 : 7000, size, seed, 0);
    const test = await drawFigures(tiny ? 4 : 300, size, seed, 2);
    const model = makeModel(options);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 8 } : defaults);
    const inputsOf = ({ images, count }: Figures) => ({ data: images, shape: [count, size, size, 3], scale: 1 / 255 });
    const history = await model.fit(
      { inputs: inputsOf(train), targets: await heatOf(train) },
      { ...fit, callbacks: [fallingRate(learningRate, fit.epochs), ...fit.callbacks] },
    );
    const answers = await posesIn(model, inputsOf(test));
    const shares = correctJoints(answers, test.poses);
    const simple = meanPose(train.poses);
    return {
      model,
      history,
      evaluation: { correctJoints: mean(shares) },
      expected: tiny ? [] : recipe.expected,
      baselines: [
        {
          metric: "correctJoints",
          value: mean(
            correctJoints(
              test.poses.map(() => simple),
              test.poses,
            ),
          ),
          name: both("the mean pose", "средняя поза"),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield {
          kind: "table",
          title: both(
            "Found within a tenth of the figure's extent (PCK@0.1), %",
            "Найдено с точностью до десятой доли размера фигуры (PCK@0.1), %",
          ),
          columns: [both("joint", "сустав"), "%"],
          rows: shares.map((share, joint) => [jointName(joint), 100 * share]),
          digits: 1,
        };
        const area = size * size * 3;
        const pictures = answers
          .slice(0, 2 * perRow)
          .map((pose, i) => withPose(test.images.subarray(i * area, (i + 1) * area), pose));
        yield await sheet(both("Poses found", "Найденные позы"), stack(pictures), perRow);
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    for (const file of files) {
      const picture = await readPicture(file, { channels: 3, size });
      const [pose = []] = await posesIn(model, picture.expandDims(0));
      yield {
        kind: "table",
        title: both(`Joints in ${file}, in shares of its sides`, `Суставы на ${file}: доли ширины и высоты`),
        columns: [both("joint", "сустав"), "x", "y"],
        rows: pose.map(([x, y], joint) => [jointName(joint), x / size, y / size]),
        digits: 2,
      };
      const shown = withPose(await picture.mul(255).data(), pose, 6).expandDims(0);
      yield await sheet(both("The pose", "Поза"), shown, 1);
    }
  },
};
