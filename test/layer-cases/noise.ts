// Layers that regularise: without noise, or with next to none, so that a step of descent can be seen.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

export const noiseCases: LayerCases = {
  spatialDropout1d: [() => layers.spatialDropout1d(0), [3, 2]],
  spatialDropout2d: [() => layers.spatialDropout2d(0), [2, 3, 2]],
  spatialDropout3d: [() => layers.spatialDropout3d(0), [2, 1, 2, 2]],
  gaussianNoise: [() => layers.gaussianNoise(0.001), [3]],
  gaussianDropout: [() => layers.gaussianDropout(0.0001), [3]],
  alphaDropout: [() => layers.alphaDropout(0), [3]],
  activityRegularization: [() => layers.activityRegularization({ l1: 0.01, l2: 0.02 }), [3]],
};
