// The pixels of a data set of images as tensors, and images that are drawn of their means alone.
import { random, type Tensor, tensor } from "nabla";
import type { Dataset } from "nabla/data";

/** Images [count, height, width] from 0 to 1, and their classes. */
export function imagesOf({ inputs, targets }: Dataset): { images: Tensor; labels: number[] } {
  const { data, shape } = inputs.array;
  return { images: tensor(data, { shape }).cast("float32").div(255), labels: Array.from(targets.array.data, Number) };
}

/** Images of the classes that are asked for, each pixel white with the probability that its mean in the class gives. */
export function pixelByPixel(train: Dataset, asked: readonly number[], seed: number): Tensor {
  const { images, labels } = imagesOf(train);
  const members = tensor(asked.map((digit) => labels.map((label) => (label === digit ? 1 : 0))));
  const shares = members.div(members.sum(1, { keepDims: true }).maximum(1));
  const means = shares.matmul(images.reshape([labels.length, -1]));
  const drawn = random.bernoulli(random.key(seed), means.shape, means).cast("float32");
  return drawn.reshape([asked.length, ...images.shape.slice(1)]);
}
