// The code that a page loads is small, and needs no other packages.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { type OutputChunk, rolldown } from "rolldown";
import { beforeAll, expect, it } from "vitest";

/**
 * The budgets, in bytes after gzip (a KB is 1,024 of them), of what is loaded before a page's first line runs. Raising
 * one is a commit of its own that says why.
 */
const budgets = {
  /** A page that computes with tensors and gradients, without layers and models. */
  tensors: 29 * 1024,
  /** A page that trains a network of dense layers. */
  training: 54 * 1024,
  /** A page that trains, saves and loads models: all of src/index.ts. */
  everything: 127.5 * 1024,
  /**
   * All that the page which trains a network of dense layers has loaded when it has trained and predicted: the
   * compiler, the training loop, and what it gives `compile` by name. Each file is compressed for itself, as a server
   * sends it.
   */
  trained: 128 * 1024,
};

const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));

interface Bundle {
  readonly exports: readonly string[];
  /** The code that is loaded before the page's first line runs; code that is imported on demand does not count. */
  readonly code: string;
  /** Everything that is imported, now or later, and is no file of src/. */
  readonly foreign: readonly string[];
  /** The files of src/ of which anything is loaded, now or later. */
  readonly sources: readonly string[];
  /** The code of all files by name, and the one that is loaded first. */
  readonly files: ReadonlyMap<string, string>;
  readonly first: string;
}

async function bundle(program: string): Promise<Bundle> {
  const entry = {
    name: "entry",
    resolveId: (id: string) =>
      id === "entry.ts" ? id : id === "nabla" ? index : /^[./]/.test(id) ? null : { id, external: true },
    load: (id: string) => (id === "entry.ts" ? program : null),
  };
  const build = await rolldown({
    input: "entry.ts",
    platform: "browser",
    plugins: [entry],
    onLog: (_, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({ format: "es", minify: true });
  await build.close();
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk as OutputChunk]));
  const first = new Set([output[0]]);
  for (const { imports } of first) for (const name of imports) if (chunks.has(name)) first.add(chunks.get(name)!);
  const all = [...chunks.values()];
  return {
    exports: output[0].exports,
    code: [...first].map(({ code }) => code).join(""),
    foreign: all
      .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
      .filter((name) => !chunks.has(name)),
    files: new Map(all.map(({ fileName, code }) => [fileName, code])),
    first: output[0].fileName,
    sources: all.flatMap(({ modules }) => Object.keys(modules)).filter((id) => id.includes("/src/")),
  };
}

/** The size after gzip, which is also told. */
function weigh(name: string, { code }: Bundle): number {
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
  const compressed = gzipSync(code, { level: 9 }).length;
  console.log(
    `${name}: ${kilobytes(compressed)} gzip, ${kilobytes(brotliCompressSync(code).length)} brotli, ` +
      `${kilobytes(Buffer.byteLength(code))} minified`,
  );
  return compressed;
}

let everything: Bundle;
beforeAll(async () => {
  everything = await bundle(`export * from "nabla";`);
});

it("a page that needs less of it loads less", async () => {
  const tensors = await bundle(`export { compile, gradients, matmul, tensor, variable } from "nabla";`);
  expect(weigh("tensors", tensors)).toBeLessThan(budgets.tensors);
});

/** A page that gives the optimizer, the loss and the metric by name. */
const trainingPage = `
  import { layers, sequential } from "nabla";
  const model = sequential([layers.dense(128, { activation: "relu" }), layers.dense(10, { activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  export async function train() {
    const x = Array.from({ length: 64 }, (_, i) => new Array(784).fill(i / 64));
    const y = x.map((_, i) => i % 10);
    const { epochs } = await model.fit(x, y, { epochs: 2, verbose: 0 });
    await model.predict(x);
    return epochs.length;
  }`;

/** Runs a bundle's exported function in Node. Gives the names of the files that were loaded by then, and the result. */
function filesLoadedBy({ files, first }: Bundle, called: string): { loaded: string[]; result: unknown } {
  const folder = mkdtempSync(join(tmpdir(), "nabla-page-"));
  try {
    writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
    for (const [name, code] of files)
      writeFileSync(join(folder, name), `(globalThis.loaded ??= []).push("${name}");${code}`);
    const run = `import { ${called} } from "./${first}";
      const result = await ${called}();
      console.log(JSON.stringify({ loaded: globalThis.loaded, result }));
      process.exit();`;
    writeFileSync(join(folder, "run.mjs"), run);
    // Without the settings of the tests, under which every program is verified.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("NABLA_")));
    return JSON.parse(spawnSync(process.execPath, [join(folder, "run.mjs")], { encoding: "utf8", env }).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("a page that trains loads what it names, when it trains", async () => {
  const page = await bundle(trainingPage);
  expect(weigh("training, at first", page)).toBeLessThan(budgets.training);
  const { loaded, result } = filesLoadedBy(page, "train");
  expect(result).toBe(2);
  const bytes = loaded.map((name) => gzipSync(page.files.get(name)!, { level: 9 }).length).reduce((a, b) => a + b);
  console.log(`training, in all: ${(bytes / 1024).toFixed(1)} KB gzip in ${loaded.length} files`);
  expect(bytes).toBeLessThan(budgets.trained);
  const names = loaded.map((name) => name.replace(/-.{8}\.js$/, ""));
  expect(names).toEqual(expect.arrayContaining(["adam", "fit", "fitting-accuracy", "program"]));
  for (const other of ["rmsprop", "schedules", "model-file", "diagnose", "inspection"])
    expect(names).not.toContain(other);
}, 20_000);

it("a page that names one loss loads no other", async () => {
  const { sources } = await bundle(`import { losses } from "nabla"; export const loss = losses.huber({ delta: 2 });`);
  const loaded = sources.filter((id) => id.includes("/src/losses/")).map((id) => id.replace(/.*\//, ""));
  expect(loaded.sort()).toEqual(["factories.ts", "factory.ts", "huber.ts", "loss.ts", "triplet.ts"]);
});

it("a page that names one layer loads no other", async () => {
  const { sources } = await bundle(`import { layers } from "nabla"; export const layer = layers.conv2d(8, 3);`);
  const register = readFileSync(new URL("../src/nn/register.ts", import.meta.url), "utf8");
  const files = [...register.matchAll(/\{[^}]*\} from "\.\/(.*\.ts)"/g)].map(([, file]) => file!);
  expect(files.length).toBeGreaterThan(30);
  const loaded = files.filter((file) => sources.some((id) => id.endsWith(`/src/nn/${file}`)));
  // The activation is an option of the convolution.
  expect(loaded.filter((file) => !file.startsWith("tree/"))).toEqual([
    "convolution/convolution.ts",
    "core/activation.ts",
  ]);
});

it("a page that names one optimizer and one schedule loads no others", async () => {
  const page = await bundle(
    `import { optimizers, schedules } from "nabla";
    export const optimizer = optimizers.adam({ learningRate: schedules.noam({ modelSize: 64, warmupSteps: 100 }) });`,
  );
  weigh("one optimizer", page);
  const loaded = page.sources.filter((id) => id.includes("/src/optimizers/")).map((id) => id.replace(/.*\//, ""));
  const shared = [
    "by-path.ts",
    "clipping.ts",
    "factory.ts",
    "moments.ts",
    "optimizer.ts",
    "shared-options.ts",
    "slot-layout.ts",
  ];
  expect(loaded.sort()).toEqual([...shared, "adam.ts", "noam.ts", "schedule.ts"].sort());
});

it("a page that names one metric loads no other", async () => {
  const { sources } = await bundle(`import { metrics } from "nabla"; export const metric = metrics.auc();`);
  const loaded = sources.filter((id) => /\/src\/(losses|metrics)\//.test(id)).map((id) => id.replace(/.*\//, ""));
  expect(loaded.sort()).toEqual(["auc.ts", "curve.ts", "decisions.ts", "loss.ts", "metric.ts", "options.ts"]);
});

it("all that there is keeps to its budget", () => {
  expect(weigh("everything", everything)).toBeLessThan(budgets.everything);
});

it("imports no package, no module of Node and nothing of the command line", () => {
  expect(everything.exports).toEqual(
    expect.arrayContaining(["compile", "layers", "loadModel", "sequential", "tensor"]),
  );
  expect(everything.foreign).toEqual([]);
  expect(everything.code).not.toMatch(/\b(from|import|require)\s*\(?\s*["'`](?!\.\/)/);
  expect(everything.sources.length).toBeGreaterThan(50);
  expect(everything.sources.filter((id) => id.includes("/src/cli/"))).toEqual([]);
});
