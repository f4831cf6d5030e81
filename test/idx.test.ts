// LeCun's IDX format: every element type, gzipped or not, and firm against files that lie.
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { FileError } from "../src/errors.ts";
import { decodeIdx } from "../src/io/idx.ts";

/** A file of any magic, sizes and data, right or wrong. */
function idx(type: number, sizes: number[], data: readonly number[] | Uint8Array, axes = sizes.length): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint8(2, type);
  header.setUint8(3, axes);
  sizes.forEach((n, i) => header.setUint32(4 + 4 * i, n));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...data]);
}

describe("decodeIdx", () => {
  test.each([
    [
      "uint8",
      idx(0x08, [2, 1, 2], [0, 1, 128, 255]),
      { data: Uint8Array.of(0, 1, 128, 255), shape: [2, 1, 2], dtype: "uint8" },
    ],
    ["int8", idx(0x09, [2], [0x80, 0x7f]), { data: Int32Array.of(-128, 127), shape: [2], dtype: "int32" }],
    ["int16", idx(0x0b, [2], [0x80, 0, 0x01, 0x02]), { data: Int32Array.of(-32768, 258), shape: [2], dtype: "int32" }],
    ["int32", idx(0x0c, [1], [0xff, 0xff, 0xff, 0xfe]), { data: Int32Array.of(-2), shape: [1], dtype: "int32" }],
    ["float32", idx(0x0d, [1], [0x3f, 0x80, 0, 0]), { data: Float32Array.of(1), shape: [1], dtype: "float32" }],
    [
      "float64",
      idx(0x0e, [1], [0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18]),
      { data: Float64Array.of(Math.PI), shape: [1], dtype: "float64" },
    ],
    ["no examples", idx(0x08, [0, 28, 28], []), { data: new Uint8Array(0), shape: [0, 28, 28], dtype: "uint8" }],
  ])("reads %s, raw and gzipped, from any place in memory", async (_, bytes, expected) => {
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    for (const file of [bytes, shifted, gzipSync(bytes), Buffer.from(bytes)]) {
      const array = await decodeIdx(file, "x");
      expect(array).toEqual(expected);
      expect(array.data.constructor).toBe(expected.data.constructor);
    }
  });

  test("does not share memory with the file", async () => {
    const bytes = idx(0x08, [1], [7]);
    const { data } = await decodeIdx(bytes, "x");
    bytes.fill(0);
    expect(data[0]).toBe(7);
  });

  test("unpacks many chunks", async () => {
    const pixels = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 2654435761) >>> 24);
    const { data, shape } = await decodeIdx(gzipSync(idx(0x08, [1000, 1000], pixels)), "x");
    expect(shape).toEqual([1000, 1000]);
    expect(Buffer.compare(data as Uint8Array, pixels)).toBe(0);
  });

  const good = idx(0x08, [3], [1, 2, 3]);
  const packed = gzipSync(good);
  const damaged = Uint8Array.from(packed);
  damaged[damaged.length - 8]! ^= 1; // its CRC

  test.each([
    ["nothing", new Uint8Array(0), "it has 0 bytes, too few for its header"],
    ["half a header", idx(0x08, [3], []).subarray(0, 6), "it has 6 bytes, too few for its header"],
    ["text", new TextEncoder().encode("<!DOCTYPE html>"), "it begins with 3c 21 44 4f, which is no IDX magic number"],
    ["an unknown element type", idx(0x0a, [1], [0]), "it begins with 00 00 0a 01, which is no IDX magic number"],
    ["no axes", idx(0x08, [], [1]), "which is no IDX magic number"],
    [
      "a missing byte",
      idx(0x08, [3], [1, 2]),
      "shape [3] takes 11 bytes with the header, but it has 10 (is it cut short?)",
    ],
    ["a byte too many", idx(0x08, [3], [1, 2, 3, 4]), "shape [3] takes 11 bytes with the header, but it has 12"],
    [
      "sizes of more than 2 GiB",
      idx(0x08, [65536, 32768], []),
      "it claims shape [65536,32768], and more than 2 GiB are not read",
    ],
    [
      "sizes whose product overflows",
      idx(0x0e, new Array<number>(255).fill(0xffffffff), []),
      "and more than 2 GiB are not read",
    ],
    [
      "sizes that overflow before a zero",
      idx(0x0e, [...new Array<number>(60).fill(0xffffffff), 0], []),
      "and more than 2 GiB are not read",
    ],
    ["gzip cut short", packed.subarray(0, packed.length - 10), "its gzip data are damaged or cut short"],
    ["two bytes of gzip", packed.subarray(0, 2), "its gzip data are damaged or cut short"],
    ["gzip with a wrong checksum", damaged, "its gzip data are damaged or cut short"],
    ["gzip of something else", gzipSync("hello, world"), "it begins with 68 65 6c 6c, which is no IDX magic number"],
    ["gzip of nothing", gzipSync(""), "it has 0 bytes, too few for its header"],
    ["gzip of too little", gzipSync(idx(0x08, [3], [1])), "but it has 9 (is it cut short?)"],
    [
      "gzip of a byte too many",
      gzipSync(idx(0x08, [3], [1, 2, 3, 4])),
      "it unpacks to more than the 11 bytes that its header promises",
    ],
    [
      "a gzip bomb",
      gzipSync(idx(0x08, [3], new Uint8Array(10_000_000))),
      "it unpacks to more than the 11 bytes that its header promises",
    ],
  ])("refuses %s in one sentence that names the file", async (_, bytes, message) => {
    const error: Error = await decodeIdx(bytes, "train-images").then(
      () => new Error("it was read"),
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^"train-images" is not a complete IDX file: [^\n]*\.$/);
  });

  const real = path.join(import.meta.dirname, "../../shared/data/mnist/t10k-images-idx3-ubyte.gz");
  test.skipIf(!fs.existsSync(real))("reads MNIST's own file", async () => {
    const { data, shape, dtype } = await decodeIdx(fs.readFileSync(real), real);
    expect([shape, dtype]).toEqual([[10_000, 28, 28], "uint8"]);
    expect((data as Uint8Array).reduce((sum, v) => sum + v, 0) / data.length / 255).toBeCloseTo(0.1325, 4);
  });
});
