// Kernels and plans: what the passes make of a graph, and what backends print.
import type { DType } from "../dtype.ts";
import type { Graph } from "../graph/graph.ts";
import type { Affine } from "../view.ts";
import { type Buffer, type Expression, visit } from "./expression.ts";
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
  /** Adds to the stored element instead of replacing it. */
  readonly accumulate: boolean;
}

/** The axes of a contraction by their role in the product, and its two factors. */
export interface ContractRoles {
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: Expression;
  readonly b: Expression;
}

/** A program that runs once a step. Its variables are, in this order: carries, slices, constants, stacked results. */
export interface Loop {
  readonly length: number;
  readonly reverse: boolean;
  readonly step: LoweredGraph;
  /** A carry lives in the buffer of its result, which is first filled with its initial value. */
  readonly carries: readonly { readonly init: Buffer; readonly result: Buffer }[];
  /** A step reads its slice of each. */
  readonly slices: readonly Buffer[];
  readonly constants: readonly Buffer[];
  /** A step writes its slice of each. */
  readonly stacked: readonly Buffer[];
}

/** Sorts the store's value along the one reduced axis, and stores the indices that the elements had. */
export interface Routine {
  readonly name: "argsort";
  readonly descending: boolean;
}

export interface Kernel {
  /**
   * map: parallel axes only. rows: axes reduced, in one or more stages. contract: one sum of products.
   * scatter: adds at indices read from memory, in order. loop: kernels of its own, step after step.
   * routine: not a loop nest; its one store says on which value it works.
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
  /** The layers of the user's model that asked for the kernel's work. */
  readonly scope: string;
}

/** An assignment that is carried out by a copy, after all kernels have run. `variable` indexes the graph's list. */
export interface Copy {
  readonly from: Buffer;
  readonly variable: number;
}

/** The kernels in the order in which they run, and the memory of each buffer. */
export interface Plan {
  readonly kernels: readonly Kernel[];
  /** The byte offset of each temporary in the arena; a temporary that is missing lies in a variable. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** The byte offset of each input in the arena. */
  readonly inputs: readonly number[];
  /** The buffer of each output. */
  readonly outputs: readonly Buffer[];
  /** Temporaries that lie in the variable (by its index in the graph) to which they are assigned. */
  readonly inVariables: ReadonlyMap<Buffer, number>;
  readonly copies: readonly Copy[];
  /** The byte offset of each kernel's scratch memory. */
  readonly scratch: ReadonlyMap<Kernel, number>;
  /** The kernels of a loop's step whose scratch memory is filled once, before the loop, and then kept. */
  readonly kept: ReadonlySet<Kernel>;
  readonly arenaBytes: number;
  /** The most bytes that are live at once: no layout for this order of kernels needs less. */
  readonly lowerBound: number;
}

/** A graph after all passes. */
export interface LoweredGraph {
  readonly graph: Graph;
  readonly plan: Plan;
}

/** Every expression that a kernel computes, indices read from memory included. */
export function kernelRoots(kernel: Kernel): Expression[] {
  const indices = kernel.stores.flatMap((s) => s.at.terms.map((t) => t.value as Expression));
  return [...kernel.reductions.map((r) => r.value), ...kernel.stores.map((s) => s.value), ...indices];
}

type Load = Extract<Expression, { kind: "load" }>;

/** Kernels do not change, so that what is derived from them is derived once. */
const loadsOf = new WeakMap<Kernel, readonly Load[]>();
const readsOf = new WeakMap<Kernel, readonly Buffer[]>();
const buffersOf = new WeakMap<Kernel, readonly Buffer[]>();

function remembered<T>(known: WeakMap<Kernel, T>, kernel: Kernel, derive: (kernel: Kernel) => T): T {
  let value = known.get(kernel);
  if (value === undefined) known.set(kernel, (value = derive(kernel)));
  return value;
}

/** The loads of a kernel, each once. */
export function kernelLoads(kernel: Kernel): readonly Load[] {
  return remembered(loadsOf, kernel, () => {
    const loads: Load[] = [];
    visit(kernelRoots(kernel), (e) => {
      if (e.kind === "load") loads.push(e);
    });
    return loads;
  });
}

/** The buffers that a kernel reads, each once. */
export function kernelReads(kernel: Kernel): readonly Buffer[] {
  return remembered(readsOf, kernel, ({ loop }) => [
    ...new Set(
      loop
        ? [...loop.carries.map((c) => c.init), ...loop.slices, ...loop.constants]
        : kernelLoads(kernel).map((l) => l.buffer),
    ),
  ]);
}

/** The buffers that a kernel writes, each once. */
export function kernelWrites({ loop, stores }: Kernel): Buffer[] {
  return [...new Set(loop ? [...loop.carries.map((c) => c.result), ...loop.stacked] : stores.map((s) => s.buffer))];
}

/** The buffers that a kernel touches, each once: first those that it writes, then those that it only reads. */
export function kernelBuffers(kernel: Kernel): readonly Buffer[] {
  return remembered(buffersOf, kernel, () => [...new Set([...kernelWrites(kernel), ...kernelReads(kernel)])]);
}

/** The first stage in which all reductions that the expression uses are finished. */
export function stageOf(expression: Expression, reductions: readonly Reduction[]): number {
  let stage = 0;
  visit([expression], (e) => {
    if (e.kind === "reduced") stage = Math.max(stage, reductions[e.id]!.stage + 1);
  });
  return stage;
}
