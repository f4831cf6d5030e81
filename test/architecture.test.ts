// The house keeps its order: imports point downwards, without cycles, and files stay small and say what they are.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);

/** The floors of src/, lowest first. A file may import from its own floor and from those below. */
const floors: readonly (readonly string[])[] = [
  // compile/scalar.ts is the scalar language, in which the operations say what one element is.
  [
    "errors.ts",
    "dtype.ts",
    "shape.ts",
    "view.ts",
    "host-array.ts",
    "show.ts",
    "options.ts",
    "debug.ts",
    "random.ts",
    "compile/scalar.ts",
  ],
  ["ops/"],
  ["graph/"],
  ["compile/"],
  ["backends/"],
  ["runtime/"],
  ["tensor.ts", "indexing.ts", "variable.ts", "gradient.ts", "compile-function.ts", "transformations/"],
  ["functions/"],
  ["data/", "io/"],
  ["nn/", "losses/", "optimizers/", "metrics/"],
  ["train/"],
  ["index.ts"],
  ["cli/"],
];

function filesUnder(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .filter((name) => name.endsWith(".ts"))
    .sort();
}

const sources = filesUnder("src/");
const recipes = filesUnder("recipes/");
const textOf = (file: string): string => readFileSync(new URL(file, root), "utf8");

interface Import {
  readonly from: string;
  /** A path from the repository's root, or the name of a package. */
  readonly to: string;
  /** Erased when it is compiled: nothing is loaded. */
  readonly isType: boolean;
  /** Loaded only when the line is reached. */
  readonly isDynamic: boolean;
}

/** Comments and the contents of template texts may speak of imports without importing. */
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

function importsOf(file: string): Import[] {
  const text = withoutComments(textOf(file));
  const found: Import[] = [];
  const add = (to: string, isType: boolean, isDynamic: boolean): void => {
    const path = to.startsWith(".") ? posix.join(posix.dirname(file), to) : to;
    found.push({ from: file, to: path, isType, isDynamic });
  };
  for (const [, type, to] of text.matchAll(/^(?:import|export)\s+(type\s+)?[^;"'()]*?\s*from\s+"([^"]+)"/gm))
    add(to!, type !== undefined, false);
  for (const [, to] of text.matchAll(/^import\s+"([^"]+)"/gm)) add(to!, false, false);
  for (const [, type, to] of text.matchAll(/(typeof\s+|:\s*Promise<|[<|:]\s*)?\bimport\(\s*"([^"]+)"\s*\)/g))
    add(to!, type !== undefined, true);
  return found;
}

const all = sources.flatMap(importsOf);

function floorOf(file: string): number {
  const name = file.replace(/^src\//, "");
  const exact = floors.findIndex((floor) => floor.includes(name));
  return exact >= 0
    ? exact
    : floors.findIndex((floor) => floor.some((folder) => folder.endsWith("/") && name.startsWith(folder)));
}

test("the imports are found", () => {
  // What the tests below rest on: types, namespaces, re-exports and several lines are all seen.
  expect(all.length).toBeGreaterThan(300);
  expect(all).toContainEqual({ from: "src/ops/op.ts", to: "src/shape.ts", isType: true, isDynamic: false });
  expect(all).toContainEqual({ from: "src/ops/index.ts", to: "src/ops/unary.ts", isType: false, isDynamic: false });
  expect(all).toContainEqual({ from: "src/index.ts", to: "src/nn/index.ts", isType: false, isDynamic: false });
  expect(all).toContainEqual({
    from: "src/index.ts",
    to: "src/functions/activations.ts",
    isType: false,
    isDynamic: false,
  });
  const missing = all.filter(({ to }) => to.startsWith("src/") && !sources.includes(to));
  expect(missing).toEqual([]);
});

describe("imports", () => {
  test("every file has its floor", () => {
    expect(sources.filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  test("point downwards only", () => {
    const upwards = all.filter(({ from, to }) => to.startsWith("src/") && floorOf(to) > floorOf(from));
    expect(upwards.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test("run in no circle", () => {
    const loads = new Map(
      sources.map((file) => [
        file,
        importsOf(file)
          .filter((i) => !i.isType && !i.isDynamic && sources.includes(i.to))
          .map((i) => i.to),
      ]),
    );
    const circles: string[] = [];
    const finished = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (path.includes(file) || finished.has(file)) return;
      for (const next of loads.get(file)!) visit(next, [...path, file]);
      finished.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("of the core bring in no package and nothing of Node's", () => {
    const core = new Set(["src/index.ts"]);
    for (const file of core)
      for (const { to, isType, isDynamic } of importsOf(file))
        if (!isType && !isDynamic && sources.includes(to)) core.add(to);
    expect(core.size).toBeGreaterThan(60);
    const foreign = [...core].flatMap(importsOf).filter(({ to, isType }) => !isType && !to.startsWith("src/"));
    expect(foreign.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
    expect([...core].filter((file) => file.startsWith("src/cli/"))).toEqual([]);
  });

  test("of recipes are what any user has: nabla, and other recipes", () => {
    const others = recipes
      .flatMap(importsOf)
      .filter(({ to }) => to !== "nabla" && !to.startsWith("recipes/") && !to.startsWith("node:"));
    expect(others.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
    expect(recipes.length).toBeGreaterThan(0);
  });
});

describe("every file of src", () => {
  test("opens with a line that says what it is", () => {
    expect(sources.filter((file) => !/^(#!.*\n)?\/\/ \S.{3,}/.test(textOf(file)))).toEqual([]);
  });

  test("has at most 600 lines", () => {
    expect(sources.filter((file) => textOf(file).split("\n").length > 600)).toEqual([]);
  });

  test("leaves nothing for later", () => {
    expect(sources.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(textOf(file)))).toEqual([]);
  });

  test("is named after its idea", () => {
    expect(sources.filter((file) => /\b(utils?|helpers?|common|misc)\.ts$/.test(file))).toEqual([]);
  });
});

test("passes and backends know no operation by its name", () => {
  const names = /\b(op\.name|\.name)\s*===\s*"/;
  expect(
    sources.filter((file) => /^src\/(compile|backends)\//.test(file) && names.test(withoutComments(textOf(file)))),
  ).toEqual([]);
});
