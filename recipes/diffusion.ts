// S9. Diffusion: a network that takes noise off images, step by step, draws the digit that it is asked for.

import type { Batch } from "nabla";
import {
  ArgumentError,
  callbacks,
  clip,
  compile,
  concatenate,
  Layer,
  layers,
  Model,
  optimizers,
  random,
  registerLayer,
  type StepContext,
  silu,
  sinusoidalPositions,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { askedDigits } from "./tools/asked-digits.ts";
import { digitData, digitSet, loadDigitImages } from "./tools/digit-images.ts";
import { imagesOf, pixelByPixel } from "./tools/image-pixels.ts";
import { shareAsAsked, trainJudge, varietyWithin } from "./tools/judge.ts";
import { both, type Part, text } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { fitOptions, isShort, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 12, batchSize: 32, learningRate: 0.002 };

const classes = 10;
/** The label of an image whose class is not told. */
const untold = classes;
/** The share of training images whose class is not told, so that the network learns both to be guided and not to be. */
const untoldShare = 0.1;
/** The network's answer goes so many times the way from its guess without the class to its guess with it. */
const guidance = 2.5;
/** The steps from noise to an image. */
const samplingSteps = 20;

/** The channels at 14 × 14 and at 7 × 7, for a whole and for a tiny network. */
const sizes: Readonly<Record<string, readonly [number, number]>> = { whole: [24, 48], tiny: [8, 8] };

/** A residual block that is told of the noise level and of the class. */
class DenoisingBlock extends Layer<Tensor[], Tensor> {
  readonly channels: number;
  readonly norm1 = layers.groupNormalization({ groups: 4 });
  readonly norm2 = layers.groupNormalization({ groups: 4 });
  readonly conv1: Layer;
  readonly conv2: Layer;
  readonly told: Layer;

  constructor({ channels, ...options }: { channels: number; name?: string }) {
    super("denoisingBlock", options);
    this.channels = channels;
    this.conv1 = layers.conv2d(channels, 3, { padding: "same" });
    this.told = layers.dense(2 * channels);
    // A block begins as the identity.
    this.conv2 = layers.conv2d(channels, 3, { padding: "same", kernelInitializer: "zeros" });
  }

  call([x, about]: [Tensor, Tensor]): Tensor {
    const inner = this.norm2.apply(this.conv1.apply(silu(this.norm1.apply(x))));
    const told = this.told.apply(about).reshape([-1, 1, 1, 2 * this.channels]);
    const scale = told.at("...", [0, this.channels]);
    const shift = told.at("...", [this.channels, 2 * this.channels]);
    return x.add(this.conv2.apply(silu(inner.mul(scale.add(1)).add(shift))));
  }

  override config() {
    return { channels: this.channels };
  }
}
registerLayer("DenoisingBlock", (config) => new DenoisingBlock(config));

/**
 * What every place sees of all others, and of the class: dense layers on few channels of all places together. Filters
 * of 3 × 3 would take many layers to tell the upper end of a 5 from its lower one.
 */
class GlobalBlock extends Layer<Tensor[], Tensor> {
  readonly channels: number;
  readonly units: number;
  readonly norm = layers.groupNormalization({ groups: 4 });
  readonly few = layers.conv2d(8, 1);
  readonly hidden: Layer;
  readonly all: Layer;
  readonly many: Layer;

  constructor({ channels, units, ...options }: { channels: number; units: number; name?: string }) {
    super("globalBlock", options);
    [this.channels, this.units] = [channels, units];
    this.hidden = layers.dense(units, { activation: "silu" });
    this.all = layers.dense(7 * 7 * 8, { activation: "silu" });
    this.many = layers.conv2d(channels, 1, { kernelInitializer: "zeros" });
  }

  call([x, about]: [Tensor, Tensor]): Tensor {
    const batch = x.shape[0]!;
    const seen = this.few.apply(silu(this.norm.apply(x))).reshape([batch, 7 * 7 * 8]);
    const mixed = this.all.apply(this.hidden.apply(concatenate([seen, about], 1)));
    return x.add(this.many.apply(mixed.reshape([batch, 7, 7, 8])));
  }

  override config() {
    return { channels: this.channels, units: this.units };
  }
}
registerLayer("GlobalBlock", (config) => new GlobalBlock(config));

/** The share of the image and of the noise in a mixture of level t, from 0 to 1: cos(πt/2) and sin(πt/2). */
const sharesAt = (t: Tensor): { image: Tensor; noise: Tensor } => {
  const angle = t.mul(Math.PI / 2).reshape([-1, 1, 1]);
  return { image: angle.cos(), noise: angle.sin() };
};

/**
 * Of an image z [batch, 28, 28] mixed with noise of level t [batch], and of its class [batch], it guesses
 * v = cos(πt/2) · noise − sin(πt/2) · image, from which both follow. A U-Net: first 14 × 14 groups of 2 × 2 pixels,
 * then 7 × 7, where one block sees all places at once.
 */
class Diffusion extends Model<any, Tensor[], Tensor> {
  readonly size: string;
  readonly classes = layers.embedding(classes + 1, 64);
  readonly level = layers.dense(64, { activation: "silu" });
  readonly about = layers.dense(64, { activation: "silu" });
  readonly first: Layer;
  readonly fine: DenoisingBlock;
  readonly down: Layer;
  readonly coarse: (DenoisingBlock | GlobalBlock)[];
  readonly up: Layer;
  readonly enlarge = layers.upSampling2d();
  readonly last: DenoisingBlock;
  readonly norm = layers.groupNormalization({ groups: 4 });
  readonly pixels = layers.conv2d(4, 3, { padding: "same", kernelInitializer: "zeros" });

  constructor({ size, ...options }: { size: string; name?: string; seed?: number }) {
    super(options);
    const channels = Object.hasOwn(sizes, size) ? sizes[size] : undefined;
    if (!channels)
      throw new ArgumentError(`diffusion: expected a size of ${Object.keys(sizes).join(", ")}, got ${size}.`);
    const [fine, coarse] = channels;
    this.size = size;
    this.first = layers.conv2d(fine, 3, { padding: "same" });
    this.fine = new DenoisingBlock({ channels: fine });
    this.down = layers.conv2d(coarse, 3, { strides: 2, padding: "same" });
    this.coarse = [
      new DenoisingBlock({ channels: coarse }),
      new GlobalBlock({ channels: coarse, units: 8 * coarse }),
      new DenoisingBlock({ channels: coarse }),
    ];
    this.up = layers.conv2d(fine, 1);
    this.last = new DenoisingBlock({ channels: fine });
  }

  call([z, t, label]: [Tensor, Tensor, Tensor]): Tensor {
    const batch = z.shape[0]!;
    const level = this.level.apply(sinusoidalPositions(t.mul(1000), 64));
    const about = this.about.apply(level.add(this.classes.apply(label)));
    const groups = z.reshape([batch, 14, 2, 14, 2]).transpose([0, 1, 3, 2, 4]).reshape([batch, 14, 14, 4]);
    const fine = this.fine.apply([this.first.apply(groups), about]);
    const coarse = this.coarse.reduce((x, block) => block.apply([x, about]), this.down.apply(fine) as Tensor);
    const last = this.last.apply([fine.add(this.enlarge.apply(this.up.apply(coarse))), about]);
    const guess = this.pixels.apply(silu(this.norm.apply(last)));
    return guess.reshape([batch, 14, 14, 2, 2]).transpose([0, 1, 3, 2, 4]).reshape([batch, 28, 28]);
  }

  /** Mixes images with noise of levels drawn at random, and takes a step towards guessing v. */
  trainStep({ inputs, targets }: Batch<Tensor, Tensor>, { key, minimize }: StepContext) {
    const image = inputs.mul(2).sub(1);
    const batch = image.shape[0]!;
    const [forNoise, forLevel, forLabel] = [0, 1, 2].map((i) => random.foldIn(key, i)) as [Tensor, Tensor, Tensor];
    const noise = random.normal(forNoise, image.shape);
    // More of the high levels, at which it is settled what digit the image becomes: the density is 2t.
    const t = random.uniform(forLevel, [batch]).sqrt();
    const shares = sharesAt(t);
    const z = image.mul(shares.image).add(noise.mul(shares.noise));
    const v = noise.mul(shares.image).sub(image.mul(shares.noise));
    const label = where(random.bernoulli(forLabel, [batch], untoldShare), untold, targets.cast("int32"));
    const loss = minimize(() => this.call([z, t, label]).sub(v).square().mean(), this, this.training!.optimizer);
    return { loss };
  }

  override config() {
    return { ...super.config(), size: this.size };
  }
}
registerLayer("Diffusion", (config) => new Diffusion(config));

function makeModel(options: RecipeOptions = {}): Diffusion {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const model = new Diffusion({ size: tiny ? "tiny" : "whole", name: "diffusion", seed });
  model.build([[28, 28], [], []]);
  // The running mean of the weights draws better digits than the last weights do.
  model.compile({ optimizer: optimizers.adam({ learningRate, clipnorm: 1, useEma: true, emaMomentum: 0.995 }) });
  return model;
}

/**
 * One step of DDIM: guesses image and noise in z of level t, and mixes them anew for the lower level. The class guides
 * it: the guess with the class is exaggerated against the guess without it.
 */
function denoise(model: Diffusion, z: Tensor, t: Tensor, lower: Tensor, asked: Tensor): Tensor {
  const batch = z.shape[0]!;
  const labels = concatenate([asked, asked.mul(0).add(untold)]);
  const guesses = model.apply([concatenate([z, z]), t.broadcastTo([2 * batch]), labels]);
  const [told, free] = [guesses.at([0, batch]), guesses.at([batch, 2 * batch])];
  const v = free.add(told.sub(free).mul(guidance));
  const now = sharesAt(t.reshape([1]));
  const next = sharesAt(lower.reshape([1]));
  const image = clip(z.mul(now.image).sub(v.mul(now.noise)), -1, 1);
  // At level 1 − 1/n the noise's share is far from 0, so that the division is safe.
  const noise = z.sub(image.mul(now.image)).div(now.noise);
  return image.mul(next.image).add(noise.mul(next.noise));
}

/** Draws the digits that are asked for, [count, 28, 28] from 0 to 1. */
async function drawDigits(
  model: Diffusion,
  asked: readonly number[],
  seed: number,
  steps = samplingSteps,
  onStep?: RecipeOptions["onStep"],
): Promise<Tensor> {
  const step = compile((z: Tensor, t: Tensor, lower: Tensor, labels: Tensor) => denoise(model, z, t, lower, labels));
  const most = 125;
  const drawn: Tensor[] = [];
  for (let from = 0; from < asked.length; from += most) {
    const labels = tensor(Int32Array.from(asked.slice(from, from + most)));
    let z = random.normal(random.foldIn(random.key(seed), from), [labels.shape[0]!, 28, 28]);
    for (let i = steps; i > 0; i--) {
      // Level 1 is noise alone, in which no image can be guessed; the first level is just below it.
      z = await step(z, tensor(Math.min(i / steps, 0.995)), tensor((i - 1) / steps), labels);
      onStep?.({
        done: (from / most) * steps + steps - i + 1,
        total: Math.ceil(asked.length / most) * steps,
        measures: {},
      });
    }
    drawn.push(z.add(1).div(2));
  }
  return concatenate(drawn);
}

/** So many digits of each class, class after class. */
const ofEach = (count: number): number[] => Array.from({ length: classes * count }, (_, i) => Math.floor(i / count));

const samplesSheet = (images: Tensor, columns: number) =>
  sheet(both("Digits that the network drew", "Цифры, нарисованные сетью"), images, columns);

const samples = both("500 samples, 50 of each digit", "500 образцов, по 50 каждой цифры");

export const recipe: Recipe = {
  name: "diffusion",
  items: ["S9"],
  title: both("Diffusion draws the digit that is asked for", "Диффузионная модель рисует заданную цифру"),
  description: both(
    "Images are mixed with noise of all levels, and a small U-Net learns to tell the one from the other (DDPM). " +
      "Sampling begins with noise alone and takes it off in twenty steps without chance (DDIM). The network learns " +
      "with and without knowing the class; drawing exaggerates the difference (classifier-free guidance). A LeNet, " +
      "trained beside it on real images, judges which digit each sample shows.",
    "Изображения смешиваются с шумом всех уровней, и небольшая U-Net учится отделять одно от другого (DDPM). " +
      "Рисование начинается с чистого шума и убирает его за двадцать детерминированных шагов (DDIM). Сеть учится и с " +
      "меткой класса, и без неё; при рисовании разница усиливается (управление без классификатора). Какую цифру " +
      "показывает каждый образец, судит LeNet, обученная рядом на настоящих изображениях.",
  ),
  source:
    "Ho, Jain & Abbeel 2020, Denoising diffusion probabilistic models; Song, Meng & Ermon 2021, DDIM; Ho & Salimans " +
    "2022, Classifier-free diffusion guidance; v as in Salimans & Ho 2022, Progressive distillation",
  data: digitData,
  defaults,
  expected: [{ metric: "readAsAsked", atLeast: 0.95, on: samples }],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, learningRate = defaults.learningRate, onStage } = options;
    const loaded = await loadDigitImages(options);
    const [train, test] = tiny ? [loaded.train.take(100), loaded.test.take(50)] : [loaded.train, loaded.test];
    const judge = await trainJudge(train, test, options);
    // Larger sets are passed over less often: as many steps whatever the data.
    const epochs = Math.max(1, Math.round((defaults.epochs * 8000) / Math.max(8000, train.size)));
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 50 } : { ...defaults, epochs });
    onStage?.(both("Now the network that takes noise off.", "Теперь сеть, которая убирает шум."));
    const model = makeModel(options);
    const falling = callbacks.learningRateScheduler(
      (epoch) => (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / fit.epochs)),
    );
    const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });
    onStage?.(both("Drawing samples for the judge.", "Рисуем образцы для судьи."));
    const asked = ofEach(isShort(options) ? 1 : 50);
    const drawn = await drawDigits(model, asked, seed, tiny ? 2 : samplingSteps, options.onStep);
    const real = imagesOf(test.take(Math.min(test.size, asked.length)));
    const naive = pixelByPixel(train, asked, seed);
    const share = async (images: Tensor): Promise<number> => shareAsAsked(await judge.probabilities(images), asked);
    return {
      model,
      history,
      evaluation: {
        readAsAsked: await share(drawn),
        judgeAccuracy: judge.accuracy,
        variety: await varietyWithin(drawn, asked),
        varietyOfReal: await varietyWithin(real.images, real.labels),
      },
      expected: tiny || digitSet(options) !== "digits" ? [] : recipe.expected,
      baselines: [
        {
          metric: "readAsAsked",
          value: await share(naive),
          name: both("each pixel drawn by itself", "каждый пиксель сам по себе"),
        },
        {
          metric: "readAsAsked",
          value: judge.accuracy,
          name: both("real held-out digits", "настоящие отложенные цифры"),
        },
      ],
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield await samplesSheet(drawn, asked.length / classes > 1 ? 25 : classes);
        yield text(
          "Sampling begins with noise, and each step takes some of it off.",
          "Рисование начинается с шума, и каждый шаг убирает его часть.",
        );
        yield await wayFromNoise(model, seed);
      },
    };
  },
  async *generate(model, { text: asked, seed, count = 1 }) {
    const digits = askedDigits(recipe.name, asked, count);
    const columns = Math.min(digits.length, Math.max(10, digits.length / count));
    yield await samplesSheet(await drawDigits(model as Diffusion, digits, seed), columns);
  },
};

/** What one sample of each of five digits looks like on its way. */
async function wayFromNoise(model: Diffusion, seed: number) {
  const asked = tensor(Int32Array.from([0, 2, 4, 6, 8]));
  const steps = 10;
  let z = random.normal(random.key(seed), [5, 28, 28]);
  const seen = [z];
  for (let i = steps; i > 0; i--) {
    z = denoise(model, z, tensor(Math.min(i / steps, 0.995)), tensor((i - 1) / steps), asked);
    await z.data();
    seen.push(z);
  }
  const rows = concatenate(
    seen.map((images) => images.reshape([5, 1, 28, 28])),
    1,
  );
  return sheet(
    both("From noise to digits", "От шума к цифрам"),
    clip(rows.reshape([-1, 28, 28]), -1, 1),
    steps + 1,
    [-1, 1],
  );
}
