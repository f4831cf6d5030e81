// The layer that takes products of two inputs, summed over an axis of each.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { l2Normalize } from "../../functions/normalization.ts";
import * as ops from "../../ops/index.ts";
import { checkFlag, describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { exampleAxis } from "../tree/axes.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { formatShapes, type Shapes } from "../tree/tree.ts";
import { checkParts } from "./merging.ts";

export interface DotOptions extends LayerOptions {
  /** Divides each input by its length along its axis first, so that the result is a cosine. Default: false. */
  readonly normalize?: boolean;
}

export interface DotConfig extends DotOptions {
  /** The axis of both inputs to sum over, or one for each, counted with the batch axis as 0. */
  readonly axes: number | readonly [number, number];
}

/**
 * y = Σ a·b over an axis of each of two inputs, example by example: the other axes of a, then those of b. `[batch, n]`
 * and `[batch, n]` become `[batch, 1]`. No parameters. The result has no mask. Throws {@link ShapeError} with both
 * shapes where the axes differ in length.
 *
 * @example
 * layers.dot(-1).apply([input([8]), input([8])]).shape; // [1]
 * layers.dot([2, 1]).apply([input([5, 8]), input([8, 3])]).shape; // [5, 3]
 */
export class Dot extends Layer<readonly [Tensor, Tensor], Tensor> {
  override readonly className = "Dot";
  readonly axes: number | readonly [number, number];
  readonly normalize: boolean;

  constructor(config: DotConfig) {
    super("dot", config, ["axes", "normalize"]);
    const { axes, normalize = false } = config;
    const pair: readonly unknown[] = Array.isArray(axes) ? axes : [axes, axes];
    if (pair.length !== 2 || !pair.every((axis) => Number.isInteger(axis) && axis !== 0))
      throw new ArgumentError(
        "dot: expected axes to be an integer other than 0 (the batch), or one for each input, " +
          `got ${Array.isArray(axes) ? `[${axes}]` : describe(axes)}.`,
      );
    this.axes = axes;
    this.normalize = checkFlag("dot", "normalize", normalize);
  }

  override build(inputShapes: Shapes): void {
    const shapes = checkParts(this, inputShapes, 2, true);
    const [a, b] = shapes as readonly [Shape, Shape];
    const [i, j] = this.#indices([a, b]);
    if (a[i - 1] === b[j - 1]) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs of equal lengths along the axes ${i} and ${j}, got ${formatShapes(shapes)}.`,
    );
  }

  call([first, second]: readonly [Tensor, Tensor]): Tensor {
    const [i, j] = this.#indices([first.shape.slice(1), second.shape.slice(1)]);
    const scaled = (x: Tensor, axis: number): Tensor =>
      this.normalize ? l2Normalize(asFloat(x), { axes: axis }) : asFloat(x);
    const [a, b] = [scaled(first, i), scaled(second, j)];
    const labelsA = a.shape.map((_, axis) => axis);
    const labelsB = b.shape.map((_, axis) => (axis === 0 ? 0 : axis === j ? i : a.ndim + axis));
    const out = [...labelsA.filter((label) => label !== i), ...labelsB.filter((label) => label !== 0 && label !== i)];
    const y = new Tensor(ops.contract(a.node, b.node, { a: labelsA, b: labelsB, out }));
    return y.ndim === 1 ? y.expandDims(1) : y;
  }

  #indices(shapes: readonly [Shape, Shape]): [number, number] {
    const [first, second] = typeof this.axes === "number" ? [this.axes, this.axes] : this.axes;
    return [exampleAxis(this, first, shapes[0], shapes), exampleAxis(this, second, shapes[1], shapes)];
  }

  override computeMask(): null {
    return null;
  }

  override config() {
    return { axes: this.axes, normalize: this.normalize };
  }
}
