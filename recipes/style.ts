// S20. A picture with the content of one and the style of another: not weights are trained, but the pixels.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  ArgumentError,
  compile,
  concatenate,
  FileError,
  functional,
  gradients,
  input,
  type Layer,
  layers,
  type Model,
  optimizers,
  random,
  stack,
  type Tensor,
  tensor,
  variable,
} from "nabla";
import { drawFaces } from "./tools/drawing/people.ts";
import { drawPainting, drawTextures, textureKinds } from "./tools/drawing/textures.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part, type Plot } from "./tools/part.ts";
import { sheet } from "./tools/pictures.ts";
import { readPicture } from "./tools/read-picture.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

/** `epochs` counts hundreds of steps of the picture. */
const defaults = { epochs: 6, batchSize: 32, learningRate: 0.1 };
const stepsPerEpoch = 100;
const size = 128;
/** Layers of which the style is asked, beside the colours of the picture itself, and the one that tells the content. */
const styleLayers = ["picture", "a1", "a2", "b1", "b2", "c1"];
const contentLayer = "a2";
const styleWeight = 1;
/** The weight of the difference of neighbouring pixels, which keeps noise of the beginning from staying. */
const smoothness = 1;
const textureSide = 32;
const textureEpochs = 8;
const textureRate = 0.003;

const drawnPictures = both(
  "two drawn pictures: how many times smaller the loss is than at the noise of the beginning",
  "две нарисованные картинки: во сколько раз функция потерь меньше, чем у исходного шума",
);

/** The network whose features compare pictures: it learns to tell six kinds of textures, and their colours. */
function makeModel({ seed = 1, tiny = false }: RecipeOptions = {}): Model {
  const width = tiny ? 2 : 16;
  const convolve = (name: string, filters: number) => [
    layers.conv2d(filters, 3, { padding: "same", useBias: false, kernelInitializer: "heNormal" }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.activation("relu", { name }),
  ];
  const chain = [
    ...convolve("a1", width),
    ...convolve("a2", width),
    layers.averagePooling2d(2),
    ...convolve("b1", 2 * width),
    ...convolve("b2", 2 * width),
    layers.averagePooling2d(2),
    ...convolve("c1", 3 * width),
    layers.globalAveragePooling2d(),
  ];
  const x = input([textureSide, textureSide, 3]);
  const features = chain.reduce((maps, layer) => layer.apply(maps), x);
  const outputs = {
    kind: layers.dense(textureKinds.length, { name: "kind" }).apply(features),
    // The mean and the standard deviation of red, green and blue.
    colours: layers.dense(6, { name: "colours" }).apply(features),
  };
  return functional({ inputs: x, outputs, name: "style", seed }).compile({
    optimizer: optimizers.adam({ learningRate: textureRate }),
    loss: { kind: "sparseCategoricalCrossentropy", colours: "meanAbsoluteError" },
    lossWeights: { kind: 1, colours: 10 },
    metrics: { kind: ["accuracy"] },
  });
}

/** The mean and the standard deviation of red, green and blue in each picture. */
function coloursOf(images: Uint8Array, count: number) {
  const pictures = tensor(images, { shape: [count, textureSide ** 2, 3] })
    .cast("float32")
    .div(255);
  const mean = pictures.mean(1);
  return concatenate([mean, pictures.square().mean(1).sub(mean.square()).maximum(0).sqrt()], 1);
}

/** What the convolutions answer to a picture [height, width, 3], which may be larger than textures are. */
function featuresOf(model: Model, picture: Tensor): Record<string, Tensor> {
  let x = picture.expandDims(0);
  const features: Record<string, Tensor> = { picture: x };
  for (const [name, layer] of model.children()) {
    x = (layer as Layer<Tensor, Tensor>).apply(x);
    features[name] = x;
    if (name === styleLayers.at(-1)) break;
  }
  return features;
}

/** Gᵢⱼ, the mean over all pixels of the product of the features i and j: which appear together, wherever they do. */
function gram(features: Tensor): Tensor {
  const channels = features.shape.at(-1)!;
  const rows = features.reshape([-1, channels]);
  return rows.transpose().matmul(rows).div(rows.shape[0]!);
}

/** A black picture has a style of zeros. */
const least = 1e-6;

/** How far a picture is from the content of one and the style of another, relative to these. */
function lossesOf(model: Model, picture: Tensor, content: Tensor, grams: readonly Tensor[]) {
  const features = featuresOf(model, picture);
  const style = styleLayers.map((name, i) => {
    const wanted = grams[i]!;
    return gram(features[name]!).sub(wanted).square().sum().div(wanted.square().sum().maximum(least));
  });
  return {
    content: features[contentLayer]!.sub(content).square().mean().div(content.square().mean().maximum(least)),
    style: stack(style).mean(),
  };
}

/** The mean squared difference of pixels that stand one above the other, or side by side. */
function variation(picture: Tensor): Tensor {
  const [height = 0, width = 0] = picture.shape;
  const below = picture.at([1, height]).sub(picture.at([0, height - 1]));
  const beside = picture.at([], [1, width]).sub(picture.at([], [0, width - 1]));
  return below.square().mean().add(beside.square().mean());
}

/** The losses at a step. */
type Losses = { readonly content: number; readonly style: number };

/** Moves the pixels of noise until the picture has that content and that style. */
async function paint(model: Model, content: Tensor, style: Tensor, steps: number, options: RecipeOptions) {
  const { seed = 1, learningRate = defaults.learningRate, signal, onStep } = options;
  const wantedContent = await kept(featuresOf(model, content)[contentLayer]!);
  const styleFeatures = featuresOf(model, style);
  const grams: Tensor[] = [];
  for (const name of styleLayers) grams.push(await kept(gram(styleFeatures[name]!)));
  // White noise: any brightness is as likely as another. The sigmoid keeps pixels between black and white.
  const noise = random.uniform(random.key(seed), content.shape).mul(0.98).add(0.01);
  const pixels = variable(noise.div(noise.neg().add(1)).log());
  const optimizer = optimizers.adam({ learningRate });
  const measure = compile((picture: Tensor) => lossesOf(model, picture, wantedContent, grams));
  const step = compile(() => {
    const picture = pixels.value.sigmoid();
    const losses = lossesOf(model, picture, wantedContent, grams);
    const total = losses.content.add(losses.style.mul(styleWeight)).add(variation(picture).mul(smoothness));
    const [slope] = gradients(total, [pixels]);
    optimizer.applyGradients([[slope!, pixels]]);
    return losses;
  });
  const measured = async (picture: Tensor): Promise<Losses> => {
    const { content, style } = await measure(picture);
    return { content: await content.item(), style: await style.item() };
  };
  const course: Losses[] = [await measured(pixels.value.sigmoid())];
  const each = Math.min(10, steps);
  for (let done = 0; done < steps && !signal?.aborted; done += each) {
    await step.repeat(each);
    const losses = await measured(pixels.value.sigmoid());
    course.push(losses);
    onStep?.({ done: done + each, total: steps, measures: { ...losses } });
  }
  return { picture: await kept(pixels.value.sigmoid()), course, each, measured };
}

/** The numbers of a tensor, computed once. */
const kept = async (x: Tensor): Promise<Tensor> => tensor(await x.data(), { shape: x.shape });

/** The picture of a folder with this name, whatever its ending. */
async function pictureIn(folder: string, name: string, side: number): Promise<Tensor> {
  const files = await readdir(folder).catch(() => []);
  const file = files.find((file) => new RegExp(`^${name}\\.(png|jpe?g|webp)$`, "i").test(file));
  if (file === undefined)
    throw new FileError(
      `"${folder}": expected a folder with pictures named content and style, found no "${name}.png".`,
    );
  return readPicture(join(folder, file), { channels: 3, size: side });
}

async function loadPictures(options: RecipeOptions): Promise<{ content: Tensor; style: Tensor }> {
  const { data, seed = 1, tiny = false } = options;
  const side = tiny ? 16 : size;
  if (data !== undefined)
    return { content: await pictureIn(data, "content", side), style: await pictureIn(data, "style", side) };
  const face = (await drawFaces(1, 1, side, seed, 0)).images;
  return {
    content: tensor(face, { shape: [side, side, 3] })
      .cast("float32")
      .div(255),
    style: tensor(drawPainting(side, seed).pixels, { shape: [side, side, 3] })
      .maximum(0)
      .minimum(1),
  };
}

const threeSheet = (content: Tensor, style: Tensor, picture: Tensor) =>
  sheet(
    both("The content, the style, the picture", "Содержание, стиль, результат"),
    stack([content, style, picture]),
    3,
  );

export const recipe: Recipe = {
  name: "style",
  items: ["S20"],
  title: both("The content of one picture in the style of another", "Содержание одной картинки в стиле другой"),
  description: both(
    "A network learns to tell textures and their colours; then its weights rest. Its features say what a picture " +
      "shows and where; which of them appear together, wherever they do, is the style. Starting " +
      "from noise, gradients move " +
      "the pixels of a new picture until both agree. Measured is how many times both losses fall. So small a network " +
      "carries over colours and grain, hardly the form of strokes.",
    "Сеть учится определять вид и цвета текстур, после чего её веса не меняются. Сами признаки говорят, что и где " +
      "изображено, а то, какие из них встречаются вместе (матрица Грама), — о стиле. Начиная с шума, градиентный " +
      "спуск меняет пиксели новой картинки, пока не совпадёт и то и другое. Измеряется, во сколько раз уменьшаются " +
      "обе функции потерь. Столь малая сеть переносит цвета и зернистость, но почти не форму мазков.",
  ),
  source:
    "Gatys, Ecker & Bethge 2015, A neural algorithm of artistic style; 2016, Image style transfer using " +
    "convolutional neural networks",
  data: both(
    "textures, a face and a painting drawn by a generator; --data: a folder with two pictures, content.png and " +
      "style.png (or JPEG, or WebP)",
    "текстуры, лицо и картина, нарисованные генератором; --data: папка с двумя изображениями, content.png и " +
      "style.png (или JPEG, WebP)",
  ),
  defaults,
  expected: [
    { metric: "contentFall", atLeast: 10, on: drawnPictures },
    { metric: "styleFall", atLeast: 10, on: drawnPictures },
  ],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, data } = options;
    const { content, style } = await loadPictures(options);
    options.onStage?.(
      both(
        "First a network learns to tell the kinds and colours of drawn textures.",
        "Сначала сеть учится определять вид и цвета нарисованных текстур.",
      ),
    );
    const [known, unknown] = tiny ? [4, 2] : [3000, 300];
    const textures = async (count: number, part: number) => {
      const { images, kinds } = await drawTextures(count, textureSide, seed, part);
      return {
        inputs: { data: images, shape: [count, textureSide, textureSide, 3], scale: 1 / 255 },
        targets: { kind: kinds, colours: coloursOf(images, count) },
      };
    };
    const model = makeModel(options);
    const { epochs, ...fit } = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const lessons = tiny ? 1 : textureEpochs;
    const history = await model.fit(await textures(known, 1), {
      ...fit,
      epochs: lessons,
      callbacks: [fallingRate(textureRate, lessons), ...fit.callbacks],
    });
    const { kindAccuracy: accuracy = NaN } = await model.evaluate(await textures(unknown, 2));
    options.onStage?.(both("Now the pixels of a picture are moved.", "Теперь изменяются пиксели картинки."));
    const steps = tiny ? 2 : epochs * stepsPerEpoch;
    const { picture, course, each, measured } = await paint(model, content, style, steps, options);
    const [first, last] = [course[0]!, course.at(-1)!];
    const [ofContent, ofStyle] = [await measured(content), await measured(style)];
    // Of two pictures that are the same, each has no loss at all: there is nothing to divide by.
    const areSame = ofStyle.content === 0 || ofContent.style === 0;
    if (areSame)
      options.onStage?.(
        both(
          "The features of both pictures are the same, so that neither is compared with the result.",
          "Признаки обеих картинок одинаковы, поэтому сами они с результатом не сравниваются.",
        ),
      );
    return {
      model,
      history: { ...history, stopped: options.signal?.aborted ? "aborted" : history.stopped },
      evaluation: { contentFall: first.content / last.content, styleFall: first.style / last.style, accuracy },
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: areSame
        ? []
        : [
            {
              metric: "contentFall",
              value: first.content / ofStyle.content,
              name: both("the picture of the style itself", "сама картина, задающая стиль"),
            },
            {
              metric: "styleFall",
              value: first.style / ofContent.style,
              name: both("the picture of the content itself", "сама картинка, задающая содержание"),
            },
          ],
      async *ending(): AsyncIterable<Part> {
        const series = (key: keyof Losses) => course.map((losses, i) => [i * each, losses[key]] as const);
        yield {
          kind: "plot",
          title: both("The losses of the picture", "Функции потерь картинки"),
          x: both("step", "шаг"),
          y: both("loss", "потери"),
          yScale: "log",
          series: [
            { name: both("content", "содержание"), points: series("content") },
            { name: both("style", "стиль"), points: series("style") },
          ],
        } satisfies Plot;
        yield await threeSheet(content, style, picture);
      },
    };
  },
  answersTogether: true,
  async *predict(model: Model, { files, seed }: Question): AsyncIterable<Part> {
    const [contentFile, styleFile] = files;
    if (contentFile === undefined || styleFile === undefined || files.length > 2)
      throw new ArgumentError(
        `style: expected two pictures, one for the content and one for the style, got ${files.length}.`,
      );
    const content = await readPicture(contentFile, { channels: 3, size });
    const style = await readPicture(styleFile, { channels: 3, size });
    const { picture } = await paint(model, content, style, defaults.epochs * stepsPerEpoch, { seed });
    yield await threeSheet(content, style, picture);
  },
};
