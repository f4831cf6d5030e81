// Settings of the playground's experiments, for its tests.
import type { Settings } from "../src/pages/playground/settings.ts";

/** The page's own settings, but for what is named. */
export const settings = (changes: Partial<Settings> = {}): Settings => ({
  ...{ set: "circle", points: [], count: 500, noise: 0, share: 50, seed: 1, weightSeed: 1, features: ["x1", "x2"] },
  ...{ layers: [4, 2], f: "tanh", init: "glorotUniform", norm: "none", dropout: 0, loss: "", optimizer: "sgd" },
  ...{ rate: 0.03, batch: 10, penalty: "none", penaltyRate: 0.001, edits: [] },
  ...changes,
});
