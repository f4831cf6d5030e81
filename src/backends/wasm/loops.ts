// Prints map, rows and scatter kernels: parallel loops around stages of reducing loops, four elements at a time.
import type { Buffer, Expression } from "../../compile/expression.ts";
import { stageOf } from "../../compile/fuse.ts";
import { type Kernel, kernelBuffers, kernelLoads, kernelRoots } from "../../compile/kernel.ts";
import { dtypeInfo } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { Affine } from "../../view.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { Expander, type Vector, type VectorAffine } from "./expand.ts";
import { printStore } from "./stores.ts";
import { VectorPrinter } from "./vector-printer.ts";
import { combineOpcode } from "./vector-table.ts";

interface StagedStore {
  readonly buffer: Buffer;
  readonly at: VectorAffine;
  readonly value: Vector;
  readonly per: "row" | "element";
  readonly stage: number;
  readonly accumulate: boolean;
}

interface StagedReduction {
  readonly id: number;
  readonly stage: number;
  readonly value: Vector;
  /** The two factors, where the reduction is a sum of products that may be rounded once. */
  readonly factors: readonly [Vector, Vector] | null;
  readonly identity: number;
  readonly combine: string;
  readonly dtype: Vector["dtype"];
}

/** A function over the kernel's buffers, whose addresses are its parameters in the order of {@link kernelBuffers}. */
export function printLoops(kernel: Kernel, name: string, fused: boolean): FunctionBuilder {
  const buffers = kernelBuffers(kernel);
  const f = new FunctionBuilder(name, buffers.map(() => "i32"));
  if (sizeOf(kernel.extents.slice(0, kernel.parallel)) > 0) new LoopPrinter(kernel, f, new Map(buffers.map((b, i) => [b, i])), fused).print();
  return f;
}

class LoopPrinter {
  readonly #kernel: Kernel;
  readonly #f: FunctionBuilder;
  readonly #p: VectorPrinter;
  readonly #axis: number;
  readonly #stores: StagedStore[];
  readonly #reductions: StagedReduction[];
  readonly #roots: Vector[];
  readonly #lastStage: number;

  constructor(kernel: Kernel, f: FunctionBuilder, bases: ReadonlyMap<Buffer, Local>, fused: boolean) {
    this.#kernel = kernel;
    this.#f = f;
    this.#axis = vectorAxisOf(kernel);
    this.#p = new VectorPrinter(f, bases, this.#axis, kernel.parallel, fused);
    const expander = new Expander();
    this.#stores = kernel.stores.map((s) => ({ ...s, at: expander.affine(s.at), value: expander.expand(s.value), stage: stageOf(s.value, kernel.reductions) }));
    this.#reductions = kernel.reductions.map((r, id) => ({
      ...r,
      id,
      value: expander.expand(r.value),
      factors: kernel.contract ? [expander.expand(kernel.contract.a), expander.expand(kernel.contract.b)] : null,
    }));
    const { contract, stores } = kernel;
    const roots = contract ? [contract.a, contract.b, ...stores.map((s) => s.value)] : kernelRoots(kernel);
    this.#roots = roots.map((e) => expander.expand(e));
    this.#lastStage = Math.max(0, ...this.#reductions.map((r) => r.stage), ...this.#stores.filter((s) => s.per === "element").map((s) => s.stage));
  }

  print(): void {
    const { parallel } = this.#kernel;
    const order = Array.from({ length: parallel }, (_, i) => i);
    // The axis that fills the vector goes innermost.
    if (this.#axis >= 0 && this.#axis < parallel) order.push(...order.splice(this.#axis, 1));
    this.#p.inside(-1, null, () => {
      this.#p.hoist(this.#roots);
      this.#nest(order, (lanes) => this.#row(lanes));
    });
  }

  /** Loops over axes, the last of which may be the vector's; `body` learns how many lanes count. */
  #nest(axes: readonly number[], body: (lanes: number) => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) {
      body(this.#axis < 0 ? 1 : 4);
      return;
    }
    const extent = this.#kernel.extents[axis]!;
    const counter = this.#f.local("i32");
    const innermost = rest.length === 0 && (axis >= this.#kernel.parallel || this.#kernel.parallel === this.#kernel.extents.length);
    const inside = (lanes: number | null): void =>
      this.#p.inside(axis, counter, () => {
        if (!innermost) this.#p.hoist(this.#roots);
        if (lanes === null) this.#nest(rest, body);
        else body(lanes);
      });
    if (axis !== this.#axis) {
      this.#f.countedLoop(counter, 0, extent, 1, () => inside(null));
    } else {
      const whole = extent - (extent % 4);
      if (whole > 0) this.#f.countedLoop(counter, 0, whole, 4, () => inside(4));
      if (extent > whole) {
        this.#f.i32(whole).set(counter);
        this.#p.lanes = extent - whole;
        inside(extent - whole);
        this.#p.lanes = 4;
      }
    }
    this.#f.release(counter, "i32");
  }

  /** One point of the parallel axes, or four neighbours along the vector axis. */
  #row(lanes: number): void {
    const { extents, parallel } = this.#kernel;
    const inner = extents.slice(parallel).map((_, i) => parallel + i);
    const acrossVector = inner.includes(this.#axis);
    if (acrossVector) inner.push(...inner.splice(inner.indexOf(this.#axis), 1));
    const held: Local[] = [];
    const reducing = this.#reductions.length > 0 || this.#stores.some((s) => s.per === "element");
    for (let stage = 0; reducing && stage <= this.#lastStage; stage++) {
      const reductions = this.#reductions.filter((r) => r.stage === stage);
      const stores = this.#stores.filter((s) => s.per === "element" && s.stage === stage);
      const sums = reductions.map((r) => {
        const local = this.#f.local("v128");
        this.#f.splat(r.identity, dtypeInfo(r.dtype).isFloat ? "f32" : "i32").set(local);
        return local;
      });
      held.push(...sums);
      if (sizeOf(extents.slice(parallel)) > 0) {
        this.#nest(inner, (innerLanes) => {
          const counted = acrossVector ? innerLanes : lanes;
          this.#point(reductions, sums, stores, counted, acrossVector);
        });
      }
      reductions.forEach((r, i) => {
        if (acrossVector) this.#foldLanes(sums[i]!, r);
        this.#p.setReduced(r.id, sums[i]!);
      });
      this.#p.hoist(this.#roots);
    }
    this.#storeAll(this.#stores.filter((s) => s.per === "row"), acrossVector ? 1 : lanes);
    this.#p.clearReduced();
    for (const local of held) this.#f.release(local, "v128");
  }

  /** The innermost body: folds values into the running results, and stores elements. */
  #point(reductions: readonly StagedReduction[], sums: readonly Local[], stores: readonly StagedStore[], lanes: number, acrossVector: boolean): void {
    const f = this.#f;
    const values = reductions.flatMap((r) => r.factors ?? [r.value]);
    this.#p.beginBody([...values, ...stores.map((s) => s.value)]);
    reductions.forEach((r, i) => {
      const masked = acrossVector && lanes < 4;
      if (r.factors && this.#p.fused && !masked) {
        this.#p.value(r.factors[0]);
        this.#p.value(r.factors[1]);
        f.get(sums[i]!).emit("f32x4.relaxed_madd").set(sums[i]!);
        return;
      }
      f.get(sums[i]!);
      if (r.factors) {
        this.#p.value(r.factors[0]);
        this.#p.value(r.factors[1]);
        f.emit("f32x4.mul");
      } else this.#p.value(r.value);
      if (masked) {
        f.splat(r.identity, dtypeInfo(r.dtype).isFloat ? "f32" : "i32");
        f.emit("v128.const", ...[0, 1, 2, 3].map((lane) => (lane < lanes ? 0xffffffff : 0))).emit("v128.bitselect");
      }
      f.emit(combineOpcode(r.combine, r.dtype)).set(sums[i]!);
    });
    this.#storeValues(stores, lanes);
    this.#p.endBody();
  }

  #storeAll(stores: readonly StagedStore[], lanes: number): void {
    this.#p.beginBody(stores.map((s) => s.value));
    this.#storeValues(stores, lanes);
    this.#p.endBody();
  }

  /** Computes every value before the first store, so that a store may go over what is read here. */
  #storeValues(stores: readonly StagedStore[], lanes: number): void {
    const locals = stores.map((s) => {
      const local = this.#f.local("v128");
      this.#p.value(s.value);
      this.#f.set(local);
      return local;
    });
    stores.forEach((s, i) => printStore(this.#p, s.buffer, s.at, locals[i]!, lanes, s.accumulate));
    for (const local of locals) this.#f.release(local, "v128");
  }

  /** Folds the four lanes into one value, the same in all lanes: halves first, then neighbours. */
  #foldLanes(sum: Local, r: StagedReduction): void {
    const opcode = combineOpcode(r.combine, r.dtype);
    const f = this.#f;
    f.get(sum).get(sum).get(sum).emit("i8x16.shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7).emit(opcode).set(sum);
    f.get(sum).get(sum).get(sum).emit("i8x16.shuffle", 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11).emit(opcode).set(sum);
  }
}

/** The axis along which most loads and stores are contiguous, −1 where there is no axis at all. */
function vectorAxisOf(kernel: Kernel): number {
  const { extents, parallel } = kernel;
  const indices: { at: Affine; weight: number }[] = kernelLoads(kernel).map((load) => ({ at: load.at, weight: 1 }));
  for (const store of kernel.stores) {
    // A store for each row weighs as often as it happens.
    indices.push({ at: store.at, weight: store.per === "row" && parallel < extents.length ? 0.5 : 1.5 });
  }
  const dependsOn = (a: Affine, axis: number): boolean => a.terms.some((t) => expressionUses(t.value as Expression, axis));
  let best = -1;
  let bestScore = -Infinity;
  extents.forEach((extent, axis) => {
    let score = extent >= 4 ? 0 : -2;
    for (const { at, weight } of indices) {
      const c = at.coefficients[axis]!;
      score += dependsOn(at, axis) ? -2 * weight : c === 1 ? 2 * weight : c === 0 ? 0 : -2 * weight;
    }
    // Of equals, the last: rows of memory run along it.
    if (score >= bestScore) [best, bestScore] = [axis, score];
  });
  return best;
}

function expressionUses(e: Expression, axis: number): boolean {
  const inside = (a: Affine): boolean => a.coefficients[axis] !== 0 || a.terms.some((t) => expressionUses(t.value as Expression, axis));
  switch (e.kind) {
    case "load":
    case "index":
      return inside(e.at);
    case "scalar":
      return e.operands.some((x) => expressionUses(x, axis));
    case "cast":
      return expressionUses(e.operand, axis);
    default:
      return false;
  }
}
