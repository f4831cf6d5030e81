// D2. A digit is a small bitmap: drawn by strokes, shifted, put into the middle, and recognised.
import { arange, data, layers, optimizers, sequential, stack, type Tensor, tensor } from "nabla";
import { type Item, numeral, type Part, type Text, text } from "./item.ts";

const side = 28;

type Point = readonly [x: number, y: number];

/** Points on a part of an ellipse around (x, y), from one angle to another in turns: 0 is right, ¼ is down. */
const arc = (x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / 24);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });

/** Digits as lines through points; x and y count pixels from the top left. Draw your own here. */
const drawings: readonly { readonly digit: number; readonly lines: readonly (readonly Point[])[] }[] = [
  { digit: 0, lines: [arc(14, 14, 6, 9, 0, 1)] },
  {
    digit: 1,
    lines: [
      [
        [15, 5],
        [13, 23],
      ],
    ],
  },
  { digit: 2, lines: [[...arc(14, 10, 5, 5, -0.45, 0.08), [8, 22], [20, 22]]] },
  { digit: 3, lines: [[...arc(13, 9.5, 5, 4.5, -0.4, 0.25), ...arc(13, 18.5, 5.5, 4.5, -0.25, 0.4)]] },
  {
    digit: 4,
    lines: [
      [
        [11, 5],
        [8, 15],
        [19, 15],
      ],
      [
        [17, 5],
        [15, 23],
      ],
    ],
  },
  {
    digit: 7,
    lines: [
      [
        [8, 6],
        [20, 6],
        [13, 23],
      ],
    ],
  },
];

/** Brightness 1 within 0.8 pixels of the line from a to b, falling to 0 at 1.8: [28, 28]. */
function stroke([ax, ay]: Point, [bx, by]: Point): Tensor {
  const along = arange(side).add(0.5);
  const x = along.expandDims(0).broadcastTo([side, side]);
  const y = along.expandDims(1).broadcastTo([side, side]);
  const [dx, dy] = [bx - ax, by - ay];
  // The nearest point of the line is a + t·(b − a), with t between 0 and 1.
  const t = x
    .sub(ax)
    .mul(dx)
    .add(y.sub(ay).mul(dy))
    .div(dx * dx + dy * dy || 1)
    .maximum(0)
    .minimum(1);
  const distance = x
    .sub(ax)
    .sub(t.mul(dx))
    .square()
    .add(y.sub(ay).sub(t.mul(dy)).square())
    .sqrt();
  return distance.mul(-1).add(1.8).maximum(0).minimum(1);
}

const draw = (lines: readonly (readonly Point[])[]): Tensor =>
  lines.flatMap((line) => line.slice(1).map((b, i) => stroke(line[i]!, b))).reduce((a, b) => a.maximum(b));

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
  const { train, test } = await data.digits();
  const model = network(seed);
  await model.fit(tiny ? train.take(2000) : train, { epochs: tiny ? 4 : 8, batchSize: 32, seed, verbose: 0 });
  const { accuracy } = await model.evaluate(test);
  /** The probabilities of the ten digits for each bitmap. */
  const recognise = async (bitmaps: readonly Tensor[]): Promise<number[][]> =>
    (await model.predict(await stack([...bitmaps]).array<3>())).array<2>();

  yield text(
    `A digit is a bitmap of ${side} × ${side} numbers from 0 to 1. A fully connected network, trained on such ` +
      `bitmaps, recognises ${numeral(100 * accuracy, 1)} % of ${test.size} that it has not seen. One of them, as ` +
      "numbers around its middle, and as an image:",
    `Цифра — это растр: ${side} × ${side} чисел от 0 до 1. Полносвязная сеть, обученная на таких растрах, узнаёт ` +
      `${numeral(100 * accuracy, 1)} % из ${test.size} незнакомых. Одна из цифр: числа вокруг середины и ` +
      "изображение целиком:",
  );
  const { data: bytes, shape } = test.inputs.array;
  const held = tensor(bytes, { shape }).cast("float32").div(255);
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
    const pixels = await shift(held, right, 0).array<3>();
    accuracies.push((await model.evaluate(pixels, test.targets)).accuracy);
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
    "Draw your own: the digits of this file are lines through points, as a hand draws them.",
    "Нарисуйте свою цифру: в этом файле цифры заданы линиями через точки, как их ведёт рука.",
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
