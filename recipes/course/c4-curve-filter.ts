// C4. A filter as a pattern detector: a curve of thirties answers 6600 where the image has this curve, and 0 elsewhere.
import { conv2d, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

const convolve = (image: Tensor, kernel: Tensor): Tensor =>
  conv2d(image.reshape([1, ...image.shape, 1]), kernel.reshape([...kernel.shape, 1, 1])).squeeze([0, 3]);

/** The sum of the products of two matrices, element by element: the convolution where both have one size. */
const answer = (patch: Tensor, filter: Tensor): Promise<number> => patch.mul(filter).sum().item();

const filter = tensor([
  [0, 0, 0, 0, 0, 30, 0],
  [0, 0, 0, 0, 30, 0, 0],
  [0, 0, 0, 30, 0, 0, 0],
  [0, 0, 0, 30, 0, 0, 0],
  [0, 0, 0, 30, 0, 0, 0],
  [0, 0, 0, 30, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0],
]);

/** A part of an image with a curve of the same shape. */
const matching = tensor([
  [0, 0, 0, 0, 0, 0, 30],
  [0, 0, 0, 0, 50, 50, 50],
  [0, 0, 0, 20, 50, 0, 0],
  [0, 0, 0, 50, 50, 0, 0],
  [0, 0, 0, 50, 50, 0, 0],
  [0, 0, 0, 50, 50, 0, 0],
  [0, 0, 0, 50, 50, 0, 0],
]);

/** A part with other lines. */
const other = tensor([
  [0, 0, 0, 0, 0, 0, 0],
  [0, 40, 0, 0, 0, 0, 0],
  [40, 0, 40, 0, 0, 0, 0],
  [40, 20, 0, 0, 0, 0, 0],
  [0, 50, 0, 0, 0, 0, 0],
  [0, 0, 50, 0, 0, 0, 0],
  [25, 25, 0, 50, 0, 0, 0],
]);

/** A patch in an image of 20 × 26 pixels, black elsewhere. */
const place = (patch: Tensor, top: number, left: number): Tensor =>
  patch.pad([
    [top, 20 - 7 - top],
    [left, 26 - 7 - left],
  ]);

export const item: Item = async function* () {
  yield text(
    "A filter is a picture of what it looks for. This one is a curve, drawn in thirties:",
    "Фильтр — это изображение того, что он ищет. Этот — кривая, нарисованная числами 30:",
  );
  const F = await filter.array<2>();
  yield { kind: "values", values: [{ name: "F", value: F }] };
  yield { kind: "image", title: { en: "The filter", ru: "Фильтр" }, pixels: F, range: [0, 30] };
  yield text(
    "On each patch of the image it answers with the sum of the products. Two patches:",
    "На каждом участке изображения он отвечает суммой произведений. Два участка:",
  );
  yield formula(String.raw`y = \sum_{m,n} I_{mn} F_{mn}`, "y = Σ I[m, n] · F[m, n]");
  const patches = [
    { name: { en: "the curve", ru: "кривая" }, patch: matching },
    { name: { en: "other lines", ru: "другие линии" }, patch: other },
  ];
  const rows = [];
  for (const { name, patch } of patches) {
    const pixels = await patch.array<2>();
    yield { kind: "image", title: name, pixels, range: [0, 50] };
    const terms = pixels.flatMap((row, m) =>
      row.flatMap((pixel, n) => (pixel * F[m]![n]! === 0 ? [] : [`${numeral(pixel)}·${numeral(F[m]![n]!)}`])),
    );
    rows.push([name, terms.join(" + ") || "0", await answer(patch, filter)]);
  }
  yield {
    kind: "table",
    columns: [
      { en: "patch", ru: "участок" },
      { en: "products that are not 0", ru: "ненулевые произведения" },
      { en: "answer", ru: "ответ" },
    ],
    rows,
  };

  yield text(
    "A convolution asks this question everywhere at once. An image with the curve (its pixels are 50), the same " +
      "curve in a mirror, and the other lines; and the map of answers:",
    "Свёртка задаёт этот вопрос сразу везде. Изображение, на котором есть эта кривая (яркость 50), она же в зеркале " +
      "и другие линии, и карта ответов:",
  );
  const curve = filter.mul(50 / 30);
  const [top, left] = [3, 15];
  const image = place(curve, top, left)
    .add(place(curve.flip(1), 2, 4))
    .add(place(other, 11, 7));
  yield {
    kind: "image",
    title: { en: "The image", ru: "Изображение" },
    pixels: await image.array<2>(),
    range: [0, 50],
  };
  const map = convolve(image, filter);
  const greatest = await map.max().item();
  yield {
    kind: "image",
    title: { en: "The answers", ru: "Ответы" },
    pixels: await map.array<2>(),
    range: [0, greatest],
  };
  const at = await map.reshape([-1]).argmax().item();
  const [row, column] = [Math.floor(at / map.shape[1]!), at % map.shape[1]!];
  const low = await map
    .less(greatest / 2)
    .cast("float32")
    .mean()
    .item();
  yield text(
    `The greatest answer, ${numeral(greatest)}, stands at row ${row + 1}, column ${column + 1}: where the curve ` +
      `begins (row ${top + 1}, column ${left + 1}). ${numeral(100 * low, 1)} % of the answers are less than half of ` +
      "it.",
    `Наибольший ответ, ${numeral(greatest)}, стоит в строке ${row + 1}, столбце ${column + 1} — там, где начинается ` +
      `участок с кривой (строка ${top + 1}, столбец ${left + 1}). ${numeral(100 * low, 1)} % ответов меньше ` +
      "половины наибольшего.",
  );
};
