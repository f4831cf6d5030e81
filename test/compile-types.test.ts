// The types of compiled functions: how many arguments they take, and what they return.
import { expect, expectTypeOf, test } from "vitest";
import { compile, type Tensor } from "../src/index.ts";

test("a compiled function takes as many arguments as the function that was given", async () => {
  const sum = compile((x: Tensor, y: Tensor) => x.add(y));
  expectTypeOf(sum).returns.resolves.toEqualTypeOf<Tensor>();
  expect(await (await sum([1], 2)).array()).toEqual([3]);
  // @ts-expect-error one argument is missing
  await expect(sum([1])).rejects.toThrow();
  // @ts-expect-error there is one argument too many
  void ((): unknown => sum([1], [2], [3]));
  const untyped = compile((x, y) => x.add(y));
  // @ts-expect-error one argument is missing
  void ((): unknown => untyped(1));
  const any = compile((...xs: Tensor[]) => xs[0]!.add(xs.length));
  expect(await (await any(1, 2, 3)).item()).toBe(4);
});
