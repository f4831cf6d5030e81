// Every recipe in its tiny form, and the smallest as it is.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, setThreads } from "nabla";
import { afterAll, describe, expect, test } from "vitest";
import type { Part, Text } from "../recipes/tools/part.ts";
import type { Recipe, RecipeResult } from "../recipes/tools/recipe.ts";
import { recipe as xor } from "../recipes/xor.ts";
import { checkFinite } from "../src/cli/diverged.ts";
import { loadRecipeModel } from "../src/cli/recipe-model.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-recipes-"));
// Tiny forms are too small for several threads to be of use; what those compute is tested with the operations.
setThreads(1);
afterAll(() => {
  setThreads(2);
  rmSync(folder, { recursive: true });
});

const files = readdirSync(new URL("../recipes/", import.meta.url)).filter((file) => file.endsWith(".ts"));
const recipes = await Promise.all(
  files.map(async (file) => ((await import(/* @vite-ignore */ `../recipes/${file}`)) as { recipe: Recipe }).recipe),
);
/** These would download their data (cli.test.ts trains them); those of the others are npm packages or drawn. */
const downloading = ["mnist-mlp"];

test("a recipe is named after its file, and says all about itself in both languages", () => {
  expect(recipes.map(({ name }) => `${name}.ts`)).toEqual(files);
  for (const { name, items, source, title, description, data, expected, variants = {} } of recipes) {
    expect(items.length, name).toBeGreaterThan(0);
    expect(source, name).toMatch(/\b(19|20)\d\d\b/);
    const texts: Text[] = [title, description, data, ...expected.map(({ on }) => on), ...Object.values(variants)];
    for (const { en, ru } of texts) {
      expect(en, name).not.toMatch(/^$|[а-яё]/i);
      expect(ru, name).toMatch(/[а-яё]/i);
    }
  }
});

/** Collects parts, which hold numbers and texts. */
async function collect(parts: AsyncIterable<Part> | undefined): Promise<Part[]> {
  const all: Part[] = [];
  for await (const part of parts ?? []) all.push(part);
  return all;
}

const question = { files: [], seed: 1, count: 3 };

describe.each(recipes.filter(({ name }) => !downloading.includes(name)).map((r) => [r.name, r] as const))(
  "%s",
  (_, recipe) => {
    let result: RecipeResult;
    test("trains in its tiny form, measures and shows what it learned", async () => {
      result = await recipe.run({ tiny: true, verbose: 0 });
      const { evaluation, expected, history, ending, baselines = [] } = result;
      expect(expected).toEqual([]);
      expect(history.stopped).toBeNull();
      for (const value of Object.values(evaluation)) expect(value).not.toBeNaN();
      const measures = Object.keys(evaluation);
      for (const { metric } of [...recipe.expected, ...baselines]) expect(measures).toContain(metric);
      if (ending) expect((await collect(ending())).length).toBeGreaterThan(0);
    });
    test("gives the same result for the same seed", async () => {
      const again = await recipe.run({ tiny: true, verbose: 0 });
      expect(again.evaluation).toEqual(result.evaluation);
    });
    test("saves a model that computes the same", async () => {
      const { model, test: heldOut, evaluation } = result;
      const out = join(folder, `${recipe.name}.safetensors`);
      await model.save(out);
      const loaded = await loadModel(out);
      expect(await loaded.getWeights()).toEqual(await model.getWeights());
      if (heldOut && loaded.training) expect(await loaded.evaluate(heldOut)).toMatchObject(pick(evaluation, ["loss"]));
      if (recipe.generate)
        expect(await collect(recipe.generate(loaded, question))).toEqual(
          await collect(recipe.generate(model, question)),
        );
    });
    test("has a model to look at", () => expect(recipe.model().summary()).toMatch(/^Model .*, inputs? /));
    test("stops where it is told to, and measures what it has", async () => {
      const { history, evaluation } = await recipe.run({ tiny: true, verbose: 0, signal: AbortSignal.abort() });
      expect(history.stopped).toBe("aborted");
      expect(Object.keys(evaluation)).toEqual(Object.keys(result.evaluation));
    });
  },
);

const pick = (values: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

test("flow learns the density of digits too, and draws some with the model that it has saved", async () => {
  const recipe = recipes.find(({ name }) => name === "flow")!;
  const { model, evaluation, baselines = [], ending } = await recipe.run({ tiny: true, verbose: 0, variant: "digits" });
  expect(evaluation).toMatchObject({ bitsPerDimension: expect.any(Number), roundTripError: expect.any(Number) });
  expect(evaluation["roundTripError"]).toBeLessThan(1e-4);
  expect(evaluation["logDeterminantError"]).toBeLessThan(1e-2);
  for (const { metric, value } of baselines)
    expect([metric in evaluation, Number.isFinite(value)]).toEqual([true, true]);
  expect((await collect(ending!())).filter(({ kind }) => kind === "image").length).toBe(4);
  const out = join(folder, "flow-digits.safetensors");
  model.dataInfo = { about: { recipe: "flow", variant: "digits" } };
  await model.save(out);
  const { model: loaded, variant } = await loadRecipeModel(out);
  // The command evaluate takes the data of the variant.
  const { test: heldOut } = await recipe.loadData!({ tiny: true, variant });
  expect(await loaded.evaluate(heldOut)).toEqual({ loss: expect.any(Number) });
  const [drawn] = await collect(recipe.generate!(loaded, { ...question, count: 10 }));
  expect([drawn]).toEqual(await collect(recipe.generate!(model, { ...question, count: 10 })));
  // One row of 14 × 14 pixels, and the lines between them.
  expect(drawn).toMatchObject({ kind: "image", pixels: { length: 15 } });
});

test("a training that ended with numbers that are none is an error, which says what to lower", async () => {
  const result = await xor.run({ tiny: true, verbose: 0 });
  await checkFinite(result, 0.1);
  const unmeasured = { ...result, evaluation: { ...result.evaluation, accuracy: Number.NaN } };
  await expect(checkFinite(unmeasured, 0.1)).rejects.toThrow(/accuracy is not a number.*learning-rate \(it is 0\.1\)/);
  const weights = await result.model.getWeights();
  for (const values of Object.values(weights)) values.data.fill(Number.POSITIVE_INFINITY);
  result.model.setWeights(weights);
  await expect(checkFinite(result, 0.1)).rejects.toThrow(/the weights .* are not finite/);
});

test("XOR reaches its figures", async () => {
  const { evaluation, expected } = await xor.run({ verbose: 0 });
  expect(expected.length).toBeGreaterThan(0);
  for (const { metric, atLeast = -Infinity, atMost = Infinity } of expected) {
    expect(evaluation[metric]).toBeGreaterThanOrEqual(atLeast);
    expect(evaluation[metric]).toBeLessThanOrEqual(atMost);
  }
});
