// Cases of rows: reductions with values between them that hold for one row, such as softmax.
import * as array from "../../src/functions/array.ts";
import { logSoftmax, softmax } from "../../src/functions/softmax.ts";
import * as ops from "../../src/ops/index.ts";
import { asTensor, type Tensor } from "../../src/tensor.ts";
import { between, distinct, listed, sample, whole } from "../samples.ts";
import { add, lift, smooth } from "./table.ts";

const logSumExp = (x: Tensor, axis: number): Tensor => {
  const top = x.max(axis, { keepDims: true }).stopGradient();
  return x.sub(top).exp().sum(axis, { keepDims: true }).log().add(top);
};
for (const shape of [
  [1, 1],
  [3, 2],
  [4, 3],
  [2, 10],
  [5, 17],
  [2, 70],
]) {
  for (const axis of [0, 1]) {
    add("rows", `softmax [${shape}] over ${axis}`, (x) => softmax(x, axis), [sample(between(-2, 2), shape)], {
      gradient: shape[axis] === 1 ? "none" : "checked",
    });
    add(
      "rows",
      `log-softmax [${shape}] over ${axis}`,
      (x) => [logSoftmax(x, axis), x.sub(logSumExp(x, axis))],
      [sample(between(-2, 2), shape)],
      { gradient: shape[axis] === 1 ? "none" : "checked" },
    );
  }
  add(
    "rows",
    `cross-entropy [${shape}]`,
    (x) =>
      logSumExp(x, 1)
        .squeeze(1)
        .sub(x.mul(array.oneHot(x.argmax(1), shape[1]!)).sum(1))
        .mean(),
    [sample(distinct(), shape)],
    { gradient: shape[1] === 1 ? "none" : "checked" },
  );
}
add(
  "rows",
  "softmax of three axes",
  (x) => [softmax(x), logSoftmax(x), softmax(x, 1), logSoftmax(x, 0)],
  [sample(between(-2, 2), [3, 4, 5])],
  smooth,
);
add("rows", "softmax of integers", (x) => [softmax(x), logSoftmax(x, 0)], [sample(whole(-3, 3), [3, 4])], {
  gradient: "none",
});
const squareByRule = lift((x) => ops.customGradient(ops.mul(x, x), [x], (dy, o) => [o.mul(o.mul(dy, x), 2)]));
add(
  "customGradient",
  "a rule that is right",
  (x) => squareByRule(x).add(squareByRule(x.mul(2)).sum(1, { keepDims: true })),
  [sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "fence",
  "a value that waits for another",
  lift((x, y) => ops.add(ops.exp(ops.fence(x, ops.sum(ops.tanh(y), [0, 1]))), ops.mul(ops.exp(x), y))),
  [sample(between(-2, 2), [3, 5]), sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "fence",
  "a value that waits for what is made of it",
  lift((x) => ops.fence(ops.exp(ops.fence(x, ops.exp(x))), x)),
  [sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "rows",
  "softmax of large numbers",
  (x) => [softmax(x, 1), logSoftmax(x, 1)],
  [sample(listed([1e4, 1e4 - 1, -1e4, 0, 3e38, 1]), [2, 3])],
  { gradient: "none" },
);
add(
  "rows",
  "softmax with −∞",
  (x) => [softmax(x, 1), logSoftmax(x, 1)],
  [sample(listed([-Infinity, 1, 2, -Infinity, -Infinity, 0]), [2, 3])],
  { gradient: "none" },
);
add(
  "rows",
  "layer norm",
  (x, scale, bias) => {
    const centred = x.sub(x.mean(-1, { keepDims: true }));
    return centred
      .div(centred.square().mean(-1, { keepDims: true }).add(1e-3).sqrt())
      .mul(scale)
      .add(bias);
  },
  [sample(between(-2, 2), [3, 13]), sample(between(0.5, 2), [13]), sample(between(-1, 1), [13])],
  { ...smooth, relative: 3e-5 },
);
add(
  "rows",
  "a column's mean taken from each element",
  (x) => x.sub(x.mean(0)).square().sum(),
  [sample(between(-2, 2), [7, 5])],
  smooth,
);
add(
  "rows",
  "row and column sums together",
  (x) =>
    x
      .sum(0, { keepDims: true })
      .mul(x.sum(1, { keepDims: true }))
      .add(x),
  [sample(between(-1, 1), [5, 7])],
  smooth,
);
add(
  "rows",
  "clipping by global norm",
  (x, y) => {
    const norm = x.square().sum().add(y.square().sum()).sqrt();
    const factor = asTensor(1).div(norm.maximum(1));
    return [x.mul(factor), y.mul(factor)];
  },
  [sample(between(-2, 2), [3, 5]), sample(between(-2, 2), [7])],
  smooth,
);
