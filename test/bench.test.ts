// The bench harness, with stand-ins for the contenders: its command line, its protocol and its arithmetic.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const bench = new URL("../bench/", import.meta.url);
const load = (file: string) => import(new URL(file, bench).href);
const { benchWorkload, compare, median } = await load("measure.mjs");
const { formatSeconds, table } = await load("report.mjs");
const { readTrainingData, workloads, writeTrainingData } = await load("workloads.mjs");

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
    for (const name of ["xor", "mlp-wide", "nabla", "jax-js", "pytorch", "--json"]) expect(output).toContain(name);
  });

  it.each([["--speed"], ["--only", "xr"], ["--peers", "keras"], ["--rounds", "0"]])("refuses %s %s", async (...args) => {
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
      const [inputs, width] = workload.widths;
      expect(data.parameters.map(({ shape }: { shape: number[] }) => shape).slice(0, 2)).toEqual([[inputs, width], [width]]);
      expect(data.x).toHaveLength(20);
      expect(data.y).toHaveLength(20);
      const largest = Math.max(...data.y[19].values);
      expect(largest).toBe(workload.name === "xor" ? 1 : 9);
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
      { name: "absent", label: "absent", launches: () => { throw new Error("not here"); } },
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
    const result = (name: string, rounds: number[]) => ({ contender: { name }, rounds, loss: 1 });
    const [, peer] = compare([result("nabla", [1, 2, 4]), result("peer", [3, 2, 8])]);
    expect(peer.ratio).toBe(2);
    expect(median([3, 2, 8]) / median([1, 2, 4])).toBe(1.5);
  });

  it("prints three digits in the unit that fits", () => {
    expect([2.3456, 0.0123456, 0.0000841].map(formatSeconds)).toEqual(["2.35 s", "12.3 ms", "84.1 µs"]);
  });
});
