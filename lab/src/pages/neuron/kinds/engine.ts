// What the scene of the kinds of perceptron computes, in the worker: four networks that learn the same points.
import {
  compile,
  concatenate,
  Dataset,
  type Layer,
  linspace,
  losses,
  NumericError,
  random,
  type Sequential,
  stack,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { makeKind, spirals } from "../../../../../recipes/course/perceptron-kinds.ts";
import { type Kind, kinds } from "../../../../../recipes/course/perceptron-list.ts";
import { fieldSide, type KindsSet, mapSide, mostDrawn, pointCount, reach } from "./names.ts";

export interface KindsSettings {
  readonly set: KindsSet;
  /** Neurons of each hidden layer. */
  readonly width: number;
  /** The seed of all first weights, and of the order in which the points are shown. */
  readonly seed: number;
  readonly rate: number;
}

export interface KindPicture {
  /** The answers over the plane, from −1 to 1. */
  readonly field: Float32Array;
  /** What the drawn hidden neurons answer over the plane, from −1 to 1, layer by layer. */
  readonly maps: Float32Array;
  /** Of each layer the weights [inputs, units], as they are stored. */
  readonly kernels: readonly Float32Array[];
  readonly trained: number;
  readonly weights: number;
  readonly loss: number;
  /** The share of right answers at the points that are learnt, and at others. */
  readonly right: number;
  readonly testRight: number;
  /** Which of the learnt points are answered wrongly. */
  readonly wrong: Uint8Array;
  /** The epoch in which the loss stopped being a number. */
  readonly failedAt: number | null;
}

export interface KindsState {
  readonly epoch: number;
  readonly kinds: readonly KindPicture[];
}

/** A corner of the square, (±0.6, ±0.6): the answer is 1 where one coordinate is above zero and the other is not. */
async function corners(key: Tensor, count: number): Promise<Dataset> {
  const signs = Array.from({ length: count }, (_, i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1]);
  const inputs = tensor(signs)
    .mul(0.6)
    .add(random.normal(key, [count, 2], { std: 0.14 }));
  return Dataset.from({ inputs: await inputs.array<2>(), targets: signs.map(([a, b]) => [a === b ? 0 : 1]) });
}

/** A disc in a ring. */
async function disc(key: Tensor, count: number): Promise<Dataset> {
  const targets = Array.from({ length: count }, (_, i) => [i % 2]);
  const [share, angle] = [0, 1].map((i) => random.uniform(random.foldIn(key, i), [count])) as [Tensor, Tensor];
  const isInner = tensor(targets.map(([label]) => label!)).greater(0);
  const radius = where(isInner, share.sqrt().mul(0.5), share.mul(0.3).add(0.7));
  const turn = angle.mul(2 * Math.PI);
  const inputs = stack([turn.cos().mul(radius), turn.sin().mul(radius)], 1);
  return Dataset.from({ inputs: await inputs.array<2>(), targets });
}

/** Two half circles, each with an end in the other. */
async function moons(key: Tensor, count: number): Promise<Dataset> {
  const targets = Array.from({ length: count }, (_, i) => [i % 2]);
  const side = tensor(targets.map(([label]) => 1 - 2 * label!)); // 1 and −1
  const angle = random.uniform(random.foldIn(key, 0), [count]).mul(Math.PI);
  const exact = stack([angle.cos().mul(0.6).sub(0.3).mul(side), angle.sin().mul(0.6).sub(0.15).mul(side)], 1);
  const inputs = exact.add(random.normal(random.foldIn(key, 1), [count, 2], { std: 0.07 }));
  return Dataset.from({ inputs: await inputs.array<2>(), targets });
}

const makeSet: Readonly<Record<KindsSet, (key: Tensor, count: number) => Promise<Dataset>>> = {
  xor: corners,
  circle: disc,
  moons,
  spirals,
};

interface Data {
  readonly train: Dataset;
  readonly test: Dataset;
}
const known = new Map<KindsSet, Promise<Data>>();

/** The points of a set, which are the same for every seed of the weights: those of the course's item for seed 0. */
function dataOf(set: KindsSet): Promise<Data> {
  let data = known.get(set);
  if (!data) {
    const part = (i: number): Promise<Dataset> => makeSet[set](random.foldIn(random.key(0), i), pointCount);
    data = Promise.all([part(0), part(1)]).then(([train, test]) => ({ train, test }));
    known.set(set, data);
  }
  return data;
}

const pointsOf = ({ inputs, targets }: Dataset): number[][] => {
  const [x, y] = [inputs.array.data, targets.array.data];
  return Array.from({ length: pointCount }, (_, i) => [x[2 * i]!, x[2 * i + 1]!, y[i]!]);
};

/** The points that are learnt: x₁, x₂ and the class, 0 or 1. */
export async function kindsPoints(set: KindsSet): Promise<number[][]> {
  return pointsOf((await dataOf(set)).train);
}

/** The centres of side × side pixels of the plane, row by row from the top. */
function grid(side: number): Tensor {
  const axis = linspace(-reach + reach / side, reach - reach / side, side);
  const [x1, x2] = [axis.reshape([1, -1]), axis.neg().reshape([-1, 1])].map((x) => x.broadcastTo([side, side]));
  return stack([x1!, x2!], 2).reshape([-1, 2]);
}

/** One network on its way. */
class Learner {
  readonly model: Sequential;
  readonly #data: Data;
  readonly #settings: KindsSettings;
  readonly #layers: readonly Layer[];
  readonly #paint: () => Promise<Readonly<Record<"field" | "maps" | "loss" | "train" | "test", Tensor>>>;
  #failedAt: number | null = null;

  constructor(kind: Kind, settings: KindsSettings, data: Data) {
    this.model = makeKind(kind, { seed: settings.seed, width: settings.width, learningRate: settings.rate });
    this.#data = data;
    this.#settings = settings;
    this.model.weights(settings.seed);
    const dense = [...this.model.children()]
      .map(([, layer]) => layer)
      .filter(({ parameters }) => parameters.length > 0);
    this.#layers = dense;
    const [x, y] = [tensor(data.train.inputs.array), tensor(data.train.targets.array)];
    const others = tensor(data.test.inputs.array);
    const cost = losses.binaryCrossentropy();
    const drawn = Math.min(mostDrawn, settings.width);
    this.#paint = compile(() => {
      let a: Tensor = grid(mapSide);
      const maps = dense.slice(0, -1).map((layer) => {
        a = layer.apply(a) as Tensor;
        return a.transpose().slice(0, drawn).reshape([-1]);
      });
      const answers = this.model.apply(x) as Tensor;
      return {
        field: (this.model.apply(grid(fieldSide)) as Tensor).mul(2).sub(1).reshape([-1]),
        maps: maps.length > 0 ? concatenate(maps) : tensor([0]),
        loss: cost.call(y, answers).mean(),
        train: answers.reshape([-1]),
        test: (this.model.apply(others) as Tensor).reshape([-1]),
      };
    }) as never;
  }

  /** Trains on, from one epoch to another. What it comes to depends on the settings and on `to` alone. */
  async advance(from: number, to: number): Promise<void> {
    if (this.#failedAt !== null) return;
    const { seed } = this.#settings;
    const options = { batchSize: 32, seed, initialEpoch: from, epochs: to, verbose: 0 } as const;
    try {
      await this.model.fit(this.#data.train, options);
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      this.#failedAt = error.epoch ?? to;
    }
  }

  async picture(): Promise<KindPicture> {
    const shown = await this.#paint();
    const numbers = async (of: Tensor): Promise<Float32Array> => (await of.data()).slice() as Float32Array;
    const isRight = ({ targets }: Dataset, answers: Float32Array): boolean[] =>
      Array.from(answers, (answer, i) => answer > 0.5 === (targets.array.data[i] === 1));
    const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;
    const own = isRight(this.#data.train, await numbers(shown.train));
    const count = (all: readonly Layer[]): number =>
      all.flatMap(({ parameters }) => parameters).reduce((sum, { size }) => sum + size, 0);
    return {
      field: await numbers(shown.field),
      maps: this.#layers.length > 1 ? await numbers(shown.maps) : new Float32Array(0),
      kernels: await Promise.all(this.#layers.map(({ parameters }) => numbers(parameters[0]!.value))),
      trained: count(this.#layers.filter(({ trainable }) => trainable)),
      weights: count(this.#layers),
      loss: await shown.loss.item(),
      right: share(own),
      testRight: share(isRight(this.#data.test, await numbers(shown.test))),
      wrong: Uint8Array.from(own, (right) => (right ? 0 : 1)),
      failedAt: this.#failedAt,
    };
  }
}

let current: { readonly key: string; readonly learners: readonly Learner[]; epoch: number } | undefined;

/**
 * The four networks after so many epochs, or as far as they came within the milliseconds. It goes on from the state of
 * the last call where that is on the way, and begins anew otherwise; what it shows is the same.
 */
export async function kindsAt(settings: KindsSettings, epoch: number, milliseconds: number): Promise<KindsState> {
  const end = performance.now() + milliseconds;
  const key = JSON.stringify([settings.set, settings.width, settings.seed, settings.rate]);
  if (current?.key !== key || current.epoch > epoch) {
    const data = await dataOf(settings.set);
    current = { key, learners: kinds.map((kind) => new Learner(kind, settings, data)), epoch: 0 };
  }
  const { learners } = current;
  while (current.epoch < epoch && performance.now() < end) {
    const to = Math.min(epoch, current.epoch + 10);
    for (const learner of learners) await learner.advance(current.epoch, to);
    current.epoch = to;
  }
  const pictures: KindPicture[] = [];
  for (const learner of learners) pictures.push(await learner.picture());
  return { epoch: current.epoch, kinds: pictures };
}
