// A pole stands on a cart, and the cart is pushed left or right so that it does not fall.
import { chance, type Game, type Outcome } from "./game.ts";

/** The constants of Barto, Sutton & Anderson (1983) in SI units, with the limits of Gym's CartPole-v1. */
export const physics = {
  gravity: 9.8,
  cartMass: 1,
  poleMass: 0.1,
  /** From the pivot to the centre of mass. */
  halfLength: 0.5,
  force: 10,
  /** Seconds between two pushes. */
  interval: 0.02,
  /** The track ends so many metres from its middle. */
  farthest: 2.4,
  /** The pole has fallen at this angle, in radians: 12°. */
  steepest: (12 * 2 * Math.PI) / 360,
  /** A game is cut after so many steps. */
  steps: 500,
};

/**
 * The accelerations ẍ and θ̈ of a cart and its pole without friction, for a force on the cart, the angle θ from the
 * upright and its velocity ω. With M the mass of both, m that of the pole and l half its length
 * (Barto, Sutton & Anderson 1983; Florian 2007 derives them):
 *
 *     θ̈ = (g sin θ − cos θ · (F + m l ω² sin θ) / M) / (l (4/3 − m cos²θ / M))
 *     ẍ = (F + m l (ω² sin θ − θ̈ cos θ)) / M
 */
export function accelerations(force: number, angle: number, turning: number): [cart: number, pole: number] {
  const { gravity, cartMass, poleMass, halfLength } = physics;
  const [sine, cosine, mass] = [Math.sin(angle), Math.cos(angle), cartMass + poleMass];
  const pushed = (force + poleMass * halfLength * turning ** 2 * sine) / mass;
  const pole = (gravity * sine - cosine * pushed) / (halfLength * (4 / 3 - (poleMass * cosine ** 2) / mass));
  return [pushed - (poleMass * halfLength * pole * cosine) / mass, pole];
}

/** Actions 0 and 1 push to the left and to the right; each step that the pole stands is worth 1. */
export class CartPole implements Game {
  readonly shape = [4];
  readonly actions = 2;
  readonly count: number;
  /** Position, velocity, angle and angular velocity of each game. */
  readonly state: Float64Array;
  readonly #time: Int32Array;
  readonly #random: () => number;

  constructor(count: number, seed: number) {
    this.count = count;
    this.state = new Float64Array(4 * count);
    this.#time = new Int32Array(count);
    this.#random = chance(seed);
    this.restart();
  }

  observations(): Float32Array<ArrayBuffer> {
    return Float32Array.from(this.state);
  }

  /** Euler's rule with the velocities from before the step, as Gym has it. */
  step(actions: ArrayLike<number>): Outcome {
    const { count, state } = this;
    const outcome = {
      rewards: new Float32Array(count).fill(1),
      ended: new Uint8Array(count),
      cut: new Uint8Array(count),
    };
    const { force, interval, farthest, steepest, steps } = physics;
    for (let i = 0, at = 0; i < count; i++, at += 4) {
      const [position, velocity, angle, turning] = state.subarray(at, at + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const [cart, pole] = accelerations(actions[i] === 1 ? force : -force, angle, turning);
      state[at] = position + interval * velocity;
      state[at + 1] = velocity + interval * cart;
      state[at + 2] = angle + interval * turning;
      state[at + 3] = turning + interval * pole;
      this.#time[i]!++;
      if (Math.abs(state[at]!) > farthest || Math.abs(state[at + 2]!) > steepest) outcome.ended[i] = 1;
      else if (this.#time[i] === steps) outcome.cut[i] = 1;
    }
    return outcome;
  }

  /** All four numbers begin between −0.05 and 0.05. */
  restart(which?: Uint8Array): void {
    for (let i = 0; i < this.count; i++) {
      if (which && !which[i]) continue;
      for (let k = 0; k < 4; k++) this.state[4 * i + k] = 0.1 * this.#random() - 0.05;
      this.#time[i] = 0;
    }
  }

  /** The track from end to end; the pole is drawn three times as oblique as it is, so that its motion can be seen. */
  picture(index: number): number[][] {
    const [width, height, length] = [48, 20, 15];
    const pixels = Array.from({ length: height }, () => new Array<number>(width).fill(0));
    const place = (x: number): number => Math.min(width - 1, Math.max(0, Math.round(x)));
    const [position = 0, , angle = 0] = this.state.subarray(4 * index);
    const middle = ((position / physics.farthest + 1) / 2) * (width - 1);
    for (let k = 0; k <= 2 * length; k++) {
      const [across, up] = [(k / 2) * Math.sin(3 * angle), (k / 2) * Math.cos(3 * angle)];
      pixels[Math.round(height - 4 - up)]![place(middle + across)] = 1;
    }
    for (const row of [height - 3, height - 2]) for (let k = -3; k <= 3; k++) pixels[row]![place(middle + k)] = 0.6;
    pixels[height - 1]!.fill(0.25);
    return pixels;
  }
}

/** Pushes to the side to which the pole leans. */
export const leaning = (observations: Float32Array): number[] =>
  Array.from({ length: observations.length / 4 }, (_, i) => (observations[4 * i + 2]! > 0 ? 1 : 0));
