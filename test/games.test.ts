// The simulators that agents play in, against published equations and rules, and what is learned from their steps.
import { PassThrough } from "node:stream";
import { tensor } from "nabla";
import { expect, test } from "vitest";
import { greedy, keepBest } from "../recipes/tools/games/agent.ts";
import { accelerations, CartPole, leaning, physics } from "../recipes/tools/games/cart-pole.ts";
import { Catch, lowest, points, richest, side } from "../recipes/tools/games/catch.ts";
import { chance, type Game, playThrough, Scores } from "../recipes/tools/games/game.ts";
import { advantagesOf, Rollout } from "../recipes/tools/games/rollout.ts";
import type { Film } from "../recipes/tools/part.ts";
import { contactSheet, playFilm } from "../src/cli/course/film.ts";
import { partText } from "../src/cli/course/part-text.ts";

test("the accelerations of cart and pole solve the equations of motion (Barto, Sutton & Anderson 1983)", () => {
  const { gravity: g, cartMass, poleMass: m, halfLength: l } = physics;
  for (const [force, angle, turning] of [
    [10, 0, 0],
    [-10, 0.1, -0.7],
    [10, -0.2, 1.3],
    [0, 1, 2],
  ] as const) {
    const [cart, pole] = accelerations(force, angle, turning);
    const [s, c] = [Math.sin(angle), Math.cos(angle)];
    // Newton's law for both along the track, and for the rotation of the pole about its pivot.
    expect((cartMass + m) * cart + m * l * (pole * c - turning ** 2 * s)).toBeCloseTo(force, 10);
    expect((4 / 3) * l * pole + cart * c).toBeCloseTo(g * s, 10);
  }
});

test("a step of cart-pole is Euler's, with the velocities before it, and fails at 12° or 2.4 m", () => {
  const game = new CartPole(3, 1);
  game.state.set([0.1, -0.2, 0.03, 0.4, 2.39, 1, 0, 0, 0, 0, 0.209, 1]);
  const [cart, pole] = accelerations(10, 0.03, 0.4);
  const { rewards, ended, cut } = game.step([1, 0, 0]);
  const expected = [0.1 - 0.2 * 0.02, -0.2 + cart * 0.02, 0.03 + 0.4 * 0.02, 0.4 + pole * 0.02];
  for (const [i, value] of expected.entries()) expect(game.state[i]).toBeCloseTo(value, 12);
  expect([...rewards, ...ended, ...cut]).toEqual([1, 1, 1, 0, 1, 1, 0, 0, 0]);
  game.restart(ended);
  expect(game.state[0]).toBe(expected[0]);
  for (const number of game.state.subarray(4)) expect(Math.abs(number)).toBeLessThanOrEqual(0.05);
  // From rest, a push of 10 N: ẍ = (F + m l …)/M and θ̈ as Gym's CartPole-v1 gives them.
  const [firstCart, firstPole] = accelerations(10, 0, 0);
  expect([firstCart, firstPole].map((x) => Number(x.toFixed(4)))).toEqual([9.7561, -14.6341]);
});

test("a pole that is held is cut after 500 steps, and one that is not falls within some tens", async () => {
  const held = (seen: Float32Array) =>
    Array.from({ length: seen.length / 4 }, (_, i) => {
      const [x = 0, v = 0, angle = 0, turning = 0] = seen.subarray(4 * i);
      return angle + 0.3 * turning + 0.05 * x + 0.1 * v > 0 ? 1 : 0;
    });
  const game = new CartPole(20, 3);
  expect([...(await playThrough(game, held))]).toEqual(new Array(20).fill(500));
  const scores = await playThrough(new CartPole(20, 3), leaning);
  expect(Math.max(...scores)).toBeLessThan(80);
  expect(Math.min(...scores)).toBeGreaterThan(20);
});

test("fruits fall row by row, and count where the basket is when they land", () => {
  const game = new Catch(2, 5);
  const [columns, golden] = [game.columns.slice(0, side - 1), game.golden.slice(0, side - 1)];
  expect(game.baskets[0]).toBe(3);
  let basket = 3;
  for (let t = 0; t < side - 1; t++) {
    const row = side - 2 - t;
    const move = Math.sign(columns[row]! - basket);
    basket += move;
    const { rewards, ended, cut } = game.step([1 + move, 1]);
    expect(rewards[0]).toBe(columns[row] === basket ? points[golden[row] as 0 | 1] : 0);
    expect([...ended, ...cut]).toEqual([0, 0, 0, 0]);
  }
  const seen = game.observations();
  const [first, second] = [seen.subarray(0, side * side), seen.subarray(side * side)];
  for (const [picture, i] of [
    [first, 0],
    [second, 1],
  ] as const)
    for (let row = 0; row < side; row++) {
      const line = [...picture.subarray(row * side, (row + 1) * side)];
      const at = row === side - 1 ? game.baskets[i]! : game.columns[i * (side - 1) + row]!;
      const bright = row === side - 1 || game.golden[i * (side - 1) + row] ? 1 : 0.5;
      expect(line).toEqual(Array.from({ length: side }, (_, j) => (j === at ? bright : 0)));
    }
  // Walls hold the basket.
  for (let t = 0; t < 10; t++) game.step([0, 2]);
  expect([...game.baskets]).toEqual([0, side - 1]);
});

test("the scripted players of catch go to the fruits that they say", () => {
  const seen = new Float32Array(side * side);
  const put = (row: number, column: number, value: number) => void (seen[row * side + column] = value);
  put(6, 3, 1);
  put(5, 0, 0.5); // lands in one step, three columns away
  put(4, 5, 0.5); // two steps, two columns
  put(2, 1, 1); // four steps, two columns, golden
  expect([...lowest(seen)]).toEqual([2]);
  expect([...richest(seen)]).toEqual([0]);
});

test("the best player among scripts is well above chance, and 100 steps are a game", async () => {
  const count = 50;
  const mean = async (player: (seen: Float32Array) => number[]) =>
    (await playThrough(new Catch(count, 7), player)).reduce((a, b) => a + b) / count;
  const next = chance(1);
  const [random, low, rich] = [
    await mean((seen) => Array.from({ length: seen.length / side ** 2 }, () => Math.floor(3 * next()))),
    await mean(lowest),
    await mean(richest),
  ];
  expect(random).toBeLessThan(40);
  expect(low).toBeGreaterThan(2 * random);
  expect(rich).toBeGreaterThan(low);
});

test("advantages are discounted sums of errors up to the end of a game", () => {
  const discount = { gamma: 0.9, lambda: 0.8 };
  // Two games side by side, three steps; the first one ends after its second step.
  const rewards = Float32Array.of(1, 0, 2, 0, 3, 4);
  const values = Float32Array.of(0.5, 0.1, 0.6, 0.2, 0.7, 0.3);
  const next = Float32Array.of(0.6, 0.2, 0, 0.3, 0.9, 0.8);
  const over = Uint8Array.of(0, 0, 1, 0, 0, 0);
  const delta = Array.from(rewards, (r, i) => r + 0.9 * next[i]! - values[i]!);
  const [d0 = 0, e0 = 0, d1 = 0, e1 = 0, d2 = 0, e2 = 0] = delta;
  const decay = 0.9 * 0.8;
  const expected = [d0 + decay * d1, e0 + decay * e1 + decay ** 2 * e2, d1, e1 + decay * e2, d2, e2];
  const got = advantagesOf(rewards, values, next, over, 2, discount);
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
  // With λ = 1 the return is the discounted sum of what came, and of what is expected after it.
  const sums = advantagesOf(rewards, values, next, over, 2, { gamma: 0.9, lambda: 1 });
  expect(sums[1]! + values[1]!).toBeCloseTo(0 + 0.9 * 0 + 0.81 * 4 + 0.729 * 0.8, 5);
});

/** Counts its steps; is cut after three. */
class Clock implements Game {
  readonly count = 1;
  readonly shape = [1];
  readonly actions = 2;
  time = 0;
  observations = () => Float32Array.of(this.time);
  picture = () => [[this.time]];
  restart(which?: Uint8Array): void {
    if (!which || which[0]) this.time = 0;
  }
  step(actions: ArrayLike<number>) {
    this.time++;
    return {
      rewards: Float32Array.of(actions[0]!),
      ended: Uint8Array.of(0),
      cut: Uint8Array.of(this.time === 3 ? 1 : 0),
    };
  }
}

test("a rollout acts with the probabilities of its policy, and values the end of a game that is cut", async () => {
  const scores = new Scores(1);
  // Action 1 with a chance of 3/4; a state is worth its time.
  const agent = (x: ReturnType<typeof tensor>) => ({ policy: x.mul(0).add(tensor([[0, Math.log(3)]])), value: x });
  const rollout = new Rollout(new Clock(), agent, chance(2), scores);
  const { observations, actions, chances, returns } = await rollout.play(600, { gamma: 1, lambda: 0 });
  expect([...observations.subarray(0, 7)]).toEqual([0, 1, 2, 0, 1, 2, 0]);
  const ones = actions.reduce((a, b) => a + b, 0);
  expect(Math.abs(ones / 600 - 0.75)).toBeLessThan(0.05);
  for (let i = 0; i < 600; i++) {
    expect(chances[i]).toBeCloseTo(actions[i] === 1 ? 0.75 : 0.25, 6);
    expect(returns[i]).toBeCloseTo(actions[i]! + (i % 3) + 1, 5);
  }
  expect(scores.mean).toBeCloseTo(actions.subarray(300).reduce((a, b) => a + b, 0) / 100, 10);
});

test("random numbers of the host follow from their seed, and fill [0, 1) evenly", () => {
  const [a, b, other] = [chance(1), chance(1), chance(2)];
  const list = Array.from({ length: 10_000 }, a);
  expect(Array.from({ length: 10_000 }, b)).toEqual(list);
  expect(Array.from({ length: 5 }, other)).not.toEqual(list.slice(0, 5));
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = list.filter((x) => Math.floor(10 * x) === tenth).length / list.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(0.012);
  }
});

test("the best weights of a run come back at its end", async () => {
  let held = 0;
  const weights = (value: number) => ({ w: { data: Float32Array.of(value) } });
  const model = {
    getWeights: async () => weights(held),
    setWeights: (w: ReturnType<typeof weights>) => void (held = w.w.data[0]!),
  };
  const run = { model, epochs: 3 } as never;
  // A cart that is always pushed to one side falls soon; one that follows the pole stands longer.
  const player = (seen: Float32Array) => (held === 2 ? leaning(seen) : new Array<number>(seen.length / 4).fill(1));
  const best = keepBest("cart-pole", player, 1, 5);
  for (const epoch of [0, 1, 2]) {
    held = epoch + 1;
    await best.onEpochEnd?.({ epoch } as never, run);
  }
  await best.onTrainEnd?.({} as never, run);
  expect(held).toBe(2);
});

test("a greedy player takes the action of the greatest number in each game", async () => {
  const game = new Catch(3, 1);
  const player = greedy((x) => x.reshape([-1, side, side]).sum(1), game);
  const seen = game.observations();
  const brightest = [0, 1, 2].map((i) => {
    const sums = Array.from({ length: side }, (_, column) =>
      Array.from({ length: side }, (_, row) => seen[(i * side + row) * side + column]!).reduce((a, b) => a + b),
    );
    return sums.indexOf(Math.max(...sums));
  });
  expect(new Set(brightest).size).toBeGreaterThan(1);
  expect(Array.from(await player(seen), Number)).toEqual(brightest);
});

const film: Film = {
  kind: "film",
  title: { en: "A film", ru: "Фильм" },
  frames: Array.from({ length: 10 }, (_, t) => [
    [t / 9, 0],
    [0, 1],
  ]),
  range: [0, 1],
  framesPerSecond: 1000,
};
const page = { language: "en", width: 40, paint: (_: string, words: string) => words, colourBits: 1 } as never;

test("a film is a sheet of evenly chosen frames where it cannot play", () => {
  const { pixels } = contactSheet(film, 4, 2);
  const at = (t: number) => t / 9;
  expect(pixels).toEqual([
    [at(0), 0, 0.3, at(3), 0],
    [0, 1, 0.3, 0, 1],
    [0.3, 0.3, 0.3, 0.3, 0.3],
    [at(6), 0, 0.3, at(9), 0],
    [0, 1, 0.3, 0, 1],
  ]);
  expect(contactSheet({ ...film, frames: film.frames.slice(0, 1) }, 4, 2).pixels).toEqual([
    [0, 0],
    [0, 1],
  ]);
  expect(partText(film, page)).toMatch(/^A film/);
});

test("a film plays in a terminal frame over frame, and its last frame stays", async () => {
  const stream = new PassThrough();
  await playFilm(film, page, stream);
  const text = String(stream.read());
  expect(text.split("A film")).toHaveLength(11);
  // It goes back to its first line after each frame but the last one.
  expect(text.split("\x1b[5A")).toHaveLength(10);
  expect(text.endsWith("\x1b[K\n")).toBe(true);
});
