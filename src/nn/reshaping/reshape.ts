// The layer that gives examples another shape.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { formatShape, type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";

export interface ReshapeConfig extends LayerOptions {
  /** The new shape of one example, without the batch axis; one −1 is inferred from the size. */
  readonly targetShape: Shape;
}

/**
 * `[batch, ...]` becomes `[batch, ...targetShape]`, in row-major order. No parameters, no computation.
 * Throws {@link ShapeError} if the sizes differ.
 *
 * @example layers.reshape([28, 28, 1])
 */
export class Reshape extends Layer<Tensor, Tensor> {
  override readonly className = "Reshape";
  readonly targetShape: Shape;
  #resolved: Shape = [];

  constructor(config: ReshapeConfig) {
    super("reshape", config, ["targetShape"]);
    const { targetShape } = config;
    const fits =
      Array.isArray(targetShape) && targetShape.every((n) => Number.isSafeInteger(n) && (n >= 1 || n === -1));
    if (!fits || targetShape.filter((n) => n === -1).length > 1) {
      const got = Array.isArray(targetShape) ? formatShape(targetShape) : describe(targetShape);
      throw new ArgumentError(
        `reshape: targetShape: expected a list of integers from 1 up and at most one -1, got ${got}.`,
      );
    }
    this.targetShape = targetShape;
  }

  override build(inputShape: Shape): void {
    const size = sizeOf(inputShape);
    const known = this.targetShape.reduce((n, m) => (m === -1 ? n : n * m), 1);
    this.#resolved = this.targetShape.map((n) => (n === -1 ? size / known : n));
    if (sizeOf(this.#resolved) === size && this.#resolved.every(Number.isInteger)) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs that fit ${formatBatchShape(this.targetShape)}, ` +
        `got ${formatBatchShape(inputShape)} with ${size} numbers in each example.`,
    );
  }

  call(x: Tensor): Tensor {
    return x.reshape([x.shape[0]!, ...this.#resolved]);
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { targetShape: this.targetShape };
  }
}
