// Recurrent layers and their cells.
import { type CellInputs, type CellOutputs, Layer, layers, registerLayer, type Tensor } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

/** A cell of one's own. */
export class Leaky extends Layer<CellInputs, CellOutputs> {
  override readonly className = "TestLeaky";
  readonly units: number;
  readonly stateSize: number;
  readonly mix: Layer<Tensor, Tensor>;
  constructor(config: { units: number; name?: string }) {
    const { units, ...options } = config;
    super("leaky", options);
    this.units = units;
    this.stateSize = units;
    this.mix = layers.dense(units);
  }
  call({ x, states: [h] }: CellInputs): CellOutputs {
    const next = h!.mul(0.5).add(this.mix.apply(x).tanh());
    return { output: next.mul(2), states: [next] };
  }
  override config() {
    return { units: this.units };
  }
}
registerLayer("TestLeaky", (config) => new Leaky(config));

const kernels = (gates: number, units: number, features: number, bias: readonly number[] = [gates * units]) => ({
  "cell/kernel": [features, gates * units],
  "cell/recurrentKernel": [units, gates * units],
  "cell/bias": bias,
});

export const recurrentCases: LayerCases = {
  simpleRNN: [() => layers.simpleRNN(3), [4, 2], { outputShape: [3], parameters: kernels(1, 3, 2), mask: "ended" }],
  lstm: [() => layers.lstm(3), [4, 2], { outputShape: [3], parameters: kernels(4, 3, 2), mask: "ended" }],
  "lstm, sequences, backwards, with dropout and other options": [
    () =>
      layers.lstm(2, {
        returnSequences: true,
        goBackwards: true,
        dropout: 0.3,
        recurrentDropout: 0.3,
        activation: "softsign",
        recurrentActivation: "hardSigmoid",
        unitForgetBias: false,
        kernelInitializer: "heNormal",
      }),
    [4, 3],
    { outputShape: [4, 2], parameters: kernels(4, 2, 3), noisy: true, mask: "changed" },
  ],
  gru: [
    () => layers.gru(3, { returnSequences: true }),
    [4, 2],
    {
      outputShape: [4, 3],
      parameters: kernels(3, 3, 2, [2, 9]),
    },
  ],
  "gru, the reset gate before the product": [
    () => layers.gru(3, { resetAfter: false, recurrentDropout: 0.3 }),
    [4, 2],
    {
      outputShape: [3],
      noisy: true,
      parameters: kernels(3, 3, 2),
      mask: "ended",
    },
  ],
  "rnn of simpleRNNCell": [
    () => layers.rnn(layers.simpleRNNCell(3, { useBias: false })),
    [4, 2],
    {
      outputShape: [3],
      parameters: { "cell/kernel": [2, 3], "cell/recurrentKernel": [3, 3] },
      mask: "ended",
    },
  ],
  "rnn of lstmCell": [
    () => layers.rnn(layers.lstmCell(3)),
    [4, 2],
    { outputShape: [3], parameters: kernels(4, 3, 2), mask: "ended" },
  ],
  "rnn of gruCell": [
    () => layers.rnn(layers.gruCell(3), { returnSequences: true }),
    [4, 2],
    {
      outputShape: [4, 3],
      parameters: kernels(3, 3, 2, [2, 9]),
    },
  ],
  "rnn of stackedRNNCells": [
    () => layers.rnn(layers.stackedRNNCells([layers.gruCell(2), layers.lstmCell(3)])),
    [4, 2],
    {
      outputShape: [3],
      parameters: {
        "cell/cells_0/kernel": [2, 6],
        "cell/cells_0/recurrentKernel": [2, 6],
        "cell/cells_0/bias": [2, 6],
        "cell/cells_1/kernel": [2, 12],
        "cell/cells_1/recurrentKernel": [3, 12],
        "cell/cells_1/bias": [12],
      },
      mask: "ended",
    },
  ],
  rnn: [
    () => layers.rnn(new Leaky({ units: 3 })),
    [4, 2],
    {
      outputShape: [3],
      parameters: { "cell/mix/kernel": [2, 3], "cell/mix/bias": [3] },
      mask: "ended",
    },
  ],
  bidirectional: [
    () => layers.bidirectional(layers.simpleRNN(2, { returnSequences: true })),
    [4, 3],
    {
      outputShape: [4, 4],
      parameters: {
        "forwardLayer/cell/kernel": [3, 2],
        "forwardLayer/cell/recurrentKernel": [2, 2],
        "forwardLayer/cell/bias": [2],
        "backwardLayer/cell/kernel": [3, 2],
        "backwardLayer/cell/recurrentKernel": [2, 2],
        "backwardLayer/cell/bias": [2],
      },
    },
  ],
};
