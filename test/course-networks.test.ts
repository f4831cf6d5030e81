// The items of the course about networks, losses, backpropagation, images and digits: both languages, and the numbers
// of the lectures.
import { describe, expect, it } from "vitest";
import { course } from "../recipes/course/index.ts";
import { checkItem, partsOf, value } from "./course-items.ts";

describe.each(course.filter(({ section }) => "MLBCD".includes(section)).map(({ id }) => id))("%s", checkItem);

const near = (numbers: readonly number[], digits = 5) => numbers.map((x) => expect.closeTo(x, digits));
const column = (rows: readonly (readonly unknown[])[], j: number): unknown[] => rows.map((row) => row.at(j));
const englishOf = async (id: string) => (await partsOf(id, "text")).map(({ text }) => text.en).join("\n");

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const plus = (a: Matrix, b: readonly number[]): Matrix => a.map((row) => row.map((x, j) => x + b[j]!));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

describe("the numbers of networks", () => {
  it("M1: one product gives all sums, and a model of the same weights the same outputs", async () => {
    expect(await value("M1", "xᵀW + bᵀ")).toEqual(near([0.1 + 0.5 - 1, -0.3 - 1 + 0.5]));
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    expect(await value("M1", "y")).toEqual(near([sigmoid(-0.4), sigmoid(-0.8)]));
    const [table] = await partsOf("M1", "table");
    expect(column(table!.rows, 3)).toEqual(["4×2", "4×3", "4×1"]);
    expect(await englishOf("M1")).toMatch(/greatest difference is 0\.$/);
  });

  it("M2: the lecture's four steps, and more neurons, a closer fit", async () => {
    const [steps, fits] = await partsOf("M2", "table");
    expect(steps!.rows.map((row) => row.slice(1, 3))).toEqual([
      ["0.35", "0.8"],
      ["0.7", "−0.8"],
      ["0.7", "1.5"],
      ["0, 0.35", "0.4, −0.4"],
    ]);
    // Errors by another road: means over a grid of f against the sums of the lecture's steps.
    const grid = Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000);
    const f = (x: number) => 0.2 + 0.4 * x ** 2 + 0.3 * x * Math.sin(15 * x) + 0.1 * Math.cos(50 * x);
    const error = (g: (x: number) => number) =>
      Math.sqrt(grid.reduce((sum, x) => sum + (f(x) - g(x)) ** 2, 0) / grid.length);
    expect(steps!.rows[1]!.at(-1)).toBeCloseTo(
      error((x) => (x > 0.35 && x < 0.7 ? 0.8 : 0)),
      4,
    );
    expect(steps!.rows[3]!.at(-1)).toBeCloseTo(
      error((x) => (x < 0.35 ? 0.4 : x < 0.7 ? 0.8 : 1.5)),
      4,
    );
    const errors = column(fits!.rows, 1) as number[];
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(errors.at(-1)).toBeLessThan(0.006);
    const [, lecture] = await partsOf("M2", "plot");
    const [, , , , last] = lecture!.series;
    expect([0.1, 0.5, 0.9].map((x) => last!.points[1000 * x]![1])).toEqual(near([0.4, 0.8, 1.5]));
  });

  it("M3: the error falls with H", async () => {
    const [table] = await partsOf("M3", "table");
    const rows = table!.rows;
    expect(column(rows, 0)).toEqual([1, 4, 16, 64]);
    const learned = column(rows, 3) as number[];
    expect(learned[1]).toBeLessThan(learned[0]! / 2);
    expect(learned[3]).toBeLessThan(learned[1]! / 2);
  });

  it("M4: as many outputs as targets; only softmax must have the sum 1", async () => {
    const [tasks, runs, answers] = await partsOf("M4", "table");
    expect(column(tasks!.rows, 1)).toEqual([1, 3, 1, 3, 4]);
    for (const [, first, last] of runs!.rows as number[][]) expect(last).toBeLessThan(first! / 2);
    for (const right of column(runs!.rows, 3).slice(2)) expect(Number(right)).toBeGreaterThan(85);
    expect(answers!.rows.at(-1)!.at(-1)).toBeCloseTo(1, 5);
    expect(answers!.rows.at(-2)!.at(-1)).toBeGreaterThan(1.5);
  });
});

describe("the numbers of losses and descent", () => {
  it("L1: by hand and by Nabla", async () => {
    const [losses, slopes] = await partsOf("L1", "table");
    const { log } = Math;
    const oracle = [0.38 / 3, 0.19, -(log(0.9) + log(0.8) + log(0.6)) / 3, -log(0.7)];
    expect(column(losses!.rows, 3)).toEqual(near(oracle));
    expect(column(losses!.rows, 4)).toEqual(near(oracle));
    for (const [z, a, squared, logarithmic] of slopes!.rows as number[][]) {
      const sigma = 1 / (1 + Math.exp(-z!));
      expect([a, squared, logarithmic]).toEqual(near([sigma, 2 * (sigma - 1) * sigma * (1 - sigma), sigma - 1]));
    }
  });

  it("L2: too small a rate is slow, the right one arrives, too large a one grows", async () => {
    const [byStep] = await partsOf("L2", "table");
    const number = (text: unknown) =>
      Number(
        String(text)
          .replace("−", "-")
          .replace(/·10⁻.*/, "e-7"),
      );
    const [small, right, large] = byStep!.rows.map((row) => row.slice(2).map(number));
    expect([small, right, large].map((run) => run![0])).toEqual([13, 13, 13]);
    // L = ½(x² + 10y²) from (−4, 1); a step multiplies x by 1 − η and y by 1 − 10η.
    const lossAfter = (eta: number, n: number) => (16 * (1 - eta) ** (2 * n) + 10 * (1 - 10 * eta) ** (2 * n)) / 2;
    expect(small!.slice(1, 4)).toEqual(
      near(
        [1, 5, 10].map((n) => lossAfter(0.01, n)),
        2,
      ),
    );
    expect(right!.slice(1, 4)).toEqual(
      near(
        [1, 5, 10].map((n) => lossAfter(0.15, n)),
        2,
      ),
    );
    expect(large!.slice(1, 4)).toEqual(
      near(
        [1, 5, 10].map((n) => lossAfter(0.21, n)),
        2,
      ),
    );
    expect(right![4]).toBeLessThan(1e-6);
    expect(large![4]).toBeGreaterThan(13);
  });

  it("L3: mini-batches reach what neither full batches nor single examples do", async () => {
    const [methods, rates, noise] = await partsOf("L3", "table");
    expect(methods!.rows.map((row) => row.slice(1, 4))).toEqual([
      [100, 40, 24000],
      [32, 760, 24000],
      [1, 24000, 24000],
    ]);
    const losses = column(methods!.rows, 5).map(Number);
    expect(losses[1]).toBeLessThan(losses[0]! / 2);
    expect(losses[1]).toBeLessThan(losses[2]!);
    const [full, mini, single] = rates!.rows.map((row) => row.slice(1) as number[]);
    expect(Math.min(...mini!)).toBeLessThan(Math.min(...full!, ...single!) / 3);
    const deviations = column(noise!.rows, 1) as number[];
    expect(deviations).toEqual(deviations.toSorted((a, b) => b - a));
    expect(deviations[0]! / deviations[2]!).toBeGreaterThan(4);
    expect(await englishOf("L3")).toMatch(/differ by at most \d(\.\d+)?·10⁻[⁷⁸⁹]/);
  });

  it("L4: every tool has an effect", async () => {
    const tables = (await partsOf("L4", "table")).map(({ rows }) => rows.map((row) => row.slice(1).map(Number)));
    const [optimizers, schedules, clipping, penalty, regularisation, normalisation, pretraining] = tables;
    expect(optimizers!.slice(1).every(([loss]) => loss! < optimizers![0]![0]! / 2)).toBe(true);
    expect(schedules![1]![0]).toBeLessThan(schedules![0]![0]!);
    expect(clipping![0]![0]).toBeCloseTo(3 - 0.1 * 4 * 27, 3);
    expect(clipping![1]).toEqual([...near([2.9, 2.8, 2.7], 3), expect.closeTo(0.3, 1)]);
    const slopes = penalty!.map(([, slope]) => slope!);
    expect(slopes).toEqual(slopes.toSorted((a, b) => b - a));
    expect(regularisation![1]![2]).toBeGreaterThan(regularisation![0]![2]!);
    expect(normalisation![1]![0]).toBeLessThan(normalisation![0]![0]! / 2);
    expect(pretraining![1]![0]).toBeGreaterThan(pretraining![0]![0]! + 30);
    const [selfTraining, transfer, tasks, months] = tables.slice(7);
    expect(selfTraining![1]![0]).toBeGreaterThan(selfTraining![0]![0]!);
    expect(transfer![1]![0]).toBeGreaterThan(transfer![0]![0]!);
    expect(column(tasks!, 2)).toEqual([784 * 64 + 64 + 64 * 11 + 11, 2 * (784 * 64 + 64) + 64 * 11 + 11]);
    expect(months![0]).toEqual(months![0]!.toSorted((a, b) => a - b));
  });
});

describe("the numbers of backpropagation", () => {
  it("B1: out = 6 at (1, 2), and the value and gradient of every node", async () => {
    const [nodes, fed] = await partsOf("B1", "table");
    expect(nodes!.rows.map((row) => [row[0], row[2], row[3]])).toEqual([
      ["x", 1, 4],
      ["y", 2, 2],
      ["a", 1, 2],
      ["b", 2, 1],
      ["c", 4, 1],
      ["out", 6, 1],
    ]);
    for (const [x, y, out, dx, dy] of fed!.rows as number[][])
      expect([out, dx, dy]).toEqual([x! ** 2 * y! + y! + 2, 2 * x! * y!, x! ** 2 + 1]);
  });

  it("B2: δ by plain arithmetic, and the gradients of the engine", async () => {
    const read = async (name: string) => (await value("B2", name)) as number[];
    const [a0, a1, a2, y] = [await read("a⁰"), await read("a¹"), await read("a²"), await read("y")];
    const delta2 = a2.map((a, i) => (a - y[i]!) * a * (1 - a));
    expect(await read("δ²")).toEqual(near(delta2));
    const W2: Matrix = [
      [0.7, -0.4],
      [-0.9, 0.2],
      [0.5, 0.6],
    ];
    const delta1 = a1.map((a, i) => W2[i]!.reduce((sum, w, j) => sum + w * delta2[j]!, 0) * a * (1 - a));
    expect(await read("δ¹")).toEqual(near(delta1));
    expect(await value("B2", "∂C/∂W¹")).toEqual(a0.map((a) => near(delta1.map((d) => a * d))));
    const [table] = await partsOf("B2", "table");
    expect(table!.rows).toHaveLength(4);
    for (const difference of column(table!.rows, 2)) expect(difference).toBeLessThan(1e-6);
    const [, before, after] = /from ([\d.]+) to ([\d.]+)\.$/.exec(await englishOf("B2"))!;
    expect(Number(after)).toBeLessThan(Number(before));
  });

  it("B3: every matrix by plain arithmetic; formula, engine and differences agree", async () => {
    const read = async (name: string) => (await value("B3", name)) as Matrix;
    const [X, Y, W1, W2] = [await read("X"), await read("Y"), await read("W₁"), await read("W₂")];
    const [b1, b2] = [await value("B3", "b₁ᵀ"), await value("B3", "b₂ᵀ")] as number[][];
    const Z1 = plus(product(X, W1), b1!);
    const H = Z1.map((row) => row.map((z) => Math.max(z, 0)));
    const answer = plus(product(H, W2), b2!).map((row) => row.map(Math.tanh));
    const delta2 = answer.map(([a], i) => [(2 / 3) * (a! - Y[i]![0]!) * (1 - a! ** 2)]);
    const delta1 = product(delta2, transposed(W2)).map((row, i) => row.map((d, j) => (Z1[i]![j]! > 0 ? d : 0)));
    const dW1 = product(transposed(X), delta1);
    expect(await read("Ŷ = tanh(Z₂)")).toEqual(answer.map((row) => near(row)));
    expect(await value("B3", "L")).toBeCloseTo(answer.reduce((sum, [a], i) => sum + (a! - Y[i]![0]!) ** 2, 0) / 3, 5);
    expect(await read("∂L/∂W₁ = Xᵀδ₁")).toEqual(dW1.map((row) => near(row)));
    expect(await read("∂L/∂W₂ = Hᵀδ₂")).toEqual(product(transposed(H), delta2).map((row) => near(row)));
    expect(await read("W₁ − η·∂L/∂W₁")).toEqual(W1.map((row, i) => near(row.map((w, j) => w - 0.1 * dW1[i]![j]!))));
    const [table] = await partsOf("B3", "table");
    expect(table!.rows).toHaveLength(13);
    for (const [, formula, nabla, differences] of table!.rows as number[][]) {
      expect(nabla).toBeCloseTo(formula!, 6);
      expect(differences).toBeCloseTo(formula!, 3);
    }
  });

  it("B4: tanh′ beyond 10, the vanished gradient, and its cures", async () => {
    const [slopes, layers] = await partsOf("B4", "table");
    for (const [t, tanh, , sigmoid] of slopes!.rows as number[][]) {
      expect(tanh! / (1 / Math.cosh(t!) ** 2)).toBeCloseTo(1, 4);
      expect(sigmoid! / (Math.exp(-t!) / (1 + Math.exp(-t!)) ** 2)).toBeCloseTo(1, 4);
    }
    const beyond = slopes!.rows.filter(([t]) => (t as number) >= 10);
    expect(beyond).toHaveLength(2);
    for (const [, tanh, rounded] of beyond as number[][]) {
      expect(tanh).toBeLessThan(1e-8);
      expect(rounded).toBe(0);
    }
    const [, byLayer] = await partsOf("B4", "plot");
    const firstToLast = byLayer!.series.map(({ points }) => points[0]![1] / points.at(-1)![1]);
    expect(layers!.rows).toHaveLength(7);
    for (const ratio of firstToLast.slice(0, 3)) expect(ratio).toBeLessThan(1e-12);
    for (const ratio of firstToLast.slice(3)) expect(ratio).toBeGreaterThan(0.05);
  });
});

describe("the numbers of images and convolution", () => {
  it("C1: three channels, taken apart and put together", async () => {
    expect(await englishOf("C1")).toContain("the greatest difference is 0.");
    const images = await partsOf("C1", "image");
    const [colour, swapped] = images.filter(({ channels }) => channels === "rgb");
    const [, , red, green, blue, brightness] = images.filter(({ channels }) => channels !== "rgb");
    const interleave = (planes: readonly (typeof red)[]) =>
      red!.pixels.map((row, i) => row.flatMap((_, j) => planes.map((plane) => plane!.pixels[i]![j]!)));
    expect(interleave([red, green, blue])).toEqual(colour!.pixels);
    expect(interleave([blue, green, red])).toEqual(swapped!.pixels);
    const [r, g, b] = colour!.pixels[5]!.slice(72, 75) as [number, number, number];
    expect([r, g, b]).toEqual(near([1, 0.9, 0.1]));
    expect(brightness!.pixels[5]![24]).toBeCloseTo(0.299 * r + 0.587 * g + 0.114 * b, 5);
  });

  it("C2: the worked convolution", async () => {
    expect(await value("C2", "I")).toEqual([
      [3, 3, 5, 1, 2, 3],
      [3, 4, 0, 1, 4, 5],
      [5, 1, 2, 3, 2, 0],
      [5, 0, 4, 5, 2, 1],
      [3, 4, 3, 1, 0, 2],
      [2, 0, 4, 3, 5, 1],
    ]);
    expect(await value("C2", "K")).toEqual([
      [0, 1, 0],
      [-1, 2, -1],
      [0, 1, 0],
    ]);
    expect(await value("C2", "Y")).toEqual([
      [9, 2, 2, 6],
      [-1, 4, 8, 7],
      [-4, 8, 8, 0],
      [2, 9, 7, 4],
    ]);
    expect(await englishOf("C2")).toMatch(/Y\[1, 1\] = .* = 9\.\n.*Y\[1, 2\] = .* = 2\./);
  });

  it("C3: the lecture's kernels; edges are zero on flat colour", async () => {
    const kernels = (await partsOf("C3", "values")).map(({ values }) => values[0]!.value as Matrix);
    const ninth = expect.closeTo(1 / 9, 6);
    expect(kernels.slice(0, 3)).toEqual([
      [
        [-1, -1, -1],
        [-1, 8, -1],
        [-1, -1, -1],
      ],
      [
        [0, -1, 0],
        [-1, 5, -1],
        [0, -1, 0],
      ],
      Array.from({ length: 3 }, () => [ninth, ninth, ninth]),
    ]);
    const [table] = await partsOf("C3", "table");
    expect(column(table!.rows, 2)).toEqual(near([0, 0.5, 0.5, 0.5]));
    expect(table!.rows[0]![3]).toBeGreaterThan(60);
    // One pixel of each filtered picture, from its neighbours in the picture.
    const [picture, ...filtered] = await partsOf("C3", "image");
    for (const [k, { pixels }] of filtered.entries()) {
      const sum = kernels[k]!.flatMap((row, m) => row.map((weight, n) => weight * picture!.pixels[7 + m]![25 + n]!));
      expect(pixels[7]![25]).toBeCloseTo(
        sum.reduce((a, b) => a + b, 0),
        4,
      );
    }
  });

  it("C4: 6600 on the curve, 0 on the other patch, and its place in the image", async () => {
    const curve = [5, 4, 3, 3, 3, 3]; // the column of the thirty in each row; the last row is empty
    const row = (at: number | undefined) => Array.from({ length: 7 }, (_, j) => (j === at ? 30 : 0));
    expect(await value("C4", "F")).toEqual(Array.from({ length: 7 }, (_, i) => row(curve[i])));
    const [table] = await partsOf("C4", "table");
    expect(column(table!.rows, 2)).toEqual([6600, 0]);
    expect(await englishOf("C4")).toMatch(/stands at row 4, column 16: .* begins \(row 4, column 16\)/);
  });

  it("C5: what each layer sees, and a digit recognised", async () => {
    const [stages, answer] = await partsOf("C5", "table");
    expect(stages!.rows.map((row) => row.slice(1, 3))).toEqual([
      ["24 × 24 × 8", "5 × 5"],
      ["12 × 12 × 8", "6 × 6"],
      ["8 × 8 × 16", "14 × 14"],
      ["4 × 4 × 16", "16 × 16"],
    ]);
    const probabilities = column(answer!.rows, 1) as number[];
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    const [, right] = /recognises ([\d.]+) % of 2000/.exec(await englishOf("C5"))!;
    expect(Number(right)).toBeGreaterThan(80);
    const [digit, kernels, favourites] = await partsOf("C5", "image");
    expect([digit, kernels, favourites].map((image) => [image!.pixels.length, image!.pixels[0]!.length])).toEqual([
      [28, 28],
      [6, 48],
      [6, 48],
    ]);
  });
});

describe("the numbers of digits", () => {
  it("D1: the error falls with the examples; the course's figure stands beside it", async () => {
    const [sizes, figures] = await partsOf("D1", "table");
    const errors = column(sizes!.rows, 3).map(Number);
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(sizes!.rows.map((row) => Number(row[3]))).toEqual(
      near(
        sizes!.rows.map((row) => (row[2] as number) / 20),
        2,
      ),
    );
    expect(figures!.rows.at(-1)!.slice(0, 2)).toEqual([60000, "1.75"]);
    expect(await englishOf("D1")).toContain("60000 digits to train on and 10000 to test with");
    // The line through the logarithms, by the textbook's formula.
    const [n, e] = [column(sizes!.rows, 0).map((x) => Math.log(x as number)), errors.map((x) => Math.log(x / 100))];
    const mean = (v: readonly number[]) => v.reduce((sum, x) => sum + x, 0) / v.length;
    const slope = mean(n.map((x, i) => (x - mean(n)) * (e[i]! - mean(e)))) / mean(n.map((x) => (x - mean(n)) ** 2));
    expect(await value("D1", "α")).toBeCloseTo(-slope, 3);
    expect(Number(figures!.rows[1]![1])).toBeCloseTo(100 * Math.exp(mean(e) + slope * (Math.log(60000) - mean(n))), 1);
  });

  it("D2: a digit recognised, lost when shifted, and drawings found again in the middle", async () => {
    const [probabilities, shifts, , drawn] = await partsOf("D2", "table");
    const p = column(probabilities!.rows, 1) as number[];
    expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 4);
    expect(p.indexOf(Math.max(...p))).toBe(9);
    const right = column(shifts!.rows, 3).map(Number);
    expect(right[0]).toBeGreaterThan(88);
    expect(right.at(-1)).toBeLessThan(30);
    const found = (j: number) => drawn!.rows.filter((row) => row[0] === row[j]).length;
    expect(found(1)).toBeGreaterThanOrEqual(4);
    expect(found(2)).toBeLessThan(found(3));
    expect(found(3)).toBeGreaterThanOrEqual(5);
  });
});

it.each(["M3", "L3", "D1"])("%s, stopped, trains no further network", async (id) => {
  const { item } = await course.find((entry) => entry.id === id)!.load();
  const kinds: string[] = [];
  for await (const { kind } of item({ tiny: true, seed: 1, signal: AbortSignal.abort() })) kinds.push(kind);
  expect(kinds).not.toContain("table");
});
