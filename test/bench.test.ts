// The bench harness, with stand-ins for the contenders: its command line, its protocol and its arithmetic.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import * as nabla from "../src/index.ts";
import { toExamples } from "../src/train/examples.ts";
import { trainersOf } from "../src/train/trainers.ts";

const bench = new URL("../bench/", import.meta.url);
const load = (file: string) => import(new URL(file, bench).href);
const { benchWorkload, compare, median } = await load("measure.mjs");
const { formatSeconds, productTable, table } = await load("report.mjs");
const { changeLines, changes, readBaseline } = await load("baseline.mjs");
const { limits } = await load("contenders.mjs");
const { products } = await load("families/product.mjs");
const { compileLoop, factor, registerLoop, tileLoop } = await load("contenders/limit-loops.mjs");
const { makeTrainer: makeLayersTrainer } = await load("contenders/nabla-layers-trainer.mjs");
const { makeProduct, makeTrainer } = await load("contenders/nabla-trainer.mjs");
const { readTrainingData, withoutChance, workloads, writeTrainingData } = await load("workloads.mjs");

const folder = mkdtempSync(join(tmpdir(), "nabla-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [fileURLToPath(new URL("run.mjs", bench)), ...args]).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error) => ({ code: error.code, output: error.stderr }),
  );

/** A contender whose steps take some milliseconds and whose loss is always the same. */
function standIn(name: string, { milliseconds = 1, loss = 0.5, hello = "" } = {}) {
  const program = `
    import { serve } from ${JSON.stringify(new URL("contenders/serve.mjs", bench).href)};
    serve({
      hello: async () => { ${hello}; console.log("chatter"); return { version: "1.0", threads: 1 }; },
      prepare: () => ({
        reset() {},
        train: async (steps) => {
          const end = performance.now() + steps * ${milliseconds};
          while (performance.now() < end);
          return ${loss};
        },
      }),
    });`;
  const launches = () => [{ command: process.execPath, args: ["--input-type=module", "-e", program] }];
  return { name, label: name, launches };
}

describe("the bench's command line", () => {
  it("explains itself", async () => {
    const { code, output } = await run("--help");
    expect(code).toBe(0);
    for (const name of [
      "xor",
      "mlp-wide",
      "lenet",
      "gpt",
      "matmul",
      "nabla-128",
      "jax-js",
      "pytorch",
      "--compare",
      "--json",
    ])
      expect(output).toContain(name);
  });

  it.each([
    ["--speed"],
    ["--only", "xr"],
    ["--peers", "keras"],
    ["--rounds", "0"],
    ["--threads", "two"],
    ["lenett"],
    ["--compare", "absent.json"],
  ])("refuses %s %s", async (...args) => {
    const { code, output } = await run(...args);
    expect(code).toBe(2);
    expect(output).toContain("--help");
  });
});

describe("training data", () => {
  it("comes back as it was written, the same each time", () => {
    for (const workload of workloads) {
      const file = join(folder, workload.name);
      const shapes = writeTrainingData(workload, file);
      const data = readTrainingData(file, shapes);
      expect(data.parameters.map(({ shape }: { shape: number[] }) => shape)).toEqual(shapes.parameters);
      for (const { values, shape } of [...data.parameters, ...data.x, ...data.y]) {
        expect(values).toHaveLength(shape.reduce((size: number, n: number) => size * n, 1));
      }
      expect(data.x).toHaveLength(20);
      expect(data.y).toHaveLength(20);
      const classes = data.parameters.at(-1).shape.at(-1);
      const largest = Math.max(...data.y.flatMap(({ values }: { values: number[] }) => [...values]));
      expect(largest).toBe(workload.name === "xor" ? 1 : classes - 1);
      writeTrainingData(workload, `${file}-again`);
      expect(readFileSync(`${file}-again`).equals(readFileSync(file))).toBe(true);
    }
  });
});

describe("a run", () => {
  const [xor] = workloads;
  const file = join(folder, "run.f32");
  const data = { file, shapes: writeTrainingData(xor, file) };

  it("measures in turn, takes ratios to Nabla, and finds the contender that computes something else", async () => {
    const contenders = [
      standIn("nabla"),
      standIn("slow", { milliseconds: 3 }),
      standIn("wrong", { loss: 0.6 }),
      standIn("broken", { hello: "throw new Error('no such device')" }),
      {
        name: "absent",
        label: "absent",
        launches: () => {
          throw new Error("not here");
        },
      },
    ];
    const results = await benchWorkload(xor, data, contenders, { rounds: 2, progress: () => {} });
    const [nabla, slow, wrong, broken, absent] = results;
    expect(nabla).toMatchObject({ version: "1.0", ratio: 1, lossAgrees: true });
    expect(slow.ratio).toBeGreaterThan(2);
    expect(slow.rounds).toHaveLength(2);
    expect(wrong.lossAgrees).toBe(false);
    expect(broken.why).toBe("no such device");
    expect(absent.why).toBe("not here");

    const text = table({ workload: xor, results });
    expect(text).toMatch(/wrong .*✗ differs/);
    expect(text).toContain("– broken: no such device");
  });

  it("takes the median of each round's ratio, not the ratio of medians", () => {
    const result = (name: string, rounds: number[]) => ({ contender: { name }, rounds, losses: { 20: 1 } });
    const [, peer] = compare([result("nabla", [1, 2, 4]), result("peer", [3, 2, 8])]);
    expect(peer.ratio).toBe(2);
    expect(median([3, 2, 8]) / median([1, 2, 4])).toBe(1.5);
  });

  it("compares losses at the most steps that each was checked at; NaN is a difference", () => {
    const result = (name: string, losses: Record<number, number>) => ({ contender: { name }, rounds: [1], losses });
    const [nabla, slow, wrong, broken, limit] = compare([
      result("nabla", { 3: 2, 20: 1 }),
      result("slow", { 3: 2 }),
      result("wrong", { 3: 3 }),
      result("broken", { 3: 2, 20: NaN }),
      result("limit", {}),
    ]);
    expect([nabla, slow, wrong, broken].map(({ checkedAt, lossAgrees }) => [checkedAt, lossAgrees])).toEqual([
      [20, true],
      [3, true],
      [3, false],
      [20, false],
    ]);
    expect(limit.lossAgrees).toBeUndefined();
  });

  it("measures the slow in fewer rounds, and pairs those", () => {
    const result = (name: string, rounds: number[]) => ({ contender: { name }, rounds, losses: { 3: 1 } });
    expect(compare([result("nabla", [1, 2, 4]), result("slow", [30, 40])])[1].ratio).toBe(25);
    expect(compare([result("nabla", [1, 2]), result("fast", [3, 4, 9])])[1].ratio).toBe(2.5);
  });

  it("prints three digits in the unit that fits", () => {
    expect([2.3456, 0.0123456, 0.0000841].map(formatSeconds)).toEqual(["2.35 s", "12.3 ms", "84.1 µs"]);
  });
});

describe("matrix products", () => {
  it("stand beside the machine's limit, which a loop assembled by hand finds", async () => {
    const workload = { ...products[0], name: "24×16×8", sizes: [24, 16, 8] };
    const file = join(folder, "product");
    const results = await benchWorkload(
      workload,
      { file, shapes: writeTrainingData(workload, file) },
      [standIn("nabla"), ...limits],
      { rounds: 1, progress: () => {} },
    );
    const [stand, ...measured] = results;
    expect(stand.lossAgrees).toBe(true);
    expect(
      measured.map(({ why, rounds, loss }: Record<string, unknown>) => [why, (rounds as number[]).length, loss]),
    ).toEqual(limits.map(() => [undefined, 1, undefined]));
    const text = productTable([{ workload, results }]);
    expect(text).toMatch(/GFLOP\/s +24×16×8/);
    expect(text).toMatch(/Nabla, of the registers' limit +\d+ %/);
  });
});

describe("the limit's loops", () => {
  it.each([
    ["registers", registerLoop(12)],
    ["4×8", tileLoop(4, 8)],
    ["3×12", tileLoop(3, 12)],
    ["6×8", tileLoop(6, 8)],
  ])("of %s do as many operations as they say", (_, { code, operationsPerTurn }) => {
    const { run, numbers } = compileLoop(code);
    run(7);
    const each = (7 * operationsPerTurn) / 8; // two operations in four lanes
    expect([...numbers.slice(0, 4)]).toEqual(Array(4).fill(each * factor ** 2));
  });
});

describe("Nabla's training", () => {
  const dataOf = (workload: object) => {
    const file = join(folder, "trainer");
    return readTrainingData(file, writeTrainingData(workload, file));
  };
  const small = (name: string, changed: object) => ({
    ...workloads.find((w: { name: string }) => w.name === name),
    ...changed,
  });
  // Large steps, so that a wrong gradient is far off after twenty of them.
  const optimizer = { name: "adam", learningRate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const language = { optimizer, vocabulary: 11, steps: 6, batch: 3 };

  // Losses after 3 and 20 steps of PyTorch 1.13, by bench/contenders/pytorch.py.
  it.each([
    { name: "mlp", changed: { input: [20], batch: 8, optimizer }, needs: [], losses: { 3: 2.29615, 20: 2.27065 } },
    {
      name: "lenet",
      changed: { batch: 3, optimizer },
      needs: ["conv2d", "maxPool2d"],
      losses: { 3: 4.47527, 20: 2.3758 },
    },
    {
      name: "lstm",
      changed: { ...language, embedding: 4, units: 5 },
      needs: ["scan"],
      losses: { 3: 2.37042, 20: 2.32119 },
    },
    {
      name: "gpt",
      changed: { ...language, layers: 2, width: 8, heads: 2 },
      needs: ["layerNorm", "scaledDotProductAttention"],
      losses: { 3: 2.27882, 20: 2.4359 },
    },
  ])("of $name gives PyTorch's losses, by hand and in layers", async ({ name, changed, needs, losses }) => {
    const workload = small(name, changed);
    if (needs.some((f: string) => !(f in nabla))) {
      expect(() => makeTrainer(nabla, workload, dataOf(workload))).toThrow(/this version of Nabla has no/);
      return;
    }
    const byHand = makeTrainer(nabla, workload, dataOf(workload));
    const inLayers = await makeLayersTrainer(nabla, { toExamples, trainersOf }, workload, dataOf(workload));
    for (const trainer of [byHand, inLayers])
      for (const [steps, loss] of Object.entries(losses)) {
        await trainer.reset();
        expect(await trainer.train(Number(steps))).toBeCloseTo(loss as number, 3);
      }
  });

  it("with dropout gives another loss, the same each time", async () => {
    const layers = [
      { kind: "dense", units: 6 },
      { kind: "dropout", rate: 0.5 },
      { kind: "dense", units: 4 },
    ];
    const workload = small("mlp", { input: [5], batch: 3, layers });
    expect(withoutChance(workload).layers).toEqual([layers[0], layers[2]]);
    const lossOf = async (workload: object) => {
      const trainer = makeTrainer(nabla, workload, dataOf(workload));
      await trainer.reset();
      return trainer.train(3);
    };
    expect(await lossOf(workload)).toBe(await lossOf(workload));
    expect(await lossOf(workload)).not.toBeCloseTo(await lossOf(withoutChance(workload)), 4);
  });

  it("of products alone gives their mean", async () => {
    const [a, b] = [
      { values: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
      { values: Float32Array.of(1, 0, 2, 1), shape: [2, 2] },
    ];
    const product = makeProduct(nabla, { parameters: [a, b] });
    await product.reset();
    expect(await product.train(3)).toBe((5 + 2 + 11 + 4) / 4);
  });
});

describe("a baseline", () => {
  const machine = { cpu: "a", node: "v20" };
  const run = (nabla: number[], peer: number[], version = "1") => ({
    machine,
    threads: 2,
    workloads: [
      {
        name: "mlp",
        results: [
          { contender: "nabla", rounds: nabla },
          { contender: "peer", rounds: peer, version },
          { contender: "absent", why: "not here" },
        ],
      },
    ],
  });
  const then = run([1, 1.01, 0.99, 1, 1], [2, 2, 2.02, 2, 1.98]);

  it("cancels out the machine: all twice as slow is no change", () => {
    const [change] = changes(run([2, 2.02, 1.98, 2, 2], [4, 4, 4.04, 4, 3.96]), then);
    expect(change).toMatchObject({ workload: "mlp", peer: "peer", verdict: "same" });
    expect(change.change).toBeCloseTo(0, 6);
  });

  it("finds what got slower or faster by more than the noise", () => {
    const slower = changes(run([1.2, 1.21, 1.2, 1.19, 1.2], [2, 2, 2, 2, 2]), then);
    expect(slower[0].verdict).toBe("slower");
    expect(slower[0].change).toBeCloseTo(0.2, 2);
    expect(changeLines(slower, then, then).join("\n")).toMatch(/mlp: \+20\.\d % .*✗ slower/);
    expect(changes(run([0.8, 0.8, 0.8, 0.8, 0.8], [2, 2, 2, 2, 2]), then)[0].verdict).toBe("faster");
    // The same median proves nothing if rounds differ widely.
    expect(changes(run([1.2, 0.7, 2.2, 0.9, 1.6], [2, 2, 2, 2, 2]), then)[0].verdict).toBe("same");
  });

  it("says why it cannot compare", () => {
    expect(changes(run([1], [2], "2"), then)[0].why).toContain("no peer");
    expect(changes({ ...then, threads: 1 }, then)[0].why).toContain("--threads 2");
    expect(changes(then, { ...then, workloads: [] })[0].why).toContain("not in the baseline");
    expect(changeLines([], then, { ...then, machine: { cpu: "b", node: "v20" } }).join()).toContain(
      "another machine (b",
    );
    const file = join(folder, "wrong.json");
    writeFileSync(file, "{}");
    expect(() => readBaseline(file)).toThrow("--save");
    expect(() => readBaseline(join(folder, "absent.json"))).toThrow("--save makes one");
  });
});
