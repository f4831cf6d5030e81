// Everything public has a docstring with an example, and docs/index.md lists all of it.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as nabla from "../src/index.ts";

const script = fileURLToPath(new URL("../scripts/reference.mjs", import.meta.url));
const run = (mode: string): string => {
  try {
    return execFileSync(process.execPath, [script, mode], { encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
};

test("every public name has a docstring and an example, and docs/index.md is up to date", () => {
  expect(run("--check")).toBe("");
});

test("the script that says so finds what programs can import", () => {
  const { names } = JSON.parse(run("--json")) as { names: string[] };
  const isNamespace = (name: string): boolean => ["data", "random", "layers", "callbacks"].includes(name);
  const expected = [
    ...Object.entries(nabla).flatMap(([name, value]) =>
      isNamespace(name) ? Object.keys(value).map((member) => `${name}.${member}`) : [name],
    ),
    ...["losses", "metrics", "optimizers", "initializers", "activations"].flatMap((name) =>
      Object.keys((nabla as unknown as Record<string, object>)[name]!).map((member) => `${name}.${member}`),
    ),
  ];
  expect([...names].sort()).toEqual([...new Set(expected)].sort());
});

/** Recipes that are tested elsewhere: test/cli.test.ts runs this one on images that it makes up. */
const testedElsewhere = ["mnist-mlp.ts"];

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

test("every layer is checked whole, every optimizer has golden values, every recipe is tested", () => {
  const lacking = [
    ...Object.keys(nabla.layers)
      .filter(
        (name) =>
          !new RegExp(`checkLayer\\(\\s*(?:\\(\\) =>)?[\\s\\S]{0,40}layers\\.${name}\\b`).test(
            textOf("layers.test.ts"),
          ),
      )
      .map((name) => `layers.${name}: add a call of checkLayer in test/layers.test.ts`),
    ...Object.keys(nabla.optimizers)
      .filter((name) => !new RegExp(`"${name}"`, "i").test(textOf("goldens/optimizers.json")))
      .map((name) => `optimizers.${name}: add its values to test/goldens/make.py`),
    ...readdirSync(new URL("../recipes/", import.meta.url))
      .filter(
        (file) =>
          file.endsWith(".ts") &&
          !testedElsewhere.includes(file) &&
          !textOf("recipes.test.ts").includes(`recipes/${file}`),
      )
      .map((file) => `recipes/${file}: add it to the list in test/recipes.test.ts`),
  ];
  expect(lacking).toEqual([]);
});
