// S20. Which pixels belong to a cell, or to a tumour: the U-Net, which sees far and near at once.
import {
  concatenate,
  functional,
  input,
  layers,
  type Model,
  optimizers,
  resizeImages,
  sigmoid,
  type Tensor,
  tensor,
} from "nabla";
import { Dataset } from "nabla/data";
import { drawCells } from "./tools/drawing/cells.ts";
import { bestThreshold, isBeyond, type Masked, overlap, readMasked, turned } from "./tools/drawing/masks.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part, text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readPicture } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 20, batchSize: 16, learningRate: 0.002 };
/** The side of drawn pictures, and of slices that are read. */
const [drawnSide, readSide] = [48, 64];
/** A mask for a large picture is not made larger than so. */
const mostSide = 512;
const [shown, perRow] = [6, 2];

const drawnCells = both("60 drawn pictures held out", "60 отложенных нарисованных снимков");

/** Two convolutions, which see 5 × 5 pixels of what they are given. */
function twoConvolutions(x: ReturnType<typeof input>, filters: number) {
  const options = { padding: "same", activation: "relu", kernelInitializer: "heNormal" } as const;
  return layers.conv2d(filters, 3, options).apply(layers.conv2d(filters, 3, options).apply(x));
}

/**
 * The U-Net with three scales and few channels. On the left each scale is half as wide as the last; on the right each
 * is made twice as wide again, and joined with what the left side knew at that scale.
 */
function makeModel(options: RecipeOptions = {}): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false, data } = options;
  const side = tiny ? 16 : data === undefined ? drawnSide : readSide;
  const width = tiny ? 2 : 8;
  const up = (x: ReturnType<typeof input>, filters: number) =>
    layers.conv2dTranspose(filters, 2, { strides: 2 }).apply(x);
  const x = input([side, side, 1]);
  const fine = twoConvolutions(x, width);
  const middle = twoConvolutions(layers.maxPooling2d(2).apply(fine), 2 * width);
  const coarse = twoConvolutions(layers.maxPooling2d(2).apply(middle), 4 * width);
  const middleAgain = twoConvolutions(layers.concatenate().apply([up(coarse, 2 * width), middle]), 2 * width);
  const fineAgain = twoConvolutions(layers.concatenate().apply([up(middleAgain, width), fine]), width);
  const outputs = layers.conv2d(1, 1).apply(fineAgain);
  const model = functional({ inputs: x, outputs, name: "segment", seed });
  return model.compile({ optimizer: optimizers.adam({ learningRate }), loss: "binaryCrossentropy" });
}

async function loadMasked({ data, seed = 1, tiny = false }: RecipeOptions): Promise<{ train: Masked; test: Masked }> {
  if (data === undefined) {
    const [side, train, test] = tiny ? [16, 8, 4] : [drawnSide, 320, 60];
    return { train: await drawCells(train, side, seed, 0), test: await drawCells(test, side, seed, 1) };
  }
  const all = await readMasked(data, tiny ? 16 : readSide);
  const split = all.count - Math.floor(all.count / 4);
  const cut = (from: number, to: number): Masked => ({
    count: to - from,
    size: all.size,
    images: all.images.subarray(from * all.size ** 2, to * all.size ** 2),
    masks: all.masks.subarray(from * all.size ** 2, to * all.size ** 2),
  });
  return { train: cut(0, split), test: cut(split, all.count) };
}

function datasetOf({ count, size, images, masks }: Masked): Dataset {
  const shape = [count, size, size, 1];
  return Dataset.from({
    inputs: { data: images, shape, scale: 1 / 255 },
    targets: { data: masks, shape },
    name: "masks",
  });
}

/** Rows of pictures: as it is, the truth, the network's answer. */
function answersSheet({ size, count, images, masks }: Masked, probabilities: Tensor) {
  const rows = Math.min(shown, count);
  const part = (data: Uint8Array, white: number): Tensor =>
    tensor(data.slice(0, rows * size * size), { shape: [rows, 1, size, size] })
      .cast("float32")
      .div(white);
  const answers = probabilities.slice(0, rows).reshape([rows, 1, size, size]);
  const all = concatenate([part(images, 255), part(masks, 1), answers], 1).reshape([3 * rows, size, size]);
  return sheet(both("The picture, the truth, the network's answer", "Снимок, разметка, ответ сети"), all, 3 * perRow);
}

export const recipe: Recipe = {
  name: "segment",
  items: ["S20"],
  title: both("A U-Net finds the pixels of cells", "U-Net выделяет клетки на снимке"),
  description: both(
    "For each pixel the probability that it belongs to a cell, or to a tumour. Pooling lets the network see what " +
      "lies around a pixel; connections from the left half of the U to the right keep its exact place. Brightness " +
      "alone does not tell cells from their ground: the best threshold is measured beside.",
    "Для каждого пикселя — вероятность того, что он принадлежит клетке (или опухоли). Благодаря пулингу сеть видит " +
      "окрестность пикселя, а связи из левой половины буквы U в правую сохраняют его точное положение. По одной " +
      "яркости клетки от фона не отличить: рядом измерен наилучший порог.",
  ),
  source: "Ronneberger, Fischer & Brox 2015, U-Net: convolutional networks for biomedical image segmentation",
  data: both(
    "380 pictures of touching cells, drawn by a generator, not photographed, 60 of them held out; --data: a folder " +
      "with two IDX files, such as slices-images-idx3-ubyte.gz and slices-masks-idx3-ubyte.gz: square pictures and " +
      "their masks, the last quarter held out",
    "380 снимков соприкасающихся клеток, нарисованных генератором (это не фотографии), 60 из них отложены; --data: " +
      "папка с двумя файлами IDX, например slices-images-idx3-ubyte.gz и slices-masks-idx3-ubyte.gz: квадратные " +
      "снимки и маски к ним, последняя четверть откладывается",
  ),
  defaults,
  expected: [{ metric: "intersectionOverUnion", atLeast: 0.85, on: drawnCells }],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, data } = options;
    if (data === undefined)
      options.onStage?.(
        both("Cells drawn by a generator, not photographed.", "Клетки нарисованы генератором, это не фотографии."),
      );
    const { train, test } = await loadMasked(options);
    const model = makeModel(options);
    // Tumours take up a fiftieth of their slices, so that they are learned more slowly than cells are.
    const epochs = tiny ? 1 : data === undefined ? defaults.epochs : 2 * defaults.epochs;
    const settings = { ...defaults, epochs, batchSize: tiny ? 8 : defaults.batchSize };
    // Real slices are few: each is trained on turned and mirrored too.
    const examples = data === undefined ? train : turned(train);
    const fit = fitOptions(options, settings);
    const falling = fallingRate(options.learningRate ?? defaults.learningRate, fit.epochs);
    const history = await model.fit(datasetOf(examples), { ...fit, callbacks: [falling, ...fit.callbacks] });
    const probabilities = sigmoid((await model.predict(datasetOf(test))) as Tensor);
    const numbers = await probabilities.data();
    const threshold = bestThreshold(train);
    const simple = overlap(test.masks, (i) => isBeyond(threshold, test.images[i]!));
    const name = both("the best single threshold of brightness", "наилучший порог яркости");
    return {
      model,
      history,
      evaluation: overlap(test.masks, (i) => Number(numbers[i]) > 0.5),
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: Object.entries(simple).map(([metric, value]) => ({ metric, value, name })),
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield await answersSheet(test, probabilities);
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    const [side = 0] = model.inputShape as readonly number[];
    for (const file of files) {
      const picture = await readPicture(file, { channels: 1 });
      const [height = 1, width = 1] = picture.shape;
      const small = await readPicture(file, { channels: 1, size: side, resize: "stretch" });
      const answer = (await model.predict(small.expandDims(0))) as Tensor;
      const scale = Math.min(1, mostSide / Math.max(height, width));
      const size = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))] as const;
      const isObject = resizeImages(answer, size).greater(0); // a logit above 0 is a probability above one half
      const mask = isObject.cast("float32").reshape([...size]);
      const share = 100 * (await mask.mean().item());
      yield text(`${file}: ${share.toFixed(1)} % of the picture.`, `${file}: ${share.toFixed(1)} % площади снимка.`);
      yield {
        kind: "image",
        title: both(`The mask of ${file}`, `Маска: ${file}`),
        pixels: await mask.array<2>(),
        range: [0, 1],
      };
    }
  },
};
