// Encoders of tables: what they learn, from which rows, and what they do with what they have not seen.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseTable, readTable, streamTable, Table, TableEncoder } from "../src/data/index.ts";
import { ArgumentError } from "../src/errors.ts";
import { layers, sequential } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const rowsOf = (encoder: TableEncoder, table: Table): number[][] => {
  const { data } = encoder.inputs(table).array;
  return Array.from({ length: table.size }, (_, i) =>
    Array.from(data.subarray(i * encoder.width, (i + 1) * encoder.width)),
  );
};

/** A table of all types, with missing values. */
const mixed = (size: number, seed: number): Table => {
  const random = hostRandom(seed);
  const some = <T>(value: T): T | null => (random.below(10) === 0 ? null : value);
  return Table.from(
    Array.from({ length: size }, () => ({
      size: some(random.below(1000) / 7),
      rooms: some(random.below(6)),
      isNew: some(random.below(2) === 1),
      city: some(["Bonn", "Kiel", "Ulm"][random.below(3)]!),
      built: some(new Date(Date.UTC(1950 + random.below(70), random.below(12), 1 + random.below(28)))),
      notes: some(`a longer text of several words, number ${random.below(10_000)}`),
      price: random.below(100_000),
    })),
  );
};

describe("an encoder learns", () => {
  test("numbers: mean 0, deviation 1, and a mark where one is missing", async () => {
    const table = await parseTable("a,b\n1,5\n3,\n5,9\n", { header: true });
    const encoder = await TableEncoder.fit(table);
    expect(encoder.names).toEqual(["a", "b", "b is missing"]);
    const scale = Math.fround(2 / Math.sqrt(8 / 3));
    expect(rowsOf(encoder, table)).toEqual([
      [-scale, -1, 0],
      [0, 0, 1],
      [scale, 1, 0],
    ]);
    // Where none was missing in the training part, a missing one is the mean.
    expect(rowsOf(encoder, Table.from([{ a: null, b: 7 }]))).toEqual([[0, 0, 0]]);
    const raw = await TableEncoder.fit(table, { encodings: { a: "raw", b: "skip" } });
    expect([rowsOf(raw, table), raw.skipped]).toEqual([[[1], [3], [5]], ["b"]]);
    expect(rowsOf(raw, Table.from([{ a: null }]))).toEqual([[3]]);
  });

  test("categories: a place each, one for those that it has not seen, and one for missing ones", async () => {
    const table = await parseTable("c;n\nb;1\na;2\n;3\nb;4\n");
    const encoder = await TableEncoder.fit(table, { features: ["c"] });
    expect(encoder.names).toEqual(["c=a", "c=b", "c is another", "c is missing"]);
    expect(rowsOf(encoder, table)).toEqual([
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 0, 1],
      [0, 1, 0, 0],
    ]);
    expect(rowsOf(encoder, Table.from([{ c: "z" }, { c: "a" }]))).toEqual([
      [0, 0, 1, 0],
      [1, 0, 0, 0],
    ]);
    const index = await TableEncoder.fit(table, { features: ["c"], encodings: { c: "index" } });
    expect(rowsOf(index, Table.from([{ c: "z" }, { c: "a" }, { c: "b" }, { c: null }]))).toEqual([[0], [1], [2], [0]]);
    const few = await TableEncoder.fit(table, { features: ["c"], maxCategories: 1 });
    expect(few.names).toEqual(["c=b", "c is another", "c is missing"]);
    const numbers = await TableEncoder.fit(table, { features: ["n"], encodings: { n: "oneHot" } });
    expect(numbers.names).toEqual(["n=1", "n=2", "n=3", "n=4", "n is another"]);
  });

  test("dates: the year, and places on the circles of year, week and day", async () => {
    const table = await parseTable("d\n2023-01-01\n2025-04-02\n");
    const encoder = await TableEncoder.fit(table);
    expect(encoder.names).toEqual([...["d year", "d month sin", "d month cos", "d weekday sin", "d weekday cos"]]);
    const [sunday, wednesday] = rowsOf(encoder, table);
    expect(sunday).toEqual([-1, 0, 1, 0, 1]);
    const angle = (2 * Math.PI * 3) / 7;
    [1, 1, 0, Math.sin(angle), Math.cos(angle)].forEach((value, i) => expect(wednesday![i]).toBeCloseTo(value, 6));
    const hours = await TableEncoder.fit(await parseTable("d\n2023-01-01T06:00\n\n2023-01-01\nNA\n"));
    expect(hours.names.slice(-3)).toEqual(["d hour sin", "d hour cos", "d is missing"]);
    const rows = rowsOf(hours, await parseTable("d\n2023-01-01T06:00\nNA\n"));
    expect(rows[0]!.slice(-3).map((value) => Math.round(value))).toEqual([1, 0, 0]);
    expect(rows[1]).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test("targets: classes, or values that are standardised and lead back", async () => {
    const table = await parseTable("x,kind,price\n1,b,10\n2,a,20\n3,b,60\n");
    const classes = await TableEncoder.fit(table, { target: "kind" });
    expect([classes.classNames, classes.targets(table).array]).toEqual([
      ["a", "b"],
      { data: Int32Array.of(1, 0, 1), shape: [3], dtype: "int32" },
    ]);
    expect(classes.dataset(table).classNames).toEqual(["a", "b"]);
    const values = await TableEncoder.fit(table, { target: "price" });
    const { data, shape } = values.targets(table).array;
    expect(shape).toEqual([3, 1]);
    expect(Array.from(values.decode(data))).toEqual([10, 20, 60].map((y) => expect.closeTo(y, 4)));
    const plain = await TableEncoder.fit(table, { target: "price", scaleTarget: false });
    expect(plain.targets(table).array.data).toEqual(Float32Array.of(10, 20, 60));
    const numbers = await TableEncoder.fit(table, { target: "price", task: "classification" });
    expect(numbers.classNames).toEqual(["10", "20", "60"]);
    const answers = await parseTable(`x,y\n1,Yes\n2,No\n3,yes\n${"4,Yes\n".repeat(9000)}`);
    const words = await TableEncoder.fit(answers, { target: "y" });
    expect([words.classNames, words.targets(answers.slice(0, 3)).array.data]).toEqual([
      ["No", "Yes"],
      Int32Array.of(1, 0, 1),
    ]);
    const stream = await streamTable(new Blob([`x,y\n${"4,Yes\n".repeat(9000)}1,No\n`]));
    expect((await TableEncoder.fit(stream, { target: "y" })).classNames).toEqual(["No", "Yes"]);
    const others = Table.from([
      { x: 1, y: false },
      { x: 1, y: true },
    ]);
    expect(TableEncoder.fromJSON(JSON.parse(JSON.stringify(words))).targets(others).array.data).toEqual(
      Int32Array.of(0, 1),
    );
    const codes = await TableEncoder.fit(await parseTable("x,y\n1,10\n2,9\n3,100\n"), {
      target: "y",
      task: "classification",
    });
    expect(codes.classNames).toEqual(["9", "10", "100"]);
    const flags = await parseTable("x,y\n1,yes\n2,no\n");
    expect((await TableEncoder.fit(flags, { target: "y" })).targets(flags).array.data).toEqual(Int32Array.of(1, 0));
  });
});

describe("properties", () => {
  test("no row of the test part touches what is learnt from the training part", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const table = mixed(60, seed);
      const [train, rest] = table.split([0.7, 0.3], { seed });
      const learnt = JSON.stringify(await TableEncoder.fit(train!, { target: "price" }));
      // Other rows in the places of the test part: nothing changes.
      const rows = Array.from({ length: table.size }, (_, i) => table.row(i));
      const other = mixed(60, 1000 + seed);
      const isTest = new Set(
        Array.from({ length: rest!.size }, (_, i) => rows.findIndex((row) => row["price"] === rest!.row(i)["price"])),
      );
      const changed = Table.from(
        rows.map((row, i) => (isTest.has(i) ? { ...other.row(i), city: "Rome" } : row)),
        table.schema,
      );
      const [again] = changed.split([0.7, 0.3], { seed });
      expect(JSON.stringify(await TableEncoder.fit(again!, { target: "price" }))).toBe(learnt);
    }
  });

  test("the same table gives the same numbers, bit for bit, from JSON too", async () => {
    const table = mixed(200, 7);
    const encoder = await TableEncoder.fit(table, { target: "price" });
    const again = TableEncoder.fromJSON(JSON.parse(JSON.stringify(encoder)));
    expect(JSON.stringify(again)).toBe(JSON.stringify(encoder));
    expect(again.inputs(table)).toEqual(encoder.inputs(table));
    expect(again.targets(table)).toEqual(encoder.targets(table));
    expect([again.names, again.skipped, again.schema]).toEqual([encoder.names, ["notes"], encoder.schema]);
    expect(again.names.length).toBe(again.width);
    expect(encoder.inputs(table).array.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  test("one row gives the numbers that it has in the table", async () => {
    const table = mixed(50, 3);
    const encoder = await TableEncoder.fit(table, { target: "price" });
    const all = rowsOf(encoder, table);
    for (let i = 0; i < table.size; i++) {
      expect(rowsOf(encoder, Table.from([table.row(i)], encoder.schema))).toEqual([all[i]]);
      expect(rowsOf(encoder, Table.from([table.row(i)]))).toEqual([all[i]]);
    }
  });

  test("a constant column, enormous numbers and tiny ones stay finite", async () => {
    const table = await parseTable("a,b,c,d\n7,1e308,1e-320,5\n7,-1e308,2e-320,5\n7,1e308,0,5\n");
    const encoder = await TableEncoder.fit(table);
    expect(rowsOf(encoder, table).flat().every(Number.isFinite)).toBe(true);
    expect(rowsOf(encoder, table).map(([a]) => a)).toEqual([0, 0, 0]);
    expect(
      rowsOf(encoder, Table.from([{ a: 1e308, b: 0, c: 1, d: 5 }]))
        .flat()
        .every(Number.isFinite),
    ).toBe(true);
  });

  test("10,000 columns", async () => {
    const width = 10_000;
    const line = (f: (i: number) => unknown): string => Array.from({ length: width }, (_, i) => f(i)).join(",");
    const table = await parseTable(`${line((i) => `c${i}`)}\n${line((i) => i)}\n${line((i) => 2 * i)}\n`);
    expect([table.columns.length, table.size]).toEqual([width, 2]);
    const encoder = await TableEncoder.fit(table, { target: "c0", task: "classification" });
    expect(encoder.width).toBe(width - 1);
    expect(rowsOf(encoder, table)[1]!.every((value) => value === 1)).toBe(true);
  });

  test("one class only trains, and says one class", async () => {
    const table = await parseTable("x,y\n1,a\n2,a\n3,a\n");
    const encoder = await TableEncoder.fit(table, { target: "y" });
    expect(encoder.classNames).toEqual(["a"]);
    const model = sequential([layers.dense(1)]).compile({ loss: "sparseCategoricalCrossentropy", optimizer: "sgd" });
    expect((await model.fit(encoder.dataset(table), { verbose: 0 })).epochs[0]!["loss"]).toBe(0);
  });

  test("a table that says the same in other types is encoded in the same way", async () => {
    const table = await parseTable("a,b,c\n1,x,2024-01-01\n2,y,2024-02-01\n3.5,x,2024-03-01\n");
    const encoder = await TableEncoder.fit(table);
    const whole = await parseTable("c,b,a,more\n2024-01-01,x,1,9\n");
    expect(rowsOf(encoder, whole)).toEqual([rowsOf(encoder, table)[0]]);
    // All values of a column are missing, which says nothing of its type.
    const none = await parseTable("a,b,c\n1,,2024-01-01\n");
    expect(rowsOf(encoder, none)[0]!.slice(1, 4)).toEqual([0, 0, 1]);
    const codes = await TableEncoder.fit(await parseTable("z\n01\n02\n"), { encodings: { z: "oneHot" } });
    expect(rowsOf(codes, await parseTable("z\n01\n", { schema: codes.schema }))).toEqual([[1, 0, 0]]);
  });
});

describe("bad input", () => {
  const table = Table.from([
    { n: 1, c: "a", t: "one text of many words indeed" },
    { n: 2, c: "b", t: "and another text of many words" },
    { n: null, c: null, t: null },
  ]);
  test.each<[string, () => unknown, RegExp]>([
    ["an unknown target", () => TableEncoder.fit(table, { target: "m" }), /one of the columns n, c, t, got "m"/],
    ["an unknown feature", () => TableEncoder.fit(table, { features: ["m"] }), /got "m"/],
    ["features that are no list", () => TableEncoder.fit(table, { features: "n" as never }), /a list of names/],
    ["an unknown encoding", () => TableEncoder.fit(table, { encodings: { n: "log" as never } }), /one of standardize/],
    ["an encoding of no column", () => TableEncoder.fit(table, { encodings: { m: "raw" } }), /got "m"/],
    [
      "an encoding that does not fit",
      () => TableEncoder.fit(table, { encodings: { c: "raw" } }),
      /row 1: expected a n/,
    ],
    ["an unknown option", () => TableEncoder.fit(table, { targets: "n" } as never), /Did you mean "target"/],
    ["only texts", () => TableEncoder.fit(table, { features: ["t"] }), /got only texts: t/],
    ["only a target", () => TableEncoder.fit(table.select("n"), { target: "n" }), /got none/],
    ["no rows", () => TableEncoder.fit(table.slice(0, 0)), /at least one row/],
    [
      "a regression of words",
      () => TableEncoder.fit(table, { target: "c", task: "regression" }),
      /row 1: expected a n/,
    ],
    ["an unknown task", () => TableEncoder.fit(table, { target: "c", task: "x" as never }), /one of classification/],
  ])("%s", async (_, act, message) => {
    const error = await Promise.resolve()
      .then(act)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
  });

  test("is told with its row and column", async () => {
    const encoder = await TableEncoder.fit(table.dropMissing(), { target: "c" });
    expect(() => encoder.targets(table)).toThrow(/column "c", row 3: expected a value to predict.*dropMissing\("c"\)/);
    expect(() => encoder.targets(Table.from([{ n: 1, c: "z" }]))).toThrow(/row 1: expected one of the classes.*"z"/);
    expect(() => encoder.inputs(Table.from([{ c: "a" }]))).toThrow(/one of the columns "c", got "n"/);
    expect(() => encoder.inputs(Table.from([{ n: "many" }]))).toThrow(/column "n", row 1: expected an? .*got "many"/);
    expect(() => encoder.decode([1])).toThrow(/expected an encoder of a regression/);
    const plain = await TableEncoder.fit(table);
    expect(() => plain.dataset(table)).toThrow(/an encoder with a target/);
  });

  test("JSON that no encoder wrote is refused", async () => {
    const encoder = await TableEncoder.fit(mixed(30, 1), { target: "price" });
    const good = JSON.parse(JSON.stringify(encoder));
    const change = (f: (json: any) => unknown): unknown => {
      const json = structuredClone(good);
      f(json);
      return json;
    };
    const bad = [
      ...[null, 5, [], {}, { version: 2 }, "x"],
      change((json) => (json.features = {})),
      change((json) => (json.features[0].kind = "constructor")),
      change((json) => (json.features[0].scale = 0)),
      change((json) => (json.features[0].scale = "1")),
      change((json) => (json.features[0].mean = null)),
      change((json) => (json.features[3].categories = [1])),
      change((json) => (json.target = { kind: "classes", name: "a", type: "text" })),
      change((json) => (json.skipped = [5])),
      change((json) => (json.features[4].dates = "dym")),
    ];
    for (const json of bad) expect(() => TableEncoder.fromJSON(json), JSON.stringify(json)).toThrow(ArgumentError);
    expect(TableEncoder.fromJSON(good).names).toEqual(encoder.names);
  });
});

const penguins = path.join(import.meta.dirname, "../../shared/data/tables/penguins.json");
test.skipIf(!fs.existsSync(penguins))("penguins: the species from the rest, at 97 % or more", async () => {
  const table = (await readTable(penguins)).dropMissing("Species");
  const [train, rest] = table.split([0.8, 0.2], { seed: 1, stratify: "Species" });
  const encoder = await TableEncoder.fit(train!, { target: "Species" });
  const model = sequential([layers.dense(16, { activation: "relu" }), layers.dense(3)], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(encoder.dataset(train!), { epochs: 60, verbose: 0 });
  expect((await model.evaluate(encoder.dataset(rest!))).accuracy).toBeGreaterThanOrEqual(0.97);
});
