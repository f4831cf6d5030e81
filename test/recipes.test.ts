// Every recipe in its tiny form, and the smallest as it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, type Recipe } from "nabla";
import { afterAll, describe, expect, test } from "vitest";
import { recipe as digitsMlp } from "../recipes/digits-mlp.ts";
import { recipe as xor } from "../recipes/xor.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-recipes-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[Recipe]>([[xor], [digitsMlp]])("$name", (recipe) => {
  test("runs in its tiny form, and saves what it learned", async () => {
    const out = join(folder, `${recipe.name}.safetensors`);
    const result = await recipe.run({ tiny: true, out });
    const losses = result.history.epochs.map(({ loss }) => loss);
    expect(result.expected).toEqual([]);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    expect(await (await loadModel(out)).evaluate(result.test)).toEqual(result.evaluation);
  });
  test("gives the same result for the same seed", async () => {
    const [a, b, c] = [
      await recipe.run({ tiny: true, epochs: 1 }),
      await recipe.run({ tiny: true, epochs: 1 }),
      await recipe.run({ tiny: true, epochs: 1, seed: 2 }),
    ];
    expect(b.evaluation).toEqual(a.evaluation);
    expect(c.evaluation).not.toEqual(a.evaluation);
  });
  test("has a model to look at", () =>
    expect(recipe.model().summary()).toMatch(/^Model .*, inputs \[batch,[\d,]+\]\n/));
  test("stops, evaluates and saves where it is told to stop", async () => {
    const { history, evaluation } = await recipe.run({ tiny: true, signal: AbortSignal.abort() });
    expect(history).toMatchObject({ epochs: [], stopped: "aborted" });
    expect(evaluation.loss).toBeGreaterThan(0);
  });
});

test("XOR reaches its figures", async () => {
  const { evaluation, expected } = await xor.run();
  expect(expected.length).toBeGreaterThan(0);
  for (const { metric, atLeast = -Infinity, atMost = Infinity } of expected) {
    expect(evaluation[metric]).toBeGreaterThanOrEqual(atLeast);
    expect(evaluation[metric]).toBeLessThanOrEqual(atMost);
  }
});
