// What the filters of a layer answer to an image.
import { concatenate, type Dataset, type Layer, type Model, type Tensor, tensor } from "nabla";
import { both, type Image } from "./part.ts";
import { sheet } from "./pictures.ts";

/**
 * The first image of a data set and its first feature maps in a layer of a sequential model, which have the size of the
 * image; the greatest value of each map is white.
 */
export async function featureMaps(
  model: Model,
  name: string,
  { inputs: { array } }: Dataset,
  count: number,
): Promise<Image> {
  const [, height = 0, width = 0] = array.shape;
  const image = tensor(array.data.slice(0, height * width), { shape: [1, height, width] })
    .cast("float32")
    .div(255);
  let x: Tensor = image;
  for (const [own, layer] of model.children()) {
    x = (layer as Layer<Tensor, Tensor>).apply(x);
    if (own === name) break;
  }
  const maps = x.at(0, [], [], [0, count]).transpose([2, 0, 1]);
  const scaled = maps.div(maps.max([1, 2], { keepDims: true }).maximum(1e-6));
  return sheet(
    both(
      `An image held out, and its feature maps in ${name}`,
      `Отложенное изображение и его карты признаков в слое ${name}`,
    ),
    concatenate([image, scaled]),
    8,
  );
}
