// The house keeps its order: imports point downwards, without cycles, and files stay small and say what they are.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { ShapeError, tensor } from "../src/index.ts";

const root = new URL("../", import.meta.url);

/** The floors of src/, lowest first. A file may import from its own floor and from those below. */
const floors: readonly (readonly string[])[] = [
  // compile/scalar.ts is the scalar language, in which the operations say what one element is; compile/thresholds.ts
  // holds plain numbers.
  [
    "errors.ts",
    "dtype.ts",
    "shape.ts",
    "view.ts",
    "host-array.ts",
    "show.ts",
    "svg.ts",
    "options.ts",
    "named-parts.ts",
    "quantities.ts",
    "debug.ts",
    "random.ts",
    "zip.ts",
    "half.ts",
    "compile/scalar.ts",
    "compile/thresholds.ts",
  ],
  ["ops/"],
  ["graph/"],
  ["compile/"],
  // The wasm backend's three rooms; everything else of backends/ follows.
  ["backends/backend.ts"],
  ["backends/wasm/assemble/"],
  ["backends/wasm/print/"],
  ["backends/wasm/run/"],
  ["backends/"],
  ["runtime/"],
  ["tensor.ts", "indexing.ts", "variable.ts", "gradient.ts", "compile-function.ts", "transformations/"],
  ["functions/"],
  ["formats/", "io/", "data/dataset.ts"],
  // The rooms of data/: tables, pipelines of elements, what is learnt of columns, and where examples come from.
  ["data/table/"],
  ["data/pipeline/"],
  ["data/encoder/", "data/sequence/", "data/folder/"],
  ["data/sets/", "data/text/"],
  ["data/"],
  // The rooms of nn/: what a weight is told, the tree, then the families of layers in the order in which they build on
  // one another.
  ["nn/weights/"],
  ["nn/tree/"],
  ["nn/core/"],
  ["nn/convolution/"],
  ["nn/regularization/", "nn/reshaping/"],
  ["nn/normalization/", "nn/merging/"],
  ["nn/attention/", "nn/recurrent/", "nn/preprocessing/"],
  ["nn/", "losses/", "optimizers/", "metrics/"],
  ["train/"],
  ["models/"],
  ["automatic/"],
  ["index.ts"],
  ["cli/"],
];

function filesUnder(folder: string, kind = /\.ts$/): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .filter((name) => kind.test(name))
    .sort();
}

const sources = filesUnder("src/");
const recipes = filesUnder("recipes/");
const lab = ["src", "build", "test"].flatMap((room) => filesUnder(`lab/${room}/`, /\.(ts|svelte|css)$/));
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
  for (const [, type, to] of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?[^;"'()]*?\s*from\s+"([^"]+)"/gm))
    add(to!, type !== undefined, false);
  for (const [, to] of text.matchAll(/^import\s+"([^"]+)"/gm)) add(to!, false, false);
  for (const [, type, to] of text.matchAll(/(typeof\s+|:\s*Promise<|[<|:]\s*)?\bimport\(\s*"([^"]+)"\s*\)/g))
    add(to!, type !== undefined, true);
  return found;
}

// The texts in project-files.ts are programs of their own, whose imports are not Nabla's.
const all = sources.filter((file) => file !== "src/cli/project-files.ts").flatMap(importsOf);

function floorOf(file: string): number {
  const name = file.replace(/^src\//, "");
  const exact = floors.findIndex((floor) => floor.includes(name));
  return exact >= 0
    ? exact
    : floors.findIndex((floor) => floor.some((folder) => folder.endsWith("/") && name.startsWith(folder)));
}

test("the imports are found", () => {
  // The tests below rely on this: imports of types, of namespaces, over several lines, and re-exports are found.
  expect(all.length).toBeGreaterThan(300);
  expect(all).toContainEqual({ from: "src/ops/op.ts", to: "src/view.ts", isType: true, isDynamic: false });
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

/**
 * Groups of files that import one another, directly or through others (Tarjan's strongly connected components, 1972).
 */
function cycles(files: readonly string[], edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to } of edges) next.get(from)!.push(to);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const other of next.get(file)!) {
      if (!order.has(other)) visit(other);
      if (stack.includes(other)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(other)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

test("cycles are found", () => {
  const edge = (from: string, to: string): Import => ({ from, to, isType: true, isDynamic: false });
  const files = ["a", "b", "c", "d"];
  expect(cycles(files, [edge("a", "b"), edge("b", "c"), edge("a", "c"), edge("c", "d")])).toEqual([]);
  expect(cycles(files, [edge("a", "b"), edge("b", "c"), edge("c", "b"), edge("c", "d")])).toEqual([["b", "c"]]);
});

test("a primitive is registered where it is made: bundlers drop unused calls of defineOp", () => {
  expect(sources.filter((file) => /^\s*defineOp\(/m.test(textOf(file)))).toEqual([]);
});

describe("imports", () => {
  test("every file has its floor", () => {
    expect(sources.filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  test("point downwards only", () => {
    const upwards = all.filter(({ from, to }) => to.startsWith("src/") && floorOf(to) > floorOf(from));
    expect(upwards.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test("form no cycle, even through types", () => {
    const edges = all.filter(({ from, to }) => to !== from && sources.includes(to));
    const cyclic = (left: readonly Import[]) => cycles(sources, left);
    // Type-only imports that close cycles in their own folders. The list only shrinks: entries that close none must go.
    const known = ["src/ops/builders.ts"];
    const isKnown = ({ from, to, isType }: Import, list: readonly string[]) =>
      isType && list.includes(to) && posix.dirname(from) === posix.dirname(to);
    expect(cyclic(edges.filter((edge) => !isKnown(edge, known)))).toEqual([]);
    const needless = known.filter((entry) => {
      const others = known.filter((other) => other !== entry);
      return cyclic(edges.filter((edge) => !isKnown(edge, others))).length === 0;
    });
    expect(needless, "expected every known cycle to exist; take these out of the list").toEqual([]);
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

  test("of packages are in formats/ and cli/ only", () => {
    const packages = all.filter(({ to, isType }) => !isType && !to.startsWith("src/") && !to.startsWith("node:"));
    const elsewhere = packages.filter(({ from }) => !/^src\/(formats|cli)\//.test(from));
    expect(elsewhere.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
    expect(packages.map(({ to }) => to)).toEqual(expect.arrayContaining(["commander", "fast-png", "jpeg-js"]));
  });

  test("of the lab are what any user has, the recipes and the lab's own", () => {
    // It stands in the place of nabla/data for the course's items, which have no files in a browser.
    const exceptions = ["lab/src/engine/data.ts"];
    const inside = lab.filter((file) => file.startsWith("lab/src/") && !exceptions.includes(file));
    const others = inside
      .flatMap(importsOf)
      .filter(({ to }) => /^(src|test|dist|bench|scripts)\//.test(to) || /^nabla\/(?!data$)/.test(to));
    expect(inside.length).toBeGreaterThan(0);
    expect(others).toEqual([]);
  });

  test("of recipes are what any user has: nabla, and other recipes", () => {
    const others = recipes
      .flatMap(importsOf)
      .filter(
        ({ to }) => !/^nabla(\/data|\/automatic)?$/.test(to) && !to.startsWith("recipes/") && !to.startsWith("node:"),
      );
    expect(others.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
    expect(recipes.length).toBeGreaterThan(0);
  });
});

describe("every file of src", () => {
  test("opens with a line that says what it is", () => {
    expect(sources.filter((file) => !/^(#!.*\n)?\/\/ \S.{3,}/.test(textOf(file)))).toEqual([]);
  });

  test("has at most 500 lines", () => {
    expect([...sources, ...recipes, ...lab].filter((file) => textOf(file).trimEnd().split("\n").length > 500)).toEqual(
      [],
    );
  });

  test("and of the tests, the recipes and the lab has no line of more than 120 characters", () => {
    const long = [...sources, ...recipes, ...filesUnder("test/"), ...lab]
      .flatMap((file) =>
        textOf(file)
          .split("\n")
          .map((line, i) => ({ at: `${file}:${i + 1}`, length: line.length })),
      )
      .filter(({ length }) => length > 120);
    expect(long.map(({ at }) => at)).toEqual([]);
  });

  test("leaves nothing for later", () => {
    expect(sources.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(textOf(file)))).toEqual([]);
  });

  test("is named after its idea", () => {
    expect(sources.filter((file) => /\b(utils?|helpers?|common|misc)\.ts$/.test(file))).toEqual([]);
  });
});

test("passes and backends know no operation by its name or identity", () => {
  // Operations are constants that end in Op; which of them a node applies is told by what the operation declares.
  const names = /\b(op\.name|\.name)\s*[!=]==?\s*"|\bops\.[a-z]\w*Op\b/;
  const imported = /^import\s+(?!type\b)[^;]*?\b(?!type )[a-z]\w*Op\b[^;]*?from\s+"[^"]*\/ops\/[^"]*"/m;
  const knowing = (text: string) => names.test(text) || imported.test(text);
  const passes = sources.filter((file) => /^src\/(graph|compile|backends|runtime)\//.test(file));
  // Verification asks whether a node's operation is the registered one, whichever it is.
  const others = passes.filter((file) => file !== "src/graph/verify.ts");
  expect(others.filter((file) => knowing(withoutComments(textOf(file))))).toEqual([]);
  const guilty = [
    'if (node.op.name === "add") return',
    "if (op !== ops.addOp) return null;",
    "known.has(ops.addOp)",
    'import { addOp } from "../ops/index.ts";',
    'import { type Node, addOp } from "../../ops/binary.ts";',
  ];
  expect(guilty.filter((line) => !knowing(line))).toEqual([]);
  expect(knowing('import { type Node, type ScalarOp } from "../ops/op.ts";')).toBe(false);
});

test.runIf(process.env["npm_lifecycle_event"] === "test")("npm test loads what is built", () => {
  let error = new Error();
  try {
    tensor([[1], [1, 2]]);
  } catch (thrown) {
    error = thrown as Error;
  }
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.stack).toMatch(/[\\/]dist[\\/]src[\\/]tensor\.js/);
});
