// The layer that joins its inputs along an axis.
import { ShapeError } from "../../errors.ts";
import { concatenate, ones } from "../../functions/array.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkAxis, exampleAxis } from "../tree/axes.ts";
import type { Masks } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import { formatShapes, type Shapes } from "../tree/tree.ts";
import { checkParts, eitherMask, maskList } from "./merging.ts";

export interface ConcatenateConfig extends LayerOptions {
  /** The axis to join along, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number;
}

/**
 * Joins a list of inputs along an axis: `[batch, ..., a]` and `[batch, ..., b]` become `[batch, ..., a + b]`. No
 * parameters. Throws {@link ShapeError} with the shapes of all inputs where another axis differs.
 *
 * Masks are joined with the steps along axis 1; along another axis a step is masked where it is masked in all inputs.
 *
 * @example layers.concatenate().apply([input([8, 8, 3]), input([8, 8, 2])]).shape; // [8, 8, 5]
 */
export class Concatenate extends Layer<readonly Tensor[], Tensor> {
  override readonly className = "Concatenate";
  readonly axis: number;

  constructor(config: ConcatenateConfig = {}) {
    super("concatenate", config, ["axis"]);
    this.axis = checkAxis("concatenate", config.axis ?? -1);
  }

  override build(inputShapes: Shapes): void {
    const shapes = checkParts(this, inputShapes, 1);
    const rank = (shapes[0] as Shape).length + 1;
    const axis = exampleAxis(this, this.axis, shapes[0] as Shape, shapes);
    const others = (shape: Shape): string => shape.filter((_, i) => i + 1 !== axis).join();
    if (shapes.every((shape) => shape.length + 1 === rank && others(shape) === others(shapes[0] as Shape))) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs that differ along axis ${this.axis} only, got ${formatShapes(shapes)}.`,
    );
  }

  call(parts: readonly Tensor[]): Tensor {
    return concatenate(parts, this.axis);
  }

  override computeMask(inputs: readonly Tensor[], mask: Masks | null): Masks | null {
    const masks = maskList(mask);
    const rank = (inputs[0] as Tensor).ndim;
    if (!masks || (this.axis + rank) % rank !== 1 || rank < 3) return eitherMask(mask);
    return concatenate(
      inputs.map((x, i) => masks[i] ?? ones(x.shape.slice(0, 2), "bool")),
      1,
    );
  }

  override config() {
    return { axis: this.axis };
  }
}
