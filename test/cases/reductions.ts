// Cases of reductions along axes: sums, products, extremes, means, indices of extremes.
import * as array from "../../src/functions/array.ts";
import type { Shape } from "../../src/shape.ts";
import { anyBits, awayFromZero, between, bools, bytes, distinct, listed, sample, whole } from "../samples.ts";
import { add, layouts, smooth } from "./table.ts";

const reductions: [Shape, (number[] | undefined)[]][] = [
  [[], [undefined]],
  [[1], [undefined, [0]]],
  [[3], [[0], []]],
  [[7], [[0]]],
  [[17], [undefined]],
  [[67], [[0]]],
  [
    [2, 3],
    [undefined, [0], [1], [-1]],
  ],
  [
    [5, 1],
    [[0], [1]],
  ],
  [
    [13, 17],
    [[0], [1]],
  ],
  [
    [3, 130],
    [[1], [0]],
  ],
  [
    [2, 3, 5],
    [undefined, [0], [1], [2], [0, 1], [0, 2], [1, 2], [2, 0]],
  ],
  [
    [2, 3, 4, 5],
    [
      [1, 3],
      [0, 2],
    ],
  ],
];
for (const [name, domain, options] of [
  ["sum", between(-1, 2), { smooth: false, relative: 1e-5 }],
  ["mean", between(-1, 2), { smooth: false, relative: 1e-5 }],
  ["max", distinct(), { smooth: false, relative: 1e-5 }],
  ["min", distinct(), { smooth: false, relative: 1e-5 }],
  ["prod", awayFromZero(0.8, 1.25), { smooth: true, relative: 3e-5 }],
] as const) {
  for (const [shape, lists] of reductions) {
    for (const axes of lists) {
      for (const keepDims of [false, true]) {
        const folded = (axes ?? shape.map((_, i) => i)).reduce((n, axis) => n * shape.at(axis)!, 1);
        const over = `[${shape}] over ${axes ?? "all"}${keepDims ? " kept" : ""}`;
        add(name, over, (x) => x[name](axes, { keepDims }), [sample(domain, shape)], {
          ...options,
          smooth: options.smooth && folded > 1,
        });
      }
    }
  }
  for (const [layout, { shape, view }] of Object.entries(layouts)) {
    // Rows that are repeated tie, and a tie is a kink.
    const gradient = /max|min/.test(name) && /windows|stretched|taken|joined/.test(layout) ? "none" : "checked";
    add(
      name,
      `${layout} [${shape}]`,
      (x) => [view(x)[name](0), view(x)[name](-1), view(x)[name]()],
      [sample(domain, shape)],
      { ...options, gradient },
    );
  }
  add(name, "of an expression", (x) => x.mul(2).sub(0.1)[name](1).exp(), [sample(between(0.3, 0.9), [3, 5])]);
  if (name !== "mean") {
    for (const d of [anyBits("int32"), anyBits("uint32"), bools, bytes]) {
      add(name, `${d.dtype} [5,7]`, (x) => [x[name](0), x[name](1), x[name]()], [sample(d, [5, 7])], {
        gradient: "none",
      });
    }
  }
  const dubious = sample(listed([1, NaN, Infinity, -Infinity, 2, 3, -Infinity, Infinity, 0.5, -0, 0, 2]), [4, 3]);
  add(name, "NaN and infinity", (x) => [x[name](0), x[name](1), x[name](), x.at([2])[name](1)], [dubious], {
    gradient: "none",
  });
}
add("sum", "of 10,000", (x) => [x.sum(), x.mean(), x.square().mean()], [sample(between(-1, 1), [10, 1000])], {
  relative: 1e-4,
});
add("sum", "of nothing", (x) => [x.sum(), x.sum(0), x.sum(1), x.prod(0)], [sample(between(-1, 1), [0, 3])], {
  gradient: "none",
});
add("sum", "of windows", (x) => x.slidingWindow(0, 3).sum(-1), [sample(between(-1, 1), [9])]);
add(
  "mean",
  "of integers",
  (x, y) => [x.mean(0), y.mean(), y.cast("bool").mean(1)],
  [sample(whole(-9, 9), [3, 5]), sample(bytes, [3, 5])],
  { gradient: "none" },
);
add(
  "prod",
  "with one zero",
  (x) => x.prod(1),
  [sample({ ...listed([0.9, 0, 1.2, -0.7, 1.1, 0.8]), hasGradient: true }, [2, 3])],
  { relative: 3e-5, smooth: true },
);
add(
  "prod",
  "with two zeros, twice",
  (x) => x.prod(1).add(x.square().sum(1)),
  [sample({ ...listed([0, 1.5, 0, 1.2, 0.7, 0, 0, 0]), hasGradient: true }, [2, 4])],
  { relative: 3e-5, smooth: true },
);
add(
  "prod",
  "with two zeros",
  (x) => [x.prod(1), x.at([], [1]).prod(1)],
  [sample({ ...listed([1.5, 0, 1.2, 0]), hasGradient: true }, [2, 4])],
  { gradient: "zero" },
);
add("max", "with ties", (x) => [x.max(0), x.min(1), x.max()], [sample(whole(-1, 1, "float32"), [7, 5])], {
  gradient: "none",
});
add("max", "all −∞", (x) => [x.max(), x.min()], [sample(listed([-Infinity]), [5])], { gradient: "none" });
for (const d of [distinct(), whole(-2, 2), bytes, bools, whole(0, 3, "uint32")]) {
  add("argmax", `${d.dtype}`, (x) => [x.argmax(), x.argmin(), x.argmax(0), x.argmin(1)], [sample(d, [5, 7, 3])], {
    gradient: "none",
  });
}
add(
  "argmax",
  "NaN and infinity",
  (x) => [x.argmax(1), x.argmin(0)],
  [sample(listed([NaN, 1, 2, Infinity, 3, Infinity, -Infinity, 0, -0]), [3, 3])],
  { gradient: "none" },
);
add(
  "variance",
  "over each axis",
  (x) => [array.variance(x), array.variance(x, 0), array.variance(x, [0, -1], { keepDims: true })],
  [sample(between(-2, 2), [3, 5, 4])],
  smooth,
);
