// Sorts integers and words into bins by a hash.

import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { key } from "../../functions/random.ts";
import * as ops from "../../ops/index.ts";
import { checkChoice, checkCount, describe } from "../../options.ts";
import { Tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import { encodeCategories, encodings, maskOfEncoding } from "./category-encoding.ts";
import { fingerprint, mapStrings, type Strings } from "./strings.ts";

const modes = ["int", ...encodings] as const;

export interface HashingConfig extends LayerOptions {
  /** The number of bins, with that of the mask. */
  readonly numBins: number;
  /** The integer or word that has bin 0 for itself. Default: null, none. */
  readonly maskValue?: number | string | null;
  /** Another salt gives another hash: an integer from 0 to 2⁵³ − 1. Default: 0. */
  readonly salt?: number;
  /** "int" gives the numbers of bins, the others encode them as {@link CategoryEncoding}. Default: "int". */
  readonly outputMode?: (typeof modes)[number];
}

/**
 * The bin of each integer, 0 … numBins − 1, by a hash that the salt chooses: `[batch, ...]` to int32 of that shape, or
 * to vectors. Nothing is learned: equal inputs have equal bins, and others share one by chance. Words become integers
 * on the host: `encode` gives each a number of 32 bits, which the layer takes. The hash is Threefry (Salmon and
 * others, 2011), so that bins are not those of Keras. No parameters.
 *
 * @throws ArgumentError for other options
 * @example
 * const hashing = layers.hashing(8);
 * hashing.apply(hashing.encode([["red"], ["green"]])).shape; // [2, 1]
 */
export class Hashing extends Layer<Tensor, Tensor> {
  override readonly className = "Hashing";
  readonly numBins: number;
  readonly maskValue: number | string | null;
  readonly salt: number;
  readonly outputMode: (typeof modes)[number];

  constructor(config: HashingConfig) {
    const where = "hashing";
    super(where, config, ["numBins", "maskValue", "salt", "outputMode"]);
    const { numBins, maskValue = null, salt = 0, outputMode = "int" } = config;
    this.numBins = checkCount(where, "numBins", numBins, maskValue === null ? 1 : 2);
    if (maskValue !== null && typeof maskValue !== "string" && !Number.isInteger(maskValue))
      throw new ArgumentError(`${where}: expected maskValue to be an integer or a string, got ${describe(maskValue)}.`);
    this.maskValue = maskValue;
    this.salt = checkCount(where, "salt", salt, 0);
    this.outputMode = checkChoice(where, "outputMode", outputMode, modes);
  }

  /** A number of 32 bits for each string, int32 in their shape: what the layer takes. */
  encode(strings: Strings): Tensor {
    return mapStrings("hashing: encode", strings, (text) => fingerprint(text) | 0);
  }

  call(x: Tensor): Tensor {
    const { maskValue, numBins } = this;
    const integers = x.cast("int32");
    const salt = key(this.salt);
    const word = (i: number) => ops.broadcast(ops.reshape(salt.at([i, i + 1]).node, []), x.shape);
    const bits = new Tensor(ops.randomBits(word(0), word(1), integers.cast("uint32").node));
    const first = maskValue === null ? 0 : 1;
    const bins = bits
      .mod(numBins - first)
      .cast("int32")
      .add(first);
    if (maskValue === null) return encodeCategories(bins, numBins, this.outputMode);
    const mask = typeof maskValue === "string" ? fingerprint(maskValue) | 0 : maskValue;
    return encodeCategories(where(integers.equal(mask), 0, bins), numBins, this.outputMode);
  }

  override computeMask(x: Tensor, mask: Masks | null): Masks | null {
    return maskOfEncoding(this.outputMode, x, mask);
  }

  override config() {
    return { numBins: this.numBins, maskValue: this.maskValue, salt: this.salt, outputMode: this.outputMode };
  }
}
