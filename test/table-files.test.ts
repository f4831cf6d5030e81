// Files of tables: what is read of CSV, TSV and JSON, and what is said of bad ones.
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { parseTable, readTable, type Table, type TableOptions } from "../src/data/index.ts";
import { ArgumentError, FileError } from "../src/errors.ts";

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
      return { names, size, notes: notes.map(({ en }) => en) };
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
    expect(valuesOf(table)).toEqual({ feature_1: [1.5, 2.5, 3.5], feature_2: [2, 3, 4], target: ["no", "yes", "yes"] });
    await expect(parseTable("2,1,a,b\n1,0\n2,2")).rejects.toThrow(
      /line 3: expected a class number from 0 to 1, got "2"/,
    );
  });

  test("of one line shows it, and JSON is called JSON by its name", async () => {
    await expect(readTable(file("one.csv.gz", gzipSync("hello there")))).rejects.toThrow(
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

  test("that only claims to be gzip is refused; bytes that are gzip need no such name", async () => {
    await expect(readTable(file("plain.csv.gz", "a,b\n1,2\n"))).rejects.toThrow(
      /plain\.csv\.gz": expected gzip data, as the name says, got other bytes/,
    );
    await expect(readTable(new File(["a,b\n1,2\n"], "page.csv.GZ"))).rejects.toThrow(/expected gzip data/);
    expect((await readTable(file("packed.csv", gzipSync("a,b\n1,2\n")))).size).toBe(1);
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
