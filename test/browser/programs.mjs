// What Node and the browser compute to the same bits. The same text runs in both, and uses the package as a user does.
import { abs, compile, cos, Dataset, erf, exp, gradients, layers, log, matmul, optimizers, random, sequential, sin, tanh, variable } from "nabla";

const points = { inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] };

/** The weights and losses of a fit, one after the other. */
async function fitted(model, data, options) {
  const history = await model.fit(data, options);
  const weights = Object.values(await model.getWeights()).map(({ data }) => data);
  return [...weights, Float64Array.from(history.epochs.map(({ loss }) => loss))];
}

export const programs = {
  async "xor network"() {
    const model = sequential([layers.input([2]), layers.dense(8, { activation: "tanh" }), layers.dense(1, { activation: "sigmoid" })], { seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5, momentum: 0.9 }), loss: "binaryCrossentropy" });
    const numbers = await fitted(model, Dataset.from(points), { epochs: 500, batchSize: 4, seed: 1 });
    return [...numbers, await (await model.predict(points.inputs)).data()];
  },

  async "dropout, Adam and softmax cross-entropy"() {
    const [count, features, classes] = [500, 20, 5];
    const inputs = random.normal(random.key(3), [count, features]);
    const targets = inputs.at("...", [0, classes]).argmax(1);
    const data = Dataset.from({ inputs: { data: await inputs.data(), shape: inputs.shape }, targets: { data: Int32Array.from(await targets.data()), shape: [count] } });
    const model = sequential([layers.dense(48, { activation: "gelu" }), layers.dropout(0.25), layers.dense(32, { activation: "softplus" }), layers.dropout(0.1), layers.dense(classes)], { seed: 2 });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    return fitted(model, data, { epochs: 6, batchSize: 32, seed: 7 });
  },

  async "a matrix product of 257 × 1031 × 193"() {
    const a = random.normal(random.key(11), [257, 1031]);
    const b = random.normal(random.key(12), [1031, 193]);
    return [await matmul(a, b).data()];
  },

  async "exp, log, tanh, erf, sin and cos"() {
    const x = random.normal(random.key(5), [10_000], { std: 5 });
    return Promise.all([exp(x), log(abs(x)), tanh(x), erf(x), sin(x), cos(x)].map((y) => y.data()));
  },

  async "a training step of one's own"() {
    const x = random.uniform(random.key(21), [64, 10]);
    const y = x.square().sum(1, { keepDims: true });
    const w = variable(random.normal(random.key(22), [10, 1]));
    const b = variable(0);
    const step = compile(() => {
      const loss = matmul(x, w.value).add(b.value).sub(y).square().mean();
      const [dw, db] = gradients(loss, [w, b]);
      w.assign(w.value.sub(dw.mul(0.05)));
      b.assign(b.value.sub(db.mul(0.05)));
      return loss;
    });
    const loss = await step.repeat(200);
    return [await w.data(), await b.data(), await loss.data()];
  },
};

function base64(arrays) {
  const bytes = arrays.flatMap((array) => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]);
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
}

/** Runs every program; the bytes of its numbers in base64, and what this engine can do. */
export async function runAll() {
  const numbers = {};
  for (const [name, program] of Object.entries(programs)) numbers[name] = base64(await program());
  const { engineFeatures } = await import(new URL("backends/wasm/device.js", import.meta.resolve("nabla")).href);
  const xorOutputs = [...(await programs["xor network"]()).at(-1)];
  return { numbers, xorOutputs, features: engineFeatures(), isolated: globalThis.crossOriginIsolated === true };
}
