// Consoles show the shape, dtype and numbers of tensors and variables, and never the graph behind them.
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, test } from "vitest";
import { arange, compile, type NestedArray, ones, tensor, variable } from "../src/index.ts";

describe("console.log of a tensor", () => {
  test("shows its numbers, aligned, one row a line", () => {
    // biome-ignore format: a matrix
    expect(inspect(tensor([[1, -2.5], [3, 0.1]]))).toBe("Tensor float32[2,2]\n[[   1, -2.5],\n [   3,  0.1]]");
    expect(inspect(tensor([true, false]))).toBe("Tensor bool[2]\n[ true, false]");
    expect(inspect(tensor(new Int32Array([7])))).toBe("Tensor int32[1]\n[7]");
    expect(inspect(tensor(2.5))).toBe("Tensor float32[] 2.5");
    expect(inspect(ones([2]))).toBe("Tensor float32[2]\n[1, 1]");
    expect(inspect(tensor([NaN, Infinity]))).toBe("Tensor float32[2]\n[     NaN, Infinity]");
    expect(inspect(tensor(new Float32Array(0), { shape: [2, 0] }))).toBe("Tensor float32[2,0]\n[[],\n []]");
    expect(inspect(tensor(new Float32Array(8).fill(3), { shape: [2, 2, 2] }))).toBe(
      "Tensor float32[2,2,2]\n[[[3, 3],\n  [3, 3]],\n\n [[3, 3],\n  [3, 3]]]",
    );
  });

  test("says so where the numbers are not computed yet, and computes nothing", async () => {
    const sum = tensor([1, 2]).add(1);
    expect(inspect(sum)).toBe("Tensor float32[2] (not computed yet; await t.data())");
    expect(sum.node.value).toBeUndefined();
    await sum.data();
    expect(inspect(sum)).toBe("Tensor float32[2]\n[2, 3]");
    expect(`${sum}`).toBe(inspect(sum));
  });

  test("shortens large ones", async () => {
    const large = arange(0, 1001);
    await large.data();
    expect(inspect(large)).toBe("Tensor int32[1001]\n[   0,    1,    2, …,  998,  999, 1000]");
    const wide = tensor(new Float32Array(2000), { shape: [1000, 2] });
    expect(inspect(wide).split("\n")).toEqual([
      "Tensor float32[1000,2]",
      "[[0, 0],",
      " [0, 0],",
      " [0, 0],",
      " …,",
      " [0, 0],",
      " [0, 0],",
      " [0, 0]]",
    ]);
  });

  test("shows no nodes inside other objects either", () => {
    const text = inspect({ tensor: tensor([[1], [2]]).mul(2), variable: variable([1, 2]) }, { depth: 9 });
    expect(text).not.toMatch(/node|inputs|Promise|attrs|pending/);
  });
});

describe("console.log of a variable", () => {
  test("shows its name, and its numbers where they are known", async () => {
    const w = variable([1, 2], { name: "w" });
    expect(inspect(w)).toBe('Variable "w" float32[2]\n[1, 2]');
    w.assign(w.value.mul(2));
    expect(inspect(w)).toBe('Variable "w" float32[2] (in the backend\'s memory; await v.data())');
    expect(await w.data()).toEqual(new Float32Array([2, 4]));
    expect(inspect(w)).toBe('Variable "w" float32[2]\n[2, 4]');
    w.assign(5);
    expect(inspect(w)).toBe('Variable "w" float32[2]\n[5, 5]');
  });

  test("adds nothing to a function that is being compiled", async () => {
    const w = variable([1], { name: "w" });
    const shown: string[] = [];
    const step = compile(() => {
      shown.push(inspect(w));
      return ones([1]);
    });
    expect(await (await step()).data()).toEqual(new Float32Array([1]));
    expect(shown).toEqual(['Variable "w" float32[1] (in the backend\'s memory; await v.data())']);
  });
});

test("array() is typed by the rank that is named", async () => {
  const t = tensor([[1, 2]]);
  expectTypeOf(await t.array()).toEqualTypeOf<NestedArray>();
  expectTypeOf(await t.array<2>()).toEqualTypeOf<number[][]>();
  expectTypeOf(await t.sum().array<0>()).toEqualTypeOf<number>();
  expectTypeOf(await variable([true]).array<1, boolean>()).toEqualTypeOf<boolean[]>();
  expect((await t.array<2>())[0]![1]).toBe(2);
});

test("shows the sign of a zero", () => {
  expect(inspect(tensor([-0, 0]))).toBe("Tensor float32[2]\n[-0,  0]");
});
