// What all agents have in common: their games, how well they are held to play, and what is shown of it.
import {
  ArgumentError,
  type Callback,
  compile,
  type History,
  type Model,
  type Tensor,
  tensor,
  type WeightValues,
} from "nabla";
import { both, type Film, type Part, type Plot, type Text, text } from "../part.ts";
import {
  type Baseline,
  type ExpectedFigure,
  isShort,
  type Question,
  type RecipeOptions,
  type RecipeResult,
} from "../recipe.ts";
import { CartPole, leaning, physics } from "./cart-pole.ts";
import { Catch, lowest, richest } from "./catch.ts";
import { chance, type Game, type Player, playThrough } from "./game.ts";

export type GameName = "cart-pole" | "catch";

interface Kind {
  readonly name: Text;
  make(count: number, seed: number): Game;
  /** Programs without learning. */
  readonly scripted: readonly { readonly name: Text; readonly player: Player }[];
  /** A film of every so many steps, and how fast they follow one another. */
  readonly film: { readonly every: number; readonly framesPerSecond: number };
}

export const games: Readonly<Record<GameName, Kind>> = {
  "cart-pole": {
    name: both("100 games of cart-pole", "100 партий с шестом на тележке"),
    make: (count, seed) => new CartPole(count, seed),
    scripted: [{ name: both("pushes to where the pole leans", "толкает туда, куда наклонён шест"), player: leaning }],
    film: { every: 5, framesPerSecond: 1 / (5 * physics.interval) },
  },
  catch: {
    name: both("100 games of catch", "100 партий в ловлю фруктов"),
    make: (count, seed) => new Catch(count, seed),
    scripted: [
      { name: both("goes for the lowest fruit in reach", "идёт к нижнему досягаемому фрукту"), player: lowest },
      {
        name: both("goes for most points per step", "идёт за наибольшим числом очков на шаг"),
        player: richest,
      },
    ],
    film: { every: 1, framesPerSecond: 6 },
  },
};

export const variants = {
  catch: both(
    "catches falling fruits, from the pixels of a picture, in the place of balancing a pole",
    "ловит падающие фрукты, глядя на пиксели картинки, вместо того чтобы держать шест",
  ),
};

export const gamesData = both(
  "simulators of our own: the cart and its pole (Gym's CartPole-v1), and fruits that fall on a screen of 7 × 7 " +
    "pixels; no --data",
  "собственные симуляторы: тележка с шестом (как CartPole-v1 из Gym) и фрукты, падающие на экране 7 × 7 пикселей; " +
    "--data не нужен",
);

/** The game of a run. Throws {@link ArgumentError} where data are given, since games have none. */
export function gameOf({ variant, data }: RecipeOptions = {}): GameName {
  if (data !== undefined) throw new ArgumentError("expected no --data, since the agent plays its own games.");
  return variant === "catch" ? "catch" : "cart-pole";
}

/** The least mean scores, as figures of a recipe. */
export const scoreFigures = (bounds: Readonly<Record<GameName, number>>): ExpectedFigure[] =>
  Object.entries(bounds).map(([name, atLeast]) => ({ metric: "score", atLeast, on: games[name as GameName].name }));

/** Chooses the action to which a network gives the greatest number, without chance. */
export function greedy(answers: (observations: Tensor) => Tensor, { shape }: Pick<Game, "shape">): Player {
  const choose = compile((x: Tensor) => answers(x).argmax(-1));
  const size = shape.reduce((a, b) => a * b, 1);
  return async (seen) => (await choose(tensor(seen, { shape: [seen.length / size, ...shape] }))).data();
}

/** Chooses among all actions alike. */
const random = ({ actions, count }: Game, seed: number): Player => {
  const next = chance(seed);
  return () => Array.from({ length: count }, () => Math.floor(actions * next()));
};

/** The games that an agent is tried on while it learns, those that it is measured in, and the one that is shown. */
const seeds = { trial: 1_000_000, evaluation: 2_000_000, show: 3_000_000 };

const mean = (list: Float64Array): number => list.reduce((sum, x) => sum + x, 0) / list.length;

/**
 * Lets the agent play a few games after every so many epochs, others than those in which it is measured at the end, and
 * gives it the weights with which it played best: what an agent has learned it can lose again.
 */
export function keepBest(name: GameName, player: Player, every: number, count = 40): Callback<Model> {
  let [score, epoch] = [-Infinity, 0];
  let weights: WeightValues | null = null;
  return {
    name: "keepBest",
    async onEpochEnd(record, { model, epochs }) {
      epoch = record.epoch + 1;
      if (epoch % every !== 0 && epoch !== epochs) return;
      const reached = mean(await playThrough(games[name].make(count, seeds.trial), player));
      // Later weights are preferred, since they were trained for longer.
      if (reached >= score) [score, weights] = [reached, await model.getWeights()];
    },
    onTrainEnd(_, { model }) {
      if (weights) model.setWeights(weights);
    },
    state: () => ({ score: weights ? score : null }),
    stateTensors: () => weights ?? {},
    restore(state, tensors) {
      const { score: known } = state as { score: number | null };
      if (known !== null) [score, weights] = [known, tensors];
    },
  };
}

/** Measures a trained agent in games that it has not seen, beside players that have learned nothing. */
export async function measureAgent(
  model: Model,
  history: History,
  player: Player,
  figures: readonly ExpectedFigure[],
  options: RecipeOptions,
): Promise<RecipeResult> {
  const name = gameOf(options);
  const { make, scripted, name: on } = games[name];
  const count = isShort(options) ? 4 : 100;
  const score = async (of: (game: Game) => Player): Promise<number> => {
    const game = make(count, seeds.evaluation);
    return mean(await playThrough(game, of(game)));
  };
  const evaluation = { score: await score(() => player) };
  const baselines: Baseline[] = [];
  for (const script of scripted)
    baselines.push({ metric: "score", name: script.name, value: await score(() => script.player) });
  baselines.push({
    metric: "score",
    name: both("acts at random", "действует наугад"),
    value: await score((game) => random(game, seeds.evaluation)),
  });
  return {
    model,
    history,
    evaluation,
    baselines,
    expected: options.tiny ? [] : figures.filter((figure) => figure.on === on),
    async *ending() {
      yield scoreCurve(history, baselines);
      yield* showGame(name, player, { seed: 0 });
    },
  };
}

/** The mean score of the last games at each epoch. */
function scoreCurve({ epochs }: History, baselines: readonly Baseline[]): Plot {
  const level = ({ name, value }: Baseline) => ({
    name,
    points: [
      [1, value],
      [Math.max(2, epochs.length), value],
    ] as const,
  });
  return {
    kind: "plot",
    title: both("The score while learning", "Счёт в ходе обучения"),
    x: both("epoch", "эпоха"),
    y: both("mean score of the last 100 games", "средний счёт последних 100 партий"),
    series: [
      {
        name: both("the agent", "агент"),
        points: epochs.map((epoch) => [epoch.epoch + 1, Number(epoch["score"])] as const),
      },
      ...baselines.map(level),
    ],
  };
}

/** Plays games that begin as a seed says; shows the first one, and tells the scores. */
export async function* showGame(
  name: GameName,
  player: Player,
  { seed, count = 1 }: Pick<Question, "seed" | "count">,
): AsyncIterable<Part> {
  const { make, film } = games[name];
  const game = make(count, seeds.show + seed);
  const frames: Film["frames"][number][] = [game.picture(0)];
  let steps = 0;
  const scores = await playThrough(game, player, (playing) => {
    if (playing[0] && ++steps % film.every === 0) frames.push(game.picture(0));
  });
  yield {
    kind: "film",
    title: both("A game that the agent plays", "Партия, которую играет агент"),
    frames,
    range: [0, 1],
    framesPerSecond: film.framesPerSecond,
  };
  const list = [...scores].join(", ");
  yield text(`Score: ${list}.`, `Счёт: ${list}.`);
}
