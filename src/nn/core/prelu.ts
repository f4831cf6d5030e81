// A leaky ReLU whose slope is learned.
import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";

export interface PReLUConfig extends LayerOptions {
  /** Default: "zeros", as in Keras; the paper begins at 0.25: `{ name: "constant", config: { value: 0.25 } }`. */
  readonly alphaInitializer?: InitializerLike;
  /**
   * The axes that share one slope, counted with the batch axis as 0. Default: none, so that each element has its own.
   */
  readonly sharedAxes?: readonly number[];
}

/**
 * x for x > 0, else α·x, with α learned. He and others, 2015.
 *
 * Parameter: `alpha`, of the shape of one example, with 1 on the shared axes.
 *
 * @example layers.prelu({ alphaInitializer: initializers.constant({ value: 0.25 }) })
 */
export class PReLU extends Layer<Tensor, Tensor> {
  override readonly className = "PReLU";
  readonly sharedAxes: readonly number[];
  readonly #alpha: Initializer;

  constructor(config: PReLUConfig = {}) {
    super("prelu", config, ["alphaInitializer", "sharedAxes"]);
    const { alphaInitializer = "zeros", sharedAxes = [] } = config;
    if (!Array.isArray(sharedAxes) || !sharedAxes.every((a) => Number.isInteger(a) && a >= 1)) {
      const got = Array.isArray(sharedAxes) ? `[${sharedAxes}]` : describe(sharedAxes);
      throw new ArgumentError(`prelu: sharedAxes: expected integers from 1 up (0 is the batch), got ${got}.`);
    }
    this.sharedAxes = sharedAxes;
    this.#alpha = initializer(alphaInitializer);
  }

  override build(inputShape: Shape): void {
    const outside = this.sharedAxes.find((a) => a > inputShape.length);
    if (outside !== undefined)
      throw new ArgumentError(
        `${this.describe()}: sharedAxes: expected axes of ${formatBatchShape(inputShape)}, got ${outside}.`,
      );
    this.addParameter(
      "alpha",
      inputShape.map((n, i) => (this.sharedAxes.includes(i + 1) ? 1 : n)),
      this.#alpha,
    );
  }

  call(x: Tensor): Tensor {
    const at = asFloat(x);
    return where(at.greater(0), at, at.mul(this.parameter("alpha")));
  }

  override activationName(): string {
    return "prelu";
  }

  override config() {
    return { alphaInitializer: initializerConfig(this.#alpha), sharedAxes: this.sharedAxes };
  }
}
