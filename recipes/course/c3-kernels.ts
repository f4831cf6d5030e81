// C3. Kernels on a picture: edges, sharpening, blur, and one of your own.
import { conv2d, full, type Tensor, tensor } from "nabla";
import { type Item, numeral, type Text, text } from "./item.ts";
import { gray, scene } from "./picture.ts";

const convolve = (image: Tensor, kernel: Tensor): Tensor =>
  conv2d(image.reshape([1, ...image.shape, 1]), kernel.reshape([...kernel.shape, 1, 1])).squeeze([0, 3]);

interface Filter {
  readonly name: Text;
  readonly kernel: Tensor;
  /** The values that are drawn black and white. */
  readonly range: readonly [number, number];
  readonly effect: Text;
}

const filters: readonly Filter[] = [
  {
    name: { en: "edges", ru: "границы" },
    kernel: tensor([
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ]),
    range: [-1, 1],
    effect: {
      en: "Eight times the pixel less its eight neighbours: 0 where all are equal, far from 0 where they differ.",
      ru: "Восемь пикселей минус восемь соседей: 0 там, где все равны, и далеко от 0 там, где они различаются.",
    },
  },
  {
    name: { en: "sharpening", ru: "повышение резкости" },
    kernel: tensor([
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ]),
    range: [0, 1],
    effect: {
      en: "The pixel plus its difference from four neighbours: edges get stronger, flat colour stays.",
      ru: "Пиксель плюс его отличие от четырёх соседей: границы усиливаются, ровный цвет остаётся.",
    },
  },
  {
    name: { en: "blur", ru: "размытие" },
    kernel: full([3, 3], 1 / 9),
    range: [0, 1],
    effect: {
      en: "The mean of nine pixels: edges get softer.",
      ru: "Среднее девяти пикселей: границы становятся мягче.",
    },
  },
  {
    // Write a kernel of your own here: any numbers, any size.
    name: { en: "one's own: light from the top left", ru: "своё ядро: свет слева сверху" },
    kernel: tensor([
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ]),
    range: [-1, 2],
    effect: {
      en: "What grows brighter towards the bottom right looks raised, as in relief.",
      ru: "Что светлеет вправо и вниз, кажется выпуклым, как рельеф.",
    },
  },
];

export const item: Item = async function* () {
  yield text(
    "A kernel decides what a convolution does with a picture. Three of the lecture's, and one of our own: change " +
      "its numbers in recipes/course/c3-kernels.ts and look.",
    "Ядро определяет, что свёртка сделает с картинкой. Три ядра из лекции и одно своё: поменяйте его числа в " +
      "recipes/course/c3-kernels.ts и посмотрите.",
  );
  const picture = gray(scene(40));
  yield {
    kind: "image",
    title: { en: "The picture", ru: "Картинка" },
    pixels: await picture.array<2>(),
    range: [0, 1],
  };
  const rows = [];
  for (const { name, kernel, range, effect } of filters) {
    const result = convolve(picture, kernel);
    yield text(`${capital(name.en)}. ${effect.en}`, `${capital(name.ru)}. ${effect.ru}`);
    yield { kind: "values", values: [{ name: "K", value: await kernel.array<2>() }] };
    yield { kind: "image", title: name, pixels: await result.array<2>(), range };

    const flat = convolve(full([5, 5], 0.5), kernel);
    const unmoved = result.abs().less(1e-3).cast("float32").mean();
    rows.push([
      name,
      await kernel.sum().item(),
      await flat.at(0, 0).item(),
      100 * (await unmoved.item()),
      await result.min().item(),
      await result.max().item(),
    ]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "kernel", ru: "ядро" },
      { en: "sum of its numbers", ru: "сумма чисел" },
      { en: "on flat colour 0.5", ru: "на ровном цвете 0.5" },
      { en: "zeros in the result, %", ru: "нулей в результате, %" },
      { en: "least", ru: "наименьшее" },
      { en: "greatest", ru: "наибольшее" },
    ],
    rows,
    digits: 2,
  };
  const edges = await convolve(full([5, 5], 0.5), filters[0]!.kernel)
    .abs()
    .max()
    .item();
  yield text(
    "On flat colour a kernel multiplies by the sum of its numbers. The edge kernel's sum is 0, so that it answers " +
      `${numeral(edges)} there, and everything but the edges disappears; sharpening and blur have the sum 1 and ` +
      "keep the brightness. A convolutional network learns such kernels by itself (C5).",
    "На ровном цвете ядро умножает его на сумму своих чисел. У ядра границ она равна 0, поэтому ответ там " +
      `${numeral(edges)}, и исчезает всё, кроме границ; у резкости и размытия сумма 1, и яркость сохраняется. ` +
      "Свёрточная сеть находит такие ядра сама (C5).",
  );
};

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
