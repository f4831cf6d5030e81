// C5. A convolutional network and its hierarchy of features, looked at layer by layer on a digit.
import { concatenate, functional, input, layers, optimizers, type Tensor, tensor } from "nabla";
import { digits } from "nabla/data";
import { type Item, numeral, text } from "./item.ts";
import { mosaic } from "./picture.ts";

/** The layers that look at pixels, with their windows: a number of a layer sees a square of the image. */
const stages = [
  { name: { en: "convolution 5×5", ru: "свёртка 5×5" }, window: 5, stride: 1 },
  { name: { en: "max pooling 2×2", ru: "пулинг 2×2 (максимум)" }, window: 2, stride: 2 },
  { name: { en: "convolution 5×5", ru: "свёртка 5×5" }, window: 5, stride: 1 },
  { name: { en: "max pooling 2×2", ru: "пулинг 2×2 (максимум)" }, window: 2, stride: 2 },
];

/** The network, and a second model of the same layers that gives what each of them has found. */
function network(seed: number) {
  const image = input([28, 28]);
  const pixels = layers.reshape([28, 28, 1]).apply(image);
  const edges = layers.conv2d(8, 5, { activation: "relu" }).apply(pixels);
  const pooled = layers.maxPooling2d().apply(edges);
  const parts = layers.conv2d(16, 5, { activation: "relu" }).apply(pooled);
  const pooledParts = layers.maxPooling2d().apply(parts);
  const answer = layers.dense(10, { activation: "softmax" }).apply(layers.flatten().apply(pooledParts));
  return {
    model: functional({ inputs: image, outputs: answer, seed }).compile({
      optimizer: optimizers.adam({ learningRate: 0.003 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    }),
    inside: functional({ inputs: image, outputs: [edges, pooled, parts, pooledParts, answer] }),
  };
}

/** The channels of one image as pictures: [1, height, width, channels] → [channels, height, width]. */
const channels = (maps: Tensor): Tensor => maps.squeeze([0]).transpose([2, 0, 1]);

/** For each channel of `maps` the square of the images that excites it most. */
async function favourites(images: Tensor, maps: Tensor, field: number, stride: number): Promise<Tensor> {
  const [, height = 0, width = 0, count = 0] = maps.shape;
  const best = await maps.transpose([3, 0, 1, 2]).reshape([count, -1]).argmax(1).array<1>();
  const squares = best.map((at) => {
    const [image, row, column] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    const [top, left] = [row * stride, column * stride];
    return images.at([image, image + 1], [top, top + field], [left, left + field]);
  });
  return concatenate(squares);
}

export const item: Item = async function* ({ tiny, seed }) {
  const [examples, epochs] = tiny ? [1000, 2] : [8000, 3];
  const { train, test } = await digits();
  const { model, inside } = network(seed);
  yield text(
    "A convolutional network (CNN) learns its kernels itself. Ours has two convolutions, each followed by pooling, " +
      "which keeps the greatest of four neighbours, and a fully connected layer with softmax. The deeper a layer, " +
      "the larger the part of the image that one of its numbers sees.",
    "Свёрточная сеть (CNN) сама находит свои ядра. В нашей две свёртки, после каждой — пулинг, который оставляет " +
      "наибольшее из четырёх соседних чисел, и полносвязный слой с softmax. Чем глубже слой, тем большую часть " +
      "изображения видит каждое его число.",
  );
  await model.fit(train.take(examples), { epochs, batchSize: 32, seed, verbose: 0 });
  const { accuracy } = await model.evaluate(test);
  yield text(
    `Trained on ${examples} digits for ${epochs} epochs, it recognises ${numeral(100 * accuracy, 1)} % of ` +
      `${test.size} others. Now we look inside, while it reads this one:`,
    `После ${epochs} эпох обучения на ${examples} цифрах она узнаёт ${numeral(100 * accuracy, 1)} % из ${test.size} ` +
      "других. Заглянем внутрь, пока она читает вот эту:",
  );

  const { data: bytes, shape } = test.inputs.array;
  const images = tensor(bytes, { shape }).cast("float32").div(255);
  const label = test.targets.array.data[0]!;
  const shown = tiny ? 100 : 1000;
  const [edges, pooled, parts, pooledParts, answer] = (await inside.predict(test.take(shown))) as Tensor[];
  const first = (t: Tensor): Tensor => t.at([0, 1]);
  yield {
    kind: "image",
    title: { en: `A ${label}`, ru: `Цифра ${label}` },
    pixels: await images.at(0).array<2>(),
    range: [0, 1],
  };

  const rows = [];
  let [field, step] = [1, 1];
  for (const [i, maps] of [edges!, pooled!, parts!, pooledParts!].entries()) {
    const { name, window, stride } = stages[i]!;
    field += (window - 1) * step; // the window spans so many numbers of the layer below, `step` pixels apart
    step *= stride;
    const active = await first(maps).greater(0).cast("float32").mean().item();
    rows.push([name, maps.shape.slice(1).join(" × "), `${field} × ${field}`, numeral(100 * active, 0)]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "layer", ru: "слой" },
      { en: "output", ru: "выход" },
      { en: "one number sees, pixels", ru: "одно число видит, пикселей" },
      { en: "active for this digit, %", ru: "активно на этой цифре, %" },
    ],
    rows,
  };

  yield text(
    "Layer 1. Eight kernels of 5×5, the squares of the test images that excite each most, and what they found in " +
      "the digit: pieces of strokes and edges of one direction.",
    "Слой 1. Восемь ядер 5×5, участки тестовых изображений, которые сильнее всего возбуждают каждое из них, и то, " +
      "что они нашли в цифре: кусочки штрихов и края одного направления.",
  );
  const kernels = tensor((await model.getWeights())["conv2d_1/kernel"]!)
    .squeeze([2])
    .transpose([2, 0, 1]);
  yield {
    kind: "image",
    title: { en: "The kernels of layer 1", ru: "Ядра слоя 1" },
    pixels: await mosaic(kernels, 8),
    range: [await kernels.min().item(), await kernels.max().item()],
  };
  yield {
    kind: "image",
    title: { en: "What excites them most", ru: "Что возбуждает их сильнее всего" },
    pixels: await mosaic(await favourites(images, edges!, 5, 1), 8),
    range: [0, 1],
  };
  yield {
    kind: "image",
    title: { en: "Their maps of the digit, after pooling", ru: "Их карты для этой цифры, после пулинга" },
    pixels: await mosaic(channels(first(pooled!)), 4),
    range: [0, await first(pooled!).max().item()],
  };

  yield text(
    "Layer 2. Sixteen features, each a mixture of the eight maps: here they are whole parts of digits, such as " +
      "arcs, corners, ends and crossings.",
    "Слой 2. Шестнадцать признаков, каждый — смесь восьми карт: это уже части цифр — дуги, углы, концы и " +
      "пересечения линий.",
  );
  yield {
    kind: "image",
    title: { en: "What excites the features of layer 2 most", ru: "Что сильнее всего возбуждает признаки слоя 2" },
    pixels: await mosaic(await favourites(images, parts!, 14, 2), 4),
    range: [0, 1],
  };
  yield {
    kind: "image",
    title: { en: "Their maps of the digit, after pooling", ru: "Их карты для этой цифры, после пулинга" },
    pixels: await mosaic(channels(first(pooledParts!)), 8),
    range: [0, await first(pooledParts!).max().item()],
  };

  yield text(
    "The last layer sees the whole image: it weighs all parts and decides.",
    "Последний слой видит изображение целиком: он взвешивает все части и решает.",
  );
  yield {
    kind: "table",
    columns: [
      { en: "digit", ru: "цифра" },
      { en: "probability", ru: "вероятность" },
    ],
    rows: (await answer!.at(0).array<1>()).map((p, digit) => [digit, p]),
    digits: 3,
  };
};
