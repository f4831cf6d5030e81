// jax-js on its wasm device: the whole training step (loss, gradient, update) is one jitted function.
// jax-js counts references by hand: a use consumes its argument, `.ref` keeps it for one more use. Its optimizers
// (`@jax-js/optax`) are not on npm, so that Adam stands here, with the running powers of its betas as state.
globalThis.navigator ??= {}; // jax-js looks for WebGPU there; Node 20 has none
const { defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import("@jax-js/jax");
import { installedVersion, serve } from "./serve.mjs";

/** The gradient step of one parameter tree, as `[parameters, state]`; scalars of the recipe become constants. */
const optimizers = {
  sgd: {
    state: () => [],
    update: ({ learningRate }, parameters, gradients, state) =>
      [parameters.map((p, i) => p.sub(gradients[i].mul(learningRate))), state],
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
        p.sub(rate.ref.mul(m[i].ref).div(np.sqrt(v[i].ref).div(scale.ref).add(epsilon))));
      rate.dispose();
      scale.dispose();
      return [updated, { m, v, beta1Power, beta2Power }];
    },
  },
};

const losses = {
  meanSquaredError: (output, y) => np.square(nn.sigmoid(output).sub(y)).mean(),
  crossEntropy: (logits, y) => {
    const [batch, classes] = logits.shape;
    return nn.logSoftmax(logits).mul(nn.oneHot(y, classes)).sum().mul(-1 / batch);
  },
};

/** A kernel as `[out, in]`: jax-js is a tenth faster on mlp when it multiplies by the transpose. */
function transposed({ values, shape: [rows, columns] }) {
  const flipped = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
  return np.array(flipped, { shape: [columns, rows] });
}

function predict(parameters, x, activation) {
  for (let i = 0; i < parameters.length; i += 2) {
    x = np.dot(x, parameters[i].transpose()).add(parameters[i + 1]);
    if (i + 2 < parameters.length) x = activation(x);
  }
  return x;
}

serve({
  hello: async () => {
    await init("wasm");
    defaultDevice("wasm");
    return { version: installedVersion("@jax-js/jax"), threads: 1 }; // its threads need the browser's global Worker
  },

  prepare: (workload, data) => {
    const activation = { tanh: np.tanh, relu: nn.relu }[workload.hidden];
    const optimizer = optimizers[workload.optimizer.name];
    const lossOf = (parameters, x, y) => losses[workload.loss](predict(parameters, x, activation), y);
    const step = jit((parameters, state, x, y) => {
      const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y);
      return [loss, ...optimizer.update(workload.optimizer, parameters, gradients, state)];
    });
    const dtype = workload.loss === "crossEntropy" ? np.int32 : np.float32;
    const xs = data.x.map(({ values, shape }) => np.array(values, { shape }));
    const ys = data.y.map(({ values, shape }) => np.array(values, { shape }).astype(dtype));
    let parameters = null;
    let state = null;

    return {
      reset: async () => {
        tree.dispose(parameters);
        tree.dispose(state);
        parameters = data.parameters.map((p) => (p.shape.length === 2 ? transposed(p) : np.array(p.values)));
        state = optimizer.state(parameters);
        for (const array of tree.leaves([parameters, state, xs, ys])) await array.blockUntilReady();
      },
      train: async (steps) => {
        let value = NaN;
        for (let i = 0; i < steps; i++) {
          const batch = i % xs.length;
          let loss = null;
          [loss, parameters, state] = step(parameters, state, xs[batch].ref, ys[batch].ref);
          // Reading the loss is what makes a step run. Left waiting, steps are rescanned by every later one.
          value = loss.dataSync()[0];
        }
        return value;
      },
    };
  },
});
