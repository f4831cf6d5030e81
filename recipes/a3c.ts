// S19. Asynchronous advantage actor-critic: workers side by side learn with old copies of one network.
import {
  type Batch,
  callbacks,
  functional,
  input,
  layers,
  logSoftmax,
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
import { chance, Scores } from "./tools/games/game.ts";
import { Rollout } from "./tools/games/rollout.ts";
import { both } from "./tools/part.ts";
import { fitOptions, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 40, batchSize: 64, learningRate: 0.001 };
const expected = scoreFigures({ "cart-pole": 475, catch: 103 });

const workers = 8;

/**
 * The games of a worker, the gradients of an epoch, γ, the size of rewards, and what entropy is worth. The steps that a
 * worker plays for one gradient follow from the size of a batch.
 */
const settings = {
  "cart-pole": { count: 4, gradients: 300, gamma: 0.98, scale: 0.1, entropy: 0.001 },
  catch: { count: 8, gradients: 400, gamma: 0.95, scale: 0.2, entropy: 0.01 },
} as const satisfies Record<GameName, unknown>;

/** What is known of each step when the network learns from it. */
interface Known {
  readonly action: Tensor;
  readonly advantage: Tensor;
  readonly returned: Tensor;
  readonly score: Tensor;
}

type Answers = { policy: Tensor; value: Tensor };
type Network = Model<any, Tensor, Answers>;

class A3cAgent extends Model<any, Tensor, Answers> {
  readonly game: GameName;
  /** The network that all workers improve. */
  readonly shared: Network;
  /** The copy of the worker whose turn it is. */
  readonly copy: Network;

  constructor({ game, seed = 1 }: { game: GameName; seed?: number }) {
    super({ name: "a3c", seed });
    this.game = game;
    const { shape, actions } = games[game].make(1, 0);
    const network = () => {
      const seen = input([...shape]);
      const body = sequential(
        game === "catch"
          ? [
              layers.conv2d(16, 3, { activation: "relu" }),
              layers.flatten(),
              layers.dense(128, { activation: "relu" }),
              layers.dense(128, { activation: "relu" }),
            ]
          : [layers.dense(64, { activation: "tanh" }), layers.dense(64, { activation: "tanh" })],
        { name: "body" },
      ).apply(seen);
      // The first policy is uniform, so that everything is tried.
      const policy = layers.dense(actions, { kernelInitializer: "zeros", name: "policy" }).apply(body);
      const value = layers.dense(1, { name: "value" }).apply(body);
      return functional({ inputs: seen, outputs: { policy, value } }) as unknown as Network;
    };
    this.shared = network();
    this.copy = network();
  }

  call(observations: Tensor): Answers {
    return this.shared.apply(observations);
  }

  /** The gradient is that of the worker's copy, which is older than the network that it moves. */
  trainStep({ inputs, targets }: Batch<Tensor>, { differentiate, update }: StepContext) {
    const { action, advantage, returned, score } = targets as unknown as Known;
    const { entropy: weight } = settings[this.game];
    const { loss, gradients } = differentiate(() => {
      const { policy, value } = this.copy.apply(inputs);
      const logs = logSoftmax(policy);
      const gain = logs.mul(oneHot(action, policy.shape[1]!)).sum(1).mul(advantage).mean();
      const error = value.reshape([-1]).sub(returned).square().mean();
      const entropy = logs.exp().mul(logs).sum(1).mean().neg();
      return error.mul(0.5).sub(gain).sub(entropy.mul(weight));
    }, this.copy);
    update(gradients, this.shared, this.training!.optimizer);
    return { loss, score: score.mean() };
  }

  override config() {
    return { ...super.config(), game: this.game };
  }
}
registerLayer("A3cAgent", (config) => new A3cAgent(config as { game: GameName }));

function makeModel(options: RecipeOptions = {}) {
  const { learningRate = defaults.learningRate, seed = 1 } = options;
  const game = gameOf(options);
  const model = new A3cAgent({ game, seed });
  // The running means of the squared gradients are shared by all workers, as the paper found best.
  model.compile({ optimizer: optimizers.rmsprop({ learningRate, rho: 0.99, epsilon: 1e-3, clipnorm: 0.5 }) });
  return model.build([...games[game].make(1, 0).shape]);
}

/** The player that takes the likeliest action. */
const playerOf = (model: Model, game: GameName) =>
  greedy((x) => (model as A3cAgent).apply(x).policy, games[game].make(1, 0));

/**
 * The steps of one worker after another, without end. Each acts and learns with a copy that it took when its last
 * gradient had been added; the others have moved the network since. Chance says whose gradient comes next, as it would
 * among threads, but it is a seed's, so that a run can be repeated to the last bit.
 */
async function* experience(model: A3cAgent, batchSize: number, seed: number) {
  const { game: name } = model;
  const { count, scale, gamma } = settings[name];
  const steps = Math.max(1, Math.round(batchSize / count));
  const first = await model.shared.getWeights();
  const team = Array.from({ length: workers }, (_, i) => {
    const game = games[name].make(count, 100 * seed + i);
    const scores = new Scores(count, Math.ceil(100 / workers));
    const rollout = new Rollout(game, (x) => model.copy.apply(x), chance(100 * seed + i + 50), scores);
    return { scores, rollout, weights: first };
  });
  const { shape } = games[name].make(1, 0);
  const turn = chance(seed + 1000);
  for (;;) {
    const worker = team[Math.floor(workers * turn())]!;
    model.copy.setWeights(worker.weights);
    // λ = 1: the rewards that came, and the value of the state after them.
    const played = await worker.rollout.play(steps, { gamma, lambda: 1 }, scale);
    const score = team.reduce((sum, { scores }) => sum + scores.mean, 0) / workers;
    yield {
      x: tensor(played.observations, { shape: [steps * count, ...shape] }),
      y: {
        action: played.actions,
        advantage: played.advantages,
        returned: played.returns,
        score: new Float32Array(steps * count).fill(score),
      },
    };
    worker.weights = await model.shared.getWeights();
  }
}

export const recipe: Recipe = {
  name: "a3c",
  items: ["S19"],
  title: both(
    "A3C: workers side by side balance a pole and catch fruits",
    "A3C: параллельные исполнители удерживают шест и ловят фрукты",
  ),
  description: both(
    "Eight workers play their own games. Each takes a copy of the network, plays a few steps, and adds its gradient " +
      "to the network that all share; by then the others have moved it, so that every gradient is a little out of " +
      "date. The policy (actor) makes actions likelier that brought more than the value (critic) expected. The order " +
      "of the workers is drawn by a seed, not by a race between threads: the same seed gives the same bits.",
    "Восемь исполнителей играют каждый в свои партии. Исполнитель берёт копию сети, делает несколько шагов и " +
      "прибавляет свой градиент к общей сети; другие к этому времени её уже сдвинули, поэтому каждый градиент " +
      "немного устарел. Стратегия (актор) делает вероятнее те действия, которые принесли больше, чем ожидала оценка " +
      "(критик). Очерёдность исполнителей определяет генератор случайных чисел, а не гонка потоков: при одном и том " +
      "же его начальном значении результат совпадает до бита.",
  ),
  source: "Mnih et al. 2016, Asynchronous methods for deep reinforcement learning",
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
    const player = playerOf(model, game);
    const falling = callbacks.learningRateScheduler((epoch) => learningRate * (1 - epoch / fit.epochs));
    const history = await model.fit(experience(model, fit.batchSize, fit.seed), {
      ...fit,
      stepsPerEpoch: tiny ? 4 : settings[game].gradients,
      callbacks: [falling, keepBest(game, player, 4, tiny ? 2 : 40), ...fit.callbacks],
    });
    return measureAgent(model, history, player, expected, options);
  },
  async *generate(model, question) {
    const { game } = model as A3cAgent;
    yield* showGame(game, playerOf(model, game), question);
  },
};
