// D2. A digit is a small bitmap: drawn by strokes, shifted, put into the middle, and recognised.
import { arange, layers, optimizers, sequential, stack, type Tensor, tensor } from "nabla";
import { digits } from "nabla/data";
import { type Item, numeral, type Part, type Text, text } from "./item.ts";
import { draw, drawings, side } from "./strokes.ts";

/** Bitmaps [..., 28, 28], moved to the right and down by whole pixels; what leaves the edge is lost. */
function shift(bitmaps: Tensor, right: number, down: number): Tensor {
  const room = bitmaps.shape.map((_, axis) => (axis < bitmaps.ndim - 2 ? [0, 0] : [side, side]) as [number, number]);
  return bitmaps.pad(room).at("...", [side - down, 2 * side - down], [side - right, 2 * side - right]);
}

/** Moves the centre of brightness into the middle, as MNIST's digits were prepared. */
async function centred(bitmap: Tensor): Promise<Tensor> {
  const along = arange(side).add(0.5);
  const total = bitmap.sum();
  const [x, y] = [bitmap.sum(0).mul(along).sum().div(total), bitmap.sum(1).mul(along).sum().div(total)];
  return shift(bitmap, Math.round(side / 2 - (await x.item())), Math.round(side / 2 - (await y.item())));
}

const network = (seed: number) =>
  sequential(
    [
      layers.flatten(),
      layers.dropout(0.2),
      layers.dense(128, { activation: "relu" }),
      layers.dense(10, { activation: "softmax" }),
    ],
    { inputShape: [side, side], seed },
  ).compile({
    optimizer: optimizers.adam({ learningRate: 0.002 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });

export const item: Item = async function* ({ tiny, seed }) {
  const { train, test } = await digits();
  const model = network(seed);
  await model.fit(tiny ? train.take(2000) : train, { epochs: tiny ? 5 : 8, batchSize: 32, seed, verbose: 0 });
  const { accuracy } = await model.evaluate(test);
  /** The probabilities of the ten digits for each bitmap. */
  const recognise = async (bitmaps: readonly Tensor[]): Promise<number[][]> =>
    (await model.predict(stack([...bitmaps]))).array<2>();

  yield text(
    `A digit is a bitmap of ${side} × ${side} numbers from 0 to 1. A fully connected network, trained on such ` +
      `bitmaps, recognises ${numeral(100 * accuracy, 1)} % of ${test.size} that it has not seen. One of them, as ` +
      "numbers around its middle, and as an image:",
    `Цифра — это растр: ${side} × ${side} чисел от 0 до 1. Полносвязная сеть, обученная на таких растрах, узнаёт ` +
      `${numeral(100 * accuracy, 1)} % из ${test.size} незнакомых. Одна из цифр: числа вокруг середины и ` +
      "изображение целиком:",
  );
  const { data: bytes, shape } = test.inputs.array;
  const held = tensor(bytes, { shape })
    .at([0, tiny ? 300 : test.size])
    .cast("float32")
    .div(255);
  const label = test.targets.array.data[0]!;
  const bitmap = held.at(0);
  yield { kind: "values", values: [{ name: "I", value: await bitmap.at([9, 19], [9, 19]).array<2>() }], digits: 1 };
  yield {
    kind: "image",
    title: { en: `A digit ${label}`, ru: `Цифра ${label}` },
    pixels: await bitmap.array<2>(),
    range: [0, 1],
  };
  const [seen = []] = await recognise([bitmap]);
  yield probabilities([{ en: "probability", ru: "вероятность" }], [seen]);

  yield text(
    "Shifted to the right, the same digit. To a fully connected network every pixel is an input of its own: it has " +
      "learned digits in the middle, and knows nothing of the same digit elsewhere.",
    "Та же цифра, сдвинутая вправо. Для полносвязной сети каждый пиксель — отдельный вход: она училась на цифрах " +
      "посередине и не знает, что та же цифра бывает и в другом месте.",
  );
  const shifts = [0, 1, 2, 3, 4, 6, 8];
  const moved = await recognise(shifts.map((right) => shift(bitmap, right, 0)));
  const accuracies: number[] = [];
  for (const right of shifts) {
    accuracies.push((await model.evaluate(shift(held, right, 0), test.take(held.shape[0]!).targets)).accuracy);
  }
  yield {
    kind: "table",
    columns: [
      { en: "shift, pixels", ru: "сдвиг, пикселей" },
      { en: `probability of ${label}`, ru: `вероятность ${label}` },
      { en: "the answer", ru: "ответ" },
      { en: "right of all test digits, %", ru: "верно из всех тестовых цифр, %" },
    ],
    rows: shifts.map((right, i) => [right, moved[i]![label]!, best(moved[i]!), numeral(100 * accuracies[i]!, 1)]),
    digits: 3,
  };

  const bitmaps = drawings.map(({ lines }) => draw(lines));
  yield text(
    "Draw your own: in recipes/course/strokes.ts digits are lines through points, as a hand draws them.",
    "Нарисуйте свою цифру: в recipes/course/strokes.ts цифры заданы линиями через точки, как их ведёт рука.",
  );
  const answers = await recognise(bitmaps);
  // The same drawings in a corner, and what putting them back into the middle does for them.
  const corner = bitmaps.map((drawn) => shift(drawn, 5, -4));
  const [astray, back] = [await recognise(corner), await recognise(await Promise.all(corner.map(centred)))];
  for (const [i, { digit }] of drawings.entries())
    yield {
      kind: "image",
      title: { en: `A drawn ${digit}`, ru: `Нарисованная цифра ${digit}` },
      pixels: await bitmaps[i]!.array<2>(),
      range: [0, 1],
    };
  yield probabilities(
    drawings.map(({ digit }) => ({ en: `drawn: ${digit}`, ru: `нарисована ${digit}` })),
    answers,
  );
  yield {
    kind: "table",
    title: { en: "What the network answers", ru: "Что отвечает сеть" },
    columns: [
      { en: "drawn", ru: "нарисована" },
      { en: "answer", ru: "ответ" },
      { en: "the drawing in a corner", ru: "рисунок в углу" },
      { en: "put back into the middle", ru: "возвращён в середину" },
    ],
    rows: drawings.map(({ digit }, i) => [digit, ...[answers, astray, back].map((all) => best(all[i]!))]),
  };
  const count = (all: readonly number[][]): number => drawings.filter(({ digit }, i) => best(all[i]!) === digit).length;
  yield text(
    `As drawn, the network recognises ${count(answers)} of ${drawings.length} drawings, in a corner ` +
      `${count(astray)}, and put back by their centre of brightness ${count(back)}. A convolutional network (C5) ` +
      "minds a shift less, because its kernels look everywhere.",
    `Как нарисовано, сеть узнаёт рисунков: ${count(answers)} из ${drawings.length}; в углу — ${count(astray)}; ` +
      `возвращённых в середину по центру яркости — ${count(back)}. Свёрточная сеть (C5) меньше боится сдвига: её ` +
      "ядра смотрят везде.",
  );
};

/** The index of the greatest. */
const best = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities));

/** A table of probabilities: a row for each digit, a column for each bitmap. */
const probabilities = (names: readonly Text[], columns: readonly (readonly number[])[]): Part => ({
  kind: "table",
  columns: [{ en: "digit", ru: "цифра" }, ...names],
  rows: Array.from({ length: 10 }, (_, digit) => [digit, ...columns.map((column) => column[digit]!)]),
  digits: 3,
});
