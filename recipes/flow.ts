// S8. RealNVP: steps that can be undone carry points on two moons, or digits, to noise and back, and give densities.
import {
  ArgumentError,
  type CallContext,
  Layer,
  layers,
  logsumexp,
  Model,
  optimizers,
  random,
  registerLayer,
  stack,
  type Tensor,
  tensor,
} from "nabla";
import type { Dataset } from "nabla/data";
import { checkInverse } from "./tools/density/check-inverse.ts";
import {
  bitsPerDimension,
  digitMixtures,
  loadPooled,
  logVolume,
  pooledLevels,
  side,
  toImages,
  toPoints,
} from "./tools/density/digit-points.ts";
import { bestMixture, fitMixture } from "./tools/density/mixture.ts";
import { drawMoons, moonMixtures, moonsLogDensity } from "./tools/density/moons.ts";
import { asSeries, scatter, showDigits, showMoons } from "./tools/density/pictures.ts";
import { type Size, type Space, spaces } from "./tools/density/spaces.ts";
import { digitData, digitSet } from "./tools/digit-images.ts";
import { readEach, throwFailures } from "./tools/each-file.ts";
import { fallingRate } from "./tools/falling-rate.ts";
import { both, type Part, type Text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { readScene } from "./tools/read-picture.ts";
import {
  type Baseline,
  fitOptions,
  isShort,
  type Recipe,
  type RecipeOptions,
  type RecipeSettings,
} from "./tools/recipe.ts";

const defaults = { epochs: 300, batchSize: 128, learningRate: 0.002 };
const digitSettings = { epochs: 12, batchSize: 64, learningRate: 0.002 };

/**
 * Some coordinates stay, and a network of them says how the others are scaled and shifted: y = x · eˢ + t. The
 * determinant of the Jacobian matrix is exp Σ s, and the inverse asks the network the same question.
 */
class AffineCoupling extends Layer<Tensor, Tensor[]> {
  readonly #kept: Tensor;
  readonly #channels: number;
  readonly #most: number;
  readonly space: string;
  readonly size: Size;
  readonly index: number;
  readonly net: Layer<Tensor, Tensor>;

  constructor({ space, size, index, ...options }: { space: string; size: Size; index: number; name?: string }) {
    super("affineCoupling", options);
    const { shape, kept, net, most } = spaces[space]!;
    [this.space, this.size, this.index] = [space, size, index];
    this.#kept = kept(index);
    this.#channels = shape.at(-1)!;
    this.#most = most;
    this.net = net(size);
  }

  /** s, within bounds, and t; both 0 where the coordinate stays. */
  #change(x: Tensor): { s: Tensor; t: Tensor } {
    const answer = this.net.apply(x.mul(this.#kept));
    const free = tensor(1).sub(this.#kept);
    const s = answer.at("...", [0, this.#channels]).div(this.#most).tanh().mul(this.#most).mul(free);
    return { s, t: answer.at("...", [this.#channels, 2 * this.#channels]).mul(free) };
  }

  /** The changed points, and the logarithm of the determinant for each. */
  call(x: Tensor): Tensor[] {
    const { s, t } = this.#change(x);
    return [x.mul(s.exp()).add(t), s.reshape([x.shape[0]!, -1]).sum(1)];
  }

  inverse(y: Tensor): Tensor {
    const { s, t } = this.#change(y);
    return y.sub(t).mul(s.neg().exp());
  }

  override config() {
    return { space: this.space, size: { ...this.size }, index: this.index };
  }
}
registerLayer("AffineCoupling", (config) => new AffineCoupling(config));

/** Takes away the mean of each coordinate and divides by its deviation, which are those of the training points. */
class Standardised extends Layer<Tensor, Tensor> {
  override build(shape: readonly number[]): void {
    this.addParameter("mean", shape, "zeros", { trainable: false });
    this.addParameter("deviation", shape, "ones", { trainable: false });
  }

  call(x: Tensor): Tensor {
    return x.sub(this.parameter("mean")).div(this.parameter("deviation"));
  }

  inverse(y: Tensor): Tensor {
    return y.mul(this.parameter("deviation")).add(this.parameter("mean"));
  }

  /** ln |det ∂y/∂x|, which is the same everywhere. */
  logDeterminant(): Tensor {
    return this.parameter("deviation").log().sum().neg();
  }
}
registerLayer("Standardised", () => new Standardised());

/** A flow: couplings that change some coordinates in turn. It is trained on the points' negative log-likelihood. */
class RealNVP extends Model<any, Tensor, Tensor> {
  readonly standardised = new Standardised();
  readonly couplings: AffineCoupling[];
  readonly space: string;
  readonly size: string;
  readonly noise: Layer<Tensor, Tensor>;
  readonly #space: Space;

  constructor({ space, size, ...options }: { space: string; size: string; name?: string; seed?: number }) {
    super(options);
    const known = (table: object): string => Object.keys(table).join(" or ");
    if (!Object.hasOwn(spaces, space))
      throw new ArgumentError(`RealNVP: expected a space of ${known(spaces)}, got ${space}.`);
    this.#space = spaces[space]!;
    const { sizes } = this.#space;
    if (!Object.hasOwn(sizes, size))
      throw new ArgumentError(`RealNVP: expected a size of ${known(sizes)}, got ${size}.`);
    [this.space, this.size] = [space, size];
    this.noise = layers.gaussianNoise(this.#space.jitter);
    const { couplings } = sizes[size]!;
    this.couplings = Array.from(
      { length: couplings },
      (_, index) => new AffineCoupling({ space, size: sizes[size]!, index }),
    );
  }

  get dimensions(): number {
    return this.#space.shape.reduce((product, length) => product * length);
  }

  /** The noise [count, dimensions] that points stand for, and ln |det ∂z/∂x| of each. */
  encode(x: Tensor): { z: Tensor; logDeterminant: Tensor } {
    let z = this.standardised.apply(x).reshape([-1, ...this.#space.shape]);
    let logDeterminant = this.standardised.logDeterminant();
    for (const coupling of this.couplings) {
      const [next, change] = coupling.apply(z) as [Tensor, Tensor];
      [z, logDeterminant] = [next, change.add(logDeterminant)];
    }
    return { z: z.reshape([-1, this.dimensions]), logDeterminant };
  }

  /** The points that noise stands for. */
  decode(z: Tensor): Tensor {
    const shaped = z.reshape([-1, ...this.#space.shape]);
    const x = this.couplings.reduceRight((x, coupling) => coupling.inverse(x), shaped);
    return this.standardised.inverse(x.reshape([-1, this.dimensions]));
  }

  /** ln p(x) = ln p(z) + ln |det ∂z/∂x|, where p(z) is the mean of N(z; c, 1) over the centres c of the clouds. */
  logDensity(x: Tensor): Tensor {
    const { z, logDeterminant } = this.encode(x);
    const { clouds } = this.#space;
    const distances = z.expandDims(1).sub(tensor(clouds)).square().sum(2);
    const scale = (this.dimensions / 2) * Math.log(2 * Math.PI) + Math.log(clouds.length);
    return logsumexp(distances.mul(-0.5), 1).sub(scale).add(logDeterminant);
  }

  /** The log-density of each example. */
  call(examples: Tensor, { training, key, addLoss }: CallContext): Tensor {
    // Without training there is no key, and one stands for all.
    const points = this.#space.points(examples, (training ? key : null) ?? random.key(0));
    const logDensity = this.logDensity(this.noise.apply(points));
    addLoss(logDensity.mean().neg());
    return logDensity;
  }

  /** Points of noise; below 1, temperatures give likelier ones. */
  draw(count: number, seed: number, temperature = 1): Tensor {
    const { clouds } = this.#space;
    const key = random.key(seed);
    const drawn = random.uniform(random.foldIn(key, 0), [count], { max: clouds.length }).floor().cast("int32");
    const noise = random.normal(key, [count, this.dimensions], { std: temperature });
    return this.decode(tensor(clouds).take(drawn).add(noise));
  }

  /** A data set's examples as points. */
  pointsOf({ inputs: { array } }: Dataset, key: Tensor): Tensor {
    return this.#space.points(tensor(array.data, { shape: array.shape }), key);
  }

  /** Learns mean and deviation of the points on which it will be trained. */
  standardise(points: Tensor): void {
    const mean = points.mean(0);
    const deviation = points.sub(mean).square().mean(0).sqrt();
    this.setWeights({ "standardised/mean": mean, "standardised/deviation": deviation });
  }

  override config() {
    return { ...super.config(), space: this.space, size: this.size };
  }
}
registerLayer("RealNVP", (config) => new RealNVP(config));

const spaceOf = ({ variant }: RecipeOptions): "moons" | "digits" => (variant === "digits" ? "digits" : "moons");

const settingsOf = (options: RecipeOptions): RecipeSettings => {
  if (spaceOf(options) === "moons") return defaults;
  // The larger sets need fewer passes.
  return digitSet(options) === "digits" ? digitSettings : { ...digitSettings, epochs: 3 };
};

function makeModel(options: RecipeOptions = {}): RealNVP {
  const { learningRate = settingsOf(options).learningRate, seed = 1, tiny = false } = options;
  const space = spaceOf(options);
  const model = new RealNVP({ space, size: tiny ? "tiny" : "whole", name: "flow", seed });
  model.build(spaces[space]!.example);
  // The running mean of the weights is what is measured and saved: the last steps are still noisy.
  const rest =
    space === "moons"
      ? { weightDecay: 0.1, clipnorm: 1, emaMomentum: 0.995 }
      : { weightDecay: 1e-4, clipnorm: 20, emaMomentum: 0.99 };
  model.compile({ optimizer: optimizers.adamW({ learningRate, useEma: true, ...rest }) });
  return model;
}

/** Examples to train on, some to choose the mixture by, and examples held out. */
const loadData = async (options: RecipeOptions = {}): Promise<Record<"train" | "validation" | "test", Dataset>> =>
  spaceOf(options) === "moons" ? drawMoons(options) : loadPooled(options);

const onPoints = both("4,000 points held out", "4000 отложенных точек");
const onDigits = both("2,000 digits held out, 14 × 14", "2000 отложенных цифр, 14 × 14");
const expected = [
  // The truth itself is about 0.033 nats above the mixture, which is at its best in a plane.
  { metric: "aboveMixture", atLeast: 0, on: onPoints },
  { metric: "roundTripError", atMost: 1e-4, on: onPoints },
  { metric: "logDeterminantError", atMost: 1e-3, on: onPoints },
  { metric: "aboveMixture", atLeast: 100, on: onDigits },
  { metric: "roundTripError", atMost: 1e-4, on: onDigits },
  { metric: "logDeterminantError", atMost: 1e-2, on: onDigits },
];

export const recipe: Recipe = {
  name: "flow",
  items: ["S8"],
  title: both("RealNVP: the density of two moons, or of digits", "RealNVP: плотность двух лун или цифр"),
  description: both(
    "A normalising flow carries points to normal noise by steps that can be undone. The determinants of the steps " +
      "give the exact density of every point, which is what training maximises; the steps backwards make points of " +
      "noise. A mixture of Gaussians, fitted by expectation and maximisation to the same points, stands beside it.",
    "Нормализующий поток переводит точки в нормальный шум обратимыми шагами. Определители шагов дают точную " +
      "плотность в каждой точке, её и максимизирует обучение, а шаги в обратном порядке превращают шум в точки. Для " +
      "сравнения к тем же точкам EM-алгоритмом подобрана смесь нормальных распределений.",
  ),
  source: "Dinh, Sohl-Dickstein & Bengio 2017, Density estimation using Real NVP",
  data: {
    en:
      "two moons with normal noise of deviation 0.02, drawn by a formula: 4,000 points to train on, 2,000 by which " +
      `the mixture is chosen, 4,000 held out. The variant digits: ${digitData.en}; an eighth of the others chooses ` +
      "the mixture",
    ru:
      "две луны с нормальным шумом, отклонение 0,02, построены по формуле: 4000 точек для обучения, 2000 для выбора " +
      `смеси, 4000 отложены. Вариант digits: ${digitData.ru}; по восьмой части остальных выбирается смесь`,
  },
  defaults,
  expected,
  variants: {
    digits: both(
      "the density of handwritten digits, averaged to 14 × 14 pixels, and digits made of noise",
      "плотность рукописных цифр, усреднённых до 14 × 14 пикселей, и цифры, полученные из шума",
    ),
  },
  loadData,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, onStage } = options;
    const space = spaceOf(options);
    const { train, validation, test } = await loadData(options);
    if (space === "moons") onStage?.(both("Two moons, drawn by a formula.", "Две луны, построены по формуле."));
    const model = makeModel(options);
    const [points, chosenBy, held] = [train, validation, test].map((set, i) =>
      model.pointsOf(set, random.foldIn(random.key(seed), i)),
    ) as [Tensor, Tensor, Tensor];
    model.standardise(points);
    const settings = settingsOf(options);
    const fit = fitOptions(options, tiny ? { ...settings, epochs: 2 } : settings);
    const falling = fallingRate(options.learningRate ?? settings.learningRate, fit.epochs);
    const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });
    onStage?.(both("Fitting mixtures of Gaussians.", "Подбираются смеси нормальных распределений."));
    const choices = (space === "moons" ? moonMixtures : digitMixtures)(options);
    const mixture = await bestMixture(points, chosenBy, choices);
    // A second iteration changes nothing of one Gaussian.
    const single = await fitMixture(points, { components: 1, leastVariance: 1e-4, mostIterations: 2, seed });
    // Densities of digits are told for pixels from 0 to 1.
    const volume = space === "digits" ? await logVolume(held).mean().item() : 0;
    const mean = async (logDensity: (x: Tensor) => Tensor): Promise<number> =>
      (await logDensity(held).mean().item()) + volume;
    const reached = await mean((x) => model.logDensity(x));
    const ofMixture = await mean((x) => mixture.logDensity(x));
    const ofSingle = await mean((x) => single.logDensity(x));
    const { roundTrip, logDeterminant } = await checkInverse(
      model,
      held,
      space === "moons" ? 50 : isShort(options) ? 1 : 5,
    );
    const known = digitSet(options) === "digits" ? (space === "moons" ? onPoints : onDigits) : null;
    return {
      model,
      history,
      evaluation: {
        logLikelihood: reached,
        aboveMixture: reached - ofMixture,
        ...(space === "moons"
          ? { belowTruth: (await mean(moonsLogDensity)) - reached }
          : { bitsPerDimension: bitsPerDimension(reached) }),
        roundTripError: roundTrip,
        logDeterminantError: logDeterminant,
      },
      expected: tiny ? [] : expected.filter(({ on }) => on === known),
      baselines: [
        ...baselinesOf(space, ofMixture, {
          en: `a mixture of ${mixture.components} Gaussians`,
          ru: `смесь нормальных распределений, компонент: ${mixture.components}`,
        }),
        ...baselinesOf(space, ofSingle, both("one Gaussian", "одно нормальное распределение")),
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield* space === "moons" ? showMoons(model, mixture, held, seed) : showDigits(model, mixture, held, seed);
      },
    };
  },
  answersTogether: true,
  async *predict(model, { files }) {
    const flow = model as RealNVP;
    if (flow.space !== "digits")
      throw new ArgumentError("flow: expected a model of --variant digits, since moons are not asked about pictures.");
    const { read, failures } = await readEach(files, async (file) => ({ file, pixels: await readScene(file, 28) }));
    const levels = read.map(({ pixels }) => tensor(pooledLevels(pixels, 1), { shape: [side, side] }));
    const points = toPoints(stack(levels), random.key(0));
    const densities = await flow.logDensity(points).add(logVolume(points)).array<1>();
    yield {
      kind: "table",
      title: both("How unexpected the digits are: bits for each pixel", "Насколько цифры неожиданны: бит на пиксель"),
      columns: [both("file", "файл"), both("bits", "бит")],
      rows: read.map(({ file }, i) => [file, bitsPerDimension(densities[i]!)]),
      digits: 3,
    };
    throwFailures(failures);
  },
  async *generate(model, { seed, count, temperature = 1 }) {
    const flow = model as RealNVP;
    if (flow.space === "digits") {
      const images = toImages(flow.draw(count ?? 40, seed, temperature));
      const title = both("Digits that the flow makes of noise", "Цифры, которые поток делает из шума");
      yield await sheet(title, images, Math.min(images.shape[0]!, 10));
      return;
    }
    yield scatter(both("Points that the flow makes of noise", "Точки, которые поток делает из шума"), [
      await asSeries(both("points", "точки"), flow.draw(count ?? 500, seed, temperature)),
    ]);
  },
};

/** What a simpler density reaches in the measures of a space. */
function baselinesOf(space: string, logLikelihood: number, name: Text): Baseline[] {
  const nats = { metric: "logLikelihood", value: logLikelihood, name };
  if (space === "moons") return [nats];
  return [nats, { metric: "bitsPerDimension", value: bitsPerDimension(logLikelihood), name }];
}
