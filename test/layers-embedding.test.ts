// Embedding, and layers on each step of a sequence.
import { describe, expect, test } from "vitest";
import { type Layer, layers, random, sequential, type Tensor, tensor } from "../src/index.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];

describe("embedding", () => {
  test("takes bytes and floats; what is outside becomes the nearest row", async () => {
    const model = sequential([layers.embedding(3, 2)], { inputShape: [4] });
    model.setWeights({
      "embedding_1/embeddings": [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    });
    const rows = [0, 1, 2, 3, 4, 5, 4, 5];
    expect(await numbers(await model.predict({ data: Uint8Array.of(0, 1, 2, 9), shape: [1, 4] }))).toEqual(rows);
    expect(await numbers(model.apply([[-2, 1, 2, 3]]))).toEqual(rows);
  });
  test("its first values are uniform in ±0.05", async () => {
    const model = sequential([layers.embedding(50, 20)], { inputShape: [1], seed: 1 });
    const { data } = (await model.getWeights())["embedding_1/embeddings"]!;
    expect([Math.max(...data) <= 0.05, Math.max(...data) > 0.045, Math.min(...data) < -0.045]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("timeDistributed", () => {
  test("each step is what the layer makes of it alone, and the mask goes on", async () => {
    const wrapped = sequential([layers.timeDistributed(sequential([layers.reshape([4]), layers.dense(2)]))], {
      inputShape: [3, 2, 2],
      seed: 3,
    });
    const x = random.normal(random.key(1), [2, 3, 2, 2]);
    const inner = (wrapped.layers[0] as unknown as { layer: Layer<Tensor, Tensor> }).layer;
    const all = wrapped.apply(x);
    for (let t = 0; t < 3; t++) expect(await numbers(all.at([], t))).toEqual(await numbers(inner.apply(x.at([], t))));
    const mask = tensor([
      [1, 0, 1],
      [1, 1, 0],
    ]).cast("bool");
    expect(await numbers(wrapped.result(x, { mask }).mask as Tensor)).toEqual([1, 0, 1, 1, 1, 0]);
  });
  test("inputs without steps are refused", () => {
    expect(() => sequential([layers.timeDistributed(layers.dense(2))]).build([])).toThrow(
      /layer time_distributed_1 \(TimeDistributed\): expected inputs \[batch, steps, \.\.\.\], got \[batch\]/,
    );
  });
});
