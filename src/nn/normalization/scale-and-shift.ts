// The learned scale and shift behind a normalisation.
import { checkFlag, checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Json, Layer, type LayerOptions } from "../tree/layer.ts";
import { WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import type { ConstraintLike } from "../weights/constraints.ts";
import type { InitializerLike } from "../weights/initializers.ts";
import type { RegularizerLike } from "../weights/regularizers.ts";

/** The options of normalisations with a learned scale and shift. */
export interface ScaledOptions extends LayerOptions {
  /** Added to the variance. Default: 0.001 (PyTorch: 10⁻⁵). */
  readonly epsilon?: number;
  /** Adds `beta`. Default: true. */
  readonly center?: boolean;
  /** Multiplies by `gamma`. Default: true. */
  readonly scale?: boolean;
  /** Default: "zeros". */
  readonly betaInitializer?: InitializerLike;
  /** Default: "ones". */
  readonly gammaInitializer?: InitializerLike;
  /** A penalty on beta that is added to the loss. Default: none. */
  readonly betaRegularizer?: RegularizerLike | null;
  /** A penalty on gamma that is added to the loss. Default: none. */
  readonly gammaRegularizer?: RegularizerLike | null;
  /** Is applied to beta after each step. Default: none. */
  readonly betaConstraint?: ConstraintLike | null;
  /** Is applied to gamma after each step. Default: none. */
  readonly gammaConstraint?: ConstraintLike | null;
}

const known = ["epsilon", "center", "scale", ...weightOptionNames("beta"), ...weightOptionNames("gamma")];

/** A normalisation with a learned scale and shift. */
export abstract class Scaled extends Layer<Tensor, Tensor> {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly #beta: WeightOptions;
  readonly #gamma: WeightOptions;

  constructor(where: string, options: ScaledOptions, own: readonly string[]) {
    super(where, options, [...own, ...known]);
    const { epsilon = 1e-3, center = true, scale = true } = options;
    this.epsilon = checkRange(where, "epsilon", epsilon, 0);
    this.center = checkFlag(where, "center", center);
    this.scale = checkFlag(where, "scale", scale);
    this.#beta = new WeightOptions("beta", options, "zeros");
    this.#gamma = new WeightOptions("gamma", options, "ones");
  }

  protected declareScale(shape: Shape): void {
    if (this.scale) this.addParameter("gamma", shape, this.#gamma.initializer, this.#gamma);
    if (this.center) this.addParameter("beta", shape, this.#beta.initializer, this.#beta);
  }

  /** The options of the functions that normalise. */
  protected get affine(): { epsilon: number; gamma?: Tensor; beta?: Tensor } {
    return {
      epsilon: this.epsilon,
      ...(this.scale && { gamma: this.parameter("gamma") }),
      ...(this.center && { beta: this.parameter("beta") }),
    };
  }

  override config(): { readonly [option: string]: Json } {
    const { epsilon, center, scale } = this;
    return { epsilon, center, scale, ...this.#beta.config(), ...this.#gamma.config() };
  }
}
