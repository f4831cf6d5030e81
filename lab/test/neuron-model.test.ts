// The scene "One neuron as a model", as a visitor uses it; its numbers are those of formulas, and of Nabla in Node.
import * as nabla from "nabla";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { numeral } from "../../recipes/tools/part.ts";
import { modelCode } from "../src/pages/neuron/model/code.ts";
import { contour } from "../src/pages/neuron/model/contours.ts";
import { closedForm, type Descent, descend, drawn, surface } from "../src/pages/neuron/model/engine.ts";
import { heightsOf } from "../src/pages/neuron/model/loss-map.ts";
import {
  beginnings,
  kindOf,
  type ModelName,
  modelNames,
  mostPoints,
  samplesOf,
  targetOf,
} from "../src/pages/neuron/model/names.ts";
import { withFreePoint } from "../src/pages/neuron/model/points.ts";
import { modelQuestions, Notebook } from "../src/pages/neuron/model/questions.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const scene = "#/neuron?scene=model";
const answered = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const type = async (page: Page, label: string, value: string): Promise<void> => {
  await page.getByLabel(label).fill(value);
  await page.getByLabel(label).press("Enter");
};
const stepsOf = ({ path }: Descent): number => path.length / 5 - 1;
/** w, b, L, ∂L/∂w and ∂L/∂b after so many steps. */
const rowOf = ({ path }: Descent, step: number): number[] => [...path.subarray(5 * step, 5 * step + 5)];

/** What a program in Nabla prints. */
async function printed(code: string): Promise<unknown[]> {
  const told: unknown[] = [];
  const body = code.replace(/^import \{(.*)\} from "nabla";/, "const {$1} = nabla;");
  const run = new Function("nabla", "console", `return (async () => { ${body} })()`);
  await run(nabla, { log: (...values: unknown[]) => told.push(...values) });
  return told;
}

/** The loss of a point and its derivative by z, in double precision, as the course writes them. */
const losses: Record<ModelName, (z: number, y: number) => readonly [loss: number, slope: number]> = {
  linear: (z, y) => [(z - y) ** 2, 2 * (z - y)],
  tanh: (z, y) => [(Math.tanh(z) - y) ** 2, 2 * (Math.tanh(z) - y) * (1 - Math.tanh(z) ** 2)],
  logistic(z, y) {
    const a = 1 / (1 + Math.exp(-z));
    return [-y * Math.log(a) - (1 - y) * Math.log(1 - a), a - y];
  },
  poisson: (z, y) => [Math.exp(z) - y * z, Math.exp(z) - y],
};

describe("one neuron as a model, in Node", () => {
  it.each(modelNames)("descends by the gradient of the course's loss: %s", async (model) => {
    const points = await drawn(kindOf[model], "noise", 1);
    const { from, eta } = beginnings[model];
    const { path } = await descend(model, points, from, eta);
    let [w, b] = from as readonly number[] as [number, number];
    for (let step = 0; step < 30; step++) {
      const row = path.subarray(5 * step, 5 * step + 5);
      let [L, dw, db] = [0, 0, 0];
      for (const [x, y] of points) {
        const [loss, slope] = losses[model](w * x! + b, targetOf(model, y!));
        [L, dw, db] = [L + loss / points.length, dw + (slope * x!) / points.length, db + slope / points.length];
      }
      [w, b, L, dw, db].forEach((value, i) => expect(Math.abs(row[i]! - value)).toBeLessThan(1e-3));
      [w, b] = [w - eta * dw, b - eta * db];
    }
  });

  it.each(modelNames)("shows code that arrives where the page does: %s", async (model) => {
    const points = await drawn(kindOf[model], "noise", 1);
    const { from: start, eta: rate } = beginnings[model];
    const descent = await descend(model, points, start, rate);
    const isSolvable = model === "linear";
    const told = await printed(modelCode({ model, points, start, rate, steps: 25, isSolvable }));
    const [w, b] = rowOf(descent, 25);
    expect(told.slice(0, 2)).toEqual([expect.closeTo(w!, 4), expect.closeTo(b!, 4)]);
    if (model !== "linear") return;
    const { solution } = await closedForm(points);
    expect(told[2]).toEqual([expect.closeTo(solution!.w, 4), expect.closeTo(solution!.b, 4)]);
  });

  it("shows code that has no logarithm of zero, and no more steps than were taken", async () => {
    const points = await drawn("label", "apart", 1);
    const shown = { model: "logistic", points, rate: 0.5, isSolvable: false } as const;
    for (const [start, steps] of [
      [[-1.5, 1.5], 1000],
      [[-5, 5], 50],
    ] as const) {
      const [w, b] = rowOf(await descend("logistic", points, start, 0.5), steps);
      const [shownW, shownB] = (await printed(modelCode({ ...shown, start, steps }))) as number[];
      expect(Math.abs(shownW! - w!) + Math.abs(shownB! - b!)).toBeLessThan(1e-3);
    }
    expect(await printed(modelCode({ ...shown, start: [-1.5, 1.5], steps: 0 }))).toEqual([-1.5, 1.5]);
  });

  it("solves linear regression in closed form, and knows when there is no solution", async () => {
    const points = await drawn("number", "noise", 3);
    const n = points.length;
    const mean = (f: (x: number, y: number) => number): number => points.reduce((s, [x, y]) => s + f(x!, y!) / n, 0);
    const [mx, my] = [mean((x) => x), mean((_, y) => y)];
    const slope = mean((x, y) => (x - mx) * (y - my)) / mean((x) => (x - mx) ** 2);
    const { solution, curvatures } = await closedForm(points);
    expect(solution!.w).toBeCloseTo(slope, 4);
    expect(solution!.b).toBeCloseTo(my - slope * mx, 4);
    // Descent runs away from η = 2/λ on.
    const limit = 2 / curvatures[1]!;
    expect((await descend("linear", points, [-1.5, 3], 0.97 * limit)).end).toBe("arrived");
    expect((await descend("linear", points, [-1.5, 3], 1.03 * limit)).end).toBe("away");
    expect((await closedForm([[1, 2]])).solution).toBeUndefined();
    expect(
      (
        await closedForm([
          [1, 2],
          [1, 3],
        ])
      ).solution,
    ).toBeUndefined();
  });

  it("solves linear regression where two x lie close to each other", async () => {
    const { solution } = await closedForm([
      [3, 1],
      [2.99, 2],
    ]);
    expect(solution!.w).toBeCloseTo(-100, 6);
    expect(solution!.b).toBeCloseTo(301, 6);
  });

  it("tells a plateau, and a loss without a minimum, from an arrival", async () => {
    const parted = await drawn("label", "apart", 1);
    expect((await descend("logistic", parted, [-1.5, 1.5], 20)).end).toBe("flat");
    expect((await descend("tanh", await drawn("label", "noise", 1), [-4, 4], 20)).end).toBe("flat");
    for (const model of modelNames) {
      const { from, eta } = beginnings[model];
      const { path } = await descend(model, await drawn(kindOf[model], "outlier", 1), from, eta);
      const [w, b] = path.slice(-5);
      const again = await descend(model, await drawn(kindOf[model], "outlier", 1), [w!, b!], eta);
      expect(again.end, model).toBe("arrived");
    }
    const seen = { model: "logistic", sample: "apart", rate: 20, start: [-1.5, 1.5], gradient: 1e-6 } as const;
    const shown = { ...seen, taken: 1, w: 9, b: 9, solution: undefined, greatestError: 0 };
    const ask = (end: Descent["end"]): boolean[] =>
      modelQuestions({ ...shown, end }, new Notebook().look({ ...shown, end }, ""), undefined).map((q) => q.isDone);
    expect(ask("flat")).toEqual([false, false, false, false, true, false]);
    expect(ask("limit")[4]).toBe(false);
  });

  it("adds each point where there is room", () => {
    for (const kind of ["number", "label", "count"] as const) {
      let points: readonly (readonly number[])[] = [];
      for (let i = 0; i < 70; i++) points = withFreePoint(points, kind);
      expect(points).toHaveLength(mostPoints);
      expect(new Set(points.map(String)).size).toBe(mostPoints);
    }
  });

  it("draws each sample anew from each seed, within the picture", async () => {
    for (const kind of ["number", "label", "count"] as const)
      for (const sample of samplesOf(kind)) {
        if (sample === "own") continue;
        const points = await drawn(kind, sample, 7);
        expect(points).toEqual(await drawn(kind, sample, 7));
        expect(points).not.toEqual(await drawn(kind, sample, 8));
        for (const [x, y] of points) {
          expect(Math.abs(x!)).toBeLessThanOrEqual(3);
          if (kind === "number") expect(Math.abs(y!)).toBeLessThanOrEqual(6);
          else expect(y! >= 0 && y! <= (kind === "label" ? 1 : 14) && Number.isInteger(y)).toBe(true);
        }
      }
  });

  it("draws lines of equal loss where the loss has their height", async () => {
    // Heights that rise to the right by 1 from sample to sample: a line at 1.25 in each of two rows of cells.
    expect(contour([0, 1, 2, 0, 1, 2, 0, 1, 2], 3, 1.25)).toBe("M1.25 0.00L1.25 1.00M1.25 1.00L1.25 2.00");
    // A saddle whose middle is high joins the two high corners.
    expect(contour([1, 0, 0.25, 1], 2, 0.5)).toBe("M0.50 0.00L1.00 0.50M0.33 1.00L0.00 0.67");
    const heights = heightsOf(await surface("poisson", await drawn("count", "noise", 1), 40, 24));
    expect(Math.min(...heights)).toBe(0);
    expect(Math.max(...heights)).toBe(1);
  });
});

describe.skipIf(lab.isMissing)("one neuron as a model, on the page", () => {
  it("steps, arrives at the line of the closed form, and keeps it in the address", async () => {
    const points = await drawn("number", "noise", 1);
    const descent = await descend("linear", points, [-1.5, 3], 0.1);
    const { solution } = await closedForm(points);
    const { page, complaints, close } = await visit(lab.browser, lab.site, scene);
    await answered(page, `the loss is ${numeral(rowOf(descent, 0)[2]!)}.`);
    await press(page, "Step");
    const [w, b, L] = rowOf(descent, 1) as [number, number, number];
    await answered(page, new RegExp(`Step 1: .*${numeral(w, 2)},\\s${numeral(b, 2)}\\), the loss is ${numeral(L)}\\.`));
    expect(await page.getByLabel("weight: value").inputValue()).toBe(w.toFixed(3).replace(/0+$/, ""));
    await press(page, "To the end");
    await answered(page, `Descent has arrived after ${stepsOf(descent)} steps`);
    await page.getByLabel("Show the solution beside descent").check();
    const rows = await page.locator("tbody tr").allInnerTexts();
    const numbers = (i: number): number[] =>
      rows[i]!.split("\t")
        .slice(1)
        .map((text) => Number(text.replace("−", "-")));
    expect(numbers(0)).toEqual([solution!.w, solution!.b, solution!.loss].map((value) => Number(value.toFixed(5))));
    for (const value of numbers(2)) expect(Math.abs(value)).toBeLessThan(5e-5);
    await answered(page, "The same line, by two ways");
    await page.waitForFunction(() => /taken=1000.*exact=1/.test(location.hash));
    const shared = await visit(lab.browser, lab.site, `#${page.url().split("#")[1]}`);
    await answered(shared.page, `Descent has arrived after ${stepsOf(descent)} steps`);
    await shared.page.getByRole("rowheader", { name: "closed form" }).waitFor();
    expect([...complaints, ...shared.complaints]).toEqual([]);
    await shared.close();
    await close();
  });

  it("says at which step descent runs away, and offers a way back", async () => {
    const points = await drawn("number", "noise", 1);
    const away = await descend("linear", points, [-1.5, 3], 0.52);
    const limit = 2 / (await closedForm(points)).curvatures[1]!;
    const { page, complaints, close } = await visit(lab.browser, lab.site, scene);
    await answered(page, /Press “Step”/);
    await type(page, "learning rate: value", "0.52");
    await press(page, "To the end");
    await answered(page, new RegExp(`Descent has run away: at step ${stepsOf(away)} the loss is`));
    await press(page, "Try η = 0.26");
    await answered(page, /Press “Step”/);
    await press(page, "To the end");
    await answered(page, /Descent has arrived after/);
    await type(page, "learning rate: value", "0.48");
    await answered(page, `for these points 2/λ\u00a0=\u00a0${numeral(limit, 3)}.`);
    // No learning rate helps where the loss is infinite.
    await page.evaluate((hash) => (location.hash = hash), `${scene}&model=poisson&from=40,40`);
    await answered(page, "The start is too far out: the loss is ∞ there");
    await press(page, "To this model's own start");
    await answered(page, /Press “Step”/);
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes points by pointer and keys, and keeps those of each kind", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, `${scene}&model=logistic`);
    const points = page.getByRole("button", { name: /^Point / });
    await expect.poll(() => points.count()).toBe(30);
    // From class 1 to class 0.
    const last = (await points.last().boundingBox())!;
    await page.mouse.move(last.x + last.width / 2, last.y + last.height / 2);
    await page.mouse.down();
    await page.mouse.move(last.x - 20, last.y + 300, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => points.last().getAttribute("aria-label")).toMatch(/y.=.0,/);
    expect(await page.getByRole("radio", { name: "My own" }).isChecked()).toBe(true);
    await points.last().focus();
    await points.last().press("ArrowUp");
    await expect.poll(() => points.last().getAttribute("aria-label")).toMatch(/y.=.1,/);
    await points.last().press("Delete");
    await expect.poll(() => points.count()).toBe(29);
    const plane = (await page.locator(".plane").first().boundingBox())!;
    await page.mouse.click(plane.x + plane.width / 2, plane.y + plane.height / 2);
    await expect.poll(() => points.count()).toBe(30);
    await points.last().click();
    await press(page, "Remove the point");
    await expect.poll(() => points.count()).toBe(29);
    // The classes are the same for tanh, as −1 and +1; numbers are others.
    await page.getByRole("radio", { name: "Linear classification" }).check();
    await expect.poll(() => points.first().getAttribute("aria-label")).toMatch(/y.=.−1,/);
    await page.getByRole("radio", { name: "Linear regression" }).check();
    await answered(page, "No points yet, and so no loss");
    await press(page, "Add a point");
    await expect.poll(() => points.count()).toBe(1);
    await answered(page, /the loss is/);
    await page.waitForFunction(() => /numbers=/.test(location.hash) && /labels=/.test(location.hash));
    expect(complaints).toEqual([]);
    await close();
  });

  it("starts where the mark is put, and shows what has no minimum and what is flat", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, `${scene}&model=tanh`);
    const mark = page.getByRole("button", { name: /^The neuron: / });
    await answered(page, /Press “Step”/);
    await mark.focus();
    await mark.press("ArrowLeft");
    await page.waitForFunction(() => location.hash.includes("from=-1.6%2C1.5"));
    const box = (await mark.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 10, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(() => /from=-?0\.\d+%2C1\.\d+/.test(location.hash));
    for (const model of ["Linear classification", "Logistic regression"]) {
      await page.getByRole("radio", { name: model }).check();
      await type(page, "weight: value", "-4");
      await type(page, "bias: value", "4");
      await page.waitForFunction(() => location.hash.includes("from=-4%2C4"));
      await press(page, "To the end");
    }
    await answered(page, /the neuron ends up answering \+1 everywhere/);
    await page.getByRole("radio", { name: "Classes apart" }).check();
    await answered(page, /1000 steps, and the gradient is still/);
    await answered(page, /No: the loss has no minimum/);
    await press(page, "Go on from here");
    await answered(page, /Press “Step”/);
    expect(complaints).toEqual([]);
    await close();
  });

  it("refuses points and starts of a link that it could not show", async () => {
    const link = "&numbers=9,9&labels=0,0.5&counts=0,-1&from=99,0&lr=-1&taken=1.5&reach=7";
    const { page, complaints, close } = await visit(lab.browser, lab.site, `${scene}${link}`);
    await page.getByText("cannot read (numbers, labels, counts, from, lr …)").waitFor();
    await answered(page, /Press “Step”/);
    // Points that it can show are those of the link.
    await page.evaluate((hash) => (location.hash = hash), `${scene}&sample=own&numbers=1,2;-0.5,1`);
    await page.getByRole("button", { name: /^Point x\s=\s−0\.5, y\s=\s1/ }).waitFor();
    expect(await page.getByRole("button", { name: /^Point / }).count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });
});
