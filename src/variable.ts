// Variables: numbers that persist between programs, such as weights, counters and resident data sets.

import type { TypedArray } from "./dtype.ts";
import type { NestedOfRank } from "./host-array.ts";
import * as ops from "./ops/index.ts";
import { checkOptions } from "./options.ts";
import { Cell } from "./runtime/cell.ts";
import { currentTrace } from "./runtime/trace.ts";
import { inspectSymbol, showArray } from "./show.ts";
import { asTensor, hostNumbers, Tensor, type TensorLike } from "./tensor.ts";

/**
 * A value that can be assigned. Its numbers live in the backend's memory. A read sees the value at the moment of the
 * call; an assignment inside {@link compile} is part of the program.
 *
 * @example
 * const w = variable([1, 2, 3], { name: "w" });
 * w.assign(w.value.mul(2));
 * await w.value.array(); // [2, 4, 6]
 */
export class Variable extends Cell {
  /** The value at this moment. */
  get value(): Tensor {
    return new Tensor(this.node());
  }
  /** Assigns a value of the same shape and dtype. Throws ShapeError or DTypeError for any other. */
  assign(value: TensorLike): void {
    const given = typeof value === "number" ? new Tensor(ops.full(this.shape, value, this.dtype)) : asTensor(value);
    this.assignNode(given.node);
  }
  /** Adds to the value. */
  assignAdd(value: TensorLike): void {
    this.assign(this.value.add(value));
  }
  /** The numbers in row-major order. */
  data(): Promise<TypedArray> {
    return this.value.data();
  }
  /** The numbers, nested as deep as the shape; `array<2>()` has the type `number[][]`. */
  array<Rank extends number = number, Element extends number | boolean = number>(): Promise<
    NestedOfRank<Rank, Element>
  > {
    return this.value.array();
  }
  /** Name, shape, dtype and, if they are in JavaScript's memory, the numbers. */
  override toString(): string {
    return showArray(`Variable "${this.name}"`, this, this.#known(), "in the backend's memory; await v.data()");
  }
  /** The text that `console.log` prints in Node. */
  [inspectSymbol](): string {
    return this.toString();
  }
  #known(): TypedArray | undefined {
    return currentTrace() ? undefined : hostNumbers(this.node());
  }
}

let count = 0;

/**
 * Makes a variable with an initial value, which fixes its shape and dtype. `name` appears in messages and prints.
 *
 * @example
 * const steps = variable(0, { name: "steps" });
 * steps.assignAdd(1);
 * await steps.value.item(); // 1
 */
export function variable(initial: TensorLike, options: { name?: string } = {}): Variable {
  checkOptions("variable", options, ["name"]);
  return new Variable(asTensor(initial).node, options.name ?? `variable_${count++}`);
}
