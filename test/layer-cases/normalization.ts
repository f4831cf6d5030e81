// Normalising layers.
import { type InitializerLike, initializers, layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const ramp: InitializerLike = initializers.randomUniform({ minval: 0.5, maxval: 1.5 });

const statistics = ["movingMean", "movingVariance"];

export const normalizationCases: LayerCases = {
  batchNormalization: [
    () => layers.batchNormalization({ gammaInitializer: ramp, betaInitializer: ramp }),
    [2, 3],
    {
      parameters: { gamma: [3], beta: [3], movingMean: [3], movingVariance: [3] },
      statistics,
    },
  ],
  "batchNormalization along another axis, without scale and shift": [
    () => layers.batchNormalization({ axis: 1, center: false, scale: false, momentum: 0.5 }),
    [2, 3],
    {
      parameters: { movingMean: [2], movingVariance: [2] },
      statistics,
    },
  ],
  layerNormalization: [
    () => layers.layerNormalization({ axis: [1, -1], gammaInitializer: ramp }),
    [2, 3],
    {
      parameters: { gamma: [2, 3], beta: [2, 3] },
    },
  ],
  groupNormalization: [
    () => layers.groupNormalization({ groups: 2, gammaInitializer: ramp }),
    [2, 4],
    {
      parameters: { gamma: [4], beta: [4] },
    },
  ],
  "groupNormalization for each channel": [
    () => layers.groupNormalization({ groups: -1, axis: 1, center: false }),
    [2, 4],
    {
      parameters: { gamma: [2] },
    },
  ],
  rmsNormalization: [() => layers.rmsNormalization({ axis: [1, 2] }), [2, 3], { parameters: { scale: [2, 3] } }],
  unitNormalization: [() => layers.unitNormalization(), [2, 3]],
  spectralNormalization: [
    () => layers.spectralNormalization(layers.dense(2, { kernelInitializer: ramp }), { powerIterations: 60 }),
    [3],
    {
      outputShape: [2],
      parameters: { vectorU: [1, 2], "layer/kernel": [3, 2], "layer/bias": [2] },
      statistics: ["vectorU"],
    },
  ],
};
