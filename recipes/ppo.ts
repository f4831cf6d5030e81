// S19. Proximal policy optimisation: an agent that improves its policy by small steps.
import {
  type Batch,
  callbacks,
  clip,
  layers,
  logSoftmax,
  Model,
  minimum,
  oneHot,
  optimizers,
  registerLayer,
  type StepContext,
  sequential,
  std,
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

const defaults = { epochs: 40, batchSize: 256, learningRate: 0.001 };
const expected = scoreFigures({ "cart-pole": 475, catch: 105 });

/** How much is played between two improvements of the policy, and how the rewards of it count. */
const settings = {
  "cart-pole": { count: 16, steps: 32, passes: 10, rounds: 10, gamma: 0.98, lambda: 0.8, scale: 0.1, entropy: 0 },
  catch: { count: 64, steps: 32, passes: 3, rounds: 8, gamma: 0.95, lambda: 0.9, scale: 0.2, entropy: 0.003 },
} as const satisfies Record<GameName, unknown>;

/** What is known of each step when the network learns from it. */
interface Known {
  readonly action: Tensor;
  readonly chosen: Tensor;
  readonly advantage: Tensor;
  readonly returned: Tensor;
  readonly score: Tensor;
}

/** The ratio of new to old probability of an action has no effect beyond 1 ± ε. */
const epsilon = 0.2;

class PpoAgent extends Model<any, Tensor, { policy: Tensor; value: Tensor }> {
  readonly game: GameName;
  readonly body;
  readonly policy;
  readonly value = layers.dense(1);

  constructor({ game, seed = 1 }: { game: GameName; seed?: number }) {
    super({ name: "ppo", seed });
    this.game = game;
    this.body = sequential(
      game === "catch"
        ? [
            layers.conv2d(16, 3, { activation: "relu" }),
            layers.flatten(),
            layers.dense(128, { activation: "relu" }),
            layers.dense(128, { activation: "relu" }),
          ]
        : [layers.dense(64, { activation: "tanh" }), layers.dense(64, { activation: "tanh" })],
    );
    // The first policy is nearly uniform, so that everything is tried.
    const { actions } = games[game].make(1, 0);
    this.policy = layers.dense(actions, { kernelInitializer: "zeros" });
  }

  call(observations: Tensor) {
    const seen = this.body.apply(observations);
    return { policy: this.policy.apply(seen), value: this.value.apply(seen) };
  }

  trainStep({ inputs, targets }: Batch<Tensor>, { minimize }: StepContext) {
    const { action, chosen, advantage, returned, score } = targets as unknown as Known;
    const { entropy: weight } = settings[this.game];
    const better = advantage.sub(advantage.mean()).div(std(advantage).add(1e-8));
    const loss = minimize(
      () => {
        const { policy, value } = this.apply(inputs);
        const logs = logSoftmax(policy);
        const taken = logs.mul(oneHot(action, policy.shape[1]!)).sum(1);
        const ratio = taken.sub(chosen.log()).exp();
        const gain = minimum(ratio.mul(better), clip(ratio, 1 - epsilon, 1 + epsilon).mul(better)).mean();
        const error = value.reshape([-1]).sub(returned).square().mean();
        const entropy = logs.exp().mul(logs).sum(1).mean().neg();
        return error.mul(0.5).sub(gain).sub(entropy.mul(weight));
      },
      this,
      this.training!.optimizer,
    );
    return { loss, score: score.mean() };
  }

  override config() {
    return { ...super.config(), game: this.game };
  }
}
registerLayer("PpoAgent", (config) => new PpoAgent(config as { game: GameName }));

function makeModel(options: RecipeOptions = {}) {
  const { learningRate = defaults.learningRate, seed = 1 } = options;
  const game = gameOf(options);
  const model = new PpoAgent({ game, seed });
  model.compile({ optimizer: optimizers.adam({ learningRate, clipnorm: 0.5 }) });
  return model.build([...games[game].make(1, 0).shape]);
}

/** The player that takes the likeliest action. */
const playerOf = (model: Model, game: GameName) =>
  greedy((x) => (model as PpoAgent).apply(x).policy, games[game].make(1, 0));

/** Plays, and gives what was played in batches, several times in new orders; without end. */
async function* experience(model: PpoAgent, batchSize: number, seed: number, tiny: boolean) {
  const { game: name } = model;
  const { count, steps, passes, scale, ...discount } = { ...settings[name], ...(tiny && { count: 4, steps: 8 }) };
  const game = games[name].make(count, seed);
  const next = chance(seed + 1000);
  const scores = new Scores(count);
  const rollout = new Rollout(game, (x) => model.apply(x), next, scores);
  const total = count * steps;
  const size = Math.min(batchSize, total);
  const width = game.shape.reduce((a, b) => a * b, 1);
  for (;;) {
    const played = await rollout.play(steps, discount, scale);
    const order = Int32Array.from({ length: total }, (_, i) => i);
    for (let pass = 0; pass < passes; pass++) {
      for (let i = total - 1; i > 0; i--) {
        const j = Math.floor((i + 1) * next());
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      for (let first = 0; first + size <= total; first += size) {
        const part = order.subarray(first, first + size);
        const observations = new Float32Array(size * width);
        part.forEach((at, i) =>
          observations.set(played.observations.subarray(at * width, (at + 1) * width), i * width),
        );
        const numbers = (of: Float32Array) => Float32Array.from(part, (at) => of[at]!);
        yield {
          x: tensor(observations, { shape: [size, ...game.shape] }),
          y: {
            action: Int32Array.from(part, (at) => played.actions[at]!),
            chosen: numbers(played.chances),
            advantage: numbers(played.advantages),
            returned: numbers(played.returns),
            score: new Float32Array(size).fill(scores.mean),
          },
        };
      }
    }
  }
}

export const recipe: Recipe = {
  name: "ppo",
  items: ["S19"],
  title: both("PPO balances a pole and catches fruits", "PPO удерживает шест и ловит фрукты"),
  description: both(
    "An agent that learns by trial: many games run side by side, and what was done in them becomes likelier where " +
      "it brought more than the network's own estimate, less likely otherwise. The policy is improved several times " +
      "on the same experience, but only as long as its probabilities stay within a fifth of the old ones.",
    "Агент учится на собственных пробах: много партий идёт параллельно, и действие становится вероятнее, если " +
      "принесло больше, чем предсказывала сама сеть, и менее вероятным в противном случае. На одном и том же опыте " +
      "стратегия улучшается несколько раз, но лишь пока её вероятности отличаются от прежних не более чем на " +
      "пятую часть.",
  ),
  source: "Schulman, Wolski, Dhariwal, Radford & Klimov 2017, Proximal policy optimization algorithms",
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
    const { count, steps, passes, rounds } = settings[game];
    const player = playerOf(model, game);
    const falling = callbacks.learningRateScheduler((epoch) => learningRate * (1 - epoch / fit.epochs));
    const history = await model.fit(experience(model, fit.batchSize, fit.seed, tiny), {
      ...fit,
      stepsPerEpoch: tiny ? 4 : rounds * passes * Math.floor((count * steps) / Math.min(fit.batchSize, count * steps)),
      callbacks: [falling, keepBest(game, player, 4, tiny ? 2 : 40), ...fit.callbacks],
    });
    return measureAgent(model, history, player, expected, options);
  },
  async *generate(model, question) {
    const { game } = model as PpoAgent;
    yield* showGame(game, playerOf(model, game), question);
  },
};
