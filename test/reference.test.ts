// Everything public has a docstring with an example, and docs/index.md lists all of it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as automatic from "../src/automatic/index.ts";
import * as data from "../src/data/index.ts";
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
  const isNamespace = (name: string): boolean =>
    ["random", "linalg", "layers", "losses", "metrics", "optimizers", "schedules", "callbacks"].includes(name);
  const expected = [
    ...Object.keys(data).map((member) => `data.${member}`),
    ...Object.keys(automatic).map((member) => `automatic.${member}`),
    ...Object.entries(nabla).flatMap(([name, value]) =>
      isNamespace(name) ? Object.keys(value).map((member) => `${name}.${member}`) : [name],
    ),
    ...["initializers", "regularizers", "constraints", "activations"].flatMap((name) =>
      Object.keys((nabla as unknown as Record<string, object>)[name]!).map((member) => `${name}.${member}`),
    ),
  ];
  expect([...names].sort()).toEqual([...new Set(expected)].sort());
});
