// The kinds of perceptron: what a visitor does in the scene, and its numbers against the course's and Nabla in Node.
import * as nabla from "nabla";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { makeKind, spirals } from "../../recipes/course/perceptron-kinds.ts";
import { kinds } from "../../recipes/course/perceptron-list.ts";
import { kindsCode } from "../src/pages/neuron/kinds/code.ts";
import { type KindsSettings, kindsAt, kindsPoints } from "../src/pages/neuron/kinds/engine.ts";
import { kindsSets, reach } from "../src/pages/neuron/kinds/names.ts";
import { kindsQuestions, type Try } from "../src/pages/neuron/kinds/questions.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const open = (query = "") => visit(lab.browser, lab.site, `#/neuron?scene=kinds${query}`);
const settings = (changes: Partial<KindsSettings> = {}): KindsSettings => ({
  ...{ set: "spirals", width: 16, seed: 0, rate: 0.01 },
  ...changes,
});

/** The figures under the four planes: the share of right answers, the loss, and the share in the test. */
const figures = (page: Page): Promise<string[][]> =>
  page
    .locator("article")
    .evaluateAll((all) =>
      all.map((one) => [...one.querySelectorAll("dd")].map((dd) => dd.textContent!.replace(/\s?✓/, ""))),
    );
const epochIs = (page: Page, epoch: number) =>
  page.waitForFunction((asked) => document.querySelector(".epoch b")?.textContent === String(asked), epoch);

describe("the four networks", () => {
  it("learn what the course's learn, in whatever slices, and fixed layers keep their weights", async () => {
    const { kinds: first } = await kindsAt(settings(), 0, 1e9);
    await kindsAt(settings(), 5, 1e9);
    const slow = await kindsAt(settings(), 12, 0);
    expect(slow.epoch).toBe(5);
    const { kinds: last } = await kindsAt(settings(), 12, 1e9);
    const kept = last.map(({ kernels }, i) =>
      kernels.map((kernel, k) => String(kernel) === String(first[i]!.kernels[k])),
    );
    expect(kept).toEqual([[false], [true, false], [true, true, true, false], [false, false, false, false]]);
    // The course's own network, trained in one go.
    const model = makeKind(kinds[3]!, { seed: 0 });
    const train = await spirals(nabla.random.foldIn(nabla.random.key(0), 0), 400);
    await model.fit(train, { epochs: 12, batchSize: 32, seed: 0, verbose: 0 });
    const { loss, accuracy } = await model.evaluate(train);
    const { loss: shown, right, trained, weights } = last[3]!;
    expect([trained, weights]).toEqual([609, 609]);
    expect(shown).toBeCloseTo(loss!, 5);
    expect(right).toBeCloseTo(accuracy!, 5);
  });

  it("are what the code under the picture trains", async () => {
    const names = Object.keys(nabla);
    const values = names.map((name) => nabla[name as keyof typeof nabla]);
    for (const set of kindsSets) {
      const all = kindsCode({ set, width: 3, draw: 3, step: 0.01 }, 2)
        .replace(/^import .*$/m, "")
        .replace("[[0, true], [1, false], [3, false], [3, true]]", "[[1, false]]")
        .replace(/console\.log\((.*)\)/, "print($1)");
      // The points of each set, and the training of one kind on one of them.
      const body = set === "xor" ? all : `${all.slice(0, all.indexOf("const normal"))}print(train);`;
      const printed: any[] = [];
      const run = new Function(...names, "print", `return (async () => { ${body} })()`);
      await run(...values, (value: unknown) => printed.push(value));
      const points = await kindsPoints(set);
      expect(points.filter(([, , label]) => label === 1)).toHaveLength(200);
      for (const [x1, x2] of points) expect(Math.max(Math.abs(x1!), Math.abs(x2!))).toBeLessThan(reach);
      if (set !== "xor") {
        const { inputs, targets } = printed[0] as nabla.Dataset;
        expect([...inputs.array.data], set).toEqual(points.flatMap((point) => point.slice(0, 2)));
        expect([...targets.array.data], set).toEqual(points.map((point) => point[2]));
        continue;
      }
      const { kinds: shown } = await kindsAt(settings({ set, width: 3, seed: 3 }), 2, 1e9);
      expect(printed).toHaveLength(1);
      expect(shown[1]!.loss).toBeCloseTo(printed[0].loss, 5);
      expect(shown[1]!.right).toBeCloseTo(printed[0].accuracy, 5);
    }
  });
});

it("knows luck from width, and when a training was too short to tell", () => {
  const one = (seed: number, right: number, changes: Partial<Try> = {}): Try => {
    const own = settings({ set: "circle", seed, width: 12 });
    return { key: String(seed), settings: own, epoch: 100, right: [0.5, right, 0.9, 1], ...changes };
  };
  const done = (all: Try[]): boolean[] => kindsQuestions(settings(), undefined, all).map(({ isDone }) => isDone);
  expect(done([one(1, 0.9), one(2, 0.98)])).toEqual([false, true, true, false]);
  expect(done([one(1, 0.9), one(2, 0.98, { epoch: 99 })])).toEqual([false, true, false, false]);
  expect(done([one(1, 0.9), one(2, 0.98, { epoch: 500 })])).toEqual([false, true, false, false]);
  const wide = one(2, 0.9);
  expect(done([one(1, 0.8), { ...wide, settings: { ...wide.settings, width: 13 } }])).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it("asks for a narrow and a wide try on the spirals", () => {
  const one = (width: number, epoch: number, three: number, mlp = 1): Try => {
    const own = settings({ width });
    return { key: String(width), settings: own, epoch, right: [0.5, 0.7, three, mlp] };
  };
  const isDone = (...all: Try[]): boolean => kindsQuestions(settings(), undefined, all)[3]!.isDone;
  expect(isDone(one(16, 500, 0.91), one(32, 1000, 0.995))).toBe(true);
  expect(isDone(one(32, 1000, 0.995))).toBe(false);
  expect(isDone(one(16, 500, 0.91), one(32, 500, 0.985))).toBe(false);
  expect(isDone(one(16, 490, 0.91, 0.98), one(32, 1000, 0.995))).toBe(false);
});

describe.skipIf(lab.isMissing)("the scene", () => {
  it("repeats a link's training with Node's numbers, reads them, goes on, draws anew and starts anew", async () => {
    const { page, complaints, close } = await open("&set=xor&width=3&epochs=100&draw=3");
    await epochIs(page, 100);
    const { kinds } = await kindsAt(settings({ set: "xor", width: 3, seed: 3 }), 100, 1e9);
    const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;
    expect(await figures(page)).toEqual(
      kinds.map(({ right, loss, testRight }) => [percent(right), loss.toFixed(3), percent(testRight)]),
    );
    await page.getByText("The single layer: its border is a straight line").waitFor();
    // The pointer over one plane reads all four.
    const plane = page.locator("article .plane").nth(1);
    const { width, height } = (await plane.boundingBox())!;
    await plane.hover({ position: { x: 0.75 * width, y: 0.25 * height } });
    const read = page.locator("article text.numerals");
    await expect.poll(() => read.count()).toBe(4);
    const near = [0, -1, -64, -65].map((by) => 16 * 64 + 48 + by);
    (await read.allTextContents()).forEach((text, i) => {
      const off = near.map((at) => Math.abs((kinds[i]!.field[at]! + 1) / 2 - Number(text.trim())));
      expect(Math.min(...off), `plane ${i + 1}`).toBeLessThan(0.006);
    });
    await page.getByRole("button", { name: "One epoch" }).click();
    await epochIs(page, 101);
    await page.waitForFunction(() => location.hash.includes("epochs=101"));
    // Other weights learn at once, as those before had.
    await page.getByRole("button", { name: "Another draw" }).click();
    await page.waitForFunction(() => {
      const epoch = Number(document.querySelector(".epoch b")?.textContent);
      return epoch >= 3 && epoch < 100;
    });
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForFunction(() => location.hash.includes("draw=4"));
    expect(await page.getByRole("table").first().locator("tbody tr").count()).toBe(2);
    await page.getByRole("button", { name: "Start anew" }).click();
    await epochIs(page, 0);
    await page.waitForFunction(() => !location.hash.includes("epochs="));
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens a broken link with its defaults; says when the steps are too large, and goes back", async () => {
    const { page, complaints, close } = await open("&set=square&width=99&step=x&epochs=-1&draw=1.5");
    await page.getByText("cannot read (set, width, step, epochs, draw)").waitFor();
    expect(await page.getByLabel("Neurons in each hidden layer: value").inputValue()).toBe("16");
    await page.evaluate(() => (location.hash = "#/neuron?scene=kinds&width=4&step=10&epochs=50"));
    await page.getByRole("alert").getByText("the steps are too large even for the MLP").waitFor();
    await page.getByRole("button", { name: "Back to η = 0.01" }).click();
    await page.waitForFunction(() => !location.hash.includes("step="));
    await page.getByRole("button", { name: "Pause" }).click();
    expect(await page.getByText("the steps are too large").count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });
});
