// Embeddings, and layers over steps.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

export const embeddingCases: LayerCases = {
  embedding: [
    () => layers.embedding(5, 3),
    [4],
    {
      outputShape: [4, 3],
      parameters: { embeddings: [5, 3] },
      first: true,
    },
  ],
  timeDistributed: [
    () => layers.timeDistributed(layers.dense(2, { activation: "tanh" })),
    [4, 3],
    {
      outputShape: [4, 2],
      parameters: { "layer/kernel": [3, 2], "layer/bias": [2] },
    },
  ],
  "timeDistributed, around a layer that changes the number of axes": [
    () => layers.timeDistributed(layers.flatten()),
    [2, 3, 2],
    { outputShape: [2, 6] },
  ],
};
