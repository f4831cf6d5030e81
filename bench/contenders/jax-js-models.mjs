// The workloads' networks in jax-js, one for each family: `(workload, parameters, x, key) => logits`.
// jax-js counts references by hand: a use consumes its argument, `.ref` keeps it for one more use. Images are NCHW
// here, the only layout of its convolution. It has no scan: the LSTM's steps are written out, and compiled as one long
// program.
import "./newer-engine.mjs";
import { parametersPerBlock } from "../families/gpt.mjs";
import { stages } from "../families/sequential.mjs";

const { lax, nn, numpy: np, random } = await import("@jax-js/jax");

/** Kernels are stored as `[out, in]`: jax-js is a tenth faster on mlp when it multiplies by the transpose. */
const dense = (x, kernel, bias) => np.dot(x, kernel.transpose()).add(bias);

/** Rows of a table by a product, since the gradient of `np.take` (a scatter) cannot be compiled yet. */
const lookUp = (table, indices) => np.dot(nn.oneHot(indices, table.shape[0]), table);

const layers = {
  dense: { parameters: 2, call: (_, x, [kernel, bias]) => dense(x, kernel, bias) },
  conv: {
    parameters: 2,
    call: ({ padding }, x, [kernel, bias]) =>
      lax.conv(x, kernel, [1, 1], padding.toUpperCase()).add(bias.reshape([-1, 1, 1])),
  },
  // Over the two last axes; the function gets one window.
  maxPool: {
    parameters: 0,
    call: ({ size }, x) => lax.reduceWindow(x, (window) => np.max(window), [size, size], [size, size]),
  },
  relu: { parameters: 0, call: (_, x) => nn.relu(x) },
  tanh: { parameters: 0, call: (_, x) => np.tanh(x) },
  flatten: { parameters: 0, call: (_, x) => x.reshape([x.shape[0], -1]) },
  dropout: {
    parameters: 0,
    call: ({ rate }, x, _, key) => {
      const kept = random.bernoulli(key, 1 - rate, x.shape);
      return np.where(kept, x.mul(1 / (1 - rate)), 0);
    },
  },
};

function sequential(workload, parameters, x, key) {
  let start = 0;
  for (const layer of workload.layers) {
    const { parameters: count, call } = layers[layer.kind];
    x = call(layer, x, parameters.slice(start, (start += count)), layer.kind === "dropout" ? key.ref : null);
  }
  key?.dispose();
  return x;
}

/** The gates' products with the inputs are taken for all steps at once. */
function lstm({ batch, units, steps }, [embedding, kernel, recurrent, bias, headKernel, headBias], x) {
  const inputs = dense(lookUp(embedding, x), kernel, bias);
  let [h, c] = [np.zeros([batch, units]), np.zeros([batch, units])];
  const outputs = [];
  for (let t = 0; t < steps; t++) {
    const gates = inputs.ref.slice([], t).add(np.dot(h, recurrent.ref.transpose()));
    const [i, f, g, o] = np.split(gates, 4, 1);
    c = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)));
    h = nn.sigmoid(o).mul(np.tanh(c.ref));
    outputs.push(h.ref);
  }
  for (const rest of [inputs, recurrent, h, c]) rest.dispose();
  return dense(np.stack(outputs, 1), headKernel, headBias);
}

function gpt({ layers: count, width, heads, steps }, parameters, x) {
  const norm = (x, scale, offset) => nn.standardize(x).mul(scale).add(offset);
  const apart = (x) => x.reshape([...x.shape.slice(0, 2), heads, -1]);

  const block = (
    x,
    [norm1, shift1, qkv, qkvBias, out, outBias, norm2, shift2, expand, expandBias, contract, contractBias],
  ) => {
    const [q, k, v] = np.split(dense(norm(x.ref, norm1, shift1), qkv, qkvBias), 3, 2).map(apart);
    const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([-1, steps, width]);
    x = x.add(dense(mixed, out, outBias));
    const hidden = nn.gelu(dense(norm(x.ref, norm2, shift2), expand, expandBias), { approximate: true });
    return x.add(dense(hidden, contract, contractBias));
  };

  const [tokens, positions] = parameters;
  const [lastScale, lastShift, head] = parameters.slice(-3);
  x = lookUp(tokens, x).add(positions);
  for (let i = 0; i < count; i++) {
    const start = 2 + i * parametersPerBlock;
    x = block(x, parameters.slice(start, start + parametersPerBlock));
  }
  return np.dot(norm(x, lastScale, lastShift), head.transpose());
}

export const models = { sequential, lstm, gpt };

/** The parameters that are not transposed: tables of embeddings, which are no kernels. */
const tables = { sequential: 0, lstm: 1, gpt: 2 };

/** The parameters as jax-js multiplies by them, from those of the file. */
export function arranged(workload, parameters) {
  const flattened =
    workload.family === "sequential" ? stages(workload).find(({ layer }) => layer.kind === "flatten") : undefined;
  return parameters.map(({ values, shape }, i) => {
    const array = np.array(values, { shape });
    if (shape.length === 4) return array.transpose([3, 2, 0, 1]);
    if (shape.length < 2 || i < tables[workload.family]) return array;
    const [rows, columns] = shape;
    // A dense layer behind an image: its rows follow [height, width, channels], and must follow NCHW.
    const follows = flattened && rows === flattened.after[0] && i > 0 && parameters[i - 2].shape.length === 4;
    return follows
      ? array
          .reshape([...flattened.before, columns])
          .transpose([3, 2, 0, 1])
          .reshape([columns, rows])
      : array.transpose();
  });
}
