// The wrapper that runs a recurrent layer over a sequence in both directions.
import { ArgumentError } from "../../errors.ts";
import { concatenate, where } from "../../functions/array.ts";
import { lookUp } from "../../options.ts";
import { Tensor } from "../../tensor.ts";
import type { CallContext, Masks } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import { type HeldLayer, heldLayer, layerToJson } from "../tree/registry.ts";
import type { Tensors } from "../tree/tree.ts";
import { maskOf, type RecurrentInputs, RNN } from "./rnn.ts";

/** The ways in which the outputs of both directions become one. */
const merges = {
  concat: (a: Tensor, b: Tensor) => concatenate([a, b], -1),
  sum: (a: Tensor, b: Tensor) => a.add(b),
  mul: (a: Tensor, b: Tensor) => a.mul(b),
  ave: (a: Tensor, b: Tensor) => a.add(b).mul(0.5),
} as const;

/** The options of {@link Bidirectional}. */
export interface BidirectionalOptions extends LayerOptions {
  /**
   * "concat" puts the outputs of both directions side by side, "sum", "mul" and "ave" add, multiply and average them,
   * and null returns both in a list. Default: "concat".
   */
  readonly mergeMode?: keyof typeof merges | null;
  /** The layer that runs backwards. Default: a copy of the other one, with weights of its own. */
  readonly backwardLayer?: HeldLayer;
}

/** The options of {@link Bidirectional}, and its layer. */
export interface BidirectionalConfig extends BidirectionalOptions {
  /** A recurrent layer. */
  readonly layer: HeldLayer;
}

/**
 * Runs a recurrent layer over a sequence, and a second one from its end, and merges their outputs step by step:
 * `[batch, steps, inputs]` becomes `[batch, steps, 2·units]` or, without `returnSequences`, `[batch, 2·units]`.
 * With `returnState`, a list: the output, the states of the forward layer, those of the backward layer; `initialState`
 * is in the same order. Masked steps of sequences are zero, as in Keras. Schuster and Paliwal, 1997.
 *
 * The parameters are those of `forwardLayer` and `backwardLayer`.
 *
 * @throws ArgumentError for anything but recurrent layers that run in opposite directions and return the same
 * @example layers.bidirectional(layers.lstm(32, { returnSequences: true }), { mergeMode: "sum" })
 */
export class Bidirectional<Out extends Tensors = Tensor> extends Layer<RecurrentInputs, Out> {
  override readonly className = "Bidirectional";
  readonly forwardLayer: RNN<Tensors>;
  readonly backwardLayer: RNN<Tensors>;
  readonly mergeMode: keyof typeof merges | null;

  constructor(config: BidirectionalConfig) {
    super("bidirectional", config, ["layer", "mergeMode", "backwardLayer"]);
    const { layer, mergeMode = "concat", backwardLayer } = config;
    if (mergeMode !== null) lookUp("mergeMode", mergeMode, merges);
    this.mergeMode = mergeMode;
    this.forwardLayer = checkRecurrent("layer", layer);
    this.backwardLayer =
      backwardLayer === undefined ? this.forwardLayer.mirrored() : checkRecurrent("backwardLayer", backwardLayer);
    const { forwardLayer: one, backwardLayer: other } = this;
    if (one.goBackwards === other.goBackwards)
      throw new ArgumentError("bidirectional: expected a backwardLayer that runs the other way (goBackwards).");
    for (const name of ["returnSequences", "returnState", "stateful"] as const)
      if (one[name] !== other[name])
        throw new ArgumentError(`bidirectional: expected both layers to have the same ${name}, got both values.`);
  }

  call(inputs: RecurrentInputs, context: CallContext): Out {
    const { forwardLayer: one, backwardLayer: other } = this;
    const [first, second] = this.#parted(inputs);
    const mask = one.returnSequences ? maskOf(context.mask) : null;
    const run = (layer: RNN<Tensors>, given: RecurrentInputs): readonly [output: Tensor, ...states: Tensor[]] => {
      const result = layer.apply(given) as Tensor | readonly Tensor[];
      const [output, ...states] = result instanceof Tensor ? [result] : result;
      // The outputs of a layer that runs backwards are in the order of computation.
      const y = layer.goBackwards && layer.returnSequences ? output!.flip(1) : output!;
      return [mask ? where(mask.expandDims(-1), y, 0) : y, ...states];
    };
    const [a, ...states] = run(one, first);
    const [b, ...others] = run(other, second);
    const merged = this.mergeMode === null ? [a, b] : [merges[this.mergeMode](a, b)];
    const all = [...merged, ...states, ...others];
    return (all.length === 1 ? all[0] : all) as Out;
  }

  /** The inputs of each direction: the first half of the states is that of the forward layer. */
  #parted(inputs: RecurrentInputs): readonly [RecurrentInputs, RecurrentInputs] {
    if (inputs instanceof Tensor) return [inputs, inputs];
    const { x, initialState } = inputs;
    if (initialState instanceof Tensor)
      throw new ArgumentError(
        `${this.describe()}: expected initialState to be a list with states for both directions.`,
      );
    const half = initialState.length / 2;
    return [
      { x, initialState: initialState.slice(0, half) },
      { x, initialState: initialState.slice(half) },
    ];
  }

  override computeMask(_: RecurrentInputs, masks: Masks | null): Masks | null {
    const mask = maskOf(masks);
    if (mask === null || !this.forwardLayer.returnSequences) return null;
    return this.mergeMode === null ? [mask, mask] : this.forwardLayer.returnState ? [mask] : mask;
  }

  /** Sets the states of stateful layers to zero. */
  resetStates(): void {
    this.forwardLayer.resetStates();
    this.backwardLayer.resetStates();
  }

  override config() {
    return {
      layer: layerToJson(this.forwardLayer),
      mergeMode: this.mergeMode,
      backwardLayer: layerToJson(this.backwardLayer),
    };
  }
}

/** Throws {@link ArgumentError} for anything but a recurrent layer. */
function checkRecurrent(option: string, given: HeldLayer): RNN<Tensors> {
  const layer = heldLayer("bidirectional", option, given);
  if (layer instanceof RNN) return layer;
  throw new ArgumentError(
    `bidirectional: ${option}: expected a recurrent layer such as layers.lstm(8), got ${layer.describe()}.`,
  );
}
