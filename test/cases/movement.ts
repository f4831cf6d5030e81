// Cases of movement operations: views that change which element is read, and compute nothing.
import type { Shape } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor.ts";
import { anyBits, between, bools, bytes, distinct, sample } from "../samples.ts";
import { add } from "./table.ts";

/** A movement for its own sake, between two elementwise operations, and on every dtype. */
function movement(of: string, name: string, shape: Shape, move: (x: Tensor) => Tensor): void {
  add(of, `${name} of [${shape}]`, (x) => move(x), [sample(between(-2, 2), shape)], { elementwise: true });
  add(of, `${name} of [${shape}] between`, (x) => move(x.exp()).mul(move(x)), [sample(between(-2, 2), shape)], {
    smooth: true,
  });
  add(
    of,
    `${name} of [${shape}] of integers`,
    (x, y, z) => [move(x), move(y), move(z)],
    [sample(anyBits("int32"), shape), sample(bools, shape), sample(bytes, shape)],
    { gradient: "none", elementwise: true },
  );
}

movement("reshape", "to [6]", [2, 3], (x) => x.reshape([6]));
movement("reshape", "to [3,-1]", [2, 3, 5], (x) => x.reshape([3, -1]));
movement("reshape", "to a scalar", [1, 1], (x) => x.reshape([]));
movement("reshape", "to [1,5,1]", [5], (x) => x.reshape([1, 5, 1]));
movement("reshape", "after transpose", [4, 6], (x) => x.transpose().reshape([3, 8]));
movement("reshape", "after a slice", [5, 6], (x) => x.at([1, 4], [0, 4]).reshape([2, 6]));
movement("reshape", "of windows", [9], (x) => x.slidingWindow(0, 3).reshape([21]));
movement("reshape", "of padding", [2, 3], (x) =>
  x
    .pad([
      [1, 0],
      [0, 2],
    ])
    .reshape([-1]),
);
movement("reshape", "of a broadcast", [3, 1], (x) => x.broadcastTo([3, 4]).reshape([2, 6]));
movement("reshape", "of nothing", [0, 3], (x) => x.reshape([3, 0, 2]));
movement("reshape", "expandDims, squeeze", [1, 3, 1], (x) => x.expandDims(-1).squeeze([0, 3]).expandDims(0));
for (const order of [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
])
  movement("permute", `${order}`, [2, 5, 3], (x) => x.transpose(order));
movement("permute", "of a matrix", [13, 17], (x) => x.transpose());
movement("permute", "of a larger matrix", [33, 70], (x) => x.transpose());
movement("permute", "of an axis of 1", [1, 7, 1], (x) => x.transpose([1, 2, 0]));
movement("permute", "of four axes", [2, 3, 4, 5], (x) => x.transpose([0, 2, 1, 3]));
movement("permute", "twice around a reshape", [2, 3, 4], (x) => x.transpose([1, 0, 2]).reshape([6, 4]).transpose());
movement("permute", "of nothing", [0, 3], (x) => x.transpose());
movement("broadcast", "of a scalar", [], (x) => x.broadcastTo([2, 3]));
movement("broadcast", "of a row", [5], (x) => x.broadcastTo([3, 5]));
movement("broadcast", "of a column", [3, 1], (x) => x.broadcastTo([2, 3, 7]));
movement("broadcast", "to nothing", [1, 3], (x) => x.broadcastTo([0, 3]));
movement("broadcast", "of an inner axis", [2, 1, 3], (x) => x.broadcastTo([2, 67, 3]));
movement("slice", "from the middle", [9], (x) => x.at([2, 7]));
movement("slice", "by 3", [10], (x) => x.at([1, null, 3]));
movement("slice", "of two axes", [5, 7], (x) => x.at([1, -1], [null, null, 2]));
movement("slice", "of a row", [4, 6], (x) => x.at(-1));
movement("slice", "of a column", [4, 6], (x) => x.at([], 2));
movement("slice", "of a slice", [20], (x) => x.at([2, 18, 2]).at([1, null, 3]));
movement("slice", "of nothing", [5], (x) => x.at([3, 3]));
movement("slice", "of one element", [5, 3], (x) => x.at(4, 2));
movement("slice", "of padding", [3], (x) => x.pad([[2, 2]], 1).at([1, 6]));
movement("pad", "with zeros", [2, 3], (x) =>
  x.pad([
    [1, 2],
    [0, 1],
  ]),
);
movement("pad", "with 1", [5], (x) => x.pad([[3, 70]], 1));
movement("pad", "of nothing", [0, 2], (x) =>
  x.pad(
    [
      [2, 1],
      [1, 0],
    ],
    1,
  ),
);
movement("pad", "of padding", [3], (x) => x.pad([[1, 0]], 1).pad([[0, 2]]));
movement("pad", "of a transpose", [2, 3], (x) =>
  x.transpose().pad([
    [1, 0],
    [1, 1],
  ]),
);
movement("flip", "of a vector", [13], (x) => x.flip());
movement("flip", "of one axis", [3, 5], (x) => x.flip(-1));
movement("flip", "of both axes", [3, 5], (x) => x.flip([0, 1]));
movement("flip", "of a slice by a negative step", [9, 4], (x) => x.at([7, 1, -2], [null, null, -1]));
movement("flip", "of padding", [4], (x) => x.pad([[1, 2]], 1).flip());
movement("window", "of 3", [7], (x) => x.slidingWindow(0, 3));
movement("window", "of 2 by 2", [8], (x) => x.slidingWindow(0, 2, { strides: 2 }));
movement("window", "of 3 by 2 with gaps", [11], (x) => x.slidingWindow(0, 3, { strides: 2, dilation: 2 }));
movement("window", "of 2 by 5", [13], (x) => x.slidingWindow(0, 2, { strides: 5 }));
movement("window", "of all", [5], (x) => x.slidingWindow(0, 5));
movement("window", "of 1", [4, 2], (x) => x.slidingWindow(1, 1));
movement("window", "in two axes", [5, 6], (x) => x.slidingWindow(0, 3).slidingWindow(1, 2, { strides: 2 }));
movement("window", "of padding", [4, 2], (x) =>
  x
    .pad([
      [1, 1],
      [0, 0],
    ])
    .slidingWindow(0, 3),
);
movement("window", "of a flip", [7], (x) => x.flip().slidingWindow(0, 3, { dilation: 2 }));
add(
  "pad",
  "with −∞",
  (x) =>
    x
      .pad(
        [
          [0, 0],
          [2, 1],
        ],
        -Infinity,
      )
      .max(1),
  [sample(distinct(), [3, 4])],
);
add("pad", "with a value of int32", (x) => x.pad([[2, 1]], -7), [sample(anyBits("int32"), [5])], { gradient: "none" });
