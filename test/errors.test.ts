// Error messages teach: what was expected, what came, both shapes. One line for each way to go wrong with tensors.
import { describe, expect, test } from "vitest";
import {
  activation, arange, ArgumentError, concatenate, DTypeError, erfinv, eye, full, gradients, linspace, maxout, NablaError, oneHot, ones, random, ShapeError,
  stack, tensor, variable, where, zeros,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";

type Row = readonly [what: string, call: () => unknown, kind: new (message: string) => Error, message: string];

const node = (shape: readonly number[], dtype: "float32" | "int32" | "uint32" | "bool" | "uint8" = "float32") => zeros(shape, dtype).node;
const labels = (a: number[], b: number[], out: number[]) => ({ a, b, out });

const rows: readonly Row[] = [
  // Making tensors.
  ["ragged rows", () => tensor([[1, 2], [3]]), ShapeError, "a nested array must be rectangular: [1] has 1 entries, but 2 entries were expected (shape so far [2,2])"],
  ["a row among numbers", () => tensor([1, [2]] as never), ShapeError, "[1] has 1 entries, but a number were expected"],
  ["a number among rows", () => tensor([[1], 2] as never), ShapeError, "[1] has a number, but 1 entries were expected"],
  ["text", () => tensor(["1", "2"] as never), ShapeError, "a nested array holds numbers and booleans, but [0] is string"],
  ["null", () => tensor([null] as never), ShapeError, "[0] is null"],
  ["a shape that does not hold the array", () => tensor(new Float32Array(5), { shape: [2, 3] }), ShapeError, "shape [2,3] holds 6 numbers, but the array has 5."],
  ["a shape that does not hold the numbers", () => tensor([1, 2, 3], { shape: [2, 2] }), ShapeError, "reshape: [3] has 3 elements, but [2,2] has 4."],
  ["an unknown dtype", () => tensor([1], { dtype: "float" as never }), DTypeError, 'unknown dtype "float"'],
  ["zeros of an unknown dtype", () => zeros([1], "double" as never), DTypeError, 'unknown dtype "double"'],
  ["a cast to an unknown dtype", () => ones([1]).cast("int" as never), DTypeError, 'unknown dtype "int". Did you mean "int32"?'],
  ["a negative length", () => zeros([2, -1]), ShapeError, "a shape holds whole numbers from 0 up, but came [2,-1]"],
  ["half a length", () => full([1.5], 0), ShapeError, "a shape holds whole numbers from 0 up, but came [1.5]"],
  ["no steps to take", () => arange(0, 5, 0), ArgumentError, "arange: no finite number of steps of 0 leads from 0 to 5."],
  ["endless steps", () => arange(Infinity), ArgumentError, "arange: no finite number of steps"],
  ["no points", () => linspace(0, 1, 0), ArgumentError, "linspace: wants a whole number of points from 1 up, but came 0."],
  ["a negative identity", () => eye(-1), ShapeError, "came [-1,-1]"],
  ["negative classes", () => oneHot([1], -1), ShapeError, "came [1,-1]"],

  // Elementwise.
  ["shapes that do not broadcast", () => ones([2, 3]).add(ones([2])), ShapeError, "add: shapes [2,3] and [2] do not broadcast together"],
  ["a nested operand of another shape", () => ones([3]).mul([1, 2]), ShapeError, "mul: shapes [3] and [2]"],
  ["a choice of other shapes", () => where([true, false], ones([3]), 0), ShapeError, "select: shapes [2] and [3]"],
  ["comparisons of other shapes", () => ones([4]).less(ones([5])), ShapeError, "less: shapes [4] and [5]"],
  ["bits of floats", () => ops.and(node([2]), node([2])), DTypeError, "and: wants int32, uint32 or bool, but came float32 and float32"],
  ["shifts of floats", () => ops.shiftLeft(node([2]), 1), DTypeError, "shiftLeft: wants int32 or uint32, but came float32 and float32"],
  ["not of floats", () => ops.not(node([2])), DTypeError, "not: wants int32, uint32 or bool, but came float32"],
  ["random bits of floats", () => ops.randomBits(node([2]), node([2]), node([2])), DTypeError, "randomBits: wants two keys and a counter of uint32"],

  // Reductions.
  ["the greatest of nothing", () => zeros([0, 3]).max(0), ShapeError, "max: axis 0 of [0,3] is empty, and max of nothing is not defined."],
  ["the least of nothing at all", () => zeros([0]).min(), ShapeError, "min: axis 0 of [0] is empty"],
  ["the place of nothing's greatest", () => zeros([2, 0]).argmax(), ShapeError, "max: axis 1 of [2,0] is empty"],
  ["a primitive sum of bools", () => ops.sum(node([2], "bool"), [0]), DTypeError, "sum: no arithmetic on bool; cast to int32 or float32 first."],

  // Movement.
  ["a slice that leaves its axis", () => ops.slice(node([5]), [3], [4]), ArgumentError, "slice: 4 elements from 3 by 1 leave axis 0 of [5], which has 5."],
  ["an axis that permute lacks", () => ops.permute(node([2, 3]), [0, 2]), ArgumentError, "permute: [0,2] is no order of the 2 axes of [2,3]."],
  ["flip of an axis that is not there", () => ones([2]).flip(1), ArgumentError, "flip: axis 1 is out of range"],

  // Products.
  ["matrices that do not fit", () => ones([2, 3]).matmul(ones([2, 3])), ShapeError, "matmul: [2,3] and [2,3] do not fit: the last axis of the first is 3, and the last but one of the second is 2."],
  ["a shared axis of two lengths", () => ops.contract(node([2, 3]), node([4, 5]), labels([0, 1], [1, 2], [0, 2])), ShapeError,
    "contract: [2,3] and [4,5] do not fit: an axis that both share is 3 in one and 4 in the other."],
  ["too few labels", () => ops.contract(node([2, 3]), node([3]), labels([0], [1], [0])), ArgumentError, "one label for each axis, but came [0] for [2,3] and [1] for [3]"],
  ["a label twice", () => ops.contract(node([3, 3]), node([3]), labels([0, 0], [0], [0])), ArgumentError, "an operand names a label twice; take its diagonal first"],
  ["an axis summed alone", () => ops.contract(node([2, 3]), node([2]), labels([0, 1], [0], [0])), ArgumentError, "an axis of one operand alone is summed away; sum it first"],
  ["a label from nowhere", () => ops.contract(node([2]), node([2]), labels([0], [0], [0, 7])), ArgumentError, "neither operand has the output's label 7"],
  ["products of integers", () => ops.contract(node([2], "int32"), node([2], "int32"), labels([0], [0], [])), DTypeError, "contract: wants two operands of float32, but came int32 and int32"],

  // Joins, gathers, scatters.
  ["joining nothing", () => concatenate([]), ArgumentError, "concatenate: needs at least one tensor."],
  ["stacking nothing", () => stack([]), ArgumentError, "concatenate: needs at least one tensor."],
  ["joining along no axis", () => concatenate([ones([2])], 1), ArgumentError, "concatenate: axis 1 is out of range for a tensor with 1 axis (allowed: -1 to 0)."],
  ["joining scalars", () => concatenate([1, 2]), ArgumentError, "concatenate: axis 0 is out of range for a tensor with 0 axes."],
  ["joining other ranks", () => concatenate([ones([2]), ones([2, 2])]), ShapeError, "concatenate: [2] and [2,2] differ off axis 0"],
  ["joining other widths", () => concatenate([ones([2, 3]), ones([2, 4])]), ShapeError, "concatenate: [2,3] and [2,4] differ off axis 0, along which they are joined."],
  ["joining other dtypes", () => concatenate([ones([2]), ones([2], "int32")]), DTypeError, "concatenate: dtypes float32 and int32 do not mix."],
  ["places that are floats", () => ops.gather(node([3]), node([2]), 0), DTypeError, "gather: places are whole numbers (int32), but came float32 of shape [2]."],
  ["updates that do not fit their places", () => ops.scatterAdd(node([4, 2]), node([3], "int32"), 0, 5), ShapeError,
    "scatterAdd: updates [4,2] do not hold the indices' axes [3] at axis 0."],
  ["scattering bools", () => ops.scatterAdd(node([2], "bool"), node([2], "int32"), 0, 5), DTypeError, "scatterAdd: no arithmetic on bool."],

  // Functions.
  ["an unknown activation", () => activation("relo"), ArgumentError, 'unknown activation "relo". Did you mean "relu"?'],
  ["pieces that do not come out even", () => maxout(ones([2, 5]), 2), ArgumentError, "maxout: 2 units must divide the last axis of [2,5]."],
  ["a seed that is no whole number", () => random.key(1.5), ArgumentError, "a seed is a whole number from 0 to 2^53 − 1, but came 1.5."],
  ["a negative seed", () => random.key(-1), ArgumentError, "but came -1"],
  ["variables of another shape", () => variable([1], { name: "w" }).assign([[1]]), ShapeError, "assign: w has shape [1], but the value has [1,1]; a variable keeps its shape."],
  ["the gradient of many numbers", () => gradients(ones([2, 2]), []), ArgumentError, "the value must be one number, but its shape is [2,2]; take its sum or mean first."],
];

describe("errors", () => {
  test.each(rows)("%s", (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(call).toThrow(NablaError);
  });

  test("each has its name, and its class", () => {
    const caught = (): unknown => {
      try {
        return ones([2]).add(ones([3]));
      } catch (error) {
        return error;
      }
    };
    expect(caught()).toMatchObject({ name: "ShapeError" });
    expect(caught()).toBeInstanceOf(NablaError);
  });

  test("one element asked of many", async () => {
    await expect(ones([2, 2]).item()).rejects.toThrow("item: wants a tensor with one element, but this one has shape [2,2]; use array() or data().");
  });

  test("float64 is for the reference alone", async () => {
    await expect(tensor(new Float64Array([1, 2])).add(1).data()).rejects.toThrow(/float64/);
    expect(await erfinv(0).item()).toBe(0); // and the next program runs
  });
});
