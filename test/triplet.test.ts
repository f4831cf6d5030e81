// Losses over triplets: what goldens.test.ts leaves out.
import { describe, expect, test } from "vitest";
import { gradients, layers, losses, optimizers, sequential, type Tensor, tensor } from "../src/index.ts";

const data = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

describe("triplet", () => {
  const kinds = tensor([0, 0, 1, 1]);
  // On a line: 0 and 2 of one class, 1 and 5 of the other.
  const points = tensor([[0], [2], [1], [5]]);

  test("worked values on a line, margin 1", async () => {
    // Pairs: (0,2) d 2, the nearest farther negative of 0 is 5: max(2 − 5 + 1, 0) = 0. (2,0): of 2, 5 is at 3: 0.
    // (1,5) d 4: no negative is farther than 4, so the farthest, at 1: 4. (5,1) d 4: 0 is at 5: 0. The mean is 1.
    expect(await data(losses.triplet().call(kinds, points))).toEqual([0, 0, 4, 0]);
    // Farthest positive less nearest negative: 2 − 1 + 1, 2 − 1 + 1, 4 − 1 + 1, 4 − 3 + 1.
    expect(await data(losses.triplet({ mining: "hard" }).call(kinds, points))).toEqual([2, 2, 4, 2]);
    // All eight triplets: 2 + 0, 2 + 0, 4 + 4, 0 + 2; times 4 anchors, over 8.
    expect(await data(losses.triplet({ mining: "all" }).call(kinds, points))).toEqual([1, 1, 4, 1]);
  });
  test.each(["semiHard", "hard", "all"] as const)(
    "%s: without positives or negatives there is no loss",
    async (mining) => {
      for (const labels of [
        [0, 1, 2, 3],
        [7, 7, 7, 7],
      ]) {
        const loss = losses.triplet({ mining }).call(tensor(labels), points);
        expect(await data(loss)).toEqual([0, 0, 0, 0]);
        expect(await data(gradients(loss.sum(), [points])[0]!)).toEqual([0, 0, 0, 0]);
      }
    },
  );
  test.each(["semiHard", "hard", "all"] as const)(
    "%s: equal embeddings have a loss and finite slopes",
    async (mining) => {
      const same = tensor([
        [1, 2],
        [1, 2],
        [1, 2],
        [1, 2],
      ]);
      const loss = losses.triplet({ mining }).call(kinds, same);
      expect(await data(loss.mean())).toEqual([1]);
      expect((await data(gradients(loss.sum(), [same])[0]!)).every(Number.isFinite)).toBe(true);
    },
  );
  test("a model learns to keep classes apart", async () => {
    const model = sequential([layers.dense(8, { activation: "tanh" }), layers.dense(2)], { inputShape: [2] });
    // The classes lie apart, but not by the margin, which embeddings must be stretched for.
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: losses.triplet({ margin: 5 }) });
    const kind = (i: number): number => i % 2;
    const point = (i: number): number[] => [kind(i) + 0.3 * Math.sin(i * 2.4), Math.cos(i * 1.7)];
    const x = tensor(Array.from({ length: 64 }, (_, i) => point(i)));
    const y = tensor(Array.from({ length: 64 }, (_, i) => kind(i)));
    const before = (await model.evaluate({ x, y })).loss;
    await model.fit({ x, y }, { epochs: 60, batchSize: 16 });
    expect((await model.evaluate({ x, y })).loss).toBeLessThan(before / 20);
  });
});
