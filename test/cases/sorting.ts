// Cases of sorting: every dtype, length and layout, ties, NaN and infinity.

import { concatenate } from "../../src/functions/array.ts";
import { argsort, median, sort, takeAlongAxis, topK } from "../../src/functions/sorting.ts";
import * as ops from "../../src/ops/index.ts";
import type { Shape } from "../../src/shape.ts";
import {
  anyBits,
  between,
  bools,
  bytes,
  distinct,
  extremeInts,
  extremeUints,
  listed,
  sample,
  specialFloats,
  whole,
} from "../samples.ts";
import { add, layouts, lift } from "./table.ts";

for (const [shape, axis] of [
  [[1], 0],
  [[2], 0],
  [[3], 0],
  [[4], 0],
  [[5], 0],
  [[8], 0],
  [[9], 0],
  [[64], 0],
  [[67], 0],
  [[3, 7], 1],
  [[7, 3], 0],
  [[2, 5, 3], 1],
  [[4, 1], 1],
  [[2, 3, 130], -1],
  [[0, 3], 1],
  [[3, 0], 1],
] as [Shape, number][]) {
  for (const descending of [false, true]) {
    add(
      "sort",
      `[${shape}] along ${axis}${descending ? " descending" : ""}`,
      (x) => [sort(x, axis, { descending }), argsort(x, axis, { descending })],
      [sample(distinct(), shape)],
    );
    add(
      "argsort",
      `with ties, [${shape}] along ${axis}${descending ? " descending" : ""}`,
      (x, y) => [argsort(x, axis, { descending }), argsort(y, axis, { descending })],
      [sample(whole(-2, 2, "float32"), shape), sample(whole(-2, 2), shape)],
      { gradient: "none" },
    );
  }
}
add(
  "argsort",
  "special values",
  (x) => [argsort(x), argsort(x, 0, { descending: true }), sort(x), sort(x, 0, { descending: true })],
  [sample(listed(specialFloats), [specialFloats.length])],
  { gradient: "none" },
);
add(
  "argsort",
  "NaN last, in their order",
  (x) => [argsort(x), argsort(x, -1, { descending: true })],
  [sample(listed([NaN, 1, NaN, -Infinity, Infinity, NaN, -1, 0, -0]), [2, 9])],
  { gradient: "none" },
);
add(
  "argsort",
  "nothing but NaN",
  (x) => [argsort(x), sort(x, -1, { descending: true })],
  [sample(listed([NaN]), [3, 5])],
  { gradient: "none" },
);
add(
  "argsort",
  "integers, bools and bytes",
  (x, y, z, w) =>
    [x, y, z, w].flatMap((t) => [
      argsort(t),
      argsort(t, 0, { descending: true }),
      sort(t),
      sort(t, 0, { descending: true }),
    ]),
  [
    sample(listed(extremeInts, "int32"), [extremeInts.length]),
    sample(listed(extremeUints, "uint32"), [extremeUints.length]),
    sample(bools, [13]),
    sample(bytes, [70]),
  ],
  { gradient: "none" },
);
add(
  "argsort",
  "any bits",
  (x, y) => [argsort(x, 0), argsort(y, 1)],
  [sample(anyBits("int32"), [37, 3]), sample(anyBits("uint32"), [2, 300])],
  { gradient: "none" },
);
add(
  "argsort",
  "primitive",
  lift((x) => ops.argsort(x, 1, true)),
  [sample(distinct(), [2, 7, 3])],
  { gradient: "none" },
);
for (const [name, { shape, view }] of Object.entries(layouts))
  add("sort", `${name} [${shape}]`, (x) => [argsort(view(x)), argsort(view(x), 0)], [sample(between(-1, 1), shape)], {
    gradient: "none",
  });
add(
  "sort",
  "of an expression, between others",
  (x) => sort(x.mul(-2).add(1), 0).exp().mul(3),
  [sample(distinct(), [5, 4])],
  { smooth: true },
);
add(
  "sort",
  "its indices used otherwise",
  (x, y) => [takeAlongAxis(y, argsort(x, 1), 1), y.take(argsort(x.sum(1)), 0), argsort(argsort(x, 1), 1)],
  [sample(distinct(), [4, 6]), sample(between(-1, 1), [4, 6])],
  { gradient: "none" },
);
add(
  "sort",
  "as parts of a concatenation",
  (x) => [
    concatenate([argsort(x, 1), argsort(x, 1, { descending: true })], 1),
    concatenate([argsort(x, 1), argsort(x, 1, { descending: true })], 0),
  ],
  [sample(distinct(), [3, 5])],
  { gradient: "none" },
);
add(
  "topK",
  "values and indices",
  (x) => [
    ...Object.values(topK(x, 3)),
    ...Object.values(topK(x, 2, 0)),
    ...Object.values(topK(x, 1, 1)),
    topK(x, 6).values,
  ],
  [sample(distinct(), [5, 6])],
);
add(
  "topK",
  "of ties",
  (x) => Object.values(topK(x, 4)),
  [sample(listed([1, 3, 3, 2, NaN, 3, 1, 1, 2, -Infinity]), [2, 5])],
  { gradient: "none" },
);
add(
  "takeAlongAxis",
  "along each axis",
  (x, i, j) => [
    takeAlongAxis(x, i, 1),
    takeAlongAxis(x, j, 0),
    takeAlongAxis(x, i.at([], [0, 1]), 1),
    takeAlongAxis(x.at([0, 1]), i, 1),
  ],
  [
    sample(between(-1, 1), [3, 4]),
    sample(listed([0, 3, 3, -1, 9, 1], "int32"), [3, 2]),
    sample(listed([0, 2, 1, 1, 0], "int32"), [5, 4]),
  ],
);
add(
  "takeAlongAxis",
  "of three axes",
  (x, i) => takeAlongAxis(x, i, 1).square(),
  [sample(between(-1, 1), [2, 4, 3]), sample(listed([0, 3, 2, 2, 1], "int32"), [2, 5, 3])],
  { smooth: true },
);
add(
  "takeAlongAxis",
  "of integers",
  (x, i) => takeAlongAxis(x, i, 0),
  [sample(anyBits("int32"), [4]), sample(listed([3, 0, 1], "uint32"), [3])],
  { gradient: "none" },
);
add("median", "of odd and even counts", (x) => [median(x), median(x, 0), median(x, 1)], [sample(distinct(), [5, 4])]);
add(
  "median",
  "of integers and NaN",
  (x, y) => [median(x), median(y, 1)],
  [sample(bytes, [6]), sample(listed([1, 2, 3, NaN, 5, 6]), [2, 3])],
  { gradient: "none" },
);
add("sort", "of one element, whose index nobody reads", (x) => sort(x, 0).mul(2), [sample(between(-1, 1), [1, 1])]);
