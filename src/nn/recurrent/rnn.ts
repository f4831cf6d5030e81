// The recurrent layer: a loop of one cell over the steps of a sequence.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { where, zeros } from "../../functions/array.ts";
import { scan, type TensorTree } from "../../functions/scan.ts";
import { checkCount, checkFlag, checkOptions, describe } from "../../options.ts";
import { formatShape, type Shape, sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type CallContext, isInferring, type Masks } from "../tree/call.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { type HeldLayer, layerToJson } from "../tree/registry.ts";
import type { Tensors } from "../tree/tree.ts";
import { type CellInputs, type CellOutputs, type KernelCell, type RecurrentCell, SplitCell } from "./recurrent-cell.ts";
import { checkCell, copyOf, outputSizeOf, StackedRNNCells, sizesOf } from "./stacked-rnn-cells.ts";

/** A sequence `[batch, steps, ...]`, alone or with the first states, each `[batch, size]`. */
export type RecurrentInputs = Tensor | { readonly x: Tensor; readonly initialState: Tensor | readonly Tensor[] };

/** The options of all recurrent layers. */
export interface RNNOptions extends LayerOptions {
  /** Returns the outputs of all steps, not of the last one alone. Default: false. */
  readonly returnSequences?: boolean;
  /** Returns a list: the output, and each state after the last step. Default: false. */
  readonly returnState?: boolean;
  /** Runs from the last step to the first; sequences of outputs are in the order of computation. Default: false. */
  readonly goBackwards?: boolean;
  /** Goes on, at each call, from the states at which the last call ended; needs `batchSize`. Default: false. */
  readonly stateful?: boolean;
  /** The number of examples of every batch, for a stateful layer. */
  readonly batchSize?: number;
}

/** The options of {@link RNN}, and its cell. */
export interface RNNConfig extends RNNOptions {
  /** A cell, or several, each of which takes the output of the one before. */
  readonly cell: HeldLayer | readonly HeldLayer[];
}

export const rnnNames = ["returnSequences", "returnState", "goBackwards", "stateful", "batchSize"];

/**
 * Repeats a cell over the steps of a sequence: `[batch, steps, ...]` becomes the last output, `[batch, size]`, or all,
 * `[batch, steps, size]`. States start at zero, or at `initialState` of `{ x, initialState }`.
 *
 * Where the mask is false, a step leaves the states as they are and repeats the output of the step before (zeros,
 * before the first one).
 *
 * The loop is one kernel, whatever the number of steps. What the cells of Nabla compute of the inputs alone is computed
 * for all steps at once, before it.
 *
 * @throws ShapeError for inputs without a step axis, and states that do not fit the cell
 * @throws ArgumentError for anything but a cell, and for a stateful layer without a batch size
 * @example layers.rnn([layers.lstmCell(32), layers.lstmCell(16)], { returnSequences: true })
 */
export class RNN<Out extends Tensors = Tensor> extends Layer<RecurrentInputs, Out> {
  override readonly className: string = "RNN";
  readonly cell: RecurrentCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly batchSize: number | null;

  constructor(config: RNNConfig, place = "rnn") {
    const { cell, ...options } = config;
    super(place, options, rnnNames);
    this.cell = Array.isArray(cell) ? new StackedRNNCells({ cells: cell }) : checkCell(place, cell as HeldLayer);
    const flag = (name: "returnSequences" | "returnState" | "goBackwards" | "stateful") =>
      checkFlag(place, name, options[name] ?? false);
    this.returnSequences = flag("returnSequences");
    this.returnState = flag("returnState");
    this.goBackwards = flag("goBackwards");
    this.stateful = flag("stateful");
    const { batchSize } = options;
    this.batchSize = batchSize === undefined ? null : checkCount(place, "batchSize", batchSize);
    if (this.stateful && this.batchSize === null)
      throw new ArgumentError(`${place}: a stateful layer keeps a state of each example: give { batchSize }.`);
    if (!this.stateful && this.batchSize !== null)
      throw new ArgumentError(`${place}: batchSize is for stateful layers: add { stateful: true } or leave it out.`);
  }

  get #sizes(): readonly number[] {
    return sizesOf(this.cell);
  }

  override build(shapes: Shape | { readonly x: Shape }): void {
    const inputShape = "x" in shapes ? shapes.x : shapes;
    if (inputShape.length < 2 || inputShape.includes(0))
      throw new ShapeError(
        `${this.describe()}: expected sequences [batch, steps, ...features], none of the axes empty, ` +
          `got ${formatBatchShape(inputShape)}.`,
      );
    const { cell } = this;
    const states = this.#sizes.map((size) => [size]);
    if (cell instanceof SplitCell) cell.prepare({ x: inputShape.slice(1), states });
    if (this.stateful)
      this.#sizes.forEach((size, i) => {
        this.addParameter(`state_${i}`, [this.batchSize!, size], "zeros", { trainable: false });
      });
  }

  call(inputs: RecurrentInputs, context: CallContext): Out {
    const { cell, goBackwards } = this;
    const x = inputs instanceof Tensor ? inputs : inputs.x;
    const [batch] = x.shape as [number];
    const key = context.training ? context.key : null;
    const mask = maskOf(context.mask);
    const steps = x.transpose([1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
    const [projected, step] =
      cell instanceof SplitCell
        ? [cell.project(steps, key), (z: Tensor, states: readonly Tensor[]) => cell.step(z, states, key)]
        : [steps, (z: Tensor, states: readonly Tensor[]) => cell.apply({ x: z, states } as CellInputs)];

    const outputState = cell instanceof SplitCell ? cell.outputState : null;
    // An output that is no state is carried too, where it is the last one or masked steps repeat it.
    const carriesOutput = outputState === null && (mask !== null || !this.returnSequences);
    const first = carriesOutput ? zeros([batch, outputSizeOf(cell)]) : null;
    type Carry = { states: readonly Tensor[]; output: Tensor | null };
    const body = ({ states, output: before }: Carry, { z, m }: { z: Tensor; m: Tensor | null }) => {
      const { output, states: next } = this.#checked(step(z, states), states, before);
      if (m === null)
        return [{ states: next, output: before && output }, this.returnSequences ? output : null] as const;
      const isReal = (y: Tensor): Tensor => m.reshape([batch, ...y.shape.slice(1).map(() => 1)]);
      const shown = where(isReal(output), output, outputState === null ? before! : states[outputState]!);
      const kept = next.map((state, i) => where(isReal(state), state, states[i]!));
      return [{ states: kept, output: before && shown }, this.returnSequences ? shown : null] as const;
    };
    const [last, sequence] = scan<Carry & TensorTree, { z: Tensor; m: Tensor | null }, Tensor | null>(
      body,
      { states: this.#start(inputs, batch), output: first },
      { z: projected, m: mask?.transpose() ?? null },
      { reverse: goBackwards },
    );
    if (this.stateful && !isInferring()) last.states.forEach((state, i) => this.assignParameter(`state_${i}`, state));
    const output = sequence ? inOrder(sequence, goBackwards) : (last.output ?? last.states[outputState!]!);
    return (this.returnState ? [output, ...last.states] : output) as Out;
  }

  /** The states before the first step. */
  #start(inputs: RecurrentInputs, batch: number): readonly Tensor[] {
    const sizes = this.#sizes;
    if (!(inputs instanceof Tensor)) {
      const given = inputs.initialState instanceof Tensor ? [inputs.initialState] : inputs.initialState;
      const fits = given.length === sizes.length && sizes.every((size, i) => sameShape(given[i]!.shape, [batch, size]));
      if (fits) return given;
      throw new ShapeError(
        `${this.describe()}: expected initialState to be ${sizes.map((size) => `[${batch},${size}]`).join(", ")}, ` +
          `got ${given.map((state) => formatShape(state.shape)).join(", ") || "none"}.`,
      );
    }
    if (!this.stateful || isInferring()) return sizes.map((size) => zeros([batch, size]));
    if (batch === this.batchSize) return sizes.map((_, i) => this.parameter(`state_${i}`));
    throw new ShapeError(
      `${this.describe()} is stateful: expected batches of ${this.batchSize} examples, got ${batch}; ` +
        "let the number of examples be a multiple of the batch size, and give that to fit and predict.",
    );
  }

  /** Checks what a cell of the user's own gives. */
  #checked(given: CellOutputs, states: readonly Tensor[], output: Tensor | null): CellOutputs {
    const fits = given?.output instanceof Tensor && Array.isArray(given.states);
    if (!fits || given.states.length !== states.length)
      throw new ArgumentError(
        `${this.cell.describe()}: expected a cell that returns { output, states } with ${states.length} ` +
          `${states.length === 1 ? "state" : "states"}, got ${fits ? `${given.states.length}` : describe(given)}.`,
      );
    if (output && !sameShape(output.shape, given.output.shape))
      throw new ShapeError(
        `${this.cell.describe()}: expected an output of shape ${formatShape(output.shape)}, ` +
          `got ${formatShape(given.output.shape)}; give the cell an outputSize.`,
      );
    return given;
  }

  /** Sets the states of a stateful layer to zero. */
  resetStates(): void {
    for (const parameter of this.parameters) parameter.assign(zeros(parameter.shape));
  }

  override computeMask(_: RecurrentInputs, masks: Masks | null): Masks | null {
    const mask = maskOf(masks);
    if (mask === null || !this.returnSequences) return null;
    const own = this.goBackwards ? mask.flip(1) : mask;
    return this.returnState ? [own, ...this.#sizes.map(() => null)] : own;
  }

  /** A new layer of the same options that runs the other way. */
  mirrored(): RNN<Out> {
    return new RNN({ ...this.loopConfig(), goBackwards: !this.goBackwards, cell: copyOf(this.cell) });
  }

  /** The options of the loop. */
  protected loopConfig() {
    return {
      returnSequences: this.returnSequences,
      returnState: this.returnState,
      goBackwards: this.goBackwards,
      stateful: this.stateful,
      ...(this.batchSize !== null && { batchSize: this.batchSize }),
    };
  }

  override config(): ReturnType<Layer["config"]> {
    return { ...this.loopConfig(), cell: layerToJson(this.cell) };
  }
}

/** A recurrent layer over a cell of Nabla, which takes the options of both. */
export abstract class KernelRNN<Out extends Tensors = Tensor> extends RNN<Out> {
  readonly #given: RNNOptions;

  /**
   * @param Cell the class of the cell
   * @param cellNames the names of its options
   */
  constructor(
    place: string,
    given: RNNOptions,
    Cell: new (config: any, place: string) => KernelCell,
    cellNames: readonly string[],
  ) {
    checkOptions(place, given, [...cellNames, ...rnnNames, "name", "trainable"]);
    const part = (ofCell: boolean): object =>
      Object.fromEntries(Object.entries(given).filter(([name]) => cellNames.includes(name) === ofCell));
    super({ ...part(false), cell: new Cell(part(true), place) }, place);
    this.#given = given;
  }

  override mirrored(): RNN<Out> {
    const { name: _, ...given } = this.#given;
    return new (this.constructor as new (config: RNNOptions) => RNN<Out>)({ ...given, goBackwards: !this.goBackwards });
  }

  override config(): ReturnType<Layer["config"]> {
    return { ...this.cell.config(), ...this.loopConfig() };
  }
}

/** [steps, batch, ...] as [batch, steps, ...], in the order in which the steps were computed. */
function inOrder(sequence: Tensor, isReversed: boolean): Tensor {
  const y = isReversed ? sequence.flip(0) : sequence;
  return y.transpose([1, 0, ...y.shape.slice(2).map((_, i) => i + 2)]);
}

/** The mask of the sequence. */
export function maskOf(masks: Masks | null): Tensor | null {
  if (masks === null || masks instanceof Tensor) return masks;
  return maskOf((masks as { readonly x?: Masks }).x ?? null);
}
