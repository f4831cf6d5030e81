// Normalizes inputs inside the model, by the mean and variance of the data that it was adapted to.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { full } from "../../functions/array.ts";
import { checkFlag, describe } from "../../options.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { type AdaptData, examplesIn } from "./adapting.ts";

export interface NormalizationConfig extends LayerOptions {
  /**
   * The axes that keep a mean and a variance of their own; the batch is axis 0, and cannot. Null: one for all numbers.
   * Default: −1, one for each feature.
   */
  readonly axis?: number | readonly number[] | null;
  /** The mean, one number or one for each element of the kept axes. Default: what `adapt` finds. */
  readonly mean?: number | readonly number[] | null;
  /** The variance, given with the mean. */
  readonly variance?: number | readonly number[] | null;
  /** Brings normalized numbers back to what they were. Default: false. */
  readonly invert?: boolean;
}

const statistics = ["mean", "variance"] as const;

/**
 * y = (x − mean) / max(√variance, 1e-7), in float32; with `invert`, x · max(√variance, 1e-7) + mean. Mean and variance
 * are given, or learned by `adapt`. What it learned are parameters `mean` and `variance` that training does not change:
 * they are saved with the model. A layer that has learned nothing has mean 0 and variance 1.
 *
 * @throws ArgumentError for other options, ShapeError for data of another shape
 * @example
 * const normalize = layers.normalization();
 * await normalize.adapt([[1, 10], [3, 30]]);
 * await normalize.apply([[2, 30]]).array(); // [[0, 1]]
 */
export class Normalization extends Layer<Tensor, Tensor> {
  override readonly className = "Normalization";
  readonly axis: readonly number[] | null;
  readonly mean: readonly number[] | null;
  readonly variance: readonly number[] | null;
  readonly invert: boolean;
  readonly #isOneAxis: boolean;
  #learned: Readonly<Record<(typeof statistics)[number], Tensor>> | null = null;

  constructor(config: NormalizationConfig = {}) {
    super("normalization", config, ["axis", "mean", "variance", "invert"]);
    const { axis = -1, mean = null, variance = null, invert = false } = config;
    this.#isOneAxis = typeof axis === "number";
    this.axis = axis === null ? null : [axis].flat();
    if (!this.axis?.every(Number.isInteger) && this.axis)
      throw new ArgumentError(
        `normalization: expected axis to be an integer, a list of integers or null, got ${describe(axis)}.`,
      );
    if ((mean === null) !== (variance === null))
      throw new ArgumentError(
        `normalization: expected mean and variance together, got only ${mean === null ? "the variance" : "the mean"}.`,
      );
    this.mean = checkNumbers("mean", mean);
    this.variance = checkNumbers("variance", variance);
    if (this.variance?.some((v) => v < 0))
      throw new ArgumentError("normalization: expected variance to hold no number below 0.");
    this.invert = checkFlag("normalization", "invert", invert);
  }

  override build(inputShape: Shape): void {
    const kept = this.#kept(inputShape).map((axis) => inputShape[axis]!);
    if (this.mean) return;
    if (this.#learned && !sameShape(this.#learned.mean.shape, kept))
      throw new ShapeError(
        `${this.describe()}: adapted to statistics of shape ${formatShape(this.#learned.mean.shape)}, ` +
          `but inputs ${formatBatchShape(inputShape)} have ${formatShape(kept)}.`,
      );
    for (const name of statistics) {
      // The initializer is asked when the weights are made, which may be after the next adapt.
      const make = (): Tensor => this.#learned?.[name] ?? full(kept, name === "mean" ? 0 : 1);
      this.addParameter(name, kept, { name, config: {}, make }, { trainable: false });
    }
  }

  /**
   * Learns mean and variance from examples: those of a data set, or along the first axis of an array. Computed in
   * float64; what was learned before is forgotten.
   */
  async adapt(data: AdaptData): Promise<void> {
    if (this.mean) throw new ArgumentError("normalization: adapt: mean and variance were given.");
    const { shape, count, at } = await examplesIn("normalization: adapt", data);
    const kept = this.#kept(shape);
    const lengths = kept.map((axis) => shape[axis]!);
    const size = sizeOf(shape);
    const groups = sizeOf(lengths);
    // The group of each number of an example: its index in the kept axes.
    const group = Array.from({ length: size }, (_, i) => {
      let [rest, index, stride] = [i, 0, 1];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const n = shape[axis]!;
        if (kept.includes(axis)) {
          index += (rest % n) * stride;
          stride *= n;
        }
        rest = Math.floor(rest / n);
      }
      return index;
    });
    const average = (term: (value: number, group: number) => number): Float64Array => {
      const sums = new Float64Array(groups);
      for (let example = 0; example < count; example++)
        for (let i = 0; i < size; i++) sums[group[i]!]! += term(at(example * size + i), group[i]!);
      return sums.map((sum) => sum / ((count * size) / groups));
    };
    const mean = average((value) => value);
    const variance = average((value, group) => (value - mean[group]!) ** 2);
    const values = (of: Float64Array): Tensor => tensor(Float32Array.from(of), { shape: lengths });
    const [parameter] = this.parameters;
    if (parameter?.storage && !sameShape(parameter.shape, lengths))
      throw new ShapeError(
        `normalization: adapt: expected data with statistics of shape ${formatShape(parameter.shape)}, ` +
          `got ${formatShape(lengths)}.`,
      );
    this.#learned = { mean: values(mean), variance: values(variance) };
    for (const { name, storage } of this.parameters)
      if (storage) this.assignParameter(name, this.#learned[name as "mean"]);
  }

  call(x: Tensor): Tensor {
    const shape = x.shape.slice(1);
    const kept = this.#kept(shape);
    const lengths = kept.map((axis) => shape[axis]!);
    const alongAxes = shape.map((n, axis) => (kept.includes(axis) ? n : 1));
    const [mean, variance] = statistics.map((name) => {
      const given = this[name];
      const value = given ? (given.length === 1 ? full(lengths, given[0]!) : tensor([...given])) : this.parameter(name);
      return value.reshape([1, ...alongAxes]);
    }) as [Tensor, Tensor];
    const deviation = variance.sqrt().maximum(1e-7);
    return this.invert ? asFloat(x).mul(deviation).add(mean) : asFloat(x).sub(mean).div(deviation);
  }

  /** The kept axes in order, as axes of one example. */
  #kept(shape: Shape): number[] {
    const rank = shape.length + 1;
    const axes = (this.axis ?? []).map((axis) => (axis < 0 ? axis + rank : axis) - 1);
    const wrong = axes.findIndex((axis) => axis < 0 || axis >= shape.length);
    if (wrong >= 0)
      throw new ShapeError(
        `${this.describe()}: expected an axis of ${formatBatchShape(shape)} other than the batch, ` +
          `got ${this.axis![wrong]}; axis: null has one mean for all numbers.`,
      );
    return [...new Set(axes)].sort((a, b) => a - b);
  }

  override config() {
    const { axis, mean, variance, invert } = this;
    return { axis: axis && this.#isOneAxis ? axis[0]! : axis, mean, variance, invert };
  }
}

function checkNumbers(name: string, given: number | readonly number[] | null): readonly number[] | null {
  if (given === null) return null;
  const list = [given].flat();
  if (list.length > 0 && list.every(Number.isFinite)) return list;
  throw new ArgumentError(
    `normalization: expected ${name} to be a finite number or a list of such, got ${describe(given)}.`,
  );
}
