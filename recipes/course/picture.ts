// The picture of the items C1 and C3, drawn by arithmetic: a house on grass under the sun; and many pictures as one.
import { arange, stack, type Tensor, tensor, where } from "nabla";

/** The picture, [size, size, 3], red, green and blue from 0 to 1. */
export function scene(size: number): Tensor {
  const along = arange(size).add(0.5).div(size); // the middle of each pixel, from 0 to 1
  const x = along.expandDims(0).broadcastTo([size, size]);
  const y = along.expandDims(1).broadcastTo([size, size]);
  const within = (value: Tensor, low: number, high: number): Tensor =>
    value.greater(low).logicalAnd(value.lessEqual(high));
  const box = (left: number, right: number, top: number, bottom: number): Tensor =>
    within(x, left, right).logicalAnd(within(y, top, bottom));

  const grass = y.greater(0.8);
  const sun = x.sub(0.8).square().add(y.sub(0.2).square()).less(0.015);
  const roof = within(y, 0.28, 0.5).logicalAnd(x.sub(0.42).abs().less(y.sub(0.28).mul(1.4)));
  const shapes = [
    { where: grass, colour: [0.2, 0.6, 0.2] },
    { where: sun, colour: [1, 0.9, 0.1] },
    { where: box(0.17, 0.67, 0.5, 0.85), colour: [0.9, 0.8, 0.6] },
    { where: roof, colour: [0.7, 0.2, 0.15] },
    { where: box(0.25, 0.38, 0.58, 0.7), colour: [0.3, 0.5, 0.9] },
    { where: box(0.47, 0.59, 0.58, 0.85), colour: [0.4, 0.25, 0.1] },
  ];
  const sky = stack([y.mul(0.3).add(0.4), y.mul(0.2).add(0.6), y.mul(0).add(0.95)], 2);
  return shapes.reduce((picture, shape) => where(shape.where.expandDims(2), tensor(shape.colour), picture), sky);
}

/** The brightness of a colour picture [..., 3], by the weights of the eye (ITU-R BT.601). */
export const gray = (picture: Tensor): Tensor => picture.matmul([0.299, 0.587, 0.114]);

/** Pictures [count, height, width] in rows of `columns`, with a line of 0 between them. */
export function mosaic(pictures: Tensor, columns: number): Promise<number[][]> {
  const [count = 0, height = 0, width = 0] = pictures.shape;
  const grid = pictures
    .pad([
      [0, 0],
      [0, 1],
      [0, 1],
    ])
    .reshape([count / columns, columns, height + 1, width + 1])
    .transpose([0, 2, 1, 3]);
  return grid.reshape([(count / columns) * (height + 1), columns * (width + 1)]).array<2>();
}
