// Cases of gathers and scatters: reading and adding at indices that are data.
import * as ops from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor.ts";
import { anyBits, bools, bytes, distinct, indices, sample, unit } from "../samples.ts";
import { add, lift, smooth } from "./table.ts";

const astray = [2, 0, -3, 9, 2, 4, 2 ** 31 - 1, -(2 ** 31)];
for (const axis of [0, 1, 2]) {
  for (const shape of [[], [1], [3], [8], [2, 2], [0]]) {
    add(
      "gather",
      `[5,4,6] along ${axis} at [${shape}]`,
      lift((x, at) => ops.gather(x, at, axis)),
      [sample(unit, [5, 4, 6]), indices(astray, shape)],
    );
  }
  add(
    "scatterAdd",
    `[3] of [8,8,8] along ${axis}`,
    lift((x, at) => ops.scatterAdd(x, at, axis, 5)),
    [sample(unit, [8, 8, 8]), indices(astray, [8])],
  );
}
for (const d of [anyBits("int32"), anyBits("uint32"), bools, bytes]) {
  add("gather", `of ${d.dtype}`, (x, at) => x.take(at, 1), [sample(d, [3, 5]), indices(astray, [7])], {
    gradient: "none",
  });
}
add("gather", "at indices of uint32 and uint8", (x, i, j) => [x.take(i), x.take(j)], [
  sample(unit, [5, 3]),
  indices([2 ** 32 - 1, 0, 3, 2 ** 31], [4], "uint32"),
  indices([255, 0, 3], [3], "uint8"),
]);
add(
  "gather",
  "of an expression at an expression",
  (x, at) => x.exp().take(at.mul(2).sub(1), 1).mul(3),
  [sample(unit, [3, 5]), indices([0, 1, 2, 3, -1], [5])],
  smooth,
);
add("gather", "of a gather", (x, at) => x.take(at).take(at, 1), [sample(unit, [5, 5]), indices([4, 1, 1], [3])]);
add(
  "gather",
  "of views",
  (x, at) => [
    x.transpose().take(at),
    x.flip().take(at, 1),
    x
      .pad(
        [
          [1, 1],
          [0, 0],
        ],
        7,
      )
      .take(at),
    x.at([], [1, null, 2]).take(at, 1),
  ],
  [sample(unit, [4, 6]), indices([2, 0, 5], [3])],
);
add("gather", "at argmax", (x) => x.take(x.argmax(0), 0).sum(), [sample(distinct(), [5, 3])]);
add(
  "gather",
  "an embedding and its mean",
  (x, at) => x.take(at).mean(1).tanh(),
  [sample(unit, [11, 5]), indices([3, 3, 10, 0, 7, 1], [3, 2])],
  smooth,
);
add("gather", "by at()", (x, at) => [x.at(at), x.at([], at), x.at(1, at, null), x.at("...", at)], [
  sample(unit, [4, 3, 5]),
  indices([2, 0, 0, 1], [2, 2]),
]);
add(
  "scatterAdd",
  "along the only axis",
  lift((x, at) => ops.scatterAdd(x, at, 0, 4)),
  [sample(unit, [7]), indices([1, 1, 3, 0, 9, -1, 1], [7])],
);
add(
  "scatterAdd",
  "one index",
  lift((x, at) => ops.scatterAdd(x, at, 1, 6)),
  [sample(unit, [3, 5]), indices([4], [])],
);
add(
  "scatterAdd",
  "indices of two axes",
  lift((x, at) => ops.scatterAdd(x, at, 1, 5)),
  [sample(unit, [2, 3, 2, 4]), indices([0, 4, 4, 2, 0, 4], [3, 2])],
);
add(
  "scatterAdd",
  "nothing",
  lift((x, at) => ops.scatterAdd(x, at, 0, 3)),
  [sample(unit, [0, 2]), indices([], [0])],
  { gradient: "none" },
);
add(
  "scatterAdd",
  "integers that wrap",
  lift((x, y, at) => ops.add(ops.scatterAdd(x, at, 0, 3), ops.scatterAdd(ops.cast(y, "int32"), at, 0, 3))),
  [sample(anyBits("int32"), [9, 2]), sample(anyBits("uint32"), [9, 2]), indices([0, 1, 1, 2, 0, 0, 2, 2, 1], [9])],
  { gradient: "none" },
);
add(
  "scatterAdd",
  "an expression between",
  (x, at) => new Tensor(ops.scatterAdd(x.exp().node, at.node, 0, 4)).square().add(1),
  [sample(unit, [6, 3]), indices([3, 0, 0, 3, 1, 3], [6])],
  smooth,
);
add(
  "scatterAdd",
  "a histogram",
  lift((at) => ops.scatterAdd(ops.full([9], 1, "float32"), at, 0, 5)),
  [indices([0, 1, 1, 4, 4, 4, 2, 0, 9], [9])],
  { gradient: "none" },
);
