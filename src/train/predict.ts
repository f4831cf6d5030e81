// Computes a model's outputs for many inputs, one batch after another.
import { type Compiled, compile } from "../compile-function.ts";
import type { Column } from "../data/dataset.ts";
import { allocate, type TypedArray } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { isHalf } from "../half.ts";
import type { Network } from "../nn/tree/network.ts";
import { formatBatchShape, isShape, isTensor, leavesOf, mapTree, type Tensors, type Tree } from "../nn/tree/tree.ts";
import { checkCount, checkOptions } from "../options.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { columnShapes, isColumn } from "./examples.ts";
import { rescale } from "./resident.ts";

/** The options of `model.predict`. */
export interface PredictOptions {
  /** The number of examples that are computed at a time. Default: 256. */
  readonly batchSize?: number;
}

/** The programs of a model's forward pass on raw inputs: one for each scale, traced for each batch size and dtype. */
export class Predictor {
  readonly #model: Network;
  readonly #programs = new Map<string, Compiled<Tensor[], Tensor[]>>();

  constructor(model: Network) {
    this.#model = model;
  }

  async predict(inputs: Tree<Column>, options: PredictOptions): Promise<Tensors> {
    checkOptions("predict", options, ["batchSize"]);
    const batchSize = checkCount("predict", "batchSize", options.batchSize ?? 256);
    const columns = leavesOf(inputs, isColumn);
    const count = this.#countOf(columns);
    this.#model.declare(columnShapes(inputs));
    this.#model.weights();
    const { outputShape } = this.#model.requireShapes();
    const shapes = leavesOf<Shape>(outputShape, isShape);
    const out: TypedArray[] = [];
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from);
      const parts = await this.#program(inputs)(...columns.map((column) => rowsOf(column, from, size)));
      for (const [i, part] of parts.entries()) {
        const each = sizeOf(shapes[i] ?? []);
        const whole = (out[i] ??= allocate(isHalf(part.dtype) ? "float32" : part.dtype, count * each));
        whole.set(await part.data(), from * each);
      }
    }
    let next = 0;
    return mapTree<Shape, Tensor>(outputShape, isShape, (shape) =>
      tensor(out[next++] as TypedArray, { shape: [count, ...shape] }),
    );
  }

  /** The number of examples. Throws where there are none, or where one example was meant. */
  #countOf(columns: readonly Column[]): number {
    const { inputShape } = this.#model;
    const [first, ...others] = columns.map(({ array }) => array.shape);
    if (first && others.length === 0 && inputShape && isShape(inputShape) && sameShape(first, inputShape)) {
      throw new ShapeError(
        `predict: expected a batch of inputs, ${formatBatchShape(first)}, got one example; put it into an array, [x].`,
      );
    }
    const count = first?.[0] ?? 0;
    if (count === 0) throw new ArgumentError("predict: expected at least one example, got none.");
    const other = others.find(([n]) => n !== count);
    if (other) throw new ShapeError(`predict: expected as many examples of each input, got ${count} and ${other[0]}.`);
    return count;
  }

  #program(inputs: Tree<Column>): Compiled<Tensor[], Tensor[]> {
    const name = JSON.stringify(mapTree(inputs, isColumn, ({ scale, offset }) => `${scale} ${offset}`));
    let program = this.#programs.get(name);
    if (!program) {
      program = compile((...raw: Tensor[]) => {
        let next = 0;
        const scaled = mapTree(inputs, isColumn, ({ scale, offset }) => rescale(raw[next++] as Tensor, scale, offset));
        return leavesOf(this.#model.apply(scaled) as Tensors, isTensor);
      });
      this.#programs.set(name, program);
    }
    return program;
  }
}

/** `size` examples from `from` on. */
function rowsOf({ array: { data, shape, dtype } }: Column, from: number, size: number): Tensor {
  const example: Shape = shape.slice(1);
  const each = sizeOf(example);
  return tensor({ data: data.subarray(from * each, (from + size) * each), shape: [size, ...example], dtype });
}
