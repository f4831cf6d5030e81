// Computes a model's outputs for many inputs, one batch after another.
import { type Compiled, compile } from "../compile-function.ts";
import type { Column } from "../data/dataset.ts";
import { allocate, type TypedArray } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { formatBatchShape } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import { checkCount, checkOptions } from "../options.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { breathe } from "./air.ts";
import { rescale } from "./resident.ts";

/** The options of `model.predict`. */
export interface PredictOptions {
  /** The number of examples that are computed at a time. Default: 256. */
  readonly batchSize?: number;
}

/** The programs of a model's forward pass on raw inputs: one for each scale, traced for each batch size and dtype. */
export class Predictor {
  readonly #model: Network;
  readonly #programs = new Map<string, Compiled<[Tensor], Tensor>>();

  constructor(model: Network) {
    this.#model = model;
  }

  async predict(column: Column, options: PredictOptions): Promise<Tensor> {
    checkOptions("predict", options, ["batchSize"]);
    const batchSize = checkCount("predict", "batchSize", options.batchSize ?? 256);
    const { data, shape, dtype } = column.array;
    const [count, example] = [shape[0]!, shape.slice(1)];
    if (count === 0) throw new ArgumentError("predict: expected at least one example, got none.");
    if (this.#model.inputShape && sameShape(shape, this.#model.inputShape as Shape)) {
      throw new ShapeError(
        `predict: expected a batch of inputs, ${formatBatchShape(shape)}, got one example; put it into an array, [x].`,
      );
    }
    this.#model.declare(example);
    this.#model.weights();
    const each = sizeOf(example);
    const { outputShape } = this.#model.requireShapes();
    const outEach = sizeOf(outputShape as Shape);
    let out: TypedArray | null = null;
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from);
      const raw = tensor(data.subarray(from * each, (from + size) * each), { shape: [size, ...example], dtype });
      const part = await this.#program(column)(raw);
      out ??= allocate(part.dtype, count * outEach);
      out.set(await part.data(), from * outEach);
      await breathe();
    }
    return tensor(out!, { shape: [count, ...(outputShape as Shape)] });
  }

  #program({ scale, offset }: Column): Compiled<[Tensor], Tensor> {
    const name = `${scale} ${offset}`;
    let program = this.#programs.get(name);
    if (!program) {
      program = compile((raw: Tensor) => this.#model.apply(rescale(raw, scale, offset)) as Tensor);
      this.#programs.set(name, program);
    }
    return program;
  }
}
