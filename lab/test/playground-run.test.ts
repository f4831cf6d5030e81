// The playground's points and runs, as its engine keeps them.
import { describe, expect, it } from "vitest";
import { readCsv } from "../src/pages/playground/csv.ts";
import { dataOf, dataSetNames, dataSets } from "../src/pages/playground/data-sets.ts";
import { Run } from "../src/pages/playground/run.ts";
import { settings } from "./playground-settings.ts";

describe("the sets of points", () => {
  it("follow their seed, lie in the plane, and hold every class", () => {
    for (const set of dataSetNames) {
      const ask = { set, points: [], count: 300, noise: 0, share: 60, seed: 4 } as const;
      const data = dataOf(ask);
      expect(dataOf(ask)).toEqual(data);
      expect(dataOf({ ...ask, seed: 5 }).train).not.toEqual(data.train);
      expect([data.train.length, data.test.length]).toEqual([180, 120]);
      for (const [x1, x2] of data.train) expect(Math.max(Math.abs(x1), Math.abs(x2)), set).toBeLessThanOrEqual(6.5);
      const labels = new Set(data.train.map(([, , label]) => label));
      if (dataSets[set].task !== "value") expect(labels.size, set).toBe(Math.max(2, data.outputs));
      else for (const label of labels) expect(Math.abs(label)).toBeLessThanOrEqual(1.5);
    }
  });

  it("are read from text, with a sentence where they are none", () => {
    expect(readCsv("x1, x2, class\n1.5, -2, 1\n\n−3;0.5;2", 10)).toEqual({
      points: [
        [1.5, -2, 0],
        [-3, 0.5, 1],
      ],
    });
    // As a table program writes them where commas are decimal.
    expect(readCsv('\ufeff"x1";"x2";"class"\r\n"1,5";"-2,25";"1"\r\n', 10)).toEqual({ points: [[1.5, -2.25, 0]] });
    for (const text of [
      "1, 2",
      "a b c\nd e f\n1 2 1",
      "1, 2, 3, 4",
      "1, 2, 0",
      "1, 2, 1.5",
      "7, 0, 1",
      "1, 2, 1\na, b, c",
      "",
      "NaN, 1, 1",
      ",5;2;1;",
      ";5;2;1",
      "\t5\t2\t1",
      "1,,2,1",
      "1, 2, 1,",
      "0x1, 2, 1",
      "0x1,0x1,0x1\n1,2,1",
      "1 2,5 1",
      "Infinity, 2, 1",
    ])
      expect(readCsv(text, 10), text).toHaveProperty("problem");
    expect(readCsv("1, 2, 1\n1, , 1\n", 10)).toHaveProperty(
      "problem.en",
      expect.stringMatching(/^Line 2 \(“1, , 1”\)/),
    );
    // A number may begin with its comma, and have an exponent.
    expect(readCsv(",5;+2;1\n1e-1\t-2,5\t2\n 3  -3 3 ", 10)).toEqual({
      points: [
        [0.5, 2, 0],
        [0.1, -2.5, 1],
        [3, -3, 2],
      ],
    });
    expect(readCsv("1, 2, 1\n1, 2, 1", 1)).toHaveProperty("problem.en", "Expected at most 1 points, got 2 lines.");
  });
});

describe("a run", () => {
  it("goes on below zero where no loss was asked to stop at", async () => {
    const run = new Run(settings({ set: "rings", loss: "cosineSimilarity" }));
    await run.advance(Infinity, 3);
    expect(run.epoch).toBe(3);
    expect((await run.frame(false)).trainLoss).toBeLessThan(0);
  });

  it("learns two classes by their overlap", async () => {
    const run = new Run(settings({ set: "gaussian", layers: [], loss: "dice", optimizer: "adam", rate: 0.1 }));
    await run.advance(Infinity, 5);
    // With an overlap of single examples, those of class 0 would teach nothing.
    expect((await run.frame(false)).trainRight).toBeGreaterThan(0.98);
  });

  it("learns the slopes of PReLU", async () => {
    const run = new Run(settings({ f: "prelu", layers: [3] }));
    expect([...(await run.frame(false)).slopes]).toEqual([0.25, 0.25, 0.25]);
    await run.advance(Infinity, 2);
    expect(new Set((await run.frame(false)).slopes).size).toBe(3);
  });

  it("tells where it failed, and goes on with a smaller rate", async () => {
    const wild = settings({ set: "hills", f: "relu", loss: "meanSquaredError", rate: 10 });
    const run = new Run(wild);
    await run.frame(false);
    await run.advance(Infinity, 1);
    const { failure, bestLoss } = await run.frame(false);
    expect(failure).toMatchObject({ epoch: 1 });
    expect(failure!.step).toBeGreaterThan(1);
    await run.rewind();
    expect((await run.frame(false)).trainLoss).toBe(bestLoss);
    await run.advance(Infinity, 1);
    await run.change({ ...wild, rate: 0.001 });
    const { failure: after, isRepeatable } = await run.frame(false);
    expect([after, isRepeatable]).toEqual([null, false]);
  });

  it("is not as it was at the start, once its first epoch has failed", async () => {
    const wild = settings({ set: "plane", f: "relu", rate: 1000 });
    const run = new Run(wild);
    await run.advance(Infinity, 1);
    expect(await run.frame(false)).toMatchObject({ epoch: 0, isRepeatable: true, failure: { epoch: 1 } });
    await run.change({ ...wild, rate: 0.001 });
    expect(await run.frame(false)).toMatchObject({ epoch: 0, isRepeatable: false, failure: null });
  });

  it("repeats what was trained beyond a limit", async () => {
    const run = new Run(settings());
    run.limits = { epoch: 2, loss: 0 };
    await run.advance(Infinity);
    expect([run.epoch, run.isOver]).toEqual([2, true]);
    const again = new Run(settings());
    again.limits = run.limits;
    await again.advance(Infinity, 2, false);
    expect([again.epoch, again.isOver]).toEqual([2, false]);
    await again.advance(Infinity, 3, false);
    expect(again.epoch).toBe(5);
  });

  it("takes the step of a walk while nothing else has changed since", async () => {
    const own = settings({
      set: "own",
      points: [
        [1, 1, 0],
        [-1, -1, 1],
        [2, 2, 0],
        [-2, -2, 1],
      ],
    });
    const run = new Run(own);
    const weights = async () => [...(await run.frame(false)).weights];
    const changes: Record<string, () => Promise<void>> = {
      epoch: () => run.advance(Infinity, 1),
      rate: () => run.change({ ...run.settings, rate: 0.01 }),
      points: () =>
        run.change({
          ...run.settings,
          points: [
            [3, 3, 0],
            [-3, -3, 1],
          ],
        }),
      seed: () => run.change({ ...run.settings, seed: 2, weightSeed: 2 }),
      weight: () => run.setWeight(0, 0, 0, 0.5),
      rewind: () => run.rewind(),
    };
    for (const [name, change] of Object.entries(changes)) {
      const walk = (await run.walk(5))!;
      expect(walk.example).toBe(5 % run.data.train.length);
      expect(walk.version).toBe((await run.frame(false)).version);
      let before = await weights();
      await run.learn(walk);
      expect(await weights(), name).not.toEqual(before);
      expect((await run.frame(false)).version, name).toBe(walk.version);
      await change();
      before = await weights();
      expect((await run.frame(false)).version, name).not.toBe(walk.version);
      await run.learn(walk);
      expect(await weights(), name).toEqual(before);
    }
    await run.change({ ...own, points: [] });
    expect(await run.walk(0)).toBeNull();
  });

  it("tells it where a step of a walk fails", async () => {
    const run = new Run(settings({ set: "plane", f: "relu", rate: 1000 }));
    for (let i = 0; i < 20 && !run.isOver; i++) await run.learn((await run.walk(i))!);
    expect((await run.frame(false)).failure).toMatchObject({ epoch: 1 });
  });
});
