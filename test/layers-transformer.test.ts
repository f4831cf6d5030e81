// Transformer blocks: whole, against PyTorch's values and gradients; generation with a cache; a small GPT that learns.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type AttentionCache,
  compile,
  functional,
  gradients,
  input,
  type Layer,
  layers,
  loadModel,
  losses,
  random,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { weightsOf } from "../src/nn/tree/weights.ts";
import { difference } from "./compare.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];
const draw = (shape: readonly number[], seed = 1): Tensor =>
  random.uniform(random.key(seed), shape, { min: -1, max: 1 });
const agrees = async (x: Tensor, data: readonly number[]): Promise<void> =>
  expect(difference(await x.data(), [...data], "float32", { relative: 1e-4, floor: 0.01 })).toBeNull();
const close = async (x: Tensor, y: Tensor): Promise<void> => {
  expect(x.shape).toEqual(y.shape);
  await agrees(x, await numbers(y));
};

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Golden {
  readonly name: "transformerEncoder" | "transformerDecoder";
  readonly args: readonly [number, number, object];
  readonly given: number;
  readonly parameters: readonly string[];
  readonly inputs: readonly Numbers[];
  readonly mask?: number[][];
  readonly value: Numbers;
  readonly weights: Numbers;
  readonly gradients: readonly Numbers[];
}
const goldens = (
  JSON.parse(readFileSync(new URL("./goldens/transformer.json", import.meta.url), "utf8")) as { cases: Golden[] }
).cases;
const given = ({ data, shape }: Numbers): Tensor => tensor(Float32Array.from(data), { shape });

describe("PyTorch's values and gradients", () => {
  test.each(goldens.map((golden, i) => [`${i}: ${golden.name} ${JSON.stringify(golden.args[2])}`, golden] as const))(
    "%s",
    async (_, golden) => {
      const [inner, heads, options] = golden.args;
      const layer: Layer = layers[golden.name](inner, heads, options);
      const all = golden.inputs.map(given);
      const xs = all.slice(0, golden.given);
      const inputs = xs.length === 1 ? xs[0]! : xs;
      layer.apply(inputs);
      const weights = weightsOf(layer);
      const { parameters } = golden;
      weights.assign(Object.fromEntries(parameters.map((path, i) => [path, all[golden.given + i]!])));
      const [range] = weights.trainedRanges(new Set());
      const own = golden.mask && tensor(golden.mask).cast("bool");
      const mask = own ? (xs.length === 1 ? own : [null, own]) : null;
      const y = layer.apply(inputs, mask ? { mask } : {}) as Tensor;
      // PyTorch lets padded steps attend as well; what becomes of them is nobody's.
      const counts = own && xs.length === 1 ? own.cast("float32").expandDims(-1) : tensor(1);
      await agrees(y.mul(counts), await numbers(given(golden.value).mul(counts)));
      if (own && xs.length === 1) return;
      const slopes = gradients(y.mul(given(golden.weights)).sum(), [...xs, range!.variable.value]);
      for (const [i] of xs.entries()) await agrees(slopes[i]!, golden.gradients[i]!.data);
      expect(range!.segments.map(({ path }) => path).sort()).toEqual([...parameters].sort());
      // All at once: those by the biases of keys are zero, since a softmax does not see what is added to all scores.
      const wanted = range!.segments.flatMap(
        ({ path }) => golden.gradients[golden.given + parameters.indexOf(path)]!.data,
      );
      await agrees(slopes.at(-1)!, wanted);
    },
  );
});

test("padding is as if it were not there", async () => {
  const x = draw([2, 5, 4]);
  const mask = tensor([
    [1, 1, 1, 0, 0],
    [1, 1, 1, 1, 1],
  ]).cast("bool");
  for (const normalizeFirst of [true, false]) {
    const layer = layers.transformerEncoder(6, 2, { normalizeFirst });
    const model = sequential([layer, layers.transformerDecoder(6, 2, { normalizeFirst })], { inputShape: [5, 4] });
    const result = model.result(x, { mask });
    expect(await numbers(result.mask as Tensor)).toEqual(await numbers(mask));
    const y = result.output as Tensor;
    for (const [i, n] of [3, 5].entries()) {
      let short: Tensor = x.at([i, i + 1], [0, n]);
      for (const each of model.layers) short = each.apply(short) as Tensor;
      await close(y.at([i, i + 1], [0, n]), short);
    }
  }
});

/** A language model, and the same layers as one step of generation: tokens, their position, a cache for each block. */
function gpt(vocabulary: number, length: number, features: number, count: number) {
  const tokens = layers.embedding(vocabulary, features, { embeddingsInitializer: "glorotUniform" });
  const positions = layers.positionEmbedding(length);
  const blocks = Array.from({ length: count }, () =>
    layers.transformerDecoder(4 * features, 4, { activation: "gelu", normalizeFirst: true }),
  );
  const norm = layers.layerNormalization();
  const scores = layers.dense(vocabulary);
  const text = input([length], { dtype: "int32" });
  const embedded = tokens.apply(text);
  let y = layers.add().apply([embedded, positions.apply(embedded)]);
  for (const each of blocks) y = each.apply(y);
  const model = functional({ inputs: text, outputs: scores.apply(norm.apply(y)), seed: 1 });
  const step = compile((ids: Tensor, position: Tensor, ...caches: readonly Tensor[]) => {
    const x = tokens.apply(ids);
    let h: Tensor = x.add(positions.apply({ x, start: position }));
    const next = blocks.map((each, i) => {
      const { output, cache } = each.apply({
        x: h,
        cache: { keys: caches[2 * i]!, values: caches[2 * i + 1]! },
        position,
      }) as never as {
        output: Tensor;
        cache: AttentionCache;
      };
      h = output;
      return [cache.keys, cache.values];
    });
    return [scores.apply(norm.apply(h)), ...next.flat()];
  });
  const empty = (batch: number) =>
    blocks.flatMap((each) => {
      const { keys, values } = each.emptyCache(batch, length);
      return [keys, values];
    });
  return { model, step, empty };
}

const at = (position: number, batch = 1): Tensor => tensor(Array(batch).fill(position), { dtype: "int32" });

test("generation with a cache, token by token and in parts, gives the logits of the whole sequence", async () => {
  const { model, step, empty } = gpt(11, 8, 8, 2);
  const ids = tensor(
    Int32Array.from({ length: 16 }, (_, i) => (i * 7) % 11),
    { shape: [2, 8] },
  );
  const whole = model.apply(ids) as Tensor;
  for (const parts of [
    [1, 1, 1, 1, 1, 1, 1, 1],
    [5, 1, 2],
  ]) {
    let [caches, from]: [readonly Tensor[], number] = [empty(2), 0];
    for (const n of parts) {
      const [logits, ...next] = await step(ids.at([], [from, from + n]), at(from, 2), ...caches);
      await close(logits!, whole.at([], [from, from + n]));
      [caches, from] = [next, from + n];
    }
    expect(from).toBe(8);
  }
});

test("a small GPT overfits a page of text, is saved and loaded, and writes the page", async () => {
  const page =
    "the cat sat on the mat. the dog sat on the log. a cat and a dog sat in the fog, and the frog sat on the cog. ";
  const letters = [...new Set(page)].sort();
  const encoded = [...page].map((letter) => letters.indexOf(letter));
  const length = 24;
  const { model, step, empty } = gpt(letters.length, length, 32, 2);
  model.compile({ optimizer: "adam", loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
  const windows = encoded.slice(0, -length).map((_, i) => encoded.slice(i, i + length + 1));
  const flat = (from: number) =>
    tensor(Int32Array.from(windows.flatMap((window) => window.slice(from, from + length))), {
      shape: [windows.length, length],
    });
  const { epochs } = await model.fit(flat(0), flat(1), { epochs: 40, batchSize: 17 });
  expect(epochs.at(-1)!.loss).toBeLessThan(0.25);
  const loaded = await loadModel(await model.toBytes());
  expect(await numbers((await loaded.predict(flat(0))) as Tensor)).toEqual(
    await numbers((await model.predict(flat(0))) as Tensor),
  );
  let [written, caches] = ["the cat sat", empty(1) as readonly Tensor[]];
  for (let i = 0; written.length < length; i++) {
    const id = letters.indexOf(written[i]!);
    const [logits, ...next] = await step(tensor([[id]], { dtype: "int32" }), at(i), ...caches);
    caches = next;
    const scores = await numbers(logits!);
    if (i + 1 === written.length) written += letters[scores.indexOf(Math.max(...scores))]!;
  }
  expect(written).toBe(page.slice(0, length));
}, 30_000);

test("an encoder and a decoder with a masked source", async () => {
  const [source, target] = [input([5], { dtype: "int32" }), input([4], { dtype: "int32" })];
  const embed = (vocabulary: number) => layers.embedding(vocabulary, 8, { maskZero: true });
  const encoded = layers.transformerEncoder(16, 2).apply(embed(9).apply(source));
  const decoded = layers.transformerDecoder(16, 2).apply([embed(7).apply(target), encoded]);
  const model = functional({ inputs: [source, target], outputs: layers.dense(7).apply(decoded), seed: 1 });
  const ids = (rows: number[][]) => tensor(rows, { dtype: "int32" });
  const run = (from: number[]) => model.apply([ids([from]), ids([[1, 2, 3, 4]])]) as Tensor;
  const y = await numbers(run([3, 1, 4, 0, 0]));
  expect(y).not.toEqual(await numbers(run([3, 1, 5, 0, 0])));
  const loaded = await loadModel(await model.toBytes());
  expect(await numbers(loaded.apply([ids([[3, 1, 4, 0, 0]]), ids([[1, 2, 3, 4]])]) as Tensor)).toEqual(y);
});

describe("bad input", () => {
  const x = draw([1, 3, 6]);
  test.each([
    [
      "features that the heads cannot share",
      () => layers.transformerEncoder(4, 4).apply(x),
      /expected features that 4 heads can share, got \[batch,3,6\]/,
    ],
    [
      "no heads",
      () => layers.transformerEncoder(4, 0),
      /transformerEncoder: expected numHeads to be an integer from 1 up, got 0/,
    ],
    [
      "no inner units",
      () => layers.transformerDecoder(0.5, 1),
      /transformerDecoder: expected intermediateDim to be an integer/,
    ],
    [
      "an encoder's sequence at times",
      () => {
        const layer = layers.transformerDecoder(4, 2);
        layer.apply(x);
        return layer.apply([x, x]);
      },
      /expected an encoder's sequence in every call or in none, got one now, but not before/,
    ],
    [
      "a cache of unknown shape",
      () => layers.transformerDecoder(4, 2).emptyCache(1, 2),
      /expected emptyCache after apply/,
    ],
    [
      "an unknown option",
      () => layers.transformerEncoder(4, 2, { normaliseFirst: true } as never),
      /Did you mean "normalizeFirst"\?/,
    ],
  ])("%s", (_, make, message) => expect(make as () => unknown).toThrow(message));
});
