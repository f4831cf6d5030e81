// Random large programs on the backend against the reference: every bit, on 1, 2 and 4 threads, for every kind of
// engine.
import { afterAll, expect, test } from "vitest";
import { WasmProgram } from "../src/backends/wasm/run/program.ts";
import { closeGraph } from "../src/graph/graph.ts";
import { printGraph } from "../src/graph/print.ts";
import { setThreads } from "../src/index.ts";
import { backend } from "../src/runtime/device.ts";
import { backendValues, declarationDifference, difference, referenceValues } from "./compare.ts";
import { largeProgram } from "./fuzz-products.ts";
import { shrink } from "./shrink.ts";

/** Seeds that once showed a bug. */
const regressions: readonly number[] = [];

/** The number of programs; `NABLA_FUZZ=5000 npx vitest run test/fuzz-products.test.ts` looks further. */
const count = Number(process.env["NABLA_FUZZ"] ?? 100);

const { compile } = WasmProgram;
let joinsPairs = false;
let fused = true;
/** Prints for the engine that is asked for: what is printed for one that joins pairs of vectors runs on any. */
WasmProgram.compile = (device, graph) => {
  const { target } = device;
  Object.assign(device, { target: { fusedMultiplyAdd: fused && target.fusedMultiplyAdd, joinsPairs } });
  return compile.call(WasmProgram, device, graph).finally(() => Object.assign(device, { target }));
};
afterAll(() => {
  WasmProgram.compile = compile;
  setThreads(2);
});

/** The faults of some seeds' programs, each by its seed. */
async function faultsOf(seeds: readonly number[]): Promise<Map<number, string[]>> {
  const wanted = seeds.map((seed) => referenceValues(largeProgram(seed)));
  const faults = new Map<number, string[]>();
  for (const threads of [1, 2, 4]) {
    setThreads(threads);
    for (const [k, seed] of seeds.entries()) {
      joinsPairs = seed % 2 === 0;
      fused = seed % 5 > 0;
      const outputs = largeProgram(seed);
      const got = await backendValues(outputs).catch((error: Error) => String(error.stack));
      outputs.forEach((x, i) => {
        const wrong =
          typeof got === "string"
            ? got
            : (declarationDifference(x, got[i]!) ??
              difference(got[i]!, wanted[k]![i]!, x.dtype, { relative: 0, floor: 0 }));
        const how = `${threads} threads, ${joinsPairs ? "pairs" : "single vectors"}, output ${i}`;
        if (wrong) faults.set(seed, [...(faults.get(seed) ?? []), `${how}: ${wrong}`]);
      });
    }
    expect(backend().capabilities.threads).toBe(threads);
  }
  return faults;
}

async function report(seed: number, faults: readonly string[]): Promise<string> {
  const outputs = largeProgram(seed).map((x) => x.node);
  const graph = closeGraph(outputs, []);
  const small = await shrink(graph, new Map());
  const add = `Put ${seed} into \`regressions\` of test/fuzz-products.test.ts.`;
  return `seed ${seed}:\n${faults.join("\n")}\n\n${printGraph(small ?? graph)}\n\n${add}`;
}

test(`${count} random large programs`, { timeout: 1000 * Math.max(60, count) }, async () => {
  const failed: string[] = [];
  const seeds = [...regressions, ...Array.from({ length: count }, (_, i) => i + 1)];
  // Some at a time, as workers come and go with the number of threads.
  for (let at = 0; at < seeds.length && failed.length < 3; at += 30)
    for (const [seed, faults] of await faultsOf(seeds.slice(at, at + 30))) failed.push(await report(seed, faults));
  expect(failed.join("\n\n")).toBe("");
});
