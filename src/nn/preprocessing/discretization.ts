// Sorts numbers into bins.
import { ArgumentError } from "../../errors.ts";
import { zeros } from "../../functions/array.ts";
import { checkChoice, checkCount, describe } from "../../options.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { asFloat, type Json, Layer, type LayerOptions } from "../tree/layer.ts";
import { type AdaptData, examplesIn } from "./adapting.ts";
import { encodeCategories, encodings, maskOfEncoding } from "./category-encoding.ts";

const modes = ["int", ...encodings] as const;

export interface DiscretizationConfig extends LayerOptions {
  /** The boundaries between bins, in ascending order. */
  readonly binBoundaries?: readonly number[] | null;
  /** The number of bins, whose boundaries `adapt` finds. Give this or `binBoundaries`. */
  readonly numBins?: number | null;
  /** "int" gives the numbers of bins, the others encode them as {@link CategoryEncoding}. Default: "int". */
  readonly outputMode?: (typeof modes)[number];
}

/**
 * The number of the bin in which each number lies: how many boundaries are not above it, from 0 to the number of
 * boundaries; int32 of the input's shape, or float32 vectors of that many bins. NaN lies in bin 0. Boundaries are
 * given, or learned by `adapt`: the quantiles i/numBins of all numbers, exactly and interpolated as NumPy's (Keras
 * approximates them). Learned ones are a parameter `binBoundaries` that training does not change.
 *
 * @throws ArgumentError for other options
 * @example
 * const bins = layers.discretization({ binBoundaries: [0, 1, 2] });
 * await bins.apply([[-1.5, 1, 3.4, 0.5]]).array(); // [[0, 2, 3, 1]]
 */
export class Discretization extends Layer<Tensor, Tensor> {
  override readonly className = "Discretization";
  readonly binBoundaries: readonly number[] | null;
  readonly numBins: number;
  readonly outputMode: (typeof modes)[number];
  #learned: Tensor | null = null;

  constructor(config: DiscretizationConfig) {
    const where = "discretization";
    super(where, config, ["binBoundaries", "numBins", "outputMode"]);
    const { binBoundaries = null, numBins = null, outputMode = "int" } = config;
    if ((binBoundaries === null) === (numBins === null))
      throw new ArgumentError(
        `${where}: expected binBoundaries or numBins, got ${numBins === null ? "neither" : "both"}.`,
      );
    const inOrder = (list: unknown): boolean =>
      Array.isArray(list) && list.every((n, i) => Number.isFinite(n) && (i === 0 || n > list[i - 1]));
    if (binBoundaries !== null && !inOrder(binBoundaries))
      throw new ArgumentError(
        `${where}: expected binBoundaries to be a list of ascending numbers, ` +
          `got ${Array.isArray(binBoundaries) ? JSON.stringify(binBoundaries) : describe(binBoundaries)}.`,
      );
    this.binBoundaries = binBoundaries;
    this.numBins = binBoundaries ? binBoundaries.length + 1 : checkCount(where, "numBins", numBins, 2);
    this.outputMode = checkChoice(where, "outputMode", outputMode, modes);
  }

  override build(): void {
    if (this.binBoundaries) return;
    const make = (): Tensor => this.#learned ?? zeros([this.numBins - 1]);
    this.addParameter("binBoundaries", [this.numBins - 1], { name: "learned", config: {}, make }, { trainable: false });
  }

  /** Learns the boundaries from all numbers of a data set or an array; what was learned before is forgotten. */
  async adapt(data: AdaptData): Promise<void> {
    if (this.binBoundaries) throw new ArgumentError("discretization: adapt: binBoundaries were given.");
    const { shape, count, at } = await examplesIn("discretization: adapt", data);
    const size = shape.reduce((a, b) => a * b, count);
    const sorted = Float64Array.from({ length: size }, (_, i) => at(i)).sort();
    const boundaries = Array.from({ length: this.numBins - 1 }, (_, i) => {
      const place = ((i + 1) / this.numBins) * (size - 1);
      const low = Math.floor(place);
      return sorted[low]! + (sorted[Math.min(low + 1, size - 1)]! - sorted[low]!) * (place - low);
    });
    this.#learned = tensor(Float32Array.from(boundaries));
    if (this.parameters[0]?.storage) this.assignParameter("binBoundaries", this.#learned);
  }

  call(x: Tensor): Tensor {
    const boundaries = this.binBoundaries ? tensor([...this.binBoundaries]) : this.parameter("binBoundaries");
    const bins = asFloat(x).expandDims(-1).greaterEqual(boundaries).cast("int32").sum(-1);
    return encodeCategories(bins, this.numBins, this.outputMode);
  }

  override computeMask(x: Tensor, mask: Masks | null): Masks | null {
    return maskOfEncoding(this.outputMode, x, mask);
  }

  override config(): { readonly [option: string]: Json } {
    const { binBoundaries, numBins, outputMode } = this;
    return binBoundaries ? { binBoundaries, outputMode } : { numBins, outputMode };
  }
}
