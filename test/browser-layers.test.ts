// Every layer, every golden of a layer and every function of `linalg` in a real browser, by the checks that Node runs;
// and their numbers, which have the same bits there as in Node.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launch, open } from "./browser/page.ts";
import { serve } from "./browser/serve.ts";
import type { LayerGolden } from "./layer-goldens.ts";

/** As in browser/layers.ts. */
type Results = Readonly<Record<string, string>>;

const search = inject("browser");
const folder = mkdtempSync(join(tmpdir(), "nabla-layers-"));
const { cases: goldens } = JSON.parse(readFileSync(new URL("goldens/nn.json", import.meta.url), "utf8")) as {
  cases: LayerGolden[];
};

describe.skipIf("missing" in search)("in the browser", () => {
  let inNode: Results;
  let inPage: { readonly checks: Results; readonly numbers: Results; readonly complaints: readonly string[] };

  beforeAll(async () => {
    await bundle();
    writeFileSync(join(folder, "index.html"), '<!doctype html><meta charset="utf-8"><title>Layers</title>');
    [inNode, inPage] = await Promise.all([runInNode(), runInPage((search as { path: string }).path)]);
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  it("complains of nothing", () => {
    expect(inPage.complaints).toEqual([]);
  });

  it("passes every check and agrees with every golden", () => {
    expect(Object.entries(inPage.checks).filter(([, result]) => result !== "passed")).toEqual([]);
    expect(Object.keys(inPage.checks).length).toBeGreaterThan(goldens.length);
  });

  it("computes the bits of Node", () => {
    const isHash = (result: string): boolean => /^[1-9]\d* bytes [0-9a-f]{64}$/.test(result);
    expect(Object.entries(inNode).filter(([, result]) => !isHash(result))).toEqual([]);
    expect(inPage.numbers).toEqual(inNode);
  });
});

/** The checks and all that they need of src/, as a page loads it. */
async function bundle(): Promise<void> {
  const build = await rolldown({
    input: fileURLToPath(new URL("browser/layers.ts", import.meta.url)),
    platform: "browser",
    external: /^node:/,
  });
  await build.write({ dir: folder, format: "es" });
  await build.close();
}

/** On one thread, in a process of its own: Vitest's may have settled on what WebAssembly can do. */
async function runInNode(): Promise<Results> {
  const program = `import { runNumbers } from "./layers.js"; console.log(JSON.stringify(await runNumbers(1)));`;
  writeFileSync(join(folder, "in-node.mjs"), program);
  const { stdout } = await promisify(execFile)(process.execPath, ["in-node.mjs"], { cwd: folder, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Results;
}

/** On as many threads as the machine has. */
async function runInPage(path: string) {
  const [server, browser] = await Promise.all([serve(folder), launch(path)]);
  try {
    const { page, complaints } = await open(browser, `${server.address}/isolated/index.html`);
    // A string, since the module's address means something in the page only.
    const { checks, numbers } = (await page.evaluate(
      `import("./layers.js").then(async ({ runChecks, runNumbers }) =>
        ({ checks: await runChecks(${JSON.stringify(goldens)}), numbers: await runNumbers() }))`,
    )) as { checks: Results; numbers: Results };
    return { checks, numbers, complaints };
  } finally {
    await browser.close();
    await server.close();
  }
}
