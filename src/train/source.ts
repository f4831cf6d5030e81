// Where batches come from: the interface, and data that rest in the backend's memory.
import type { Column } from "../data/dataset.ts";
import { zeros } from "../functions/array.ts";
import type { Tensors, Tree } from "../nn/tree/tree.ts";
import { mapTree } from "../nn/tree/tree.ts";
import { gather, iota } from "../ops/index.ts";
import { Tensor, tensor } from "../tensor.ts";
import { variable } from "../variable.ts";
import { type Examples, isColumn } from "./examples.ts";
import { isResident, ResidentColumn, refillColumns, residentColumn } from "./resident.ts";

/** A batch, within the program of a step. */
export interface Batch<In extends Tensors = Tensors, Targets extends Tensors = Tensors> {
  readonly inputs: In;
  readonly targets: Targets;
  /** The weights of the examples, float32 [batch]; null if all count 1. */
  readonly weights: Tensor | null;
}

/** Steps that can be taken in one call of a program. */
export interface Ready {
  /** The number of examples of a step. */
  readonly batch: number;
  readonly steps: number;
  /** What the program depends on beside the number of examples: the shapes of a stream's batch, say. */
  readonly form: string;
}

/** Where batches come from. */
export interface Source {
  /** Says which steps can be taken next, `limit` at most, of `batch` examples at most; null at the end of the epoch. */
  next(batch: number, limit: number): Promise<Ready | null>;
  /** In the program of a step: the batch, and the move to the next one. */
  batch(ready: Ready): Batch;
  /** Passes over steps of an epoch that has begun, as if they had been taken. */
  skip(steps: number, batch: number): Promise<void>;
  /**
   * Remembers the place. The result leads back to it, or to `steps` steps of these sizes after it, so that steps can be
   * taken again.
   */
  mark(): (steps?: number, batch?: number) => void;
}

/**
 * Data in the backend's memory. The order of the examples and the place in it are variables, so that many steps run in
 * one call.
 */
export class ResidentSource implements Source {
  readonly size: number;
  readonly inputs: Tree<ResidentColumn>;
  readonly targets: Tree<ResidentColumn>;
  readonly weights: ResidentColumn | null;
  readonly #order;
  readonly #position = variable(zeros([], "int32"), { name: "position" });
  #isOrdered = false;
  #at = 0;
  #end = 0;
  /** True while a run uses the source. The run that took it resets this at its end. */
  busy = false;

  /** `isShared`: the data never change, so that every model and call can use one copy. */
  constructor({ inputs, targets, weights, size }: Examples, isShared: boolean) {
    const resident = (column: Column, name: string) =>
      isShared ? residentColumn(column, name) : new ResidentColumn(column, name);
    this.size = size;
    this.inputs = mapTree(inputs, isColumn, (column) => resident(column, "inputs"));
    this.targets = mapTree(targets, isColumn, (column) => resident(column, "targets"));
    this.weights = weights && resident(weights, "sample weights");
    this.#order = variable(zeros([size], "int32"), { name: "order" });
  }

  /** Replaces the numbers by those of other data of the same shapes. */
  refill({ inputs, targets, weights }: Examples): void {
    refillColumns(this.inputs, inputs);
    refillColumns(this.targets, targets);
    if (weights) this.weights?.refill(weights);
  }

  /** Begins an epoch: the examples at these indices, up to the `end`-th, or in their own order from `from` on. */
  begin(order: Int32Array | null, from: number, end: number): void {
    this.#isOrdered = order !== null;
    if (order) this.#order.assign(tensor(order));
    this.#position.assign(from);
    [this.#at, this.#end] = [from, end];
  }

  async next(batch: number, limit: number): Promise<Ready | null> {
    const left = this.#end - this.#at;
    if (left <= 0) return null;
    const size = Math.min(batch, left);
    const steps = Math.min(limit, Math.floor(left / size));
    this.#at += steps * size;
    return { batch: size, steps, form: this.#isOrdered ? "ordered" : "in order" };
  }

  batch({ batch, form }: Ready): Batch {
    const from = this.#position.value;
    this.#position.assignAdd(batch);
    const places = from.add(new Tensor(iota([batch], 0, "int32")));
    const rows = form === "ordered" ? new Tensor(gather(this.#order.value.node, places.node, 0)) : places;
    return {
      inputs: mapTree(this.inputs, isResident, (column) => column.rows(rows)),
      targets: mapTree(this.targets, isResident, (column) => column.rows(rows)),
      weights: this.weights?.rows(rows).cast("float32") ?? null,
    };
  }

  async skip(steps: number, batch: number): Promise<void> {
    this.mark()(1, Math.min(steps * batch, this.#end - this.#at));
  }

  mark(): (steps?: number, batch?: number) => void {
    const [order, at, end, isOrdered] = [this.#order.value, this.#at, this.#end, this.#isOrdered];
    return (steps = 0, batch = 0) => {
      this.#order.assign(order);
      this.#isOrdered = isOrdered;
      this.#position.assign(at + steps * batch);
      [this.#at, this.#end] = [at + steps * batch, end];
    };
  }
}
