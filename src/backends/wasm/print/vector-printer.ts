// Prints expressions as vector code: arithmetic, and loads from affine addresses.
import type { Buffer } from "../../../compile/expression.ts";
import { dtypeInfo } from "../../../dtype.ts";
import { DTypeError } from "../../../errors.ts";
import { encodeHalf, isHalf } from "../../../half.ts";
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import { type Vector, type VectorAffine, vectorOperands } from "./expand.ts";
import { type EnteredTerm, type Scope, Scopes } from "./scopes.ts";
import { type Push, printOp } from "./vector-table.ts";

/** The instructions that load one element of fewer than four bytes, by its bytes. */
const singles: Readonly<Record<number, "i32.load8_u" | "i32.load16_u">> = { 1: "i32.load8_u", 2: "i32.load16_u" };

type Load = Extract<Vector, { kind: "load" }>;

/** A vector holds four adjacent indices of `vectorAxis`; if that is −1, all lanes are equal. */
export class VectorPrinter implements Push {
  readonly f: FunctionBuilder;
  readonly fusedMultiplyAdd: boolean;
  vectorAxis: number;
  /** Number of valid lanes. Scattered loads skip the others, whose addresses may lie outside. */
  lanes = 4;
  readonly #bases: ReadonlyMap<Buffer, Local>;
  readonly #scopes: Scopes;
  #uses = new Map<Vector, number>();
  /** The scope around copies of a body, which keeps the addresses that they share; null if there are none. */
  #abreast: Scope | null = null;

  /** `parallel`: number of the kernel's parallel axes; a reduction has one result for each point of them. */
  constructor(
    f: FunctionBuilder,
    bases: ReadonlyMap<Buffer, Local>,
    vectorAxis: number,
    parallel: number,
    fusedMultiplyAdd: boolean,
  ) {
    this.f = f;
    this.fusedMultiplyAdd = fusedMultiplyAdd;
    this.vectorAxis = vectorAxis;
    this.#bases = bases;
    this.#scopes = new Scopes(f, parallel);
  }

  /** The local with the address of one of the kernel's buffers. */
  base(buffer: Buffer): Local {
    const local = this.#bases.get(buffer);
    if (local === undefined) throw new Error(`expected a buffer of the kernel, got ${buffer.name}`);
    return local;
  }

  /** Runs `body` inside the loop over an axis; `counter` is the local that holds its index. */
  inside(axis: number, counter: Local | null, body: () => void): void {
    this.#scopes.inside(axis, counter, body);
  }

  /** Runs `body` with the index of an axis shifted by a constant, for copies of a loop's body. */
  displaced(axis: number, by: number, body: () => void): void {
    this.#scopes.displaced(axis, by, body);
  }

  /**
   * Runs `body` for each of `steps`, with the index of an axis shifted by it: copies that are computed side by side.
   * The parts of `roots` that the axis does not change are computed once, and each address: V8 joins two vectors into
   * one only where their addresses are one value plus constants. No copy may print a loop or a condition.
   */
  abreast(axis: number, steps: readonly number[], roots: readonly Vector[], body: (copy: number) => void): void {
    this.inside(-1, null, () => {
      this.hoist(roots, axis);
      this.#abreast = this.#scopes.innermost;
      steps.forEach((by, copy) => this.displaced(axis, by, () => body(copy)));
      this.#abreast = null;
    });
  }

  /** Adds an axis's counter times `scale` to the i32 on the stack. An axis whose loop is not entered counts as 0. */
  pushCounter(axis: number, scale: number): void {
    const counter = this.#scopes.counter(axis);
    if (counter !== undefined && scale !== 0) this.f.get(counter).times(scale).emit("i32.add");
  }

  /** Sets the local that holds the result of a reduction from here on. */
  setReduced(id: number, local: Local): void {
    this.#scopes.setReduced(id, local);
  }
  clearReduced(): void {
    this.#scopes.clearReduced();
  }

  /** True if a value depends on the index of an axis. */
  dependsOn(v: Vector, axis: number): boolean {
    return this.#scopes.needsOf(v).axes.has(axis);
  }

  /**
   * Computes into locals the parts of `roots` whose axes and reductions are all available at this level, so that deeper
   * loops reuse them. Values that depend on the axis `except` are left out.
   */
  hoist(roots: readonly Vector[], except = -1): void {
    const scope = this.#scopes.innermost;
    const seen = new Set<Vector>();
    const walk = (v: Vector): void => {
      if (seen.has(v) || this.#scopes.known(v) !== undefined) return;
      seen.add(v);
      if (this.#scopes.isReady(v) && !this.dependsOn(v, except)) {
        if (v.kind === "reduced") return;
        const local = this.f.local("v128");
        this.body([v], () => this.value(v));
        this.f.set(local);
        scope.values.set(v, local);
        return;
      }
      if (v.kind === "load") this.#hoistAddress(v, scope);
      for (const operand of vectorOperands(v)) walk(operand);
    };
    for (const root of roots) walk(root);
  }

  /**
   * Runs `print`, which pushes each of `roots` once: shared subexpressions are computed once, and those that the locals
   * of `given` hold not at all.
   */
  body(roots: readonly Vector[], print: () => void, given: ReadonlyMap<Vector, Local> = new Map()): void {
    this.#scopes.within(given, () => {
      this.#countUses(roots);
      print();
    });
  }

  #countUses(roots: readonly Vector[]): void {
    this.#uses = new Map();
    const walk = (v: Vector): void => {
      const uses = this.#uses.get(v) ?? 0;
      this.#uses.set(v, uses + 1);
      if (uses === 0 && this.#scopes.known(v) === undefined) vectorOperands(v).forEach(walk);
    };
    roots.forEach(walk);
  }

  /** Pushes the four lanes of a value. */
  value(v: Vector): void {
    const { f } = this;
    const known = this.#scopes.known(v);
    if (known !== undefined) {
      f.get(known);
      return;
    }
    this.#compute(v);
    if ((this.#uses.get(v) ?? 0) > 1 && v.kind !== "constant") {
      const local = f.local("v128");
      f.tee(local);
      this.#scopes.innermost.values.set(v, local);
    }
  }

  /** Computes a value into a local, which the caller releases. */
  inLocal(v: Vector): Local {
    const local = this.f.local("v128");
    this.value(v);
    this.f.set(local);
    return local;
  }

  #compute(v: Vector): void {
    const { f } = this;
    switch (v.kind) {
      case "constant":
        if (v.dtype === "bool") f.splat(v.value ? -1 : 0, "i32");
        else if (isHalf(v.dtype)) f.splat(encodeHalf([v.value], v.dtype)[0]!, "i32");
        else f.splat(v.value, dtypeInfo(v.dtype).isFloat ? "f32" : "i32");
        return;
      case "index":
        this.#index(v.at);
        return;
      case "load":
        this.#load(v);
        return;
      case "reduced":
        f.get(this.#scopes.reduced(v.id));
        return;
      case "op":
        printOp(this, v);
    }
  }

  /** True if the lanes of a value may differ. */
  #varies(v: Vector): boolean {
    return this.dependsOn(v, this.vectorAxis);
  }

  /** Change of an index from lane to lane, memory terms aside. */
  #laneStep(a: VectorAffine): number {
    return a.coefficients[this.vectorAxis] ?? 0;
  }

  #affineVaries(a: VectorAffine): boolean {
    return this.#laneStep(a) !== 0 || a.terms.some((t) => this.#varies(t.value));
  }

  // ---- indices ----

  /** Pushes the index of one lane as an i32, modulo 2³², with memory terms taken from that lane. */
  #scalarIndex(a: VectorAffine, scale: number, lane: number): void {
    const { f } = this;
    const constant = a.offset + this.#scopes.shiftOf(a) + this.#laneStep(a) * lane;
    f.i32((constant * scale) | 0);
    a.coefficients.forEach((c, axis) => {
      const at = this.#scopes.counter(axis);
      if (c !== 0 && at !== undefined)
        f.get(at)
          .times((c * scale) | 0)
          .emit("i32.add");
    });
    for (const term of a.terms) {
      this.value(term.value);
      f.emit("i32x4.extract_lane", this.#varies(term.value) ? lane : 0)
        .times(term.scale * scale)
        .emit("i32.add");
    }
  }

  #index(a: VectorAffine): void {
    const { f } = this;
    this.#scalarIndex({ ...a, terms: [] }, 1, 0);
    f.emit("i32x4.splat");
    const step = this.#laneStep(a);
    if (step !== 0) f.emit("v128.const", 0, step >>> 0, (2 * step) >>> 0, (3 * step) >>> 0).emit("i32x4.add");
    for (const term of a.terms) {
      this.value(term.value);
      if (term.scale !== 1) f.splat(term.scale, "i32").emit("i32x4.mul");
      f.emit("i32x4.add");
    }
  }

  // ---- addresses ----

  #addressKey(buffer: Buffer, a: VectorAffine, terms: readonly EnteredTerm[]): string {
    return `${this.base(buffer)} ${a.offset} ${terms.map(({ axis, coefficient }) => `${axis}:${coefficient}`)}`;
  }

  /** Computes the part of an address that is known at this level into a local. */
  #hoistAddress(v: Load, scope: Scope): void {
    const terms = this.#scopes.entered(v.at);
    if (terms.length === 0 || terms.some(({ axis }) => axis === this.vectorAxis)) return;
    const key = this.#addressKey(v.buffer, v.at, terms);
    if (this.#scopes.knownAddress(key) !== undefined) return;
    const local = this.f.local("i32");
    this.#pushFixedAddress(v.buffer, v.at, terms);
    this.f.set(local);
    scope.addresses.set(key, local);
  }

  /**
   * Pushes base + offset + Σ coefficient·counter over `terms`, in bytes modulo 2³²: a guarded load may have any offset.
   * Starts from the longest prefix already in a local.
   */
  #pushFixedAddress(buffer: Buffer, a: VectorAffine, terms: readonly EnteredTerm[]): void {
    const { f } = this;
    const bytes = dtypeInfo(buffer.dtype).bytes;
    let known = terms.length;
    let start: Local | undefined;
    for (; known > 0; known--) {
      start = this.#scopes.knownAddress(this.#addressKey(buffer, a, terms.slice(0, known)));
      if (start !== undefined) break;
    }
    if (start !== undefined) f.get(start);
    else f.get(this.base(buffer)).plus((a.offset * bytes) | 0);
    for (const { counter, coefficient } of terms.slice(known))
      f.get(counter)
        .times((coefficient * bytes) | 0)
        .emit("i32.add");
  }

  /**
   * Pushes the address of a lane's element, less the bytes that it returns: an offset for the instruction that reads or
   * writes there. Lane 0 is the start of the vector.
   */
  pushAddress(buffer: Buffer, a: VectorAffine, lane = 0): number {
    const { f } = this;
    const bytes = dtypeInfo(buffer.dtype).bytes;
    const terms = this.#scopes.entered(a);
    this.#pushFixedAddress(buffer, a, terms);
    const key = this.#addressKey(buffer, a, terms);
    if (this.#abreast !== null && terms.length > 0 && this.#scopes.knownAddress(key) === undefined) {
      const local = f.local("i32");
      f.tee(local);
      this.#abreast.addresses.set(key, local);
    }
    const displacement = this.#laneStep(a) * lane + this.#scopes.shiftOf(a);
    // An instruction's offset is positive and does not wrap around; terms could be so far below 0 that the sum must.
    const isOffset = displacement >= 0 && a.terms.length === 0;
    if (!isOffset) f.plus((displacement * bytes) | 0);
    for (const term of a.terms) {
      this.value(term.value);
      f.emit("i32x4.extract_lane", this.#varies(term.value) ? lane : 0)
        .times(term.scale * bytes)
        .emit("i32.add");
    }
    return isOffset ? displacement * bytes : 0;
  }

  /** Layout of the lanes in memory: all at one address, contiguous, or scattered. */
  spread(a: VectorAffine): "same" | "contiguous" | "scattered" {
    if (!this.#affineVaries(a)) return "same";
    return this.#laneStep(a) === 1 && !a.terms.some((t) => this.#varies(t.value)) ? "contiguous" : "scattered";
  }

  // ---- loads ----

  #load(v: Load): void {
    const { f } = this;
    const { buffer, at, guards } = v;
    if (buffer.dtype === "float64")
      throw new DTypeError("float64 exists in the reference backend only; cast to float32.");
    const single = singles[dtypeInfo(buffer.dtype).bytes]!;
    let spread = this.spread(at);
    // A unit-stride guard keeps the load contiguous; others are tested per lane.
    if (
      guards.some(
        (g) =>
          this.#affineVaries(g.at) &&
          (spread !== "contiguous" || g.at.coefficients[this.vectorAxis] !== 1 || g.at.terms.length > 0),
      )
    )
      spread = "scattered";
    const address = (lane: number): number => {
      const offset = this.pushAddress(buffer, at, lane);
      if (guards.length === 0) return offset;
      f.plus(offset);
      for (const g of guards) {
        f.get(this.base(buffer));
        const wide = spread === "contiguous" && this.#affineVaries(g.at) ? 3 : 0;
        this.#scalarIndex(g.at, 1, lane);
        f.plus(wide)
          .i32(g.size + wide)
          .emit("i32.lt_u");
        f.emit("select");
      }
      return 0;
    };
    if (spread === "same") {
      const offset = address(0);
      if (!single) f.emit("v128.load32_splat", offset);
      else f.emit(single, offset).emit("i32x4.splat");
    } else if (spread === "contiguous") {
      const offset = address(0);
      if (!single) f.emit("v128.load", offset);
      else if (single === "i32.load16_u") f.emit("v128.load16x4_u", offset);
      else f.emit("v128.load32_zero", offset).emit("i16x8.extend_low_i8x16_u").emit("i32x4.extend_low_i16x8_u");
    } else {
      for (const { value } of at.terms) this.#computeOnce(value);
      for (const g of guards) for (const { value } of g.at.terms) this.#computeOnce(value);
      const lanes = f.local("v128");
      for (let lane = 0; lane < this.lanes; lane++) {
        if (!single) {
          const offset = address(lane);
          f.get(lanes).emit("v128.load32_lane", offset, lane).set(lanes);
        } else {
          f.get(lanes);
          const offset = address(lane);
          f.emit(single, offset).emit("i32x4.replace_lane", lane).set(lanes);
        }
      }
      f.get(lanes);
      f.release(lanes, "v128");
    }
    if (buffer.dtype === "bool") f.splat(0, "i32").emit("i32x4.ne");
  }

  /** Computes a value into a local of this scope, because several lanes read it. */
  #computeOnce(v: Vector): void {
    if (this.#scopes.known(v) !== undefined || v.kind === "constant") return;
    const local = this.f.local("v128");
    this.#compute(v);
    this.f.set(local);
    this.#scopes.innermost.values.set(v, local);
  }
}
