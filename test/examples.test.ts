// Every @example of src/ is run, with all that nabla exports in scope, and its values are compared with those it shows.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import * as automatic from "../src/automatic/index.ts";
import * as data from "../src/data/index.ts";
import * as nabla from "../src/index.ts";
import { agrees, examplesOf, programOf, shownValue } from "./docstrings.ts";
import { writeExampleFiles } from "./example-files.ts";

const source = new URL("../src/", import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts"))
  .sort();

/** Examples that are not run, by file and the beginning of their text. */
const notRun: Record<string, string> = {
  "io/download.ts await download(": "loads from the network",
  "data/sets/mnist.ts const { train, test } = await mnist(": "needs files that are not in the repository",
  "data/sets/fashion-mnist.ts const { train, test } = await fashionMnist(":
    "needs files that are not in the repository",
  "io/idx.ts const images = await decodeIdx(": "needs files that are not in the repository",
};

const home = process.cwd();
/** Files that examples read: each example gets a copy, which it may change. */
const originals = mkdtempSync(join(tmpdir(), "nabla-example-files-"));
let folder = "";

/** The names that examples take as given; defined anew for each example. */
let given: Record<string, unknown> = {};

function makeModel(): nabla.Model {
  const { sequential, layers } = nabla;
  const model = sequential([layers.input([2]), layers.dense(2, { name: "dense_1", activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

beforeAll(async () => {
  writeExampleFiles(originals);
  const model = makeModel();
  for (const name of ["digits", "model"]) await model.save(join(originals, `${name}.safetensors`));
});

afterAll(() => rmSync(originals, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-examples-"));
  cpSync(originals, folder, { recursive: true });
  process.chdir(folder);
  vi.stubEnv("NABLA_CACHE", folder);
  const { layers, Dataset, callbacks, tensor, losses, metrics, optimizers } = nabla;
  const dataset = Dataset.from({
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    targets: [0, 1, 1, 0],
  });
  given = {
    ...layers,
    ...losses,
    ...metrics,
    ...optimizers,
    ...data,
    ...automatic,
    ...callbacks,
    ...nabla,
    model: makeModel(),
    train: dataset,
    test: dataset,
    data: dataset,
    images: [
      [0, 1],
      [1, 1],
    ],
    x: tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    pixels: new Uint8Array(100 * 28 * 28),
    labels: new Uint8Array(100).map((_, i) => i % 2),
    readFile,
    bytes: new Uint8Array(3),
  };
});

afterEach(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const AsyncFunction = (async () => undefined).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<void>;

// The command line is no library: its parts are exported for its own tests.
for (const file of files.filter((name) => !name.startsWith("cli/"))) {
  const examples = examplesOf(readFileSync(new URL(file, source), "utf8"));
  if (examples.length === 0) continue;
  describe(file, () => {
    for (const { line, text } of examples) {
      const skipped = Object.keys(notRun).some((key) => `${file} ${text}`.startsWith(key));
      test.skipIf(skipped)(`line ${line}`, async () => {
        const { code, checks } = programOf(text);
        const scope: Record<string, unknown> = {
          ...given,
          ...((await import(new URL(file, source).href)) as object),
          ...(file.startsWith("io/") ? {} : nabla),
        };
        let seen = 0;
        const check = (value: unknown, comment: string): void => {
          seen++;
          if (!agrees(value, shownValue(comment)!))
            expect.fail(
              `shows ${comment}, but is ` +
                `${JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? [...(v as Float32Array)] : v))}`,
            );
        };
        await new AsyncFunction("check", ...Object.keys(scope), `"use strict"; {\n${code}\n}`)(
          check,
          ...Object.values(scope),
        );
        expect(seen).toBe(checks);
      });
    }
  });
}

describe("the test of examples", () => {
  const all = files.flatMap((file) =>
    examplesOf(readFileSync(new URL(file, source), "utf8")).map(({ text }) => `${file} ${text}`),
  );

  test("finds them, and the values that they show", () => {
    expect(all.length).toBeGreaterThan(70);
    expect(
      all.reduce((n, example) => n + programOf(example.slice(example.indexOf(" ") + 1)).checks, 0),
    ).toBeGreaterThan(35);
    expect(Object.keys(notRun).filter((key) => !all.some((example) => example.startsWith(key)))).toEqual([]);
  });

  test("takes docstrings apart", () => {
    const found = examplesOf(
      "// first\n/**\n * Says.\n *\n * @example\n * const x = 1;\n * x; // 1\n * @throws never\n */\n/** " +
        "@example f(2); // 4 */\n/** None. */\n",
    );
    expect(found).toEqual([
      { line: 5, text: "const x = 1;\nx; // 1" },
      { line: 10, text: "f(2); // 4" },
    ]);
  });

  test("makes checks of lines that show a value, and of no others", () => {
    const { code, checks } = programOf(
      "const f = (x: number) => x; // 2\nf(1); // 1\nf(2) // [1, 2…]\nf(3); // about three\nawait f(4); // true",
    );
    expect(checks).toBe(3);
    expect(code.match(/check\(.*/g)).toEqual([
      'check(f(1), "1");',
      'check(f(2), "[1, 2…]");',
      'check(await f(4), "true");',
    ]);
  });

  test.each<[unknown, string, boolean]>([
    [12, "12", true],
    [12.0000005, "12", true],
    [12.1, "12", false],
    [0.2231, "0.223", true],
    [0.2239, "0.223", false],
    [0.47693, "0.4769…", true],
    [0.477, "0.4769…", false],
    [-0.47693, "-0.4769…", true],
    [0.4768, "0.4769…", false],
    [[1, [2.5, 3]], "[1, [2.5, 3]]", true],
    [[1, 2], "[1, 2, 3]", false],
    [new Float32Array([1, 2]), "[1, 2]", true],
    [true, "true", true],
    [1, "true", false],
    ["a 1", '"a 1"', true],
    [NaN, "NaN", true],
    [-Infinity, "[-Infinity]", false],
    [[-Infinity], "[-Infinity]", true],
    [1.5e-7, "1.5e-7", true],
    [1.6e-7, "1.5e-7", false],
    [255, "0xff", true],
    ["12", "12", false],
    [null, "null", true],
  ])("%j shown as %s: %s", (value, shown, want) => {
    expect(agrees(value, shownValue(shown)!)).toBe(want);
  });
});
