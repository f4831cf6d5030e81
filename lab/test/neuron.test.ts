// The page of the neuron, as a visitor uses it; its numbers are the course's, and those of Nabla in Node.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { item } from "../../recipes/course/n2-rosenblatt.ts";
import { isConvex } from "../src/pages/neuron/convex.ts";
import { neuron, perceptron, polygon } from "../src/pages/neuron/engine.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const answered = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

describe.skipIf(lab.isMissing)("the neuron", () => {
  it("answers AND with the course's weights, fails on XOR, and keeps both in the address", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron");
    await answered(page, "2 of 4 points are answered rightly");
    const bias = page.getByLabel("bias: value");
    await bias.fill("-1.5");
    await bias.press("Enter");
    await answered(page, "4 of 4 points are answered rightly");
    await answered(page, /Any line that parts \(1,\s1\)/);
    await page.waitForFunction(() => location.hash.includes("b=-1.5"));
    await page.getByRole("radio", { name: "XOR" }).check();
    await answered(page, "1 of 4 points are answered rightly");
    await bias.fill("-0.5");
    await bias.press("Enter");
    await answered(page, "3 of 4 points are answered rightly");
    await page.waitForFunction(() => location.hash.includes("points=") && !location.hash.includes("b="));
    const link = page.url();
    await page.getByLabel("bias: value").fill("0.5");
    await page.getByLabel("bias: value").press("Enter");
    await answered(page, "2 of 4 points are answered rightly");
    const shared = await visit(lab.browser, lab.site, `#${link.split("#")[1]}`);
    await answered(shared.page, "3 of 4 points are answered rightly");
    expect([...complaints, ...shared.complaints]).toEqual([]);
    await shared.close();
    await close();
  });

  it("says at the field what number it expects and what came, and counts with the one before", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/neuron");
    const field = page.getByLabel("weight 1: value");
    await field.fill("nine");
    await field.press("Enter");
    await page.getByRole("alert").getByText("A number from −4 to 4 is expected here, not “nine”.").waitFor();
    expect(await field.inputValue()).toBe("nine");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await answered(page, "2 of 4 points are answered rightly");
    // Another way to change the number takes back what was typed.
    await page.getByRole("slider", { name: "weight 1" }).press("ArrowRight");
    expect(await field.inputValue()).toBe("1.01");
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  it("changes a point's class by a click and removes it by one more, and keeps own points", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron");
    await answered(page, "2 of 4 points are answered rightly");
    const points = () => page.getByRole("button", { name: /^Point/ });
    const names = () =>
      points().evaluateAll((all) => all.map((one) => one.ariaLabel!.replace(/\s/g, " ").slice(0, 22)));
    await points().first().click();
    expect((await names())[0]).toBe("Point (0, 0), class 1,");
    await points().first().click();
    expect(await names()).toHaveLength(3);
    await page.getByRole("radio", { name: "XOR" }).check();
    expect(await names()).toHaveLength(4);
    await page.getByRole("radio", { name: "My own" }).check();
    expect(await names()).toHaveLength(3);
    // The same by the keyboard.
    await page.getByRole("button", { name: "Add a point" }).press("Enter");
    expect((await names())[3]).toBe("Point (0.75, 0.75), cl");
    await points().last().press("ArrowLeft");
    await points().last().press("ArrowUp");
    expect((await names())[3]).toBe("Point (0.7, 0.8), clas");
    await points().last().press("Delete");
    expect(await names()).toHaveLength(3);
    expect(complaints).toEqual([]);
    await close();
  });

  it("lets a finger scroll over the plane, and take hold of the line", async () => {
    const context = await lab.browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await context.newPage();
    await page.goto(`${lab.site.address}#/neuron`);
    await answered(page, "2 of 4 points are answered rightly");
    const { x, y, width, height } = (await page.locator(".plane canvas").boundingBox())!;
    const touch = await context.newCDPSession(page);
    const swipe = async (from: readonly [number, number], up: number): Promise<void> => {
      for (let i = 0; i <= 12; i++) {
        const touchPoints = [{ x: x + from[0] * width, y: y + from[1] * height - (up * i) / 12 }];
        await touch.send("Input.dispatchTouchEvent", { type: i === 0 ? "touchStart" : "touchMove", touchPoints });
        // A finger takes its time; the browser puts moves of one frame together.
        await page.waitForTimeout(20);
      }
      await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    };
    // The middle of the line, which stands at (0.25, 0.25).
    await swipe([1 / 3, 2 / 3], 60);
    await page.waitForFunction(() => /[?&]b=-/.test(location.hash));
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await swipe([0.8, 0.5], 200);
    await page.waitForFunction(() => scrollY > 50);
    expect(await page.getByRole("button", { name: /^Point/ }).count()).toBe(4);
    await context.close();
  });

  it("refuses points, corners and weights of a link that it could not show", async () => {
    const { page, complaints, close } = await visit(
      lab.browser,
      lab.site,
      "#/neuron?points=0,0,2&layers=9,1,1;1,1,1;1,1,1",
    );
    await page.getByText("cannot read (points, layers)").waitFor();
    const beyond = "#/neuron?points=1e308,1e308,1;0,0,0&corners=0,0;0,0;0,0";
    await page.evaluate((hash) => (location.hash = hash), beyond);
    await page.getByText("cannot read (points, corners)").waitFor();
    await answered(page, "2 of 4 points are answered rightly");
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens a broken link with its defaults, and says so", async () => {
    const { page, complaints, close } = await visit(
      lab.browser,
      lab.site,
      "#/neuron?w1=tall&points=1,2&scene=line&b=0.25",
    );
    await page.getByText("cannot read (w1, points)").waitFor();
    expect(await page.getByLabel("weight 1: value").inputValue()).toBe("1");
    expect(await page.getByLabel("bias: value").inputValue()).toBe("0.25");
    expect(complaints).toEqual([]);
    await close();
  });

  it("colours the plane with the bits of Nabla in Node", async () => {
    const { page, close } = await visit(lab.browser, lab.site, "#/neuron?f=sigmoid&w1=1.3&w2=-0.7&b=0.2");
    await answered(page, /points are answered rightly/);
    await page.waitForFunction(() => (document.querySelector("canvas")?.width ?? 0) === 120);
    const pixels = await page.evaluate(() => {
      const canvas = document.querySelector("canvas")!;
      return [...canvas.getContext("2d")!.getImageData(0, 0, 120, 120).data];
    });
    const style = await page.evaluate(() =>
      ["--negative", "--neutral", "--positive"].map((name) =>
        getComputedStyle(document.documentElement).getPropertyValue(name),
      ),
    );
    const [negative, neutral, positive] = style.map((hex) =>
      [1, 3, 5].map((i) => Number.parseInt(hex.trim().slice(i, i + 2), 16)),
    );
    const { shades } = await neuron(
      { weights: [1.3, -0.7, 0.2, 0], activation: "sigmoid" },
      [],
      [-0.75, 2.25, -0.75, 2.25],
      120,
    );
    const expected = [...shades].flatMap((v) => {
      const level = (Math.round((v + 1) * 127.5) / 255) * 2 - 1;
      const end = level < 0 ? negative! : positive!;
      return [...neutral!.map((from, c) => Math.round(from + (end[c]! - from) * Math.abs(level) * 0.55)), 255];
    });
    expect(pixels).toEqual(expected);
    await close();
  });

  it("learns AND by the rule in as many steps as Node, and never XOR", async () => {
    const and = [
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 1],
    ];
    const steps = await perceptron(and, 1, true, 400);
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron?scene=rule");
    await answered(page, /The neuron begins with w\s=\s0/);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await answered(page, "The sum is zero, which is neither answer");
    for (let i = 0; i < steps.at(-1)!.epoch; i++) await page.getByRole("button", { name: "Epoch" }).click();
    await answered(page, `the rule has converged after ${steps.length} steps, in epoch ${steps.at(-1)!.epoch}.`);
    // The course's own run of the rule: the last three columns of its first table are w₁, w₂ and w₀.
    const tables = [];
    for await (const part of item({ tiny: true, seed: 0 })) if (part.kind === "table") tables.push(part);
    expect(tables[0]!.rows.map((row) => row.slice(-3))).toEqual(steps.map(({ weights }) => weights));
    await page.getByRole("radio", { name: "XOR" }).check();
    await answered(page, /The neuron begins with w\s=\s0/);
    expect(
      await perceptron(
        [
          [0, 0, 0],
          [0, 1, 1],
          [1, 0, 1],
          [1, 1, 0],
        ],
        1,
        true,
        400,
      ),
    ).toHaveLength(400);
    expect(complaints).toEqual([]);
    await close();
  });

  it("plays the rule, and writes its products with numbers below zero in brackets", async () => {
    const points = "0,-0.5,0;1,-0.5,1;1,1,1";
    const { page, complaints, close } = await visit(lab.browser, lab.site, `#/neuron?scene=rule&points=${points}`);
    await answered(page, /The neuron begins with w\s=\s0/);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    const formula = page.locator(".now annotation");
    await expect.poll(() => formula.textContent()).toContain("0.00\\cdot (−0.50)");
    // Each step stands for a third of a second, less than a locator waits between two looks.
    const third = page.waitForFunction(() => document.body.textContent!.includes("Step 3, epoch 1."));
    await page.getByRole("button", { name: "Play" }).click();
    await third;
    await answered(page, "An epoch without a mistake");
    expect(complaints).toEqual([]);
    await close();
  });

  it("computes XOR by two layers, and shows that two points become one", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron?scene=layers");
    await answered(page, "4 of 4 points are answered rightly");
    const rows = await page.locator("tbody tr").allInnerTexts();
    expect(rows.slice(0, 4).map((row) => row.split(/\s+/).map(Number))).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 1, 0, 1, 1, 1],
      [1, 0, 0, 1, 1, 1],
      [1, 1, 1, 1, 0, 0],
    ]);
    const part = page.getByLabel("u₁: weight x₂: value");
    await part.fill("2");
    await part.press("Enter");
    await answered(page, /both hidden neurons answer alike/);
    await page.getByRole("button", { name: "The weights of the course" }).click();
    await answered(page, "4 of 4 points are answered rightly");
    const upper = page.getByLabel("y: bias: value");
    await upper.fill("-1.5");
    await upper.press("Enter");
    await answered(page, "2 of 4 points are answered rightly");
    await page.getByRole("button", { name: "The weights of the course" }).click();
    await answered(page, "4 of 4 points are answered rightly");
    expect(complaints).toEqual([]);
    await close();
  });

  it("computes XOR by the feature x₁x₂", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron?scene=feature");
    await answered(page, "3 of 4 points are answered rightly");
    await page.getByRole("button", { name: "The weights of the course" }).click();
    await answered(page, "4 of 4 points are answered rightly");
    expect(complaints).toEqual([]);
    await close();
  });

  it("cuts out a polygon, whose corners the keyboard moves and which stays convex", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/neuron?scene=polygon");
    const corners = [
      [0.2, -0.3],
      [1.6, -0.1],
      [1.9, 1.1],
      [0.9, 1.8],
      [-0.2, 1],
    ];
    const { share } = await polygon(corners, [-0.75, 2.25, -0.75, 2.25], 120);
    await answered(page, `The network answers 1 on an area of ${(9 * share).toFixed(3)} (counted by pixels)`);
    await answered(page, "the polygon's own area is 2.980.");
    const corner = page.getByRole("button", { name: /^Corner 4 / });
    await corner.focus();
    for (let i = 0; i < 30; i++) await corner.press("ArrowDown");
    await page.waitForFunction(() => location.hash.includes("corners="));
    expect(await page.getByRole("alert").count()).toBe(0);
    // Up to twelve corners, each of which leaves the polygon convex, and back to three.
    const add = page.getByRole("button", { name: "Add a corner" });
    for (let count = 6; count <= 12; count++) {
      await add.click();
      await page.getByRole("button", { name: `Corner ${count} ` }).waitFor();
    }
    expect(await add.isDisabled()).toBe(true);
    await page.getByRole("rowheader", { name: "u₁₂" }).waitFor();
    await page.waitForFunction(() => decodeURIComponent(location.hash).split(";").length === 12);
    const link = new URLSearchParams(page.url().split("?")[1]).get("corners")!;
    expect(isConvex(link.split(";").map((row) => row.split(",").map(Number)))).toBe(true);
    for (let i = 0; i < 9; i++) await page.getByRole("button", { name: "Remove a corner" }).click();
    await answered(page, /Three: two half-planes always leave a part/);
    expect(complaints).toEqual([]);
    await close();
  });
});
