// Layers that tell a network the positions in a sequence.
import { ShapeError } from "../../errors.ts";
import { arange } from "../../functions/array.ts";
import { rotaryEmbedding, sinusoidalPositions } from "../../functions/positions.ts";
import { checkCount, checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";

/** A sequence `[batch, steps, features]`, alone or with the position of its first step, int32 `[batch]`. */
export type Positioned = Tensor | { readonly x: Tensor; readonly start: Tensor };

/** What layers of positions share. */
abstract class PositionLayer extends Layer<Positioned, Tensor> {
  override build(shapes: Shape | { readonly x: Shape }): void {
    const shape = "x" in shapes ? shapes.x : shapes;
    if (shape.length !== 2)
      throw new ShapeError(
        `${this.describe()}: expected sequences [batch, steps, features], got ${formatBatchShape(shape)}.`,
      );
    this.declareTable(shape);
  }

  protected declareTable(_shape: Shape): void {}

  call(inputs: Positioned): Tensor {
    const x = inputs instanceof Tensor ? inputs : inputs.x;
    const steps = arange(x.shape[1]!).cast("int32");
    const positions = inputs instanceof Tensor ? steps : inputs.start.cast("int32").expandDims(-1).add(steps);
    return this.at(asFloat(x), positions);
  }

  /** The output for positions `[steps]` or `[batch, steps]`. */
  protected abstract at(x: Tensor, positions: Tensor): Tensor;

  override computeMask(_: Positioned, masks: Masks | null): Masks | null {
    return masks instanceof Tensor || masks === null ? masks : ((masks as { readonly x: Masks }).x ?? null);
  }

  override activationName(): string {
    return "linear";
  }
}

/** The options of {@link PositionEmbedding}. */
export interface PositionEmbeddingOptions extends LayerOptions {
  /** Default: "glorotUniform". */
  readonly initializer?: InitializerLike;
}

/** The options of {@link PositionEmbedding}, and its size. */
export interface PositionEmbeddingConfig extends PositionEmbeddingOptions {
  /** The greatest number of steps. */
  readonly sequenceLength: number;
}

/**
 * A learned vector for each position: `[batch, steps, features]` becomes the vectors of its positions, of the same
 * shape, which are to be added to it. With `{ x, start }` the positions begin at `start`.
 *
 * Parameters: `embeddings [sequenceLength, features]`.
 *
 * @throws ShapeError for more steps than `sequenceLength`
 * @example
 * const x = layers.embedding(100, 16).apply(input([8]));
 * layers.add().apply([x, layers.positionEmbedding(8).apply(x)]).shape; // [8, 16]
 */
export class PositionEmbedding extends PositionLayer {
  override readonly className = "PositionEmbedding";
  readonly sequenceLength: number;
  readonly #initializer: Initializer;

  constructor(config: PositionEmbeddingConfig) {
    super("positionEmbedding", config, ["sequenceLength", "initializer"]);
    this.sequenceLength = checkCount("positionEmbedding", "sequenceLength", config.sequenceLength);
    this.#initializer = initializer(config.initializer ?? "glorotUniform");
  }

  protected override declareTable([steps, features]: Shape): void {
    if (steps! > this.sequenceLength)
      throw new ShapeError(`${this.describe()}: expected at most ${this.sequenceLength} steps, got ${steps}.`);
    this.addParameter("embeddings", [this.sequenceLength, features!], this.#initializer);
  }

  protected at(x: Tensor, positions: Tensor): Tensor {
    const table = this.parameter("embeddings");
    const rows = positions.ndim === 1 ? table.at([0, x.shape[1]!]) : table.take(positions);
    return rows.broadcastTo(x.shape);
  }

  override config() {
    return { sequenceLength: this.sequenceLength, initializer: initializerConfig(this.#initializer) };
  }
}

/** The options of {@link SinePositionEncoding} and {@link RotaryEmbedding}. */
export interface WavelengthOptions extends LayerOptions {
  /** The wavelength of the slowest wave is this times 2π. Default: 10000. */
  readonly maxWavelength?: number;
}

/** What layers with a wavelength share. */
abstract class WavelengthLayer extends PositionLayer {
  readonly maxWavelength: number;

  constructor(place: string, { maxWavelength = 10000, ...options }: WavelengthOptions) {
    super(place, options);
    this.maxWavelength = checkRange(place, "maxWavelength", maxWavelength, 1);
  }

  override config() {
    return { maxWavelength: this.maxWavelength };
  }
}

/**
 * Sines and cosines of the positions ({@link sinusoidalPositions}): `[batch, steps, features]` becomes the encodings of
 * its positions, of the same shape, which are to be added to it. With `{ x, start }` the positions begin at `start`. No
 * parameters. Vaswani and others, 2017.
 *
 * @example
 * const x = layers.embedding(100, 16).apply(input([8]));
 * layers.add().apply([x, layers.sinePositionEncoding().apply(x)]).shape; // [8, 16]
 */
export class SinePositionEncoding extends WavelengthLayer {
  override readonly className = "SinePositionEncoding";

  constructor(options: WavelengthOptions = {}) {
    super("sinePositionEncoding", options);
  }

  protected at(x: Tensor, positions: Tensor): Tensor {
    return sinusoidalPositions(positions, x.shape[2]!, this.maxWavelength).broadcastTo(x.shape);
  }
}

/**
 * Turns pairs of features by their position ({@link rotaryEmbedding}): `[batch, steps, features]` to the same shape,
 * for queries and keys. With `{ x, start }` the positions begin at `start`. No parameters. `multiHeadAttention` and
 * `groupedQueryAttention` do this for each head with `rotaryWavelength`. Su and others, 2021.
 *
 * @throws ShapeError for an odd number of features
 * @example layers.rotaryEmbedding()
 */
export class RotaryEmbedding extends WavelengthLayer {
  override readonly className = "RotaryEmbedding";

  constructor(options: WavelengthOptions = {}) {
    super("rotaryEmbedding", options);
  }

  protected at(x: Tensor, positions: Tensor): Tensor {
    return rotaryEmbedding(x, { positions, maxWavelength: this.maxWavelength });
  }
}
