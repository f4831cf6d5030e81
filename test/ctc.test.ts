// The ctc loss against all paths, one by one; PyTorch's values are in goldens.test.ts.
import { describe, expect, test } from "vitest";
import { gradients, layers, losses, optimizers, sequential, tensor } from "../src/index.ts";

/** The labels that a path of classes spells: repetitions are merged, then blanks (0) dropped. */
const spelled = (path: readonly number[]): string =>
  path.filter((label, i) => label !== 0 && label !== path[i - 1]).join(",");

/** −ln of the sum of the probabilities of all paths that spell the labels. */
function byPaths(labels: readonly number[], logits: readonly (readonly number[])[]): number {
  const classes = logits[0]!.length;
  const shares = logits.map((row) => {
    const sum = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / sum);
  });
  let total = 0;
  for (let number = 0; number < classes ** logits.length; number++) {
    const path = logits.map((_, t) => Math.floor(number / classes ** t) % classes);
    if (spelled(path) === labels.filter((label) => label !== 0).join(","))
      total += path.reduce((product, label, t) => product * shares[t]![label]!, 1);
  }
  return -Math.log(total);
}

const logitsOf = (seed: number, steps: number, classes: number): number[][] =>
  Array.from({ length: steps }, (_, t) =>
    Array.from({ length: classes }, (_, c) => 2 * Math.sin(seed + 5 * t + 3.1 * c)),
  );
const lossOf = async (targets: number[][], logits: number[][][], options = {}): Promise<number[]> =>
  Array.from(await losses.ctc(options).call(tensor(targets), tensor(logits)).data());

describe("ctc", () => {
  test("adds up all paths: repeated labels, one label, no label, as many labels as steps", async () => {
    const targets = [
      [1, 1, 0],
      [1, 2, 1],
      [2, 0, 0],
      [0, 0, 0],
      [2, 2, 1],
    ];
    for (const steps of [3, 4, 5, 6]) {
      const logits = targets.map((_, i) => logitsOf(i + steps, steps, 3));
      const got = await lossOf(targets, logits);
      got.forEach((loss, i) => expect(loss).toBeCloseTo(byPaths(targets[i]!, logits[i]!), 4));
    }
  });
  test("too few steps: an infinite loss without a slope, or none at all", async () => {
    const targets = [
      [1, 1],
      [1, 2],
    ];
    const logits = targets.map((_, i) => logitsOf(i, 2, 3));
    expect((await lossOf(targets, logits))[0]).toBe(Infinity);
    const [clipped, other] = await lossOf(targets, logits, { zeroInfinity: true });
    expect(clipped).toBe(0);
    expect(other).toBeCloseTo(byPaths([1, 2], logits[1]!), 4);
    const x = tensor(logits);
    const [slope] = gradients(losses.ctc().call(tensor(targets), x).sum(), [x]);
    const values = await slope!.data();
    expect([...values.slice(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(values.slice(6).every((v) => Number.isFinite(v) && v !== 0)).toBe(true);
  });
  test("logits of ±10,000 and 200 steps keep loss and slopes finite", async () => {
    const [wrong, long] = [
      [
        [
          [1e4, -1e4, 0],
          [1e4, -1e4, -1e4],
          [1e4, 1e4, 1e4],
        ],
      ],
      [logitsOf(1, 200, 5)],
    ];
    for (const [targets, logits] of [
      [[[1, 2]], wrong],
      [[[1, 1, 2, 3, 4, 4, 4]], long],
    ] as const) {
      const x = tensor(logits);
      const loss = losses.ctc().call(tensor(targets), x);
      const [slope] = gradients(loss.sum(), [x]);
      for (const values of [await loss.data(), await slope!.data()])
        expect([...values].every(Number.isFinite), String(values)).toBe(true);
    }
    expect((await lossOf([[1, 2]], wrong))[0]).toBeCloseTo(20000 + Math.log(3 / 2), 2);
  });
  test("a label that is no class gives NaN, not another label's loss", async () => {
    expect(
      await lossOf(
        [
          [1, 3],
          [1, -1],
          [1, 2],
        ],
        [1, 2, 3].map((i) => logitsOf(i, 4, 3)),
      ),
    ).toEqual([NaN, NaN, expect.any(Number)]);
  });
  test("a model learns to spell", async () => {
    const model = sequential([layers.dense(3)], { inputShape: [4, 4], seed: 1 });
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: losses.ctc() });
    const steps = (kinds: number[]): number[][] => kinds.map((k) => [0, 1, 2, 3].map((i) => Number(i === k)));
    const x = tensor([steps([1, 3, 2, 2]), steps([1, 1, 3, 1]), steps([2, 1, 1, 1])]);
    const y = tensor([
      [1, 2],
      [1, 1],
      [2, 1],
    ]);
    const before = (await model.evaluate({ x, y })).loss;
    await model.fit({ x, y }, { epochs: 100, batchSize: 3 });
    expect((await model.evaluate({ x, y })).loss).toBeLessThan(before / 3);
  });
});
