// Games that an agent plays: many of one kind side by side, so that a network answers for all of them in one call.

/** What a step did in each game. */
export interface Outcome {
  readonly rewards: Float32Array;
  /** 1 where the game is over by its rules. */
  readonly ended: Uint8Array;
  /** 1 where the time is up: the game could have gone on, so that its last observation is still worth something. */
  readonly cut: Uint8Array;
}

/** Games of one kind, played side by side. */
export interface Game {
  /** The number of games. */
  readonly count: number;
  /** The shape of what a player sees of one game. */
  readonly shape: readonly number[];
  /** The number of actions; a player chooses one by its index. */
  readonly actions: number;
  /** What players see now, `[count, ...shape]`, in an array of its own. */
  observations(): Float32Array<ArrayBuffer>;
  /** Takes one action in each game. Games that are over must be restarted before their next step. */
  step(actions: ArrayLike<number>): Outcome;
  /** Begins anew: all games, or those with a 1. */
  restart(which?: Uint8Array): void;
  /** A game as gray pixels from 0 to 1, for a person. */
  picture(index: number): number[][];
}

/** Chooses an action in each game from what is seen of them, `[count, ...shape]`. */
export type Player = (observations: Float32Array<ArrayBuffer>) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** 1 where a game is over, for either reason. */
export const isOver = ({ ended, cut }: Outcome): Uint8Array => ended.map((one, i) => one | cut[i]!);

/**
 * The sum of the rewards of each game, played once to its end. `onStep` is called after each step, with a 1 for each
 * game that was not over before it.
 */
export async function playThrough(
  game: Game,
  player: Player,
  onStep?: (playing: Uint8Array) => void,
): Promise<Float64Array> {
  const totals = new Float64Array(game.count);
  const playing = new Uint8Array(game.count).fill(1);
  while (playing.includes(1)) {
    const outcome = game.step(await player(game.observations()));
    const over = isOver(outcome);
    for (let i = 0; i < game.count; i++) if (playing[i]) totals[i]! += outcome.rewards[i]!;
    onStep?.(playing);
    for (let i = 0; i < game.count; i++) if (over[i]) playing[i] = 0;
    game.restart(over);
  }
  return totals;
}

/** The scores of games that go on without end: the mean of those that ended last. */
export class Scores {
  readonly #running: Float64Array;
  readonly #last: number[] = [];
  readonly #most: number;

  /** `most` is the number of scores in the mean. */
  constructor(games: number, most = 100) {
    this.#running = new Float64Array(games);
    this.#most = most;
  }

  add({ rewards }: Outcome, over: Uint8Array): void {
    for (let i = 0; i < over.length; i++) {
      this.#running[i]! += rewards[i]!;
      if (!over[i]) continue;
      this.#last.push(this.#running[i]!);
      this.#running[i] = 0;
      if (this.#last.length > this.#most) this.#last.shift();
    }
  }

  /** The mean of the last scores, of those of unfinished games while none has ended. */
  get mean(): number {
    const scores: ArrayLike<number> = this.#last.length > 0 ? this.#last : this.#running;
    let sum = 0;
    for (let i = 0; i < scores.length; i++) sum += scores[i]!;
    return sum / scores.length;
  }
}

/**
 * Random numbers in [0, 1) on the host; a seed gives the same ones everywhere. Mulberry32: a counter whose bits are
 * mixed by two multiplications; enough for games, too little for cryptography.
 */
export function chance(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
