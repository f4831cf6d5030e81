// The package in a real browser: the same programs give the same bits there as in Node.
import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findBrowser, findOrInstallBrowser } from "./browser/find.ts";
import { launch, open } from "./browser/page.ts";
import { serve } from "./browser/serve.ts";

/** The result of `runAll` of browser/programs.mjs. */
interface Outcome {
  readonly numbers: Readonly<Record<string, string>>;
  readonly xorOutputs: readonly number[];
  readonly features: { readonly simd: boolean; readonly relaxedSimd: boolean };
  readonly isolated: boolean;
}

interface Visit extends Outcome {
  /** Errors and warnings of the console, exceptions, and requests without an answer. */
  readonly complaints: readonly string[];
  /** The other messages of the console. */
  readonly remarks: readonly string[];
}

const programNames = [
  "xor network",
  "dropout, Adam and softmax cross-entropy",
  "a matrix product of 257 × 1031 × 193",
  "exp, log, tanh, erf, sin and cos",
  "a training step of one's own",
  "a convolutional network's steps",
  "a recurrent network's steps",
];

/** The result of `runHolds` of browser/programs.mjs. */
type Holds = Readonly<Record<string, { readonly total: number; readonly longest: number }>>;

const page = `<!doctype html><meta charset="utf-8"><title>Nabla</title>
<script type="importmap">{ "imports": { "nabla": "./node_modules/nabla/dist/src/index.js",
  "nabla/data": "./node_modules/nabla/dist/src/data/index.js" } }</script>`;

const search = inject("browser");
const mayDoWithout = !process.env["CI"];
if ("missing" in search && mayDoWithout) console.warn(`The browser test is skipped. ${search.missing}`);

it.skipIf("missing" in search && mayDoWithout)("there is a browser to test in", () => {
  expect("path" in search, "missing" in search ? search.missing : "").toBe(true);
});

describe.skipIf("missing" in search)("in the browser", () => {
  let inNode: Outcome;
  let isolated: Visit;
  let plain: Visit;
  let refused: Visit;
  let browser: Browser | undefined;
  let server: Awaited<ReturnType<typeof serve>> | undefined;

  beforeAll(async () => {
    const project = inject("project");
    copyFileSync(new URL("browser/programs.mjs", import.meta.url), join(project, "programs.mjs"));
    writeFileSync(join(project, "index.html"), page);
    inNode = await runInNode(project);
    server = await serve(project);
    browser = await launch((search as { path: string }).path);
    isolated = await visit(browser, `${server.address}/isolated/index.html`);
    plain = await visit(browser, `${server.address}/plain/index.html`);
    refused = await visit(browser, `${server.address}/refused/index.html`);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it("loads and trains without a complaint", () => {
    expect(isolated.complaints).toEqual([]);
    expect(plain.complaints).toEqual([]);
  });

  it("has multiply-add with one rounding, as Node has", () => {
    expect(inNode.features).toMatchObject({ simd: true, relaxedSimd: true });
    expect(isolated.features).toMatchObject({ simd: true, relaxedSimd: true });
  });

  it("learns XOR", () => {
    expect(isolated.xorOutputs.map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  it("runs the programs that are listed here", () => {
    expect(Object.keys(inNode.numbers)).toEqual(programNames);
  });

  it.each(programNames)("computes the bits of Node: %s", (name) => {
    expect(differingWords(isolated.numbers[name]!, inNode.numbers[name]!)).toBeNull();
  });

  it.each(programNames)("does so without cross-origin isolation: %s", (name) => {
    expect([isolated.isolated, plain.isolated]).toEqual([true, false]);
    expect(differingWords(plain.numbers[name]!, inNode.numbers[name]!)).toBeNull();
  });

  it("computes the same bits with one, three and four threads, as with two", async () => {
    for (const threads of [1, 3, 4]) {
      const { numbers, complaints } = await visit(browser!, `${server!.address}/isolated/index.html`, threads);
      expect(complaints).toEqual([]);
      expect(
        Object.keys(numbers).filter((name) => numbers[name] !== inNode.numbers[name]),
        `${threads} threads`,
      ).toEqual([]);
    }
  }, 120_000);

  it("says once that a page without isolation has one thread", () => {
    expect(isolated.remarks).toEqual([]);
    expect(plain.remarks).toEqual([
      expect.stringMatching(/one thread computes.*Cross-Origin-Opener-Policy: same-origin/),
    ]);
  });

  it("goes on alone, and says so once, where a page's policy refuses workers", () => {
    expect(refused.isolated).toBe(true);
    expect(refused.remarks).toEqual([expect.stringMatching(/worker threads cannot be started here.*worker-src blob:/)]);
    expect(refused.numbers).toEqual(inNode.numbers);
  });

  it("says what to add to a policy that forbids WebAssembly", async () => {
    const { page } = await open(browser!, `${server!.address}/strict/index.html`);
    const said = await page.evaluate(
      'import("./programs.mjs").then(({ runAll }) => runAll()).catch(({ name, message }) => name + ": " + message)',
    );
    await page.close();
    expect(said).toMatch(/^NablaError: WebAssembly: .*Add 'wasm-unsafe-eval' to its script-src\.$/);
  });

  it.each(["isolated", "plain"])(
    "lets a page breathe while it computes: %s",
    async (way) => {
      const { page } = await open(browser!, `${server!.address}/${way}/index.html`);
      const holds = (await page.evaluate(`import("./programs.mjs").then(({ runHolds }) => runHolds())`)) as Holds;
      await page.close();
      const lines = Object.entries(holds).map(
        ([name, { total, longest }]) => `${name}: ${longest.toFixed(1)} of ${total.toFixed(0)} ms`,
      );
      console.log(`The longest that a page (${way}) was held: ${lines.join("; ")}.`);
      // Half a frame is 8.3 ms. Other processes hold the page, too, so that only what is far from that is a fault.
      for (const [name, { total, longest }] of Object.entries(holds))
        expect(longest, name).toBeLessThan(Math.max(150, total / 2));
    },
    120_000,
  );
});

/** In a process of its own, as Vitest's may have settled on what WebAssembly can do before Nabla was loaded. */
async function runInNode(project: string): Promise<Outcome> {
  const program = `import { runAll } from "./programs.mjs"; console.log(JSON.stringify(await runAll()));`;
  writeFileSync(join(project, "in-node.mjs"), program);
  const { stdout } = await promisify(execFile)(process.execPath, ["in-node.mjs"], { cwd: project, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Outcome;
}

async function visit(browser: Browser, address: string, threads?: number): Promise<Visit> {
  const { page, complaints, remarks } = await open(browser, address);
  // A string, since the module's address means something in the page only.
  const outcome = (await page.evaluate(
    `import("./programs.mjs").then(({ runAll }) => runAll(${threads ?? ""}))`,
  )) as Outcome;
  await page.close();
  return { ...outcome, complaints, remarks };
}

/** Null where all bits are the same; otherwise how many 32-bit words differ, and the first of them. */
function differingWords(got: string, wanted: string): string | null {
  const [a, b] = [got, wanted].map((text) => Buffer.from(text, "base64"));
  if (a!.length === 0 || a!.length !== b!.length) return `${a!.length} bytes instead of ${b!.length}`;
  const count = a!.length / 4;
  const differing = Array.from({ length: count }, (_, i) => i).filter(
    (i) => a!.readUInt32LE(4 * i) !== b!.readUInt32LE(4 * i),
  );
  const [first] = differing;
  return first === undefined
    ? null
    : `${differing.length} of ${count} words differ, first word ${first}: ` +
        `${a!.readFloatLE(4 * first)} instead of ${b!.readFloatLE(4 * first)}`;
}

describe.skipIf(process.platform === "win32")("the search for a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-find-browser-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const said: string[] = [];
  const machine = { elsewhere: [], root: true, say: (line: string) => void said.push(line) };
  /** A folder for the PATH with a shell script in it. */
  const withProgram = (name: string, script: string): string => {
    const path = mkdtempSync(join(folder, "path-"));
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
    return path;
  };

  it("takes CHROME_PATH before the PATH, and says so where it is wrong", () => {
    const path = withProgram("chromium", "");
    const chosen = join(withProgram("my-chrome", ""), "my-chrome");
    expect(findBrowser({ PATH: path, CHROME_PATH: chosen }, machine)).toBe(chosen);
    expect(() => findBrowser({ PATH: path, CHROME_PATH: join(folder, "nothing") }, machine)).toThrow(
      /CHROME_PATH names ".*nothing"/,
    );
  });

  it("takes what is on the PATH, and only programs", () => {
    const unusable = mkdtempSync(join(folder, "unusable-"));
    writeFileSync(join(unusable, "chromium"), "");
    const path = withProgram("google-chrome", "");
    expect(findBrowser({ PATH: `${unusable}:${path}` }, machine)).toBe(join(path, "google-chrome"));
    expect(findBrowser({ PATH: unusable }, machine)).toBeUndefined();
  });

  it("installs Debian's as root", () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const making = `echo "#!/bin/sh" > ${bin}/chromium; /bin/chmod +x ${bin}/chromium`;
    const install = `echo "$@" >> ${folder}/apt.log; [ "$1" = update ] || { ${making}; }`;
    const env = { PATH: `${withProgram("apt-get", install)}:${bin}` };
    expect(findOrInstallBrowser(env, machine)).toEqual({ path: join(bin, "chromium") });
    expect(readFileSync(join(folder, "apt.log"), "utf8")).toBe(
      "update\ninstall -y --no-install-recommends chromium-headless-shell\n",
    );
    expect(said).toEqual(["No Chromium on this machine; installing Debian's chromium-headless-shell."]);
  });

  it("says why there is none", () => {
    const env = {
      PATH: withProgram("apt-get", "exit 100"),
      PLAYWRIGHT_BROWSERS_PATH: "/dev/null/nowhere",
      PLAYWRIGHT_DOWNLOAD_HOST: "http://127.0.0.1:9",
    };
    const found = findOrInstallBrowser(env, machine);
    expect(found).toHaveProperty(
      "missing",
      expect.stringMatching(
        /none could be installed. Debian's chromium-headless-shell: .* Debian's chromium: .* Playwright's chromium: /s,
      ),
    );
  });
});
