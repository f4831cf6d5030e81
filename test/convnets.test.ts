// Convolutional networks written in layers: what they compile to, training, files.
import { describe, expect, test } from "vitest";
import * as nabla from "../src/index.ts";
import {
  compile,
  functional,
  gradients,
  input,
  layers,
  loadModel,
  losses,
  type Model,
  random,
  type Shape,
  type SymbolicTensor,
  sequential,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from "../src/index.ts";
import { sizeOf } from "../src/shape.ts";

const load = (file: string) => import(new URL(`../bench/${file}`, import.meta.url).href);
const { models } = await load("contenders/nabla-models.mjs");
const { workloads } = await load("workloads.mjs");

/** The bench's LeNet in layers. */
const lenet = () =>
  sequential(
    [
      layers.conv2d(6, 5, { padding: "same", activation: "relu" }),
      layers.maxPooling2d(),
      layers.conv2d(16, 5, { activation: "relu" }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense(120, { activation: "relu" }),
      layers.dense(84, { activation: "relu" }),
      layers.dense(10),
    ],
    { inputShape: [28, 28, 1], seed: 5 },
  );

/** A U-Net of two levels for images of 16 × 16, with skips, batch normalisation and dropout. */
function unet() {
  const block = (x: SymbolicTensor, filters: number): SymbolicTensor => {
    const y = layers.conv2d(filters, 3, { padding: "same", useBias: false }).apply(x);
    return layers.relu().apply(layers.batchNormalization({ momentum: 0.9 }).apply(y));
  };
  const image = input([16, 16, 1]);
  const high = block(image, 4);
  const low = block(layers.maxPooling2d().apply(high), 8);
  const bottom = layers.spatialDropout2d(0.25).apply(block(layers.maxPooling2d().apply(low), 8));
  const up = (x: SymbolicTensor, skip: SymbolicTensor, filters: number): SymbolicTensor => {
    const larger = layers.conv2dTranspose(filters, 2, { strides: 2 }).apply(x);
    return block(layers.concatenate().apply([larger, skip]), filters);
  };
  const mask = layers.conv2d(1, 1, { activation: "sigmoid" }).apply(up(up(bottom, low, 8), high, 4));
  return functional({ inputs: image, outputs: mask, name: "unet", seed: 3 });
}

const images = (count: number, size: number): Tensor => random.uniform(random.key(1), [count, size, size, 1]);

/** Trains, saves and loads: the same bits, also of the training that goes on. */
async function checkResumed(model: Model, x: Tensor, y: Tensor): Promise<void> {
  const options = { batchSize: 8, seed: 4, verbose: 0 } as const;
  const { epochs } = await model.fit(x, y, { ...options, epochs: 4 });
  expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss as number);
  const loaded = await loadModel(await model.toBytes());
  expect(await loaded.getWeights()).toEqual(await model.getWeights());
  expect(await ((await loaded.predict(x)) as Tensor).data()).toEqual(await ((await model.predict(x)) as Tensor).data());
  for (const each of [model, loaded]) await each.fit(x, y, { ...options, epochs: 1 });
  expect(await loaded.getWeights()).toEqual(await model.getWeights());
}

describe("LeNet", () => {
  test("in layers compiles to the kernels of the one that is written by hand", async () => {
    const [x, y] = [images(4, 28), tensor([3, 1, 4, 1])];
    const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
    const step = (weights: Variable, logitsOf: (x: Tensor) => Tensor) =>
      compile((x: Tensor, y: Tensor) => {
        const total = loss.call(y, logitsOf(x)).mean();
        const [slope] = gradients(total, [weights]);
        weights.assign(weights.value.sub(slope!.mul(0.1)));
        return total;
      });
    const model = lenet();
    const [range] = model.weights().trainedRanges(new Set());
    const inLayers = step(range!.variable, (x) => model.apply(x, { training: true }));

    const workload = workloads.find(({ name }: { name: string }) => name === "lenet");
    const shapes = Object.values(await model.getWeights()).map(({ shape }) => shape);
    const flat = variable(tensor(await range!.variable.value.data()), { name: "parameters" });
    const views = (): Tensor[] => {
      let end = 0;
      return shapes.map((shape: Shape) => flat.value.at([end, (end += sizeOf(shape))]).reshape(shape));
    };
    const byHand = step(flat, (x) => models.sequential.model(nabla, workload, views(), x));

    const [ours, theirs] = await Promise.all(
      [inLayers, byHand].map(async (step) => (await step.program(x, y)).describe()),
    );
    // The names of layers, in comments, are all that differs.
    const bare = (kernels: readonly string[]): string[] => kernels.map((text) => text.replace(/ +#.*/g, ""));
    expect(bare(ours!.kernels)).toEqual(bare(theirs!.kernels));
    expect(ours!.plan).toBe(theirs!.plan);
    for (let i = 0; i < 3; i++) expect(await (await inLayers(x, y)).item()).toBe(await (await byHand(x, y)).item());
  });

  test("trained, saved and loaded has the same bits, and goes on with the same", async () => {
    const model = lenet();
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await checkResumed(model, images(32, 28), tensor(Array.from({ length: 32 }, (_, i) => i % 10)));
  });
});

test("a U-Net, trained, saved and loaded has the same bits, and goes on with the same", async () => {
  const model = unet();
  expect(model.outputShape).toEqual([16, 16, 1]);
  const x = images(16, 16);
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  await checkResumed(model, x, x.greater(0.5).cast("float32"));
});
