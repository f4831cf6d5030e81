// Experience of an agent that acts by chance, as its policy says, and how much better each action was than expected.
import { compile, type Tensor, tensor } from "nabla";
import { type Game, isOver, type Scores } from "./game.ts";

/** A network that says with which probabilities it acts, and what it expects from then on. */
export type ActorCritic = (observations: Tensor) => {
  /** The logits of the actions, `[batch, actions]`. */
  readonly policy: Tensor;
  /** The sum of rewards to come, discounted, `[batch, 1]`. */
  readonly value: Tensor;
};

/** Steps of several games, one step of all games after the other: `[steps · games, …]`. */
export interface Experience {
  readonly observations: Float32Array<ArrayBuffer>;
  readonly actions: Int32Array<ArrayBuffer>;
  /** The probabilities with which the actions were chosen. */
  readonly chances: Float32Array<ArrayBuffer>;
  /** How much more an action brought than was expected. */
  readonly advantages: Float32Array<ArrayBuffer>;
  /** What the value should have been. */
  readonly returns: Float32Array<ArrayBuffer>;
}

/** The options of {@link advantagesOf}. */
export interface Discount {
  /** γ: what a reward is worth a step later. */
  readonly gamma: number;
  /** λ: 1 trusts the rewards that came, 0 the values that were expected. */
  readonly lambda: number;
}

/**
 * Generalised advantage estimation (Schulman et al. 2016). With the error δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ) of the value,
 *
 *     Aₜ = δₜ + γλ·δₜ₊₁ + (γλ)²·δₜ₊₂ + …
 *
 * up to the end of the game or of the steps that are given. Arrays are `[steps · games]`; `nextValues` holds V(sₜ₊₁),
 * 0 where the game has ended, and `over` a 1 where the next step belongs to another game.
 */
export function advantagesOf(
  rewards: Float32Array,
  values: Float32Array,
  nextValues: Float32Array,
  over: Uint8Array,
  games: number,
  { gamma, lambda }: Discount,
): Float32Array<ArrayBuffer> {
  const advantages = new Float32Array(rewards.length);
  for (let at = rewards.length - 1; at >= 0; at--) {
    const later = over[at] || at + games >= rewards.length ? 0 : advantages[at + games]!;
    advantages[at] = rewards[at]! + gamma * nextValues[at]! - values[at]! + gamma * lambda * later;
  }
  return advantages;
}

/** Lets an agent play for so many steps at a time; games go on from one call to the next. */
export class Rollout {
  readonly #game: Game;
  readonly #ask: (observations: Float32Array<ArrayBuffer>) => Promise<[Float32Array, Float32Array]>;
  readonly #random: () => number;
  readonly #scores: Scores;

  constructor(game: Game, agent: ActorCritic, random: () => number, scores: Scores) {
    const compiled = compile((x: Tensor) => {
      const { policy, value } = agent(x);
      return [policy.softmax(), value.reshape([-1])] as const;
    });
    this.#ask = async (seen) => {
      const [policy, value] = await compiled(tensor(seen, { shape: [game.count, ...game.shape] }));
      return (await Promise.all([policy.data(), value.data()])) as [Float32Array, Float32Array];
    };
    [this.#game, this.#random, this.#scores] = [game, random, scores];
  }

  /** Plays `steps` steps of all games; rewards count `scale` of their size. */
  async play(steps: number, discount: Discount, scale = 1): Promise<Experience> {
    const game = this.#game;
    const { count } = game;
    const total = steps * count;
    const numbers = () => new Float32Array(total);
    const [rewards, values, nextValues, chances] = [numbers(), numbers(), numbers(), numbers()];
    const [actions, over] = [new Int32Array(total), new Uint8Array(total)];
    let seen = game.observations();
    const observations = new Float32Array((total * seen.length) / count);
    let answer = await this.#ask(seen);
    for (let at = 0; at < total; at += count) {
      const [policy, value] = answer;
      const chosen = actions.subarray(at, at + count);
      for (let i = 0; i < count; i++) {
        const row = policy.subarray(i * game.actions, (i + 1) * game.actions);
        const action = drawn(row, this.#random());
        [chosen[i], chances[at + i]] = [action, row[action]!];
      }
      observations.set(seen, (at / count) * seen.length);
      values.set(value, at);
      const outcome = game.step(chosen);
      const ends = isOver(outcome);
      this.#scores.add(outcome, ends);
      over.set(ends, at);
      // A game that is cut could have gone on: what its last observation is worth is part of what its steps brought.
      let last: Float32Array | null = null;
      if (outcome.cut.includes(1)) [, last] = await this.#ask(game.observations());
      game.restart(ends);
      seen = game.observations();
      answer = await this.#ask(seen);
      for (let i = 0; i < count; i++) {
        rewards[at + i] = scale * outcome.rewards[i]!;
        nextValues[at + i] = outcome.ended[i] ? 0 : outcome.cut[i] ? last![i]! : answer[1][i]!;
      }
    }
    const advantages = advantagesOf(rewards, values, nextValues, over, count, discount);
    const returns = advantages.map((advantage, i) => advantage + values[i]!);
    return { observations, actions, chances, advantages, returns };
  }
}

/** The index at which the sum of probabilities exceeds a number in [0, 1). */
function drawn(probabilities: Float32Array, point: number): number {
  let sum = 0;
  const last = probabilities.length - 1;
  for (let i = 0; i < last; i++) {
    sum += probabilities[i]!;
    if (point < sum) return i;
  }
  return last;
}
