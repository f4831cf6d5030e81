// NPY and NPZ files: those that NumPy wrote (test/goldens/npy.py), round trips, and refusals.
import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { type DType, dtypes } from "../src/dtype.ts";
import { ArgumentError, FileError } from "../src/errors.ts";
import { decodeNpz, encodeNpz } from "../src/formats/npz.ts";
import { readZip, writeZip } from "../src/formats/zip.ts";
import { fromTyped, type HostArray } from "../src/host-array.ts";
import { widen } from "../src/io/narrow.ts";
import { decodeNpy, encodeNpy } from "../src/io/npy.ts";

interface Golden {
  readonly files: readonly (readonly [string, string, number[], (number | boolean | "Infinity")[]])[];
  readonly archives: readonly (readonly [string, string])[];
  readonly refused: readonly (readonly [string, string])[];
  readonly float32: string;
}
const golden = JSON.parse(readFileSync(new URL("goldens/npy.json", import.meta.url), "utf8")) as Golden;
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

const kept: Readonly<Record<string, DType>> = {
  ...{ "|b1": "bool", "|u1": "uint8", "<i4": "int32", ">i4": "int32", "<u4": "uint32", ">u4": "uint32" },
  ...{ "<f2": "float32", ">f2": "float32", "<f4": "float32", ">f4": "float32", "<f8": "float64", ">f8": "float64" },
};

describe("decodeNpy", () => {
  test.each(golden.files)("reads what NumPy wrote: %s", (name, base64, shape, numbers) => {
    const read = decodeNpy(bytesOf(base64), "a.npy");
    expect(read.shape).toEqual(shape);
    expect([...read.data]).toEqual(numbers.map(Number));
    const kind = name.split(" ")[0]!;
    if (/^[<>|]/.test(kind)) expect(read.dtype).toBe(kept[kind] ?? "int32");
  });

  test.each(golden.refused)("refuses %s", (_, base64) => {
    expect(() => decodeNpy(bytesOf(base64), "dir/a.npy")).toThrow(FileError);
    expect(() => decodeNpy(bytesOf(base64), "dir/a.npy")).toThrow(/^"dir\/a.npy" is not an NPY file[^\n]*\.$/);
  });

  test("refuses integers that the dtype cannot hold, and takes them as float64", () => {
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }\n";
    const bytes = withHeader(header, new Uint8Array(new BigInt64Array([5n, 3_000_000_000n]).buffer));
    expect(() => decodeNpy(bytes, "a.npy")).toThrow(
      /its number 1 is 3000000000, which int32 cannot hold; try dtype: "float64"/,
    );
    expect([...decodeNpy(bytes, "a.npy", { dtype: "float64" }).data]).toEqual([5, 3e9]);
    expect(() => decodeNpy(bytes, "a.npy", { dtypes: "float64" } as object)).toThrow(ArgumentError);
  });

  test.each<[string, string, RegExp]>([
    ["a size beyond 2 GiB", "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }", /more than 2 GiB/],
    [
      "sizes whose product is infinite",
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${"9".repeat(400)},), }`,
      /2 GiB/,
    ],
    ["a missing entry", "{'descr': '<f4', 'shape': (2,), }", /its header is damaged/],
    ["another entry", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 'y'}", /its header is damaged/],
    ["code", "__import__('os')", /its header is damaged/],
    [
      "an unknown type",
      "{'descr': '<toString', 'fortran_order': False, 'shape': (2,), }",
      /only real numbers are read/,
    ],
    ["too few bytes", "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", /\(is it cut short\?\)/],
  ])("refuses %s", (_, header, message) => {
    const bytes = withHeader(header, new Uint8Array(8));
    expect(() => decodeNpy(bytes, "a.npy")).toThrow(FileError);
    expect(() => decodeNpy(bytes, "a.npy")).toThrow(message);
  });

  test("says what a file of another kind is", () => {
    expect(() => decodeNpy(new TextEncoder().encode("a,b\n1,2\n3,4"), "a.npy")).toThrow(/it is plain text/);
    expect(() => decodeNpy(bytesOf(golden.archives[0]![1]), "a.npz")).toThrow(/it is a ZIP archive/);
  });
});

function withHeader(header: string, numbers: Uint8Array): Uint8Array {
  const start = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length & 255, header.length >> 8);
  return new Uint8Array(Buffer.concat([start, Buffer.from(header, "latin1"), numbers]));
}

describe("encodeNpy", () => {
  test("gives NumPy's own bytes", () => {
    const array = fromTyped(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]);
    expect(Buffer.from(encodeNpy(array)).toString("base64")).toBe(golden.float32);
  });

  test.each(dtypes)("and decodeNpy are inverse for %s", (dtype) => {
    for (const shape of [[], [3], [2, 2], [0], [1, 1, 5]]) {
      const array: HostArray = fromTyped(
        Float64Array.from({ length: size(shape) }, (_, i) => (dtype === "bool" ? i % 2 : i)),
        shape,
        dtype,
      );
      const bytes = encodeNpy(array);
      const held = dtype === "bfloat16" ? widen(array) : array;
      expect((bytes.length - held.data.byteLength) % 64).toBe(0);
      // Floats of 16 bits are read as float32.
      expect(decodeNpy(bytes, "a.npy")).toEqual(widen(array));
    }
  });

  test("refuses what is no array", () => {
    expect(() => encodeNpy([1, 2] as never)).toThrow(ArgumentError);
    expect(() => encodeNpy({ data: new Float32Array(3), shape: [2], dtype: "float32" })).toThrow(/expected 2 numbers/);
  });
});

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

describe("decodeNpz", () => {
  test.each(golden.archives)("reads what numpy.%s wrote", (_, base64) => {
    const { x, name, ...others } = decodeNpz(bytesOf(base64), "a.npz");
    expect(others).toEqual({});
    expect(x).toEqual({ data: Int32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], dtype: "int32" });
    expect([...name!.data]).toEqual([0.5, 0.25]);
  });

  test("and encodeNpz are inverse, and the bytes are the same each time", () => {
    const arrays = {
      x: fromTyped(Float32Array.of(1, 2), [2, 1]),
      __proto__2: fromTyped(Int32Array.of(), [0]),
    };
    expect(decodeNpz(encodeNpz(arrays), "a.npz")).toEqual(arrays);
    expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays));
    expect(() => encodeNpz(null as never)).toThrow(ArgumentError);
  });

  const changed = (change: (bytes: Buffer, directory: number) => void): Uint8Array => {
    const bytes = Buffer.from(zipSync({ "a.npy": encodeNpy(fromTyped(new Float32Array(1000), [1000])) }));
    change(bytes, bytes.indexOf("PK\x01\x02", 0, "latin1"));
    return new Uint8Array(bytes);
  };
  test.each<[string, (bytes: Buffer, directory: number) => void, RegExp]>([
    ["a damaged file", (bytes) => bytes.writeUInt8(bytes[60]! ^ 64, 60), /"a.npy" is damaged: it has another checksum/],
    ["an encrypted file", (bytes, at) => bytes.writeUInt8(1, at + 8), /"a.npy" is encrypted/],
    ["another compression", (bytes, at) => bytes.writeUInt8(14, at + 10), /by a method other than deflate/],
    ["a size beyond any ratio", (bytes, at) => bytes.writeUInt32LE(2e9, at + 24), /its entry "a.npy" is damaged/],
    ["a size that lies", (bytes, at) => bytes.writeUInt32LE(4000, at + 24), /it has another checksum/],
    ["ZIP64", (bytes, at) => bytes.writeUInt32LE(0xffffffff, at + 24), /it is in ZIP64 form/],
    ["an offset beyond its end", (bytes, at) => bytes.writeUInt32LE(1e6, at + 42), /its entry "a.npy" is damaged/],
    ["a damaged directory", (bytes, at) => bytes.writeUInt8(0, at), /its directory is damaged/],
    ["no end", (bytes) => bytes.fill(0, bytes.length - 22), /it has no directory/],
  ])("refuses %s in one sentence", (_, change, message) => {
    const read = (): unknown => decodeNpz(changed(change), "dir/a.npz");
    expect(read).toThrow(FileError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^"dir\/a\.npz[^\n]*\.$/);
  });

  test("refuses numbers that were changed in an archive that is not compressed", () => {
    const bytes = encodeNpz({ a: fromTyped(Float32Array.of(1, 2, 3), [3]) });
    const at = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(2).buffer));
    const other = Uint8Array.from(bytes, (byte, i) => (i === at + 3 ? byte ^ 1 : byte));
    expect(() => decodeNpz(other, "a.npz")).toThrow(/"a\.npy" is damaged: it has another checksum/);
  });

  test("a file without damage is read, and what is no NPY in it is named", () => {
    expect(
      decodeNpz(
        changed(() => undefined),
        "a.npz",
      )["a"]!.shape,
    ).toEqual([1000]);
    expect(() => decodeNpz(writeZip({ "x.txt": Buffer.from("hello there") }), "a.npz")).toThrow(/"a.npz\/x.txt"/);
    expect(readZip(writeZip({ "x/y": new Uint8Array(2) }), "a.zip").map(({ name }) => name)).toEqual(["x/y"]);
  });
});
