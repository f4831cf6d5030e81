// Cases of loops. More of them are compared with the unrolled computation in test/scan.test.ts.
import { scan } from "../../src/functions/scan.ts";
import type { Tensor } from "../../src/tensor.ts";
import { anyBits, between, bools, bytes, sample, unit } from "../samples.ts";
import { add, smooth } from "./table.ts";

const summing = (c: Tensor, x: Tensor) => [c.mul(0.5).add(x), c.mul(x)] as const;
for (const shape of [[1], [5], [1, 1], [4, 3], [3, 2, 5], [2, 67]]) {
  for (const reverse of [false, true]) {
    add(
      "scan",
      `a running mean of [${shape}]${reverse ? " from the end" : ""}`,
      (c, xs) => scan(summing, c, xs, { reverse }),
      [sample(unit, shape.slice(1)), sample(unit, shape)],
      smooth,
    );
  }
}
add(
  "scan",
  "a recurrent layer",
  (h, xs, w, u) => {
    const [last, ys] = scan(
      (c: Tensor, x: Tensor) => {
        const y = x.matmul(w).add(c.matmul(u)).tanh();
        return [y, y];
      },
      h,
      xs,
    );
    return [last, ys];
  },
  [sample(unit, [2, 4]), sample(unit, [3, 2, 3]), sample(unit, [3, 4]), sample(unit, [4, 4])],
  smooth,
);
add(
  "scan",
  "powers, with no slices and no stack",
  (x) => scan((c: Tensor) => [c.mul(x), null], x, null, { length: 3 })[0],
  [sample(between(0.5, 1.5), [7])],
  smooth,
);
add(
  "scan",
  "a loop in a loop, of an expression, in an expression",
  (c, xs) => {
    const inner = (row: Tensor, rows: Tensor) => scan(summing, row, rows.sin());
    const [last, ys] = scan((row: Tensor, rows: Tensor) => inner(row, rows), c.exp(), xs.mul(2));
    return [last.add(1).square(), ys.sum(0)];
  },
  [sample(unit, [3]), sample(unit, [2, 4, 3])],
  smooth,
);
add(
  "scan",
  "integers",
  (c, xs) => scan((a: Tensor, x: Tensor) => [a.mul(1664525).add(x), a.maximum(x)], c, xs),
  [sample(anyBits("int32"), [3]), sample(anyBits("int32"), [5, 3])],
  { gradient: "none" },
);
add(
  "scan",
  "bytes and choices",
  (c, xs) => scan((a: Tensor, x: Tensor) => [a.logicalOr(x.less(10)), a], c, xs),
  [sample(bools, [5]), sample(bytes, [4, 5])],
  { gradient: "none" },
);
