// Nabla, as built by `npm run build`: the whole training step, with the choice of the batch, is one compiled program.
import { existsSync, readFileSync } from "node:fs";
import { serve } from "./serve.mjs";

const root = new URL("../../", import.meta.url);

/** Each makes the assignments of one update of the flat vector of all parameters; `t` counts the steps from 1. */
const optimizers = {
  sgd: ({ learningRate }, parameters, gradient) => {
    parameters.assign(parameters.value.sub(gradient.mul(learningRate)));
  },
  adam: ({ learningRate, beta1, beta2, epsilon }, parameters, gradient, slots, t, { full }) => {
    const correction = (beta) => full([], 1).sub(full([], beta).pow(t));
    const rate = full([], learningRate).div(correction(beta1));
    const scale = correction(beta2).sqrt();
    const m = slots.m.value.mul(beta1).add(gradient.mul(1 - beta1));
    const v = slots.v.value.mul(beta2).add(gradient.square().mul(1 - beta2));
    slots.m.assign(m);
    slots.v.assign(v);
    parameters.assign(parameters.value.sub(m.mul(rate).div(v.sqrt().div(scale).add(epsilon))));
  },
};

const losses = {
  meanSquaredError: (output, y, { full }) => full([], 1).div(output.neg().exp().add(1)).sub(y).square().mean(),
  crossEntropy: (logits, y, { oneHot }) => {
    const shifted = logits.sub(logits.max(-1, { keepDims: true }).stopGradient());
    const logProbabilities = shifted.sub(shifted.exp().sum(-1, { keepDims: true }).log());
    return oneHot(y, logits.shape[1]).mul(logProbabilities).sum().mul(-1 / y.shape[0]);
  },
};

/** Weights and biases are views of the flat vector, layer by layer. */
function predict(parameters, shapes, x, activation) {
  let start = 0;
  const next = (shape) => {
    const end = start + shape.reduce((n, m) => n * m, 1);
    const view = parameters.value.at([start, end]).reshape(shape);
    start = end;
    return view;
  };
  for (let i = 0; i < shapes.length; i += 2) {
    x = x.matmul(next(shapes[i])).add(next(shapes[i + 1]));
    if (i + 2 < shapes.length) x = activation(x);
  }
  return x;
}

let nabla;

serve({
  hello: async () => {
    const built = new URL("dist/src/index.js", root);
    if (!existsSync(built)) throw new Error("it is not built yet: npm run build");
    nabla = await import(built.href);
    return { version: JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version, threads: 1 };
  },

  prepare: (workload, data) => {
    const { compile, concatenate, gradients, relu, stack, tensor, variable, zeros } = nabla;
    const activation = { tanh: (x) => x.tanh(), relu }[workload.hidden];
    const shapes = data.parameters.map(({ shape }) => shape);
    const initial = concatenate(data.parameters.map(({ values }) => tensor(values)));
    const parameters = variable(initial);
    const slots = { m: variable(zeros(initial.shape)), v: variable(zeros(initial.shape)) };
    const counter = variable(tensor(0, { dtype: "int32" }));
    const resident = (batches) => variable(stack(batches.map(({ values, shape }) => tensor(values, { shape }))));
    const [xs, ys] = [resident(data.x), resident(data.y)];

    const step = compile(() => {
      const batch = counter.value.mod(data.x.length);
      const loss = losses[workload.loss](predict(parameters, shapes, xs.value.take(batch), activation), ys.value.take(batch), nabla);
      const t = counter.value.add(1).cast("float32");
      const [gradient] = gradients(loss, [parameters]);
      optimizers[workload.optimizer.name](workload.optimizer, parameters, gradient, slots, t, nabla);
      counter.assign(counter.value.add(1));
      return loss;
    });

    return {
      reset: async () => {
        parameters.assign(initial);
        for (const slot of [slots.m, slots.v]) slot.assign(zeros(slot.shape));
        counter.assign(0);
        for (const v of [parameters, slots.m, slots.v, counter]) await v.data();
      },
      train: async (steps) => (await step.repeat(steps)).item(),
    };
  },
});
