// Layers that merge several inputs element by element.
import { ShapeError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { formatShapes, isShape, type Shapes } from "../tree/tree.ts";

/**
 * The shapes of a layer's several inputs. Throws {@link ShapeError} unless they are a list of `least` or more, or of
 * exactly `least` if `exactly`.
 */
export function checkParts(layer: Layer, shapes: Shapes, least: number, exactly = false): readonly Shape[] {
  const list: readonly unknown[] = Array.isArray(shapes) ? shapes : [];
  const parts = list.length > 0 && list.every(isShape) ? list : null;
  if (parts && (exactly ? parts.length === least : parts.length >= least)) return parts;
  const got = parts ? `${parts.length}, ${formatShapes(parts)}` : formatShapes(shapes) || "none";
  throw new ShapeError(
    `${layer.describe()}: expected a list of ${exactly ? least : `${least} or more`} inputs, as in ` +
      `layer.apply([a, b]), got ${got}.`,
  );
}

/** The masks of several inputs, null where one has none; null for no mask at all. */
export const maskList = (mask: Masks | null): readonly (Tensor | null)[] | null => mask as never;

/** A step counts where it counts in one of the inputs: everywhere, if one of them has no mask. */
export function eitherMask(mask: Masks | null): Tensor | null {
  const masks = maskList(mask);
  if (!masks) return null;
  return masks.reduce((a, b) => (a && b ? a.logicalOr(b) : null));
}

/** Merges inputs that broadcast together; a shorter shape gets axes of length 1 after the batch, as in Keras. */
abstract class Merging extends Layer<readonly Tensor[], Tensor> {
  constructor(where: string, options: LayerOptions) {
    super(where, options);
  }

  protected abstract merge(parts: readonly Tensor[]): Tensor;

  override build(inputShapes: Shapes): void {
    const shapes = checkParts(this, inputShapes, 1);
    const rank = Math.max(...shapes.map((shape) => shape.length));
    const fits = Array.from({ length: rank }, (_, i) => shapes.map((shape) => shape.at(i - rank) ?? 1)).every(
      (lengths) => new Set(lengths.filter((n) => n !== 1)).size <= 1,
    );
    if (fits) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs whose axes are equally long, or 1, got ${formatShapes(shapes)}.`,
    );
  }

  call(parts: readonly Tensor[]): Tensor {
    const rank = Math.max(...parts.map((x) => x.ndim));
    const aligned = parts.map((x) => {
      const [batch, ...rest] = x.shape as [number, ...number[]];
      const missing = new Array<number>(rank - x.ndim).fill(1);
      return asFloat(missing.length === 0 ? x : x.reshape([batch, ...missing, ...rest]));
    });
    return this.merge(aligned);
  }

  override computeMask(_inputs: readonly Tensor[], mask: Masks | null): Masks | null {
    return eitherMask(mask);
  }
}

/**
 * y = Σ xᵢ: a list of inputs becomes their sum. Shapes broadcast; no parameters. Throws {@link ShapeError} with the
 * shapes of all inputs where they do not fit. A step of the result is masked where it is masked in all inputs.
 *
 * @example
 * const x = input([4]);
 * layers.add().apply([x, layers.dense(4).apply(x)]).shape; // [4]
 */
export class Add extends Merging {
  override readonly className = "Add";
  constructor(options: LayerOptions = {}) {
    super("add", options);
  }
  protected merge(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.add(b));
  }
}

/**
 * y = x₁ − x₂ for a list of exactly two inputs. Otherwise as {@link Add}.
 *
 * @example await layers.subtract().apply([tensor([[3, 1]]), tensor([[1, 1]])]).array(); // [[2, 0]]
 */
export class Subtract extends Merging {
  override readonly className = "Subtract";
  constructor(options: LayerOptions = {}) {
    super("subtract", options);
  }
  override build(inputShapes: Shapes): void {
    checkParts(this, inputShapes, 2, true);
    super.build(inputShapes);
  }
  protected merge([a, b]: readonly [Tensor, Tensor]): Tensor {
    return a.sub(b);
  }
}

/**
 * y = Π xᵢ, the elementwise product. Otherwise as {@link Add}.
 *
 * @example await layers.multiply().apply([tensor([[3, 1]]), tensor([[2, 5]])]).array(); // [[6, 5]]
 */
export class Multiply extends Merging {
  override readonly className = "Multiply";
  constructor(options: LayerOptions = {}) {
    super("multiply", options);
  }
  protected merge(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.mul(b));
  }
}

/**
 * y = Σ xᵢ / n for n inputs. Otherwise as {@link Add}.
 *
 * @example await layers.average().apply([tensor([[3, 1]]), tensor([[1, 5]])]).array(); // [[2, 3]]
 */
export class Average extends Merging {
  override readonly className = "Average";
  constructor(options: LayerOptions = {}) {
    super("average", options);
  }
  protected merge(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.add(b)).div(parts.length);
  }
}

/**
 * y = max xᵢ, element by element. Otherwise as {@link Add}.
 *
 * @example await layers.maximum().apply([tensor([[3, 1]]), tensor([[1, 5]])]).array(); // [[3, 5]]
 */
export class Maximum extends Merging {
  override readonly className = "Maximum";
  constructor(options: LayerOptions = {}) {
    super("maximum", options);
  }
  protected merge(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.maximum(b));
  }
}

/**
 * y = min xᵢ, element by element. Otherwise as {@link Add}.
 *
 * @example await layers.minimum().apply([tensor([[3, 1]]), tensor([[1, 5]])]).array(); // [[1, 1]]
 */
export class Minimum extends Merging {
  override readonly className = "Minimum";
  constructor(options: LayerOptions = {}) {
    super("minimum", options);
  }
  protected merge(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.minimum(b));
  }
}
