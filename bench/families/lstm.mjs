// A character model: embedding, one LSTM layer (Hochreiter and Schmidhuber, 1997; gates in the order i, f, g, o), and a
// dense layer at each step. Parameters: embedding; kernel, recurrent kernel and bias of the four gates; kernel and
// bias.
import { textSampler } from "./text.mjs";

/** @satisfies {import("../workloads.mjs").Family} */
export const lstm = {
  describe: ({ vocabulary, embedding, units, steps }) =>
    `${vocabulary} characters, embedding ${embedding}, LSTM ${units}, dense ${vocabulary}, ${steps} steps`,

  parameters: ({ vocabulary, embedding, units }) => [
    { shape: [vocabulary, embedding], start: "glorot" },
    { shape: [embedding, 4 * units], start: "glorot" },
    { shape: [units, 4 * units], start: "glorot" },
    { shape: [4 * units], start: "zeros" },
    { shape: [units, vocabulary], start: "glorot" },
    { shape: [vocabulary], start: "zeros" },
  ],

  batchShapes: ({ batch, steps }) => ({ x: [batch, steps], y: [batch, steps] }),
  indices: () => true,
  sampler: textSampler,
};
