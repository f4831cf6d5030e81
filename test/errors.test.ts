// Error messages teach: what was expected, what came, both shapes. One line for each way to go wrong with tensors.
import { describe, expect, test } from "vitest";
import { didYouMean } from "../src/errors.ts";
import {
  ArgumentError,
  activation,
  any,
  arange,
  argsort,
  averagePool1d,
  batchNorm,
  concatenate,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  cumsum,
  DTypeError,
  depthwiseConv2d,
  diag,
  diagonal,
  dot,
  einsum,
  erfinv,
  eye,
  full,
  globalAveragePool,
  globalMaxPool,
  gradients,
  groupNorm,
  layerNorm,
  leakyRelu,
  linspace,
  maxout,
  maxPool1d,
  maxPool2d,
  median,
  meshgrid,
  moveaxis,
  NablaError,
  norm,
  oneHot,
  ones,
  random,
  repeat,
  rmsNorm,
  roll,
  ShapeError,
  scaledDotProductAttention,
  sort,
  stack,
  sum,
  swapaxes,
  takeAlongAxis,
  tensor,
  tensordot,
  tile,
  topK,
  tril,
  triu,
  variable,
  where,
  zeros,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";

type Row = readonly [what: string, call: () => unknown, kind: new (message: string) => Error, message: string];

const node = (shape: readonly number[], dtype: "float32" | "int32" | "uint32" | "bool" | "uint8" = "float32") =>
  zeros(shape, dtype).node;
const labels = (a: number[], b: number[], out: number[]) => ({ a, b, out });

const rows: readonly Row[] = [
  // Making tensors.
  [
    "ragged rows",
    () => tensor([[1, 2], [3]]),
    ShapeError,
    "expected a rectangular nested array with 2 entries at [1], got 1 entries (shape so far [2,2]).",
  ],
  ["a row among numbers", () => tensor([1, [2]] as never), ShapeError, "with a number at [1], got 1 entries"],
  ["a number among rows", () => tensor([[1], 2] as never), ShapeError, "with 1 entries at [1], got a number"],
  [
    "text",
    () => tensor(["1", "2"] as never),
    ShapeError,
    'expected a nested array of numbers or booleans, got "1" at [0].',
  ],
  ["null", () => tensor([null] as never), ShapeError, "got null at [0]"],
  [
    "a shape that does not hold the array",
    () => tensor(new Float32Array(5), { shape: [2, 3] }),
    ShapeError,
    "shape [2,3]: expected 6 numbers, got an array of 5.",
  ],
  [
    "a shape that does not hold the numbers",
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    ShapeError,
    "reshape: expected a shape of 3 elements, as [3] has, got [2,2] with 4.",
  ],
  [
    "a shape that stands for the options",
    () => tensor(new Float32Array(6), [2, 3] as never),
    ArgumentError,
    "tensor: expected an object of options, got an array.",
  ],
  [
    "a misspelt option of a tensor",
    () => tensor([1], { dtyp: "int32" } as never),
    ArgumentError,
    'tensor: unknown option "dtyp". Did you mean "dtype"?',
  ],
  [
    "a number for an activation's options",
    () => leakyRelu([1], 0.3 as never),
    ArgumentError,
    "leakyRelu: expected an object of options, got 0.3.",
  ],
  [
    "NumPy's names of the bounds",
    () => random.uniform(random.key(1), [2], { low: 0, high: 5 } as never),
    ArgumentError,
    'uniform: unknown option "low"',
  ],
  ["keepDims by position", () => sum([1], 0, true as never), ArgumentError, "sum: expected an object of options"],
  ["an axis that any lacks", () => any([1], 1), ArgumentError, "any: axis 1 is out of range"],
  [
    "an object for an axis",
    () => sum([1], { axis: 0 } as never),
    ArgumentError,
    "sum: expected an axis, which is an integer, got a value of type object.",
  ],
  ["a dtype that is no text", () => zeros([1], 3 as never), DTypeError, "unknown dtype 3."],
  ["an unknown dtype", () => tensor([1], { dtype: "float" as never }), DTypeError, 'unknown dtype "float"'],
  ["zeros of an unknown dtype", () => zeros([1], "double" as never), DTypeError, 'unknown dtype "double"'],
  [
    "a cast to an unknown dtype",
    () => ones([1]).cast("int" as never),
    DTypeError,
    'unknown dtype "int". Did you mean "int32"?',
  ],
  [
    "a negative length",
    () => zeros([2, -1]),
    ShapeError,
    "expected a shape of integers from 0 to 2147483647, got [2,-1]",
  ],
  ["half a length", () => full([1.5], 0), ShapeError, "expected a shape of integers from 0 to 2147483647, got [1.5]"],
  [
    "more elements along an axis than int32 counts",
    () => ones([2 ** 32 - 1]),
    ShapeError,
    "expected a shape of integers from 0 to 2147483647, got [4294967295].",
  ],
  [
    "an axis that grows too long by a reshape",
    () => ones([2 ** 16, 2 ** 15]).reshape([-1]),
    ShapeError,
    "reshape: expected a shape of integers from 0 to 2147483647, got [2147483648]",
  ],
  [
    "an axis that grows too long by a broadcast",
    () => ones([1]).broadcastTo([2, 2 ** 32 + 3]),
    ShapeError,
    "broadcast: expected a shape of integers from 0 to 2147483647, got [2,4294967299]",
  ],
  [
    "an axis that grows too long by padding",
    () => ones([2 ** 30]).pad([[0, 2 ** 30]]),
    ShapeError,
    "pad: expected a shape of integers from 0 to 2147483647, got [2147483648]",
  ],
  [
    "no steps to take",
    () => arange(0, 5, 0),
    ArgumentError,
    "arange: no finite number of steps of 0 leads from 0 to 5.",
  ],
  ["endless steps", () => arange(Infinity), ArgumentError, "arange: no finite number of steps"],
  [
    "no points",
    () => linspace(0, 1, 0),
    ArgumentError,
    "linspace: expected a count of points that is an integer from 1 up, got 0.",
  ],
  ["a negative identity", () => eye(-1), ShapeError, "got [-1,-1]"],
  ["negative classes", () => oneHot([1], -1), ShapeError, "got [1,-1]"],

  // Elementwise.
  [
    "shapes that do not broadcast",
    () => ones([2, 3]).add(ones([2])),
    ShapeError,
    "add: shapes [2,3] and [2] do not broadcast together",
  ],
  ["a nested operand of another shape", () => ones([3]).mul([1, 2]), ShapeError, "mul: shapes [3] and [2]"],
  ["a choice of other shapes", () => where([true, false], ones([3]), 0), ShapeError, "where: shapes [2] and [3]"],
  ["comparisons of other shapes", () => ones([4]).less(ones([5])), ShapeError, "less: shapes [4] and [5]"],
  [
    "bits of floats",
    () => ops.and(node([2]), node([2])),
    DTypeError,
    "and: expected int32, uint32 or bool, got float32 and float32",
  ],
  [
    "shifts of floats",
    () => ops.shiftLeft(node([2]), 1),
    DTypeError,
    "shiftLeft: expected int32 or uint32, got float32 and float32",
  ],
  ["not of floats", () => ops.not(node([2])), DTypeError, "not: expected int32, uint32 or bool, got float32"],
  [
    "random bits of floats",
    () => ops.randomBits(node([2]), node([2]), node([2])),
    DTypeError,
    "randomBits: expected two keys and a counter of uint32",
  ],

  // Reductions.
  [
    "the greatest of nothing",
    () => zeros([0, 3]).max(0),
    ShapeError,
    "max: axis 0 of [0,3] is empty, and max of nothing is not defined.",
  ],
  ["the least of nothing at all", () => zeros([0]).min(), ShapeError, "min: axis 0 of [0] is empty"],
  ["argmax of an empty axis", () => zeros([2, 0]).argmax(), ShapeError, "max: axis 1 of [2,0] is empty"],
  [
    "a primitive sum of bools",
    () => ops.sum(node([2], "bool"), [0]),
    DTypeError,
    "sum: no arithmetic on bool; cast to int32 or float32 first.",
  ],

  // Movement.
  [
    "a slice that leaves its axis",
    () => ops.slice(node([5]), [3], [4]),
    ArgumentError,
    "slice: 4 elements from 3 by 1 exceed axis 0 of [5], which has 5.",
  ],
  [
    "an axis that permute lacks",
    () => ops.permute(node([2, 3]), [0, 2]),
    ArgumentError,
    "permute: expected an order of the 2 axes of [2,3], got [0,2].",
  ],
  ["flip of an axis that is not there", () => ones([2]).flip(1), ArgumentError, "flip: axis 1 is out of range"],

  // Products.
  [
    "matrices that do not fit",
    () => ones([2, 3]).matmul(ones([2, 3])),
    ShapeError,
    "matmul: [2,3] and [2,3] do not fit: the last axis of the first is 3, and the last but one of the second is 2.",
  ],
  [
    "a shared axis of two lengths",
    () => ops.contract(node([2, 3]), node([4, 5]), labels([0, 1], [1, 2], [0, 2])),
    ShapeError,
    "contract: [2,3] and [4,5] do not fit: an axis that both share is 3 in one and 4 in the other.",
  ],
  [
    "too few labels",
    () => ops.contract(node([2, 3]), node([3]), labels([0], [1], [0])),
    ArgumentError,
    "expected one label for each axis, got [0] for [2,3] and [1] for [3]",
  ],
  [
    "a label twice",
    () => ops.contract(node([3, 3]), node([3]), labels([0, 0], [0], [0])),
    ArgumentError,
    "an operand names a label twice; take its diagonal first",
  ],
  [
    "an axis summed alone",
    () => ops.contract(node([2, 3]), node([2]), labels([0, 1], [0], [0])),
    ArgumentError,
    "an axis of one operand alone is summed away; sum it first",
  ],
  [
    "a label from nowhere",
    () => ops.contract(node([2]), node([2]), labels([0], [0], [0, 7])),
    ArgumentError,
    "neither operand has the output's label 7",
  ],
  [
    "products of integers",
    () => ops.contract(node([2], "int32"), node([2], "int32"), labels([0], [0], [])),
    DTypeError,
    "contract: expected two operands of float32, got int32 and int32",
  ],

  // Joins, gathers, scatters.
  [
    "joining nothing",
    () => concatenate([]),
    ArgumentError,
    "concatenate: expected at least one tensor, got an empty list.",
  ],
  ["stacking nothing", () => stack([]), ArgumentError, "concatenate: expected at least one tensor, got an empty list."],
  [
    "joining along no axis",
    () => concatenate([ones([2])], 1),
    ArgumentError,
    "concatenate: axis 1 is out of range for a tensor with 1 axis (allowed: -1 to 0).",
  ],
  [
    "joining scalars",
    () => concatenate([1, 2]),
    ArgumentError,
    "concatenate: axis 0 is out of range for a tensor with 0 axes.",
  ],
  [
    "joining other ranks",
    () => concatenate([ones([2]), ones([2, 2])]),
    ShapeError,
    "concatenate: expected shapes that differ only along axis 0, got [2] and [2,2]",
  ],
  [
    "joining other widths",
    () => concatenate([ones([2, 3]), ones([2, 4])]),
    ShapeError,
    "concatenate: expected shapes that differ only along axis 0, got [2,3] and [2,4].",
  ],
  [
    "joining other dtypes",
    () => concatenate([ones([2]), ones([2], "int32")]),
    DTypeError,
    "concatenate: dtypes float32 and int32 do not mix.",
  ],
  [
    "indices that are floats",
    () => ops.gather(node([3]), node([2]), 0),
    DTypeError,
    "gather: expected indices that are integers (int32), got float32[2].",
  ],
  [
    "updates that do not fit their indices",
    () => ops.scatterAdd(node([4, 2]), node([3], "int32"), 0, 5),
    ShapeError,
    "scatterAdd: expected updates with the indices' axes [3] at axis 0, got [4,2].",
  ],
  [
    "scattering bools",
    () => ops.scatterAdd(node([2], "bool"), node([2], "int32"), 0, 5),
    DTypeError,
    "scatterAdd: no arithmetic on bool.",
  ],

  // Functions.
  ["an unknown activation", () => activation("relo"), ArgumentError, 'unknown activation "relo". Did you mean "relu"?'],
  [
    "pieces of unequal length",
    () => maxout(ones([2, 5]), 2),
    ArgumentError,
    "maxout: 2 units must divide the last axis of [2,5].",
  ],
  // Convolution and pooling.
  [
    "an image without channels",
    () => conv2d(ones([2, 5, 5]), ones([3, 3, 1, 4])),
    ShapeError,
    "conv2d: expected x [batch, ...space, channels] with two spatial axes, got [2,5,5].",
  ],
  [
    "an image whose channels come first",
    () => conv2d(ones([5, 5]), ones([3, 3, 1, 4]), { dataFormat: "channelsFirst" }),
    ShapeError,
    "conv2d: expected x [batch, channels, ...space] with two spatial axes, got [5,5].",
  ],
  [
    "a kernel of another rank",
    () => conv1d(ones([2, 5, 3]), ones([3, 4])),
    ShapeError,
    "conv1d: expected a kernel [...space, channels of x / groups, channels of the result] with one spatial axis, " +
      "none of them empty, got [3,4] for x [2,5,3].",
  ],
  ["an empty kernel", () => conv1d(ones([2, 5, 3]), ones([0, 3, 4])), ShapeError, "none of them empty, got [0,3,4]"],
  [
    "a kernel for other channels",
    () => conv2d(ones([1, 5, 5, 3]), ones([3, 3, 4, 8])),
    ShapeError,
    "conv2d: x [1,5,5,3] has 3 channels, but the kernel [3,3,4,8] is for 4: its last axis but one must be 3.",
  ],
  [
    "a kernel for other groups",
    () => conv2d(ones([1, 5, 5, 4]), ones([3, 3, 4, 8]), { groups: 2 }),
    ShapeError,
    "conv2d: x [1,5,5,4] has 4 channels in 2 groups of 2, but the kernel [3,3,4,8] is for 4: its last axis but " +
      "one must be 2.",
  ],
  [
    "groups that do not divide the channels",
    () => conv2d(ones([1, 5, 5, 4]), ones([3, 3, 2, 7]), { groups: 2 }),
    ArgumentError,
    "conv2d: 2 groups must divide the 4 channels of x [1,5,5,4] and the 7 of the kernel [3,3,2,7].",
  ],
  [
    "no groups",
    () => conv1d(ones([1, 5, 4]), ones([3, 4, 7]), { groups: 0 }),
    ArgumentError,
    "conv1d: expected groups to be an integer from 1 up, got 0.",
  ],
  [
    "a kernel larger than the image",
    () => conv2d(ones([1, 2, 5, 1]), ones([3, 3, 1, 1])),
    ShapeError,
    "conv2d: the kernel [3,3,1,1] covers 3 elements of spatial axis 0, but x [1,2,5,1] has 2 there; try padding: " +
      '"same".',
  ],
  [
    "a kernel with gaps larger than the padded image",
    () => conv1d(ones([1, 5, 1]), ones([3, 1, 1]), { dilation: 4, padding: 1 }),
    ShapeError,
    "covers 9 elements of spatial axis 0, but x [1,5,1] has 7 there (5 and the padding)",
  ],
  [
    "strides of 0",
    () => conv2d(ones([1, 5, 5, 1]), ones([3, 3, 1, 1]), { strides: 0 }),
    ArgumentError,
    "conv2d: expected strides to be an integer from 1 up, or a list of 2, one for each spatial axis, got 0.",
  ],
  [
    "too many strides",
    () => conv2d(ones([1, 5, 5, 1]), ones([3, 3, 1, 1]), { strides: [1, 2, 1] }),
    ArgumentError,
    "or a list of 2, one for each spatial axis, got [1,2,1].",
  ],
  [
    "half a dilation",
    () => conv1d(ones([1, 5, 1]), ones([3, 1, 1]), { dilation: 1.5 }),
    ArgumentError,
    "conv1d: expected dilation to be an integer from 1 up",
  ],
  [
    "padding in other words",
    () => conv2d(ones([1, 5, 5, 1]), ones([3, 3, 1, 1]), { padding: "full" as never }),
    ArgumentError,
    'conv2d: expected padding to be "valid", "same", an integer from 0 up, or a list of 2 such numbers or pairs ' +
      '[before, after], got "full".',
  ],
  [
    "padding below nothing",
    () => conv2d(ones([1, 5, 5, 1]), ones([3, 3, 1, 1]), { padding: [[1, -1], 0] }),
    ArgumentError,
    "got [[1,-1],0].",
  ],
  [
    "another format",
    () => conv1d(ones([1, 5, 1]), ones([3, 1, 1]), { dataFormat: "NHWC" as never }),
    ArgumentError,
    'conv1d: expected dataFormat "channelsLast" or "channelsFirst", got "NHWC".',
  ],
  [
    "a misspelt option",
    () => conv2d(ones([1, 5, 5, 1]), ones([3, 3, 1, 1]), { stride: 2 } as object),
    ArgumentError,
    'conv2d: unknown option "stride". Did you mean "strides"?',
  ],
  [
    "a depthwise kernel for other channels",
    () => depthwiseConv2d(ones([1, 5, 5, 3]), ones([3, 3, 2, 1])),
    ShapeError,
    "depthwiseConv2d: x [1,5,5,3] has 3 channels, but the kernel [3,3,2,1] is for 2",
  ],
  [
    "a depthwise kernel without a multiplier",
    () => depthwiseConv2d(ones([1, 5, 5, 3]), ones([3, 3, 3])),
    ShapeError,
    "depthwiseConv2d: expected a kernel [...space, channels, multiplier]",
  ],
  [
    "a depthwise kernel larger than the image",
    () => depthwiseConv2d(ones([1, 2, 5, 3]), ones([3, 3, 3, 2])),
    ShapeError,
    "depthwiseConv2d: the kernel [3,3,3,2] covers 3 elements of spatial axis 0, but x [1,2,5,3] has 2 there",
  ],
  [
    "a depthwise image without a batch",
    () => depthwiseConv2d(ones([5, 5, 3]), ones([3, 3, 3, 1])),
    ShapeError,
    "depthwiseConv2d: expected x [batch, ...space, channels]",
  ],
  [
    "a transposed kernel for other channels",
    () => convTranspose2d(ones([1, 5, 5, 3]), ones([3, 3, 3, 8])),
    ShapeError,
    "convTranspose2d: x [1,5,5,3] has 3 channels, but the kernel [3,3,3,8] is for 8: its last axis must be 3.",
  ],
  [
    "transposed groups",
    () => convTranspose1d(ones([1, 5, 3]), ones([3, 3, 3]), { groups: 2 }),
    ArgumentError,
    "convTranspose1d: 2 groups must divide the 3 channels of x [1,5,3].",
  ],
  [
    "an output padding of a whole stride",
    () => convTranspose1d(ones([1, 5, 3]), ones([3, 3, 3]), { strides: 2, outputPadding: 2 }),
    ArgumentError,
    "convTranspose1d: expected an outputPadding less than the stride 2 of spatial axis 0, got 2.",
  ],
  [
    "padding that leaves nothing",
    () => convTranspose1d(ones([1, 1, 3]), ones([3, 3, 3]), { padding: 2 }),
    ShapeError,
    "convTranspose1d: padding [2,2] leaves nothing of spatial axis 0 of x [1,1,3]",
  ],
  [
    "a window larger than the image",
    () => maxPool2d(ones([1, 4, 2, 1]), 3),
    ShapeError,
    "maxPool2d: a window of [3,3] covers 3 elements of spatial axis 1, but x [1,4,2,1] has 2 there; try padding: " +
      '"same".',
  ],
  [
    "windows in nothing but padding",
    () => averagePool1d(ones([1, 4, 1]), 2, { padding: 2 }),
    ArgumentError,
    "averagePool1d: padding [2,2] of spatial axis 0 makes windows without elements: expected at most 1 for a " +
      "size of 2.",
  ],
  [
    "a window of 0",
    () => maxPool1d(ones([1, 4, 1]), 0),
    ArgumentError,
    "maxPool1d: expected size to be an integer from 1 up",
  ],
  [
    "the greatest of an empty image",
    () => globalMaxPool(ones([1, 0, 3])),
    ShapeError,
    "globalMaxPool: expected spatial axes that are not empty, got x [1,0,3]",
  ],
  [
    "pooling without space",
    () => globalAveragePool(ones([1, 3])),
    ShapeError,
    "globalAveragePool: expected x [batch, ...space, channels] with at least one spatial axis, got [1,3].",
  ],

  // NumPy's functions.
  [
    "too few operands",
    () => einsum("ij,jk->ik", ones([2, 3])),
    ArgumentError,
    'einsum: "ij,jk->ik" for [2,3]: expected 2 operands, as the formula names, got 1.',
  ],
  ["no operands", () => einsum("->"), ArgumentError, 'einsum: "->" for no operands'],
  [
    "too few letters",
    () => einsum("i,j->ij", ones([2, 3]), ones([3])),
    ArgumentError,
    '"i" names 1 axes, but operand 0 has shape [2,3].',
  ],
  [
    "too many letters beside dots",
    () => einsum("...ijk->i", ones([2, 3])),
    ArgumentError,
    '"...ijk" names 3 axes, but operand 0 has shape [2,3].',
  ],
  [
    "an output from nowhere",
    () => einsum("ij->ik", ones([2, 3])),
    ArgumentError,
    'the output names "k", which no operand has.',
  ],
  [
    "an output that names twice",
    () => einsum("ij->ii", ones([2, 3])),
    ArgumentError,
    "the output names an axis twice.",
  ],
  [
    "one letter of two lengths",
    () => einsum("ij,jk->ik", ones([2, 3]), ones([4, 5])),
    ShapeError,
    'einsum: "ij,jk->ik" for [2,3] and [4,5]: "j" is 3 in one place and 4 in another.',
  ],
  ["a diagonal that is none", () => einsum("ii", ones([2, 3])), ShapeError, '"i" is 2 in one place and 3 in another.'],
  [
    "digits in a formula",
    () => einsum("i1->i", ones([2, 3])),
    ArgumentError,
    'a formula holds letters, "...", commas and one "->".',
  ],
  [
    "two dots",
    () => einsum("..i->i", ones([2, 3])),
    ArgumentError,
    '"..." stands at most once in an operand, with three dots.',
  ],
  [
    "dots of two lengths",
    () => einsum("...i,...i", ones([2, 3]), ones([4, 3])),
    ShapeError,
    'an axis of "..." is 2 in one place and 4 in another.',
  ],
  ["triangles of a vector", () => tril(ones([3])), ShapeError, "tril: expected at least two axes, got [3]."],
  [
    "half a diagonal",
    () => triu(ones([3, 3]), 0.5),
    ArgumentError,
    "triu: expected an offset that is an integer (0 for the main diagonal), got 0.5.",
  ],
  ["the diagonal of a vector", () => diagonal(ones([3])), ShapeError, "diagonal: expected at least two axes, got [3]"],
  [
    "the diagonal of one axis",
    () => diagonal(ones([3, 3]), 0, 1, -1),
    ArgumentError,
    "diagonal: expected two axes of [3,3], got axis 1 twice.",
  ],
  ["a matrix of matrices", () => diag(ones([2, 2, 2])), ShapeError, "diag: expected a vector or a matrix, got [2,2,2]"],
  ["exchanging with no axis", () => swapaxes(ones([2, 3]), 0, 2), ArgumentError, "swapaxes: axis 2 is out of range"],
  [
    "moving to fewer axes",
    () => moveaxis(ones([2, 3]), [0, 1], [0]),
    ArgumentError,
    "moveaxis: expected 2 targets for 2 axes of [2,3], got 1.",
  ],
  [
    "moving one axis twice",
    () => moveaxis(ones([2, 3]), [0, 0], [0, 1]),
    ArgumentError,
    "moveaxis: an axis is named twice in [0,0].",
  ],
  [
    "half a tile",
    () => tile(ones([2]), 1.5),
    ArgumentError,
    "tile: expected a repetition to be an integer from 0 up, got 1.5.",
  ],
  [
    "repeating less than never",
    () => repeat(ones([2]), -1),
    ArgumentError,
    "repeat: expected count to be an integer from 0 up, got -1.",
  ],
  [
    "rolling by half",
    () => roll(ones([4]), 0.5),
    ArgumentError,
    "roll: expected an integer for each of the 1 axes, got 0.5.",
  ],
  [
    "shifts that do not pair",
    () => roll(ones([4, 4]), [1, 2], 0),
    ArgumentError,
    "roll: expected an integer for each of the 1 axes, got [1,2].",
  ],
  ["a grid of matrices", () => meshgrid([ones([2, 2])]), ShapeError, "meshgrid: expected vectors, got [2,2]."],
  [
    "a grid in another order",
    () => meshgrid([ones([2])], { indexing: "yx" as never }),
    ArgumentError,
    'meshgrid: expected indexing "xy" or "ij", got "yx".',
  ],
  [
    "another norm",
    () => norm(ones([2]), { ord: 3 as never }),
    ArgumentError,
    "norm: expected ord 1, 2 or Infinity, got 3.",
  ],
  ["running along no axis", () => cumsum(ones([2]), 1), ArgumentError, "cumsum: axis 1 is out of range"],
  [
    "tensors that do not fit",
    () => tensordot(ones([2, 3]), ones([4, 3]), 1),
    ShapeError,
    "tensordot: [2,3] and [4,3] do not fit: axis 1 of the first is 3, and axis 0 of the second is 4.",
  ],
  [
    "more axes than there are",
    () => tensordot(ones([2]), ones([2])),
    ShapeError,
    "tensordot: [2] and [2] do not fit: they do not both have 2 axes to sum over.",
  ],
  [
    "axes without a partner",
    () => tensordot(ones([2, 3]), ones([2, 3]), [[0, 1], [0]]),
    ArgumentError,
    "tensordot: expected axes in pairs, got [0,1] and [0].",
  ],
  [
    "a dot that does not fit",
    () => dot(ones([2, 3]), ones([2, 3])),
    ShapeError,
    "dot: [2,3] and [2,3] do not fit: the last axis of the first is 3, and axis 0 of the second is 2.",
  ],

  // Sorting.
  ["sorting along no axis", () => sort(ones([2]), 1), ArgumentError, "sort: axis 1 is out of range"],
  ["a scalar in order", () => argsort(1), ArgumentError, "argsort: axis -1 is out of range for a tensor with 0 axes."],
  [
    "sorting in words",
    () => sort(ones([2]), 0, { descending: 1 as never }),
    ArgumentError,
    "sort: expected descending to be true or false, got 1.",
  ],
  [
    "a primitive order of bools",
    () => ops.argsort(node([2], "bool"), 0, false),
    DTypeError,
    "argsort: expected float32, int32 or uint32, got bool; cast to int32 first.",
  ],
  [
    "a primitive order along no axis",
    () => ops.argsort(node([2]), 1, false),
    ArgumentError,
    "argsort: [2] has no axis 1.",
  ],
  [
    "more of the greatest than there are",
    () => topK(ones([2, 3]), 4),
    ArgumentError,
    "topK: axis 1 of [2,3] has 3 elements, fewer than k = 4.",
  ],
  [
    "none of the greatest",
    () => topK(ones([2, 3]), 0),
    ArgumentError,
    "topK: expected k to be an integer from 1 up, got 0.",
  ],
  [
    "indices of another rank",
    () => takeAlongAxis(ones([2, 3]), [0, 1], 1),
    ShapeError,
    "takeAlongAxis: expected indices with the axes of x [2,3], of equal length except for axis 1, got [2].",
  ],
  [
    "indices on an empty axis",
    () => takeAlongAxis(zeros([2, 0]), tensor([[0], [0]], { dtype: "int32" }), 1),
    ShapeError,
    "takeAlongAxis: axis 1 of [2,0] is empty.",
  ],
  [
    "a number that int32 cannot hold",
    () => zeros([2], "int32").less(3e9),
    ArgumentError,
    "less: expected a number from -2147483648 to 2147483647 for int32, got 3000000000; try float32.",
  ],
  [
    "a number that uint32 cannot hold",
    () => zeros([2], "uint32").add(-1),
    ArgumentError,
    "add: expected a number from 0 to 4294967295 for uint32, got -1",
  ],
  ["full of a number too great", () => full([2], 2 ** 31, "int32"), ArgumentError, "full: expected a number from"],
  [
    "full of NaN integers",
    () => full([2], NaN, "uint8"),
    ArgumentError,
    "full: expected a number from 0 to 255 for uint8, got NaN",
  ],
  [
    "padding that int32 cannot hold",
    () => zeros([2], "int32").pad([[1, 1]], 3e9),
    ArgumentError,
    "pad: expected a number from",
  ],
  [
    "where with a byte too great",
    () => where([true], zeros([1], "uint8"), 300),
    ArgumentError,
    "where: expected a number from 0 to 255 for uint8, got 300",
  ],
  [
    "an integer out of range among numbers",
    () => tensor([1, 3e9], { dtype: "int32" }),
    ArgumentError,
    "number 1: expected a number from -2147483648 to 2147483647 for int32, got 3000000000",
  ],
  [
    "a typed array that does not fit its dtype",
    () => tensor(Float32Array.of(-1), { dtype: "uint32" }),
    ArgumentError,
    "number 0: expected a number from 0 to 4294967295 for uint32, got -1",
  ],
  [
    "64-bit integers",
    () => tensor(new BigInt64Array(2) as never),
    DTypeError,
    "got BigInt64Array; try Float32Array.from",
  ],
  [
    "a range beyond int32",
    () => arange(3e9, 3e9 + 2),
    ArgumentError,
    "arange: expected integers from -2147483648 to 2147483647",
  ],
  [
    "an index outside, taken",
    () => zeros([3]).take([0, 3]),
    ArgumentError,
    "take: index 3 is out of range for axis 0 of [3], which has 3.",
  ],
  ["a fraction for an index", () => zeros([3]).take([0.5]), ArgumentError, "take: index 0.5 is out of range"],
  [
    "indices of floats",
    () => zeros([3]).take(zeros([1])),
    DTypeError,
    "take: expected indices that are integers (int32), got float32[1].",
  ],
  [
    "indices of floats, along an axis",
    () => takeAlongAxis(zeros([3]), zeros([1]), 0),
    DTypeError,
    "takeAlongAxis: expected indices that are integers",
  ],
  [
    "an index outside, along an axis",
    () => takeAlongAxis(zeros([2, 3]), [[-4], [0]], 1),
    ArgumentError,
    "takeAlongAxis: index -4 is out of range for axis 1 of [2,3]",
  ],
  [
    "windows by a misspelt option",
    () => zeros([5]).slidingWindow(0, 2, { stride: 2 } as object),
    ArgumentError,
    'slidingWindow: unknown option "stride". Did you mean "strides"?',
  ],
  [
    "a number folded into a key that is no integer",
    () => random.foldIn(random.key(0), 0.5),
    ArgumentError,
    "foldIn: expected an integer from 0 to 2^32 - 1, got 0.5.",
  ],
  [
    "a number folded into a key beyond 32 bits",
    () => random.foldIn(random.key(0), 2 ** 32),
    ArgumentError,
    "got 4294967296",
  ],
  [
    "a float folded into a key",
    () => random.foldIn(random.key(0), ones([])),
    DTypeError,
    "foldIn: expected one integer (int32 or uint32), got float32[].",
  ],
  [
    "a uniform range upside down",
    () => random.uniform(random.key(0), [2], { min: 1, max: 0 }),
    ArgumentError,
    "uniform: expected finite min ≤ max, got min 1 and max 0.",
  ],
  [
    "the middle of nothing",
    () => median(zeros([0])),
    ShapeError,
    "median: expected at least one element, got axis 0 of [0].",
  ],

  // Normalization and attention.
  [
    "a scale for other channels",
    () => layerNorm(ones([2, 3]), { gamma: ones([2]) }),
    ShapeError,
    "layerNorm: expected gamma to be [3] or a number for x [2,3], got [2].",
  ],
  [
    "a negative epsilon",
    () => rmsNorm(ones([2, 3]), { epsilon: -1 }),
    ArgumentError,
    "rmsNorm: expected epsilon to be a finite number from 0 up, got -1.",
  ],
  [
    "groups that do not divide the features",
    () => groupNorm(ones([2, 4, 5]), 2),
    ArgumentError,
    "groupNorm: 2 groups must divide the 5 channels of x [2,4,5].",
  ],
  [
    "half the statistics",
    () => batchNorm(ones([2, 3]), { mean: [1, 2, 3] }),
    ArgumentError,
    "batchNorm: give both mean and variance, or neither.",
  ],
  [
    "statistics of other channels",
    () => batchNorm(ones([2, 3]), { mean: [1, 2], variance: [1, 2] }),
    ShapeError,
    "batchNorm: expected mean to be [3] or a number for x [2,3], got [2].",
  ],
  [
    "keys of another length",
    () => scaledDotProductAttention(ones([2, 3]), ones([4, 5]), ones([4, 2])),
    ShapeError,
    "scaledDotProductAttention: queries [2,3], keys [4,5] and values [4,2] do not fit: a query has 3 numbers, " +
      "and a key 5.",
  ],
  [
    "more values than keys",
    () => scaledDotProductAttention(ones([2, 3]), ones([4, 3]), ones([5, 2])),
    ShapeError,
    "there are 4 keys, but 5 values.",
  ],
  [
    "a vector's attention",
    () => scaledDotProductAttention(ones([3]), ones([4, 3]), ones([4, 2])),
    ShapeError,
    "each has at least the axes [time, dim].",
  ],
  [
    "heads that do not broadcast",
    () => scaledDotProductAttention(ones([2, 2, 3]), ones([3, 4, 3]), ones([4, 2])),
    ShapeError,
    "scaledDotProductAttention: leading axes: shapes [2] and [3] and [] do not broadcast together",
  ],
  [
    "a mask of another shape",
    () => scaledDotProductAttention(ones([2, 3]), ones([4, 3]), ones([4, 2]), { mask: ones([3, 4]) }),
    ShapeError,
    "scaledDotProductAttention: mask: shapes [2,4] and [3,4] do not broadcast together",
  ],
  [
    "a mask with more axes",
    () => scaledDotProductAttention(ones([2, 3]), ones([4, 3]), ones([4, 2]), { mask: ones([5, 2, 4]) }),
    ShapeError,
    "the mask [5,2,4] does not broadcast to the scores [2,4], [..., queries, keys].",
  ],

  [
    "a seed that is not an integer",
    () => random.key(1.5),
    ArgumentError,
    "key: expected a seed that is an integer from 0 to 2^53 - 1, got 1.5.",
  ],
  ["a negative seed", () => random.key(-1), ArgumentError, "got -1"],
  [
    "variables of another shape",
    () => variable([1], { name: "w" }).assign([[1]]),
    ShapeError,
    "assign: w has shape [1], but the value has [1,1]; a variable keeps its shape.",
  ],
  [
    "the gradient of many numbers",
    () => gradients(ones([2, 2]), []),
    ArgumentError,
    "the value must be one number, but its shape is [2,2]; take its sum or mean first.",
  ],
];

test.each([
  ["adma", ["sgd", "adam"], ' Did you mean "adam"?'],
  ["l3", ["l1"], ' Did you mean "l1"?'],
  ["y", ["x", "z"], ""],
  ["on", ["id", "up"], ""],
  ["Y", ["x", "y"], ' Did you mean "y"?'],
])("a slip is recognised where half of the word is left: %s", (name, known, hint) => {
  expect(didYouMean(name, known)).toBe(hint);
});

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
    await expect(ones([2, 2]).item()).rejects.toThrow(
      "item: expected a tensor with one element, got shape [2,2]; use array() or data().",
    );
  });

  test("float64 is for the reference alone", async () => {
    await expect(
      tensor(new Float64Array([1, 2]))
        .add(1)
        .data(),
    ).rejects.toThrow(/float64/);
    expect(await erfinv(0).item()).toBe(0); // and the next program runs
  });
});
