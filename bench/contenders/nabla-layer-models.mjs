// The workloads' networks in Nabla's layers, one for each family.
import { normEpsilon, parametersPerBlock } from "../families/gpt.mjs";

/** The layers of a workload, by kind. */
const makers = {
  dense: ({ units }, { layers }) => layers.dense(units),
  conv: ({ filters, size, padding }, { layers }) => layers.conv2d(filters, size, { padding }),
  maxPool: ({ size }, { layers }) => layers.maxPooling2d({ poolSize: size }),
  relu: (_, { layers }) => layers.relu(),
  tanh: (_, { layers }) => layers.activation("tanh"),
  flatten: (_, { layers }) => layers.flatten(),
  dropout: ({ rate }, { layers }) => layers.dropout(rate),
};

/** A sequential network ends in a sigmoid where its loss is that of the sigmoid. */
function chain(nabla, { input, layers, loss }) {
  const own = loss === "meanSquaredError" ? [nabla.layers.activation("sigmoid")] : [];
  const all = [nabla.layers.input(input), ...layers.map((layer) => makers[layer.kind](layer, nabla)), ...own];
  return nabla.sequential(all, { seed: 1 });
}

function lstm({ layers, sequential }, { steps, vocabulary, embedding, units }) {
  const all = [
    layers.input([steps]),
    layers.embedding(vocabulary, embedding),
    layers.lstm(units, { returnSequences: true }),
    layers.dense(vocabulary),
  ];
  return sequential(all, { seed: 1 });
}

function gpt({ functional, gelu, input, layers }, { layers: count, width, heads, steps, vocabulary }) {
  const tokens = input([steps]);
  const embedded = layers.embedding(vocabulary, width).apply(tokens);
  let x = layers.add().apply([embedded, layers.positionEmbedding(steps).apply(embedded)]);
  const options = {
    normalizeFirst: true,
    layerNormEpsilon: normEpsilon,
    activation: (/** @type {any} */ h) => gelu(h, { approximate: true }),
  };
  for (let i = 0; i < count; i++) x = layers.transformerDecoder(4 * width, heads, options).apply(x);
  x = layers.layerNormalization({ epsilon: normEpsilon }).apply(x);
  return functional({ inputs: tokens, outputs: layers.dense(vocabulary, { useBias: false }).apply(x), seed: 1 });
}

/** The parameters of a GPT in the order of its layers, whose queries, keys and values have kernels of their own. */
function gptWeights({ layers: count, width, heads }, given) {
  const block = ([norm1, shift1, qkv, qkvBias, out, outBias, norm2, shift2, ...network]) => {
    const projections = [0, 1, 2].flatMap((part) => {
      const columns = [part * width, (part + 1) * width];
      return [qkv.at([], columns).reshape([width, heads, -1]), qkvBias.at(columns).reshape([heads, -1])];
    });
    return [...projections, out.reshape([heads, -1, width]), outBias, norm1, shift1, ...network, norm2, shift2];
  };
  const blocks = Array.from({ length: count }, (_, i) => {
    const start = 2 + i * parametersPerBlock;
    return block(given.slice(start, start + parametersPerBlock));
  });
  return [...given.slice(0, 2), ...blocks.flat(), ...given.slice(-3)];
}

/** A family's model, and its parameters in the model's order. */
export const families = {
  sequential: { model: chain, weights: (_, given) => given },
  lstm: { model: lstm, weights: (_, given) => given },
  gpt: { model: gpt, weights: gptWeights },
};
