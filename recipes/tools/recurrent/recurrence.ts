// What a plain recurrent network, an LSTM and a GRU have in common: kernels, and the loop over the steps.
import { initializers, Layer, random, scan, type Tensor, tensor, zeros } from "nabla";

/** The options of a {@link Recurrence}. */
export interface RecurrenceOptions {
  readonly units: number;
  /** Gives the outputs of all steps, not of the last one alone. Default: false. */
  readonly returnSequences?: boolean;
  /**
   * The number of steps that the gates remember at first: their biases are drawn accordingly (Tallec & Ollivier 2018,
   * "Can recurrent neural networks warp time?"). Default: 0, biases of 1 for what keeps, 0 for all others.
   */
  readonly memory?: number;
  readonly name?: string;
}

/**
 * A recurrent layer `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`.
 * A subclass says how a step makes new states of the old ones; the first state is the output.
 *
 * Parameters: `kernel [features, gates·units]`, `recurrentKernel [units, gates·units]`, `bias [gates·units]`.
 */
export abstract class Recurrence extends Layer<Tensor, Tensor> {
  /** The number of parts of `units` columns in the kernels. */
  abstract readonly gates: number;
  /** The number of states, each `[batch, units]`. */
  abstract readonly states: number;
  readonly units: number;
  readonly returnSequences: boolean;
  readonly memory: number;

  constructor({ units, returnSequences = false, memory = 0, ...options }: RecurrenceOptions) {
    super("recurrence", options);
    this.units = units;
    this.returnSequences = returnSequences;
    this.memory = memory;
  }

  override build(shape: readonly number[]): void {
    const width = this.gates * this.units;
    this.addParameter("kernel", [shape.at(-1)!, width], "glorotUniform");
    this.addParameter("recurrentKernel", [this.units, width], "orthogonal");
    this.addParameter("bias", [width], { ...initializers.zeros(), make: (key) => this.firstBias(key) });
  }

  /** The first biases; here zeros. */
  protected firstBias(_key: Tensor): Tensor {
    return zeros([this.gates * this.units]);
  }

  /** Biases of gates that keep a state for `memory` steps or fewer: ln of numbers from 1 to memory − 1. */
  protected keeping(key: Tensor): Tensor {
    const { units, memory } = this;
    return memory > 2
      ? random.uniform(key, [units], { min: 1, max: memory - 1 }).log()
      : tensor(1).broadcastTo([units]);
  }

  /** One step: `x` is x·kernel + bias `[batch, gates·units]`. */
  protected abstract step(x: Tensor, states: readonly Tensor[], recurrentKernel: Tensor): readonly Tensor[];

  /** States before the first step. */
  start(batch: number): readonly Tensor[] {
    return Array.from({ length: this.states }, () => zeros([batch, this.units]));
  }

  call(x: Tensor): Tensor {
    const [batch, , features] = x.shape as [number, number, number];
    const bySteps = x.transpose([1, 0, 2]);
    const steps = bySteps.reshape([-1, features]).matmul(this.parameter("kernel")).add(this.parameter("bias"));
    const recurrentKernel = this.parameter("recurrentKernel");
    const [last, outputs] = scan<readonly Tensor[], Tensor, Tensor | null>(
      (states, z) => {
        const next = this.step(z, states, recurrentKernel);
        return [next, this.returnSequences ? next[0]! : null];
      },
      this.start(batch),
      steps.reshape([x.shape[1]!, batch, -1]),
    );
    return outputs ? outputs.transpose([1, 0, 2]) : last[0]!;
  }

  /** The states after one more input `[batch, features]`, for a text that is written letter by letter. */
  next(x: Tensor, states: readonly Tensor[]): readonly Tensor[] {
    const z = x.matmul(this.parameter("kernel")).add(this.parameter("bias"));
    return this.step(z, states, this.parameter("recurrentKernel"));
  }

  override config() {
    const { units, returnSequences, memory } = this;
    return { units, returnSequences, memory };
  }
}
