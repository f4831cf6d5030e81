// Cases of concatenations, and of sums of paddings that become one.
import * as array from "../../src/functions/array.ts";
import * as ops from "../../src/ops/index.ts";
import type { Shape } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor.ts";
import { anyBits, between, bools, bytes, type Domain, distinct, listed, type Sample, sample } from "../samples.ts";
import { add, shapesText, smooth } from "./table.ts";

function joins(axis: number, shapes: readonly Shape[]): void {
  const name = `${shapesText(shapes)} along ${axis}`;
  const inputs = (d: Domain): Sample[] => shapes.map((s) => sample(d, s));
  add("concatenate", name, (...xs) => array.concatenate(xs, axis), inputs(between(-2, 2)), { elementwise: true });
  add(
    "concatenate",
    `${name} of expressions`,
    (...xs) =>
      array
        .concatenate(
          xs.map((x, i) => x.mul(i + 2).exp()),
          axis,
        )
        .square(),
    inputs(between(-0.5, 0.5)),
    smooth,
  );
  for (const d of [anyBits("int32"), bools, bytes])
    add("concatenate", `${name} of ${d.dtype}`, (...xs) => array.concatenate(xs, axis), inputs(d), {
      gradient: "none",
      elementwise: true,
    });
}
joins(0, [[3], [5]]);
joins(0, [[1], [70], [2]]);
joins(0, [
  [2, 3],
  [1, 3],
  [4, 3],
]);
joins(1, [
  [3, 2],
  [3, 5],
]);
joins(-1, [
  [2, 1, 4],
  [2, 1, 4],
  [2, 1, 1],
]);
joins(1, [
  [2, 3, 2],
  [2, 1, 2],
]);
joins(0, [[0], [5]]);
joins(1, [
  [3, 2],
  [3, 0],
  [3, 1],
]);
joins(0, [[4]]);
add(
  "concatenate",
  "of a product that is also read through a reshape",
  (a, b, c) => {
    const y = a.matmul(b);
    return [array.concatenate([y, c], 1), y.reshape([6]).mul([1, 2, 3, 4, 5, 6])];
  },
  [sample(between(-2, 2), [3, 4]), sample(between(-2, 2), [4, 2]), sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "concatenate",
  "views",
  (a, b) => array.concatenate([a.transpose(), b.at([1]), a.flip().transpose(), b.at([0, 1])]),
  [sample(between(-1, 1), [3, 2]), sample(between(-1, 1), [4, 3])],
);
add("concatenate", "its own sum", (x) => array.concatenate([x, x, x.sum(0, { keepDims: true })]).mul(2), [
  sample(between(-1, 1), [3, 2]),
]);
add("concatenate", "stack", (a, b) => [array.stack([a, b]), array.stack([a, b, a], 1), array.stack([a, b], -1)], [
  sample(between(-1, 1), [3, 2]),
  sample(between(-1, 1), [3, 2]),
]);
add(
  "concatenate",
  "split",
  (x) => [...array.split(x, 3), ...array.split(x, [1, 4], 1), ...array.split(x, [0, 0], -1)],
  [sample(between(-1, 1), [6, 5])],
);
add(
  "concatenate",
  "split and joined in another order",
  (x) => array.concatenate(array.split(x, [2, 3]).reverse()).square(),
  [sample(between(-1, 1), [7])],
);
add("concatenate", "a sum of paddings", (a, b) => a.pad([[0, 4]]).add(b.pad([[3, 0]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [4]),
]);
add("concatenate", "a sum of paddings with a gap", (a, b) => a.pad([[5, 1]]).add(b.pad([[1, 6]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [2]),
]);
add("concatenate", "a sum of paddings that overlap", (a, b) => a.pad([[0, 3]]).add(b.pad([[2, 0]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [4]),
]);
add(
  "concatenate",
  "a sum of paddings in two axes",
  (a, b) =>
    a
      .pad([
        [0, 1],
        [1, 0],
      ])
      .add(
        b.pad([
          [1, 0],
          [0, 1],
        ]),
      ),
  [sample(between(-1, 1), [2, 2]), sample(between(-1, 1), [2, 2])],
);

add(
  "concatenate",
  "a scatter, a product, a sum and a gather as they are",
  (x, at, w) => {
    const parts = [
      new Tensor(ops.scatterAdd(x.node, at.node, 0, 4)),
      x.matmul(w),
      x.sum(0, { keepDims: true }),
      x.take(at),
    ];
    return [
      array.concatenate([x, ...parts, x]),
      array.concatenate([...parts].reverse()),
      array.stack([x.sum(1), x.max(1), new Tensor(ops.scatterAdd(x.sum(1).node, at.node, 0, 5))], 1),
    ];
  },
  [sample(distinct(), [5, 3]), sample(listed([3, 0, 3, 1, 1], "int32"), [5]), sample(between(-1, 1), [3, 3])],
);
