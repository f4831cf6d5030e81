// S19. Deep Q-learning: a network learns what each action is worth, from a memory of what was tried.
import {
  type Batch,
  callbacks,
  layers,
  losses,
  Model,
  oneHot,
  optimizers,
  registerLayer,
  type StepContext,
  sequential,
  type Tensor,
  tensor,
} from "nabla";
import {
  type GameName,
  gameOf,
  games,
  gamesData,
  greedy,
  keepBest,
  measureAgent,
  scoreFigures,
  showGame,
  variants,
} from "./tools/games/agent.ts";
import { chance, type Game, isOver, Scores } from "./tools/games/game.ts";
import { both } from "./tools/part.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 40, batchSize: 128, learningRate: 0.001 };
const expected = scoreFigures({ "cart-pole": 475, catch: 105 });

/** Games side by side, batches of an epoch, steps between two copies of the network, γ, and what a step is worth. */
const settings = {
  // The signal of 1983: nothing while the pole stands, and −1 when it falls. With a point for each step all values
  // would be large and nearly equal, and the difference between two actions less than the network's error.
  "cart-pole": { count: 8, batches: 800, copyEvery: 100, gamma: 0.99, worth: (_: number, ended: number) => -ended },
  catch: { count: 16, batches: 300, copyEvery: 200, gamma: 0.95, worth: (reward: number) => 0.2 * reward },
} as const satisfies Record<GameName, unknown>;

/** The steps that are remembered at most, and those that are taken before the first batch. */
const [memory, beginning] = [50_000, 1000];
/** The share of random actions falls from 1 to this in the first part of the training. */
const [leastRandom, randomPart] = [0.02, 0.25];

/** What came of a step. */
interface Known {
  readonly action: Tensor;
  readonly reward: Tensor;
  readonly next: Tensor;
  readonly ended: Tensor;
  readonly score: Tensor;
}

class DqnAgent extends Model<any, Tensor, Tensor> {
  readonly game: GameName;
  readonly online: Model<any, Tensor, Tensor>;
  /** An older copy of `online`: a goal that stands still for a while. */
  readonly target: Model<any, Tensor, Tensor>;

  constructor({ game, seed = 1 }: { game: GameName; seed?: number }) {
    super({ name: "dqn", seed });
    this.game = game;
    const { shape, actions } = games[game].make(1, 0);
    const seen = layers.input([...shape]);
    const network = () =>
      sequential(
        game === "catch"
          ? [
              seen,
              layers.conv2d(16, 3, { activation: "relu" }),
              layers.flatten(),
              layers.dense(128, { activation: "relu" }),
              layers.dense(128, { activation: "relu" }),
              layers.dense(actions),
            ]
          : [
              seen,
              layers.dense(64, { activation: "relu" }),
              layers.dense(64, { activation: "relu" }),
              layers.dense(actions),
            ],
      );
    this.online = network();
    this.target = network();
  }

  /** What each action is worth: the sum of rewards to come, discounted, `[batch, actions]`. */
  call(observations: Tensor): Tensor {
    return this.online.apply(observations);
  }

  trainStep({ inputs, targets }: Batch<Tensor>, { minimize }: StepContext) {
    const { action, reward, next, ended, score } = targets as unknown as Known;
    const { gamma } = settings[this.game];
    // Double Q-learning: one network chooses the next action, the other says what it is worth. The maximum of one
    // network would take its errors for gains.
    const values = this.target.apply(next);
    const worth = values.mul(oneHot(this.online.apply(next).argmax(-1), values.shape[1]!)).sum(1);
    const goal = reward.add(worth.mul(ended.neg().add(1)).mul(gamma)).stopGradient();
    const huber = losses.huber();
    const loss = minimize(
      () => {
        const all = this.online.apply(inputs);
        const taken = all.mul(oneHot(action, all.shape[1]!)).sum(1);
        return huber.call(goal.expandDims(1), taken.expandDims(1)).mean();
      },
      this.online,
      this.training!.optimizer,
    );
    return { loss, score: score.mean() };
  }

  override config() {
    return { ...super.config(), game: this.game };
  }
}
registerLayer("DqnAgent", (config) => new DqnAgent(config as { game: GameName }));

function makeModel(options: RecipeOptions = {}) {
  const { learningRate = defaults.learningRate, seed = 1 } = options;
  const game = gameOf(options);
  const model = new DqnAgent({ game, seed });
  model.compile({ optimizer: optimizers.adam({ learningRate, clipnorm: 10 }) });
  return model.build([...games[game].make(1, 0).shape]);
}

/** The player that takes the action of the greatest value. */
const playerOf = (model: Model, game: GameName) => greedy((x) => (model as DqnAgent).apply(x), games[game].make(1, 0));

/** The last steps that were taken, in no order. */
class Replay {
  readonly #shape: readonly number[];
  readonly #width: number;
  readonly #seen: Float32Array;
  readonly #next: Float32Array;
  readonly #actions = new Int32Array(memory);
  readonly #rewards = new Float32Array(memory);
  readonly #ended = new Float32Array(memory);
  #written = 0;

  constructor({ shape }: Game) {
    this.#shape = shape;
    this.#width = shape.reduce((a, b) => a * b, 1);
    this.#seen = new Float32Array(memory * this.#width);
    this.#next = new Float32Array(memory * this.#width);
  }

  /** Remembers one step of each game; the oldest ones are forgotten. */
  add(
    seen: Float32Array,
    actions: ArrayLike<number>,
    rewards: Float32Array,
    ended: Uint8Array,
    next: Float32Array,
  ): void {
    const width = this.#width;
    for (let i = 0; i < rewards.length; i++) {
      const at = this.#written++ % memory;
      this.#seen.set(seen.subarray(i * width, (i + 1) * width), at * width);
      this.#next.set(next.subarray(i * width, (i + 1) * width), at * width);
      [this.#actions[at], this.#rewards[at], this.#ended[at]] = [actions[i]!, rewards[i]!, ended[i]!];
    }
  }

  /** Steps drawn at random, as a batch. */
  draw(count: number, random: () => number, score: number) {
    const known = Math.min(memory, this.#written);
    const places = Int32Array.from({ length: count }, () => Math.floor(known * random()));
    const width = this.#width;
    const rows = (of: Float32Array): Tensor => {
      const rows = new Float32Array(count * width);
      places.forEach((at, i) => rows.set(of.subarray(at * width, (at + 1) * width), i * width));
      return tensor(rows, { shape: [count, ...this.#shape] });
    };
    return {
      x: rows(this.#seen),
      y: {
        action: Int32Array.from(places, (at) => this.#actions[at]!),
        reward: Float32Array.from(places, (at) => this.#rewards[at]!),
        next: rows(this.#next),
        ended: Float32Array.from(places, (at) => this.#ended[at]!),
        score: new Float32Array(count).fill(score),
      },
    };
  }
}

/** Takes a step in all games and draws a batch from the memory, in turn; without end. */
async function* experience(model: DqnAgent, batchSize: number, seed: number, batches: number, least: number) {
  const { game: name } = model;
  const { count, copyEvery, worth } = settings[name];
  const game = games[name].make(count, seed);
  const player = playerOf(model, name);
  const random = chance(seed + 1000);
  const scores = new Scores(count);
  const replay = new Replay(game);
  let seen = game.observations();
  for (let step = 0; ; step++) {
    const drawn = step - Math.ceil(least / count);
    const share = Math.max(leastRandom, 1 - ((1 - leastRandom) * Math.max(0, drawn)) / (randomPart * batches));
    const best = drawn > 0 ? await player(seen) : [];
    const actions = Array.from({ length: count }, (_, i) =>
      drawn <= 0 || random() < share ? Math.floor(game.actions * random()) : Number(best[i]),
    );
    const outcome = game.step(actions);
    const over = isOver(outcome);
    scores.add(outcome, over);
    // A game that is cut has not ended: its last observation is still worth something.
    const rewards = outcome.rewards.map((reward, i) => worth(reward, outcome.ended[i]!));
    replay.add(seen, actions, rewards, outcome.ended, game.observations());
    game.restart(over);
    seen = game.observations();
    if (drawn < 0) continue;
    if (drawn % copyEvery === 0) model.target.setWeights(await model.online.getWeights());
    yield replay.draw(batchSize, random, scores.mean);
  }
}

export const recipe: Recipe = {
  name: "dqn",
  items: ["S19"],
  title: both(
    "Deep Q-learning balances a pole and catches fruits",
    "Глубокое Q-обучение удерживает шест и ловит фрукты",
  ),
  description: both(
    "A network learns what each action is worth: the reward of the step, and what the best action after it is worth. " +
      "It learns from a memory of earlier steps, drawn at random, since steps in a row are too much alike; the goal " +
      "comes from an older copy of the network, which stands still for a while, and the network itself chooses the " +
      "action in it (double Q-learning). At first it acts at random, later ever more as it thinks best.",
    "Сеть учится оценивать каждое действие: награда за шаг плюс ценность лучшего действия после него. Учится она по " +
      "памяти прошлых шагов, выбранных случайно, ведь соседние шаги слишком похожи; цель берётся из более старой " +
      "копии сети, которая какое-то время неподвижна, а действие в ней выбирает сама сеть (двойное Q-обучение). " +
      "Вначале агент действует наугад, потом всё чаще так, как считает лучшим.",
  ),
  source:
    "Mnih et al. 2015, Human-level control through deep reinforcement learning; van Hasselt, Guez & Silver 2016, " +
    "Deep reinforcement learning with double Q-learning",
  data: gamesData,
  defaults,
  expected,
  variants,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, learningRate = defaults.learningRate } = options;
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 2, batchSize: 16 } : defaults);
    const model = makeModel(options);
    const { game } = model;
    const stepsPerEpoch = tiny ? 4 : settings[game].batches;
    const player = playerOf(model, game);
    const falling = callbacks.learningRateScheduler((epoch) => learningRate * (1 - epoch / fit.epochs));
    const batches = stepsPerEpoch * fit.epochs;
    const played = experience(model, fit.batchSize, fit.seed, batches, tiny ? 16 : beginning);
    const history = await model.fit(played, {
      ...fit,
      stepsPerEpoch,
      callbacks: [falling, keepBest(game, player, 2, tiny ? 2 : 40), ...fit.callbacks],
    });
    return measureAgent(model, history, player, expected, options);
  },
  async *generate(model, question) {
    const { game } = model as DqnAgent;
    yield* showGame(game, playerOf(model, game), question);
  },
};
