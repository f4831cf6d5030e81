// Prints map, rows and scatter kernels: parallel loops around stages of reducing loops, four elements at a time.
import type { Buffer } from "../../compile/expression.ts";
import { type Kernel, kernelBuffers, kernelRoots, stageOf } from "../../compile/kernel.ts";
import { kernelWork } from "../../compile/work.ts";
import { dtypeInfo } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { Expander, type Vector, type VectorAffine, vectorOperands } from "./expand.ts";
import { type Cut, cutOf, vectorAxisOf } from "./loop-shape.ts";
import { type Piece, pieceParameters } from "./piece.ts";
import { printStore } from "./stores.ts";
import type { Target } from "./target.ts";
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

/** Places of an axis that are gone through in one way: by so many at a time, up to `end`. `lanes`: null where the axis is not the vector's. */
interface Stretch {
  readonly span: number;
  readonly end: number;
  readonly lanes: number | null;
  readonly copies: number;
}

interface Kept {
  readonly value: Vector;
  /** The stage that computes it. */
  readonly stage: number;
}

/** A value of as many instructions is kept for the next stage, where it may be: in so many bytes. */
const dearest = 12;
const mostKept = 256 * 1024;
/** Sums of so few terms, such as those of a pooling window, are written out. */
const mostUnrolled = 9;
/** From so many vectors on a row's sum has several parts, taken in turn, so that none waits for the last addition. */
const longRow = 8;
const parts = 4;

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
export function printLoops(kernel: Kernel, name: string, target: Target): Piece {
  const buffers = kernelBuffers(kernel);
  const { instructions } = kernelWork(kernel);
  const cut = cutOf(kernel, vectorAxisOf(kernel), instructions / 4);
  // Stages may keep what they compute for the next one, in the thread's own memory.
  const divides = cut !== null || kernel.reductions.length > 0;
  const f = new FunctionBuilder(
    name,
    [...buffers, ...(divides ? pieceParameters : [])].map(() => "i32"),
  );
  const printer = new LoopPrinter(kernel, f, new Map(buffers.map((b, i) => [b, i])), target, cut);
  if (sizeOf(kernel.extents.slice(0, kernel.parallel)) > 0) printer.print();
  return { f, units: cut?.units ?? 1, divides, work: instructions / 4, ownBytes: printer.keptBytes };
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
  readonly #cut: Cut | null;
  readonly #joinsPairs: boolean;
  /** The parallel axis along which several sums are kept abreast, and how many; 1 where there is nothing to gain. */
  readonly #tile: { readonly axis: number; readonly copies: number };
  /** What one stage computes for each point and a later one needs again, being too dear to compute twice. */
  readonly #kept: readonly Kept[];
  /** Where the next point's kept values lie. */
  readonly #keptAt: Local;
  /** The places of the cut axis that this call does. */
  readonly #start: Local;
  readonly #stop: Local;

  constructor(kernel: Kernel, f: FunctionBuilder, bases: ReadonlyMap<Buffer, Local>, target: Target, cut: Cut | null) {
    this.#kernel = kernel;
    this.#f = f;
    this.#cut = cut;
    this.#joinsPairs = target.joinsPairs;
    this.#keptAt = f.local("i32");
    this.#start = f.local("i32");
    this.#stop = f.local("i32");
    this.#axis = vectorAxisOf(kernel);
    this.#p = new VectorPrinter(f, bases, this.#axis, kernel.parallel, target.fused);
    const expander = new Expander();
    this.#stores = kernel.stores.map((s) => ({
      ...s,
      at: expander.affine(s.at),
      value: expander.expand(s.value),
      stage: stageOf(s.value, kernel.reductions),
    }));
    this.#reductions = kernel.reductions.map((r, id) => ({
      ...r,
      id,
      value: expander.expand(r.value),
      factors: kernel.contract ? [expander.expand(kernel.contract.a), expander.expand(kernel.contract.b)] : null,
    }));
    const { contract, stores } = kernel;
    const roots = contract ? [contract.a, contract.b, ...stores.map((s) => s.value)] : kernelRoots(kernel);
    this.#roots = roots.map((e) => expander.expand(e));
    this.#tile = this.#tileOf();
    this.#lastStage = Math.max(
      0,
      ...this.#reductions.map((r) => r.stage),
      ...this.#stores.filter((s) => s.per === "element").map((s) => s.stage),
    );
    this.#kept = this.#findKept();
  }

  /** Vectors that a row has, all of them computed together. */
  get #rowVectors(): number {
    const { extents, parallel } = this.#kernel;
    return extents
      .slice(parallel)
      .reduce((n, extent, i) => n * (parallel + i === this.#axis ? Math.ceil(extent / 4) : extent), 1);
  }

  /** Bytes of its own memory that a thread needs. */
  get keptBytes(): number {
    return this.#kept.length * 16 * this.#rowVectors;
  }

  /** What the values of a stage are made of for each point. */
  #valuesOf(stage: number): Vector[] {
    return [
      ...this.#reductions.filter((r) => r.stage === stage).flatMap((r) => r.factors ?? [r.value]),
      ...this.#stores.filter((s) => s.per === "element" && s.stage === stage).map((s) => s.value),
    ];
  }

  #findKept(): Kept[] {
    const first = new Map<Vector, number>();
    const kept = new Map<Vector, Kept>();
    const isElement = (v: Vector): boolean =>
      this.#kernel.extents.some((_, axis) => axis >= this.#kernel.parallel && this.#p.dependsOn(v, axis));
    for (let stage = 0; stage <= this.#lastStage; stage++) {
      const seen = new Set<Vector>();
      const walk = (v: Vector): void => {
        if (seen.has(v)) return;
        seen.add(v);
        const earlier = first.get(v);
        if (earlier !== undefined && earlier < stage && isElement(v) && operationsIn(v) >= dearest) {
          kept.set(v, kept.get(v) ?? { value: v, stage: earlier });
          return;
        }
        if (earlier === undefined) first.set(v, stage);
        vectorOperands(v).forEach(walk);
      };
      this.#valuesOf(stage).forEach(walk);
    }
    const found = [...kept.values()];
    return found.length * 16 * this.#rowVectors <= mostKept ? found : [];
  }

  /**
   * Sums that wait for each other's loads go abreast: neighbouring vectors, so that a turn of the inner loop reads whole
   * cache lines; or, where the vector runs along the sum, neighbouring rows.
   */
  #tileOf(): { axis: number; copies: number } {
    const { parallel, kind } = this.#kernel;
    // Two vectors at a time, where an engine joins them into one.
    if (kind === "map" && this.#joinsPairs && this.#axis >= 0) return { axis: this.#axis, copies: 2 };
    const simple = this.#reductions.every((r) => r.stage === 0) && this.#stores.every((s) => s.per === "row");
    const count = this.#reductions.length;
    const along = this.#axis >= 0 && this.#axis < parallel;
    if (kind === "scatter" || parallel === 0 || count === 0 || !simple || (!along && count > 2))
      return { axis: -1, copies: 1 };
    return along ? { axis: this.#axis, copies: 8 / Math.min(2, count) } : { axis: parallel - 1, copies: 4 / count };
  }

  print(): void {
    const { parallel } = this.#kernel;
    const order = Array.from({ length: parallel }, (_, i) => i);
    // The axis that fills the vector goes innermost.
    if (this.#axis >= 0 && this.#axis < parallel) order.push(...order.splice(this.#axis, 1));
    if (this.#cut) {
      const { axis, places } = this.#cut;
      const parameters = kernelBuffers(this.#kernel).length;
      this.#f
        .get(parameters + pieceParameters.indexOf("first"))
        .times(places)
        .set(this.#start);
      this.#f
        .least(
          () => this.#f.get(parameters + pieceParameters.indexOf("last")).times(places),
          () => this.#f.i32(this.#kernel.extents[axis]!),
        )
        .set(this.#stop);
    }
    this.#p.inside(-1, null, () => {
      this.#p.hoist(this.#roots);
      this.#nest(order, (lanes, copies) => this.#row(lanes, copies));
    });
  }

  /** Loops over axes, the last of which may be the vector's; `body` learns how many lanes count, and how many copies go abreast. */
  #nest(
    axes: readonly number[],
    body: (lanes: number, copies: number) => void,
    lanes = this.#axis < 0 ? 1 : 4,
    copies = 1,
  ): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) return body(lanes, copies);
    const counter = this.#f.local("i32");
    const innermost =
      rest.length === 0 && (axis >= this.#kernel.parallel || this.#kernel.parallel === this.#kernel.extents.length);
    const inside = ({ lanes: own, copies: abreast }: Stretch): void =>
      this.#p.inside(axis, counter, () => {
        const tiled = abreast > 1;
        if (!innermost) this.#p.hoist(this.#roots, tiled ? axis : -1);
        this.#nest(rest, body, own ?? lanes, tiled ? abreast : copies);
      });
    if (axis === this.#cut?.axis) this.#cutLoops(axis, counter, inside);
    else this.#loops(axis, counter, inside);
    this.#f.release(counter, "i32");
  }

  /** How the places of an axis are gone through: several vectors or rows at once, then one at a time, then what is left of a vector. */
  #stretches(axis: number): Stretch[] {
    const extent = this.#kernel.extents[axis]!;
    const isVector = axis === this.#axis;
    const whole = isVector ? extent - (extent % 4) : extent;
    const step = isVector ? 4 : 1;
    const lanes = isVector ? 4 : null;
    const { copies } = this.#tile;
    const stretches: Stretch[] = [];
    if (axis === this.#tile.axis && whole >= step * copies)
      stretches.push({ span: step * copies, end: whole - (whole % (step * copies)), lanes, copies });
    stretches.push({ span: step, end: whole, lanes, copies: 1 });
    if (extent > whole) stretches.push({ span: extent - whole, end: extent, lanes: extent - whole, copies: 1 });
    return stretches;
  }

  #loops(axis: number, counter: Local, inside: (s: Stretch) => void): void {
    const f = this.#f;
    let from = 0;
    for (const stretch of this.#stretches(axis)) {
      const { span, end, lanes } = stretch;
      if (end > from) {
        this.#withLanes(lanes, () => {
          if (lanes !== null && lanes < 4) {
            f.i32(from).set(counter);
            inside(stretch);
          } else f.countedLoop(counter, from, end, span, () => inside(stretch));
        });
      }
      from = end;
    }
  }

  /** The part of the cut axis that this call does. */
  #cutLoops(axis: number, counter: Local, inside: (s: Stretch) => void): void {
    const f = this.#f;
    const [from, end] = [f.local("i32"), f.local("i32")];
    const extent = this.#kernel.extents[axis]!;
    const whole = axis === this.#axis ? extent - (extent % 4) : extent;
    f.get(this.#start).set(from);
    for (const stretch of this.#stretches(axis)) {
      const { span, lanes } = stretch;
      if (lanes !== null && lanes < 4) {
        f.get(this.#stop).i32(whole).emit("i32.gt_u").emit("if").i32(whole).set(counter);
        this.#withLanes(lanes, () => inside(stretch));
        f.emit("end");
        continue;
      }
      f.least(
        () => f.get(this.#stop),
        () => f.i32(whole),
      ).set(end);
      if (stretch.copies > 1)
        f.get(end).get(end).get(from).emit("i32.sub").i32(span).emit("i32.rem_u").emit("i32.sub").set(end);
      f.get(from).get(end).emit("i32.lt_u").emit("if");
      f.rangedLoop(
        counter,
        () => f.get(from),
        end,
        span,
        () => inside(stretch),
      );
      f.get(end).set(from);
      f.emit("end");
    }
    f.release(from, "i32");
    f.release(end, "i32");
  }

  /** Loops of so few turns that they are written out, with every counter a constant. */
  #unrolled(axes: readonly number[], body: () => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) return body();
    for (let i = 0; i < this.#kernel.extents[axis]!; i++) this.#p.displaced(axis, i, () => this.#unrolled(rest, body));
  }

  #withLanes(lanes: number | null, body: () => void): void {
    if (lanes !== null) this.#p.lanes = lanes;
    body();
    if (lanes !== null) this.#p.lanes = 4;
  }

  /** One point of the parallel axes, or four neighbours along the vector axis; or several of these abreast. */
  #row(lanes: number, copies: number): void {
    const { extents, parallel } = this.#kernel;
    const inner = extents.slice(parallel).map((_, i) => parallel + i);
    const acrossVector = inner.includes(this.#axis);
    if (acrossVector) inner.push(...inner.splice(inner.indexOf(this.#axis), 1));
    const held: Local[] = [];
    const reducing = this.#reductions.length > 0 || this.#stores.some((s) => s.per === "element");
    const eachCopy = (body: (copy: number) => void): void => {
      if (copies === 1) return body(0);
      for (let copy = 0; copy < copies; copy++)
        this.#p.displaced(this.#tile.axis, copy * (this.#tile.axis === this.#axis ? 4 : 1), () => body(copy));
    };
    // Neither the order nor the number of parts may depend on how many rows go abreast: units end where they like.
    const turns = acrossVector && this.#tile.copies === 1 && this.#rowVectors >= longRow ? parts : 1;
    for (let stage = 0; reducing && stage <= this.#lastStage; stage++) {
      const reductions = this.#reductions.filter((r) => r.stage === stage);
      const stores = this.#stores.filter((s) => s.per === "element" && s.stage === stage);
      const sums = Array.from({ length: copies }, () =>
        reductions.map((r) =>
          Array.from({ length: turns }, () => {
            const local = this.#f.local("v128");
            this.#f.splat(r.identity, dtypeInfo(r.dtype).isFloat ? "f32" : "i32").set(local);
            return local;
          }),
        ),
      );
      held.push(...sums.flat(2));
      // Several columns abreast leave registers for two sums each.
      const together = acrossVector || this.#tile.copies === 1 ? Math.max(1, reductions.length) : 2;
      for (let first = 0; first === 0 || first < reductions.length; first += together) {
        if (sizeOf(extents.slice(parallel)) === 0) break;
        if (this.#kept.length > 0)
          this.#f.get(kernelBuffers(this.#kernel).length + pieceParameters.indexOf("own")).set(this.#keptAt);
        const point = (innerLanes: number): void => {
          const counted = acrossVector ? innerLanes : lanes;
          eachCopy((copy) =>
            this.#point(
              stage,
              reductions.slice(first, first + together),
              sums[copy]!.slice(first, first + together),
              stores,
              counted,
              acrossVector,
            ),
          );
        };
        if (!acrossVector && sizeOf(extents.slice(parallel)) <= mostUnrolled) this.#unrolled(inner, () => point(lanes));
        else this.#nest(inner, point, 4, copies);
      }
      eachCopy((copy) => {
        reductions.forEach((r, i) => {
          const sum = this.#gather(sums[copy]![i]!, r);
          if (acrossVector) this.#foldLanes(sum, r);
          this.#p.setReduced(r.id, sum);
        });
        if (copies > 1) this.#storeAll(this.#stores, acrossVector ? 1 : lanes);
      });
      if (copies === 1) this.#p.hoist(this.#roots);
    }
    if (!reducing && copies > 1) eachCopy(() => this.#storeAll(this.#stores, lanes));
    if (copies === 1)
      this.#storeAll(
        this.#stores.filter((s) => s.per === "row"),
        acrossVector ? 1 : lanes,
      );
    this.#p.clearReduced();
    for (const local of held) this.#f.release(local, "v128");
  }

  /** The parts of a sum as one, in the first one's local. They have been turned on by one with each vector. */
  #gather(turning: readonly Local[], r: StagedReduction): Local {
    const f = this.#f;
    const shift = this.#rowVectors % turning.length;
    const parts = turning.map((_, i) => turning[(i + turning.length - shift) % turning.length]!);
    for (let step = 1; step < parts.length; step *= 2) {
      for (let i = 0; i + step < parts.length; i += 2 * step)
        f.get(parts[i]!)
          .get(parts[i + step]!)
          .emit(combineOpcode(r.combine, r.dtype))
          .set(parts[i]!);
    }
    return parts[0]!;
  }

  /** The innermost body: folds values into the running results, and stores elements. */
  #point(
    stage: number,
    reductions: readonly StagedReduction[],
    sums: readonly (readonly Local[])[],
    stores: readonly StagedStore[],
    lanes: number,
    acrossVector: boolean,
  ): void {
    const f = this.#f;
    const values = this.#valuesOf(stage);
    const keeps = this.#kept.filter((k) => k.stage === stage && values.length > 0);
    const given = new Map<Vector, Local>();
    this.#kept.forEach(({ value, stage: made }, i) => {
      if (made >= stage) return;
      const local = f.local("v128");
      f.get(this.#keptAt)
        .emit("v128.load", 16 * i)
        .set(local);
      given.set(value, local);
    });
    this.#p.beginBody(
      [
        ...reductions.flatMap((r) => r.factors ?? [r.value]),
        ...stores.map((s) => s.value),
        ...keeps.map((k) => k.value),
      ],
      given,
    );
    for (const { value } of keeps) {
      f.get(this.#keptAt);
      this.#p.value(value);
      f.emit("v128.store", 16 * this.#kept.findIndex((k) => k.value === value));
    }
    reductions.forEach((r, i) => {
      const [sum, ...others] = sums[i] as [Local, ...Local[]];
      const masked = acrossVector && lanes < 4;
      if (r.factors && this.#p.fused && !masked) {
        this.#p.value(r.factors[0]);
        this.#p.value(r.factors[1]);
        f.get(sum).emit("f32x4.relaxed_madd");
      } else {
        f.get(sum);
        if (r.factors) {
          this.#p.value(r.factors[0]);
          this.#p.value(r.factors[1]);
          f.emit("f32x4.mul");
        } else this.#p.value(r.value);
        if (masked) {
          f.splat(r.identity, dtypeInfo(r.dtype).isFloat ? "f32" : "i32");
          f.emit("v128.const", ...[0, 1, 2, 3].map((lane) => (lane < lanes ? 0xffffffff : 0))).emit("v128.bitselect");
        }
        f.emit(combineOpcode(r.combine, r.dtype));
      }
      // The part that was added to goes to the end of the queue.
      for (const local of others) f.get(local);
      for (const local of [...[sum, ...others].slice(0, -1)].reverse()) f.set(local);
      f.set(others[others.length - 1] ?? sum);
    });
    this.#storeValues(stores, lanes);
    this.#p.endBody();
    if (this.#kept.length > 0)
      f.get(this.#keptAt)
        .plus(16 * this.#kept.length)
        .set(this.#keptAt);
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
    f.get(sum)
      .get(sum)
      .get(sum)
      .emit("i8x16.shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)
      .emit(opcode)
      .set(sum);
    f.get(sum)
      .get(sum)
      .get(sum)
      .emit("i8x16.shuffle", 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
      .emit(opcode)
      .set(sum);
  }
}

/** The instructions of which a value is made, each counted once. */
function operationsIn(value: Vector): number {
  const seen = new Set<Vector>();
  let count = 0;
  const walk = (v: Vector): void => {
    if (seen.has(v)) return;
    seen.add(v);
    if (v.kind === "op") count++;
    vectorOperands(v).forEach(walk);
  };
  walk(value);
  return count;
}
