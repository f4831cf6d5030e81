// Host-side random numbers: Threefry against Random123's known answers, and shuffles that are fair and repeatable.
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { random, stack, type Tensor, tensor, vmap } from "../src/index.ts";
import { fillThreefry2x32, hostRandom, permutation, seedKey, threefry2x32 } from "../src/random.ts";

describe("threefry2x32", () => {
  // kat_vectors of Random123 1.14: "threefry2x32 20", counter, key, result.
  test.each([
    { key: [0, 0], counter: [0, 0], answer: [0x6b200159, 0x99ba4efe] },
    { key: [0xffffffff, 0xffffffff], counter: [0xffffffff, 0xffffffff], answer: [0x1cb996fc, 0xbb002be7] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], answer: [0xc4923a9c, 0x483df7a0] },
  ])("gives Random123's answer for key $key", ({ key, counter, answer }) => {
    expect(threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!)).toEqual(answer);
  });

  test("in bulk gives the same blocks, also where the counter wraps", () => {
    const out = new Uint32Array(6);
    fillThreefry2x32(out, 7, 11, 0xfffffffe, 5);
    expect([...out]).toEqual([
      ...threefry2x32(7, 11, 0xfffffffe, 5),
      ...threefry2x32(7, 11, 0xffffffff, 5),
      ...threefry2x32(7, 11, 0, 5),
    ]);
    expect(() => fillThreefry2x32(new Uint32Array(3), 0, 0)).toThrow(ArgumentError);
  });
});

describe("random.permutation", () => {
  const order = async (seed: number, n: number) => [...(await random.permutation(random.key(seed), n).data())];

  test("is an order of all, the same for the same key, and moves whole entries along an axis", async () => {
    for (const n of [0, 1, 2, 33, 3000])
      expect((await order(5, n)).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(await order(1, 50)).toEqual(await order(1, 50));
    expect(await order(1, 50)).not.toEqual(await order(2, 50));
    const x = tensor(Array.from({ length: 4 }, (_, i) => [10 * i, 10 * i + 1, 10 * i + 2]));
    expect(await random.permutation(random.key(7), x).array()).toEqual(await x.take(await order(7, 4)).array());
    expect(await random.permutation(random.key(7), x, 1).array()).toEqual(await x.take(await order(7, 3), 1).array());
    expect(random.permutation(random.key(1), 3).dtype).toBe("int32");
  });

  test("gives each order as often as any other", async () => {
    const keys = stack(Array.from({ length: 6000 }, (_, seed) => random.key(seed)));
    const orders = (await vmap((key: Tensor) => random.permutation(key, 3))(keys).array()) as number[][];
    const counts = new Map<string, number>();
    for (const one of orders) counts.set(one.join(), (counts.get(one.join()) ?? 0) + 1);
    expect(counts.size).toBe(6);
    // Four standard deviations of a count with p = 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt((6000 * 5) / 36));
  });

  test("refuses what is no count", () => {
    expect(() => random.permutation(random.key(1), 1.5)).toThrow("expected n to be an integer from 0 up, got 1.5");
    expect(() => random.permutation(random.key(1), [1, 2], 1)).toThrow(/permutation: .*axis 1/);
  });
});

describe("seeds", () => {
  test("become keys of two words, different for different seeds", () => {
    expect(seedKey(1)).toEqual([0, 1]);
    expect(seedKey(2 ** 32 + 5)).toEqual([1, 5]);
    expect(seedKey(-1)).toEqual([0xffffffff, 0xffffffff]);
    expect(seedKey(Number.MAX_SAFE_INTEGER)).toEqual([0x1fffff, 0xffffffff]);
  });

  test.each([0.5, NaN, Infinity, 2 ** 53, "1" as unknown as number])("may not be %s", (seed) => {
    expect(() => hostRandom(seed)).toThrow(/expected a seed that is an integer/);
  });
});

describe("hostRandom", () => {
  test("is the counter's blocks one after another, past its own buffer", () => {
    const random = hostRandom(3, 9);
    for (let block = 0; block < 600; block++) {
      expect([random.uint32(), random.uint32()]).toEqual(threefry2x32(0, 3, block, 9));
    }
  });

  test("below(n) is even: a chi-square test with 6 degrees of freedom stays under its 99.9 % bound", () => {
    const random = hostRandom(1);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
    const chiSquare = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.46);
  });

  test("below(n) rejects the words that would favour small numbers", () => {
    // Of 2³² words, 2³² − 3·2³⁰ = 2³⁰ lie past the last multiple of 3·2³⁰; without rejection the lowest third
    // of the numbers would come up twice as often as each of the others.
    const random = hostRandom(2);
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(3 * 2 ** 30) < 2 ** 30) low++;
    expect(low / 30_000).toBeCloseTo(1 / 3, 1);
    expect(low / 30_000).toBeLessThan(0.36);
  });

  test.each([0, -1, 1.5, 2 ** 32 + 1, NaN])("below(%s) throws", (n) => {
    expect(() => hostRandom(1).below(n)).toThrow(ArgumentError);
  });

  test.each([-1, 0.5, 2 ** 32])("stream %s throws", (stream) => {
    expect(() => hostRandom(1, stream)).toThrow(ArgumentError);
  });
});

describe("permutation", () => {
  test("holds every number once", () => {
    for (const n of [0, 1, 2, 100, 10_000]) {
      expect([...permutation(n, 5)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  test("depends on seed and stream, and on nothing else", () => {
    expect([...permutation(8, 1)]).toEqual([...permutation(8, 1)]);
    const orders = [permutation(50, 1), permutation(50, 2), permutation(50, 1, 1), permutation(50, 1 + 2 ** 32)].map(
      String,
    );
    expect(new Set(orders).size).toBe(4);
  });

  test("keeps its order from release to release", () => {
    // Worked out by a second implementation, in Python.
    expect([...permutation(10, 1)]).toEqual([9, 1, 6, 3, 2, 7, 0, 4, 8, 5]);
  });

  test("gives each of the 24 orders of four equally often: chi-square with 23 degrees of freedom", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 24_000; seed++) {
      const order = permutation(4, seed).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(49.73);
  });

  test.each([-1, 1.5, 2 ** 31])("of %s numbers throws", (n) => {
    expect(() => permutation(n, 1)).toThrow(ArgumentError);
  });
});
