// Training Nabla's models in layers: the compiled step of a model as `fit` runs it.
import { families } from "./nabla-layer-models.mjs";

/** The bytes of data up to which batches are repeated, so that a call has many steps. */
const mostBytes = 2 ** 24;

/**
 * Steps are taken as `fit` takes them, in order and many in a call. Takes the library as an argument, and two functions
 * that are none of its exports, so that tests can give it the sources.
 *
 * @param {typeof import("../../src/index.ts")} nabla
 * @param {Pick<typeof import("../../src/train/examples.ts"), "toExamples"> &
 *   Pick<typeof import("../../src/train/trainers.ts"), "trainersOf">} train
 * @param {any} workload
 * @param {import("../workloads.mjs").TrainingData} data
 * @returns {Promise<import("./serve.mjs").Trainer>}
 */
export async function makeTrainer(nabla, { toExamples, trainersOf }, workload, data) {
  const family = families[workload.family];
  if (!family) throw new Error("this family has no model in layers here");
  const { Dataset, optimizers, tensor } = nabla;
  const model = family.model(nabla, workload);
  const { name, ...options } = workload.optimizer;
  model.compile({
    optimizer: optimizers[name](options),
    loss: workload.loss === "meanSquaredError" ? "meanSquaredError" : "sparseCategoricalCrossentropy",
  });
  model.build();
  const names = model.weights().named.map(({ path }) => path);
  const given = data.parameters.map(({ values, shape }) => tensor(values, { shape }));
  const weights = family.weights(workload, given);
  const initial = Object.fromEntries(names.map((path, i) => [path, weights[i]]));

  const [batch, ...example] = data.x[0].shape;
  const bytes = data.x.reduce((sum, { values }) => sum + values.byteLength, 0);
  const times = Math.max(1, Math.min(1000, Math.floor(mostBytes / bytes)));
  const column = (parts, shape) => {
    const once = parts.map(({ values }) => values);
    const all = new once[0].constructor(times * once.reduce((n, { length }) => n + length, 0));
    let at = 0;
    for (let i = 0; i < times; i++)
      for (const values of once) {
        all.set(values, at);
        at += values.length;
      }
    return { data: all, shape: [times * parts.length * batch, ...shape] };
  };
  const targets = data.y[0].shape.slice(1);
  const dataset = Dataset.from({ inputs: column(data.x, example), targets: column(data.y, targets) });
  const examples = await toExamples("bench", dataset, { inputs: null, targets: null });
  const { trainer } = trainersOf(model, await model.loadTraining()).resident("bench", examples);
  const order = Int32Array.from({ length: dataset.size }, (_, i) => i);
  const begin = () => trainer.source.begin(order, 0, dataset.size);
  const take = async (steps) => {
    let figures = {};
    for (let left = steps; left > 0; ) {
      const ready = await trainer.source.next(batch, left);
      if (!ready) {
        begin();
        continue;
      }
      figures = await trainer.run("train", ready);
      left -= ready.steps;
    }
    return figures;
  };

  return {
    reset: async () => {
      model.setWeights(initial);
      const { optimizer } = model.training;
      for (const variable of optimizer.variables) variable.assign(nabla.zeros(variable.shape, variable.dtype));
      trainer.startRun(1);
      begin();
      await model.getWeights();
      for (const variable of optimizer.variables) await variable.data();
    },
    train: async (steps) => {
      if (steps > 1) await take(steps - 1);
      // The figure is a mean; that of the last step alone is compared.
      trainer.reset("train");
      return (await take(1)).loss;
    },
  };
}
