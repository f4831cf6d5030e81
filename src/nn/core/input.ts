// The declaration of a model's input shape.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { type Shape, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";

export interface InputConfig extends LayerOptions {
  /** The shape of one example, without the batch axis. */
  readonly shape: Shape;
}

/** Throws {@link ArgumentError} unless the value is a list of integers from 1 up. */
export function checkExampleShape(where: string, shape: unknown): Shape {
  if (Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 1)) return shape as Shape;
  const got = Array.isArray(shape) ? `[${shape.map(describe).join(",")}]` : describe(shape);
  throw new ArgumentError(
    `${where}: expected a shape: a list of integers from 1 up, without the batch axis, got ${got}.`,
  );
}

/**
 * Declares the shape of the examples, so that a model knows all of its shapes before it sees data. It computes nothing
 * and must be the first layer.
 *
 * @example sequential([layers.input([28, 28]), layers.flatten(), layers.dense(10)])
 */
export class Input extends Layer<Tensor, Tensor> {
  override readonly className = "Input";
  readonly shape: Shape;

  constructor(config: InputConfig) {
    super("input", config, ["shape"]);
    this.shape = checkExampleShape("input", config.shape);
  }

  override build(inputShape: Shape): void {
    if (sameShape(inputShape, this.shape)) return;
    throw new ShapeError(
      `${this.describe()}: expected data of shape ${formatBatchShape(this.shape)}, ` +
        `got ${formatBatchShape(inputShape)}.`,
    );
  }

  call(x: Tensor): Tensor {
    return x;
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { shape: this.shape };
  }
}
