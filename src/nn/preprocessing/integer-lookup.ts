// Gives integers numbers by a vocabulary.
import { where } from "../../functions/array.ts";
import { checkFlag } from "../../options.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type AdaptData, examplesIn } from "./adapting.ts";
import { Lookup, type LookupOptions, lookupOptions } from "./lookup.ts";

export interface IntegerLookupConfig extends LookupOptions<number> {
  /** Maps indices to integers instead. Default: false. */
  readonly invert?: boolean;
}

/**
 * The index of each integer in a vocabulary, in the output mode of the layer: `[batch, ...]` to int32 of that shape, or
 * to vectors. Integers are int32; several indices of unknown ones are shared out by the remainder. With numOovIndices 0
 * an unknown integer has the index −1, which counts for nothing in vectors (Keras throws). With `invert`, indices
 * become integers. The vocabulary is saved with the model.
 *
 * Defaults, as in Keras: no maxTokens, numOovIndices 1, maskToken null, oovToken −1, outputMode "int".
 *
 * @throws ArgumentError for other options
 * @example
 * const lookup = layers.integerLookup({ vocabulary: [12, 36, 1138] });
 * await lookup.apply([[12, 1138, 7]]).array(); // [[1, 3, 0]]
 */
export class IntegerLookup extends Lookup<number> {
  override readonly className = "IntegerLookup";
  readonly invert: boolean;

  constructor(config: IntegerLookupConfig = {}) {
    super(config, {
      where: "integerLookup",
      known: [...lookupOptions, "invert"],
      oovToken: -1,
      callLooksUp: true,
      isToken: (value): value is number =>
        typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31,
    });
    this.invert = checkFlag("integerLookup", "invert", config.invert ?? false);
  }

  /** Learns the vocabulary from a data set or an array; along the first axis are the examples that "tfIdf" counts. */
  async adapt(data: AdaptData): Promise<void> {
    const { shape, count, at } = await examplesIn("integerLookup: adapt", data);
    const size = shape.reduce((a, b) => a * b, 1);
    const example = (n: number): number[] => Array.from({ length: size }, (_, i) => Math.trunc(at(n * size + i)));
    this.learn(Array.from({ length: count }, (_, n) => example(n)));
  }

  override call(x: Tensor): Tensor {
    const given = x.cast("int32");
    if (this.invert) {
      const tokens = tensor(Int32Array.from(this.getVocabulary()));
      const isIndex = given.greaterEqual(0).logicalAnd(given.less(tokens.size));
      return where(isIndex, tokens.take(given.maximum(0)), tensor(Int32Array.of(this.oovToken)).reshape([]));
    }
    return this.encodeIndices(this.#indexOf(given));
  }

  #indexOf(x: Tensor): Tensor {
    const { firstUnknown, numOovIndices } = this;
    const share = x.mul(0).add(firstUnknown);
    const unknown =
      numOovIndices > 1 ? x.mod(numOovIndices).add(firstUnknown) : numOovIndices === 1 ? share : x.mul(0).sub(1);
    const entries = [...this.indices].sort(([a], [b]) => a - b);
    const found = entries.length === 0 ? unknown : this.#search(x, entries, unknown);
    if (this.maskToken === null) return found;
    return where(x.equal(this.maskToken), this.outputMode === "int" ? 0 : -1, found).cast("int32");
  }

  /** The indices of known integers by binary search in the sorted ones. */
  #search(x: Tensor, entries: readonly (readonly [number, number])[], unknown: Tensor): Tensor {
    const tokens = tensor(Int32Array.from(entries, ([token]) => token));
    const indices = tensor(Int32Array.from(entries, ([, index]) => index));
    const n = entries.length;
    let at = x.mul(0);
    for (let step = 2 ** Math.floor(Math.log2(n)); step >= 1; step /= 2) {
      const next = at.add(step);
      const fits = next.less(n).logicalAnd(tokens.take(next.minimum(n - 1)).lessEqual(x));
      at = where(fits, next, at);
    }
    return where(tokens.take(at).equal(x), indices.take(at), unknown);
  }

  override config() {
    return { ...super.config(), invert: this.invert };
  }
}
