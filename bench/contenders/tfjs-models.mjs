// The workloads' networks in TensorFlow.js, one for each family: `(tf, workload, parameters, x) => logits`.
// Plain `matMul` and `add`, because the fused form that its layers use trains more slowly.
import { normEpsilon, parametersPerBlock } from "../families/gpt.mjs";

const dense = (x, kernel, bias) => x.matMul(kernel).add(bias);

/**
 * A dense layer on the last axis of a sequence: the gradient of a product with a broadcast kernel would copy the
 * kernel.
 */
const denseSteps = (x, kernel, bias) => {
  const rows = x.reshape([-1, x.shape.at(-1)]).matMul(kernel);
  return (bias ? rows.add(bias) : rows).reshape([...x.shape.slice(0, -1), kernel.shape[1]]);
};

/** Rows of a table by a product, since the wasm backend has no kernel for the gradient of `tf.gather`. */
const lookUp = (tf, table, indices) => {
  const [count, width] = table.shape;
  return tf
    .oneHot(indices.flatten(), count)
    .toFloat()
    .matMul(table)
    .reshape([...indices.shape, width]);
};

const layers = {
  dense: { parameters: 2, call: (_tf, _, x, [kernel, bias]) => dense(x, kernel, bias) },
  conv: { parameters: 2, call: (tf, { padding }, x, [kernel, bias]) => tf.conv2d(x, kernel, 1, padding).add(bias) },
  maxPool: { parameters: 0, call: (tf, { size }, x) => tf.maxPool(x, size, size, "valid") },
  relu: { parameters: 0, call: (tf, _, x) => tf.relu(x) },
  tanh: { parameters: 0, call: (tf, _, x) => tf.tanh(x) },
  flatten: { parameters: 0, call: (_tf, _, x) => x.reshape([x.shape[0], -1]) },
  dropout: { parameters: 0, call: (tf, { rate }, x) => tf.dropout(x, rate) },
};

function sequential(tf, workload, parameters, x) {
  let start = 0;
  for (const layer of workload.layers) {
    const { parameters: count, call } = layers[layer.kind];
    x = call(tf, layer, x, parameters.slice(start, (start += count)));
  }
  return x;
}

/** The gates' products with the inputs are taken for all steps at once. */
function lstm(tf, { batch, units }, [embedding, kernel, recurrent, bias, headKernel, headBias], x) {
  const inputs = tf.unstack(denseSteps(lookUp(tf, embedding, x), kernel, bias), 1);
  let [h, c] = [tf.zeros([batch, units]), tf.zeros([batch, units])];
  const outputs = inputs.map((input) => {
    const [i, f, g, o] = tf.split(input.add(h.matMul(recurrent)), 4, 1);
    c = tf
      .sigmoid(f)
      .mul(c)
      .add(tf.sigmoid(i).mul(tf.tanh(g)));
    h = tf.sigmoid(o).mul(tf.tanh(c));
    return h;
  });
  return denseSteps(tf.stack(outputs, 1), headKernel, headBias);
}

function gpt(tf, { layers: count, width, heads, steps }, parameters, x) {
  const past = tf.linalg.bandPart(tf.ones([steps, steps]), -1, 0);
  const future = tf.scalar(-1e9).mul(tf.sub(1, past));
  const apart = (x) => x.reshape([x.shape[0], steps, heads, -1]).transpose([0, 2, 1, 3]);
  const gelu = (x) =>
    tf.mul(0.5, x).mul(tf.tanh(x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1));
  const norm = (x, scale, offset) => {
    const centred = x.sub(x.mean(-1, true));
    return centred.div(centred.square().mean(-1, true).add(normEpsilon).sqrt()).mul(scale).add(offset);
  };

  const block = (
    x,
    [norm1, shift1, qkv, qkvBias, out, outBias, norm2, shift2, expand, expandBias, contract, contractBias],
  ) => {
    const [q, k, v] = tf.split(denseSteps(norm(x, norm1, shift1), qkv, qkvBias), 3, 2).map(apart);
    const scores = tf
      .matMul(q, k, false, true)
      .mul(1 / Math.sqrt(width / heads))
      .add(future);
    const mixed = tf.matMul(tf.softmax(scores), v).transpose([0, 2, 1, 3]).reshape(x.shape);
    x = x.add(denseSteps(mixed, out, outBias));
    return x.add(denseSteps(gelu(denseSteps(norm(x, norm2, shift2), expand, expandBias)), contract, contractBias));
  };

  const [tokens, positions] = parameters;
  const [lastScale, lastShift, head] = parameters.slice(-3);
  x = lookUp(tf, tokens, x).add(positions);
  for (let i = 0; i < count; i++) {
    const start = 2 + i * parametersPerBlock;
    x = block(x, parameters.slice(start, start + parametersPerBlock));
  }
  return denseSteps(norm(x, lastScale, lastShift), head);
}

export const models = { sequential, lstm, gpt };
