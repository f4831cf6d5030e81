// Accumulators: the running results of reductions, in registers, and their combination into one value.
import { dtypeInfo } from "../../../dtype.ts";
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import type { Vector } from "./expand.ts";
import type { VectorPrinter } from "./vector-printer.ts";
import { combineOpcode } from "./vector-table.ts";

/** A reduction of a rows kernel or of a product, ready to be printed. */
export interface StagedReduction {
  readonly id: number;
  readonly stage: number;
  readonly value: Vector;
  /** The two factors of a sum of products, for a multiply-add that rounds once; else null. */
  readonly factors: readonly [Vector, Vector] | null;
  readonly identity: number;
  readonly combine: string;
  readonly dtype: Vector["dtype"];
}

/**
 * True for float sums: their rounding error grows with the number of additions, so that long ones are cut into blocks.
 */
export const needsBlocks = (r: StagedReduction): boolean => r.combine === "add" && dtypeInfo(r.dtype).isFloat;

/** The sums of at most so many blocks are added without a correction, which would cost more than the two roundings. */
const fewBlocks = 4;

/**
 * The running result of one reduction for one vector of the parallel axes. Several parts take the vectors in turn, so
 * that no addition waits for the one before. If the sum is cut into blocks, each block is added to a total, and if
 * there are many, the rounding error of that addition to a correction (Kahan, 1965): the total's error does not grow
 * with the number of blocks. After some 2²⁵ blocks the correction would grow no more either; an endless sum adds it to
 * the next block.
 */
export class Accumulator {
  readonly #f: FunctionBuilder;
  readonly #reduction: StagedReduction;
  readonly #parts: readonly [Local, ...Local[]];
  /** Null if a single block holds the whole sum. */
  readonly #total: { readonly sum: Local; readonly correction: Local | null } | null;

  readonly #isEndless: boolean;

  /** `blocks`: number of blocks that the sum is cut into. */
  constructor(f: FunctionBuilder, reduction: StagedReduction, parts: number, blocks: number, isEndless: boolean) {
    this.#isEndless = isEndless;
    this.#f = f;
    this.#reduction = reduction;
    this.#parts = [f.local("v128"), ...Array.from({ length: parts - 1 }, () => f.local("v128"))];
    this.#total =
      blocks > 1 && needsBlocks(reduction)
        ? { sum: f.local("v128"), correction: blocks > fewBlocks ? f.local("v128") : null }
        : null;
    for (const local of this.#totalLocals) f.splat(0, "f32").set(local);
    this.#clear();
  }

  get #totalLocals(): Local[] {
    return this.#total ? Object.values(this.#total).filter((local) => local !== null) : [];
  }

  #clear(): void {
    for (const local of this.#parts) this.#pushIdentity().set(local);
  }

  #pushIdentity(): FunctionBuilder {
    const { identity, dtype } = this.#reduction;
    return this.#f.splat(identity, dtypeInfo(dtype).isFloat ? "f32" : "i32");
  }

  /** Folds in the reduction's value at the current element. With `lanes` below 4, the other lanes add the identity. */
  fold(p: VectorPrinter, lanes: number): void {
    const f = this.#f;
    const { factors, value, combine, dtype } = this.#reduction;
    const [first, ...others] = this.#parts;
    if (factors && p.fusedMultiplyAdd && lanes === 4) {
      p.value(factors[0]);
      p.value(factors[1]);
      f.get(first).emit("f32x4.relaxed_madd");
    } else {
      f.get(first);
      if (factors) {
        p.value(factors[0]);
        p.value(factors[1]);
        f.emit("f32x4.mul");
      } else p.value(value);
      if (lanes < 4) {
        this.#pushIdentity();
        f.emit("v128.const", ...[0, 1, 2, 3].map((lane) => (lane < lanes ? 0xffffffff : 0))).emit("v128.bitselect");
      }
      f.emit(combineOpcode(combine, dtype));
    }
    // The parts rotate by one per vector: the one just updated goes to the end.
    for (const local of others) f.get(local);
    for (const local of [...this.#parts.slice(-1), ...this.#parts.slice(0, -1)].reverse()) f.set(local);
  }

  /** Adds the block's sum to the total, and clears the parts for the next block. */
  endBlock(): void {
    if (!this.#total) return;
    const { sum, correction } = this.#total;
    const x = this.#gather();
    if (correction === null) this.#f.get(sum).get(x).emit("f32x4.add").set(sum);
    else this.#addCorrected(x, sum, correction);
    this.#clear();
  }

  /**
   * next = sum + x; correction += x − (next − sum); sum = next. If endless, x takes over the correction before.
   */
  #addCorrected(x: Local, sum: Local, correction: Local): void {
    const f = this.#f;
    const next = f.local("v128");
    if (this.#isEndless) {
      this.#pushCorrected(x, correction);
      f.set(x).splat(0, "f32").set(correction);
    }
    f.get(sum).get(x).emit("f32x4.add").set(next);
    f.get(correction);
    f.get(x).get(next).get(sum).emit("f32x4.sub").emit("f32x4.sub");
    f.emit("f32x4.add").set(correction).get(next).set(sum);
    f.release(next, "v128");
  }

  /** Pushes a + correction. The correction of an infinite sum is NaN, and counts as 0. */
  #pushCorrected(a: Local, correction: Local): void {
    this.#f.get(a).get(correction).get(correction).get(correction).emit("f32x4.eq").emit("v128.and").emit("f32x4.add");
  }

  /** Combines the parts into the first one. The order follows from the shape only, as the number of vectors does. */
  #gather(): Local {
    const { combine, dtype } = this.#reduction;
    const parts = this.#parts;
    for (let step = 1; step < parts.length; step *= 2) {
      for (let i = 0; i + step < parts.length; i += 2 * step)
        this.#f
          .get(parts[i]!)
          .get(parts[i + step]!)
          .emit(combineOpcode(combine, dtype))
          .set(parts[i]!);
    }
    return parts[0];
  }

  /** The final result. With `acrossLanes` the lanes are combined too, and each of them holds the result. */
  finish(acrossLanes: boolean): Local {
    const f = this.#f;
    const result = this.#total ? this.#total.sum : this.#gather();
    const correction = this.#total?.correction ?? null;
    if (correction !== null) {
      this.#pushCorrected(result, correction);
      f.set(result);
    }
    if (acrossLanes) {
      this.#combineLanes(result, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
      this.#combineLanes(result, [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]);
    }
    return result;
  }

  /** Combines every lane with another one: first the halves of the vector, then adjacent lanes. */
  #combineLanes(sum: Local, order: readonly number[]): void {
    const { combine, dtype } = this.#reduction;
    this.#f
      .get(sum)
      .get(sum)
      .get(sum)
      .emit("i8x16.shuffle", ...order)
      .emit(combineOpcode(combine, dtype))
      .set(sum);
  }

  release(): void {
    for (const local of [...this.#parts, ...this.#totalLocals]) this.#f.release(local, "v128");
  }
}
