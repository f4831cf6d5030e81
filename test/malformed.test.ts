// Arguments of the wrong kind: arrays with holes or cycles, shapes that are none, functions that return no tensor. Each
// is refused in one sentence, and none reads memory that nothing was written to.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  arange,
  DTypeError,
  full,
  NablaError,
  type NestedArray,
  ones,
  ShapeError,
  tensor,
  variable,
  zeros,
} from "../src/index.ts";

type Row = readonly [what: string, call: () => unknown, kind: new (message: string) => Error, message: string];

/** Values that TypeScript would refuse, as JavaScript gives them. */
const loose = <T>(value: unknown): T => value as T;

const holed = (): NestedArray => {
  const rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  delete rows[1];
  return rows;
};
/** A list that misses its second entry. */
const sparse = (): number[] => {
  const list = [1, 2, 3];
  delete list[1];
  return list;
};
const cyclic = (): NestedArray[] => {
  const list: NestedArray[] = [];
  list.push(list);
  return list;
};
const innerCycle = (): NestedArray[] => {
  const inner: NestedArray[] = [];
  const outer = [inner];
  inner.push(outer);
  return outer;
};
const deep = (levels: number): NestedArray => {
  let list: NestedArray = 1;
  for (let i = 0; i < levels; i++) list = [list];
  return list;
};

const numbers: readonly Row[] = [
  ["a missing row", () => tensor(holed()), ShapeError, "numbers or booleans, got undefined at [1]."],
  ["a missing number", () => tensor(sparse()), ShapeError, "got undefined at [1]."],
  ["a missing number of a variable", () => variable(sparse()), ShapeError, "got undefined at [1]."],
  ["an array without entries", () => tensor(new Array(3)), ShapeError, "got undefined at [0]."],
  ["a long array without entries", () => tensor(new Array(1e9)), ShapeError, "got undefined at [0]."],
  ["null", () => tensor(loose(null)), ShapeError, "numbers or booleans, got null at its top."],
  ["nothing", () => tensor(loose(undefined)), ShapeError, "numbers or booleans, got undefined at its top."],
  ["numbers that are null", () => tensor(loose({ data: null, shape: [2] })), DTypeError, "got null; try"],
  ["numbers in a list", () => tensor(loose({ data: [1], shape: [1], dtype: "int32" })), DTypeError, "got Array; try"],
  ["an array in itself", () => tensor(cyclic()), ShapeError, "at most 64 levels, got more;"],
  ["an array in its entry", () => tensor(innerCycle()), ShapeError, "at most 64 levels, got more;"],
  ["65 levels", () => tensor(deep(65)), ShapeError, "at most 64 levels, got more;"],
  ["100,000 levels", () => tensor(deep(100_000)), ShapeError, "at most 64 levels, got more;"],
  [
    "100,000 levels of a second row",
    () => tensor([[1], deep(1e5)] as NestedArray),
    ShapeError,
    "with a number at [1][0]",
  ],
];

const ranges: readonly Row[] = [
  ["one beyond int32", () => arange(0, 2 ** 31 + 1), ArgumentError, "at most 2147483648 numbers, got 2147483649."],
  ["beyond uint32", () => arange(0, 2 ** 32 + 5), ArgumentError, "at most 2147483648 numbers, got 4294967301."],
  ["10¹⁸ numbers", () => arange(0, 1e18), ArgumentError, "at most 2147483648 numbers, got 1000000000000000000."],
  ["10¹⁸ floats", () => arange(0.5, 1e18), ArgumentError, "at most 2147483648 numbers"],
  ["from the least to beyond the greatest", () => arange(-(2 ** 31), 2 ** 31), ArgumentError, "got 4294967296."],
  ["a last number beyond int32", () => arange(0, 2 ** 31 + 5, 2 ** 30 + 1), ArgumentError, "expected integers from"],
];

const x = () => ones([2]);
const shapes: readonly Row[] = [
  ["negative lengths", () => tensor({ ...four, shape: [-2, -2] }), ShapeError, "integers from 0 up, got [-2,-2]."],
  ["broken lengths", () => tensor({ ...four, shape: [2.5, 1.6] }), ShapeError, "integers from 0 up, got [2.5,1.6]."],
  ["no shape", () => tensor(loose({ data: four.data })), ShapeError, "a shape such as [2, 3], got undefined."],
  ["a length of 10³⁰⁰", () => zeros([1e300]), ShapeError, "zeros: expected a shape of fewer than 2^53 elements"],
  ["2⁶⁰ elements", () => ones([2 ** 30, 2 ** 30]), ShapeError, "ones: expected a shape of fewer than 2^53 elements"],
  ["a hole", () => full(sparse(), 1), ShapeError, "full: expected a shape of integers from 0 up, got [1,,3]."],
  ["a number", () => zeros(loose(3)), ShapeError, "zeros: expected a shape such as [2, 3], got 3; try [3]."],
  ["null", () => zeros(loose(null)), ShapeError, "zeros: expected a shape such as [2, 3], got null."],
  ["nothing", () => loose<() => void>(ones)(), ShapeError, "ones: expected a shape such as [2, 3], got undefined."],
  ["a text", () => zeros(loose("3")), ShapeError, 'zeros: expected a shape such as [2, 3], got "3".'],
  [
    "two numbers",
    () => zeros(loose(5), loose(5)),
    ShapeError,
    "zeros: expected a shape such as [2, 3], got 5; try [5].",
  ],
  ["reshape(2)", () => x().reshape(loose(2)), ShapeError, "reshape: expected a shape such as [2, 3], got 2; try [2]."],
  ["broadcastTo(2)", () => x().broadcastTo(loose(2)), ShapeError, "broadcast: expected a shape such as [2, 3], got 2;"],
  ["an axis in quotes", () => x().sum(loose("0")), ArgumentError, 'sum: axis "0" is out of range for a tensor with 1'],
  ["an axis that is null", () => x().mean(loose(null)), ArgumentError, "mean: axis null is out of range"],
];
const four = { data: new Float32Array(4), dtype: "float32" as const };

describe.each([
  ["numbers", numbers],
  ["ranges", ranges],
  ["shapes", shapes],
])("%s", (_, rows) => {
  test.each(rows)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(NablaError);
  });
});

test("64 levels are a tensor, and the greatest range that fits is one", () => {
  expect(tensor(deep(64)).ndim).toBe(64);
  expect(arange(2 ** 31).shape).toEqual([2 ** 31]);
});

test("a buffer that shrinks after the call leaves the tensor as it was", async () => {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(length: number): void };
  const buffer = new Resizable(16, { maxByteLength: 32 });
  const numbers = new Float32Array(buffer).fill(7);
  const x = tensor(numbers);
  buffer.resize(4);
  expect(await x.add(0).array()).toEqual([7, 7, 7, 7]);
});
