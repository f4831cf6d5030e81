// Pairs of vectors that V8 can join into one of 256 bits: they lie at one address plus constants and are stored
// together.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ModuleBuilder } from "../src/backends/wasm/assemble/assembler.ts";
import { contractScratchBytes } from "../src/backends/wasm/print/blocking.ts";
import { printKernelPieces } from "../src/backends/wasm/print/kernels.ts";
import type { Target } from "../src/backends/wasm/print/target.ts";
import { lowerGraph } from "../src/compile/pipeline.ts";
import { closeGraph } from "../src/graph/graph.ts";
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";

const target: Target = { fusedMultiplyAdd: true, joinsPairs: true };
const placeholder = (index: number, shape: number[]): Node => ops.placeholder(index, shape, "float32");
const inputs = [placeholder(0, [64, 128]), placeholder(1, [64, 128]), placeholder(2, [128, 128])];
const [x, y, w] = inputs as [Node, Node, Node];
const moment = ops.add(ops.mul(x, x), ops.mul(y, y));
const product = ops.contract(x, w, { a: [-1, 0], b: [0, -2], out: [-1, -2] });

const places = ops.cast(ops.reshape(x, [64 * 128]), "int32");

/** Programs, and the pairs of stores in the text of their kernels. */
const programs: readonly [name: string, results: readonly Node[], pairs: number][] = [
  ["a map", [ops.tanh(x)], 1],
  ["a map of several results", [ops.add(moment, x), ops.sqrt(moment), ops.div(x, ops.sqrt(ops.add(moment, y)))], 3],
  // V8 13.6 does not end the compilation of a map whose lanes are loaded one by one, if it stores pairs.
  ["a map that gathers by computed indices", [ops.gather(ops.reshape(w, [128 * 128]), places, 0)], 0],
  // Sixteen vectors go side by side; of two sums, eight.
  ["sums of columns", [ops.sum(ops.mul(x, y), [0])], 8],
  ["sums of columns, and operations on them", [ops.mul(ops.sum(x, [0]), ops.sqrt(ops.sum(y, [0])))], 4],
  // A packed panel holds sixteen columns in four vectors. A tile stores four rows; there is one for rows at equal
  // distances, and one for rows with an address each.
  ["operations on a product", [ops.tanh(product)], 1 + 2 + 2 * 8],
];

function printed(results: readonly Node[]): ModuleBuilder {
  const module = new ModuleBuilder();
  const { plan } = lowerGraph(closeGraph([...results], [], inputs), (kernel) => contractScratchBytes(kernel, target));
  plan.kernels.forEach((kernel, i) => {
    for (const { f } of printKernelPieces(kernel, `kernel_${i}`, target, module)) module.add(f);
  });
  return module;
}

/** A store of a whole vector: its address, its offset. */
const store = String.raw` +local\.get \d+\n +v128\.store (\d+)\n`;
const pairOfStores = new RegExp(String.raw`local\.(?:get|tee) (\d+)\n${store}(?= +local\.get (\d+)\n${store})`, "g");

/** Number of pairs of stores that follow one another directly, at one address plus constants. */
const pairsOf = (text: string): number =>
  [...text.matchAll(pairOfStores)].filter(
    ([, address, offset, nextAddress, nextOffset]) =>
      address === nextAddress && Number(nextOffset) === Number(offset) + 16 && Number(offset) % 32 === 0,
  ).length;

test.each(programs)("%s is stored in as many pairs as it has", (_, results, pairs) => {
  expect(pairsOf(printed(results).print())).toBe(pairs);
});

const v8 = Number.parseInt(process.versions.v8, 10);

test.skipIf(v8 < 13 || process.arch !== "x64")("V8 joins them", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-pairs-"));
  programs.forEach(([, results], i) => writeFileSync(join(folder, `${i}.wasm`), printed(results).encode(false)));
  const script = "new WebAssembly.Module(fs.readFileSync(process.argv[1]))";
  const flags = [
    "--no-liftoff",
    "--no-wasm-lazy-compilation",
    "--experimental-wasm-revectorize",
    "--trace-wasm-revectorize",
  ];
  const joined = programs.map(([name], i) => {
    const { stdout } = spawnSync(process.execPath, [...flags, "-e", script, join(folder, `${i}.wasm`)], {
      encoding: "utf8",
    });
    // Without AVX2 there is nothing to join.
    return [name, !stdout.includes("Begin revec") || stdout.includes("Decide to vectorize")];
  });
  rmSync(folder, { recursive: true });
  expect(joined).toEqual(programs.map(([name]) => [name, true]));
});
