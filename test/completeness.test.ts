// Whoever adds a layer, a loss, a metric, an optimizer or a recipe is told which table it belongs in.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { layers, losses, metrics, optimizers, schedules } from "../src/index.ts";
import { layerCases } from "./layer-cases/index.ts";

const text = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
const goldens = (name: string): string[] =>
  (JSON.parse(text(`./goldens/${name}.json`)) as { cases: { name: string }[] }).cases.map((golden) => golden.name);
/** The sentence for each name that is missing. */
const missing = (names: readonly string[], has: (name: string) => boolean, advice: string): string[] =>
  names.filter((name) => !has(name)).map((name) => `${name}: ${advice}`);

test("every layer is checked whole, in Node and in a page", () => {
  const makers = Object.values(layerCases).map(([make]) => String(make));
  const isChecked = (name: string): boolean => makers.some((text) => new RegExp(`\\blayers\\.${name}\\(`).test(text));
  expect(missing(Object.keys(layers), isChecked, "add a case to test/layer-cases/")).toEqual([]);
});

test("every optimizer has goldens", () => {
  const known = goldens("optimizers");
  const advice = "add a line to the optimizers in test/goldens/make.py and run it";
  expect(missing(Object.keys(optimizers), (name) => known.includes(name), advice)).toEqual([]);
});

test("every schedule has goldens", () => {
  const known = goldens("schedules");
  const advice = "add a line to the schedules in test/goldens/make.py and run it";
  expect(missing(Object.keys(schedules), (name) => known.includes(name), advice)).toEqual([]);
});

test("every loss has goldens or worked values", () => {
  const [known, tests] = [goldens("losses"), text("./losses.test.ts")];
  const has = (name: string): boolean => known.includes(name) && tests.includes(`losses.${name}(`);
  const advice = "add a case to the losses in test/goldens/make.py, and worked values in test/losses.test.ts";
  expect(missing(Object.keys(losses), has, advice)).toEqual([]);
});

test("every metric has worked values", () => {
  const tests = ["metrics", "metrics-exact", "metrics-edges"].map((name) => text(`./${name}.test.ts`)).join();
  const has = (name: string): boolean => new RegExp(`metrics\\s*\\.${name}\\(`).test(tests);
  expect(missing(Object.keys(metrics), has, "add a case to test/metrics-exact.test.ts")).toEqual([]);
});
