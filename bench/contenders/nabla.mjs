// Nabla, as built by `npm run build`: the whole training step, with the choice of the batch, is one compiled program.
import { existsSync, readFileSync } from "node:fs";
import { serve } from "./serve.mjs";

const root = new URL("../../", import.meta.url);

/** Each makes the assignments of one update; `t` counts the steps from 1. */
const optimizers = {
  sgd: ({ learningRate }, variables, gradients) => {
    variables.forEach((p, i) => p.assign(p.value.sub(gradients[i].mul(learningRate))));
  },
  adam: ({ learningRate, beta1, beta2, epsilon }, variables, gradients, slots, t, { full }) => {
    const correction = (beta) => full([], 1).sub(full([], beta).pow(t));
    const rate = full([], learningRate).div(correction(beta1));
    const scale = correction(beta2).sqrt();
    variables.forEach((p, i) => {
      const m = slots.m[i].value.mul(beta1).add(gradients[i].mul(1 - beta1));
      const v = slots.v[i].value.mul(beta2).add(gradients[i].square().mul(1 - beta2));
      slots.m[i].assign(m);
      slots.v[i].assign(v);
      p.assign(p.value.sub(m.mul(rate).div(v.sqrt().div(scale).add(epsilon))));
    });
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

function predict(variables, x, activation) {
  for (let i = 0; i < variables.length; i += 2) {
    x = x.matmul(variables[i].value).add(variables[i + 1].value);
    if (i + 2 < variables.length) x = activation(x);
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
    const { compile, gradients, stack, tensor, variable, zeros } = nabla;
    const activation = { tanh: (x) => x.tanh(), relu: (x) => x.maximum(0) }[workload.hidden];
    const initial = data.parameters.map(({ values, shape }) => tensor(values, { shape }));
    const variables = initial.map((value) => variable(value));
    const slots = { m: initial.map(({ shape }) => variable(zeros(shape))), v: initial.map(({ shape }) => variable(zeros(shape))) };
    const counter = variable(tensor(0, { dtype: "int32" }));
    const resident = (batches) => variable(stack(batches.map(({ values, shape }) => tensor(values, { shape }))));
    const [xs, ys] = [resident(data.x), resident(data.y)];

    const step = compile(() => {
      const batch = counter.value.mod(data.x.length);
      const loss = losses[workload.loss](predict(variables, xs.value.take(batch), activation), ys.value.take(batch), nabla);
      const t = counter.value.add(1).cast("float32");
      optimizers[workload.optimizer.name](workload.optimizer, variables, gradients(loss, variables), slots, t, nabla);
      counter.assign(counter.value.add(1));
      return loss;
    });

    return {
      reset: async () => {
        variables.forEach((v, i) => v.assign(initial[i]));
        for (const slot of [...slots.m, ...slots.v]) slot.assign(zeros(slot.shape));
        counter.assign(0);
        for (const v of [...variables, ...slots.m, ...slots.v, counter]) await v.data();
      },
      train: async (steps) => (await step.repeat(steps)).item(),
    };
  },
});
