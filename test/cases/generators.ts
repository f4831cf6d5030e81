// Cases of values that have no operands: constants, ranges, random numbers.
import * as array from "../../src/functions/array.ts";
import * as random from "../../src/functions/random.ts";
import * as ops from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor.ts";
import { anyBits, indices, sample } from "../samples.ts";
import { add, lift, type Options } from "./table.ts";

const made = (name: string, f: () => Tensor | readonly Tensor[], options: Options = {}): void =>
  add("made", name, f, [], { gradient: "none", ...options });
made("zeros, ones, full", () => [
  array.zeros([2, 3]),
  array.ones([3], "int32"),
  array.full([2, 1], 0.1),
  array.full([], -Infinity),
  array.full([3], 1, "bool"),
  array.ones([0, 2]),
  array.full([5], 200, "uint8"),
]);
made("iota", () => [
  ...[0, 1, 2].map((axis) => new Tensor(ops.iota([3, 5, 2], axis, "int32"))),
  new Tensor(ops.iota([67], 0, "float32")),
  new Tensor(ops.iota([5], 0, "uint32")),
  new Tensor(ops.iota([4], 0, "uint8")),
]);
made("iota through views", () => [
  array.arange(12).reshape([3, 4]).transpose(),
  array.arange(9).flip().mul(2),
  array.arange(7).slidingWindow(0, 3),
  array.arange(5).pad([[1, 2]], -1),
  array.arange(20).at([3, null, 4]),
]);
made("arange", () => [
  array.arange(5),
  array.arange(2, 9, 3),
  array.arange(0, 1, 0.25),
  array.arange(5, 0, -2),
  array.arange(3, 3),
]);
made("linspace", () => [array.linspace(0, 1, 5), array.linspace(-2, 7), array.linspace(3, 9, 1)]);
made("eye", () => [array.eye(4), array.eye(1, "int32"), array.eye(3, "bool")]);
made("constants alone", () => [
  array.full([3], 2).mul(3).exp(),
  array.ones([2, 2]).matmul(array.full([2, 2], 0.5)),
  array.zeros([4]).sum(),
  array.full([2, 3], 5).prod(1),
]);
add(
  "made",
  "oneHot",
  (x) => [array.oneHot(x, 4), array.oneHot(x.reshape([2, 3]), 1), array.oneHot(x.cast("uint8"), 3)],
  [indices([0, 3, 1, 5, -1, 2], [6])],
  { gradient: "none" },
);
add(
  "randomBits",
  "of a key",
  (k) => [random.bits(k, [2, 5]), random.bits(k, []), random.bits(k, [131])],
  [sample(anyBits("uint32"), [2])],
  { gradient: "none", elementwise: true },
);
add(
  "randomBits",
  "primitive",
  lift((a, b, c) => ops.randomBits(a, b, c)),
  [sample(anyBits("uint32"), [17]), sample(anyBits("uint32"), [17]), sample(anyBits("uint32"), [17])],
  { gradient: "none", elementwise: true },
);
made(
  "random",
  () => {
    const key = random.foldIn(random.key(2 ** 40 + 7), 3);
    return [
      key,
      random.uniform(key, [7, 11]),
      random.uniform(key, [13], { min: -2, max: 3 }),
      random.bernoulli(key, [67], 0.3),
    ];
  },
  { relative: 1e-6 },
);
made("random order", () => {
  const key = random.key(5);
  return [random.permutation(key, 67), random.permutation(key, array.arange(12).reshape([3, 4]), 1)];
});
made(
  "random by the inverse of the distribution function",
  () => {
    const key = random.key(11);
    return [
      random.normal(key, [67]),
      random.normal(random.foldIn(key, 1), [5, 3], { mean: 2, std: 0.5 }),
      random.truncatedNormal(key, [131], { std: 3 }),
    ];
  },
  { relative: 1e-4 },
);
