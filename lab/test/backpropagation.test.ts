// The page of backpropagation, as a visitor uses it: its numbers against the course's and against Nabla here.
import { gradients, relu, sigmoid, type Tensor, tensor } from "nabla";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { numeral } from "../../recipes/tools/part.ts";
import { graphNumbers } from "../src/pages/backpropagation/engine.ts";
import { graphOf, plainOperation } from "../src/pages/backpropagation/graph.ts";
import { ExpressionProblem } from "../src/pages/backpropagation/parser.ts";
import { labTests, visit } from "./visit.ts";

const lab = labTests();
const numbersAt = (text: string, at: readonly number[]) => graphNumbers(graphOf(text), at);
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

describe("expressions", () => {
  it.each([
    ["x²·y + (y + 2)", [1, 2], 6, [4, 2]],
    ["-x^2", [3], -9, [-6]],
    ["2^3^x", [1], 8, [8 * Math.log(2) * 3 * Math.log(3)]],
    ["2x(x + 1)", undefined, 0, []],
    ["2x·(x + 1) − 6/x", [2], 9, [11.5]],
    ["(x + 1)(x − 1)", [3], 8, [6]],
    ["max(x, y, 1.5) + min(x, y)", [1, 2], 3, [1, 1]],
    ["σ(w·x + b)", [0.5, -1, 0.25], sigma(-0.25), [-1, 0.5, 1].map((d) => d * sigma(-0.25) * (1 - sigma(-0.25)))],
    ["exp(ln(x)) + sqrt(x)", [4], 6, [1.25]],
    ["sin(x)² + cos(x)^2", [0.7], 1, [0]],
    ["tanh(x) ÷ y", [0.3, 2], Math.tanh(0.3) / 2, [(1 - Math.tanh(0.3) ** 2) / 2, -Math.tanh(0.3) / 4]],
    ["x^y", [2, 3], 8, [12, 8 * Math.log(2)]],
    ["relu(x − 1) + relu(1 − x)", [3], 2, [1]],
    ["х·у − w₁·pi", [2, 3, 1], 6 - Math.PI, [3, 2, -Math.PI]],
  ] as const)("%s", async (text, at, value, slopes) => {
    if (at === undefined) {
      // A letter before a parenthesis might be meant as a function.
      expect(() => graphOf(text)).toThrow(ExpressionProblem);
      return;
    }
    const numbers = await numbersAt(text, at);
    expect(numbers.values.at(-1)).toBeCloseTo(value, 4);
    for (const [i, slope] of slopes.entries()) {
      expect(numbers.gradients[i]).toBeCloseTo(slope, 4);
      expect(numbers.byNabla[i]).toBeCloseTo(slope, 4);
      expect(numbers.byDifferences[i]! / Math.max(1, Math.abs(slope))).toBeCloseTo(
        slope / Math.max(1, Math.abs(slope)),
        2,
      );
    }
  });

  it.each([
    ["x + ", 4, "ends"],
    ["x·(y + )", 7, "got “)”"],
    ["foo(x)", 0, "no function “foo”"],
    ["x·xy", 2, "“xy” is no variable"],
    ["x $ y", 2, "“$” has no meaning"],
    ["max(x)", 5, "second argument"],
    ["0,5·x", 1, "with a point"],
    ["sin x", 4, "“(” after sin"],
    ["constructor", 0, "“constructor” is no variable"],
    ["toString(x)", 0, "no function “toString”"],
    ["x·y constructor", 4, "got “constructor”"],
    ["1e400·x", 0, "too large"],
    ["", 0, "Type an expression"],
    ["2 + 3", 0, "at least one variable"],
    [`${"(".repeat(100)}x${")".repeat(99)}`, 60, "too many parentheses"],
    ["x".padEnd(300, "+x"), 200, "at most 200"],
  ])("say where they cannot be read: %s", (text, at, part) => {
    let problem: unknown;
    try {
      graphOf(text);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(ExpressionProblem);
    expect((problem as ExpressionProblem).at).toBe(at);
    expect((problem as ExpressionProblem).text.en).toContain(part);
    expect((problem as ExpressionProblem).text.ru).toMatch(/[а-я]/);
  });

  it("make a node of every operation, and one node of equal parts", () => {
    const lines = (text: string): string[] => {
      const graph = graphOf(text);
      return graph.nodes.map((node) => `${node.name} = ${plainOperation(graph, node)}`);
    };
    expect(lines("x²·y + (y + 2)")).toEqual(["x = x", "y = y", "a = x²", "b = a·y", "c = y + 2", "out = b + c"]);
    expect(lines("sin(a·x) + (a·x)^-2")).toEqual([
      "a = a",
      "x = x",
      "b = a·x",
      "c = sin(b)",
      "d = b^(−2)",
      "out = c + d",
    ]);
  });
});

const open = (hash: string) => visit(lab.browser, lab.site, `#/backpropagation${hash}`);
const node = (page: Page, label: string) => page.getByRole("button", { name: label, exact: true });
const row = async (page: Page, name: string): Promise<string[]> => {
  const cells = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  return cells.getByRole("cell").allInnerTexts();
};
const answered = (page: Page) => page.getByRole("region", { name: "Try it" }).locator("li.done");

describe.skipIf(lab.isMissing)("the graph", () => {
  it("says how far its gradients can be checked", async () => {
    const { page, complaints, close } = await open("?f=x/0&at=x:1");
    const verdicts = {
      "x/0": "no finite number",
      "sqrt(x − 1)": "no finite gradient",
      "sqrt(relu(x − 2))": "no finite gradient",
      "x^1000": "ε = 0.01 are too coarse here",
      "relu(x − 1)": "a kink, a pole or no value",
    };
    for (const [text, verdict] of Object.entries(verdicts)) {
      await page.getByRole("textbox", { name: "Expression" }).fill(text);
      await page.getByRole("status").filter({ hasText: verdict }).waitFor();
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows the course's values and gradients, checked in three ways", async () => {
    const { page, complaints, close } = await open("");
    await node(page, "out = b + c, value 6, gradient 1").waitFor();
    await node(page, "x, value 1, gradient 4").waitFor();
    await node(page, "y, value 2, gradient 2").waitFor();
    await node(page, "a = x², value 1, gradient 2").waitFor();
    expect(await row(page, "∂out/∂x")).toEqual(["4", "4", "4"]);
    expect(await row(page, "∂out/∂y")).toEqual(["2", "2", "2"]);
    await page.getByText("The computational graph of x²·y + (y + 2)").click();
    await page.getByRole("cell", { name: "∂out/∂b · a + ∂out/∂c · 1 = 1 + 1" }).waitFor();
    await page.getByText(/They agree\. In 64-bit numbers, grad and differences differ by \d/).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("is computed one node at a time, forwards and backwards", async () => {
    const { page, complaints, close } = await open("?step=0");
    await node(page, "out = b + c").waitFor();
    const forward = page.getByRole("button", { name: "One step forward" });
    await forward.click();
    await node(page, "x, value 1").waitFor();
    await forward.click();
    await node(page, "a = x², value 1").waitFor();
    await page.getByRole("heading", { name: "Forwards: a" }).waitFor();
    expect(await node(page, "b = a·y").count()).toBe(1);
    // The arrow keys step, from a node that has the focus.
    await node(page, "b = a·y").focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Backwards: y" }).waitFor();
    await node(page, "y, value 2, gradient 2").waitFor();
    await node(page, "x, value 1").waitFor();
    await answered(page).getByText("x² + 1").waitFor();
    const formulas = await page.locator(".step annotation").allTextContents();
    expect(formulas.slice(0, 2)).toEqual([
      "\\frac{\\partial b}{\\partial y} = a = 1",
      "\\frac{\\partial c}{\\partial y} = 1",
    ]);
    expect(formulas[2]).toContain("= 1 \\cdot 1 + 1 \\cdot 1 =");
    await page.waitForFunction(() => location.hash.includes("step=10"));
    await page.getByRole("button", { name: "Play" }).click();
    await node(page, "x, value 1, gradient 4").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes another expression, and keeps the last good one while it cannot be read", async () => {
    const { page, complaints, close } = await open("");
    const field = page.getByRole("textbox", { name: "Expression" });
    await field.fill("x²·y + (y + ");
    await page.getByText("Character 13: Expected a number, a variable or “(”, but the expression ends.").waitFor();
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await node(page, "out = b + c, value 6, gradient 1").waitFor();
    await field.fill("sin(x)·x + x^3");
    const { values, gradients: slopes } = await numbersAt("sin(x)·x + x^3", [1]);
    await node(page, `x, value 1, gradient ${numeral(Number(slopes[0]!.toPrecision(3)))}`).waitFor();
    expect((await row(page, "out"))[1]).toBe(numeral(values.at(-1)!));
    expect((await row(page, "∂out/∂x"))[1]).toBe(numeral(slopes[0]!));
    await answered(page).getByText("As many gradients").waitFor();
    await page.waitForFunction(() => new URLSearchParams(location.hash.split("?")[1]).get("f") === "sin(x)·x + x^3");
    expect(complaints).toEqual([]);
    await close();
  });

  it("follows its variables", async () => {
    const { page, close } = await open("");
    await page.getByRole("slider", { name: "variable x" }).fill("0");
    await node(page, "x, value 0, gradient 0").waitFor();
    await node(page, "out = b + c, value 4, gradient 1").waitFor();
    await answered(page).getByText("the local derivative 2x").waitFor();
    await page.waitForFunction(() => decodeURIComponent(location.hash).includes("at=x:0,y:2"));
    await page.getByRole("textbox", { name: "Expression" }).fill("relu(x) + ln(y − 2)");
    await page.getByText("no finite number").waitFor();
    await close();
  });

  it("opens with defaults when the link is broken", async () => {
    const { page, complaints, close } = await open("?f=x%2B&at=x:1e9&step=-1&V1=1,2&scene=none");
    await page.getByText("cannot read (f, at, step, V1, scene)").waitFor();
    await node(page, "out = b + c, value 6, gradient 1").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

/** The network of the course's item B2, and what Nabla finds for it. */
const network = {
  theta: [
    [
      [0.4, -0.6, 0.1],
      [0.3, 0.8, -0.5],
    ],
    [0.1, -0.2, 0.3],
    [
      [0.7, -0.4],
      [-0.9, 0.2],
      [0.5, 0.6],
    ],
    [0.2, -0.1],
  ],
  async step(rate: number) {
    const theta = this.theta.map((w) => tensor(w as number[][]));
    const cost = ([W1, b1, W2, b2]: readonly Tensor[]): Tensor => {
      const hidden = sigmoid(tensor([1, -2]).matmul(W1!).add(b1!));
      return sigmoid(hidden.matmul(W2!).add(b2!))
        .sub(tensor([1, 0]))
        .square()
        .sum()
        .div(2);
    };
    const before = cost(theta);
    const slopes = gradients(before, theta);
    const updated = theta.map((w, i) => w.sub(slopes[i]!.mul(rate)));
    return {
      before: await before.item(),
      after: await cost(updated).item(),
      delta1: await slopes[1]!.array<1>(),
      delta2: await slopes[3]!.array<1>(),
      W1: await updated[0]!.array<2>(),
    };
  },
};
/** The numbers of a matrix that is on the page. */
const matrix = async (page: Page, name: string): Promise<number[]> => {
  const figure = page.getByRole("figure").filter({ has: page.getByText(name, { exact: true }) });
  return (await figure.first().getByRole("cell").allInnerTexts()).map((text) => Number(text.replace("−", "-")));
};
const close4 = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 3);
};

describe.skipIf(lab.isMissing)("the five steps", () => {
  it("give Nabla's δ and the update", async () => {
    const { page, complaints, close } = await open("?scene=steps");
    const wanted = await network.step(0.5);
    await page.getByText(`The cost falls from ${numeral(wanted.before)} to ${numeral(wanted.after)}.`).waitFor();
    const forward = page.getByRole("button", { name: "One step forward" });
    await page.getByRole("heading", { name: "1. The input" }).waitFor();
    for (const title of ["hidden layer", "output layer", "δ of the output", "δ backwards"]) {
      await forward.click();
      await page.getByRole("heading", { name: title }).waitFor();
      if (title === "δ of the output") close4(await matrix(page, "δ²"), wanted.delta2);
    }
    close4(await matrix(page, "δ¹"), wanted.delta1);
    await forward.click();
    close4(await matrix(page, "W¹ (updated)"), wanted.W1.flat());
    await page.getByText("has the same gradients").waitFor();
    await page.getByRole("button", { name: "Keep the new weights" }).click();
    await page.getByText(`The cost falls from ${numeral(wanted.after)}`).waitFor();
    await page.getByRole("slider", { name: "learning rate" }).fill("6");
    await answered(page).getByText("which way is down").waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("stop where the error is zero", async () => {
    const { page, close } = await open("?scene=steps&act=relu&stage=4");
    await page.getByRole("textbox", { name: "target 1: value" }).fill("0.9");
    await page.getByRole("textbox", { name: "target 1: value" }).press("Enter");
    await page.getByRole("textbox", { name: "target 2: value" }).fill("0.74");
    await page.getByRole("textbox", { name: "target 2: value" }).press("Enter");
    await answered(page).getByText("there is nothing to learn").waitFor();
    await close();
  });
});

describe.skipIf(lab.isMissing)("the worked problem", () => {
  it("has Nabla's gradients, an update, and entries that can be changed", async () => {
    const { page, complaints, close } = await open("?scene=problem");
    // biome-ignore format: a matrix a line
    const [X, Y] = [
      tensor([[1, 2], [-1, 1], [2, -1]]),
      tensor([[0.8], [-0.6], [0.2]]),
    ];
    const lossAt = ([W1, b1, W2, b2]: readonly Tensor[]): Tensor =>
      relu(X.matmul(W1!).add(b1!)).matmul(W2!).add(b2!).tanh().sub(Y).square().mean();
    // biome-ignore format: a matrix a line
    const theta = [
      tensor([[0.5, -0.3, 0.8], [0.2, 0.6, -0.4]]),
      tensor([0.1, -0.2, 0.3]),
      tensor([[0.7], [-0.5], [0.4]]),
      tensor([0.1]),
    ];
    const loss = lossAt(theta);
    const slopes = gradients(loss, theta);
    const after = await lossAt(theta.map((w, i) => w.sub(slopes[i]!.mul(0.1)))).item();
    await page.getByText(`L = ${(await loss.item()).toFixed(6)}`).waitFor();
    await page.getByText(`from ${numeral(await loss.item())} down to ${numeral(after)}.`).waitFor();
    close4(await matrix(page, "∂L/∂W₁"), (await slopes[0]!.array<2>()).flat());
    close4(await matrix(page, "∂L/∂W₂"), (await slopes[2]!.array<2>()).flat());
    close4(await matrix(page, "(∂L/∂b₁)ᵀ"), await slopes[1]!.array<1>());
    const first = (await row(page, "W₁[2, 1]")).map((text) => Number(text.replace("−", "-")));
    expect(Math.max(...first) - Math.min(...first)).toBeLessThan(1e-3);
    await page.getByText(/^✓ The greatest difference/).waitFor();

    await page.getByRole("button", { name: "Keep the new weights" }).click();
    await page.getByText(`L = ${after.toFixed(6)}`).waitFor();
    await page.getByRole("button", { name: "The lecture’s weights" }).click();
    const entry = page.getByRole("textbox", { name: "b₁ᵀ, row 1, column 3" });
    await entry.fill("many");
    await entry.press("Enter");
    await page.getByText("A number from −1000 to 1000 is expected here").waitFor();
    expect(await entry.inputValue()).toBe("0.3");
    await entry.fill("-4");
    await entry.press("Enter");
    await answered(page).getByText("It is dead.").waitFor();
    expect((await matrix(page, "δ₁")).filter((_, i) => i % 3 === 2)).toEqual([0, 0, 0]);
    await page.waitForFunction(() => decodeURIComponent(location.hash).includes("b1=0.1,-0.2,-4"));
    expect(complaints).toEqual([]);
    await close();
  });
});
