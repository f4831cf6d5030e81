// Pooling.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

export const poolingCases: LayerCases = {
  maxPooling1d: [() => layers.maxPooling1d(), [5, 2], { outputShape: [2, 2], mask: "ended" }],
  maxPooling2d: [
    () => layers.maxPooling2d({ poolSize: 2, strides: [1, 2], padding: "same" }),
    [3, 3, 2],
    {
      outputShape: [3, 2, 2],
      mask: "ended",
    },
  ],
  maxPooling3d: [() => layers.maxPooling3d(), [2, 2, 4, 1], { outputShape: [1, 1, 2, 1], mask: "ended" }],
  averagePooling1d: [
    () => layers.averagePooling1d({ poolSize: 3, padding: "same" }),
    [5, 2],
    { outputShape: [2, 2], mask: "ended" },
  ],
  averagePooling2d: [
    () => layers.averagePooling2d({ strides: 1 }),
    [3, 3, 2],
    { outputShape: [2, 2, 2], mask: "ended" },
  ],
  averagePooling3d: [() => layers.averagePooling3d(), [2, 2, 4, 1], { outputShape: [1, 1, 2, 1], mask: "ended" }],
  globalMaxPooling1d: [() => layers.globalMaxPooling1d(), [4, 2], { outputShape: [2], mask: "ended" }],
  globalMaxPooling2d: [
    () => layers.globalMaxPooling2d({ keepDims: true }),
    [2, 3, 2],
    { outputShape: [1, 1, 2], mask: "ended" },
  ],
  globalMaxPooling3d: [() => layers.globalMaxPooling3d(), [2, 3, 2, 2], { outputShape: [2], mask: "ended" }],
  globalAveragePooling1d: [
    () => layers.globalAveragePooling1d({ keepDims: true }),
    [4, 2],
    { outputShape: [1, 2], mask: "ended" },
  ],
  globalAveragePooling2d: [() => layers.globalAveragePooling2d(), [2, 3, 2], { outputShape: [2], mask: "ended" }],
  globalAveragePooling3d: [() => layers.globalAveragePooling3d(), [2, 3, 2, 2], { outputShape: [2], mask: "ended" }],
};
