// Random models: what is saved, loaded and trained on has the same bits. NABLA_MODELS=100:2000 checks other seeds.
import { afterEach, describe, expect, test } from "vitest";
import { interpret } from "../src/backends/reference/interpret.ts";
import { closeGraph } from "../src/graph/graph.ts";
import {
  Layer,
  layers,
  loadModel,
  type Model,
  registerLayer,
  sequential,
  setThreads,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { layerClasses } from "../src/nn/register.ts";
import { layerFromJson, layerToJson } from "../src/nn/tree/registry.ts";
import { isTensor, leavesOf, mapTree } from "../src/nn/tree/tree.ts";
import type { Variable } from "../src/variable.ts";
import { type RandomModel, randomModel } from "./random-models.ts";

/** Layers of integers and words, through which no gradient goes: layers-preprocessing.test.ts saves and loads them. */
const notDrawn = "CategoryEncoding, Discretization, Hashing, IntegerLookup, StringLookup, TextVectorization".split(
  ", ",
);

const [from = 0, to = 60] = (process.env["NABLA_MODELS"] ?? "0:60").split(":").map(Number);
const seeds = Array.from({ length: to - from }, (_, i) => from + i);

const isData = (v: unknown): v is { data: Float32Array; shape: number[] } =>
  typeof v === "object" && v !== null && "data" in v;
const asTensors = (x: any): any => mapTree(x, isData, ({ data, shape }) => tensor(data, { shape }));
const bits = (data: ArrayLike<number>): number[] => [...new Int32Array(Float32Array.from(data).buffer)];
const outputs = async (model: Model, { x }: RandomModel): Promise<number[][]> =>
  Promise.all(leavesOf(await model.predict(x), isTensor).map(async (y) => bits((await y.data()) as Float32Array)));
const weightBits = async (model: Model): Promise<object> =>
  Object.fromEntries(Object.entries(await model.getWeights()).map(([name, { data }]) => [name, bits(data as never)]));

const json = (model: Model): unknown => JSON.parse(JSON.stringify(layerToJson(model, model.name)));

const step = async (model: Model, { x, y, fit }: RandomModel, options: object = {}) => {
  const { epochs } = await model.fit(x, y, { ...fit, verbose: 0, ...options });
  return epochs.map(({ seconds: _, ...record }) => record);
};

async function check(seed: number): Promise<void> {
  const made = randomModel(seed);
  const { model } = made;
  await step(model, made);
  const bytes = await model.toBytes();
  const loaded = await loadModel(bytes);
  expect(loaded.constructor).toBe(model.constructor);
  expect(json(loaded)).toEqual(json(model));
  expect(await weightBits(loaded)).toEqual(await weightBits(model));
  expect(await outputs(loaded, made)).toEqual(await outputs(model, made));
  expect(Buffer.from(await loaded.toBytes()).equals(Buffer.from(bytes))).toBe(true);

  // Training goes on as if the model had never been saved.
  expect(await step(loaded, made)).toEqual(await step(model, made));
  expect(await weightBits(loaded)).toEqual(await weightBits(model));
  await checkReference(made);

  // The same model made again, on one thread, has the same bits.
  if (seed % 3 > 0) return;
  await setThreads(1);
  const again = randomModel(seed);
  await step(again.model, again);
  const other = await loadModel(bytes);
  expect(await weightBits(again.model)).toEqual(await weightBits(other));
}

/** The outputs outside training are those that the specification computes in float64. */
async function checkReference({ model, x }: RandomModel): Promise<void> {
  const ys = leavesOf(model.apply(asTensors(x)), isTensor) as Tensor[];
  const graph = closeGraph(
    ys.map(({ node }) => node),
    [],
  );
  const variables = new Map(
    await Promise.all(
      graph.variables.map(async (v) => [v, Float64Array.from((await (v as Variable).data()) as Float32Array)] as const),
    ),
  );
  const inputs = graph.inputs.map((node) => Float64Array.from(node.value as Float32Array));
  const exact = interpret(graph, inputs, variables).outputs;
  for (const [i, y] of ys.entries()) {
    const got = (await y.data()) as Float32Array;
    got.forEach((value, j) => {
      const wanted = exact[i]![j]!;
      expect(Math.abs(value - wanted), `output ${i}[${j}]: ${value} for ${wanted}`).toBeLessThan(
        1e-3 * (1 + Math.abs(wanted)),
      );
    });
  }
}

describe("random models", () => {
  afterEach(() => setThreads(2));
  test.each(seeds)("seed %i", check);
  test("every layer class is drawn", () => {
    const drawn = new Set<string>();
    for (let seed = 0; seed < 800; seed++) for (const name of randomModel(seed).classes) drawn.add(name);
    expect(Object.keys(layerClasses).filter((name) => !drawn.has(name))).toEqual(notDrawn);
  });
});

describe("what random models have found", () => {
  test("a model in a field keeps the field's name, not that of its kind, when it is saved and loaded", async () => {
    class Holder extends Layer<Tensor, Tensor> {
      override readonly className = "RandomHolder";
      readonly encoder: Layer;
      constructor({ encoder, ...options }: { encoder: Layer; name?: string }) {
        super("holder", options);
        this.encoder = encoder;
      }
      call(x: Tensor): Tensor {
        return this.encoder.apply(x) as Tensor;
      }
      override config() {
        return { encoder: layerToJson(this.encoder) };
      }
    }
    registerLayer("RandomHolder", ({ encoder, ...o }) => new Holder({ encoder: layerFromJson(encoder), ...o }));
    const encoder = sequential([layers.dense(2)]);
    const model = sequential([new Holder({ encoder })], { inputShape: [3] });
    const names = Object.keys(await model.getWeights());
    expect(names).toEqual(["random_holder_1/encoder/dense_1/kernel", "random_holder_1/encoder/dense_1/bias"]);
    expect(Object.keys(await (await loadModel(await model.toBytes())).getWeights())).toEqual(names);
  });
  test("rotary attention takes keys of another length than the queries, counted from their beginning", async () => {
    const attention = layers.multiHeadAttention(2, 4, { rotaryWavelength: 50 });
    const sequence = tensor(
      Float32Array.from({ length: 20 }, (_, i) => Math.sin(i)),
      { shape: [1, 5, 4] },
    );
    const rows = (y: unknown, to: number) => (y as Tensor).at([], [0, to]).data();
    // A query attends to a key by their distance: the first three queries give what they give among all five.
    const whole = await rows(attention.apply([sequence, sequence]), 3);
    const part = await rows(attention.apply([sequence.at([], [0, 3]), sequence]), 3);
    part.forEach((v, i) => expect(v).toBeCloseTo(whole[i] as number, 5));
  });
  test("adafactor takes gradients that are 0 in a row and in a column", async () => {
    const model = sequential([layers.dense(2)], { inputShape: [2], seed: 1 });
    model.compile({ optimizer: "adafactor", loss: (_, p) => p.at([], [0, 1]).square().mean(-1) });
    await model.fit([[1, 0]], [[1, 0]], { epochs: 3 });
    const { data } = (await model.getWeights())["dense_1/kernel"]!;
    expect([...data].every(Number.isFinite)).toBe(true);
  });
});
