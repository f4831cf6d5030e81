// Programs of which Node and the browser must compute the same bits. Both run this text, which imports the package as
// users do.
import {
  abs,
  compile,
  conv2d,
  cos,
  Dataset,
  erf,
  exp,
  gradients,
  layers,
  log,
  logSoftmax,
  matmul,
  maxPool2d,
  ones,
  optimizers,
  random,
  relu,
  scan,
  sequential,
  setThreads,
  sigmoid,
  sin,
  tanh,
  variable,
  zeros,
} from "nabla";

const points = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
};

/** The weights and losses of a fit, one after the other. */
async function fitted(model, data, options) {
  const history = await model.fit(data, options);
  const weights = Object.values(await model.getWeights()).map(({ data }) => data);
  return [...weights, Float64Array.from(history.epochs.map(({ loss }) => loss))];
}

export const programs = {
  async "xor network"() {
    const model = sequential(
      [layers.input([2]), layers.dense(8, { activation: "tanh" }), layers.dense(1, { activation: "sigmoid" })],
      { seed: 1 },
    );
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5, momentum: 0.9 }), loss: "binaryCrossentropy" });
    const numbers = await fitted(model, Dataset.from(points), { epochs: 500, batchSize: 4, seed: 1 });
    return [...numbers, await (await model.predict(points.inputs)).data()];
  },

  async "dropout, Adam and softmax cross-entropy"() {
    const [count, features, classes] = [500, 20, 5];
    const inputs = random.normal(random.key(3), [count, features]);
    const targets = inputs.at("...", [0, classes]).argmax(1);
    const data = Dataset.from({
      inputs: { data: await inputs.data(), shape: inputs.shape },
      targets: { data: Int32Array.from(await targets.data()), shape: [count] },
    });
    const model = sequential(
      [
        layers.dense(48, { activation: "gelu" }),
        layers.dropout(0.25),
        layers.dense(32, { activation: "softplus" }),
        layers.dropout(0.1),
        layers.dense(classes),
      ],
      { seed: 2 },
    );
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

  async "a convolutional network's steps"() {
    const { step, parameters } = convolution();
    await step.repeat(6);
    return Promise.all(parameters.map((p) => p.data()));
  },

  async "a recurrent network's steps"() {
    const xs = random.normal(random.key(41), [20, 24, 40]);
    const w = variable(random.normal(random.key(42), [40 + 96, 96], { std: 0.1 }));
    const step = compile(() => {
      const [, hs] = scan(
        (h, x) => {
          const next = sigmoid(matmul(x, w.value.at([0, 40])).add(matmul(h, w.value.at([40, 136])))).sub(0.5);
          return [next, next];
        },
        zeros([24, 96]),
        xs,
      );
      const loss = hs.square().mean();
      w.assign(w.value.sub(gradients(loss, [w])[0].mul(0.1)));
      return loss;
    });
    await step.repeat(5);
    return [await w.data()];
  },
};

/** A step of training on images, large enough for several threads. */
function convolution() {
  const images = random.uniform(random.key(31), [32, 20, 20, 3]);
  const parameters = [
    [3, 3, 3, 16],
    [3, 3, 16, 24],
    [9 * 24, 5],
  ].map((shape, i) => variable(random.normal(random.key(32 + i), shape, { std: 0.1 })));
  const step = compile(() => {
    const [first, second, dense] = parameters.map((p) => p.value);
    const features = maxPool2d(
      relu(conv2d(maxPool2d(relu(conv2d(images, first)), 2), second, { padding: "same" })),
      3,
      { strides: 3 },
    );
    const loss = logSoftmax(matmul(features.reshape([32, 9 * 24]), dense))
      .at([], 2)
      .mean()
      .mul(-1);
    gradients(loss, parameters).forEach((g, i) => parameters[i].assign(parameters[i].value.sub(g.mul(0.05))));
    return loss;
  });
  return { step, parameters };
}

/** The duration of a job, and the longest time for which it blocked the thread, both in ms. */
async function heldBy(job) {
  const channel = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  let going = true;
  const over = new Promise((resolve) => {
    channel.port1.onmessage = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (going) channel.port2.postMessage(null);
      else resolve();
    };
  });
  channel.port2.postMessage(null);
  const start = performance.now();
  await job();
  const total = performance.now() - start;
  going = false;
  await over;
  return { total, longest };
}

/** The longest time for which jobs block the calling thread. They have been compiled before. */
export async function runHolds() {
  const { step } = convolution();
  const tiny = variable(ones([4]));
  const grow = compile(() => tiny.assign(tiny.value.mul(1.0001).sub(0.0001)));
  const a = random.normal(random.key(1), [1024, 1024]);
  const product = compile((x) => matmul(x, x).sum());
  const jobs = {
    "a long loop of tiny steps": () => grow.repeat(3_000_000),
    "many short calls": async () => {
      for (let i = 0; i < 100_000; i++) await grow();
    },
    convolutions: () => step.repeat(60),
    "products of 1024 × 1024": () => product.repeat(6, a),
  };
  const held = {};
  for (const [name, job] of Object.entries(jobs)) {
    await job();
    held[name] = await heldBy(job);
  }
  return held;
}

function base64(arrays) {
  const bytes = arrays.flatMap((array) => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]);
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Runs every program on this many threads (default: all); the bytes of its numbers in base64, and what this
 * engine can do.
 */
export async function runAll(threads) {
  const numbers = {};
  if (threads !== undefined) setThreads(threads);
  for (const [name, program] of Object.entries(programs)) numbers[name] = base64(await program());
  const { engineFeatures } = await import(
    new URL("../src/backends/wasm/run/device.js", import.meta.resolve("nabla")).href
  );
  const xorOutputs = [...(await programs["xor network"]()).at(-1)];
  return { numbers, xorOutputs, features: engineFeatures(), isolated: globalThis.crossOriginIsolated === true };
}
