// 16-bit floats: every pattern in both directions, against PyTorch, the platform's Float16Array and a search by hand.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { decodeHalf, encodeHalf, type HalfDType } from "../src/half.ts";
import { concatenate, setBackend, tensor, variable, where } from "../src/index.ts";

afterEach(() => setBackend("wasm"));

const formats = ["float16", "bfloat16"] as const;
const quiet = { float16: 0x7e00, bfloat16: 0x7fc0 };
const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

/** Float32 numbers of all sizes: the bits i · 2654435761 modulo 2³². */
const floats = new Float32Array(Uint32Array.from({ length: 2 ** 18 }, (_, i) => Math.imul(i, 2654435761)).buffer);

/** The bits, with one kind of NaN. */
const bits32 = (xs: Float32Array): Uint32Array =>
  new Uint32Array(xs.buffer).map((bits, i) => (Number.isNaN(xs[i]) ? 0x7fc00000 : bits));
const bits16 = (xs: Uint16Array, dtype: HalfDType): Uint16Array =>
  xs.map((bits) => ((bits & 0x7fff) > (dtype === "float16" ? 0x7c00 : 0x7f80) ? quiet[dtype] : bits));

const digest = (bits: Uint32Array | Uint16Array): string =>
  createHash("sha256").update(new Uint8Array(bits.buffer)).digest("hex");

const { cases } = JSON.parse(readFileSync(new URL("./goldens/half.json", import.meta.url), "utf8")) as {
  cases: { name: HalfDType; decoded: string; encoded: string }[];
};

/** The conversions in JavaScript, and those inside programs of a backend. */
const converters = {
  "on the host": {
    decode: async (bits: Uint16Array, dtype: HalfDType) => decodeHalf(bits, dtype),
    encode: async (xs: Float32Array, dtype: HalfDType) => encodeHalf(xs, dtype),
  },
  ...Object.fromEntries(
    ["wasm", "reference"].map((name) => [
      `on the ${name} backend`,
      {
        decode: async (bits: Uint16Array, dtype: HalfDType) => {
          setBackend(name);
          const wide = tensor({ data: bits, shape: [bits.length], dtype }).cast("float32");
          return (await wide.data()) as Float32Array;
        },
        encode: async (xs: Float32Array, dtype: HalfDType) => {
          setBackend(name);
          return encodeHalf(await variable(tensor(xs).cast(dtype)).data(), dtype);
        },
      },
    ]),
  ),
};

describe.each(Object.entries(converters))("%s", (_, { decode, encode }) => {
  test.each(cases)("$name: every pattern, and 262,144 numbers, as PyTorch converts them", async (golden) => {
    const { name } = golden;
    expect(digest(bits32(await decode(patterns, name)))).toBe(golden.decoded);
    expect(digest(bits16(await encode(floats, name), name))).toBe(golden.encoded);
  });

  test.each(formats)("%s: halfway between neighbours to the even one, beside it to the nearest", async (dtype) => {
    const infinity = encodeHalf([Infinity], dtype)[0]!;
    const values = decodeHalf(patterns.subarray(0, infinity), dtype);
    const wide = new Float32Array(3 * (values.length - 1));
    const expected = new Uint16Array(wide.length);
    const cell = new Float32Array(1);
    const bits = new Int32Array(cell.buffer);
    for (let i = 0; i + 1 < values.length; i++) {
      cell[0] = (values[i]! + values[i + 1]!) / 2; // float32 has more digits and holds it
      wide[3 * i + 1] = cell[0];
      bits[0]!--;
      wide[3 * i] = cell[0];
      bits[0]! += 2;
      wide[3 * i + 2] = cell[0];
      expected.set([i, i % 2 === 0 ? i : i + 1, i + 1], 3 * i);
    }
    expect(await encode(wide, dtype)).toEqual(expected);
  });
});

test.runIf("Float16Array" in globalThis)("a Float16Array of the platform has the same numbers and bits", () => {
  const Float16 = (globalThis as unknown as { Float16Array: typeof Float32Array }).Float16Array;
  expect(Float32Array.from(new Float16(patterns.buffer))).toEqual(decodeHalf(patterns, "float16"));
  const theirs = bits16(new Uint16Array(Float16.from(floats).buffer), "float16");
  expect(theirs).toEqual(bits16(encodeHalf(floats, "float16"), "float16"));
  const doubles = Float64Array.from(
    { length: 1e5 },
    (_, i) => (i % 2 ? -1 : 1) * 10 ** ((i % 1000) / 40 - 12) * (1 + i / 3e5),
  );
  expect(new Uint16Array(Float16.from(doubles).buffer)).toEqual(encodeHalf(doubles, "float16"));
});

describe.each(["wasm", "reference"])("tensors of 16 bits on the %s backend", (name) => {
  test.each(formats)("%s: are converted where they are read, and results are float32", async (dtype) => {
    setBackend(name);
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype },
    );
    expect(x.dtype).toBe(dtype);
    expect(await x.array()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await x.at(1, 2).item()).toBe(6);
    const sums = x.matmul(tensor([1, 10, 100], { dtype }));
    expect(sums.dtype).toBe("float32");
    expect(await sums.array()).toEqual([321, 654]);
    expect([x.sum().dtype, x.max().dtype, x.add(x).dtype, x.exp().dtype]).toEqual(Array(4).fill("float32"));
    expect(await x.sum(0).array()).toEqual([5, 7, 9]);
    expect(await x.argmax(1).array()).toEqual([2, 2]);
    expect(await x.cast("int32").array()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await x.greater(3.5).array()).toEqual([
      [false, false, false],
      [true, true, true],
    ]);
  });

  test.each(formats)("%s: moving, joining and storing keep the dtype and the numbers", async (dtype) => {
    setBackend(name);
    const x = tensor(
      [
        [0.5, -2, 3],
        [4, -5, 6.25],
      ],
      { dtype },
    );
    const moved = {
      transposed: [
        x.transpose(),
        [
          [0.5, 4],
          [-2, -5],
          [3, 6.25],
        ],
      ],
      padded: [
        x.pad(
          [
            [0, 0],
            [1, 0],
          ],
          1.5,
        ),
        [
          [1.5, 0.5, -2, 3],
          [1.5, 4, -5, 6.25],
        ],
      ],
      reversed: [
        x.flip(1),
        [
          [3, -2, 0.5],
          [6.25, -5, 4],
        ],
      ],
      taken: [
        x.take([1, 0, 1], 0),
        [
          [4, -5, 6.25],
          [0.5, -2, 3],
          [4, -5, 6.25],
        ],
      ],
      joined: [
        concatenate([x, x.at([0, 1])]),
        [
          [0.5, -2, 3],
          [4, -5, 6.25],
          [0.5, -2, 3],
        ],
      ],
      filled: [tensor([0], { dtype }).reshape([]).broadcastTo([2]), [0, 0]],
    } as const;
    for (const [of, [tensorOf, expected]] of Object.entries(moved)) {
      expect([of, tensorOf.dtype]).toEqual([of, dtype]);
      const stored = variable(tensorOf);
      expect([of, await stored.value.array()]).toEqual([of, expected]);
    }
    expect(await where([true, false], tensor([1, 2], { dtype }), 7).array()).toEqual([1, 7]);
  });

  test.each(formats)("%s: stores of every length, with a stride and without", async (dtype) => {
    setBackend(name);
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 11, 67]) {
      const rows = Array.from({ length: 2 }, (_, i) => Array.from({ length: n }, (_, j) => 100 * i + j));
      const kept = variable(tensor(rows).cast(dtype));
      expect(await kept.value.array()).toEqual(rows);
      const turned = variable(tensor(rows).transpose().cast(dtype));
      expect(await turned.value.transpose().array()).toEqual(rows);
      expect(await turned.value.transpose().mul(2).array()).toEqual(rows.map((row) => row.map((v) => 2 * v)));
    }
  });
});
