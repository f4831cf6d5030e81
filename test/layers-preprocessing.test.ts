// Layers that prepare numbers and words: what they adapt to, how they encode, and what a saved model holds of them.
import { describe, expect, test } from "vitest";
import {
  Dataset,
  functional,
  input,
  type Layer,
  layers,
  loadModel,
  type NestedArray,
  optimizers,
  random,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { fingerprint } from "../src/nn/preprocessing/strings.ts";
import { Call } from "../src/nn/tree/call.ts";
import { layerFromJson, layerToJson } from "../src/nn/tree/registry.ts";

const apply = async (layer: Layer, x: NestedArray | Tensor): Promise<unknown> => (layer.apply(x) as Tensor).array();
const rounded = async (x: Tensor): Promise<number[]> => Array.from(await x.data(), (v) => Math.round(v * 1e5) / 1e5);

describe("normalization", () => {
  const data = random.normal(random.key(3), [500, 4, 3], { mean: 5, std: 2 }).add(tensor([0, 100, 1000]));
  const moments = async (x: Tensor, axes: number[]) => {
    const mean = x.mean(axes, { keepDims: true });
    return { mean: await rounded(mean), variance: await rounded(x.sub(mean).square().mean(axes)) };
  };
  test("has mean 0 and variance 1 over all but the kept axes, and the inverse brings the numbers back", async () => {
    for (const [axis, others] of [
      [-1, [0, 1]],
      [null, [0, 1, 2]],
      [[1, 2], [0]],
      [1, [0, 2]],
    ] as const) {
      const layer = layers.normalization({ axis });
      await layer.adapt(data);
      const y = layer.apply(data);
      const { mean, variance } = await moments(y, [...others]);
      for (const v of mean) expect(Math.abs(v)).toBeLessThan(1e-3);
      for (const v of variance) expect(v).toBeCloseTo(1, 3);
      const inverse = layers.normalization({ axis, invert: true });
      await inverse.adapt(data);
      expect(await inverse.apply(y).sub(data).abs().max().item()).toBeLessThan(2e-3);
    }
  });
  test("constant features become 0", async () => {
    const layer = layers.normalization();
    await layer.adapt([[3, 1], [3, 2]]); // biome-ignore format: rows
    expect(await apply(layer, [[3, 1]])).toEqual([[0, -1]]);
  });
  test("given numbers are constants", async () => {
    const layer = layers.normalization({ mean: [1, 2], variance: [4, 9] });
    expect(await apply(layer, [[5, 5]])).toEqual([[2, 1]]);
    expect(layer.parameters).toEqual([]);
  });
  test("adapts to a data set as the model sees it, before and after the model has its weights", async () => {
    const images = Dataset.from({
      inputs: { data: Uint8Array.of(0, 100, 200, 100), shape: [2, 2], scale: 0.01 },
      targets: [0, 1],
    });
    const layer = layers.normalization();
    const model = sequential([layer], { inputShape: [2] });
    const x = tensor([[2, 2]]);
    await layer.adapt(images);
    expect(await rounded(await model.predict(x))).toEqual([1, 1e7]);
    // Weights and compiled programs are there now.
    await layer.adapt([[0, 0], [4, 8]]); // biome-ignore format: rows
    expect(await rounded(await model.predict(x))).toEqual([0, -0.5]);
    const loaded = await loadModel(await model.toBytes());
    expect(await rounded(await loaded.predict(x))).toEqual([0, -0.5]);
    await expect(layer.adapt([[1], [2]])).rejects.toThrow(/expected data with statistics of shape \[2\], got \[1\]/);
  });
  test("training leaves what was learned as it is", async () => {
    const layer = layers.normalization();
    await layer.adapt([[0], [2]]);
    const model = sequential([layer, layers.dense(1)], { inputShape: [1] }).compile({ optimizer: "sgd", loss: "mse" });
    await model.fit([[5], [6]], [[1], [2]], { epochs: 3 });
    expect((await model.getWeights())["normalization_1/mean"]!.data).toEqual(Float32Array.of(1));
  });
});

describe("discretization", () => {
  test("bins begin at their boundaries", async () => {
    const layer = layers.discretization({ binBoundaries: [0, 1, 2] });
    // biome-ignore format: rows
    expect(await apply(layer, [[-1.5, 1, 3.4, 0.5], [0, 3, 1.3, NaN]])).toEqual([[0, 2, 3, 1], [1, 3, 2, 0]]);
    expect((layer.apply([[1]]) as Tensor).dtype).toBe("int32");
  });
  test("learned bins are equally full, and are saved", async () => {
    const data = random.normal(random.key(4), [1000, 2]);
    const layer = layers.discretization({ numBins: 5 });
    await layer.adapt(data);
    const bins = await layer.apply(data).data();
    for (const bin of [0, 1, 2, 3, 4]) expect(bins.filter((b) => b === bin).length).toBe(400);
    const model = sequential([layer], { inputShape: [2] });
    const loaded = await loadModel(await model.toBytes());
    expect(await (await loaded.predict(data)).data()).toEqual(await (await model.predict(data)).data());
  });
  test("quantiles are interpolated", async () => {
    const layer = layers.discretization({ numBins: 2 });
    await layer.adapt([4, 1, 2, 3]);
    expect(await apply(layer, [[2.4], [2.5]])).toEqual([[0], [1]]);
  });
});

describe("categoryEncoding", () => {
  const encode = (mode: "oneHot" | "multiHot" | "count", x: NestedArray) =>
    apply(layers.categoryEncoding(4, { outputMode: mode }), x);
  test("one hot", async () => {
    expect(await encode("oneHot", [3, 0])).toEqual([[0, 0, 0, 1], [1, 0, 0, 0]]); // biome-ignore format: rows
    expect(await encode("oneHot", [[3], [0]])).toEqual(await encode("oneHot", [3, 0]));
    expect(await encode("oneHot", [[3, 4]])).toEqual([[[0, 0, 0, 1], [0, 0, 0, 0]]]); // biome-ignore format: rows
  });
  test("several hot, and how many", async () => {
    // biome-ignore format: rows
    expect(await encode("multiHot", [[0, 1], [2, 2]])).toEqual([[1, 1, 0, 0], [0, 0, 1, 0]]);
    expect(await encode("count", [[0, 1], [2, 2]])).toEqual([[1, 1, 0, 0], [0, 0, 2, 0]]); // biome-ignore format: rows
    expect(await encode("count", [3, 0])).toEqual([[0, 0, 0, 1], [1, 0, 0, 0]]); // biome-ignore format: rows
    expect(await encode("count", [[[1, -1, 4, 1]]])).toEqual([[[0, 2, 0, 0]]]);
  });
});

test("the mask of steps goes along with numbers and one-hot vectors, and ends where steps become one vector", () => {
  const x = tensor([[1, 2, 0]]);
  const mask = tensor([[true, true, false]]);
  const maskOf = (layer: Layer) => new Call(layer, { mask }).result(x).mask;
  const vocabulary = [1, 2];
  for (const outputMode of ["int", "oneHot"] as const) {
    expect(maskOf(layers.integerLookup({ vocabulary, outputMode }))).toBe(mask);
    expect(maskOf(layers.hashing(3, { outputMode }))).toBe(mask);
    expect(maskOf(layers.discretization({ binBoundaries: [1], outputMode }))).toBe(mask);
  }
  for (const outputMode of ["multiHot", "count"] as const) {
    expect(maskOf(layers.integerLookup({ vocabulary, outputMode }))).toBeNull();
    expect(maskOf(layers.hashing(3, { outputMode }))).toBeNull();
    expect(maskOf(layers.discretization({ binBoundaries: [1], outputMode }))).toBeNull();
    expect(maskOf(layers.categoryEncoding(3, { outputMode }))).toBeNull();
  }
});

describe("integerLookup", () => {
  test("finds each integer of vocabularies of all sizes, and no other", async () => {
    for (const n of [1, 2, 3, 4, 7, 100]) {
      const vocabulary = Array.from({ length: n }, (_, i) => ((i * 37) % 101) * 3 - 20);
      const layer = layers.integerLookup({ vocabulary });
      const asked = [...vocabulary, ...vocabulary.map((v) => v + 1), -(2 ** 31), 2 ** 31 - 1];
      const wanted = asked.map((v) => vocabulary.indexOf(v) + 1);
      expect(await apply(layer, tensor(Int32Array.from(asked)))).toEqual(wanted);
      const back = layers.integerLookup({ vocabulary, invert: true });
      expect(await apply(back, tensor(Int32Array.from(wanted)))).toEqual(
        asked.map((v) => (vocabulary.includes(v) ? v : -1)),
      );
    }
  });
  test("masks, several unknowns, none", async () => {
    const options = { vocabulary: [10, 20], maskToken: 0, numOovIndices: 2 };
    const layer = layers.integerLookup(options);
    expect(layer.getVocabulary()).toEqual([0, -1, -1, 10, 20]);
    expect(await apply(layer, [[0, 10, 20, 3, 4]])).toEqual([[0, 3, 4, 2, 1]]);
    const counts = layers.integerLookup({ ...options, outputMode: "count" });
    expect(await apply(counts, [[0, 10, 20, 3, 4]])).toEqual([[1, 1, 1, 1]]);
    expect(await apply(layers.integerLookup({ vocabulary: [10], numOovIndices: 0 }), [[10, 11]])).toEqual([[0, -1]]);
  });
  test("adapts, and a saved model knows what it learned", async () => {
    const layer = layers.integerLookup({ maxTokens: 3, outputMode: "multiHot", padToMaxTokens: true });
    await layer.adapt([[12, 1138, 42], [42, 1000, 1138], [42, 7, 7]]); // biome-ignore format: rows
    expect(layer.getVocabulary()).toEqual([-1, 42, 1138]);
    const model = sequential([layer], { inputShape: [3] });
    const loaded = await loadModel(await model.toBytes());
    expect(await (await loaded.predict([[42, 7, 42]])).array()).toEqual([[1, 1, 0]]);
    await expect(layer.adapt([1, 2])).rejects.toThrow(/integerLookup: adapt: the layer is in use/);
  });
});

describe("stringLookup", () => {
  test("the more frequent first, of equals the greater", async () => {
    const layer = layers.stringLookup();
    await layer.adapt([["a", "c", "d"], ["d", "z", "b"]]); // biome-ignore format: rows
    expect(layer.getVocabulary()).toEqual(["[UNK]", "d", "z", "c", "b", "a"]);
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(["d", "z", "c", "b", "a"]);
    expect(await layer.encode([["a", "?"], ["d", "b"]]).array()).toEqual([[5, 0], [1, 4]]); // biome-ignore format: rows
    expect(await layer.encode("z").item()).toBe(2);
    // biome-ignore format: rows
    expect(await layer.decode([[5, 0], [1, 99]])).toEqual([["a", "[UNK]"], ["d", "[UNK]"]]);
  });
  test("a vocabulary may bring its special tokens along", () => {
    const layer = layers.stringLookup({ vocabulary: ["", "[UNK]", "a"], maskToken: "" });
    expect(layer.getVocabulary()).toEqual(["", "[UNK]", "a"]);
  });
  test("unknown words are shared out by their fingerprint", async () => {
    const layer = layers.stringLookup({ vocabulary: ["a"], numOovIndices: 3 });
    const words = Array.from({ length: 300 }, (_, i) => `word ${i}`);
    const found = await layer.encode(words).data();
    expect([...found]).toEqual(words.map((word) => fingerprint(word) % 3));
    for (const index of [0, 1, 2]) expect(Math.abs(found.filter((i) => i === index).length - 100)).toBeLessThan(41);
  });
  test("vectors drop the mask, and tf-idf weighs by rareness", async () => {
    const layer = layers.stringLookup({ maskToken: "", outputMode: "tfIdf" });
    await layer.adapt([["a", "b", ""], ["a", "a", ""]]); // biome-ignore format: rows
    expect(layer.getVocabulary()).toEqual(["[UNK]", "a", "b"]);
    const [a, b] = [Math.log(1 + 2 / 3), Math.log(1 + 2 / 2)];
    // biome-ignore format: rows
    const y = layer.apply(layer.encode([["a", "", "b", "a"], ["x", "", "", ""]])) as Tensor;
    expect(await rounded(y)).toEqual([0, 2 * a, b, (a + b) / 2, 0, 0].map((v) => Math.round(v * 1e5) / 1e5));
  });
  test("a model keeps it, and the loaded one encodes the same", async () => {
    const lookup = layers.stringLookup({ vocabulary: ["red", "green"] });
    const colour = input([1], { dtype: "int32" });
    const table = layers.embedding(3, 4);
    const model = functional({ inputs: colour, outputs: table.apply(lookup.apply(colour)) });
    const loaded = await loadModel(await model.toBytes());
    const again = loaded.layers.find((layer) => layer.className === "StringLookup") as typeof lookup;
    const [here, there] = [lookup, again].map((layer) => layer.encode([["green"], ["blue"]]));
    expect(await there!.array()).toEqual([[2], [0]]);
    expect(await (await loaded.predict(there!)).data()).toEqual(await (await model.predict(here!)).data());
  });
});

describe("hashing", () => {
  const numbers = tensor(Int32Array.from({ length: 6000 }, (_, i) => i - 3000));
  test("fills bins evenly, by salt; equal inputs share a bin", async () => {
    const bins = await layers.hashing(6).apply(numbers).data();
    // The deviation is 29.
    for (let bin = 0; bin < 6; bin++) expect(Math.abs(bins.filter((b) => b === bin).length - 1000)).toBeLessThan(145);
    expect(await layers.hashing(6).apply(numbers).data()).toEqual(bins);
    const other = await layers.hashing(6, { salt: 1 }).apply(numbers).data();
    const equal = bins.filter((bin, i) => bin === other[i]).length;
    expect(Math.abs(equal - 1000)).toBeLessThan(145);
  });
  test("words: each has its number, wherever it is encoded, and a mask its own bin", async () => {
    // FNV-1a of UTF-8 ("" has 811c9dc5, "a" e40c292c), mixed by MurmurHash3's last step, computed by a program in
    // Python.
    expect(["", "a", "é😀"].map((text) => fingerprint(text).toString(16))).toEqual(["ab3e7c0b", "1a80b1b3", "9ebae39"]);
    const layer = layers.hashing(4, { maskValue: "none", salt: 3 });
    const words = ["none", "red", "green", "red", "none"];
    const bins = (await apply(layer, layer.encode(words))) as number[];
    expect([bins[0], bins[4]]).toEqual([0, 0]);
    expect(bins[1]).toBe(bins[3]);
    const many = layer.apply(layer.encode(Array.from({ length: 300 }, (_, i) => `${i}`)));
    expect(await many.min().item()).toBe(1);
    expect(await many.max().item()).toBe(3);
    expect(await apply(layerFromJson(layerToJson(layer)), layer.encode(words))).toEqual(bins);
  });
});

describe("textVectorization", () => {
  const texts = ["Foo, bar!", "bar BAZ", "baz: bada boom"];
  test("standardizes, splits, counts, pads", async () => {
    const layer = layers.textVectorization();
    await layer.adapt(texts);
    expect(layer.getVocabulary()).toEqual(["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]);
    // biome-ignore format: rows
    expect(await layer.encode(["foo qux bar", "  Baz ", ""]).array()).toEqual([[4, 1, 3], [2, 0, 0], [0, 0, 0]]);
    // biome-ignore format: rows
    expect(await layer.decode([[4, 1, 3, 0], [2, 0, 0, 0]])).toEqual(["foo [UNK] bar", "baz"]);
    const short = layers.textVectorization({ outputSequenceLength: 2, vocabulary: ["foo"] });
    expect(await short.encode(["foo foo foo", "x"]).array()).toEqual([[2, 2], [1, 0]]); // biome-ignore format: rows
  });
  test("options of standardizing and splitting", async () => {
    const vocabularyOf = async (options: Parameters<typeof layers.textVectorization>[0], text = "B a, b") => {
      const layer = layers.textVectorization(options);
      await layer.adapt([text]);
      return layer.getVocabulary({ includeSpecialTokens: false });
    };
    expect(await vocabularyOf({ standardize: "lower" })).toEqual(["b", "a,"]);
    expect(await vocabularyOf({ standardize: "stripPunctuation" })).toEqual(["b", "a", "B"]);
    expect(await vocabularyOf({ standardize: null })).toEqual(["b", "a,", "B"]);
    expect(await vocabularyOf({ standardize: (text) => text.replaceAll("B", "é") })).toEqual(["é", "b", "a,"]);
    expect(await vocabularyOf({ split: "character" }, "ab😀b")).toEqual(["b", "😀", "a"]);
    expect(await vocabularyOf({ split: null })).toEqual(["b a b"]);
    expect(await vocabularyOf({ split: (text) => text.split("a") })).toEqual(["b ", " b"]);
    expect(await vocabularyOf({ ngrams: 2 })).toEqual(["b", "b a", "a b", "a"]);
    expect(await vocabularyOf({ ngrams: [3] })).toEqual(["b a b"]);
    // All signs of ASCII punctuation, and none else.
    expect(await vocabularyOf({}, "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'x1«")).toEqual(["x1«"]);
  });
  test("vectors of texts", async () => {
    const layer = layers.textVectorization({ outputMode: "count", maxTokens: 3 });
    await layer.adapt(texts);
    expect(layer.getVocabulary()).toEqual(["[UNK]", "baz", "bar"]);
    // biome-ignore format: rows
    expect(await apply(layer, layer.encode(["baz x baz", "bar"]))).toEqual([[1, 2, 0], [0, 0, 1]]);
  });
  test("a saved model carries its vocabulary, and goes on as before", async () => {
    for (const outputMode of ["int", "multiHot", "tfIdf"] as const) {
      const layer = layers.textVectorization({ outputMode, ngrams: 2 });
      await layer.adapt(texts);
      const model = sequential([layer], { inputShape: [4] });
      const loaded = await loadModel(await model.toBytes());
      const again = loaded.layers[0] as typeof layer;
      expect(again.getVocabulary()).toEqual(layer.getVocabulary());
      const x = layer.encode(["foo bar x", "baz"]).at([], [0, 4]);
      expect(await again.encode(["foo bar x", "baz"]).at([], [0, 4]).array()).toEqual(await x.array());
      expect(await (await loaded.predict(x)).data()).toEqual(await (await model.predict(x)).data());
    }
  });
  test("a classifier of texts learns", async () => {
    const vectorize = layers.textVectorization({ outputMode: "multiHot", outputSequenceLength: 4 });
    const reviews = ["a good film", "good acting", "very good", "a bad film", "bad acting", "very bad"];
    await vectorize.adapt(reviews);
    const model = sequential([vectorize, layers.dense(1)], { seed: 1 }).compile({
      optimizer: optimizers.adam({ learningRate: 0.05 }),
      loss: "binaryCrossentropy",
    });
    await model.fit(vectorize.encode(reviews), [[1], [1], [1], [0], [0], [0]], { epochs: 100, verbose: 0 });
    const x = vectorize.encode(["good", "bad", "nothing known"]);
    const [good, bad] = await (await model.predict(x)).data();
    expect(good!).toBeGreaterThan(0.5);
    expect(bad!).toBeLessThan(-0.5);
  });
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "an axis",
      () => layers.normalization().apply([1, 2]),
      /expected an axis of \[batch\] other than the batch, got -1; axis: null/,
    ],
    ["the batch as axis", () => layers.normalization({ axis: 0 }).apply([[1]]), /other than the batch, got 0/],
    ["a mean without variance", () => layers.normalization({ mean: 1 }), /expected mean and variance together/],
    ["no bins", () => layers.discretization({}), /expected binBoundaries or numBins, got neither/],
    ["bins in disorder", () => layers.discretization({ binBoundaries: [1, 0] }), /ascending numbers, got \[1,0\]/],
    [
      "a mode",
      () => layers.categoryEncoding(3, { outputMode: "int" as "count" }),
      /expected outputMode to be one of oneHot/,
    ],
    [
      "a token twice",
      () => layers.stringLookup({ vocabulary: ["a", "a"] }),
      /expected each token once.* got "a" again/,
    ],
    [
      "no integer",
      () => layers.integerLookup({ vocabulary: [0.5] }),
      /vocabulary: expected a list of which each is an integer/,
    ],
    [
      "too many",
      () => layers.stringLookup({ vocabulary: ["a", "b"], maxTokens: 2 }),
      /at most 2 tokens with 1 special ones, got 3/,
    ],
    [
      "no vocabulary",
      () => layers.stringLookup().encode("a"),
      /^stringLookup: expected a vocabulary: give one, or call adapt first/,
    ],
    [
      "ragged strings",
      () => layers.stringLookup({ vocabulary: ["a"] }).encode([["a"], ["a", "b"]]),
      /one length at each depth, got one of 2 beside one of 1/,
    ],
    [
      "no idf",
      () => layers.stringLookup({ vocabulary: ["a"], outputMode: "tfIdf" }),
      /idfWeights: expected a number for each of the 1 tokens/,
    ],
    [
      "an unknown word",
      () => layers.stringLookup({ vocabulary: ["a"], numOovIndices: 0 }).encode("b"),
      /expected tokens of the vocabulary, got "b"/,
    ],
    [
      "a mask where there is none",
      () => layers.textVectorization({ maskToken: "" } as object),
      /unknown option "maskToken"/,
    ],
    [
      "a function in a file",
      () => layerToJson(layers.textVectorization({ split: () => [] })),
      /split is a function of your own, which a file cannot hold/,
    ],
    [
      "one text",
      () => layers.textVectorization({ vocabulary: ["a"] }).encode("a" as never),
      /encode: expected a list of strings, got "a"/,
    ],
    ["bins of hashes", () => layers.hashing(0), /expected numBins to be an integer from 1 up, got 0/],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
  test("nothing to adapt to", async () => {
    await expect(layers.normalization().adapt(tensor([]))).rejects.toThrow(/expected at least one example to adapt to/);
  });
});
