// Kernels: loop nests over affine views with a scalar expression as their body.
import type { DType } from "../dtype.ts";
import type { Affine } from "../view.ts";
import { type Buffer, type Expression, visit } from "./expression.ts";
import type { Compiled } from "./pipeline.ts";
import type { ScalarOp } from "./scalar.ts";

/** Folds `value` over the reduced axes, once for each point of the parallel ones. */
export interface Reduction {
  readonly combine: ScalarOp;
  readonly identity: number;
  readonly dtype: DType;
  readonly value: Expression;
  /** Reductions of one stage share a loop; a later stage may use the results of earlier ones. */
  readonly stage: number;
}

export interface Store {
  readonly buffer: Buffer;
  readonly at: Affine;
  readonly value: Expression;
  /** Once for each point of the parallel axes, or of all axes. */
  readonly per: "row" | "element";
  /** Adds to what is there instead of replacing it. */
  readonly accumulate: boolean;
}

/** Which axes of a contraction belong to which side of the product. */
export interface ContractRoles {
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: Expression;
  readonly b: Expression;
}

/** A program that is run once a step. Its variables are, in this order, carries, slices, constants and what is stacked up. */
export interface Loop {
  readonly length: number;
  readonly reverse: boolean;
  readonly step: Compiled;
  /** A carry lives where its result will be; first it is given what it begins with. */
  readonly carries: readonly { readonly init: Buffer; readonly result: Buffer }[];
  /** A step reads, or writes, its slice of each. */
  readonly slices: readonly Buffer[];
  readonly constants: readonly Buffer[];
  readonly stacked: readonly Buffer[];
}

/** Puts the store's value in order along the one reduced axis, and stores the places that the elements came from. */
export interface Routine {
  readonly name: "argsort";
  readonly descending: boolean;
}

export interface Kernel {
  /**
   * map: parallel axes only. rows: axes reduced, once or in stages. contract: one sum of products.
   * scatter: places from memory, in order, adding up. loop: kernels of its own, step after step.
   * routine: not a loop nest; its one store says what it works on.
   */
  readonly kind: "map" | "rows" | "contract" | "scatter" | "loop" | "routine";
  /** Lengths of the loops; the first `parallel` of them are parallel, the rest are reduced. */
  readonly extents: readonly number[];
  readonly parallel: number;
  readonly reductions: readonly Reduction[];
  readonly stores: readonly Store[];
  readonly contract: ContractRoles | null;
  readonly loop: Loop | null;
  readonly routine: Routine | null;
  /** Where in the user's model the kernel's work was asked for. */
  readonly scope: string;
}

/** All that a kernel computes, as expressions. */
export function kernelRoots(kernel: Kernel): Expression[] {
  const places = kernel.stores.flatMap((s) => s.at.terms.map((t) => t.value as Expression));
  return [...kernel.reductions.map((r) => r.value), ...kernel.stores.map((s) => s.value), ...places];
}

/** The loads of a kernel, each once. */
export function kernelLoads(kernel: Kernel): Extract<Expression, { kind: "load" }>[] {
  const loads: Extract<Expression, { kind: "load" }>[] = [];
  visit(kernelRoots(kernel), (e) => {
    if (e.kind === "load") loads.push(e);
  });
  return loads;
}

/** The buffers that a kernel reads, each once. */
export function kernelReads(kernel: Kernel): Buffer[] {
  const { loop } = kernel;
  if (loop) return [...new Set([...loop.carries.map((c) => c.init), ...loop.slices, ...loop.constants])];
  return [...new Set(kernelLoads(kernel).map((l) => l.buffer))];
}

/** The buffers that a kernel writes, each once. */
export function kernelWrites({ loop, stores }: Kernel): Buffer[] {
  return [...new Set(loop ? [...loop.carries.map((c) => c.result), ...loop.stacked] : stores.map((s) => s.buffer))];
}

/** The buffers that a kernel touches, in order of first use: those that it writes, then those that it only reads. */
export function kernelBuffers(kernel: Kernel): Buffer[] {
  return [...new Set([...kernelWrites(kernel), ...kernelReads(kernel)])];
}
