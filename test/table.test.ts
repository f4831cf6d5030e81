// A Table in memory: its rows and columns, its statistics, its splits.
import { describe, expect, test } from "vitest";
import { Table } from "../src/data/index.ts";
import { ArgumentError, ShapeError } from "../src/errors.ts";

const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
describe("a Table", () => {
  const table = Table.from(
    Array.from({ length: 20 }, (_, i) => ({ n: i, kind: i % 4 === 0 ? "rare" : "often", who: `p${i % 5}` })),
  );

  test("is made of objects", () => {
    const made = Table.from([
      { a: 1, b: new Date(5), c: "x" },
      { a: null, c: undefined },
    ]);
    expect(typesOf(made)).toEqual({ a: "integer", b: "date", c: "category" });
    expect(made.row(0)).toEqual({ a: 1, b: new Date(5), c: "x" });
    expect(() => Table.from([{ a: [1] as never }])).toThrow(/column "a": expected a number.*got/);
    expect(() => Table.from({} as never)).toThrow(/expected a list of objects/);
    expect(Table.from([{ ["__proto__"]: 1, constructor: 2 }]).names).toEqual(["__proto__", "constructor"]);
  });

  test("gives rows and columns", () => {
    expect(table.select("kind", "n").row(4)).toEqual({ kind: "rare", n: 4 });
    expect(table.drop("kind").names).toEqual(["n", "who"]);
    expect(table.rows([3, 3, 0]).column("n").values).toEqual(Float64Array.of(3, 3, 0));
    expect(table.slice(-2).column("n").values).toEqual(Float64Array.of(18, 19));
    expect(() => table.column("kinds")).toThrow(/got "kinds". Did you mean "kind"/);
    expect(() => table.rows([20])).toThrow(/from 0 to 19, got 20/);
    expect(() => table.rows([0.5])).toThrow(ArgumentError);
    expect(() => table.row(-1)).toThrow(ArgumentError);
    expect(() => new Table([...table.columns, { name: "z", type: "text", values: ["a"] }])).toThrow(ShapeError);
    expect(() => new Table([table.columns[0]!, table.columns[0]!])).toThrow(/one name twice/);
  });

  test("says what its columns hold", () => {
    const [n, kind] = table.describe();
    expect(n).toEqual({
      name: "n",
      type: "integer",
      count: 20,
      missing: 0,
      distinct: 20,
      mean: 9.5,
      deviation: Math.sqrt(33.25),
      least: 0,
      median: 9.5,
      greatest: 19,
    });
    expect(kind).toMatchObject({
      distinct: 2,
      top: [
        ["often", 15],
        ["rare", 5],
      ],
    });
  });

  const numbers = (part: Table): number[] => Array.from(part.column("n").values as Float64Array);

  test("splits into parts without a common row, the same for the same seed", () => {
    for (const options of [{}, { seed: 5 }, { stratify: "kind" }, { group: "who" }]) {
      const parts = table.split([0.5, 0.3, 0.2], options).map(numbers);
      expect(parts.flat().toSorted((a, b) => a - b)).toEqual(numbers(table));
      expect(table.split([0.5, 0.3, 0.2], options).map(numbers)).toEqual(parts);
      for (const part of parts) expect(part).toEqual(part.toSorted((a, b) => a - b));
    }
    expect(table.split([0.5, 0.3, 0.2]).map(({ size }) => size)).toEqual([10, 6, 4]);
    expect(table.split([0.5, 0.25]).map(({ size }) => size)).toEqual([10, 5]);
    expect(table.split([0.5], { seed: 1 }).map(numbers)).not.toEqual(table.split([0.5], { seed: 2 }).map(numbers));
  });

  test("splits each class by the same shares", () => {
    for (const shares of [
      [0.8, 0.2],
      [0.6, 0.2],
      [0.25, 0.25, 0.5],
    ])
      for (let seed = 0; seed < 20; seed++)
        table.split(shares, { seed, stratify: "kind" }).forEach((part, i) => {
          const rare = Array.from(part.column("kind").values as Int32Array).filter((code) => code === 1).length;
          expect(Math.abs(rare - 5 * shares[i]!)).toBeLessThanOrEqual(1);
          expect(Math.abs(part.size - 20 * shares[i]!)).toBeLessThanOrEqual(1);
        });
  });

  test("keeps groups together", () => {
    for (let seed = 0; seed < 10; seed++) {
      const parts = table.split([0.6, 0.4], { seed, group: "who" });
      const people = parts.map((part) => new Set(part.column("who").values as Int32Array));
      expect([...people[0]!].filter((who) => people[1]!.has(who))).toEqual([]);
      expect(parts.map(({ size }) => size)).toEqual([12, 8]);
    }
  });

  test("refuses shares that are none", () => {
    for (const shares of [[], [0.5, 0.6], [0], [-1], ["a"], 0.5])
      expect(() => table.split(shares as number[])).toThrow(/split: expected/);
    expect(() => table.split([0.5], { stratify: "kind", group: "who" })).toThrow(/got both/);
    expect(() => table.split([0.5], { stratify: "x" })).toThrow(/got "x"/);
  });
});
