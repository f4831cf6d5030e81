// Encodes category numbers as vectors with an element for each category.
import { where } from "../../functions/array.ts";
import * as ops from "../../ops/index.ts";
import { checkChoice, checkCount } from "../../options.ts";
import { Tensor, tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";

/** The forms in which categories come out, besides the numbers themselves. */
export const encodings = ["oneHot", "multiHot", "count"] as const;
/** The forms in which tokens of a vocabulary come out. */
export const tokenEncodings = ["int", ...encodings, "tfIdf"] as const;

/**
 * Category numbers `[batch, ...]` as vectors of length `depth`. Numbers outside 0 … depth − 1 count for nothing.
 *
 * @param weights what each category counts, for "tfIdf"
 */
export function encodeCategories(
  x: Tensor,
  depth: number,
  mode: (typeof tokenEncodings)[number],
  weights?: readonly number[],
): Tensor {
  const numbers = x.cast("int32");
  if (mode === "int") return numbers;
  if (mode === "oneHot") {
    const each = numbers.ndim > 1 && numbers.shape.at(-1) === 1 ? numbers.squeeze(-1) : numbers;
    const shape = [...each.shape, depth];
    return each
      .expandDims(-1)
      .equal(new Tensor(ops.iota(shape, shape.length - 1, "int32")))
      .cast("float32");
  }
  const sets = numbers.ndim === 1 ? numbers.expandDims(-1) : numbers;
  const outer = sets.shape.slice(0, -1);
  const rows = outer.reduce((a, b) => a * b, 1);
  // One more element of each row takes what is no category.
  const known = sets.greaterEqual(0).logicalAnd(sets.less(depth));
  const row = new Tensor(ops.iota([rows, sets.shape.at(-1)!], 0, "int32")).mul(depth + 1);
  const places = where(known, sets, depth).reshape(row.shape).add(row);
  const ones = ops.full(places.shape, 1, "float32");
  const counts = new Tensor(ops.scatterAdd(ones, places.node, 0, rows * (depth + 1)))
    .reshape([rows, depth + 1])
    .at([], [0, depth])
    .reshape([...outer, depth]);
  if (mode === "multiHot") return counts.minimum(1);
  return weights ? counts.mul(tensor([...weights])) : counts;
}

/** The mask of encoded categories: that of their steps, unless these have become one vector. */
export const maskOfEncoding = (mode: (typeof tokenEncodings)[number], x: Tensor, mask: Masks | null): Masks | null =>
  mode === "int" || (mode === "oneHot" && x.shape[1] !== 1) ? mask : null;

export interface CategoryEncodingConfig extends LayerOptions {
  /** The number of categories. */
  readonly numTokens: number;
  /** Default: "multiHot". */
  readonly outputMode?: (typeof encodings)[number];
}

/**
 * Category numbers 0 … numTokens − 1 as vectors, float32. "oneHot": each number as a vector that is 1 there and else 0,
 * `[...]` to `[..., numTokens]`, where a last axis of 1 is dropped first. "multiHot": `[..., n]` to `[...,
 * numTokens]`, 1 for each number that occurs among the n. "count": the same with how often it occurs. A number outside
 * that range gives zeros (Keras throws). No parameters.
 *
 * @throws ArgumentError for other options
 * @example await layers.categoryEncoding(4, { outputMode: "count" }).apply([[0, 1, 1]]).array(); // [[1, 2, 0, 0]]
 */
export class CategoryEncoding extends Layer<Tensor, Tensor> {
  override readonly className = "CategoryEncoding";
  readonly numTokens: number;
  readonly outputMode: (typeof encodings)[number];

  constructor(config: CategoryEncodingConfig) {
    super("categoryEncoding", config, ["numTokens", "outputMode"]);
    this.numTokens = checkCount("categoryEncoding", "numTokens", config.numTokens);
    this.outputMode = checkChoice("categoryEncoding", "outputMode", config.outputMode ?? "multiHot", encodings);
  }

  call(x: Tensor): Tensor {
    return encodeCategories(x, this.numTokens, this.outputMode);
  }

  override computeMask(x: Tensor, mask: Masks | null): Masks | null {
    return maskOfEncoding(this.outputMode, x, mask);
  }

  override config() {
    return { numTokens: this.numTokens, outputMode: this.outputMode };
  }
}
