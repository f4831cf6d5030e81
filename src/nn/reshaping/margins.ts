// Layers that cut elements off the ends of spatial axes, or add zeros there.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkSpace } from "../convolution/convolving.ts";
import type { Masks } from "../tree/call.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";

type Pair = readonly [before: number, after: number];

/** How much at the ends of one axis: the same at both, or [before, after]. */
export type Margin1D = number | Pair;
/**
 * How much at the ends of each axis: the same everywhere, or for each axis a number for both ends or a pair [before,
 * after].
 */
export type Margins = number | readonly (number | Pair)[];

export interface CroppingConfig<M = Margins> extends LayerOptions {
  /** The number of elements cut off at the ends of the spatial axes. */
  readonly cropping: M;
}

export interface ZeroPaddingConfig<M = Margins> extends LayerOptions {
  /** The number of zeros added at the ends of the spatial axes. */
  readonly padding: M;
}

/** A pair for each axis. */
function pairs(where: string, name: string, value: Margin1D | Margins, rank: number): Pair[] {
  const isCount = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
  const isMargin = (part: unknown): boolean =>
    isCount(part) || (Array.isArray(part) && part.length === 2 && part.every(isCount));
  // A list of two numbers is a pair where there is one axis only.
  const list: readonly unknown[] =
    typeof value === "number" ? new Array(rank).fill(value) : rank === 1 ? [value] : (value as readonly unknown[]);
  if (!Array.isArray(list) || list.length !== rank || !list.every(isMargin)) {
    const forms = rank === 1 ? "a pair [before, after]" : `a list of ${rank} such numbers or pairs [before, after]`;
    const got = Array.isArray(value) ? JSON.stringify(value) : describe(value);
    throw new ArgumentError(`${where}: expected ${name} to be an integer from 0 up or ${forms}, got ${got}.`);
  }
  return list.map((part: number | Pair): Pair => (typeof part === "number" ? [part, part] : [part[0], part[1]]));
}

/** Changes the ends of spatial axes. */
abstract class Margin extends Layer<Tensor, Tensor> {
  readonly #name: string;
  protected readonly pairs: readonly Pair[];

  constructor(where: string, name: string, rank: number, config: LayerOptions, value: Margin1D | Margins) {
    super(where, config, [name]);
    this.#name = name;
    this.pairs = pairs(where, name, value, rank);
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.pairs.length);
  }

  protected abstract change(x: Tensor, pairs: readonly Pair[]): Tensor;

  call(x: Tensor): Tensor {
    return this.change(x, this.pairs);
  }

  /** The mask of steps is cut and padded as they are: what is added does not count. */
  override computeMask(_inputs: Tensor, mask: Masks | null): Masks | null {
    return mask === null || this.pairs.length > 1 ? null : this.change(mask as Tensor, this.pairs);
  }

  override activationName(): string | null {
    return null;
  }

  override config() {
    const [first] = this.pairs;
    return { [this.#name]: this.pairs.length === 1 ? first! : this.pairs };
  }
}

abstract class Cropping extends Margin {
  constructor(where: string, rank: number, config: CroppingConfig<Margin1D | Margins>) {
    super(where, "cropping", rank, config, config.cropping);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    if (this.pairs.every(([before, after], i) => before + after < inputShape[i]!)) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs of which something is left, got ${formatBatchShape(inputShape)} and ` +
        `cropping ${JSON.stringify(this.pairs)}.`,
    );
  }

  protected change(x: Tensor, pairs: readonly Pair[]): Tensor {
    return x.at([], ...pairs.map(([before, after], i): [number, number] => [before, x.shape[i + 1]! - after]));
  }
}

abstract class ZeroPadding extends Margin {
  constructor(where: string, rank: number, config: ZeroPaddingConfig<Margin1D | Margins>) {
    super(where, "padding", rank, config, config.padding);
  }

  protected change(x: Tensor, pairs: readonly Pair[]): Tensor {
    return x.pad(x.shape.map((_, i) => pairs[i - 1] ?? [0, 0]));
  }
}

/**
 * Cuts steps off both ends: `[batch, steps, channels]` becomes `[batch, steps − before − after, channels]`, and so does
 * the mask. No parameters. Throws {@link ShapeError} where nothing is left.
 *
 * @example layers.cropping1d([1, 2]).apply(input([10, 4])).shape; // [7, 4]
 */
export class Cropping1D extends Cropping {
  override readonly className = "Cropping1D";
  constructor(config: CroppingConfig<Margin1D>) {
    super("cropping1d", 1, config);
  }
}

/**
 * Cuts rows and columns off the edges of images `[batch, height, width, channels]`. No parameters.
 *
 * @example layers.cropping2d([[1, 0], 2]).apply(input([8, 8, 3])).shape; // [7, 4, 3]
 */
export class Cropping2D extends Cropping {
  override readonly className = "Cropping2D";
  constructor(config: CroppingConfig) {
    super("cropping2d", 2, config);
  }
}

/**
 * Cuts layers of elements off the faces of volumes `[batch, ...space, channels]`. No parameters.
 *
 * @example layers.cropping3d(1).apply(input([4, 8, 8, 3])).shape; // [2, 6, 6, 3]
 */
export class Cropping3D extends Cropping {
  override readonly className = "Cropping3D";
  constructor(config: CroppingConfig) {
    super("cropping3d", 3, config);
  }
}

/**
 * Adds zeros at both ends: `[batch, steps, channels]` becomes `[batch, steps + before + after, channels]`. In the mask
 * they do not count. No parameters.
 *
 * @example layers.zeroPadding1d([2, 0]).apply(input([10, 4])).shape; // [12, 4]
 */
export class ZeroPadding1D extends ZeroPadding {
  override readonly className = "ZeroPadding1D";
  constructor(config: ZeroPaddingConfig<Margin1D>) {
    super("zeroPadding1d", 1, config);
  }
}

/**
 * Adds rows and columns of zeros around images `[batch, height, width, channels]`. No parameters.
 *
 * @example layers.zeroPadding2d([1, [0, 2]]).apply(input([8, 8, 3])).shape; // [10, 10, 3]
 */
export class ZeroPadding2D extends ZeroPadding {
  override readonly className = "ZeroPadding2D";
  constructor(config: ZeroPaddingConfig) {
    super("zeroPadding2d", 2, config);
  }
}

/**
 * Adds zeros around volumes `[batch, ...space, channels]`. No parameters.
 *
 * @example layers.zeroPadding3d().apply(input([4, 8, 8, 3])).shape; // [6, 10, 10, 3]
 */
export class ZeroPadding3D extends ZeroPadding {
  override readonly className = "ZeroPadding3D";
  constructor(config: ZeroPaddingConfig) {
    super("zeroPadding3d", 3, config);
  }
}
