// Nabla's models in layers, as `fit` trains them: the compiled step of a model, beside the hand-written one of
// nabla.mjs. Steps are taken as `fit` takes them, in order and many in a call.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.mjs";

const root = new URL("../../", import.meta.url);
const built = (/** @type {string} */ file) => import(new URL(`dist/src/${file}`, root).href);

/** The layers of a workload, by kind. */
const makers = {
  dense: ({ units }, { layers }) => layers.dense(units),
  conv: ({ filters, size, padding }, { layers }) => layers.conv2d(filters, size, { padding }),
  maxPool: ({ size }, { layers }) => layers.maxPooling2d({ poolSize: size }),
  relu: (_, { layers }) => layers.relu(),
  tanh: (_, { layers }) => layers.activation("tanh"),
  flatten: (_, { layers }) => layers.flatten(),
  dropout: ({ rate }, { layers }) => layers.dropout(rate),
};

const families = {
  sequential: ({ input, layers }, nabla) => [
    nabla.layers.input(input),
    ...layers.map((layer) => makers[layer.kind](layer, nabla)),
  ],
};

/** The bytes of data up to which batches are repeated, so that a call has many steps. */
const mostBytes = 2 ** 24;

async function makeTrainer(nabla, workload, data) {
  const family = families[workload.family];
  if (!family) throw new Error("this family has no model in layers here");
  const { Dataset, optimizers, sequential, tensor } = nabla;
  const own = workload.loss === "meanSquaredError" ? [nabla.layers.activation("sigmoid")] : [];
  const model = sequential([...family(workload, nabla), ...own], { seed: 1 });
  const { name, ...options } = workload.optimizer;
  model.compile({
    optimizer: optimizers[name](options),
    loss: workload.loss === "meanSquaredError" ? "meanSquaredError" : "sparseCategoricalCrossentropy",
  });
  model.build();
  const names = model.weights().named.map(({ path }) => path);
  const initial = Object.fromEntries(
    names.map((path, i) => [path, tensor(data.parameters[i].values, { shape: data.parameters[i].shape })]),
  );

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
  const [{ toExamples }, { trainersOf }] = await Promise.all([built("train/examples.js"), built("train/trainers.js")]);
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

let nabla;

serve({
  hello: async () => {
    if (!existsSync(new URL("dist/src/index.js", root))) throw new Error("it is not built yet: npm run build");
    nabla = await built("index.js");
    const command = fileURLToPath(new URL("bin/nabla.js", root));
    const doctor = execFileSync(process.execPath, [...process.execArgv, command, "doctor", "--json"], {
      encoding: "utf8",
    });
    const { threads } = JSON.parse(doctor).backend;
    return { version: JSON.parse(readFileSync(new URL("package.json", root), "utf8")).version, threads };
  },
  prepare: (workload, data) => makeTrainer(nabla, workload, data),
});
