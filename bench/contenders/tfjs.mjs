// TensorFlow.js on its wasm backend (SIMD, one thread) or its cpu backend (plain JavaScript): `tfjs.mjs wasm|cpu`.
// Networks of tfjs-models.mjs.
//
// On wasm most of a step goes into the weight gradient: a product with `transposeA` leaves XNNPACK for a naive loop,
// fifty times slower on mlp-wide. A hand-written gradient would avoid it, but what is timed here is the library's own.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { installedVersion, serve } from "./serve.mjs";
import { models } from "./tfjs-models.mjs";

const backend = process.argv[2];
const require = createRequire(import.meta.url); // its ES modules do not load in Node
console.warn = () => {}; // the advice to install tfjs-node
const tf = require("@tensorflow/tfjs");

const optimizers = {
  sgd: ({ learningRate }) => tf.train.sgd(learningRate),
  adam: ({ learningRate, beta1, beta2, epsilon }) => tf.train.adam(learningRate, beta1, beta2, epsilon),
};

const losses = {
  meanSquaredError: (output, y) => tf.sigmoid(output).sub(y).square().mean(),
  crossEntropy: (logits, y) => {
    const classes = logits.shape.at(-1);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y.flatten(), classes), logits.reshape([-1, classes]));
  },
};

serve({
  hello: async () => {
    if (backend === "wasm") {
      const wasm = require("@tensorflow/tfjs-backend-wasm");
      wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
      wasm.setThreadsCount(1);
    }
    if (!(await tf.setBackend(backend))) throw new Error(`tfjs could not start its ${backend} backend`);
    return { version: installedVersion("@tensorflow/tfjs"), threads: 1 };
  },

  prepare: (workload, data) => (workload.family === "product" ? makeProduct(data) : makeTrainer(workload, data)),
});

/** One matrix product, repeated. The check value is the mean of its elements. */
function makeProduct({ parameters }) {
  const [a, b] = parameters.map(({ values, shape }) => tf.tensor(values, shape));
  return {
    reset() {},
    train: async (steps) => {
      let product = a.matMul(b);
      for (let i = 1; i < steps; i++) {
        product.dispose();
        product = a.matMul(b);
      }
      const [mean] = await tf.tidy(() => product.mean()).data();
      product.dispose();
      return mean;
    },
  };
}

/** @returns {import("./serve.mjs").Trainer} */
function makeTrainer(workload, data) {
  const initial = data.parameters.map(({ values, shape }) => tf.tensor(values, shape));
  const variables = initial.map((tensor) => tf.variable(tensor));
  const toTensor = ({ values, shape }) => tf.tensor(values, shape, values instanceof Int32Array ? "int32" : "float32");
  const xs = data.x.map(toTensor);
  const ys = data.y.map(toTensor);
  const model = models[workload.family];
  let optimizer = optimizers[workload.optimizer.name](workload.optimizer);

  return {
    reset: () => {
      variables.forEach((variable, i) => variable.assign(initial[i].clone()));
      optimizer.dispose();
      optimizer = optimizers[workload.optimizer.name](workload.optimizer);
    },
    train: async (steps) => {
      let loss = null;
      for (let i = 0; i < steps; i++) {
        const batch = i % xs.length;
        const lossOf = () => losses[workload.loss](model(tf, workload, variables, xs[batch]), ys[batch]);
        loss?.dispose();
        loss = optimizer.minimize(lossOf, true, variables);
      }
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
  };
}
