// Mutated tables: reading gives a table whose columns fit together, or one sentence; it never hangs or takes much
// memory.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readTable, streamTable, type Table, TableEncoder } from "../src/data/index.ts";
import { NablaError } from "../src/errors.ts";
import { hostRandom } from "../src/random.ts";

const rows = Array.from({ length: 40 }, (_, i) => ({
  n: i,
  size: i % 7 === 0 ? null : i / 3,
  kind: ["red", "green", 'say "blue"'][i % 3]!,
  when: `2024-0${1 + (i % 9)}-1${i % 10}`,
  isOld: i % 2 === 0,
  words: `one, two;\t three ${i}\nand more`,
}));
const names = Object.keys(rows[0]!) as (keyof (typeof rows)[0])[];
const quoted = (value: unknown): string => {
  const text = value === null ? "" : String(value);
  return /[",;\t\n|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const separated = (delimiter: string, newline: string): string =>
  [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((row) => row.map(quoted).join(delimiter))
    .join(newline);

const bases: readonly Uint8Array[] = [
  separated(",", "\n"),
  separated(";", "\r\n"),
  separated("\t", "\n"),
  JSON.stringify(rows),
  rows.map((row) => JSON.stringify(row)).join("\n"),
  JSON.stringify(Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]))),
  `${"1 2.5 3e2\n".repeat(60)}`,
]
  .map((text) => new TextEncoder().encode(text))
  .flatMap((bytes, i) => (i % 3 === 0 ? [bytes, new Uint8Array(gzipSync(bytes))] : [bytes]));

const marks = [
  '"',
  ",",
  ";",
  "\t",
  "\n",
  "\r",
  "\r\n",
  "\0",
  "\u00ff",
  "[",
  "{",
  "}",
  "]",
  ":",
  "\\",
  "'",
  "NaN",
  "1e999",
];

/** A base with a few changes: flipped, deleted, repeated and inserted bytes, and an end that is cut off. */
function mutated(seed: number): Uint8Array {
  const random = hostRandom(seed, 77);
  let bytes = Array.from(bases[random.below(bases.length)]!);
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(bytes.length || 1);
    const length = 1 + random.below(60);
    const kind = random.below(6);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes.splice(at, length);
    else if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + length));
    else if (kind === 3) bytes.splice(at, 0, ...Buffer.from(marks[random.below(marks.length)]!));
    else if (kind === 4) bytes = bytes.slice(0, at + 1);
    else bytes.splice(random.below(bytes.length || 1), 0, ...bytes.slice(at, at + length));
  }
  return Uint8Array.from(bytes);
}

async function outcome(read: () => Promise<Table>): Promise<Table | string> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    expect(error.message).toMatch(/^[^\n]{10,600}\.$/);
    return error.message;
  }
}

test("300 mutated files are read, or refused in one sentence", async () => {
  let tables = 0;
  for (let seed = 0; seed < 300; seed++) {
    const bytes = mutated(seed);
    const read = await outcome(() => readTable(bytes)).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    if (seed % 4 === 0) {
      const parts = await outcome(async () => {
        const stream = await streamTable(bytes);
        let size = 0;
        for await (const part of stream) size += part.size;
        expect(size).toBe(stream.size);
        return stream.head(1);
      });
      expect(typeof parts, `seed ${seed}`).toBe(typeof read);
    }
    if (typeof read === "string") continue;
    tables++;
    expect(read.size).toBeGreaterThan(0);
    expect(new Set(read.names).size).toBe(read.columns.length);
    for (const { values } of read.columns) expect(values.length).toBe(read.size);
    expect(read.size * read.columns.length).toBeLessThan(65 * 20_000);
    const encoder = await outcome(async () => {
      const own = await TableEncoder.fit(read);
      expect(own.inputs(read).array.data.every(Number.isFinite), `seed ${seed}`).toBe(true);
      return read;
    });
    if (typeof encoder === "string") expect(encoder).toMatch(/at least one column/);
  }
  expect(tables).toBeGreaterThan(30);
  expect(tables).toBeLessThan(290);
});

test("a quotation mark that opens a huge file takes no time that grows faster than the file", async () => {
  const open = `a,b\n1,"${"x,y\n".repeat(1_000_000)}`;
  await expect(readTable(new TextEncoder().encode(open))).rejects.toThrow(/closing quotation mark/);
});

test("a small archive of a huge file is refused while it is unpacked", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, "x"));
  await expect(readTable(bomb)).rejects.toThrow(/rows of at most 16777216 characters/);
});
