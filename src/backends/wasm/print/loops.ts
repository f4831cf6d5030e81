// Prints map, rows and scatter kernels: parallel loops around stages of reducing loops, four elements at a time.
import type { Buffer } from "../../../compile/expression.ts";
import { type Kernel, kernelBuffers, kernelRoots, stageOf } from "../../../compile/kernel.ts";
import { kernelWork } from "../../../compile/work.ts";
import { longestAxis, sizeOf } from "../../../shape.ts";
import { FunctionBuilder, type Local } from "../assemble/assembler.ts";
import { Accumulator, needsBlocks, type StagedReduction } from "./accumulators.ts";
import { Expander, type Vector, type VectorAffine } from "./expand.ts";
import { findKept, type Kept } from "./kept.ts";
import { blocksOf, type Cut, cutOf, gathersAlong, reducedOrder, vectorAxisOf } from "./loop-shape.ts";
import { LoopNest, mostUnrolled, type NestShape } from "./nest.ts";
import { type Piece, pieceParameters } from "./piece.ts";
import { printStore } from "./stores.ts";
import type { Target } from "./target.ts";
import { VectorPrinter } from "./vector-printer.ts";

interface StagedStore {
  readonly buffer: Buffer;
  readonly at: VectorAffine;
  readonly value: Vector;
  readonly per: "row" | "element";
  readonly stage: number;
  readonly accumulate: boolean;
}

/**
 * The sum of a row of at least so many vectors has `parts` independent parts, which take the vectors in turn. Measured
 * on softmax, with kept values: 4096 rows of 64 in 0.68 instead of 1.26 ms.
 */
const longRow = 8;
const parts = 4;

/** A function over the kernel's buffers; its parameters are their addresses, in the order of {@link kernelBuffers}. */
export function printLoops(kernel: Kernel, name: string, target: Target): Piece {
  const buffers = kernelBuffers(kernel);
  const work = kernelWork(kernel).instructions / 4;
  const cut = cutOf(kernel, vectorAxisOf(kernel), work);
  // Stages may keep values for later ones in the thread's own memory, whose address is one of the parameters.
  const divides = cut !== null || kernel.reductions.length > 0;
  const f = new FunctionBuilder(
    name,
    [...buffers, ...(divides ? pieceParameters : [])].map(() => "i32"),
  );
  const printer = new LoopPrinter(kernel, f, new Map(buffers.map((b, i) => [b, i])), target, cut);
  if (sizeOf(kernel.extents.slice(0, kernel.parallel)) > 0) printer.print();
  return { f, units: cut?.units ?? 1, divides, work, ownBytes: printer.keptBytes };
}

class LoopPrinter {
  readonly #kernel: Kernel;
  readonly #f: FunctionBuilder;
  readonly #p: VectorPrinter;
  readonly #nest: LoopNest;
  readonly #axis: number;
  readonly #stores: StagedStore[];
  readonly #reductions: StagedReduction[];
  readonly #roots: Vector[];
  readonly #lastStage: number;
  readonly #cut: Cut | null;
  /**
   * The parallel axis along which several rows are computed side by side, and how many: as many of the first number as
   * fit, then of the next; none if that gains nothing.
   */
  readonly #tile: NestShape["tile"];
  /** Values that one stage computes for each element and a later stage reads. */
  readonly #kept: readonly Kept[];
  /** Address of the kept values of the next vector. */
  readonly #memory: Local;
  /** Range of the cut axis that this call computes. */
  readonly #start: Local;
  readonly #stop: Local;

  constructor(kernel: Kernel, f: FunctionBuilder, bases: ReadonlyMap<Buffer, Local>, target: Target, cut: Cut | null) {
    this.#kernel = kernel;
    this.#f = f;
    this.#cut = cut;
    this.#memory = f.local("i32");
    this.#start = f.local("i32");
    this.#stop = f.local("i32");
    this.#axis = vectorAxisOf(kernel);
    this.#p = new VectorPrinter(f, bases, this.#axis, kernel.parallel, target.fusedMultiplyAdd);
    const expander = new Expander();
    this.#stores = kernel.stores.map((s) => ({
      ...s,
      at: expander.affine(s.at),
      value: expander.expand(s.value),
      stage: stageOf(s.value, kernel.reductions),
    }));
    const { contract, extents, parallel } = kernel;
    this.#reductions = kernel.reductions.map((r, id) => ({
      ...r,
      id,
      value: expander.expand(r.value),
      factors: contract ? [expander.expand(contract.a), expander.expand(contract.b)] : null,
    }));
    this.#tile = this.#tileOf(target.joinsPairs);
    this.#lastStage = Math.max(
      0,
      ...this.#reductions.map((r) => r.stage),
      ...this.#stores.filter((s) => s.per === "element").map((s) => s.stage),
    );
    const isElement = (v: Vector): boolean => extents.some((_, axis) => axis >= parallel && this.#p.dependsOn(v, axis));
    const stages = Array.from({ length: this.#lastStage + 1 }, (_, stage) => this.#valuesOf(stage));
    this.#kept = findKept(stages, isElement, this.#rowVectors);
    const roots = contract ? [contract.a, contract.b, ...kernel.stores.map((s) => s.value)] : kernelRoots(kernel);
    this.#roots = roots.map((e) => expander.expand(e));
    this.#nest = new LoopNest(this.#p, {
      extents,
      parallel,
      vectorAxis: this.#axis,
      tile: this.#tile,
      roots: this.#roots,
      range: cut && { axis: cut.axis, start: this.#start, stop: this.#stop },
    });
  }

  /** Number of vectors in a row of reduced axes. */
  get #rowVectors(): number {
    const { extents, parallel } = this.#kernel;
    return extents
      .slice(parallel)
      .reduce((n, extent, i) => n * (parallel + i === this.#axis ? Math.ceil(extent / 4) : extent), 1);
  }

  /** Bytes that a thread needs for kept values. */
  get keptBytes(): number {
    return this.#kept.length * 16 * this.#rowVectors;
  }

  /** The values that a stage computes for each element. */
  #valuesOf(stage: number): Vector[] {
    return [
      ...this.#reductions.filter((r) => r.stage === stage).flatMap((r) => r.factors ?? [r.value]),
      ...this.#stores.filter((s) => s.per === "element" && s.stage === stage).map((s) => s.value),
    ];
  }

  /**
   * Chooses how many rows are computed side by side, so that their loads and additions overlap. If the vector runs
   * along a parallel axis these are adjacent vectors (an iteration of the inner loop then reads whole cache lines),
   * else adjacent rows.
   */
  #tileOf(joinsPairs: boolean): NestShape["tile"] {
    const { parallel, kind } = this.#kernel;
    // Two vectors per iteration, which the engine joins into one. Lanes that are loaded one by one gain nothing, and
    // V8 13.6 never ends the compilation of some such functions, in which indices are random, and takes all memory.
    if (kind === "map" && joinsPairs && this.#axis >= 0 && !gathersAlong(this.#kernel, this.#axis))
      return { axis: this.#axis, copies: [2] };
    const simple = this.#reductions.every((r) => r.stage === 0) && this.#stores.every((s) => s.per === "row");
    const count = this.#reductions.length;
    const along = this.#axis >= 0 && this.#axis < parallel;
    if (kind === "scatter" || parallel === 0 || count === 0 || !simple || (!along && count > 2))
      return { axis: -1, copies: [] };
    if (!along) return { axis: parallel - 1, copies: [4 / count] };
    // Pairs leave registers for twice as many sums. They read four whole cache lines of a row: two at a time, from rows
    // 4 KB apart, took 2.2 times as long, for the lines of rows further on drive them out of the first-level cache.
    const sums = Math.min(2, count);
    return { axis: this.#axis, copies: joinsPairs ? [16 / sums, 8 / sums] : [8 / sums] };
  }

  #pushParameter(name: (typeof pieceParameters)[number]): FunctionBuilder {
    return this.#f.get(kernelBuffers(this.#kernel).length + pieceParameters.indexOf(name));
  }

  print(): void {
    const f = this.#f;
    const { parallel } = this.#kernel;
    const order = Array.from({ length: parallel }, (_, i) => i);
    // The axis that fills the vector goes innermost.
    if (this.#axis >= 0 && this.#axis < parallel) order.push(...order.splice(this.#axis, 1));
    if (this.#cut) {
      const { axis, indices } = this.#cut;
      this.#pushParameter("first").times(indices).set(this.#start);
      f.least(
        () => this.#pushParameter("last").times(indices),
        () => f.i32(this.#kernel.extents[axis]!),
      ).set(this.#stop);
    }
    this.#p.inside(-1, null, () => {
      this.#p.hoist(this.#roots);
      this.#nest.print(order, (lanes, copies) => this.#row(lanes, copies));
    });
  }

  /**
   * Computes one point of the parallel axes, or four adjacent ones along the vector axis, `copies` times side by side.
   */
  #row(lanes: number, copies: number): void {
    const { extents, parallel } = this.#kernel;
    const inner = reducedOrder(this.#kernel, this.#axis);
    const acrossVector = inner.includes(this.#axis);
    const accumulators: Accumulator[] = [];
    const reducing = this.#reductions.length > 0 || this.#stores.some((s) => s.per === "element");
    const eachCopy = (roots: readonly Vector[], body: (copy: number) => void): void =>
      copies === 1 ? body(0) : this.#abreast(copies, roots, body);
    // A unit may end at any row, which changes how many rows go side by side; so the order of a sum must not depend on
    // that number.
    const turns = acrossVector && this.#tile.copies.length === 0 && this.#rowVectors >= longRow ? parts : 1;
    const blocks = blocksOf(this.#kernel, inner, this.#axis, turns);
    const terms = sizeOf(extents.slice(parallel));
    const isUnrolled = !acrossVector && terms <= mostUnrolled;
    // Sets the results of a copy's reductions. Copies are printed of kernels with a single stage only.
    let finish = (_copy: number): void => {};
    for (let stage = 0; reducing && stage <= this.#lastStage; stage++) {
      const reductions = this.#reductions.filter((r) => r.stage === stage);
      const stores = this.#stores.filter((s) => s.per === "element" && s.stage === stage);
      const running = Array.from({ length: copies }, () =>
        reductions.map((r) => new Accumulator(this.#f, r, turns, blocks?.count ?? 1, terms > longestAxis)),
      );
      accumulators.push(...running.flat());
      // Several columns side by side leave registers for two sums each.
      const together = acrossVector || this.#tile.copies.length === 0 ? Math.max(1, reductions.length) : 2;
      for (let first = 0; first === 0 || first < reductions.length; first += together) {
        if (terms === 0) break;
        if (this.#kept.length > 0) this.#pushParameter("own").set(this.#memory);
        const taken = running.map((of) => of.slice(first, first + together));
        const values = reductions.slice(first, first + together).flatMap((r) => r.factors ?? [r.value]);
        const point = (innerLanes: number): void =>
          eachCopy(values, (copy) => this.#point(stage, values, taken[copy]!, stores, acrossVector, innerLanes, lanes));
        const end = (): void => taken.flat().forEach((a) => a.endBlock());
        const blocked =
          blocks && reductions.slice(first, first + together).some(needsBlocks) ? { ...blocks, end } : null;
        if (isUnrolled) this.#nest.unrolled(inner, () => point(lanes));
        else this.#nest.print(inner, point, { lanes: 4, copies, blocks: blocked });
      }
      finish = (copy) =>
        reductions.forEach((r, i) => this.#p.setReduced(r.id, running[copy]![i]!.finish(acrossVector)));
      if (copies > 1) break;
      finish(0);
      this.#p.hoist(this.#roots);
    }
    const storedLanes = acrossVector ? 1 : lanes;
    if (copies > 1) this.#storeAbreast(copies, storedLanes, finish);
    else
      this.#storeAll(
        this.#stores.filter((s) => s.per === "row"),
        storedLanes,
      );
    this.#p.clearReduced();
    for (const accumulator of accumulators) accumulator.release();
  }

  /** Prints the innermost body: folds values into the accumulators, and stores elements. */
  #point(
    stage: number,
    values: readonly Vector[],
    accumulators: readonly Accumulator[],
    stores: readonly StagedStore[],
    acrossVector: boolean,
    innerLanes: number,
    rowLanes: number,
  ): void {
    const f = this.#f;
    const keeps = this.#kept.filter((k) => k.stage === stage && this.#valuesOf(stage).length > 0);
    const given = new Map<Vector, Local>();
    this.#kept.forEach(({ value, stage: made }, i) => {
      if (made >= stage) return;
      const local = f.local("v128");
      f.get(this.#memory)
        .emit("v128.load", 16 * i)
        .set(local);
      given.set(value, local);
    });
    const roots = [...values, ...stores.map((s) => s.value), ...keeps.map((k) => k.value)];
    this.#p.body(
      roots,
      () => {
        for (const { value } of keeps) {
          f.get(this.#memory);
          this.#p.value(value);
          f.emit("v128.store", 16 * this.#kept.findIndex((k) => k.value === value));
        }
        for (const accumulator of accumulators) accumulator.fold(this.#p, acrossVector ? innerLanes : 4);
        this.#storeValues(stores, acrossVector ? innerLanes : rowLanes);
      },
      given,
    );
    if (this.#kept.length > 0)
      f.get(this.#memory)
        .plus(16 * this.#kept.length)
        .set(this.#memory);
  }

  #storeAll(stores: readonly StagedStore[], lanes: number): void {
    this.#p.body(
      stores.map((s) => s.value),
      () => this.#storeValues(stores, lanes),
    );
  }

  /** Computes every value before the first store, because a store may overwrite an operand in place. */
  #storeValues(stores: readonly StagedStore[], lanes: number): void {
    const values = stores.map((s) => this.#p.inLocal(s.value));
    stores.forEach((s, i) => printStore(this.#p, s.buffer, s.at, values[i]!, lanes, s.accumulate));
    this.#release(values);
  }

  /** The same for copies. V8 joins two stores into one only if no other store and no load is between them. */
  #storeAbreast(copies: number, lanes: number, finish: (copy: number) => void): void {
    const values: (readonly Local[])[] = [];
    this.#abreast(copies, [], (copy) => {
      finish(copy);
      const roots = this.#stores.map((s) => s.value);
      this.#p.body(roots, () => values.push(roots.map((v) => this.#p.inLocal(v))));
    });
    this.#stores.forEach(({ buffer, at }, i) =>
      this.#abreast(copies, [], (copy) => printStore(this.#p, buffer, at, values[copy]![i]!, lanes)),
    );
    this.#release(values.flat());
  }

  #release(values: readonly Local[]): void {
    for (const local of values) this.#f.release(local, "v128");
  }

  #abreast(copies: number, roots: readonly Vector[], body: (copy: number) => void): void {
    const { axis } = this.#tile;
    const steps = Array.from({ length: copies }, (_, copy) => copy * (axis === this.#axis ? 4 : 1));
    this.#p.abreast(axis, steps, roots, body);
  }
}
