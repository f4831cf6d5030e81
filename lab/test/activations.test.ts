// What a visitor does on the page of the activations, with numbers of the course and of Nabla in Node.
import {
  elu,
  gelu,
  grad,
  heaviside,
  leakyRelu,
  linear,
  linspace,
  random,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  type Tensor,
  tensor,
  vmap,
} from "nabla";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { course, parts } from "../../recipes/course/index.ts";
import { numeral, type Table } from "../../recipes/course/item.ts";
import { flatIntervals } from "../src/pages/activations/flat.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();

/** Waits for an answer of the worker, on a busy machine too. */
const eventually = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 30_000 });

/** The texts of a table's row, by the text of its heading. */
const row = async (page: Page, heading: string): Promise<string[]> =>
  await page
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: heading, exact: true }) })
    .getByRole("cell")
    .allTextContents();

const shownRow = async (page: Page, heading: string, expected: readonly string[]): Promise<void> => {
  await eventually(async () => (await row(page, heading)).map((text) => text.trim())).toEqual(expected);
};

const answered = (page: Page): Promise<number> =>
  page.getByRole("region", { name: "Try it" }).locator("li.done").count();

/** A table of a course item, by the name of a column. */
async function courseTable(id: string, column: string): Promise<Table> {
  const entry = course.find((item) => item.id === id);
  for await (const part of parts(entry!, { tiny: false, seed: 0 }))
    if (part.kind === "table" && part.columns.some((name) => typeof name !== "string" && name.en === column))
      return part;
  throw new Error(`Item ${id} shows no table with the column ${column}.`);
}

describe.skipIf(lab.isMissing)("the page of the activations", () => {
  it("shows every function and its derivative at a point, as Nabla in Node computes them", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?u=-0.7&slope=0.1&alpha=1.5");
    const functions: Readonly<Record<string, (u: Tensor) => Tensor>> = {
      Sigmoid: sigmoid,
      tanh: (u) => u.tanh(),
      Step: heaviside,
      Sign: (u) => u.sign(),
      Identity: linear,
      Exponential: (u) => u.exp(),
      ReLU: relu,
      "Leaky ReLU": (u) => leakyRelu(u, { negativeSlope: 0.1 }),
      PReLU: (u) => leakyRelu(u, { negativeSlope: 0.25 }),
      ELU: (u) => elu(u, { alpha: 1.5 }),
      SELU: selu,
      GELU: (u) => gelu(u),
      "SiLU, Swish": silu,
      Softplus: softplus,
      SoftSign: softsign,
      Maxout: (u) => u.maximum(u.mul(-0.5).add(1)),
    };
    const u = tensor(-0.7);
    for (const [name, f] of Object.entries(functions)) {
      await page.getByRole("radio", { name, exact: true }).check();
      await eventually(async () => (await row(page, name)).length).toBe(3);
      // The two sides may order the same operations differently: the last bits are left out.
      const [value, slope, byHand] = (await row(page, name)).map((text) => Number(text.replace("−", "-")));
      expect(value, name).toBeCloseTo(await f(u).item(), 3);
      expect(slope, name).toBeCloseTo(await grad(f)(u).item(), 3);
      expect(byHand, name).toBeCloseTo(slope!, 3);
      const told = await page.getByTestId("difference").textContent();
      const worst = /: ([\d.]+)(?:·10(⁻\S))?\.$/.exec(told!);
      expect(worst, told!).not.toBeNull();
      if (worst![1] !== "0") expect(["⁻⁹", "⁻⁸", "⁻⁷", "⁻⁶", "⁻⁵"], `${name}: ${told}`).toContain(worst![2]);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("has a point that is dragged along the curve, shades what saturates, and sees questions answered", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?u=2");
    await shownRow(page, "Sigmoid", ["0.8808", "0.105", "0.105"]);
    // σ(1 − σ) = 0.05 at ±ln(19 + …): found by Nabla's numbers on the page's grid.
    const grid = await linspace(-6, 6, 481).array<1>();
    const slopes = await vmap(grad(sigmoid))(linspace(-6, 6, 481)).array<1>();
    const [left, right] = flatIntervals(grid, slopes, 0.05);
    const exact = Math.log((1 + Math.sqrt(0.8)) / (1 - Math.sqrt(0.8)));
    expect(right![0]).toBeCloseTo(exact, 3);
    expect(left![1]).toBeCloseTo(-exact, 3);
    await page
      .getByText(`Saturated, |f′| < 0.05 (shaded): u < ${numeral(-exact, 2)} and u > ${numeral(exact, 2)}.`)
      .waitFor();

    expect(await answered(page)).toBe(0);
    const plot = page.getByRole("img", { name: /^Sigmoid and its derivative/ });
    const box = (await plot.boundingBox())!;
    const middle = box.x + 46 + (box.width - 46 - 12) / 2;
    await page.mouse.move(middle + 120, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(middle + 60, box.y + 120, { steps: 3 });
    await page.mouse.move(middle, box.y + 150, { steps: 3 });
    await page.mouse.up();
    await shownRow(page, "Sigmoid", ["0.5", "0.25", "0.25"]);
    await page.waitForFunction(() => location.hash.includes("u=0"));
    await eventually(() => answered(page)).toBe(1);

    await page.getByRole("radio", { name: "Softplus", exact: true }).check();
    await page.getByRole("checkbox", { name: "Lay Sigmoid over it" }).check();
    await eventually(() => answered(page)).toBe(2);
    const [softplusRow, sigmoidRow] = [await row(page, "Softplus"), await row(page, "Sigmoid")];
    expect(softplusRow[1]).toBe(sigmoidRow[0]);
    await page.waitForFunction(() => location.hash.includes("over=sigmoid"));
    expect(complaints).toEqual([]);
    await close();
  });

  it("works the course's softmax table, and one's own numbers", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?scene=softmax");
    const powers = ["148.4", "20.1", "492.7", "54.6", "4.5", "0.1"];
    const shares = ["0.21", "0.03", "0.68", "0.08", "0.01", "0.00"];
    const table = async (): Promise<string[][]> => {
      const rows = await page
        .locator("tbody tr")
        .filter({ has: page.getByRole("textbox") })
        .all();
      return await Promise.all(
        rows.map(async (tr) => (await tr.getByRole("cell").allTextContents()).map((t) => t.trim())),
      );
    };
    await eventually(async () => (await table()).map((cells) => cells[2])).toEqual(powers);
    expect((await table()).map((cells) => cells[3])).toEqual(shares);
    expect(await page.getByTestId("sum").textContent()).toBe("720.5");

    const z = [5, 3, 7, 4, 1.5, -2, 0];
    await page.getByRole("button", { name: "Add an entry" }).click();
    await page.getByRole("textbox", { name: "z₃" }).fill("7,0");
    await page.getByRole("textbox", { name: "temperature: value" }).fill("2");
    await page.getByRole("textbox", { name: "temperature: value" }).blur();
    const expected = (await softmax(tensor(z).div(2)).array<1>()).map((p) => numeral(p, 2));
    await eventually(async () => (await table()).map((cells) => cells[3])).toEqual(expected);

    const field = page.getByRole("textbox", { name: "z₁" });
    await field.fill("five");
    await field.blur();
    await page.getByRole("alert").getByText("A number from −1000 to 1000 is expected here").waitFor();
    expect(await field.inputValue()).toBe("five");
    expect((await table()).map((cells) => cells[3])).toEqual(expected);
    // A button that sets the numbers takes back what was typed; a number that cannot grow keeps all from growing.
    await field.fill("1000");
    expect(await page.getByRole("button", { name: "Add 1 to all z" }).isDisabled()).toBe(true);
    await field.fill("six");
    await field.blur();
    await page.getByRole("button", { name: "The course's numbers" }).click();
    await eventually(() => field.inputValue()).toBe("5");
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Add an entry" }).click();
    await page.getByRole("button", { name: "Remove entry 7" }).click();
    await eventually(async () => (await table()).length).toBe(6);

    await page.getByRole("button", { name: "The course's numbers" }).click();
    await page.getByRole("button", { name: "Add 100 to all z" }).click();
    await page.getByText("exp has overflowed").waitFor();
    expect((await table()).map((cells) => cells[3])).toEqual(shares);
    await page.getByRole("checkbox", { name: "Subtract the largest z first" }).check();
    await page.getByText("exp has overflowed").waitFor({ state: "detached" });
    expect((await table()).map((cells) => cells[3])).toEqual(shares);
    expect(complaints).toEqual([]);
    await close();
  });

  it("sums shifted sigmoids as close to softplus as the course's item does", async () => {
    const { rows } = await courseTable("A2", "from σ(x − ½): softplus(x)");
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?scene=sum&terms=4");
    const shown = async (id: string): Promise<number> =>
      Number((await page.getByTestId(id).textContent())!.replace("−", "-"));
    const differences = new Map(
      rows.map(([count, plus, minus, ramp]) => [count as number, [plus, minus, ramp] as number[]]),
    );
    await eventually(() => shown("to-softplus")).toBeCloseTo(differences.get(4)![0]!, 3);
    const terms = page.getByRole("textbox", { name: "number of sigmoids: value" });
    await terms.fill("20");
    await terms.blur();
    await eventually(() => shown("to-softplus")).toBeCloseTo(differences.get(20)![0]!, 3);
    await page.getByRole("radio", { name: "σ(x − ½)" }).check();
    await eventually(() => shown("to-softplus")).toBeCloseTo(differences.get(20)![1]!, 3);
    expect(await shown("to-relu")).toBeCloseTo(differences.get(20)![2]!, 3);
    expect(complaints).toEqual([]);
    await close();
  });

  it("collapses linear layers into one matrix, and none where an activation stands between", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?scene=layers&depth=3");
    const verdict = page.locator(".verdict");
    await page.getByText("3 layers, one matrix: the pictures are the same.").waitFor();
    expect(await verdict.textContent()).toMatch(/: (0|\d(\.\d+)?·10⁻[⁶⁷⁸]) \(rounding\)/);
    const first = page.getByRole("textbox", { name: "w₁, 1, 1" });
    await first.fill("2");
    const factors = [
      [
        [2, 0.5],
        [-0.5, 0.87],
      ],
      [
        [1.4, 0],
        [0, 0.6],
      ],
      [
        [1, 0],
        [0.7, 1],
      ],
    ];
    const product = await factors
      .slice(1)
      .reduce((W, next) => W.matmul(tensor(next)), tensor(factors[0]!))
      .array<2>();
    const one = page.locator("figure.one td");
    await eventually(async () => (await one.allTextContents()).slice(0, 4)).toEqual(
      product.flat().map((value) => numeral(value, 2)),
    );

    await page.getByRole("radio", { name: "tanh" }).check();
    await page.getByText("No matrix does this.").waitFor();
    const rest = Number(/leaves ([\d.]+)\s%/.exec((await verdict.textContent())!)![1]);
    expect(rest).toBeGreaterThan(5);
    await eventually(() => answered(page)).toBe(2);

    await page.getByRole("button", { name: "Random weights" }).click();
    const [seeded] = await random.normal(random.key(1), [3, 6]).array<2>();
    await eventually(() => first.inputValue()).toBe(String(Math.round(100 * seeded![0]! * 0.9) / 100));
    await page.waitForFunction(() => location.hash.includes("seed=1") && location.hash.includes("layers="));
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows the course's item of all functions to its end, the matrix of softmax", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations");
    await page.getByText("All activation functions with their derivatives").click();
    for (const meaning of ["by the formula", "by the engine"])
      await page.getByText(meaning, { exact: true }).waitFor({ timeout: 60_000 });
    expect(await page.getByText("∂p/∂z", { exact: true }).count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });

  it("keeps the point on the part of the curve that is drawn", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?u=5");
    const range = page.getByRole("textbox", { name: "u up to ±: value" });
    await range.fill("2");
    await range.press("Enter");
    await eventually(() => page.getByRole("textbox", { name: "the point u: value" }).inputValue()).toBe("2");
    await page.getByRole("columnheader", { name: "f(2.00)" }).waitFor();
    await page.waitForFunction(() => location.hash.includes("u=2"));
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes a number of sigmoids that is an integer, and keeps own weights while a named set is shown", async () => {
    const { page, complaints, close } = await visit(lab.browser, lab.site, "#/activations?scene=sum");
    const terms = page.getByRole("textbox", { name: "number of sigmoids: value" });
    await terms.fill("2.5");
    await terms.press("Enter");
    await page.getByText("An integer from 1 to 20 is expected here, not “2.5”.").waitFor();
    await page.getByRole("tab", { name: "Layers without activations" }).click();
    const weight = page.getByRole("textbox", { name: "w₁, 1, 1" });
    await weight.fill("3.5");
    await page.getByRole("radio", { name: "shear" }).check();
    await eventually(() => weight.inputValue()).toBe("1");
    await page.getByRole("radio", { name: "my own" }).check();
    await eventually(() => weight.inputValue()).toBe("3.5");
    expect(complaints).toEqual([]);
    await close();
  });

  it("opens with its defaults where a link is broken, and says so", async () => {
    const hash = "#/activations?f=sine&over=relu,relu&z=1,two&layers=1,2&u=99&T=2&scene=softmax";
    const { page, complaints, close } = await visit(lab.browser, lab.site, hash);
    await page.getByText("The link holds values that this page cannot read (f, over, z, layers, u).").waitFor();
    await eventually(() => page.getByRole("textbox", { name: /^z/ }).count()).toBe(6);
    expect(await page.getByRole("textbox", { name: "temperature: value" }).inputValue()).toBe("2");
    expect(complaints).toEqual([]);
    await close();
  });
});
