// Layers that rearrange, cut, pad and repeat, mask, or apply a function.
import { layers, registerFunction, type Tensor } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

registerFunction("test: cubes", (x: Tensor) => x.mul(x).mul(x));

export const reshapingCases: LayerCases = {
  permute: [() => layers.permute([2, 3, 1]), [2, 3, 2], { outputShape: [3, 2, 2], mask: "ended" }],
  repeatVector: [() => layers.repeatVector(3), [2], { outputShape: [3, 2] }],
  cropping1d: [() => layers.cropping1d([1, 0]), [3, 2], { outputShape: [2, 2], mask: "changed" }],
  cropping2d: [() => layers.cropping2d([1, [0, 1]]), [3, 3, 2], { outputShape: [1, 2, 2], mask: "ended" }],
  cropping3d: [() => layers.cropping3d([0, 1, [1, 0]]), [2, 3, 2, 1], { outputShape: [2, 1, 1, 1], mask: "ended" }],
  zeroPadding1d: [() => layers.zeroPadding1d(), [3, 2], { outputShape: [5, 2], mask: "changed" }],
  zeroPadding2d: [() => layers.zeroPadding2d([1, [0, 2]]), [2, 1, 2], { outputShape: [4, 3, 2], mask: "ended" }],
  zeroPadding3d: [
    () => layers.zeroPadding3d([[0, 1], 1, 0]),
    [1, 2, 2, 1],
    { outputShape: [2, 4, 2, 1], mask: "ended" },
  ],
  upSampling1d: [() => layers.upSampling1d({ size: 3 }), [2, 2], { outputShape: [6, 2], mask: "changed" }],
  upSampling2d: [
    () => layers.upSampling2d({ size: [1, 3], interpolation: "bilinear" }),
    [2, 3, 2],
    {
      outputShape: [2, 9, 2],
      mask: "ended",
    },
  ],
  upSampling3d: [() => layers.upSampling3d(), [1, 2, 1, 2], { outputShape: [2, 4, 2, 2], mask: "ended" }],
  masking: [() => layers.masking({ maskValue: 9 }), [2, 3], { mask: "changed" }],
  identity: [() => layers.identity(), [2, 3]],
  lambda: [() => layers.lambda("test: cubes"), [2, 3], { mask: "ended" }],
};
