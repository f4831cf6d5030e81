// Cases of pooling: every relation of window, stride and padding, ties, NaN and infinity.
import {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolingOptions,
} from "../../src/functions/pooling.ts";
import type { Shape } from "../../src/shape.ts";
import { between, bytes, distinct, listed, sample } from "../samples.ts";
import { add } from "./table.ts";

const pools = [
  [maxPool1d, averagePool1d],
  [maxPool2d, averagePool2d],
  [maxPool3d, averagePool3d],
] as const;

function pooling(shape: Shape, size: number | number[], options: PoolingOptions = {}): void {
  const [greatest, mean] = pools[shape.length - 3]!;
  const name = `[${shape}] by ${JSON.stringify(size)} ${JSON.stringify(options)}`;
  add(`maxPool${shape.length - 2}d`, name, (x) => greatest(x, size, options), [sample(distinct(0.1), shape)]);
  add(
    `maxPool${shape.length - 2}d`,
    `${name} squared`,
    (x) => greatest(x, size, options).square(),
    [sample(distinct(0.1), shape)],
    { smooth: true },
  );
  add(`averagePool${shape.length - 2}d`, name, (x) => mean(x.exp(), size, options), [sample(between(-1, 1), shape)], {
    smooth: true,
  });
}
pooling([2, 8, 3], 2);
pooling([2, 9, 3], 2);
pooling([2, 9, 3], 3, { padding: "same" });
pooling([2, 9, 3], 2, { strides: 3 });
pooling([2, 9, 3], 3, { strides: 1 });
pooling([2, 9, 3], 3, { strides: 2, padding: 1 });
pooling([2, 7, 3], 4, { strides: 3, padding: [[3, 2]] });
pooling([2, 5, 2], 1);
pooling([2, 5, 2], 1, { strides: 2 });
pooling([2, 5, 2], 5);
pooling([0, 4, 2], 2);
pooling([2, 4, 6, 3], 2);
pooling([1, 5, 7, 2], 2, { padding: "same" });
pooling([1, 7, 7, 2], 3, { strides: 2, padding: "same" });
pooling([1, 7, 6, 2], [3, 2], { strides: [2, 1], padding: [1, 0] });
pooling([1, 3, 6, 4], 2, { dataFormat: "channelsFirst" });
pooling([1, 4, 4, 4, 2], 2);
pooling([1, 3, 4, 5, 2], [2, 3, 2], { strides: [1, 2, 2], padding: "same" });
add("maxPool2d", "after relu", (x) => maxPool2d(x.maximum(0)), [sample(distinct(), [2, 6, 6, 3])]);
add("maxPool2d", "of bytes", (x) => [maxPool2d(x), averagePool2d(x)], [sample(bytes, [1, 4, 4, 2])], {
  gradient: "none",
});
const special = listed([1, NaN, 2, 3, -Infinity, 5, 6, 7, -Infinity, -Infinity, 1, Infinity, 2, 3, 4, 5, 6]);
add(
  "maxPool2d",
  "NaN and infinity",
  (x) => [
    maxPool2d(x, 2),
    maxPool2d(x, 3, { strides: 1, padding: "same" }),
    averagePool2d(x, 2),
    averagePool2d(x, 3, { strides: 2, padding: "same" }),
  ],
  [sample(special, [2, 6, 6, 1])],
  { gradient: "none" },
);
add(
  "maxPool1d",
  "nothing but −∞",
  (x) => [maxPool1d(x, 3, { padding: "same" }), globalMaxPool(x)],
  [sample(listed([-Infinity]), [1, 5, 2])],
  { gradient: "none" },
);
add(
  "globalMaxPool",
  "every layout",
  (x) => [
    globalMaxPool(x),
    globalMaxPool(x, { keepDims: true }),
    globalMaxPool(x, { dataFormat: "channelsFirst" }),
    globalMaxPool(x, { dataFormat: "channelsFirst", keepDims: true }),
  ],
  [sample(distinct(), [2, 4, 5, 3])],
);
add(
  "globalAveragePool",
  "every layout",
  (x) => [
    globalAveragePool(x),
    globalAveragePool(x, { keepDims: true }),
    globalAveragePool(x, { dataFormat: "channelsFirst" }),
  ],
  [sample(between(-1, 1), [2, 4, 5, 3])],
);
