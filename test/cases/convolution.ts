// Cases of convolutions, transposed ones, and of the windows that they are made of.
import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  depthwiseConv1d,
  depthwiseConv2d,
} from "../../src/functions/convolution.ts";
import { convolve, type Geometry, inputCotangent, kernelCotangent } from "../../src/functions/convolve.ts";
import { layWindows, windowsOf } from "../../src/functions/windows.ts";
import * as ops from "../../src/ops/index.ts";
import type { Shape } from "../../src/shape.ts";
import { Tensor } from "../../src/tensor.ts";
import { bytes, listed, sample, unit } from "../samples.ts";
import { add, type F, lift } from "./table.ts";

const both = { smooth: true, relative: 2e-5 };

function convolution(
  of: string,
  f: (x: Tensor, kernel: Tensor, options: any) => Tensor,
  x: Shape,
  kernel: Shape,
  options: object = {},
): void {
  add(
    of,
    `[${x}] by [${kernel}] ${JSON.stringify(options)}`,
    (a, b) => f(a, b, options),
    [sample(unit, x), sample(unit, kernel)],
    both,
  );
}

convolution("depthwiseConv1d", depthwiseConv1d, [2, 7, 3], [3, 3, 2]);
convolution("depthwiseConv1d", depthwiseConv1d, [1, 8, 2], [3, 2, 1], { padding: "same", strides: 2 });
convolution("conv1d", conv1d, [2, 7, 3], [3, 3, 4]);
convolution("conv1d", conv1d, [2, 7, 3], [1, 3, 4]);
convolution("conv1d", conv1d, [1, 1, 1], [1, 1, 1]);
convolution("conv1d", conv1d, [2, 8, 2], [3, 2, 3], { padding: "same" });
convolution("conv1d", conv1d, [2, 8, 2], [3, 2, 3], { padding: "same", strides: 2 });
convolution("conv1d", conv1d, [2, 9, 2], [2, 2, 3], { strides: 2 });
convolution("conv1d", conv1d, [2, 9, 2], [1, 2, 3], { strides: 3 });
convolution("conv1d", conv1d, [2, 9, 2], [2, 2, 3], { strides: 4, padding: 1 });
convolution("conv1d", conv1d, [2, 9, 2], [4, 2, 3], { dilation: 2, padding: [[3, 0]] });
convolution("conv1d", conv1d, [1, 11, 2], [3, 2, 3], { dilation: 3, strides: 2, padding: [2] });
convolution("conv1d", conv1d, [2, 6, 4], [3, 2, 6], { groups: 2, padding: 4 });
convolution("conv1d", conv1d, [2, 3, 8], [3, 3, 4], { dataFormat: "channelsFirst" });
convolution("conv1d", conv1d, [0, 5, 2], [3, 2, 3]);
convolution("conv2d", conv2d, [2, 5, 6, 3], [3, 3, 3, 4]);
convolution("conv2d", conv2d, [2, 5, 6, 1], [3, 2, 1, 4], { padding: "same" });
convolution("conv2d", conv2d, [1, 7, 6, 2], [3, 3, 2, 3], { padding: "same", strides: 2 });
convolution("conv2d", conv2d, [1, 7, 6, 2], [3, 2, 2, 3], { strides: [1, 2] });
convolution("conv2d", conv2d, [1, 6, 6, 2], [2, 2, 2, 3], { strides: 2 });
convolution("conv2d", conv2d, [2, 5, 4, 3], [1, 1, 3, 5]);
convolution("conv2d", conv2d, [1, 5, 5, 3], [1, 1, 3, 4], { strides: 2 });
convolution("conv2d", conv2d, [1, 6, 7, 2], [2, 3, 2, 3], { dilation: [2, 1], padding: [[1, 0], 2] });
convolution("conv2d", conv2d, [1, 7, 7, 2], [3, 2, 2, 3], { dilation: 2, strides: 2, padding: 1 });
convolution("conv2d", conv2d, [1, 4, 5, 4], [3, 3, 2, 6], { groups: 2, padding: "same" });
convolution("conv2d", conv2d, [1, 5, 5, 4], [3, 3, 1, 8], { groups: 4, strides: 2, padding: 1 });
convolution("conv2d", conv2d, [2, 3, 5, 4], [2, 2, 3, 4], { dataFormat: "channelsFirst", padding: 1 });
convolution("conv2d", conv2d, [1, 4, 4, 2], [4, 4, 2, 3]);
convolution("conv3d", conv3d, [1, 3, 4, 5, 2], [2, 2, 3, 2, 3]);
convolution("conv3d", conv3d, [1, 4, 3, 4, 2], [2, 3, 2, 2, 3], { padding: "same", strides: [2, 1, 2] });
convolution("depthwiseConv2d", depthwiseConv2d, [2, 5, 4, 3], [3, 3, 3, 2]);
convolution("depthwiseConv2d", depthwiseConv2d, [1, 6, 5, 4], [3, 3, 4, 1], { padding: "same", strides: 2 });
convolution("depthwiseConv2d", depthwiseConv2d, [1, 3, 5, 4], [3, 2, 3, 1], {
  dilation: 2,
  padding: 1,
  dataFormat: "channelsFirst",
});
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [3, 2, 3]);
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [3, 2, 3], { padding: "same" });
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [3, 2, 3], { strides: 2 });
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [2, 2, 3], { strides: 3 });
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [3, 2, 3], { strides: 2, padding: "same" });
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [4, 2, 3], { strides: 2, padding: 1 });
convolution("convTranspose1d", convTranspose1d, [2, 5, 3], [3, 2, 3], {
  strides: 2,
  padding: "same",
  outputPadding: 1,
});
convolution("convTranspose1d", convTranspose1d, [2, 4, 2], [3, 3, 2], {
  strides: 3,
  dilation: 2,
  padding: [[2, 1]],
  outputPadding: 2,
});
convolution("convTranspose1d", convTranspose1d, [1, 3, 4], [2, 3, 3], {
  groups: 3,
  strides: 2,
  dataFormat: "channelsFirst",
});
convolution("convTranspose2d", convTranspose2d, [1, 3, 4, 3], [3, 2, 2, 3]);
convolution("convTranspose2d", convTranspose2d, [1, 3, 4, 3], [3, 3, 2, 3], { strides: 2, padding: "same" });
convolution("convTranspose2d", convTranspose2d, [1, 3, 3, 3], [4, 4, 2, 3], { strides: 2, padding: 1 });
convolution("convTranspose2d", convTranspose2d, [1, 3, 3, 4], [2, 2, 3, 4], { strides: [2, 1], groups: 2 });
convolution("convTranspose3d", convTranspose3d, [1, 2, 3, 2, 2], [2, 2, 2, 3, 2], { strides: [2, 1, 2] });

add(
  "conv2d",
  "bytes, scaled, with a bias and relu",
  (x, w, b) => new Tensor(ops.relu(conv2d(x.cast("float32").div(255), w, { padding: "same" }).add(b).node)),
  [sample(bytes, [2, 6, 6, 1]), sample(unit, [3, 3, 1, 5]), sample(unit, [5])],
);
add(
  "conv2d",
  "two in a row",
  (x, v, w) => conv2d(conv2d(x, v, { padding: "same" }).tanh(), w, { strides: 2 }),
  [sample(unit, [1, 5, 5, 2]), sample(unit, [3, 3, 2, 3]), sample(unit, [3, 3, 3, 2])],
  both,
);
add("conv2d", "integers", (x, w) => conv2d(x, w), [sample(bytes, [1, 4, 4, 2]), sample(unit, [2, 2, 2, 2])]);
add(
  "conv2d",
  "large enough to be blocked",
  (x, w) => conv2d(x, w, { padding: "same" }),
  [sample(unit, [2, 9, 9, 5]), sample(unit, [3, 3, 5, 9])],
  { relative: 3e-5 },
);
add(
  "conv2d",
  "large, by a stride",
  (x, w) => conv2d(x, w, { padding: "same", strides: 2 }),
  [sample(unit, [2, 12, 12, 5]), sample(unit, [3, 3, 5, 9])],
  { relative: 3e-5 },
);
const special = listed([1, NaN, 2, 3, Infinity, 5, 6, 7, -Infinity, 0, 1, 2]);
add(
  "conv2d",
  "NaN and infinity stay in their windows",
  (x, w) => [conv2d(x, w), convTranspose2d(x, w), convTranspose2d(x, w, { strides: 2 })],
  [sample(special, [1, 6, 6, 1]), sample(unit, [2, 2, 1, 1])],
  { gradient: "none" },
);

// The three products and their closure: each one's cotangents are the others.
const geometry: Geometry = {
  strides: [2, 1],
  padding: [
    [1, 2],
    [0, 1],
  ],
  dilation: [1, 2],
  groups: 2,
};
const dense: Geometry = {
  strides: [1, 1],
  padding: [
    [1, 2],
    [0, 1],
  ],
  dilation: [1, 2],
  groups: 1,
};
const far: Geometry = {
  strides: [1, 1],
  padding: [
    [3, 0],
    [1, 4],
  ],
  dilation: [1, 1],
  groups: 1,
};
for (const g of [geometry, dense, far]) {
  const [x, k]: Shape[] = [
    [1, 5, 6, 4],
    [3, 2, 4 / g.groups, 6],
  ];
  const y = convolve(ops.full(x!, 0, "float32"), ops.full(k!, 0, "float32"), g).shape;
  const name = JSON.stringify(g);
  add(
    "convolve",
    name,
    lift((a, b) => convolve(a, b, g)),
    [sample(unit, x!), sample(unit, k!)],
    both,
  );
  add(
    "convolve",
    `inputCotangent ${name}`,
    lift((a, b) => inputCotangent(a, b, g, [5, 6])),
    [sample(unit, y), sample(unit, k!)],
    both,
  );
  add(
    "convolve",
    `kernelCotangent ${name}`,
    lift((a, b) => kernelCotangent(a, b, g, [3, 2])),
    [sample(unit, x!), sample(unit, y)],
    both,
  );
}

// Windows laid back: every relation of size, stride and gaps.
for (const [size, stride, dilation] of [
  [1, 1, 1],
  [3, 1, 1],
  [2, 2, 1],
  [3, 2, 1],
  [5, 2, 1],
  [2, 3, 1],
  [4, 3, 1],
  [1, 3, 1],
  [3, 1, 2],
  [3, 2, 2],
  [3, 2, 3],
  [2, 2, 3],
  [3, 3, 2],
  [2, 5, 2],
] as const) {
  const f: F = (x) =>
    new Tensor(
      windowsOf(x.node, 1, { sizes: [size], strides: [stride], dilation: [dilation], padding: [[1, 2]] }),
    ).square();
  add("windowsOf", `${size} by ${stride} with gaps of ${dilation}`, f, [sample(unit, [2, 10, 2])], { smooth: true });
  add(
    "window",
    `${size} by ${stride} with gaps of ${dilation}`,
    (x) => x.slidingWindow(1, size, { strides: stride, dilation }).square(),
    [sample(unit, [2, 13, 2])],
    { smooth: true },
  );
  const count = Math.floor((13 - (size - 1) * dilation - 1) / stride) + 1;
  add(
    "overlapAdd",
    `${size} by ${stride} with gaps of ${dilation}`,
    lift((y) => ops.overlapAdd(y, 1, [{ length: 12, start: -1, stride, dilation }])),
    [sample(unit, [2, count, 3, size])],
  );
}
add(
  "windowsOf",
  "two axes, laid back",
  lift((x) => {
    const windows = {
      sizes: [3, 2],
      strides: [2, 3],
      dilation: [1, 1],
      padding: [
        [1, 1],
        [0, 2],
      ] as const,
    };
    return layWindows(windowsOf(x, 1, windows), 1, windows, [5, 7]);
  }),
  [sample(unit, [2, 5, 7, 2])],
  { smooth: true },
);
add(
  "overlapAdd",
  "nothing on the axis",
  lift((y) => ops.overlapAdd(y, 0, [{ length: 2, start: 5, stride: 1, dilation: 1 }])),
  [sample(unit, [3, 2])],
  { gradient: "zero" },
);
add(
  "overlapAdd",
  "resized",
  lift((x) =>
    ops.concatenate(
      [
        [-2, 3],
        [-2, 9],
        [1, 3],
        [3, 9],
        [0, 5],
        [7, 2],
        [-4, 2],
        [-1, 1],
      ].map(([start, length]) => ops.resized(x, 0, start!, length!)),
      0,
    ),
  ),
  [sample(unit, [5, 2])],
);
