// Fruits fall, one new in each step, and a basket at the bottom catches what it can: a game that is seen as pixels.
import { chance, type Game, type Outcome } from "./game.ts";

/** Rows and columns of the picture; the last row is that of the basket. */
export const side = 7;
/** The points for a plain fruit and for a golden one. */
export const points = [1, 5] as const;
const goldenShare = 0.2;
/** How bright fruits are: plain and golden. */
const brightness = [0.5, 1] as const;
const steps = 100;

/**
 * Actions 0, 1 and 2 move the basket to the left, not at all and to the right. Then all fruits fall by one row, and one
 * that comes to the lowest row is worth its points if the basket is there. No basket can be everywhere: a good player
 * looks ahead and gives up some fruits for the sake of better ones.
 */
export class Catch implements Game {
  readonly shape = [side, side, 1];
  readonly actions = 3;
  readonly count: number;
  /** The column of the fruit in each row above the basket's, from the top, game by game. */
  readonly columns: Uint8Array;
  /** 1 for a golden fruit, in the same order. */
  readonly golden: Uint8Array;
  readonly baskets: Uint8Array;
  readonly #time: Int32Array;
  readonly #random: () => number;

  constructor(count: number, seed: number) {
    this.count = count;
    this.columns = new Uint8Array(count * (side - 1));
    this.golden = new Uint8Array(count * (side - 1));
    this.baskets = new Uint8Array(count);
    this.#time = new Int32Array(count);
    this.#random = chance(seed);
    this.restart();
  }

  observations(): Float32Array<ArrayBuffer> {
    const pixels = new Float32Array(this.count * side * side);
    for (let i = 0; i < this.count; i++) {
      const [first, at] = [i * (side - 1), i * side * side];
      for (let row = 0; row < side - 1; row++)
        pixels[at + row * side + this.columns[first + row]!] = brightness[this.golden[first + row] as 0 | 1];
      pixels[at + (side - 1) * side + this.baskets[i]!] = 1;
    }
    return pixels;
  }

  step(actions: ArrayLike<number>): Outcome {
    const { count, columns, golden, baskets } = this;
    const outcome = { rewards: new Float32Array(count), ended: new Uint8Array(count), cut: new Uint8Array(count) };
    for (let i = 0; i < count; i++) {
      const [first, last] = [i * (side - 1), (i + 1) * (side - 1) - 1];
      baskets[i] = Math.min(side - 1, Math.max(0, baskets[i]! + actions[i]! - 1));
      if (columns[last] === baskets[i]) outcome.rewards[i] = points[golden[last] as 0 | 1];
      columns.copyWithin(first + 1, first, last);
      golden.copyWithin(first + 1, first, last);
      this.#grow(first);
      this.#time[i]!++;
      if (this.#time[i] === steps) outcome.cut[i] = 1;
    }
    return outcome;
  }

  restart(which?: Uint8Array): void {
    for (let i = 0; i < this.count; i++) {
      if (which && !which[i]) continue;
      for (let row = 0; row < side - 1; row++) this.#grow(i * (side - 1) + row);
      this.baskets[i] = side >> 1;
      this.#time[i] = 0;
    }
  }

  #grow(at: number): void {
    this.columns[at] = Math.floor(side * this.#random());
    this.golden[at] = this.#random() < goldenShare ? 1 : 0;
  }

  picture(index: number): number[][] {
    const pixels = this.observations().subarray(index * side * side, (index + 1) * side * side);
    return Array.from({ length: side }, (_, row) => [...pixels.subarray(row * side, (row + 1) * side)]);
  }
}

/** A fruit as a player sees it: what it is worth, how far away its column is, and in how many steps it lands. */
interface Fruit {
  readonly worth: number;
  readonly away: number;
  readonly lands: number;
}

/** Moves towards the fruit that is best by some measure, of those that the basket can still reach. */
function choosing(measure: (fruit: Fruit) => number): (observations: Float32Array) => number[] {
  const size = side * side;
  return (observations) =>
    Array.from({ length: observations.length / size }, (_, i) => {
      const pixels = observations.subarray(i * size, (i + 1) * size);
      const basket = pixels.indexOf(1, size - side) - (size - side);
      const fruits = Array.from({ length: side - 1 }, (_, row): Fruit => {
        const line = pixels.subarray(row * side, (row + 1) * side);
        const column = line.findIndex((pixel) => pixel > 0);
        return { worth: points[line[column] === brightness[1] ? 1 : 0], away: column - basket, lands: side - 1 - row };
      });
      const inReach = fruits.filter(({ away, lands }) => Math.abs(away) <= lands);
      const best = inReach.reduce<Fruit | null>((a, b) => (a && measure(a) >= measure(b) ? a : b), null);
      return 1 + Math.sign(best?.away ?? 0);
    });
}

/** Moves towards the lowest fruit in reach. */
export const lowest = choosing(({ lands }) => -lands);

/** Moves towards the fruit in reach that brings most points per step until it lands. */
export const richest = choosing(({ worth, lands }) => worth / lands);
