// C1. An image is a matrix of pixels; a colour image is three of them: red, green and blue.
import { stack, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";
import { gray, scene } from "./picture.ts";

/** A small heart, drawn by characters: one pixel each. */
const heart = [
  "        ", //
  " ##  ## ",
  "########",
  "########",
  " ###### ",
  "  ####  ",
  "   ##   ",
  "        ",
];

/** Rows of red, green, blue, red, green, blue … of a picture [height, width, 3]. */
const rowsOf = (picture: Tensor): Promise<number[][]> => picture.reshape([picture.shape[0]!, -1]).array<2>();

export const item: Item = async function* () {
  yield text(
    "A grey image is a matrix: each number says how bright one pixel is, from 0 (black) to 255 (white). The first " +
      "row is at the top.",
    "Полутоновое изображение — это матрица: каждое число — яркость одного пикселя от 0 (чёрный) до 255 (белый). " +
      "Первая строка — верхняя.",
  );
  const image = tensor(heart.map((row) => [...row].map((mark, column) => (mark === "#" ? 255 - 20 * column : 0))));
  yield { kind: "values", values: [{ name: "I", value: await image.array<2>() }] };
  yield {
    kind: "image",
    title: { en: "The same matrix as an image", ru: "Та же матрица как изображение" },
    pixels: await image.array<2>(),
    range: [0, 255],
  };
  yield text(
    `I has ${image.shape.join(" × ")} pixels. Arithmetic on the matrix changes the image: 255 − I is its negative.`,
    `В I ${image.shape.join(" × ")} пикселей. Арифметика над матрицей меняет изображение: 255 − I — его негатив.`,
  );
  yield {
    kind: "image",
    title: { en: "255 − I, the negative", ru: "255 − I, негатив" },
    pixels: await image.mul(-1).add(255).array<2>(),
    range: [0, 255],
  };

  const colour = scene(32);
  yield text(
    "A pixel of a colour image has three numbers: red, green and blue (RGB), here from 0 to 1. The image is a " +
      `tensor of height × width × channels, ${colour.shape.join(" × ")}.`,
    "У пикселя цветного изображения три числа: красный, зелёный и синий (RGB), здесь от 0 до 1. Изображение — " +
      `тензор высота × ширина × каналы, ${colour.shape.join(" × ")}.`,
  );
  yield {
    kind: "image",
    title: { en: "A picture drawn by the program", ru: "Картинка, нарисованная программой" },
    pixels: await rowsOf(colour),
    channels: "rgb",
    range: [0, 1],
  };
  const spots = [
    { name: { en: "the sun", ru: "солнце" }, row: 6, column: 25 },
    { name: { en: "the roof", ru: "крыша" }, row: 14, column: 13 },
    { name: { en: "the grass", ru: "трава" }, row: 30, column: 3 },
  ];
  const pixels = await colour.array<3>();
  yield {
    kind: "table",
    title: { en: "Three pixels", ru: "Три пикселя" },
    columns: [
      { en: "pixel", ru: "пиксель" },
      { en: "row", ru: "строка" },
      { en: "column", ru: "столбец" },
      "R",
      "G",
      "B",
    ],
    rows: spots.map(({ name, row, column }) => [name, row, column, ...pixels[row - 1]![column - 1]!]),
    digits: 2,
  };

  yield text(
    "Taken apart: each channel is a matrix by itself, light where there is much of its colour.",
    "Разберём на каналы: каждый — отдельная матрица, светлая там, где его цвета много.",
  );
  const names = [
    { en: "red", ru: "красный" },
    { en: "green", ru: "зелёный" },
    { en: "blue", ru: "синий" },
  ];
  const channels = names.map((_, i) => colour.at("...", i)); // [height, width] each
  for (const [i, { en, ru }] of names.entries())
    yield {
      kind: "image",
      title: { en: `The channel ${en}`, ru: `Канал: ${ru}` },
      pixels: await channels[i]!.array<2>(),
      range: [0, 1],
    };
  const together = stack(channels, 2);
  const difference = await together.sub(colour).abs().max().item();
  yield text(
    `Put together again, they give the picture: the greatest difference is ${numeral(difference)}. In another order ` +
      "(blue, green, red) they give other colours.",
    `Собранные вместе, они снова дают картинку: наибольшее расхождение — ${numeral(difference)}. В другом порядке ` +
      "(синий, зелёный, красный) получатся другие цвета.",
  );
  yield {
    kind: "image",
    title: { en: "Blue, green, red", ru: "Синий, зелёный, красный" },
    pixels: await rowsOf(stack([...channels].reverse(), 2)),
    channels: "rgb",
    range: [0, 1],
  };

  yield text(
    "The brightness is a weighted sum of the channels: the eye is most sensitive to green.",
    "Яркость — взвешенная сумма каналов: глаз чувствительнее всего к зелёному.",
  );
  yield formula("I = 0.299R + 0.587G + 0.114B");
  yield {
    kind: "image",
    title: { en: "The brightness", ru: "Яркость" },
    pixels: await gray(colour).array<2>(),
    range: [0, 1],
  };
};
