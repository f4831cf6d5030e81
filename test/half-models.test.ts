// Weights and data that rest in 16 bits: files, memory, predictions, and what is refused.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeHalf, encodeHalf } from "../src/half.ts";
import {
  compile,
  Dataset,
  layers,
  loadModel,
  loadTensors,
  type Model,
  saveTensors,
  sequential,
  type Tensor,
  tensor,
  variable,
} from "../src/index.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "nabla-half-"))));
afterAll(() => rm(folder, { recursive: true }));

const wave = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(1 + 1.7 * i ** 1.1));
const inputs = { data: wave(40 * 6), shape: [40, 6], dtype: "float32" } as const;
const targets = { data: wave(40 * 2), shape: [40, 2], dtype: "float32" } as const;

async function trained(): Promise<Model> {
  const model = sequential([layers.dense(16, { activation: "tanh" }), layers.batchNormalization(), layers.dense(2)]);
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  await model.fit(inputs, targets, { epochs: 3, batchSize: 8, verbose: 0 });
  return model;
}

const formats = ["float16", "bfloat16"] as const;

describe.each(formats)("%s", (dtype) => {
  test("a file has half the bytes; weights come back as float32, rounded once; statistics as they were", async () => {
    const model = await trained();
    const file = join(folder, `${dtype}.safetensors`);
    await model.save(file, { dtype });
    const { tensors } = decodeSafetensors(await readFile(file), file, { keepHalf: true });
    const weights = await model.getWeights();
    expect([...tensors.keys()].sort()).toEqual(Object.keys(weights).sort()); // no optimizer state
    const loaded = await (await loadModel(file)).getWeights();
    for (const [name, { data, shape }] of Object.entries(weights)) {
      const isStatistic = name.includes("moving");
      expect([name, tensors.get(name)!.dtype]).toEqual([name, isStatistic ? "float32" : dtype]);
      const expected = isStatistic ? data : decodeHalf(encodeHalf(data, dtype), dtype);
      expect([name, loaded[name]]).toEqual([name, { data: expected, shape, dtype: "float32" }]);
    }
    const again = await loadModel(file);
    await again.fit(inputs, targets, { epochs: 1, verbose: 0 });
  });

  test("a model whose weights rest in 16 bits predicts and measures what the same weights in float32 do", async () => {
    const file = join(folder, `resting-${dtype}.safetensors`);
    await (await trained()).save(file, { dtype });
    const [wide, narrow] = [await loadModel(file), await loadModel(file, { dtype })];
    expect(
      narrow
        .weights()
        .variables.map((v) => v.dtype)
        .sort(),
    ).toEqual([dtype, "float32", "float32"].sort());
    const outputs = async (model: Model) => await ((await model.predict(inputs)) as Tensor).data();
    expect(await outputs(narrow)).toEqual(await outputs(wide));
    expect(await narrow.evaluate(inputs, targets)).toEqual(await wide.evaluate(inputs, targets));
    expect(await narrow.getWeights()).toEqual(await wide.getWeights());
    expect(await narrow.toBytes({ dtype })).toEqual(await wide.toBytes({ dtype }));
    await expect(narrow.fit(inputs, targets, { verbose: 0 })).rejects.toThrow(
      `the weights rest in ${dtype}, for predict and evaluate; to train the model, load it without a dtype.`,
    );
    const values = await wide.getWeights();
    narrow.setWeights({ "dense_1/bias": Array(16).fill(0.5) });
    wide.setWeights({ "dense_1/bias": Array(16).fill(0.5) });
    expect(await outputs(narrow)).toEqual(await outputs(wide));
    await narrow.load(file);
    expect(await narrow.getWeights()).toEqual(values);
  });

  test("a file in float32 can rest in 16 bits too", async () => {
    const model = await trained();
    const narrow = await loadModel(await model.toBytes(), { dtype });
    const { "dense_2/kernel": kernel } = await model.getWeights();
    expect((await narrow.getWeights())["dense_2/kernel"]!.data).toEqual(
      decodeHalf(encodeHalf(kernel!.data, dtype), dtype),
    );
  });

  test("data rest in 16 bits, and training is that on the same numbers in float32, to the last bit", async () => {
    const run = async (of: "float32" | typeof dtype, from: Float32Array) => {
      const data = Dataset.from({ inputs: { data: from, shape: [40, 6], dtype: of }, targets });
      const model = sequential([layers.dense(4, { activation: "relu" }), layers.dense(2)], { seed: 3 });
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(data, { epochs: 2, batchSize: 16, validationSplit: 0.25, verbose: 0 });
      const outputs = await ((await model.predict(data)) as Tensor).data();
      return { bytes: data.inputs.array.data.byteLength, weights: await model.getWeights(), outputs };
    };
    const rounded = decodeHalf(encodeHalf(inputs.data, dtype), dtype);
    const [half, whole] = [await run(dtype, inputs.data), await run("float32", rounded)];
    expect([half.bytes, whole.bytes]).toEqual([480, 960]);
    expect(half.weights).toEqual(whole.weights);
    expect(half.outputs).toEqual(whole.outputs);
  });

  test("named tensors, alone and narrowed by the file; integers stay", async () => {
    const file = join(folder, `tensors-${dtype}.safetensors`);
    const w = variable([0.1, 2], { name: "w" });
    await saveTensors(file, { w, held: tensor([0.1, 2], { dtype }), n: tensor([1, 2], { dtype: "int32" }) }, { dtype });
    const { tensors } = decodeSafetensors(await readFile(file), file, { keepHalf: true });
    expect(Object.fromEntries([...tensors].map(([name, { dtype: of }]) => [name, of]))).toEqual({
      w: dtype,
      held: dtype,
      n: "int32",
    });
    const read = await loadTensors(file);
    const expected = [...decodeHalf(encodeHalf([0.1, 2], dtype), dtype)];
    expect([read["w"]!.dtype, await read["w"]!.array(), await read["held"]!.array()]).toEqual([
      "float32",
      expected,
      expected,
    ]);
  });

  test("a variable of 16 bits takes half the memory of the backend", async () => {
    const program = async (of: "float32" | typeof dtype) => {
      const kept = variable(tensor(new Float32Array(1000)).cast(of));
      await kept.data();
      return (await compile(() => kept.value.cast("float32").sum()).program()).describe();
    };
    expect((await program(dtype)).memory.variables).toBe(2000);
    expect((await program("float32")).memory.variables).toBe(4000);
  });
});

test("a weight beyond the range of float16 is not saved as infinity", async () => {
  const model = sequential([layers.dense(1)], { inputShape: [2] });
  model.setWeights({ "dense_1/kernel": [[70000], [1]] });
  await expect(model.toBytes({ dtype: "float16" })).rejects.toThrow(
    "save: dense_1/kernel: expected numbers of at most 65504 for float16, got 70000; try bfloat16.",
  );
  const { "dense_1/kernel": kernel } = await (await loadModel(await model.toBytes({ dtype: "bfloat16" }))).getWeights();
  expect([...kernel!.data]).toEqual([70144, 1]);
});

test("bad options", async () => {
  const model = sequential([layers.dense(1)], { inputShape: [2] });
  await expect(model.toBytes({ dtype: "float17" as "float16" })).rejects.toThrow(
    'save: expected dtype to be one of float32, float16, bfloat16, got "float17". Did you mean "float16"?',
  );
  await expect(loadModel(await model.toBytes(), { dType: "float16" } as object)).rejects.toThrow("unknown option");
});

test("NaN in data of 16 bits is named", async () => {
  const model = sequential([layers.dense(1)]).compile({ loss: "mse" });
  const x = { data: Float32Array.of(1, NaN), shape: [2, 1], dtype: "bfloat16" } as const;
  await expect(model.fit(x, [[1], [2]], { verbose: 0 })).rejects.toThrow("got NaN in the inputs");
});
