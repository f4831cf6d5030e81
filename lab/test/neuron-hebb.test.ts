// Hebb's rule: what a visitor does in the scene, and its numbers against the course's and what the rule says on paper.
import * as nabla from "nabla";
import { describe, expect, it } from "vitest";
import { item } from "../../recipes/course/n7-hebb.ts";
import { hebbCode } from "../src/pages/neuron/hebb/code.ts";
import { conditioning, givenAnswers } from "../src/pages/neuron/hebb/engine.ts";
import { hebbQuestions, isLeaping } from "../src/pages/neuron/hebb/questions.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const open = (query = "") => visit(lab.browser, lab.site, `#/neuron?scene=hebb${query}`);

async function courseTables(): Promise<number[][][]> {
  const tables = [];
  for await (const part of item({ tiny: true, seed: 0 })) if (part.kind === "table") tables.push(part.rows);
  return tables as number[][][];
}

describe("the rule", () => {
  it("conditions as the course does, and learns the course's functions from given answers", async () => {
    const [trials, functions] = await courseTables();
    const { trials: own, weights } = await conditioning("ttttt", 0.25, 0.5, "hebb");
    expect(own.map((trial) => [...trial.weights])).toEqual(trials!.slice(1).map((row) => row.slice(1, 3)));
    expect(weights).toEqual([2.25, 1.25]);
    for (const [i, answers] of ["0001", "0111", "0110"].entries()) {
      const given = await givenAnswers([...answers].map(Number));
      expect([...given.weights, given.right]).toEqual(functions![i]!.slice(1));
    }
  });

  it("learns 14 of the 16 functions of two inputs", async () => {
    const failed = [];
    for (let k = 0; k < 16; k++) {
      const answers = [8, 4, 2, 1].map((bit) => Number((k & bit) > 0));
      const { right, weights } = await givenAnswers(answers);
      if (right < 4) failed.push([answers.join(""), ...weights]);
    }
    expect(failed).toEqual([
      ["0110", 0, 0, 0],
      ["1001", 0, 0, 0],
    ]);
  });

  it("changes nothing while the neuron is silent, and never a weight whose input is", async () => {
    const { trials, food, bell } = await conditioning("bbf", 0.5, 0.5, "hebb");
    expect(trials.map(({ y, change }) => [y, ...change])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [1, 0.5, 0],
    ]);
    expect([food, bell]).toEqual([true, false]);
    // The threshold is passed, not reached.
    expect((await conditioning("tb", 0.5, 0.5, "hebb")).trials[1]!.y).toBe(0);
    expect((await conditioning("tb", 0.55, 0.5, "hebb")).trials[1]!.y).toBe(1);
    for (let count = 1; count <= 9; count++) {
      const { trials, bell } = await conditioning(`${"t".repeat(count)}b`, 0.1, count / 10, "hebb");
      expect([trials.at(-1)!.y, bell], `${count} times 0.1`).toEqual([0, false]);
    }
  });

  it("of Oja tends to length 1 along the inputs, by Δw = η·y·(x − y·w)", async () => {
    const { trials, weights } = await conditioning("t".repeat(40), 0.25, 0.5, "oja");
    let w = [1, 0];
    for (const trial of trials) {
      const y = w[0]! + w[1]!;
      w = w.map((part) => part + 0.25 * y * (1 - y * part));
      trial.weights.forEach((weight, i) => expect(weight).toBeCloseTo(w[i]!, 4));
    }
    for (const weight of weights) expect(weight).toBeCloseTo(Math.SQRT1_2, 4);
  });

  it("is what the code under the picture runs", async () => {
    const names = ["compile", "tensor", "variable", "where"] as const;
    for (const oja of [false, true]) {
      const shown = { trials: "tfbtb", eta: 0.3, theta: 0.2, oja };
      const printed: number[][] = [];
      const body = hebbCode(shown)
        .replace(/^import .*$/m, "")
        .replace(/console\.log\((.*)\)/, "print($1)");
      const run = new Function(...names, "print", `return (async () => { ${body} })()`);
      await run(...names.map((name) => nabla[name]), (value: number[]) => printed.push(value));
      const { weights } = await conditioning(shown.trials, shown.eta, shown.theta, oja ? "oja" : "hebb");
      printed[0]!.forEach((value, i) => expect(value).toBeCloseTo(weights[i]!, 5));
    }
  });

  it("knows which questions are answered", async () => {
    const done = async (letters: string, eta: number, oja: boolean): Promise<boolean[]> => {
      const answer = { ...(await conditioning(letters, eta, 0.5, oja ? "oja" : "hebb")), letters };
      return hebbQuestions({ trials: letters, eta, oja, answers: "0001" }, answer).map(({ isDone }) => isDone);
    };
    expect(await done("tttb", 0.25, false)).toEqual([true, false, false, false, false, false]);
    expect(await done("ttb", 0.25, false)).toEqual([false, false, false, false, false, false]);
    expect(await done("bbb", 0.25, false)).toEqual([false, true, false, false, false, false]);
    expect(await done("tbbb", 0.6, false)).toEqual([true, false, true, true, false, false]);
    expect(await done("t".repeat(12), 0.25, true)).toEqual([false, false, false, false, true, false]);
    const leaps = async (letters: string, eta: number): Promise<boolean> => {
      const answer = { ...(await conditioning(letters, eta, 0.5, "oja")), letters };
      return isLeaping({ trials: letters, eta, oja: true, answers: "0001" }, answer);
    };
    for (const eta of [0.6, 0.7, 0.8, 1])
      for (const count of [11, 12, 13]) expect(await leaps("t".repeat(count), eta)).toBe(true);
    // What else comes than before moves w, however short the steps are.
    for (const letters of ["tttbbb", "ttttttb", "ffft", "fbfbtftb"]) expect(await leaps(letters, 0.5)).toBe(false);
  });
});

describe.skipIf(lab.isMissing)("the scene", () => {
  it("teaches the dog, keeps the trials in the address, and takes them back", async () => {
    const { page, complaints, close } = await open();
    await page.getByText("Nothing has happened yet").waitFor();
    for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Bell and food" }).click();
    await page.getByText("Trial 3: bell and food together.").waitFor();
    const formula = () => page.locator(".formula annotation").last().textContent();
    await expect.poll(formula).toContain("\\Delta w_2 &= 0.25\\cdot 1\\cdot 1 = 0.25");
    await page.getByRole("button", { name: "Bell alone" }).click();
    await page.getByText("Together with food the neuron fired each time").waitFor();
    await page.getByRole("img", { name: "food, with the weight 1.75, and the bell, with the weight 1.00" }).waitFor();
    await page.waitForFunction(() => location.hash.includes("trials=tttb"));
    await page.getByRole("button", { name: "Take back" }).click();
    await page.getByText("The bell alone now makes it fire.").waitFor();
    await page.waitForFunction(() => location.hash.endsWith("trials=ttt"));
    // A press on the picture of the bell rings it.
    await page.locator(".input").last().click();
    await page.getByText("Trial 4: the bell alone.").waitFor();
    await page.getByRole("button", { name: "A new dog" }).click();
    await page.getByText("Nothing has happened yet").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("turns given answers, warns of thresholds and steps that are too large, and of broken links", async () => {
    const { page, complaints, close } = await open("&trials=tttttttt&oja=1&eta=0.8&theta=1.5&answers=0111");
    await page.getByText("With this threshold not even food makes the neuron fire").waitFor();
    await page.getByText("is right for 4 of 4 examples").waitFor();
    await page.evaluate(() => (location.hash = location.hash.replace("trials=tttttttt&", "")));
    await page.getByText("Neither food nor the bell would make it fire.").waitFor();
    await page.evaluate(() => (location.hash = location.hash.replace("scene=hebb", "scene=hebb&trials=tttttttt")));
    await page.getByRole("button", { name: /^The answer at \(1, 1\) is 1/ }).click();
    await page.getByText("All products cancel, and no weight is left.").waitFor();
    await page.waitForFunction(() => location.hash.includes("answers=0110"));
    const theta = page.getByLabel("threshold θ: value");
    await theta.fill("0.1");
    await theta.press("Enter");
    await page.getByRole("alert").getByText("Oja's rule steps too far").waitFor();
    await page.getByRole("button", { name: "Back to η = 0.25" }).click();
    await page.waitForFunction(() => !location.hash.includes("&eta="));
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    await page.evaluate(() => (location.hash = "#/neuron?scene=hebb&trials=xyz&eta=9&theta=0&answers=012"));
    await page.getByText("cannot read (trials, eta, theta, answers)").waitFor();
    await page.getByText("Nothing has happened yet").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
