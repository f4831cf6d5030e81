// The playground: what a visitor does there, and its numbers against Nabla in Node.
import * as nabla from "nabla";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { dataOf } from "../src/pages/playground/data-sets.ts";
import { type Circumstances, explain } from "../src/pages/playground/explain.ts";
import { questions } from "../src/pages/playground/questions.ts";
import type { Frame } from "../src/pages/playground/run.ts";
import { settings } from "./playground-settings.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const open = (query = "") => visit(lab.browser, lab.site, `#/playground${query}`);

/** A figure of the toolbar. */
const figure = async (page: Page, name: string): Promise<number> =>
  Number(
    (await page.locator("dl div", { hasText: name }).locator("dd").innerText())
      .replace("−", "-")
      .replace(/[^\d.e-]/g, ""),
  );
const epochIs = (page: Page, epoch: number): Promise<unknown> =>
  page.waitForFunction((asked) => {
    const [done, loss] = [...document.querySelectorAll("dl dd")].map((figure) => figure.textContent ?? "");
    return done?.replace(/\D/g, "") === String(asked) && loss !== "—";
  }, epoch);

/** Runs the program that the page shows; gives what it prints. */
async function runShown(page: Page): Promise<{ loss: number }> {
  const code = (await page.locator("details pre").first().textContent())!;
  const printed: { loss: number }[] = [];
  const names = ["layers", "losses", "optimizers", "regularizers", "sequential", "tensor"] as const;
  const body = code.replace(/^import .*$/m, "").replace(/console\.log\((.*)\)/, "print($1)");
  const run = new Function(...names, "print", `return (async () => { ${body} })()`);
  await run(...names.map((name) => nabla[name]), (value: { loss: number }) => printed.push(value));
  return printed[0]!;
}

describe("the explanation", () => {
  const told = (changes: Partial<Circumstances>, frame: Partial<Frame>): string => {
    const whole = { trainLoss: 1, testLoss: 1, trainRight: 0.5, testRight: 0.5, epoch: 50, failure: null, ...frame };
    const own = settings();
    const circumstances = {
      settings: own,
      data: dataOf(own),
      records: [],
      frame: { states: [], ...whole },
      ...changes,
    };
    return explain(circumstances as unknown as Circumstances)
      .map(({ en }) => en)
      .join(" ");
  };

  it("has digits for small losses, and says when nothing falls any more", () => {
    const records = (from: number, to: number) =>
      Array.from({ length: 40 }, (_, i): [number, number, number] => [i, i < 20 ? from : to, 1]);
    const done = { trainLoss: 2e-4, testLoss: 2e-4, trainRight: 1, testRight: 1 };
    expect(told({ records: records(4e-4, 2e-4) }, done)).toContain("from 0.0004 to 0.0002");
    expect(told({ records: records(2e-4, 2e-4) }, done)).toContain("The loss stays at 0.0002");
  });

  it("is true of weights that are zero, of sums too large for a number, and where there are no points", () => {
    expect(told({ settings: settings({ init: "zeros" }) }, { epoch: 0 })).not.toContain("random (seed");
    expect(told({}, { epoch: 0, trainLoss: Number.NaN })).toContain("too large for a number");
    const none = settings({ set: "own" });
    expect(told({ settings: none, data: dataOf(none) }, { epoch: 0, trainLoss: Number.NaN })).toBe("");
  });

  it("measures a loss from the least that it can be", () => {
    const cosine = settings({ set: "clouds", loss: "cosineSimilarity" });
    const records = Array.from({ length: 40 }, (_, i): [number, number, number] => [i, -0.9999 - 1e-4 * (i % 2), -1]);
    const frame = { trainLoss: -1, testLoss: -0.99, trainRight: 1, testRight: 1, bestLoss: -1 };
    const clouds = { settings: cosine, data: dataOf(cosine), records };
    expect(clouds.data.task).toBe("many");
    expect(told(clouds, frame)).toContain("there is little left to learn");
    expect(told(clouds, { ...frame, testLoss: -0.5 })).toContain("by heart");
    const wild = { ...frame, epoch: 30, failure: null } as Frame;
    expect(
      questions({ ...cosine, rate: 3 }, clouds.data, wild)
        .map(({ isDone }) => isDone)
        .slice(3),
    ).toEqual([false, false]);
  });

  it("calls neurons alike only where they stay alike, and learnt by heart only what was learnt", () => {
    const alike = /stay the same for ever/;
    expect(told({ settings: settings({ init: "zeros" }) }, { epoch: 0 })).toMatch(alike);
    const byHand = told({ settings: settings({ init: "zeros", edits: [[0, 0, 0, 3]] }) }, { epoch: 0 });
    expect(byHand).toContain("set by hand");
    expect(byHand).not.toMatch(alike);
    expect(told({ settings: settings({ init: "zeros", dropout: 0.5 }) }, {})).not.toMatch(alike);
    expect(told({}, { trainLoss: 1.2, testLoss: 3, trainRight: 0.5 })).not.toContain("by heart");
  });

  it("counts a question as done by training, and as done where it failed", () => {
    const isDone = (i: number, frame: Partial<Frame>): boolean =>
      questions(settings({ rate: 10 }), dataOf(settings()), { failure: null, ...frame } as Frame)[i]!.isDone;
    const overfitted = { trainLoss: 0.2, testLoss: 1, trainRight: 0.95 };
    expect(isDone(3, { epoch: 0, ...overfitted })).toBe(false);
    expect(isDone(3, { epoch: 30, ...overfitted })).toBe(true);
    expect(isDone(4, { epoch: 0, trainLoss: Infinity, bestLoss: 1 })).toBe(false);
    expect(isDone(4, { epoch: 0, trainLoss: Infinity, bestLoss: 1, failure: { epoch: 1, step: 2 } })).toBe(true);
  });
});

describe.skipIf(lab.isMissing)("the playground", () => {
  it("comes to the numbers of the program that it shows", async () => {
    for (const query of [
      "?trained=20",
      "?set=arms&layers=5&f=relu&optimizer=adam&norm=batch&trained=6",
      "?set=moons&layers=4&f=prelu&dropout=0.2&loss=tversky&optimizer=adam&trained=4",
      "?set=hills&x=x1%2Cx2%2Csin1&layers=3&penalty=l2&penaltyRate=0.01&trained=5&loss=huber",
    ]) {
      const { page, complaints, close } = await open(query);
      await epochIs(page, Number(/trained=(\d+)/.exec(query)![1]));
      const shown = await figure(page, "Training loss");
      const { loss } = await runShown(page);
      // A penalty is a part of the loss that is trained on, not of the one that is shown.
      if (query.includes("penalty")) expect(loss).toBeGreaterThan(shown);
      else expect(shown).toBeCloseTo(loss, 3);
      expect(complaints).toEqual([]);
      await close();
    }
  });

  it("learns while it plays, stops at an epoch, and begins anew", async () => {
    const { page, complaints, close } = await open("?stopEpoch=60");
    await page.getByRole("button", { name: "One epoch" }).waitFor();
    await epochIs(page, 0);
    const first = await figure(page, "Training loss");
    await page.getByRole("button", { name: "Play" }).click();
    await epochIs(page, 60);
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(await figure(page, "Training loss")).toBeLessThan(first / 2);
    await page.waitForFunction(() => location.hash.includes("trained=60"));
    await page.getByRole("button", { name: "Start anew" }).click();
    await epochIs(page, 0);
    expect(await figure(page, "Training loss")).toBe(first);
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows the last picture of a training to a page that draws late", async () => {
    const { page, close } = await open();
    await page.addInitScript(() => {
      window.requestAnimationFrame = (draw) => window.setTimeout(() => draw(performance.now()), 300);
    });
    await page.goto(`${lab.site.address}#/playground?trained=40`);
    await page.reload();
    await epochIs(page, 40);
    await page.getByRole("button", { name: "Play" }).waitFor();
    // Longer than a picture that came before may wait for its turn.
    await page.waitForTimeout(700);
    expect(await figure(page, "Epoch")).toBe(40);
    await close();
  });

  it("says what a field expects, and what to do where the first sums are too large", async () => {
    const { page, complaints, close } = await open("?set=hills&f=exp&init=large");
    await epochIs(page, 0);
    const field = page.getByLabel("Batch: value");
    await field.fill("2.5");
    await field.press("Enter");
    await page.getByText("An integer from 1 to 400 is expected here, not “2.5”.").waitFor();
    await field.fill("150");
    await field.press("Enter");
    await page.waitForFunction(() => location.hash.includes("batch=150"));
    await page.getByRole("button", { name: "One epoch" }).click();
    await page.getByText("The loss is not a number from the first step on").waitFor();
    await page.getByRole("button", { name: "Begin with Glorot’s first weights" }).click();
    await page.waitForFunction(() => !location.hash.includes("init="));
    await page.getByRole("button", { name: "Neuron 1 of layer 1" }).click();
    await page.getByLabel("weight from x₁: value").fill("40");
    await page.getByLabel("weight from x₁: value").press("Enter");
    await expect.poll(() => page.getByLabel("weight from x₁: value").inputValue()).toBe("40");
    expect(complaints).toEqual([]);
    await close();
  });

  it("grows and shrinks the network, and keeps the link true", async () => {
    const { page, close } = await open();
    await page.getByRole("button", { name: "Add a hidden layer" }).click();
    await page.getByRole("button", { name: "Add a neuron to layer 3" }).click();
    await page.getByRole("button", { name: "Remove a neuron from layer 1" }).click();
    await page.getByRole("button", { name: "Input x₁x₂" }).click();
    await page.waitForFunction(() => location.hash.includes("layers=3%2C2%2C3"));
    await page.waitForFunction(() => location.hash.includes("x=x1%2Cx2%2Cx1x2"));
    await page.getByRole("button", { name: "Neuron 3 of layer 3" }).waitFor();
    await page.getByRole("radio", { name: "Three rings" }).check({ force: true });
    await page.getByRole("button", { name: "Output neuron of class 3" }).waitFor();
    await close();
  });

  it("changes a weight and a bias", async () => {
    const { page, close } = await open("?layers=0");
    await epochIs(page, 0);
    await page.getByRole("button", { name: "Output neuron" }).click();
    for (const [name, value] of [
      ["weight from x₁", "0.75"],
      ["weight from x₂", "-0.5"],
      ["bias", "0.25"],
    ] as const) {
      await page.getByLabel(`${name}: value`).fill(value);
      await page.getByLabel(`${name}: value`).press("Enter");
    }
    // The binary crossentropy of σ(0.75x₁ − 0.5x₂ + 0.25) over the training points.
    const { train } = dataOf({ set: "circle", points: [], count: 500, noise: 0, share: 50, seed: 1 });
    const z = train.map(([x1, x2]) => 0.75 * x1 - 0.5 * x2 + 0.25);
    const each = z.map((sum, i) => Math.log1p(Math.exp(train[i]![2] === 1 ? -sum : sum)));
    const loss = each.reduce((a, b) => a + b, 0) / each.length;
    await expect.poll(() => figure(page, "Training loss")).toBeCloseTo(loss, 3);
    await close();
  });

  it("keeps in the link what was set before the first step, and says of later changes that it does not", async () => {
    const { page, complaints, close } = await open("?layers=2");
    await epochIs(page, 0);
    await page.getByRole("button", { name: "Neuron 2 of layer 1" }).click();
    const weight = page.getByLabel("weight from x₁: value");
    await weight.fill("1.5");
    await weight.press("Enter");
    await page.waitForFunction(() => location.hash.includes("w=0%2C0%2C1%2C1.5"));
    await page.getByRole("button", { name: "One epoch" }).click();
    await epochIs(page, 1);
    await page.waitForFunction(() => location.hash.includes("trained=1"));
    const loss = await figure(page, "Training loss");
    expect((await runShown(page)).loss).toBeCloseTo(loss, 3);
    const other = await visit(lab.browser, lab.site, new URL(page.url()).hash);
    await epochIs(other.page, 1);
    expect(await figure(other.page, "Training loss")).toBe(loss);
    await other.close();
    await weight.fill("2");
    await weight.press("Enter");
    await page.getByText("it opens this network untrained").waitFor();
    await page.getByText("come to other weights").waitFor();
    await page.waitForFunction(() => !location.hash.includes("trained"));
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens a link in mid-training, and what went before by the way back", async () => {
    const { page, close } = await open();
    await page.getByRole("button", { name: "Play" }).click();
    await page.evaluate(() => void (location.hash = "#/playground?set=xor&trained=3"));
    await epochIs(page, 3);
    await page.getByRole("button", { name: "Play" }).waitFor();
    await page.goBack();
    await page.getByRole("radio", { name: "Circle", checked: true }).waitFor();
    await close();
  });

  it("says that its engine has ended, and goes on with another", async () => {
    const { page, close } = await open();
    await page.addInitScript(() => {
      const { Worker } = window;
      window.Worker = class extends Worker {
        constructor(...asked: ConstructorParameters<typeof Worker>) {
          super(...asked);
          (window as any).thread = this;
        }
      };
    });
    await page.goto(`${lab.site.address}#/playground?trained=2`);
    await page.reload();
    await epochIs(page, 2);
    await page.getByRole("button", { name: "Play" }).click();
    await page.evaluate(() => (window as any).thread.terminate());
    await page.getByText("The engine has stopped").waitFor();
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByText("The engine has stopped").waitFor({ state: "detached" });
    await epochIs(page, 2);
    await close();
  });

  it("tells when the weights run away, and goes back", async () => {
    const { page, complaints, close } = await open("?set=plane&f=relu&rate=1000&layers=8,8");
    await page.getByRole("button", { name: "Play" }).click();
    await page
      .getByRole("alert")
      .getByText(/stopped being a number in epoch \d+, step \d+/)
      .waitFor();
    await page.getByRole("button", { name: /Back to the weights of epoch/ }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.waitForFunction(() => location.hash.includes("rate=100"));
    expect(await figure(page, "Training loss")).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens what had failed, and what was trained beyond a limit", async () => {
    const failed = await open("?set=plane&f=relu&rate=1000");
    await failed.page.getByRole("button", { name: "Play" }).click();
    await failed.page.waitForFunction(() => location.hash.includes("trained=1"));
    await failed.page.reload();
    await failed.page.getByRole("alert").getByText("in epoch 1, step").waitFor();
    await failed.close();
    const beyond = await open("?stopEpoch=3&trained=6");
    await epochIs(beyond.page, 6);
    await beyond.close();
  });

  it("says that it is the second run which failed, and mends that one", async () => {
    const { page, complaints, close } = await open("?f=relu&set=plane&differ=rate&other=1000");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("alert").getByText("The second run has failed.").waitFor();
    await page.getByRole("button", { name: "Begin both runs anew, the second with a learning rate of 100" }).click();
    await page.waitForFunction(() => /other=100(&|$)/.test(location.hash) && !/[?&]rate=/.test(location.hash));
    await page.getByRole("alert").waitFor({ state: "detached" });
    await epochIs(page, 0);
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes points as text, and says what is wrong with others", async () => {
    const { page, close } = await open("?set=own");
    await page.getByText("There are no points yet, and so no program either.").waitFor();
    expect(await page.locator("details pre").count()).toBe(0);
    const field = page.getByLabel("The points as text (CSV)");
    await field.fill("1, two, 1");
    await page.getByRole("button", { name: "Take these points" }).click();
    await page.getByRole("alert").getByText("Line 1 (“1, two, 1”)").waitFor();
    expect(await field.inputValue()).toBe("1, two, 1");
    await field.fill("1, 2, 1\n-1, -2, 2\n3, -3, 3\n-3, 3, 3");
    await page.getByRole("button", { name: "Take these points" }).click();
    await page.waitForFunction(() => location.hash.includes("points=1%2C2%2C0"));
    await page.getByRole("button", { name: "Output neuron of class 3" }).waitFor();
    expect(await page.locator("details pre").count()).toBe(3);
    // The pointer draws points of the chosen class, 2, a little apart.
    const plane = page.getByRole("group", { name: /^The plane of x₁ and x₂/ });
    await plane.scrollIntoViewIfNeeded();
    const { x, y, width } = (await plane.boundingBox())!;
    await page.mouse.move(x + width / 2, y + width / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + width / 2, { steps: 8 });
    await page.mouse.up();
    await expect.poll(async () => (await field.inputValue()).split("\n").length).toBeGreaterThan(6);
    expect((await field.inputValue()).split("\n").at(-1)).toMatch(/^-?[\d.]+, -?[\d.]+, 2$/);
    // What was typed stays until it is taken, or all is removed.
    await field.fill("1; 2");
    await page.getByRole("button", { name: "Take these points" }).click();
    await page.mouse.click(x + width / 4, y + width / 4);
    await page.getByText("This text has not been taken yet").waitFor();
    await page.getByRole("button", { name: "Remove all" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await field.inputValue()).toBe("");
    await close();
  });

  it("follows one point forward and back, and moves the weights by it", async () => {
    const { page, complaints, close } = await open("?layers=0&batch=1");
    await epochIs(page, 0);
    const before = await figure(page, "Training loss");
    const next = page.getByRole("button", { name: "Next" });
    const told = page.getByRole("region", { name: "In slow motion" });
    const numbers = async (pattern: RegExp): Promise<number[]> => {
      await told.getByText(pattern).waitFor();
      const text = (await told.getByRole("status").innerText()).replaceAll("−", "-");
      return [...text.matchAll(/-?\d+\.\d+/g)].map(([number]) => Number(number));
    };
    await next.click();
    const [[x1, x2, label]] = dataOf({ set: "circle", points: [], count: 500, noise: 0, share: 50, seed: 1 }).train as [
      readonly [number, number, number],
    ];
    const inputs = await numbers(/enters/);
    expect(inputs[0]).toBeCloseTo(x1, 1);
    expect(inputs[1]).toBeCloseTo(x2, 1);
    await next.click();
    const [z, a] = await numbers(/Forward, the output/);
    expect(a).toBeCloseTo(1 / (1 + Math.exp(-z!)), 1);
    await next.click();
    const [loss] = await numbers(/the loss of this example/);
    expect(loss).toBeCloseTo(-Math.log(label === 1 ? a! : 1 - a!), 1);
    await next.click();
    // The gradient of the crossentropy after a sigmoid is a − y.
    const [delta] = await numbers(/Backward, the output/);
    expect(delta).toBeCloseTo(a! - label, 1);
    await next.click();
    await told.getByText("The weights have moved").waitFor();
    await expect.poll(() => figure(page, "Training loss")).not.toBe(before);
    expect(complaints).toEqual([]);
    await close();
  });

  it("ends the walk of a point when something changes", async () => {
    const { page, complaints, close } = await open();
    await epochIs(page, 0);
    const told = page.getByRole("region", { name: "In slow motion" });
    for (const at of [1, 2, 3]) {
      await page.getByRole("button", { name: "Next" }).click();
      await told.getByText(`${at} / 9`).waitFor();
    }
    await page.getByRole("button", { name: "One epoch" }).click();
    await told.getByText("One step of training: one point").waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await told.getByText("1 / 9").waitFor();
    // What is only shown in another way does not end it.
    await page.getByRole("checkbox", { name: "Gradients on the edges" }).check();
    await page.getByRole("button", { name: "Next" }).click();
    await told.getByText("2 / 9").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("trains a second run that differs in one thing", async () => {
    const { page, complaints, close } = await open("?differ=rate&other=fast");
    await page.getByText("A number from 0.000001 to 1000.").waitFor();
    await page.getByLabel("Beside it, a second run that differs in").selectOption("seed");
    await page.getByLabel("Beside it, a second run that differs in").selectOption("rate");
    await expect.poll(() => page.getByLabel("In the second run").inputValue()).toBe("0.003");
    await page.getByLabel("In the second run").fill("0.3");
    await page.getByRole("heading", { name: "Second run" }).waitFor();
    await page.getByRole("button", { name: "One epoch" }).click();
    await epochIs(page, 1);
    await page.waitForFunction(() => location.hash.includes("other=0.3"));
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens with defaults for a link that it cannot read", async () => {
    const { page, close } = await open("?set=cube&layers=4,99&rate=x");
    await page.getByText("values that this page cannot read (set, layers, rate)").waitFor();
    await page.getByRole("button", { name: "Neuron 2 of layer 2" }).waitFor();
    // A class of which there are a hundred million.
    await page.goto(`${lab.site.address}#/playground?set=own&points=0,0,1e8&loss=hinge`);
    await page.reload();
    await page.getByText("values that this page cannot read (points)").waitFor();
    await page.getByRole("radio", { name: "Inclined plane" }).check({ force: true });
    await page.getByText("“Hinge” does not fit this set: “Mean squared error” stands in its place.").waitFor();
    await close();
  });
});
