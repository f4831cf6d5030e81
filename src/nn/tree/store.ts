// The memory of weights: one flat variable in which the parameters of a model lie one after another.

import { concatenate } from "../../functions/array.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Variable } from "../../variable.ts";

/** A part of a flat variable, from element `from` to `to` − 1. */
export interface Range {
  readonly variable: Variable;
  readonly from: number;
  readonly to: number;
}

/** One parameter within a range. */
export interface Segment {
  /** `encoder/dense_1/kernel` */
  readonly path: string;
  readonly shape: Shape;
  /** The index of its first element in the range. */
  readonly offset: number;
  readonly size: number;
}

/** A range that a training step moves, with the parameters in it. */
export interface TrainedRange extends Range {
  readonly segments: readonly Segment[];
}

/** The numbers of a range, now. A whole variable is read as it is, whatever its shape. */
export function readRange({ variable, from, to }: Range): Tensor {
  const { value } = variable;
  return from === 0 && to === sizeOf(variable.shape) ? value : value.reshape([-1]).at([from, to]);
}

/** Gives ranges of a variable, which do not overlap, new numbers; its other numbers stay. */
export function assignRanges(
  variable: Variable,
  ranges: readonly { readonly from: number; readonly to: number; readonly value: Tensor }[],
): void {
  const size = sizeOf(variable.shape);
  const pieces: Tensor[] = [];
  const before = variable.value.reshape([-1]);
  let end = 0;
  for (const { from, to, value } of [...ranges].sort((a, b) => a.from - b.from)) {
    if (from > end) pieces.push(before.at([end, from]));
    pieces.push(value.reshape([-1]));
    end = to;
  }
  if (end < size) pieces.push(before.at([end, size]));
  const [first] = pieces;
  variable.assign((pieces.length === 1 && first ? first : concatenate(pieces)).reshape(variable.shape));
}

let inferring = false;

/** Runs `body` while shapes are inferred: parameters that have no numbers yet may be read. */
export function whileInferring<T>(body: () => T): T {
  const outer = inferring;
  inferring = true;
  try {
    return body();
  } finally {
    inferring = outer;
  }
}

/** True while shapes are inferred. */
export const isInferring = (): boolean => inferring;

/** The ranges through which parameters are read now, with their tensors. */
let reading: readonly (readonly [Range, Tensor])[] = [];

/**
 * Runs `body` while parameters are read through the tensors of the ranges in which they lie, so that gradients can be
 * taken by these tensors.
 */
export function readingThrough<T>(ranges: readonly (readonly [Range, Tensor])[], body: () => T): T {
  const outer = reading;
  reading = [...ranges, ...outer];
  try {
    return body();
  } finally {
    reading = outer;
  }
}

/**
 * The numbers, now, of the parameter of this shape that lies in a flat variable from `offset` on. Those that rest in 16
 * bits are converted where they are read.
 */
export function readParameter(variable: Variable, offset: number, shape: Shape): Tensor {
  const end = offset + sizeOf(shape);
  const through = reading.find(([range]) => range.variable === variable && range.from <= offset && end <= range.to);
  const [start, flat] = through ? [offset - through[0].from, through[1]] : [offset, variable.value.reshape([-1])];
  return flat
    .at([start, start + sizeOf(shape)])
    .reshape(shape)
    .cast("float32");
}
