// Scopes: at each level of a loop nest, the loop counters, and the values and addresses that locals hold.
import type { FunctionBuilder, Local } from "../assemble/assembler.ts";
import { type Vector, type VectorAffine, vectorOperands } from "./expand.ts";

/** Values and addresses in locals at one level of the loop nest; they are released on leaving it. */
export interface Scope {
  readonly values: Map<Vector, Local>;
  readonly addresses: Map<string, Local>;
  readonly outer: Scope | null;
}

/** The axes and reductions that a value depends on. */
interface Needs {
  readonly axes: ReadonlySet<number>;
  readonly reduced: ReadonlySet<number>;
}

/** A term of an index, coefficient·counter, whose counter is known. */
export interface EnteredTerm {
  readonly axis: number;
  readonly counter: Local;
  readonly coefficient: number;
}

export class Scopes {
  readonly #f: FunctionBuilder;
  readonly #parallel: number;
  readonly #counters = new Map<number, Local>();
  readonly #shifts = new Map<number, number>();
  readonly #reduced = new Map<number, Local>();
  readonly #needs = new Map<Vector, Needs>();
  #innermost: Scope = { values: new Map(), addresses: new Map(), outer: null };

  /** `parallel`: number of the kernel's parallel axes; a reduction has one result for each point of them. */
  constructor(f: FunctionBuilder, parallel: number) {
    this.#f = f;
    this.#parallel = parallel;
  }

  // ---- levels ----

  get innermost(): Scope {
    return this.#innermost;
  }

  /** Runs `body` in a scope of its own, in which the locals of `given` hold values. */
  within(given: ReadonlyMap<Vector, Local>, body: () => void): void {
    const outer = this.#innermost;
    const scope: Scope = { values: new Map(given), addresses: new Map(), outer };
    this.#innermost = scope;
    body();
    this.#innermost = outer;
    for (const local of scope.values.values()) this.#f.release(local, "v128");
    for (const local of scope.addresses.values()) this.#f.release(local, "i32");
  }

  /** Runs `body` inside the loop over an axis; `counter` is the local that holds its index. */
  inside(axis: number, counter: Local | null, body: () => void): void {
    if (counter !== null) this.#counters.set(axis, counter);
    this.within(new Map(), body);
    if (counter !== null) this.#counters.delete(axis);
  }

  /** Runs `body` with the index of an axis shifted by a constant. */
  displaced(axis: number, by: number, body: () => void): void {
    this.#shifts.set(axis, by);
    body();
    this.#shifts.delete(axis);
  }

  // ---- what is known ----

  counter(axis: number): Local | undefined {
    return this.#counters.get(axis);
  }

  /** The terms of an index over axes whose loops have been entered, outermost first. */
  entered(a: VectorAffine): EnteredTerm[] {
    return [...this.#counters]
      .map(([axis, counter]) => ({ axis, counter, coefficient: a.coefficients[axis] ?? 0 }))
      .filter(({ coefficient }) => coefficient !== 0);
  }

  /** Change of an index by the shifts of its axes. */
  shiftOf(a: VectorAffine): number {
    return a.coefficients.reduce((sum, c, axis) => sum + c * (this.#shifts.get(axis) ?? 0), 0);
  }

  /** Sets the local that holds the result of a reduction from here on. */
  setReduced(id: number, local: Local): void {
    this.#reduced.set(id, local);
  }
  clearReduced(): void {
    this.#reduced.clear();
  }

  /** The local that holds the result of a reduction, which has ended. */
  reduced(id: number): Local {
    const local = this.#reduced.get(id);
    if (local === undefined) throw new Error(`expected the result of reduction ${id}, which has not ended`);
    return local;
  }

  /** The local that holds a value. Copies whose shift changes the value have it in their own scope only. */
  known(v: Vector): Local | undefined {
    const { axes } = this.needsOf(v);
    const displaced = [...this.#shifts].some(([axis, by]) => by !== 0 && axes.has(axis));
    for (let scope: Scope | null = this.#innermost; scope !== null; scope = displaced ? null : scope.outer) {
      const local = scope.values.get(v);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  knownAddress(key: string): Local | undefined {
    for (let scope: Scope | null = this.#innermost; scope !== null; scope = scope.outer) {
      const local = scope.addresses.get(key);
      if (local !== undefined) return local;
    }
    return undefined;
  }

  // ---- dependences ----

  needsOf(v: Vector): Needs {
    let needs = this.#needs.get(v);
    if (!needs) {
      const axes = new Set<number>();
      const reduced = new Set<number>();
      const note = (a: VectorAffine) => a.coefficients.forEach((c, axis) => c !== 0 && axes.add(axis));
      if (v.kind === "load") [v.at, ...v.guards.map((g) => g.at)].forEach(note);
      if (v.kind === "index") note(v.at);
      if (v.kind === "reduced") {
        reduced.add(v.id);
        for (let axis = 0; axis < this.#parallel; axis++) axes.add(axis);
      }
      for (const operand of vectorOperands(v)) {
        const below = this.needsOf(operand);
        for (const axis of below.axes) axes.add(axis);
        for (const id of below.reduced) reduced.add(id);
      }
      this.#needs.set(v, (needs = { axes, reduced }));
    }
    return needs;
  }

  /** True if the loops of all axes, and the ends of all reductions, that a value needs have been reached. */
  isReady(v: Vector): boolean {
    const { axes, reduced } = this.needsOf(v);
    return [...axes].every((axis) => this.#counters.has(axis)) && [...reduced].every((id) => this.#reduced.has(id));
  }
}
