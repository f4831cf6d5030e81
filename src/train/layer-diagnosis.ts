// The figures of one layer in a diagnosis.

/** The figures of one layer in a diagnosis. */
export interface LayerDiagnosis {
  /** The path of the layer: `encoder/dense_1`; the name of the model for its own parameters. */
  readonly path: string;
  readonly className: string;
  /** ‖∂L/∂θ‖, the Euclidean norm of the gradient of the loss by the layer's parameters. Null without any to train. */
  readonly gradientNorm: number | null;
  /** ‖Δθ‖ / ‖θ‖ for the next step of the optimizer; about 1e-3 is usual. Null without parameters to train. */
  readonly updateRatio: number | null;
  /**
   * The share of units whose output is the same for all examples (0, after a relu that is never active). A unit is an
   * index along the last axis: a neuron, a filter, a feature.
   */
  readonly deadUnits: number;
  /**
   * The share of outputs within 1 % of a bound of the activation (of the width between both): of −1 and 1 for tanh, of
   * 0 and 1 for sigmoid and softmax. Null if the activation has no bounds, or is not known.
   */
  readonly saturation: number | null;
  /** The mean of the outputs. */
  readonly mean: number;
  /** The standard deviation of the outputs. */
  readonly standardDeviation: number;
}
