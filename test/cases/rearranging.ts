// Cases of functions that rearrange elements: stacking, splitting, repeating, rolling, padding, diagonals.
import * as array from "../../src/functions/array.ts";
import { diag, diagonal, diagonalNode, trace, tril, triu } from "../../src/functions/diagonals.ts";
import * as rearrange from "../../src/functions/rearrange.ts";
import { anyBits, bools, bytes, listed, sample, unit } from "../samples.ts";
import { add, lift } from "./table.ts";

const linear = sample(unit, [3, 4, 5]);

add(
  "rearrange",
  "functions that are methods",
  (x) => [
    rearrange.reshape(x, [6, -1]),
    rearrange.transpose(x),
    rearrange.transpose(x, [1, 0, 2]),
    rearrange.squeeze(rearrange.expandDims(x, 1), 1),
    rearrange.broadcastTo(x, [2, 3, 4, 5]),
    rearrange.flip(x, 1),
    rearrange.pad(
      x,
      [
        [1, 0],
        [0, 2],
        [0, 0],
      ],
      7,
    ),
    rearrange.take(x, [2, 0], 1),
  ],
  [linear],
);
add(
  "rearrange",
  "swapaxes, moveaxis",
  (x) => [
    rearrange.swapaxes(x, 0, -1),
    rearrange.swapaxes(x, 1, 1),
    rearrange.moveaxis(x, 0, -1),
    rearrange.moveaxis(x, [0, 1], [-1, 0]),
  ],
  [linear],
);
add(
  "rearrange",
  "tile",
  (x) => [
    rearrange.tile(x, 2),
    rearrange.tile(x, [2, 1, 3]),
    rearrange.tile(x, [2, 1, 1, 1]),
    rearrange.tile(x, []),
    rearrange.tile(x, [0, 1, 1]),
  ],
  [linear],
);
add(
  "rearrange",
  "repeat",
  (x) => [
    rearrange.repeat(x, 3),
    rearrange.repeat(x, 2, 1),
    rearrange.repeat(x, 2, -1),
    rearrange.repeat(x, 0, 0),
    rearrange.repeat(x.at(0, 0, 0), 3),
  ],
  [linear],
);
add(
  "rearrange",
  "roll",
  (x) => [
    rearrange.roll(x, 2),
    rearrange.roll(x, -7, 1),
    rearrange.roll(x, [1, 2], [0, 2]),
    rearrange.roll(x, 4, 1),
    rearrange.roll(x.at([0, 0]), 1, 0),
  ],
  [linear],
);
add(
  "rearrange",
  "of integers",
  (x, y) => [rearrange.tile(x, 2), rearrange.repeat(y, 2, 0), rearrange.roll(x, 1)],
  [sample(anyBits("int32"), [2, 3]), sample(bools, [3, 2])],
  { gradient: "none", elementwise: true },
);
add(
  "rearrange",
  "meshgrid",
  (x, y, z) => [
    ...rearrange.meshgrid([x, y, z]),
    ...rearrange.meshgrid([x, y], { indexing: "ij" }),
    ...rearrange.meshgrid([z]),
  ],
  [sample(unit, [3]), sample(unit, [2]), sample(unit, [4])],
);
add(
  "made",
  "zerosLike, onesLike",
  (x, y) => [array.zerosLike(x), array.onesLike(x), array.zerosLike(y), array.onesLike(y)],
  [sample(unit, [2, 3]), sample(bytes, [3])],
  { gradient: "none" },
);

add("diagonals", "triangles", (x) => [triu(x), tril(x), triu(x, 1), tril(x, -2), triu(x, -1), tril(x, 9)], [linear]);
add(
  "diagonals",
  "triangles with NaN and infinity",
  (x) => [triu(x), tril(x)],
  [sample(listed([NaN, Infinity, 1, -Infinity, 2]), [3, 3])],
  { gradient: "none" },
);
add(
  "diagonals",
  "triangles of bools and integers",
  (x, y) => [triu(x), tril(y, 1)],
  [sample(bools, [4, 4]), sample(anyBits("int32"), [2, 5])],
  { gradient: "none", elementwise: true },
);
for (const [shape, offset, axis1, axis2] of [
  [[4, 4], 0, 0, 1],
  [[3, 5], 1, 0, 1],
  [[5, 3], 2, 0, 1],
  [[5, 3], -2, 0, 1],
  [[3, 4, 5], 0, 0, 2],
  [[3, 4, 5], -1, -1, 1],
  [[3, 3], 7, 0, 1],
  [[3, 3], -3, 0, 1],
] as const) {
  add(
    "diagonals",
    `diagonal ${offset} of [${shape}] by ${axis1}, ${axis2}`,
    (x) => [diagonal(x, offset, axis1, axis2), diagonal(x.exp(), offset, axis1, axis2).mul(2)],
    [sample(unit, shape)],
    { gradient: Math.abs(offset) >= 3 ? "zero" : "checked" },
  );
}
add(
  "diagonals",
  "of an expression",
  lift((x) => diagonalNode(x, 0, 1, 0)),
  [sample(unit, [3, 3])],
);
add("diagonals", "trace", (x) => [trace(x), trace(x, 1), trace(x, 0, 0, 2)], [sample(unit, [3, 3, 4])]);
add("diagonals", "diag", (x, y) => [diag(x), diag(x, 2), diag(x, -1), diag(y), diag(y, 1)], [
  sample(unit, [3]),
  sample(unit, [3, 4]),
]);
