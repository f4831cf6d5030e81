// The safetensors format: byte for byte as Hugging Face writes it, and firm against files that lie.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ArgumentError, FileError } from "../src/errors.ts";
import type { HostArray } from "../src/host-array.ts";
import { loadTensors, saveTensors, tensor, variable } from "../src/index.ts";
import { parseJson } from "../src/io/json.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";

const f32 = (values: number[], shape = [values.length]): HostArray => ({
  data: Float32Array.from(values),
  shape,
  dtype: "float32",
});

/** A file of any header and data, right or wrong. */
function file(header: unknown, dataBytes = 0, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe("encodeSafetensors", () => {
  test("writes the format byte for byte", () => {
    const bytes = encodeSafetensors(
      { b: f32([1, -2], [2, 1]), a: { data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" } },
      { m: "x" },
    );
    const header =
      '{"__metadata__":{"m":"x"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
      '"a":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
    const expected = [padded.length & 255, padded.length >> 8, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(padded)];
    expected.push(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1);
    expect([...bytes]).toEqual(expected);
  });

  test("puts wide dtypes first, so that every tensor is aligned, whatever the order it was given", () => {
    const tensors: [string, HostArray][] = [
      ["u8", { data: Uint8Array.of(7), shape: [1], dtype: "uint8" }],
      ["f32", f32([1, 2, 3])],
      ["f64", { data: Float64Array.of(Math.PI), shape: [], dtype: "float64" }],
    ];
    const bytes = encodeSafetensors(new Map(tensors));
    expect([...decodeSafetensors(bytes, "x").tensors.keys()]).toEqual(["f64", "f32", "u8"]);
    expect(encodeSafetensors(new Map(tensors.reverse()))).toEqual(bytes);
  });

  test("reads back what it wrote, to the last bit, from any place in memory", () => {
    const tensors: Record<string, HostArray> = {
      weights: f32([0.1, -0, NaN, Infinity, 1e-45, 3], [2, 3]),
      double: { data: Float64Array.of(0.1, 5e-324), shape: [2], dtype: "float64" },
      int: { data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1), shape: [1, 2], dtype: "int32" },
      unsigned: { data: Uint32Array.of(2 ** 32 - 1), shape: [1], dtype: "uint32" },
      pixels: { data: Uint8Array.of(0, 128, 255), shape: [3], dtype: "uint8" },
      flags: { data: Uint8Array.of(0, 1), shape: [2], dtype: "bool" },
      scalar: f32([5], []),
      empty: f32([], [0, 4]),
      'имя/ключ ∇ "quoted"\n': f32([1]),
      "0": f32([9]),
    };
    const metadata = { config: '{"layers":[1,2]}', 名: '{"}\\' };
    const bytes = encodeSafetensors(tensors, metadata);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    for (const source of [bytes, shifted, Buffer.from(shifted)]) {
      const read = decodeSafetensors(source, "x");
      expect(read.metadata).toEqual(metadata);
      expect(Object.fromEntries(read.tensors)).toEqual(tensors);
      for (const { data } of read.tensors.values()) expect(data.buffer.byteLength).toBe(data.byteLength);
    }
  });

  test("needs neither tensors nor metadata", () => {
    expect(decodeSafetensors(encodeSafetensors({}), "x")).toEqual({ tensors: new Map(), metadata: {} });
  });

  test.each<[string, Record<string, HostArray>, Record<string, string>]>([
    ["a tensor named __metadata__", { __metadata__: f32([1]) }, {}],
    ["a tensor named __proto__", Object.fromEntries([["__proto__", f32([1])]]), {}],
    ["too few numbers for the shape", { a: f32([1], [2]) }, {}],
    ["numbers of another dtype", { a: { ...f32([1]), dtype: "int32" } }, {}],
    ["metadata that are no text", {}, { a: 1 as unknown as string }],
  ])("refuses %s", (_, tensors, metadata) => {
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(/cannot hold|says|metadata are texts/);
    expect(() => encodeSafetensors(tensors, metadata)).toThrow(Error);
  });

  test("refuses a header past 16 MiB", () => {
    expect(() => encodeSafetensors({}, { long: "x".repeat(2 ** 24) })).toThrow(ArgumentError);
  });
});

test("parseJson takes 64 levels and no more", () => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  expect(JSON.stringify(parseJson(nested(64)))).toBe(nested(64));
  expect(() => parseJson(nested(65))).toThrow(/nests deeper than 64 levels/);
});

describe("decodeSafetensors", () => {
  /* Written by Python's safetensors 0.8.0:
  import base64, numpy as np
  from safetensors import TensorSpec, serialize
  arrays = {
      "half": ("float16", [2, 2], np.array([1, -0.5, 65504, 6e-8], np.float16)),
      "brain": ("bfloat16", [2], np.array([0x3FC0, 0xFF80], np.uint16)),
      "long": ("int64", [3], np.array([-(2**31), 0, 2**31 - 1], np.int64)),
      "short": ("int16", [2], np.array([-32768, 32767], np.int16)),
      "word": ("uint16", [1], np.array([65535], np.uint16)),
      "byte": ("int8", [2], np.array([-128, 127], np.int8)),
      "flag": ("bool", [3], np.array([True, False, True])),
      "scalar": ("float32", [], np.array(1.25, np.float32)),
      "none": ("float64", [0, 3], np.zeros([0, 3])),
  }
  specs = {k: TensorSpec(dtype=d, shape=s, data_ptr=a.ctypes.data, data_len=a.nbytes)
           for k, (d, s, a) in arrays.items()}
  print(base64.b64encode(serialize(specs, {"made by": "safetensors"})).decode()) */
  const fromPython =
    "QAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIGJ5Ijoic2FmZXRlbnNvcnMifSwibG9uZyI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpb" +
    "M10sImRhdGFfb2Zmc2V0cyI6WzAsMjRdfSwibm9uZSI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMjQs" +
    "MjRdfSwic2NhbGFyIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlsyNCwyOF19LCJicmFpbiI6eyJkdHlwZSI6" +
    "IkJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlsyOCwzMl19LCJoYWxmIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlsyLDJdLCJk" +
    "YXRhX29mZnNldHMiOlszMiw0MF19LCJ3b3JkIjp7ImR0eXBlIjoiVTE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDJdfSwi" +
    "c2hvcnQiOnsiZHR5cGUiOiJJMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0Miw0Nl19LCJieXRlIjp7ImR0eXBlIjoiSTgiLCJz" +
    "aGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls0Niw0OF19LCJmbGFnIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0" +
    "cyI6WzQ4LDUxXX19ICAgICAAAACA/////wAAAAAAAAAA////fwAAAAAAAKA/wD+A/wA8ALj/ewEA//8AgP9/gH8BAAE=";

  test("reads a file of the Python package, narrow and wide dtypes as ours", () => {
    const { tensors, metadata } = decodeSafetensors(new Uint8Array(Buffer.from(fromPython, "base64")), "golden");
    expect(metadata).toEqual({ "made by": "safetensors" });
    expect(Object.fromEntries(tensors)).toEqual({
      long: { data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1), shape: [3], dtype: "int32" },
      none: { data: new Float64Array(0), shape: [0, 3], dtype: "float64" },
      scalar: f32([1.25], []),
      brain: f32([1.5, -Infinity]),
      half: f32([1, -0.5, 65504, 2 ** -24], [2, 2]),
      word: { data: Int32Array.of(65535), shape: [1], dtype: "int32" },
      short: { data: Int32Array.of(-32768, 32767), shape: [2], dtype: "int32" },
      byte: { data: Int32Array.of(-128, 127), shape: [2], dtype: "int32" },
      flag: { data: Uint8Array.of(1, 0, 1), shape: [3], dtype: "bool" },
    });
  });

  test("makes every half-precision number the float32 of the same value", () => {
    const header = { h: { dtype: "F16", shape: [65536], data_offsets: [0, 131072] } };
    const bytes = file(header, 131072);
    const view = new DataView(bytes.buffer, bytes.length - 131072);
    for (let i = 0; i < 65536; i++) view.setUint16(2 * i, i, true);
    const { data } = decodeSafetensors(bytes, "x").tensors.get("h")!;
    expect([data[0x0001], data[0x03ff], data[0x0400], data[0x3555], data[0x7bff]]).toEqual([
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0x555 / 2 ** 12,
      65504,
    ]);
    expect([data[0x7c00], data[0xfc00], data[0x7e00]]).toEqual([Infinity, -Infinity, NaN]);
    expect(Object.is(data[0x8000], -0)).toBe(true);
    for (let i = 1; i < 0x7c00; i++) if (!(data[i]! > data[i - 1]!)) throw new Error(`not ascending at ${i}`);
  });

  test("makes any non-zero byte of a BOOL true", () => {
    const bytes = file({ b: { dtype: "BOOL", shape: [2], data_offsets: [0, 2] } }, 2);
    bytes[bytes.length - 1] = 255;
    expect(decodeSafetensors(bytes, "x").tensors.get("b")!.data).toEqual(Uint8Array.of(0, 1));
  });

  test("reads an empty tensor that the header names after the one at whose bytes it begins", () => {
    const header = {
      full: { dtype: "U8", shape: [3], data_offsets: [0, 3] },
      empty: { dtype: "U8", shape: [0, 4], data_offsets: [0, 0] },
    };
    const { tensors } = decodeSafetensors(file(header, 3), "x");
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["empty", [0, 4]],
      ["full", [3]],
    ]);
  });

  const entry = (shape: unknown, offsets: unknown, dtype: unknown = "F32") => ({ dtype, shape, data_offsets: offsets });
  const i64 = file({ a: entry([1], [0, 8], "I64") }, 8);
  i64[i64.length - 1] = 1;
  const invalidUtf8 = file("{      }");
  invalidUtf8[9] = 0xff;

  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "it has 0 bytes, fewer than the 8"],
    ["a header longer than the file", file("{}", 0, 3n), "its header claims 3 bytes, but only 2 follow"],
    ["a header over 16 MiB", file("{}", 0, 16_777_217n), "its header claims 16777217 bytes, and at most 16777216 are"],
    ["a header of 2⁶⁴ − 1 bytes", file("{}", 0, 2n ** 64n - 1n), "at most 16777216 are allowed"],
    ["a header that is not JSON", file("{'a': 1}"), "its header is not JSON"],
    ["a header that is not UTF-8", invalidUtf8, "its header is not UTF-8"],
    ["a header that nests without end", file("[".repeat(16_000_000)), "nests deeper than 64 levels"],
    ["a header of objects without end", file('{"a":'.repeat(3_000_000)), "nests deeper than 64 levels"],
    ["a header of two million numbers", file(`{"a":[${"0,".repeat(2_000_000)}0]}`), "has more than 250000 values"],
    ["a header that is a list", file("[]"), "its header is no JSON object"],
    ["a header that begins with a space", file(" {}"), "its header is no JSON object"],
    [
      "a tensor twice",
      file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]} , "\\u0061" :{}}'),
      'its header has "a" twice',
    ],
    [
      "a field twice",
      file('{"a":{"dtype":"U8","dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
      'its header has "dtype" twice',
    ],
    [
      "the name __proto__",
      file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
      'the name "__proto__"',
    ],
    ["metadata under __proto__", file('{"__metadata__":{"__proto__":"x"}}'), 'its __metadata__ has "__proto__"'],
    ["metadata that are no text", file({ __metadata__: { a: 1 } }), 'its __metadata__ has "a"'],
    ["metadata that are no object", file({ __metadata__: ["a"] }), "its __metadata__ is no JSON object"],
    ["a tensor that is null", file({ a: null }), 'tensor "a" is described by no JSON object'],
    ["an unknown dtype", file({ a: entry([0], [0, 0], "F8_E5M2") }), 'has dtype "F8_E5M2", which Nabla cannot read'],
    ["a dtype out of the prototype", file({ a: entry([0], [0, 0], "constructor") }), 'has dtype "constructor"'],
    ["a dtype that is no text", file({ a: entry([0], [0, 0], 7) }), "has dtype 7,"],
    [
      "a dtype that cannot be made a text",
      file({ a: entry([0], [0, 0], { toString: 1, valueOf: 2 }) }),
      "has dtype a value of type object",
    ],
    ["33 axes", file({ a: entry(new Array(33).fill(1), [0, 4]) }, 4), 'tensor "a" has 33 axes, expected at most 32'],
    [
      "a name that would move the cursor and fill the screen",
      file({ [`\u001b[2J\u009b1A\u202e${"x".repeat(100_000)}`]: null }),
      `tensor "\\u001b[2J\\u009b1A\\u202e${"x".repeat(69)}..." is described by no JSON object`,
    ],
    ["a shape that is no list", file({ a: entry("3", [0, 0]) }), "is no list of integers"],
    ["a negative axis", file({ a: entry([-1, -1], [0, 4]) }, 4), "is no list of integers"],
    ["a fraction for an axis", file({ a: entry([0.5], [0, 2]) }, 2), "is no list of integers"],
    ["a negative offset", file({ a: entry([1], [-4, 0]) }, 4), "are no two integers"],
    ["three offsets", file({ a: entry([1], [0, 4, 8]) }, 8), "are no two integers"],
    ["no offsets", file({ a: { dtype: "F32", shape: [1] } }, 4), "are no two integers"],
    ["an offset past 2⁵³", file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1e300]}}', 4), "are no two integers"],
    ["offsets the wrong way round", file({ a: entry([1], [4, 0]) }, 4), "lies at bytes 4 to 0"],
    [
      "offsets past the end",
      file({ a: entry([2], [0, 8]) }, 4),
      "lies at bytes 0 to 8 of the data, but there are 4 (is the file cut short?)",
    ],
    [
      "bytes that do not fit the shape",
      file({ a: entry([2], [0, 4]) }, 4),
      "takes 8 bytes, but its data_offsets hold 4",
    ],
    [
      "a shape whose size overflows",
      file({ a: entry([2 ** 31, 2 ** 31, 4], [0, 4]) }, 4),
      "but its data_offsets hold 4",
    ],
    [
      "a shape that overflows and has a zero",
      file({ a: entry([...new Array(30).fill(2 ** 52), 0], [0, 0]) }),
      "its data_offsets hold 0",
    ],
    [
      "tensors that overlap",
      file({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8),
      'tensor "b" begins at byte 4 of the data, but the tensor before it ends at 8',
    ],
    [
      "two tensors at the same bytes",
      file({ a: entry([1], [0, 4]), b: entry([1], [0, 4]) }, 4),
      'tensor "b" begins at byte 0',
    ],
    [
      "a hole between tensors",
      file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12),
      'tensor "b" begins at byte 8',
    ],
    ["a hole before the first", file({ a: entry([1], [4, 8]) }, 8), 'tensor "a" begins at byte 4'],
    [
      "bytes left over",
      file({ a: entry([1], [0, 4]) }, 5),
      "its tensors end at byte 4 of the data, but the file has 5",
    ],
    ["an I64 that does not fit int32", i64, "holds 72057594037927940, which does not fit int32"],
  ])("refuses %s in one sentence that names the file", (_, bytes, message) => {
    const read = (): unknown => decodeSafetensors(bytes, "dir/model.safetensors");
    expect(read).toThrow(FileError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^"dir\/model\.safetensors" is not a complete safetensors file: [^\n]*\.$/);
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
  });

  test("refuses a file cut short anywhere", () => {
    const whole = encodeSafetensors({ a: f32([1, 2]), b: f32([3]) }, { k: "v" });
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "x")).toThrow(FileError);
    }
  });

  test("throws a FileError or reads, and nothing else, whatever byte is changed", () => {
    const whole = encodeSafetensors(
      { a: f32([1, 2]), b: { data: Uint8Array.of(1), shape: [1], dtype: "bool" } },
      { k: "v" },
    );
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 0x22, 0x30, 0x7b, 0xff]) {
        const changed = whole.slice();
        changed[at] = value;
        try {
          decodeSafetensors(changed, "x");
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
        }
      }
    }
  });
});

test("named tensors and variables, there and back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-tensors-"));
  try {
    const path = join(folder, "pair.safetensors");
    await saveTensors(path, { w: variable([[1, 2]], { name: "w" }), n: tensor([3, 4], { dtype: "int32" }) });
    const { w, n } = await loadTensors(path);
    expect([await w!.array(), w!.dtype, await n!.array(), n!.dtype]).toEqual([[[1, 2]], "float32", [3, 4], "int32"]);
    await expect(saveTensors(path, { w: 3 as never })).rejects.toThrow(/w: expected a tensor or a variable, got 3/);
    await expect(loadTensors(join(folder, "none"))).rejects.toThrow(/cannot read/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
