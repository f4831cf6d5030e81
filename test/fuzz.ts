// Random graph programs from a seed: every kind of operation, shared subexpressions, several outputs, gradients,
// variables that are read and assigned. Values stay in a moderate range by construction.
import { gradients } from "../src/gradient.ts";
import type { HostArray } from "../src/host-array.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sameShape } from "../src/shape.ts";
import { type Tensor, tensor } from "../src/tensor.ts";
import { drawWeight, hostArray } from "./compare.ts";
import { binary, chosen, rounded, unary } from "./fuzz-floats.ts";
import { growByFunction } from "./fuzz-functions.ts";
import { casted, counted, integer } from "./fuzz-integers.ts";
import { gathered, joined, moved, scattered } from "./fuzz-movement.ts";
import { Pool, randomLeaf, randomShape } from "./fuzz-pool.ts";
import { contracted, reduced, rows } from "./fuzz-reductions.ts";

/** The outputs of a program and the values that it assigns. */
export interface Results {
  readonly outputs: Tensor[];
  /** The new value of each variable, in the order of `Fuzz.variables`. */
  readonly assigned: Tensor[];
  /** Some intermediate values, which may be read before the outputs. */
  readonly middle: Tensor[];
}

/** A random program: the same seed gives the same one. */
export interface Fuzz {
  readonly args: readonly HostArray[];
  readonly variables: readonly HostArray[];
  readonly body: (args: readonly Tensor[], variables: readonly Tensor[]) => Results;
}

/** Programs of seeds above this one also call the larger functions of src/functions. */
export const larger = 1_000_000;

export function fuzzProgram(seed: number): Fuzz {
  const random = hostRandom(seed, 1);
  const shape = (): Shape => randomShape(random, 500);
  const args = Array.from({ length: 1 + random.below(4) }, () => randomLeaf(random, shape()));
  const variables = Array.from({ length: random.below(4) }, (_, i) =>
    randomLeaf(random, shape(), i === 2 ? "int32" : "float32"),
  );
  return { args, variables, body: (xs, vs) => new Builder(seed, variables.length > 0).build(xs, vs) };
}

/** The kinds of operations, as often as each is to be drawn. */
const steps: readonly ((p: Pool) => boolean)[] = [
  unary,
  unary,
  rounded,
  binary,
  binary,
  binary,
  moved,
  moved,
  moved,
  reduced,
  reduced,
  rows,
  contracted,
  contracted,
  gathered,
  scattered,
  joined,
  chosen,
  counted,
  integer,
  integer,
  casted,
];

class Builder {
  readonly #pool: Pool;
  readonly #differentiable: boolean;
  readonly #callsFunctions: boolean;

  constructor(seed: number, hasVariables: boolean) {
    this.#pool = new Pool(hostRandom(seed, 2));
    this.#callsFunctions = seed > larger;
    this.#differentiable = this.#pool.random.below(hasVariables ? 3 : 2) === 0;
  }

  build(args: readonly Tensor[], variables: readonly Tensor[]): Results {
    for (const x of args) this.#pool.keep(x, 1, true);
    // A float variable holds what earlier steps computed, which float32 rounded.
    for (const x of variables) this.#pool.keep(x, 1, x.dtype !== "float32");
    const count = 4 + this.#pool.random.below(22);
    for (let i = 0, tries = 0; i < count && tries < 10 * count; tries++) if (this.#grow()) i++;
    const outputs = Array.from(
      { length: 1 + this.#pool.random.below(3) },
      (_, i) =>
        this.#pool.entries[
          i === 0 ? this.#pool.entries.length - 1 : this.#pool.random.below(this.#pool.entries.length)
        ]!.x,
    );
    if (this.#differentiable) outputs.push(...this.#slopes([...args, ...variables]));
    const assigned = variables.map((x) => this.#next(x));
    return { outputs, assigned, middle: Array.from({ length: 3 }, () => this.#pool.among(this.#pool.entries).x) };
  }

  /** d (a weighted sum of some float values) / d (the float leaves). */
  #slopes(leaves: readonly Tensor[]): Tensor[] {
    const floats = this.#pool.entries.filter((e) => e.x.dtype === "float32");
    const xs = leaves.filter((x) => x.dtype === "float32");
    if (floats.length === 0 || xs.length === 0) return [];
    const parts = [floats.at(-1)!, this.#pool.among(floats)].map(({ x }) =>
      x
        .mul(tensor(hostArray(x.shape, "float32", () => drawWeight(this.#pool.random))))
        .mul(1 / Math.max(1, x.size))
        .sum(),
    );
    return gradients(parts[0]!.add(parts[1]!), xs);
  }

  /** The next value of a variable: half of its old value and half of a new one, so that values stay bounded. */
  #next(x: Tensor): Tensor {
    if (x.dtype !== "float32") return x.mul(5).add(1);
    const same = this.#pool.entries.filter(
      (e) => e.x.dtype === "float32" && sameShape(e.x.shape, x.shape) && e.x !== x,
    );
    const other = same.length > 0 ? this.#pool.among(same).x : this.#pool.float().x.mean();
    return x.mul(0.5).add(other.tanh().mul(0.5));
  }

  /** One more operation; false where the draw does not fit and another is to be made. */
  #grow(): boolean {
    if (this.#callsFunctions && this.#pool.random.below(3) === 0) return growByFunction(this.#pool);
    return this.#pool.among(steps)(this.#pool);
  }
}
