// Training with Nabla: the whole step, with the choice of the batch, is one compiled program. Takes the library as an
// argument, so that tests can give it the sources.
import { models } from "./nabla-models.mjs";

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
    return oneHot(y, logits.shape.at(-1))
      .mul(logProbabilities)
      .sum()
      .mul(-1 / y.size);
  },
};

/** Weights and biases as views of the flat vector. */
function views(flat, shapes) {
  let start = 0;
  return shapes.map((shape) => {
    const end = start + shape.reduce((n, m) => n * m, 1);
    const view = flat.at([start, end]).reshape(shape);
    start = end;
    return view;
  });
}

/**
 * @param {typeof import("../../src/index.ts")} nabla
 * @param {any} workload
 * @param {import("../workloads.mjs").TrainingData} data
 * @returns {import("./serve.mjs").Trainer}
 */
export function makeTrainer(nabla, workload, data) {
  const { compile, concatenate, gradients, random, stack, tensor, variable, zeros } = nabla;
  const { model, needs } = models[workload.family];
  const missing = needs(workload).filter((name) => !(name in nabla));
  if (missing.length > 0) throw new Error(`this version of Nabla has no ${missing.join(" and no ")}`);

  const shapes = data.parameters.map(({ shape }) => shape);
  const initial = concatenate(data.parameters.map(({ values }) => tensor(values)));
  const parameters = variable(initial);
  const slots = { m: variable(zeros(initial.shape)), v: variable(zeros(initial.shape)) };
  const counter = variable(tensor(0, { dtype: "int32" }));
  const seed = random.key(1);
  const resident = (batches) => variable(stack(batches.map(({ values, shape }) => tensor(values, { shape }))));
  const [xs, ys] = [resident(data.x), resident(data.y)];

  const step = compile(() => {
    const batch = counter.value.mod(data.x.length);
    const key = random.foldIn(seed, counter.value);
    const logits = model(nabla, workload, views(parameters.value, shapes), xs.value.take(batch), key);
    const loss = losses[workload.loss](logits, ys.value.take(batch), nabla);
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
}

/** One matrix product, repeated, into a variable. The check value is the mean of its elements. */
export function makeProduct({ compile, tensor, variable, zeros }, { parameters: [a, b] }) {
  const [left, right] = [a, b].map(({ values, shape }) => variable(tensor(values, { shape })));
  const product = variable(zeros([a.shape[0], b.shape[1]]));
  const step = compile(() => product.assign(left.value.matmul(right.value)));
  return {
    reset: async () => {
      product.assign(0);
      await product.data();
    },
    train: async (steps) => {
      await step.repeat(steps);
      return product.value.mean().item();
    },
  };
}
