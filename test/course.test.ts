// The course: the items of the neuron, of activations and of history in both languages, with the numbers of the
// lectures, and `nabla course` itself. The other items: course-networks.test.ts.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, afterEach, describe, expect, it, test, vi } from "vitest";
import { course, parts, sections } from "../recipes/course/index.ts";
import { numeral, type Part } from "../recipes/course/item.ts";
import { linearScale, logScale } from "../src/cli/course/ticks.ts";
import { systemLanguage } from "../src/cli/course/words.ts";
import { type Outcome, runHere } from "./command.ts";
import { checkItem, partsOf, render, shown, value } from "./course-items.ts";

test("the items stand in the course's order, each in a section", () => {
  const ids = course.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const order = Object.keys(sections);
  const places = course.map(({ section }) => order.indexOf(section));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const { id, section } of course) expect(id).toMatch(new RegExp(`^${section}\\d*$`));
});

test("the languages of the titles are two", () => {
  for (const { en, ru } of [...course.map(({ title }) => title), ...Object.values(sections)]) {
    expect(en).not.toMatch(/[а-яё]/i);
    expect(ru).toMatch(/[а-яё]/i);
  }
});

describe.each(course.filter(({ section }) => "NAH".includes(section)).map(({ id }) => id))("%s", checkItem);

describe("the numbers of the lectures", () => {
  it("N1: a sum greater than zero fires", async () => {
    expect([await value("N1", "w"), await value("N1", "b")]).toEqual([[1, 1, -2], -0.5]);
    const [table] = await partsOf("N1", "table");
    expect(table!.rows.map((row) => row.slice(-2))).toEqual([
      [-0.5, 0],
      [-2.5, 0],
      [0.5, 1],
      [-1.5, 0],
      [0.5, 1],
      [-1.5, 0],
      [1.5, 1],
      [-0.5, 0],
    ]);
  });

  it("N2: the rule converges on AND; on XOR it returns to the same weights", async () => {
    const [and, xor] = await partsOf("N2", "table");
    const last = and!.rows.slice(-4);
    expect(last.map((row) => [row[3], row[5], row[6]])).toEqual([-1, -1, -1, 1].map((y) => [y, y, ""]));
    expect(new Set(last.map((row) => String(row.slice(-3)))).size).toBe(1);
    // By hand, from w = 0: each row is x₁, x₂, y, the sum, and the weights after the step.
    expect(xor!.rows.slice(0, 4).map(([, x1, x2, y, sum, , , ...w]) => [x1, x2, y, sum, ...w])).toEqual([
      [0, 0, -1, 0, 0, 0, -1],
      [0, 1, 1, -1, 0, 1, 0],
      [1, 0, 1, 0, 1, 1, 1],
      [1, 1, -1, 3, 0, 0, 0],
    ]);
    expect(xor!.rows.slice(4, 8).map((row) => row.slice(1))).toEqual(xor!.rows.slice(0, 4).map((row) => row.slice(1)));
    const [plot] = await partsOf("N2", "plot");
    expect(plot!.series.map(({ points }) => points.at(-1)![1])).toEqual([0, 4]);
  });

  it("N3: every point of the line has the sum zero; without a bias the clouds are not separated", async () => {
    const [line] = await partsOf("N3", "table");
    expect(line!.rows.map((row) => row[2])).toEqual([0, 0, 0, 0, 0]);
    const said = (await partsOf("N3", "text")).map(({ text }) => text.en).join(" ");
    expect(Number(/the best one has (\d+) of 40/.exec(said)![1])).toBeLessThan(36);
    expect(said).toMatch(/finds a line with 40 of 40/);
  });

  it("N4: AND and OR by one neuron, XOR by none, by two layers and by the feature x₁x₂", async () => {
    const [single, grid, layers, feature] = await partsOf("N4", "table");
    const column = (table: typeof single, j: number) => table!.rows.map((row) => row.at(j));
    expect([column(single, 2), column(single, 3)]).toEqual([
      [0, 0, 0, 1],
      [0, 1, 1, 1],
    ]);
    expect(column(grid, 2)).toEqual([4, 4, 3]);
    expect(column(grid, 1)[2]).toBe(0);
    expect([2, 3, 4].map((j) => column(layers, j))).toEqual([
      [0, 0, 0, 1],
      [0, 1, 1, 1],
      [0, 1, 1, 0],
    ]);
    expect(column(feature, -1)).toEqual([0, 1, 1, 0]);
  });

  it("N5: all layers trained learn what a single one and fixed ones do not", async () => {
    const [table] = await partsOf("N5", "table");
    const [single, one, three, all] = table!.rows as number[][];
    expect(table!.rows.map((row) => row.slice(1, 3))).toEqual([
      [3, 3],
      [17, 65],
      [17, 609],
      [609, 609],
    ]);
    for (const fixed of [single!, one!, three!]) expect(fixed[4]).toBeLessThan(90);
    expect(single![4]).toBeLessThan(60);
    expect(all![4]).toBeGreaterThan(97);
  });

  it("N6: closed form and descent give one line; the other models find the weights of the data", async () => {
    const [w, b] = [await value("N6", "w"), await value("N6", "b")] as [number, number];
    const [descent, models] = await partsOf("N6", "table");
    expect([w, b].map((x, i) => Math.abs(x - [2, 1][i]!)).every((error) => error < 0.15)).toBe(true);
    const [, , , last] = descent!.rows as number[][];
    expect(Math.abs(last![1]! - w) + Math.abs(last![2]! - b)).toBeLessThan(1e-5);
    const [, logistic, poisson] = models!.rows as number[][];
    expect([logistic![2]! - 2, logistic![3]! + 1].every((error) => Math.abs(error) < 0.6)).toBe(true);
    expect([poisson![2]! - 0.8, poisson![3]! - 0.5].every((error) => Math.abs(error) < 0.15)).toBe(true);
  });

  it("N7: the bell alone rings after three times; Hebb's weights of AND, OR and XOR", async () => {
    const [dog, functions] = await partsOf("N7", "table");
    expect(dog!.rows.map((row) => row[3])).toEqual([0, 0, 0, 1, 1, 1]);
    expect(functions!.rows.map((row) => row.slice(1))).toEqual([
      [-2, 2, 2, 4],
      [2, 2, 2, 4],
      [0, 0, 0, 0],
    ]);
  });

  it("N8: all functions of three inputs; the polygon has its area", async () => {
    const [table] = await partsOf("N8", "table");
    expect(table!.rows.map((row) => row.at(-1))).toEqual(table!.rows.map((row) => row[1]));
    expect(table!.rows.map((row) => row.slice(2, 10))).toEqual(
      Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => Number(i === j))),
    );
    const said = (await partsOf("N8", "text")).map(({ text }) => text.en).join("\n");
    expect(said).toContain("256 of 256 are right");
    const [, area, whole] = /area of ([\d.]+); the polygon's own area is ([\d.]+)\.$/m.exec(said)!;
    expect(Math.abs(Number(area) - Number(whole))).toBeLessThan(0.3);
  });
});

describe("the numbers of the activations", () => {
  it("A: every function of the course, with the derivative of its formula and of the engine", async () => {
    const tables = await partsOf("A", "table");
    const names = (await partsOf("A", "plot")).map(({ title }) => title.en.replace(/:.*/, ""));
    const wanted = ["Sigmoid", "tanh", "Heaviside's step", "Sign", "Identity", "Exponential", "ReLU"];
    wanted.push("Leaky ReLU (0.01)", "Leaky ReLU (0.1)", "ELU (α = 1)", "SELU", "GELU", "SiLU (Swish)", "Softplus");
    wanted.push("SoftSign", "Maxout", "Softmax of (u, 1, 0)");
    expect(names).toEqual(wanted);
    for (const { rows } of tables)
      for (const [, , formula, engine] of rows as number[][]) expect(engine).toBeCloseTo(formula!, 4);
    // f(−1), f(0), f(1) and f′(1), from their definitions.
    const { E, tanh, log1p, exp } = Math;
    const sigmoid = (u: number) => 1 / (1 + exp(-u));
    const oracle = [
      [sigmoid(-1), 0.5, sigmoid(1), sigmoid(1) * sigmoid(-1)],
      [-tanh(1), 0, tanh(1), 1 - tanh(1) ** 2],
      [0, 0.5, 1, 0],
      [-1, 0, 1, 0],
      [-1, 0, 1, 1],
      [1 / E, 1, E, E],
      [0, 0, 1, 1],
      [-0.01, 0, 1, 1],
      [-0.1, 0, 1, 1],
      [1 / E - 1, 0, 1, 1],
      [1.0507 * 1.67326 * (1 / E - 1), 0, 1.0507, 1.0507],
      [-0.158655, 0, 0.841345, 0.841345 + 0.241971],
      [-sigmoid(-1), 0, sigmoid(1), sigmoid(1) + sigmoid(1) * sigmoid(-1)],
      [log1p(1 / E), log1p(1), log1p(E), sigmoid(1)],
      [-0.5, 0, 0.5, 0.25],
      [1.5, 1, 1, 1],
    ];
    const found = tables.map(({ rows }) => [rows[1]![1], rows[2]![1], rows[3]![1], rows[3]![2]] as number[]);
    found.forEach((numbers, i) => {
      numbers.forEach((x, j) => {
        expect(x, `${wanted[i]}, ${j}`).toBeCloseTo(oracle[i]![j]!, 5);
      });
    });
    expect(found).toHaveLength(oracle.length);
  });

  it("A1: the table of softmax", async () => {
    const [table] = await partsOf("A1", "table");
    const [, z, powers, p] = [0, 1, 2, 3].map((j) => table!.rows.map((row) => row[j]));
    expect(z).toEqual([5, 3, 6.2, 4, 1.5, -2].map((x) => expect.closeTo(x, 5)).concat([""]));
    expect(powers).toEqual(["148.4", "20.1", "492.7", "54.6", "4.5", "0.1", "720.5"]);
    expect(p).toEqual(["0.21", "0.03", "0.68", "0.08", "0.01", "0.00", "1.00"]);
  });

  it("A2: the sum of sigmoids comes near softplus, with σ(x + ½) near softplus(x + 1)", async () => {
    const [table] = await partsOf("A2", "table");
    const [first, last] = [table!.rows[0] as number[], table!.rows.at(-1) as number[]];
    expect(first[2]).toBeGreaterThan(1);
    expect(last[1]).toBeLessThan(0.011);
    expect(last[2]).toBeLessThan(0.011);
    expect(last[3]).toBeCloseTo(Math.LN2, 1);
  });

  it("A3: linear layers leave nothing that one layer cannot do, tanh does", async () => {
    const [table] = await partsOf("A3", "table");
    const rows = table!.rows as number[][];
    expect(rows.map(([depth]) => depth)).toEqual([1, 2, 5, 10]);
    for (const [, none] of rows) expect(none).toBeLessThan(1e-4);
    for (const [, , bent] of rows.slice(1)) expect(bent).toBeGreaterThan(5);
    const [W1, W2, W] = [await value("A3", "W₁"), await value("A3", "W₂"), await value("A3", "W₁W₂")] as number[][][];
    const product = W1!.map((row) => W2![0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * W2![k]![j]!, 0)));
    expect(W!.flat()).toEqual(product.flat().map((x) => expect.closeTo(x, 4)));
  });

  it("H: the years of the time line, in order", async () => {
    const [table] = await partsOf("H", "table");
    const years = table!.rows.map(([year]) => year);
    const wanted = ["1943", "1949", "1957–58", "1969", "1974", "1986", "1989", "1989", "2006", "2012", "2014", "2014"];
    expect(years).toEqual([...wanted, "2015", "2017", "2018", "2020", "2021–22", "2023–25"]);
    const ids = ["", ...course.map(({ id }) => id)];
    for (const row of table!.rows) expect(ids).toContain(row.at(-1));
  });
});

describe("numbers", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [-1, "−1"],
    [0.1 + 0.2, "0.3"],
    [1234567, "1234567"],
    [123.456, "123.5"],
    [12345.678, "12346"],
    [-1.5e-8, "−1.5·10⁻⁸"],
    [3e12, "3·10¹²"],
    [Number.NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("%f is written %s", (x, text) => expect(numeral(x)).toBe(text));

  it("with decimals keep their zeros, and no minus where nothing is left", () => {
    expect([numeral(1, 2), numeral(-0.001, 2), numeral(-1.005, 1)]).toEqual(["1.00", "0.00", "−1.0"]);
  });
});

describe("the scale of an axis", () => {
  it("has round ticks", () => {
    expect(linearScale([0, 0.37], 4).ticks.map(({ label }) => label)).toEqual(["0.0", "0.1", "0.2", "0.3"]);
    expect(linearScale([-5, 5], 4).ticks.map(({ value }) => value)).toEqual([-5, 0, 5]);
    expect(linearScale([-12, 130], 3).ticks.map(({ label }) => label)).toEqual(["0", "50", "100"]);
  });
  it("of equal numbers, or of none, has a length", () => {
    for (const values of [[3, 3], [0], [], [Number.NaN, 2]]) {
      const { at, ticks } = linearScale(values, 4);
      expect(ticks.length).toBeGreaterThan(1);
      expect(at(2)).toBeTypeOf("number");
      expect(Number.isFinite(at(2))).toBe(true);
    }
  });
  it("in powers of ten leaves out what is not above zero", () => {
    const { at, ticks } = logScale([0, 1e-6, 1], 3);
    expect(ticks.map(({ label }) => label)).toEqual(["10⁻⁶", "10⁻⁴", "0.01", "1"]);
    expect([at(0), at(1e-3)]).toEqual([Number.NaN, 0.5]);
  });
  it("has room at both ends where signs would lie on the border", () => {
    const { at, ticks } = linearScale([0, 10], 5, 0.1);
    expect([at(0), at(10)].map((share) => share.toFixed(4))).toEqual(["0.0833", "0.9167"]);
    expect(ticks.map(({ value }) => value)).toEqual([0, 5, 10]);
    expect(logScale([1, 100], 3, 0.25).at(1)).toBeCloseTo(1 / 6, 9);
  });
  it("of less than two powers of ten has ticks between them", () => {
    expect(logScale([1.75, 14.9], 4).ticks.map(({ label }) => label)).toEqual(["2", "5", "10"]);
    expect(logScale([0.004, 0.3], 4).ticks.map(({ label }) => label)).toEqual([
      "0.005",
      "0.01",
      "0.02",
      "0.05",
      "0.1",
      "0.2",
    ]);
  });
});

test("an image is drawn in the colours that the terminal has", () => {
  const pixels = [
    [0, 0.5],
    [1, 0],
  ];
  const image: Part = { kind: "image", title: { en: "Two", ru: "Два" }, pixels: [...pixels], range: [0, 1] };
  const wide = { ...image, pixels: pixels.map((row) => [...row, ...new Array(38).fill(0)]) };
  const [, full] = render(wide, "en", 24).split("\n");
  expect(full!.startsWith("  \x1b[38;2;0;0;0;48;2;255;255;255m▀\x1b[0m\x1b[38;2;128;128;128;48;2;0;0;0m▀")).toBe(true);
  const [, few] = render(wide, "en", 8).split("\n");
  expect(few!.startsWith("  \x1b[38;5;16;48;5;231m▀\x1b[0m\x1b[38;5;244;48;5;16m▀")).toBe(true);
  expect(render(wide, "ru")).toBe('Два  (" " = 0, "█" = 1)\n  ▒░');
  // Small images are enlarged: here four times, in both directions.
  expect(render(image, "en").split("\n").slice(1)).toEqual(["      ▒▒▒▒", "      ▒▒▒▒", "  ████", "  ████"]);
});

test("nothing more comes from an item that is stopped", async () => {
  const controller = new AbortController();
  const kinds: string[] = [];
  for await (const { kind } of parts(course[0]!, { tiny: true, seed: 1, signal: controller.signal })) {
    kinds.push(kind);
    if (kinds.length === 2) controller.abort();
  }
  expect(kinds).toEqual(["text", "formula"]);
});

describe("nabla course", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-course-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => vi.restoreAllMocks());

  const nabla = (...args: string[]): Promise<Outcome> => runHere(args);
  const nablaIn = (locale: string, ...args: string[]): Promise<Outcome> => runHere(args, { env: { LC_ALL: locale } });

  it("lists the items by section, in both languages", async () => {
    const [en, ru] = [await nabla("course"), await nabla("course", "--language", "ru")];
    expect(en.code + ru.code).toBe(0);
    for (const { id, title } of course) {
      expect(en.out).toContain(`${id.padEnd(2)}  ${title.en}\n`);
      expect(ru.out).toContain(`${id.padEnd(2)}  ${title.ru}\n`);
    }
    expect(en.out).toMatch(/^The neuron\n {2}N1 /);
    expect(ru.out).toMatch(/^Нейрон\n {2}N1 /);
  });

  it("runs an item in the language that is asked for, and in that of the environment", async () => {
    const en = await nabla("course", "N1");
    expect(en).toMatchObject({ code: 0, err: "" });
    expect(en.out).toMatch(/^N1\. The neuron of McCulloch and Pitts \(1943\)\n\nA neuron receives/);
    const ru = await nabla("course", "n1", "--language", "ru");
    expect(ru.out).toMatch(/^N1\. Нейрон Маккаллока — Питтса \(1943\)\n\nНа входы нейрона/);
    expect(ru.out).not.toMatch(/neuron/);
    expect(ru.out.endsWith(`\nКод: ${join("recipes", "course", "n1-mcculloch-pitts.ts")}\n\n`)).toBe(true);
  });

  it.each([
    [{ LC_ALL: "ru_RU.UTF-8", LANG: "en_US.UTF-8" }, "ru"],
    [{ LC_ALL: "", LC_MESSAGES: "ru_RU.UTF-8", LANG: "en_US.UTF-8" }, "ru"],
    [{ LC_ALL: "C", LANG: "ru_RU.UTF-8" }, "en"],
    [{ LANG: "ru" }, "ru"],
    [{ LANG: "run" }, "en"],
  ])("takes %o for %s", (env, language) => expect(systemLanguage(env)).toBe(language));

  it("answers in JSON with the parts as data", async () => {
    const [item] = JSON.parse((await nabla("course", "N1", "--json")).out) as { id: string; parts: Part[] }[];
    expect(item!.id).toBe("N1");
    expect(item!.parts).toEqual(await shown("N1"));
  });

  it.each([
    [["course", "n0"], /^error: unknown item "n0"\. Did you mean "N1"\? Known: N1/],
    [["course", "Ы", "--language", "ru"], /^ошибка: нет примера «Ы»\. Есть: N1/],
    [["course", "N1", "--all"], /^error: expected either items or --all, not both\.\n$/],
    [["course", "--tiny", "--seed", "3"], /^error: --seed, --tiny: expected an item to run, such as N1, or --all\.\n$/],
    [["course", "N1", "--seed", "x", "--language", "ru"], /^ошибка: --seed: нужно целое число/],
    [["course", "N1", "--seed", "99999999999999999999"], /^error: --seed: expected an integer/],
    [["course", "N1", "--language", "de"], /^error: --language: expected en or ru, got "de"\.\n$/],
  ])("refuses %j", async (args, sentence) => {
    const { code, out, err } = await nabla(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(sentence);
  });

  it("writes plots as SVG and images as PNG, and says how many", async () => {
    const into = join(folder, "made", "pictures");
    const { code, out } = await nabla("course", "N3", "N8", "--tiny", "--language", "ru", "--out", into);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, " ")).toContain(`Рисунки записаны в папку ${into}: 2.`);
    expect(readdirSync(into).sort()).toEqual(["N3-1.svg", "N8-1.png"]);
    const svg = readFileSync(join(into, "N3-1.svg"), "utf8");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*lang="ru">/);
    expect(svg).toContain("prefers-color-scheme:dark");
    for (const words of ["со смещением", "без смещения", "x₁", "x₂"]) expect(svg).toContain(`>${words}</text>`);
    const { width, height, data } = decode(readFileSync(join(into, "N8-1.png")));
    expect([width, height]).toEqual([280, 280]);
    // The middle of the polygon is white, the corners of the square are black.
    expect([data[3 * (140 * 280 + 140)], data[0], data.at(-1)]).toEqual([255, 0, 0]);
  });

  it("refuses a language in that of the environment", async () => {
    const { code, err } = await nablaIn("ru_RU.UTF-8", "course", "N1", "--language", "de");
    expect([code, err]).toEqual([2, "ошибка: --language: нужно en или ru, а задано «de».\n"]);
    expect((await nabla("course", "N1", "--language", "")).err).toMatch(/^error: --language: expected en or ru/);
  });

  it("refuses a folder that cannot be, before anything is computed", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, out, err } = await nabla("course", "N1", "--out", join(file, "in"));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^error: cannot make the folder ".*": a file of that name is in the way\.\n$/);
    expect(existsSync(join(file, "in"))).toBe(false);
    const russian = await nablaIn("ru_RU.UTF-8", "course", "N1", "--out", join(file, "in"));
    expect(russian.err).toMatch(/^ошибка: --out: в папку «.*» нельзя записать: EEXIST\.\n$/);
  });

  // Node's recursive mkdir never returns for such a path.
  it.runIf(existsSync("/proc/self"))("refuses a folder in /proc", async () => {
    const { code, err } = await nabla("course", "N3", "--tiny", "--out", "/proc/nabla");
    expect([code, err]).toEqual([1, 'error: cannot make the folder "/proc/nabla": there is no such file.\n']);
  });

  it("has help in both languages", async () => {
    const [en, ru] = [await nabla("course", "--help"), await nabla("course", "--language", "ru", "--help")];
    expect(en.out).toMatch(/Usage: nabla course[^]*Options:[^]*Examples:\n {2}\$ nabla course/);
    expect(ru.out).toMatch(/Запуск: nabla course[^]*Параметры:[^]*Образцы команд:\n {2}\$ nabla course/);
    expect(ru.out).not.toMatch(/Usage|Options|show|answer/);
    expect((await nabla("--help")).out).toContain("  course ");
  });
});
