// jax-js on its wasm device: the whole training step (loss, gradient, update) is one jitted function. Networks of
// jax-js-models.mjs. A use consumes its argument, `.ref` keeps it for one more use. Its optimizers (`@jax-js/optax`)
// are not on npm, so that Adam stands here, with the running powers of its betas as state.
import "./newer-engine.mjs";
import { arranged, models } from "./jax-js-models.mjs";
import { installedVersion, serve } from "./serve.mjs";

const {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy: np,
  random,
  tree,
  valueAndGrad,
} = await import("@jax-js/jax");

/** The gradient step of one parameter tree, as `[parameters, state]`; scalars of the recipe become constants. */
const optimizers = {
  sgd: {
    state: () => [],
    update: ({ learningRate }, parameters, gradients, state) => [
      parameters.map((p, i) => p.sub(gradients[i].mul(learningRate))),
      state,
    ],
  },
  adam: {
    state: (parameters) => {
      const zeros = () => parameters.map((p) => np.zeros(p.shape));
      return { m: zeros(), v: zeros(), beta1Power: np.array(1), beta2Power: np.array(1) };
    },
    update: ({ learningRate, beta1, beta2, epsilon }, parameters, gradients, state) => {
      const beta1Power = state.beta1Power.mul(beta1);
      const beta2Power = state.beta2Power.mul(beta2);
      const rate = np.array(learningRate).div(np.array(1).sub(beta1Power.ref));
      const scale = np.sqrt(np.array(1).sub(beta2Power.ref));
      const m = state.m.map((m, i) => m.mul(beta1).add(gradients[i].ref.mul(1 - beta1)));
      const v = state.v.map((v, i) => v.mul(beta2).add(np.square(gradients[i]).mul(1 - beta2)));
      const updated = parameters.map((p, i) =>
        p.sub(rate.ref.mul(m[i].ref).div(np.sqrt(v[i].ref).div(scale.ref).add(epsilon))),
      );
      rate.dispose();
      scale.dispose();
      return [updated, { m, v, beta1Power, beta2Power }];
    },
  },
};

const losses = {
  meanSquaredError: (output, y) => np.square(nn.sigmoid(output).sub(y)).mean(),
  crossEntropy: (logits, y) => {
    const size = y.shape.reduce((product, n) => product * n, 1);
    return nn
      .logSoftmax(logits)
      .mul(nn.oneHot(y, logits.shape.at(-1)))
      .sum()
      .mul(-1 / size);
  },
};

serve({
  hello: async () => {
    await init("wasm");
    defaultDevice("wasm");
    return { version: installedVersion("@jax-js/jax"), threads: 1 }; // its threads need the browser's global Worker
  },

  prepare: (workload, data) => (workload.family === "product" ? makeProduct(data) : makeTrainer(workload, data)),
});

const isRandom = ({ layers }) => Array.isArray(layers) && layers.some(({ kind }) => kind === "dropout");

/** @returns {import("./serve.mjs").Trainer} */
function makeTrainer(workload, data) {
  const model = models[workload.family];
  const optimizer = optimizers[workload.optimizer.name];
  const lossOf = (parameters, x, y, ...key) => losses[workload.loss](model(workload, parameters, x, ...key), y);
  const step = jit((parameters, state, x, y, ...key) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y, ...key);
    return [loss, ...optimizer.update(workload.optimizer, parameters, gradients, state)];
  });
  const images = workload.family === "sequential" && workload.input.length === 3;
  const toArray = ({ values, shape }) =>
    np.array(values, { shape, dtype: values instanceof Int32Array ? np.int32 : np.float32 });
  const xs = data.x.map((x) => (images ? toArray(x).transpose([0, 3, 1, 2]) : toArray(x)));
  const ys = data.y.map(toArray);
  const keys = isRandom(workload) ? xs.map((_, i) => random.key(i)) : [];
  let parameters = null;
  let state = null;

  return {
    reset: async () => {
      tree.dispose(parameters);
      tree.dispose(state);
      parameters = arranged(workload, data.parameters);
      state = optimizer.state(parameters);
      await blockUntilReady([parameters, state, xs, ys, keys]);
    },
    train: async (steps) => {
      let value = NaN;
      for (let i = 0; i < steps; i++) {
        const batch = i % xs.length;
        let loss = null;
        [loss, parameters, state] = step(
          parameters,
          state,
          xs[batch].ref,
          ys[batch].ref,
          ...keys.slice(batch, batch + 1).map(({ ref }) => ref),
        );
        // A step runs when its loss is read. Later steps would scan all that have not run yet.
        value = loss.dataSync()[0];
      }
      return value;
    },
  };
}

/** One matrix product, repeated. The check value is the mean of its elements. */
function makeProduct({ parameters }) {
  const [a, b] = parameters.map(({ values, shape }) => np.array(values, { shape }));
  const multiply = jit((a, b) => np.matmul(a, b));
  return {
    reset: () => blockUntilReady([a, b]),
    train: async (steps) => {
      let product = multiply(a.ref, b.ref);
      for (let i = 1; i < steps; i++) {
        await product.blockUntilReady();
        product.dispose();
        product = multiply(a.ref, b.ref);
      }
      return np.mean(product).dataSync()[0];
    },
  };
}
