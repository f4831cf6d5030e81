// The workloads' networks in Nabla's public functions, one for each family: `(nabla, workload, parameters, x, key) =>
// logits`.
import { normEpsilon, parametersPerBlock } from "../families/gpt.mjs";

const dense = (x, kernel, bias) => x.matmul(kernel).add(bias);

/** Of each kind of layer: how many parameters it has, and what it does. */
const layers = {
  dense: { parameters: 2, call: (_, x, [kernel, bias]) => dense(x, kernel, bias) },
  conv: {
    parameters: 2,
    call: ({ padding }, x, [kernel, bias], { conv2d }) => conv2d(x, kernel, { padding }).add(bias),
  },
  maxPool: { parameters: 0, call: ({ size }, x, _, { maxPool2d }) => maxPool2d(x, size) },
  relu: { parameters: 0, call: (_, x, __, { relu }) => relu(x) },
  tanh: { parameters: 0, call: (_, x) => x.tanh() },
  flatten: { parameters: 0, call: (_, x) => x.reshape([x.shape[0], -1]) },
  dropout: {
    parameters: 0,
    call: ({ rate }, x, _, { random, where }, key) =>
      where(random.bernoulli(key, x.shape, 1 - rate), x.mul(1 / (1 - rate)), 0),
  },
};

function sequential(nabla, workload, parameters, x, key) {
  let start = 0;
  for (const layer of workload.layers) {
    const { parameters: count, call } = layers[layer.kind];
    x = call(layer, x, parameters.slice(start, (start += count)), nabla, key);
  }
  return x;
}

/** The gates' products with the inputs are taken for all steps at once; the loop has only those with the state. */
function lstm(
  { scan, split, zeros, sigmoid },
  { batch, units },
  [embedding, kernel, recurrent, bias, headKernel, headBias],
  x,
) {
  const inputs = embedding.take(x.transpose()).matmul(kernel).add(bias); // [steps, batch, 4 units]
  const step = ([h, c], input) => {
    const [i, f, g, o] = split(input.add(h.matmul(recurrent)), 4, -1);
    const cell = sigmoid(f).mul(c).add(sigmoid(i).mul(g.tanh()));
    const output = sigmoid(o).mul(cell.tanh());
    return [[output, cell], output];
  };
  const start = zeros([batch, units]);
  const [, outputs] = scan(step, [start, start], inputs);
  return dense(outputs.transpose([1, 0, 2]), headKernel, headBias);
}

function gpt(nabla, { layers: count, heads, steps }, parameters, x) {
  const { gelu, layerNorm, scaledDotProductAttention, split } = nabla;
  const norm = (x, gamma, beta) => layerNorm(x, { gamma, beta, epsilon: normEpsilon });
  const apart = (x) => x.reshape([x.shape[0], steps, heads, -1]).transpose([0, 2, 1, 3]);

  const block = (
    x,
    [norm1, shift1, qkv, qkvBias, out, outBias, norm2, shift2, expand, expandBias, contract, contractBias],
  ) => {
    const [q, k, v] = split(dense(norm(x, norm1, shift1), qkv, qkvBias), 3, -1).map(apart);
    const mixed = scaledDotProductAttention(q, k, v, { causal: true }).transpose([0, 2, 1, 3]).reshape(x.shape);
    x = x.add(dense(mixed, out, outBias));
    const hidden = gelu(dense(norm(x, norm2, shift2), expand, expandBias), { approximate: true });
    return x.add(dense(hidden, contract, contractBias));
  };

  const [tokens, positions] = parameters;
  const [lastScale, lastShift, head] = parameters.slice(-3);
  x = tokens.take(x).add(positions);
  for (let i = 0; i < count; i++) {
    const start = 2 + i * parametersPerBlock;
    x = block(x, parameters.slice(start, start + parametersPerBlock));
  }
  return norm(x, lastScale, lastShift).matmul(head);
}

/** A family's network, and the functions of Nabla that it needs. */
export const models = {
  sequential: {
    model: sequential,
    needs: ({ layers }) => layers.flatMap(({ kind }) => ({ conv: ["conv2d"], maxPool: ["maxPool2d"] })[kind] ?? []),
  },
  lstm: { model: lstm, needs: () => ["scan"] },
  gpt: { model: gpt, needs: () => ["layerNorm", "scaledDotProductAttention"] },
};
