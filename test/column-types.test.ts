// The types that the columns of a table get, and what their cells say.
import { describe, expect, test } from "vitest";
import { answersOf } from "../src/automatic/target.ts";
import {
  type NumericColumn,
  parseTable,
  streamTable,
  type Table,
  type TableColumn,
  type TableOptions,
} from "../src/data/index.ts";
import { dateText } from "../src/data/table/column.ts";

const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
describe("the type of a column", () => {
  const typeOf = async (cells: readonly string[], options?: TableOptions): Promise<TableColumn> =>
    (await parseTable(`x;y\n${cells.map((cell) => `${cell};z`).join("\n")}`, options)).column("x");
  test.each<[string, string[]]>([
    ["integer", ["1", "-2", "+3", "1e3", "", "NA"]],
    ["number", ["1", "2.5", "-.5", "1e-3", "nan"]],
    ["integer", ["1,234", "12", "1,234,567"]],
    ["number", ["1,5", "12,25", "3"]],
    ["number", ["1.234,5", "2", "0,5"]],
    ["boolean", ["yes", "no", "Yes", ""]],
    ["boolean", ["TRUE", "false"]],
    ["category", ["yes", "false"]],
    ["date", ["2024-01-31", "2024-02-29"]],
    ["date", ["2024-01-31T12:00:00Z", "2024-02-29 13:30"]],
    ["date", ["31.1.2024", "1.2.2024"]],
    ["date", ["12/31/2024", "1/2/2024"]],
    ["date", ["1949-01", "1949-12"]],
    ["category", ["1/2/2024", "2/1/2024"]],
    ["category", ["2023-02-29", "2023-02-28"]],
    ["category", ["01234", "04321"]],
    ["number", ["12345678901234567890", "1"]],
    ["category", ["12345678901234567890", "12345678901234567891"]],
    ["category", ["none", "missing", "some"]],
    ["category", ["$5", "5%"]],
    ["category", ["$", "%"]],
    ["category", ["inf", "inf"]],
    ["category", ["0x10", "1"]],
    ["category", ["1", "two"]],
    ["text", Array.from({ length: 30 }, (_, i) => `name ${i}`)],
    ["text", ["this is a whole sentence of words", "and so is this, if you look"]],
    ["category", Array.from({ length: 30 }, (_, i) => `name ${i % 15}`)],
    ["number", ["", "NA", "?"]],
  ])("%s: %j", async (type, cells) => {
    expect((await typeOf(cells)).type).toBe(type);
  });

  test.each<[string, number]>([
    ...[
      "none",
      "None",
      "NONE",
      "missing",
      "Missing",
      "нет",
      "Нет данных",
      "—",
      "–",
      "n/a",
      "Null",
      "NAN",
      "unknown",
    ].map((text): [string, number] => [text, NaN]),
    ...["inf", "-inf", "Infinity", "+INF", "1e400", "-1e400"].map((text): [string, number] => [text, NaN]),
    ["1 000", 1000],
    ["1\u00a0000\u00a0000", 1e6],
    ["1_000", 1000],
    ["-12 345.5", -12345.5],
    ["$5", 5],
    ["-$5.5", -5.5],
    ["5%", 5],
    ["1,234.5 €", 1234.5],
    ["12345678901234567890", 12345678901234567890],
  ])("is that of its numbers, with %j among them early or late", async (cell, value) => {
    for (const at of [0, 17, 1500]) {
      const cells = Array.from({ length: 2000 }, (_, i) => `${i / 2}`).with(at, cell);
      const column = await typeOf(cells);
      expect(column.type).toBe("number");
      expect(column.values[at]).toBe(value);
      expect(column.values[1999]).toBe(999.5);
      const stream = await streamTable(new Blob([`x;y\n${cells.map((text) => `${text};z`).join("\n")}`]));
      expect(stream.schema[0]!.type).toBe("number");
    }
    expect((await typeOf(["2024-01-31", "none", "2024-02-29"])).type).toBe("date");
  });

  test("that a few odd cells make no numbers is noted, with the first one's line", async () => {
    const read = (cells: readonly string[], options?: TableOptions) =>
      parseTable(`a;b\n${cells.map((cell) => `z;${cell}`).join("\n")}`, options);
    for (const length of [300, 3000]) {
      const cells = Array.from({ length }, (_, i) => `${i}.5`);
      const { notes } = await read(cells.with(length - 1, "abc"));
      expect(notes.map(({ en }) => en)).toEqual([
        expect.stringContaining(`because of 1 of its ${length} values: "abc" in line ${length + 1}`),
      ]);
      expect(notes[0]!.ru).toMatch(new RegExp(`"b" .* 1 из ${length}, это — "abc" в строке ${length + 1}\\.`));
    }
    const cells = Array.from({ length: 100 }, (_, i) => String(i % 5));
    const { notes } = await read(cells.with(15, "x").with(20, "y"));
    expect(notes.map(({ en }) => en)).toEqual([
      expect.stringMatching(/"b" .* because of 2 of its 100 values: "x" in line 17 is the first/),
    ]);
    expect((await read(cells)).notes).toEqual([]);
    expect((await read(cells.map((cell, i) => (i % 10 ? cell : "x")))).notes).toEqual([]);
    expect((await read(cells.with(15, "x"), { types: { b: "category" } })).notes).toEqual([]);
  });

  test("that is boolean keeps the words of its file", async () => {
    for (const [no, yes] of [
      ["No", "Yes"],
      ["n", "Y"],
      ["off", "on"],
      ["нет", "да"],
      ["Non", "Oui"],
    ] as const) {
      const column = await typeOf([yes, no, no.toUpperCase(), "", yes]);
      expect(
        answersOf({ ...column, values: Float64Array.of(1, 0, 0, 1, 1, 0) } as TableColumn, undefined).classNames,
      ).toEqual([no, yes]);
      expect(column).toMatchObject({ type: "boolean", words: [no, yes], values: Float64Array.of(1, 0, 0, NaN, 1) });
    }
    expect(await typeOf(["TRUE", "false"])).toHaveProperty("words", ["false", "TRUE"]);
    expect(await typeOf(["Yes", ""])).toHaveProperty("words", [undefined, "Yes"]);
    const rows = async (text: string, options?: TableOptions) => {
      const table = await parseTable(`x\n${text}`, options);
      return Array.from({ length: table.size }, (_, i) => table.row(i)["x"]);
    };
    expect(await rows("Да\nНет\n?\nда\n")).toEqual(["Да", "Нет", null, "Да"]);
    expect(await rows("TRUE\nFALSE\n")).toEqual([true, false]);
    expect(await rows("1\n0\n", { types: { x: "boolean" } })).toEqual([true, false]);
    expect((await parseTable('[{"x": true}, {"x": false}]')).row(1)).toEqual({ x: false });
  });

  test.each([
    [["1949-01", "1949-12"], "1961-02"],
    [["1949-1", "1949-12"], "1961-2"],
    [["1949/01/02"], "1961/02/03"],
    [["31.1.2024", "1.2.2024"], "3.2.1961"],
    [["12/31/2024", "01/02/2024"], "02/03/1961"],
    [["2024-01-31", "2024-02-01 12:30"], "1961-02-03 04:05"],
    [["2024-01-31T12:00:00.25Z"], "1961-02-03T04:05:06.78Z"],
    [["2024-01-31T12:00:00+02:00"], "1961-02-03T06:05:06+02:00"],
    [["2024-01-31 12:00:00-0330"], "1961-02-03 00:35:06-0330"],
  ])("of dates keeps how they are written: %j", async (cells, other) => {
    const column = (await typeOf(cells)) as NumericColumn;
    expect(dateText(column, Date.UTC(1961, 1, 3, 4, 5, 6, 789))).toBe(other);
    const longest = cells.toSorted((a, b) => a.length - b.length).at(-1)!;
    expect(dateText(column, column.values[cells.indexOf(longest)]!)).toBe(longest);
  });

  test("has the values that the cells say", async () => {
    expect((await typeOf(["1.234,5", "", "-0,5"])).values).toEqual(Float64Array.of(1234.5, NaN, -0.5));
    expect((await typeOf(["1,234", "", "5"])).values).toEqual(Float64Array.of(1234, NaN, 5));
    const times = ["2024-01-31T12:00:00.25+02:00", "1.2", "31.1.2024 5:06"].map((cell) => [cell]);
    expect((await typeOf(times[0]!)).values).toEqual(Float64Array.of(Date.parse("2024-01-31T10:00:00.250Z")));
    expect((await typeOf(times[2]!)).values).toEqual(Float64Array.of(Date.parse("2024-01-31T05:06:00Z")));
    expect((await typeOf(["b", " a", "", "b"])).values).toEqual(Int32Array.of(1, 0, -1, 1));
  });

  test("follows from all values, wherever the odd one stands", async () => {
    const cells = Array.from({ length: 5000 }, (_, i) => String(i % 7));
    for (const at of [0, 999, 1000, 1001, 4999]) {
      const odd = cells.with(at, "six");
      const column = await typeOf(odd);
      expect(column.type).toBe("category");
      expect(column).toMatchObject({ categories: ["0", "1", "2", "3", "4", "5", "6", "six"] });
      const { values } = (await parseTable(`x;y\n${cells.with(at, "0,5").join(";\n")};`)).column("x");
      expect(values.length).toBe(5000);
    }
    const late = [...Array.from({ length: 3000 }, () => ""), "2.5", "3"];
    expect((await typeOf(late)).type).toBe("number");
    const lateDates = [...Array.from({ length: 3000 }, () => "NA"), "2024-01-01"];
    expect((await typeOf(lateDates)).type).toBe("date");
    const noDates = [...Array.from({ length: 3000 }, () => "2024-01-01"), "soon"];
    expect((await typeOf(noDates)).type).toBe("category");
  });

  test("can be given", async () => {
    const text = "id,when,mark\n1,1/2/2024,A\n2,2/1/2024,B\n";
    const types = { id: "category", when: "date", mark: "text" } as const;
    const table = await parseTable(text, { types, dates: "dmy" });
    expect(typesOf(table)).toEqual(types);
    expect(table.row(0)["when"]).toEqual(new Date("2024-02-01"));
    await expect(parseTable(text, { types: { mark: "number" } })).rejects.toThrow(
      /line 2: expected a number in column "mark", got "A"/,
    );
    await expect(parseTable("a\n1\n2.5", { types: { a: "integer" } })).rejects.toThrow(/line 3: expected an integer/);
    await expect(parseTable(text, { types: { marks: "number" } })).rejects.toThrow(/id, when, mark.*got "marks"/);
    await expect(parseTable(text, { types: { id: "float" as "text" } })).rejects.toThrow(/one of number, integer/);
    expect((await typeOf(["x", "-99"], { missing: ["-99"] })).values).toEqual(Int32Array.of(0, -1));
  });
});
