// Attention over some axes of a tensor of several: the axes become the steps of sequences, all others join the batch.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { normalizeAxis, type Shape, sameShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** The axes of tensors of this rank that are attended over: those given, or all but batch and features. */
export function attentionAxesOf(where: string, given: readonly number[] | null, rank: number): readonly number[] {
  const inner = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  if (given === null) return inner;
  const axes = given.map((axis) => normalizeAxis(axis, rank, `${where}: attentionAxes`));
  const isWrong = axes.some((axis, i) => !inner.includes(axis) || axes.indexOf(axis) !== i);
  if (!isWrong) return axes;
  throw new ArgumentError(
    `${where}: attentionAxes: expected different axes between the batch and the features of inputs of ${rank} axes, ` +
      `got [${given}].`,
  );
}

const pick = (shape: Shape, axes: readonly number[]): number[] => axes.map((axis) => shape[axis]!);

/** Turns tensors `[batch, …, features]` of one rank into sequences `[sequences, steps, features]`, and back. */
export class AttentionAxes {
  readonly axes: readonly number[];
  /** The axes that are not attended over, without batch and features. */
  readonly free: readonly number[];
  readonly #rank: number;
  readonly #folded = new Map<Tensor, Tensor>();

  constructor(axes: readonly number[], rank: number) {
    this.axes = axes;
    this.#rank = rank;
    this.free = Array.from({ length: rank - 2 }, (_, i) => i + 1).filter((axis) => !axes.includes(axis));
  }

  /** The shape `[steps, features]` of one sequence, for inputs of this shape without the batch. */
  sequence(shape: Shape): Shape {
    return [sizeOf(pick([1, ...shape], this.axes)), shape.at(-1)!];
  }

  /** Throws {@link ShapeError} unless another shape without the batch has the rank and the free axes of the queries. */
  check(where: string, query: Shape, other: Shape): void {
    const free = (shape: Shape): number[] => pick([1, ...shape], this.free);
    if (other.length + 1 === this.#rank && sameShape(free(query), free(other))) return;
    throw new ShapeError(
      `${where}: expected inputs that differ only along the axes of attention [${this.axes}], ` +
        `got [batch,${query}] and [batch,${other}].`,
    );
  }

  /** The sequences of a tensor; the same tensor gives the same sequences. A mask has no features. */
  fold(x: Tensor, isMask = false): Tensor {
    const known = this.#folded.get(x);
    if (known) return known;
    const { shape } = x;
    const order = [0, ...this.free, ...this.axes, ...(isMask ? [] : [this.#rank - 1])];
    const steps = sizeOf(pick(shape, this.axes));
    const outer = sizeOf(pick(shape, [0, ...this.free]));
    const folded = x.transpose(order).reshape([outer, steps, ...(isMask ? [] : [shape.at(-1)!])]);
    this.#folded.set(x, folded);
    return folded;
  }

  /** A mask that broadcasts to `[batch, …free, …axes of queries, …axes of keys]`; axes before these may be missing. */
  foldPairs(mask: Tensor, query: Shape, key: Shape): Tensor {
    const inner = [...pick(query, this.axes), ...pick(key, this.axes)];
    const outer = pick(query, [0, ...this.free]);
    const given = Math.max(0, mask.ndim - inner.length);
    const shape = [
      ...mask.shape.slice(0, given),
      ...new Array<number>(Math.max(0, outer.length - given)).fill(1),
      ...mask.shape.slice(given),
    ];
    const [queries, keys] = [query, key].map((of) => sizeOf(pick(of, this.axes)));
    return mask
      .reshape(shape)
      .broadcastTo([...outer, ...inner])
      .reshape([sizeOf(outer), queries!, keys!]);
  }

  /** The tensor whose sequences are `y`, in the shape of the queries but for the features. */
  unfold(y: Tensor, query: Shape): Tensor {
    const order = [0, ...this.free, ...this.axes, this.#rank - 1];
    const back = order.map((_, axis) => order.indexOf(axis));
    return y.reshape([...pick(query, order.slice(0, -1)), y.shape.at(-1)!]).transpose(back);
  }

  /** Weights `[sequences, heads, queries, keys]` as `[batch, …free, heads, …axes of queries, …axes of keys]`. */
  unfoldWeights(weights: Tensor, query: Shape, key: Shape): Tensor {
    const outer = pick(query, [0, ...this.free]);
    return weights.reshape([...outer, weights.shape[1]!, ...pick(query, this.axes), ...pick(key, this.axes)]);
  }
}
