// C2. The worked convolution: a kernel of 3×3 slides over an image of 6×6.
import { conv2d, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

/** Y[i, j] = Σ I[i + m, j + n]·K[m, n]: Nabla's convolution of one image with one channel and one kernel. */
const convolve = (image: Tensor, kernel: Tensor): Tensor =>
  conv2d(image.reshape([1, ...image.shape, 1]), kernel.reshape([...kernel.shape, 1, 1])).squeeze([0, 3]);

export const item: Item = async function* () {
  const image = tensor([
    [3, 3, 5, 1, 2, 3],
    [3, 4, 0, 1, 4, 5],
    [5, 1, 2, 3, 2, 0],
    [5, 0, 4, 5, 2, 1],
    [3, 4, 3, 1, 0, 2],
    [2, 0, 4, 3, 5, 1],
  ]);
  const kernel = tensor([
    [0, 1, 0],
    [-1, 2, -1],
    [0, 1, 0],
  ]);
  yield text(
    "The kernel is laid on the image; numbers that lie on one another are multiplied, and the products are added " +
      "up. That is one number of the result. Then the kernel moves one pixel on.",
    "Ядро накладывают на изображение; числа, оказавшиеся друг на друге, перемножают, произведения складывают — это " +
      "одно число результата. Затем ядро сдвигают на один пиксель.",
  );
  yield formula(
    String.raw`Y_{ij} = \sum_{m=1}^{3}\sum_{n=1}^{3} I_{i+m-1,\,j+n-1}\,K_{mn}`,
    "Yᵢⱼ = Σₘ Σₙ I[i + m − 1, j + n − 1] · K[m, n],   m, n = 1 … 3",
  );
  const [I, K] = [await image.array<2>(), await kernel.array<2>()];
  yield {
    kind: "values",
    values: [
      { name: "I", value: I },
      { name: "K", value: K },
    ],
  };

  // The first two positions, term by term; zeros of the kernel are left out.
  for (const column of [0, 1]) {
    const terms = K.flatMap((row, m) => row.map((weight, n) => ({ weight, pixel: I[m]![column + n]! })));
    const written = terms
      .filter(({ weight }) => weight !== 0)
      .map(({ weight, pixel }) => `${weight < 0 ? `(${numeral(weight)})` : numeral(weight)}·${numeral(pixel)}`);
    const total = terms.reduce((sum, { weight, pixel }) => sum + weight * pixel, 0);
    const sum = `Y[1, ${column + 1}] = ${written.join(" + ")} = ${numeral(total)}`;
    yield text(`Position ${column + 1}: ${sum}.`, `Положение ${column + 1}: ${sum}.`);
  }

  const result = convolve(image, kernel);
  yield text(
    `All positions. Three of the kernel's columns fit into six of the image at ${result.shape[1]} positions: the ` +
      `result is ${result.shape.join(" × ")}.`,
    `Все положения. Ядро шириной 3 помещается в изображение шириной 6 в ${result.shape[1]} положениях: размер ` +
      `результата ${result.shape.join(" × ")}.`,
  );
  yield { kind: "values", values: [{ name: "Y", value: await result.array<2>() }] };

  const sizes = [];
  for (const [padding, stride] of [
    ["valid", 1],
    ["same", 1],
    ["valid", 2],
    ["same", 2],
  ] as const) {
    const { shape } = conv2d(image.reshape([1, 6, 6, 1]), kernel.reshape([3, 3, 1, 1]), { padding, strides: stride });
    sizes.push([
      padding === "valid" ? { en: "none", ru: "нет" } : { en: "zeros around the image", ru: "нули вокруг изображения" },
      stride,
      shape.slice(1, 3).join(" × "),
    ]);
  }
  yield {
    kind: "table",
    title: { en: "The size of the result", ru: "Размер результата" },
    columns: [
      { en: "padding", ru: "дополнение (padding)" },
      { en: "stride", ru: "шаг (stride)" },
      { en: "size", ru: "размер" },
    ],
    rows: sizes,
  };
};
