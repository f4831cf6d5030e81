// A growing partial order over numbers from 0: which must come before which, directly or through others.

export class Precedence {
  readonly #words: number;
  /** For each number a bit set of all that must come before it. */
  readonly #before: Uint32Array[] = [];
  readonly #direct: Set<number>[] = [];
  readonly #hasLater = new Set<number>();

  /** Numbers are below `size`. */
  constructor(size: number) {
    this.#words = Math.ceil(size / 32);
  }

  /** Demands that `earlier` comes before `later`. */
  add(earlier: number, later: number): void {
    this.directlyBefore(later).add(earlier);
    if (this.isBefore(earlier, later)) return;
    const added = this.#bits(earlier).slice();
    added[earlier >>> 5]! |= 1 << (earlier & 31);
    this.#hasLater.add(earlier);
    include(this.#bits(later), added);
    if (!this.#hasLater.has(later)) return;
    for (const bits of this.#before) if (bits && hasBit(bits, later)) include(bits, added);
  }

  isBefore(earlier: number, later: number): boolean {
    return hasBit(this.#bits(later), earlier);
  }

  /** The numbers that were demanded to come before `later`. */
  directlyBefore(later: number): Set<number> {
    return (this.#direct[later] ??= new Set());
  }

  #bits(of: number): Uint32Array {
    return (this.#before[of] ??= new Uint32Array(this.#words));
  }
}

const hasBit = (bits: Uint32Array, n: number): boolean => ((bits[n >>> 5]! >>> (n & 31)) & 1) === 1;

function include(into: Uint32Array, added: Uint32Array): void {
  for (const [i, word] of added.entries()) into[i]! |= word;
}
