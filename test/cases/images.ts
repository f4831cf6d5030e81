// Cases of functions of images and of positions, which layers are made of.
import { affineTransform } from "../../src/functions/affine.ts";
import { attentionWeights } from "../../src/functions/attention.ts";
import { rotaryEmbedding, sinusoidalPositions } from "../../src/functions/positions.ts";
import { cropAround, resizeImages } from "../../src/functions/resize.ts";
import { sample, unit } from "../samples.ts";
import { add } from "./table.ts";

/** Linear in the images: there is no second derivative. */
const close = { relative: 2e-5 };
const curved = { smooth: true, relative: 2e-5 };
const images = [2, 5, 6, 2];
/** Turned and stretched a little, so that no pixel is hit exactly, where the slope has a kink. */
const turn = [
  [0.93, 0.31, -0.37],
  [-0.23, 1.07, 0.41],
];

for (const fillMode of ["reflect", "wrap", "constant", "nearest"] as const)
  add(
    "affineTransform",
    `bilinear, ${fillMode}`,
    (x) => affineTransform(x, turn, { fillMode }),
    [sample(unit, images)],
    close,
  );
add(
  "affineTransform",
  "nearest",
  (x) => affineTransform(x, turn, { interpolation: "nearest" }),
  [sample(unit, images)],
  close,
);
for (const size of [
  [3, 4],
  [9, 13],
] as const) {
  add("resizeImages", `to ${size}`, (x) => resizeImages(x, size), [sample(unit, images)], close);
  add(
    "resizeImages",
    `to ${size}, nearest and cropped`,
    (x) => resizeImages(x, size, { interpolation: "nearest", cropToAspectRatio: true }),
    [sample(unit, images)],
    close,
  );
}
add("cropAround", "the middle", (x) => cropAround(x, 3, 2), [sample(unit, images)], close);
add("rotaryEmbedding", "positions in order", (x) => rotaryEmbedding(x), [sample(unit, [2, 5, 6])], close);
add(
  "rotaryEmbedding",
  "given positions",
  (x, at) => rotaryEmbedding(x, { positions: at }),
  [sample(unit, [2, 3, 4]), sample(unit, [3])],
  close,
);
add(
  "sinusoidalPositions",
  "an odd number of features",
  (at) => sinusoidalPositions(at, 5),
  [sample(unit, [4])],
  curved,
);
add(
  "attentionWeights",
  "causal",
  (scores) => attentionWeights("case", scores, { causal: true }),
  [sample(unit, [2, 4, 4])],
  curved,
);
