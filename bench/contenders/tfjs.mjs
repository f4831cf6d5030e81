// TensorFlow.js on its wasm backend (SIMD, one thread) or its cpu backend (plain JavaScript): `tfjs.mjs wasm|cpu`.
//
// Plain `matMul` and `add`, because the fused form that its layers use trains more slowly. On wasm most of a step goes
// into the weight gradient: a product with `transposeA` leaves XNNPACK for a naive loop, fifty times slower on
// mlp-wide. A hand-written gradient would avoid it, but what is timed here is the library's own.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { installedVersion, serve } from "./serve.mjs";

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
  crossEntropy: (logits, y) => tf.losses.softmaxCrossEntropy(tf.oneHot(y, logits.shape[1]), logits),
};

function predict(parameters, x, activation) {
  for (let i = 0; i < parameters.length; i += 2) {
    x = x.matMul(parameters[i]).add(parameters[i + 1]);
    if (i + 2 < parameters.length) x = activation(x);
  }
  return x;
}

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

  prepare: (workload, data) => {
    const activation = { tanh: tf.tanh, relu: tf.relu }[workload.hidden];
    const dtype = workload.loss === "crossEntropy" ? "int32" : "float32";
    const initial = data.parameters.map(({ values, shape }) => tf.tensor(values, shape));
    const variables = initial.map((tensor) => tf.variable(tensor));
    const xs = data.x.map(({ values, shape }) => tf.tensor(values, shape));
    const ys = data.y.map(({ values, shape }) => tf.tensor(values, shape, "float32").cast(dtype));
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
          const lossOf = () => losses[workload.loss](predict(variables, xs[batch], activation), ys[batch]);
          loss?.dispose();
          loss = optimizer.minimize(lossOf, true, variables);
        }
        const [value] = await loss.data();
        loss.dispose();
        return value;
      },
    };
  },
});
