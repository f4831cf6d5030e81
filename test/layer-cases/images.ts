// Layers for images.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const wide = { valueRange: [-100, 100] } as const;

export const imagesCases: LayerCases = {
  randomFlip: [() => layers.randomFlip(), [2, 3, 1], { noisy: true }],
  randomRotation: [() => layers.randomRotation([0.1, 0.1]), [2, 3, 1]],
  randomZoom: [() => layers.randomZoom([0.2, 0.2], { fillMode: "wrap" }), [2, 3, 1]],
  randomTranslation: [() => layers.randomTranslation([0.1, 0.1], 0, { fillMode: "constant" }), [2, 3, 1]],
  randomContrast: [() => layers.randomContrast(0.05, wide), [3, 4, 2]],
  "randomContrast has as much to both sides as it was given": [
    () => layers.randomContrast([0.2, 1.7], wide),
    [2, 2, 1],
  ],
  randomBrightness: [() => layers.randomBrightness([0.001, 0.001], wide), [3, 4, 2]],
  randomCrop: [() => layers.randomCrop(2, 3), [3, 4, 2], { outputShape: [2, 3, 2], noisy: true, mask: "ended" }],
  centerCrop: [() => layers.centerCrop(2, 3), [3, 4, 2], { outputShape: [2, 3, 2], mask: "ended" }],
  resizing: [() => layers.resizing(5, 2), [3, 4, 2], { outputShape: [5, 2, 2], mask: "ended" }],
  "resizing, with all options": [
    () => layers.resizing(2, 2, { interpolation: "nearest", cropToAspectRatio: true }),
    [3, 5, 1],
    {
      outputShape: [2, 2, 1],
      mask: "ended",
    },
  ],
};
