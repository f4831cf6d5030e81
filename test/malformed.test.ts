// Arguments of the wrong kind: arrays with holes or cycles, shapes that are none, functions that return no tensor. Each
// is refused in one sentence, and none reads memory that nothing was written to.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  arange,
  compile,
  Dataset,
  DTypeError,
  full,
  grad,
  layers,
  loadModel,
  NablaError,
  type NestedArray,
  ones,
  ShapeError,
  sequential,
  type Tensor,
  tensor,
  valueAndGrad,
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

/** Lists of two entries that are one and the same list: 2^`levels` rows in as many lists as levels. */
const doubled = (levels: number): NestedArray => {
  let list: NestedArray = [1];
  for (let i = 0; i < levels; i++) list = [list, list];
  return list;
};
/** An array whose buffer another thread owns by now, so that its length is 0. */
const transfer = <A extends Float32Array>(array: A): A => {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
};
const transferred = (length: number): Float32Array => transfer(new Float32Array(length));

const numbers: readonly Row[] = [
  ["a missing row", () => tensor(holed()), ShapeError, "numbers or booleans, got undefined at [1]."],
  ["a missing number", () => tensor(sparse()), ShapeError, "got undefined at [1]."],
  ["a missing number of a variable", () => variable(sparse()), ShapeError, "got undefined at [1]."],
  ["an array without entries", () => tensor(new Array(3)), ShapeError, "got undefined at [0]."],
  ["a long array without entries", () => tensor(new Array(1e8)), ShapeError, "got undefined at [0]."],
  ["an array that is too long", () => tensor(new Array(1e9)), ShapeError, "at most 134217728 numbers, got ["],
  ["one row that stands 2⁶⁰ times", () => tensor(doubled(60)), ShapeError, "at most 134217728 numbers, got ["],
  ["a transferred array", () => tensor(transferred(2)), ArgumentError, "got one whose buffer was transferred"],
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
  ["one beyond int32", () => arange(0, 2 ** 31), ArgumentError, "at most 2147483647 numbers, got 2147483648."],
  ["beyond uint32", () => arange(0, 2 ** 32 + 5), ArgumentError, "at most 2147483647 numbers, got 4294967301."],
  ["10¹⁸ numbers", () => arange(0, 1e18), ArgumentError, "at most 2147483647 numbers, got 1000000000000000000."],
  ["10¹⁸ floats", () => arange(0.5, 1e18), ArgumentError, "at most 2147483647 numbers"],
  ["from the least to beyond the greatest", () => arange(-(2 ** 31), 2 ** 31), ArgumentError, "got 4294967296."],
  ["a last number beyond int32", () => arange(0, 2 ** 31 + 5, 2 ** 30 + 1), ArgumentError, "expected integers from"],
];

const x = () => ones([2]);
const shapes: readonly Row[] = [
  [
    "negative lengths",
    () => tensor({ ...four, shape: [-2, -2] }),
    ShapeError,
    "integers from 0 to 2147483647, got [-2,-2].",
  ],
  [
    "broken lengths",
    () => tensor({ ...four, shape: [2.5, 1.6] }),
    ShapeError,
    "integers from 0 to 2147483647, got [2.5,1.6].",
  ],
  ["no shape", () => tensor(loose({ data: four.data })), ShapeError, "a shape such as [2, 3], got undefined."],
  ["a length of 10³⁰⁰", () => zeros([1e300]), ShapeError, "zeros: expected a shape of integers from 0 to 2147483647"],
  ["2⁶⁰ elements", () => ones([2 ** 30, 2 ** 30]), ShapeError, "ones: expected a shape of fewer than 2^53 elements"],
  [
    "a hole",
    () => full(sparse(), 1),
    ShapeError,
    "full: expected a shape of integers from 0 to 2147483647, got [1,,3].",
  ],
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

const gradient = loose<(f?: unknown) => (x: number) => Tensor>(grad);
const valueAndGradient = loose<typeof gradient>(valueAndGrad);
const functions: readonly Row[] = [
  ["grad of nothing", () => gradient(), ArgumentError, "gradient: expected a function, got undefined."],
  ["grad of a tensor", () => gradient(x()), ArgumentError, "gradient: expected a function, got a value of type"],
  ["compile of nothing", () => loose<() => void>(compile)(), ArgumentError, "compile: expected a function, got undef"],
  ["grad of a number", () => gradient(() => 3)(2), ArgumentError, "the function to return a tensor, got 3."],
  ["a value of nothing", () => valueAndGradient(() => {})(2), ArgumentError, "return a tensor, got undefined."],
  ["grad of two", () => gradient((y: Tensor) => [y, y])(2), ArgumentError, "return a tensor, got an array."],
  ["async", () => gradient(async (y: Tensor) => y)(2), ArgumentError, "gradient: the function must not be async:"],
  ["async that fails", () => gradient(() => Promise.reject(1))(2), ArgumentError, "must not be async"],
];

const LooseDataset = loose<new (...parts: unknown[]) => Dataset>(Dataset);
const datasets: readonly Row[] = [
  [
    "two lists",
    () => new LooseDataset([1], [1]),
    ArgumentError,
    "Dataset: expected { inputs, targets }, got an array.",
  ],
  ["nothing", () => new LooseDataset(), ArgumentError, "Dataset: expected { inputs, targets }, got undefined."],
  ["a list", () => Dataset.from(loose([1])), ArgumentError, "Dataset: expected { inputs, targets }, got an array."],
  [
    "lists for columns",
    () => new LooseDataset({ inputs: [1], targets: [1] }),
    ArgumentError,
    "got an array; try Dataset",
  ],
  [
    "no columns",
    () => new LooseDataset({}),
    ArgumentError,
    'inputs of "data": expected { array: { data, shape, dtype } }',
  ],
  ["no targets", () => Dataset.from(loose({ inputs: [1] })), ArgumentError, "typed array, got undefined."],
];

describe.each([
  ["numbers", numbers],
  ["ranges", ranges],
  ["shapes", shapes],
  ["functions", functions],
  ["data sets", datasets],
])("%s", (_, rows) => {
  test.each(rows)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(NablaError);
  });
});

test("64 levels are a tensor, and the greatest range that fits is one", () => {
  expect(tensor(deep(64)).ndim).toBe(64);
  expect(arange(2 ** 31 - 1).shape).toEqual([2 ** 31 - 1]);
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

describe("an array that is transferred after the call", () => {
  const message = "got one whose buffer was transferred (to a worker?); pass a copy.";

  test.each<[what: string, use: (x: Tensor) => Promise<unknown>]>([
    ["to be read", (x) => x.array()],
    ["to be computed with", (x) => x.add(1).array()],
    ["to be the value of a variable", (x) => variable(x).value.array()],
    ["to be the argument of a compiled function", (x) => compile((y: Tensor) => y.mul(2))(x)],
  ])("is refused %s, and nothing else is", async (_, use) => {
    const numbers = new Float32Array(5000).fill(3);
    const x = tensor(numbers);
    transfer(numbers);
    await expect(use(x)).rejects.toThrow(new ArgumentError(`expected an array with its numbers, ${message}`));
    expect(await tensor([1, 2]).add(1).array()).toEqual([2, 3]);
  });

  test("is refused as a data set's column by fit and evaluate, which train again on others", async () => {
    const inputs = new Float32Array(8).fill(1);
    const lost = Dataset.from({ inputs: { data: inputs, shape: [4, 2] }, targets: new Float32Array(4) });
    transfer(inputs);
    const net = sequential([layers.dense(1)]);
    net.compile({ loss: "mse" });
    await expect(net.fit(lost, { verbose: 0 })).rejects.toThrow(message);
    await expect(net.evaluate(lost)).rejects.toThrow(message);
    const whole = Dataset.from({ inputs: [[1, 2]], targets: [[1]] });
    expect((await net.fit(whole, { epochs: 2, verbose: 0 })).epochs).toHaveLength(2);
  });
});

const model = (loss: unknown = "mse", metrics: unknown[] = []) => {
  const model = sequential([layers.dense(1)], { inputShape: [1] });
  model.compile({ loss: loose(loss), metrics: loose<never[]>(metrics) });
  return model;
};
const [inputs, targets] = [
  [[1], [2]],
  [[1], [2]],
];

test.each<[what: string, call: () => Promise<unknown>, message: string]>([
  ["null as targets", () => model().fit(inputs, loose(null)), "fit: expected inputs and then targets, got null for"],
  ["options as targets", () => model().fit(inputs, loose({ epochs: 1 })), "for the targets; options follow them."],
  ["evaluate without targets", () => model().evaluate(inputs, loose({})), "evaluate: expected inputs and then targets"],
  ["a loss of nothing", () => model(() => {}).fit(inputs, targets), "loss custom: expected the function to return a"],
  ["a loss of a number", () => model(() => 3).fit(inputs, targets), "return a tensor, got 3."],
  [
    "an async loss",
    () => model(async (y: Tensor) => y).fit(inputs, targets),
    "loss custom: the function must not be async",
  ],
  [
    "a metric of nothing",
    () => model("mse", [function mine() {}]).fit(inputs, targets),
    "to return a tensor, got undef",
  ],
  ["null for a model", () => loadModel(loose(null)), "the path, the address or the bytes of a model, got null."],
  ["an object for a model", () => loadModel(loose({})), "the bytes of a model, got a value of type object."],
  ["nothing for a model", () => loose<typeof model>(loadModel)() as never, "bytes of a model, got undefined."],
  ["nothing to load", () => model().load(loose(undefined)), "bytes of a model, got undefined."],
])("%s", async (_, call, message) => {
  const error = await call().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toContain(message);
});
