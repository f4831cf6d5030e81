// Tables: what is read of CSV, TSV and JSON files, which types columns get, and what is said of bad ones.
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { answersOf } from "../src/automatic/target.ts";
import { parseTable, readTable, streamTable, Table, type TableColumn, type TableOptions } from "../src/data/index.ts";
import { ArgumentError, FileError, ShapeError } from "../src/errors.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nabla-table-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const at = path.join(folder, name);
  fs.writeFileSync(at, content);
  return at;
};

const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
const valuesOf = (table: Table): Record<string, unknown[]> =>
  Object.fromEntries(
    table.names.map((name) => [name, Array.from({ length: table.size }, (_, i) => table.row(i)[name])]),
  );

describe("a CSV", () => {
  const lines = ["name,age,height,isNew,born,kind", 'Ann,31,1.72,true,1993-02-01,"a, b"', "Bo,,1.8,false,1990-12-31,c"];
  const expected = {
    name: ["Ann", "Bo"],
    age: [31, null],
    height: [1.72, 1.8],
    isNew: [true, false],
    born: [new Date("1993-02-01"), new Date("1990-12-31")],
    kind: ["a, b", "c"],
  };
  const text = lines.join("\n");
  const spellings: [string, string | Uint8Array, TableOptions?][] = [
    ["as it is", text],
    ["with a line end at its end, and blank lines", `${lines.join("\n\n")}\n\n`],
    ["with the line ends of Windows", `${lines.join("\r\n")}\r\n`],
    ["with the line ends of old Macs", lines.join("\r")],
    ["with a byte order mark", `\ufeff${text}`],
    ["in UTF-16, little-endian", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["in UTF-16, big-endian", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["gzipped", gzipSync(text)],
    ["gzipped in two members", Buffer.concat([gzipSync(text.slice(0, 40)), gzipSync(text.slice(40))])],
    ["with semicolons", text.replaceAll('"a, b"', "a! b").replaceAll(",", ";").replace("!", ",")],
    ["with tabs", text.replaceAll('"a, b"', "a! b").replaceAll(",", "\t").replace("!", ",")],
    ["with bars and another quote", text.replaceAll(",", "|").replaceAll('"a| b"', "'a, b'"), { quote: "'" }],
  ];
  test.each(spellings)("%s", async (_, content, options) => {
    expect(valuesOf(await readTable(file("a.txt", content), options))).toEqual(expected);
  });

  test("comes from a path, an address, a File, bytes or a text", async () => {
    const at = file("a.csv.gz", gzipSync(text));
    const server = http.createServer((request, response) => {
      response.statusCode = request.url === "/a.csv" ? 200 : 404;
      response.end(text);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.csv`;
      const bytes = new TextEncoder().encode(text);
      const sources = [
        at,
        pathToFileURL(at),
        address,
        new URL(address),
        new File([text], "a.csv"),
        bytes,
        bytes.buffer,
      ];
      for (const source of sources) expect(valuesOf(await readTable(source))).toEqual(expected);
      expect(valuesOf(await parseTable(text))).toEqual(expected);
      await expect(readTable(address.replace("a.csv", "b.csv"))).rejects.toThrow(/HTTP 404/);
    } finally {
      server.close();
    }
  });

  test("closes its file, however little is read", async () => {
    const at = file("long.csv", `a,b\n${"1,2\n".repeat(100_000)}`);
    const links = "/proc/self/fd";
    if (!fs.existsSync(links)) return;
    const target = (link: string): string => {
      try {
        return fs.readlinkSync(path.join(links, link));
      } catch {
        return "";
      }
    };
    const open = (): number => fs.readdirSync(links).filter((link) => target(link) === fs.realpathSync(at)).length;
    for (let i = 0; i < 5; i++) expect((await readTable(at, { rows: 3 })).size).toBe(3);
    await readTable(at);
    expect(open()).toBe(0);
  });

  test("without names gets names, and a row of numbers is none", async () => {
    expect((await parseTable("1,2\n3,4")).names).toEqual(["column_1", "column_2"]);
    expect((await parseTable("a,2\nb,4")).names).toEqual(["column_1", "column_2"]);
    expect((await parseTable("a,b\nb,4")).names).toEqual(["a", "b"]);
    expect((await parseTable("a,b\nb,4", { header: false })).names).toEqual(["column_1", "column_2"]);
    expect((await parseTable("1,2\n3,4", { header: true })).names).toEqual(["1", "2"]);
    expect((await parseTable("0,1,2\n3,4,5")).names).toEqual(["0", "1", "2"]);
    expect((await parseTable("1,2\n3,4", { header: ["p", "q"] })).names).toEqual(["p", "q"]);
    expect((await parseTable(",x,x\n1,2,3", { header: true })).names).toEqual(["column_1", "x", "x_2"]);
  });

  test("takes a first row that does not fit the numbers below it for names, and notes what is a guess", async () => {
    const below = Array.from({ length: 12 }, (_, i) => `${i},${i / 2},${2 * i}`).join("\n");
    const read = async (first: string) => {
      const { names, size, notes } = await parseTable(`${first}\n${below}`);
      return { names, size, notes };
    };
    expect(await read(",a,")).toEqual({ names: ["column_1", "a", "column_3"], size: 12, notes: [] });
    expect(await read("a,2020,2021")).toEqual({ names: ["a", "2020", "2021"], size: 12, notes: [] });
    const years = await read("2019,2020,2021");
    expect(years).toMatchObject({ names: ["2019", "2020", "2021"], size: 12 });
    expect(years.notes).toEqual([expect.stringMatching(/first row \(2019, 2020, 2021\) is taken for the names/)]);
    expect(await read("3,4,5")).toMatchObject({ size: 13, notes: [] });
    expect(await read("5,,5")).toMatchObject({ size: 13, notes: [] });
    const labels = await read("101,102,103");
    expect(labels).toMatchObject({ size: 13, notes: [expect.stringMatching(/\(101, 102, 103\) is taken for data/)] });
    const inRange = await parseTable("2019,2020\n2018,2021\n2020,2019");
    expect(inRange.size).toBe(3);
  });

  test("of scikit-learn has the names of its classes in the first row", async () => {
    const table = await parseTable("3,2,no,yes\n1.5,2,0\n2.5,3,1\n3.5,4,1");
    expect(valuesOf(table)).toEqual({ feature_1: [1.5, 2.5, 3.5], feature_2: [2, 3, 4], target: [false, true, true] });
    await expect(parseTable("2,1,a,b\n1,0\n2,2")).rejects.toThrow(
      /line 3: expected a class number from 0 to 1, got "2"/,
    );
  });

  test("of one line shows it, and JSON is called JSON by its name", async () => {
    await expect(readTable(file("one.csv.gz", "hello there"))).rejects.toThrow(
      /only a header: the one line "hello the/,
    );
    await expect(readTable(file("null.json", "null"))).rejects.toThrow(/expected a list of objects .* got null/);
    await expect(readTable(file("latin.csv", Uint8Array.of(97, 10, 0xe9, 10)))).rejects.toThrow(/save it in UTF-8, or/);
  });

  test("keeps quotes, line ends and delimiters that are quoted", async () => {
    const table = await parseTable('a,b\n"one\n""two"", three",1\n"",2\n');
    expect(valuesOf(table)).toEqual({ a: ['one\n"two", three', null], b: [1, 2] });
  });

  test("with tabs takes quotes as they are if they make no sense otherwise", async () => {
    const table = await parseTable('"so" he said\t1\nand "left\t0\n"never\t1');
    expect(valuesOf(table)).toEqual({ column_1: ['"so" he said', 'and "left', '"never'], column_2: [1, 0, 1] });
  });

  test("of one column needs no delimiter", async () => {
    expect(valuesOf(await parseTable("x y\n1\n2\n"))).toEqual({ "x y": [1, 2] });
    expect(valuesOf(await parseTable("Ann Lee\nBo Wu\n"))).toEqual({ "Ann Lee": ["Bo Wu"] });
    expect(valuesOf(await parseTable("1 2\n3 4\n"))).toEqual({ column_1: [1, 3], column_2: [2, 4] });
  });
});

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
      expect(notes).toEqual([
        expect.stringContaining(`because of 1 of its ${length} values: "abc" in line ${length + 1}`),
      ]);
    }
    const cells = Array.from({ length: 100 }, (_, i) => String(i % 5));
    expect((await read(cells.with(15, "x").with(20, "y"))).notes).toEqual([
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
    expect(await typeOf(["TRUE", "false"])).not.toHaveProperty("words");
    expect(await typeOf(["Yes", ""])).not.toHaveProperty("words");
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

describe("JSON", () => {
  const rows = [
    { a: 1, b: "x", c: true },
    { a: 2.5, b: null, d: "2024-01-01" },
  ];
  const expected = {
    a: [1, 2.5],
    b: ["x", null],
    c: [true, null],
    d: [null, new Date("2024-01-01")],
  };
  test.each<[string, string]>([
    ["a list of objects", JSON.stringify(rows)],
    ["JSON lines", rows.map((row) => JSON.stringify(row)).join("\r\n")],
    ["lists by name", JSON.stringify({ a: [1, 2.5], b: ["x", null], c: [true, null], d: [null, "2024-01-01"] })],
  ])("%s", async (_, text) => {
    expect(valuesOf(await parseTable(text))).toEqual(expected);
    expect(valuesOf(await readTable(file("t.json.gz", gzipSync(`\ufeff  ${text}\n`))))).toEqual(expected);
  });

  test("lines may bring new columns late", async () => {
    const text = `${'{"a":1}\n'.repeat(3000)}{"a":2,"b":"z"}`;
    const table = await parseTable(text);
    expect([table.size, table.row(2999), table.row(3000)]).toEqual([3001, { a: 1, b: null }, { a: 2, b: "z" }]);
  });
});

describe("a bad file", () => {
  test.each<[string, string | Uint8Array, RegExp, TableOptions?]>([
    ["an empty one", "", /expected a table, got an empty file/],
    ["one of blank lines", "\n \n\r\n", /got an empty file/],
    ["only a header", "a,b\n", /expected rows, got only a header/],
    ["a short row", "a,b,c\n1,2,3\n\n4,5\n", /line 4: expected 3 cells as in the rows before, got 2 cells/],
    ["a long row", 'a,b\n"x\ny",2\n1,2,3\n', /line 4: expected 2 cells.*got 3/],
    ["an open quote", 'a,b\n1,"x\n2,y\n', /line 2: expected a closing quotation mark, got the end/],
    ["text after a quote", 'a,b\n1,2\n3,"x"y"z\n', /line 3: expected a/],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /expected a table.*got a PNG image/],
    ["a page", "<!doctype html><title>x</title>", /got an HTML page/],
    ["binary data", "a,b\n1,\0\n", /binary data/],
    ["an archive", Uint8Array.of(97, 0, 0xe4, 10), /expected a table of text, got binary data/],
    ["another encoding", Uint8Array.of(97, 10, 0xe4, 10), /expected text in utf-8.*encoding/],
    ["an unknown encoding", "a\n1", /the encoding "utf-9" is not known/, { encoding: "utf-9" }],
    ["damaged gzip", gzipSync("a,b\n1,2\n".repeat(999)).subarray(0, 30), /damaged or cut gzip/],
    ["broken JSON", '[{"a": 1},', /expected JSON, got other text/],
    ["a list of numbers", "[1, 2]", /row 1: expected an object such as .*got 1/],
    ["nested JSON", '[{"a": {"b": 1}}]', /row 1: expected a number.* in column "a"/],
    ["lists of different lengths", '{"a": [1], "b": [1, 2]}', /expected a list of 1 values in column "b".*got 2/],
    ["a broken line", '{"a": 1}\n{"a": }\n', /line 2: expected JSON/],
  ])("%s", async (_, content, message, options) => {
    const error = await readTable(file("bad", content), options).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/\.$/);
  });

  test("names what is not there", async () => {
    await expect(readTable(path.join(folder, "none.csv"))).rejects.toThrow(
      /cannot read ".*none.csv": there is no such/,
    );
    await expect(readTable(folder)).rejects.toThrow(/it is a folder/);
    await expect(readTable(5 as never)).rejects.toThrow(ArgumentError);
    await expect(readTable("x", { seperator: "," } as never)).rejects.toThrow(/unknown option "seperator"/);
    await expect(parseTable(5 as never)).rejects.toThrow(/expected a text, got 5/);
  });

  test("of objects that have nothing in common takes no memory that its size does not justify", async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `{"key_${i}":1}`).join("\n");
    await expect(parseTable(text)).rejects.toThrow(/expected objects with the same names/);
  });
});

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

const shared = path.join(import.meta.dirname, "../../shared/data");
describe.skipIf(!fs.existsSync(path.join(shared, "tables")))("real tables", () => {
  test.each<[string, number, number, Record<string, string>]>([
    ["tables/iris.csv", 150, 0, { feature_1: "number", target: "category" }],
    ["tables/breast_cancer.csv", 569, 0, { feature_30: "number", target: "category" }],
    ["tables/california_housing.csv.gz", 20640, 207, { total_bedrooms: "integer", ocean_proximity: "category" }],
    ["tables/diabetes_data_raw.csv.gz", 442, 0, { column_10: "integer" }],
    ["tables/digits.csv.gz", 1797, 0, { column_65: "integer" }],
    ["tables/cars.json", 406, 14, { Year: "date", Name: "text", Origin: "category" }],
    ["tables/penguins.json", 344, 19, { Sex: "category", "Body Mass (g)": "integer" }],
    ["series/airline-passengers.csv", 144, 0, { Month: "date" }],
    ["series/seattle-weather.csv", 1461, 0, { date: "date", weather: "category" }],
    ["sentiment/imdb_labelled.txt", 1000, 0, { column_1: "text", column_2: "integer" }],
  ])("%s", async (name, size, missing, types) => {
    const table = await readTable(path.join(shared, name));
    expect(table.size).toBe(size);
    expect(table.describe().reduce((n, column) => n + column.missing, 0)).toBe(missing);
    expect(typesOf(table)).toMatchObject(types);
  });
});
