// S7. A conditional DCGAN with spectral normalisation: a generator draws digits until a critic cannot tell them from
// real ones.
import {
  ArgumentError,
  type Batch,
  callbacks,
  concatenate,
  layers,
  Model,
  oneHot,
  optimizers,
  random,
  registerLayer,
  relu,
  type Sequential,
  type StepContext,
  sequential,
  type Tensor,
  tensor,
} from "nabla";
import { askedDigits } from "./tools/asked-digits.ts";
import { digitData, digitSet, loadDigitImages } from "./tools/digit-images.ts";
import { imagesOf, pixelByPixel } from "./tools/image-pixels.ts";
import { inceptionScore, readings, shareAsAsked, shareOfSure, trainJudge } from "./tools/judge.ts";
import { both, type Part, type Series, type Text } from "./tools/part.ts";
import { sheet } from "./tools/pictures.ts";
import { fitOptions, isShort, type Recipe, type RecipeOptions } from "./tools/recipe.ts";

const defaults = { epochs: 22, batchSize: 32, learningRate: 0.0004 };

const classes = 10;

/** Both optimizers forget quickly, since each network is a moving target to the other. */
const betas = { beta1: 0.5, beta2: 0.99 } as const;

/** The numbers from which an image is made. */
const codeLength = 64;

/** The channels of both networks at 14 × 14 and at 7 × 7. */
const sizes: Readonly<Record<string, readonly [number, number]>> = { whole: [24, 48], tiny: [4, 8] };

/** Digits [batch, 28, 28] from 0 to 1 of normal codes and one-hot classes [batch, 64 + 10]. */
function makeGenerator([fine, coarse]: readonly [number, number]): Sequential {
  const normal = { kernelInitializer: "heNormal" } as const;
  const upwards = { strides: 2, padding: "same", ...normal } as const;
  return sequential([
    layers.input([codeLength + classes]),
    layers.dense(128, { useBias: false, ...normal }),
    layers.batchNormalization(),
    layers.activation("relu"),
    layers.dense(7 * 7 * coarse, { useBias: false, ...normal }),
    layers.reshape([7, 7, coarse]),
    layers.batchNormalization(),
    layers.activation("relu"),
    layers.conv2dTranspose(fine, 4, { useBias: false, ...upwards }),
    layers.batchNormalization(),
    layers.activation("relu"),
    layers.conv2dTranspose(1, 6, { ...upwards, kernelInitializer: "glorotNormal", activation: "sigmoid" }),
    layers.reshape([28, 28]),
  ]);
}

/**
 * Ten numbers for each image: above 0 in a class's place for images that look like real ones of that class. Each
 * layer's slope is at most 1.
 */
function makeCritic([fine, coarse]: readonly [number, number]): Sequential {
  const leaky = { padding: "same", activation: "leakyRelu" } as const;
  return sequential([
    layers.input([28, 28]),
    layers.rescaling(2, -1),
    layers.reshape([28, 28, 1]),
    layers.spectralNormalization(layers.conv2d(fine, 4, { strides: 2, ...leaky })),
    layers.spectralNormalization(layers.conv2d(coarse, 4, { strides: 2, ...leaky })),
    layers.spectralNormalization(layers.conv2d(2 * coarse, 3, { strides: 2, ...leaky })),
    layers.flatten(),
    layers.spectralNormalization(layers.dense(classes)),
  ]);
}

/** One-hot classes [batch, 10] of digits [batch]. */
const classesOf = (digits: Tensor): Tensor => oneHot(digits.cast("int32"), classes).cast("float32");

/** The two networks. The model that is saved draws digits of codes and classes; its critic is kept to go on with. */
class Gan extends Model<any, Tensor[], Tensor> {
  readonly size: string;
  readonly generator: Sequential;
  readonly critic: Sequential;
  /** The optimizer that `compile` gets is the generator's. The critic is twice as quick. */
  readonly forCritic = optimizers.adam({ learningRate: 2 * defaults.learningRate, ...betas });

  constructor({ size, ...options }: { size: string; name?: string; seed?: number }) {
    super(options);
    const channels = Object.hasOwn(sizes, size) ? sizes[size] : undefined;
    if (!channels) throw new ArgumentError(`gan: expected a size of ${Object.keys(sizes).join(", ")}, got ${size}.`);
    this.size = size;
    this.generator = makeGenerator(channels);
    this.critic = makeCritic(channels);
  }

  call([codes, digits]: [Tensor, Tensor]): Tensor {
    return this.generator.apply(concatenate([codes, classesOf(digits)], 1));
  }

  /** A step of the critic, then one of the generator, with the hinge loss. */
  trainStep({ inputs: real, targets: digits }: Batch<Tensor, Tensor>, { key, minimize }: StepContext) {
    const count = real.shape[0]!;
    const training = { training: true };
    const draw = (i: number) =>
      this.apply([random.normal(random.foldIn(key, i), [count, codeLength]), digits], training);
    const judged = (images: Tensor) => this.critic.apply(images, training).mul(classesOf(digits)).sum(1);
    const criticLoss = minimize(
      () => {
        const drawn = draw(0).stopGradient();
        return relu(judged(real).neg().add(1))
          .mean()
          .add(relu(judged(drawn).add(1)).mean());
      },
      this.critic,
      this.forCritic,
    );
    const loss = minimize(() => judged(draw(1)).mean().neg(), this.generator, this.training!.optimizer);
    return { loss, criticLoss };
  }

  override config() {
    return { ...super.config(), size: this.size };
  }
}
registerLayer("Gan", (config) => new Gan(config));

function makeModel(options: RecipeOptions = {}): Gan {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const model = new Gan({ size: tiny ? "tiny" : "whole", name: "gan", seed });
  model.build([[codeLength], []]);
  // The running mean of the generator's weights draws better digits than the last weights do.
  model.compile({ optimizer: optimizers.adam({ learningRate, ...betas, useEma: true, emaMomentum: 0.995 }) });
  return model;
}

const drawDigits = (model: Model, asked: readonly number[], seed: number): Promise<Tensor> =>
  model.predict([random.normal(random.key(seed), [asked.length, codeLength]), tensor(Int32Array.from(asked))]);

const samplesSheet = (images: Tensor, columns: number) =>
  sheet(both("Digits that the generator drew", "Цифры, нарисованные генератором"), images, columns);

const samples = both("1,000 samples", "1000 образцов");

const bounds = { classesFound: 10, shareOfSure: 0.8, inceptionScore: 8.5 };

export const recipe: Recipe = {
  name: "gan",
  items: ["S7"],
  title: both("Two networks against each other draw digits", "Две сети соревнуются и рисуют цифры"),
  description: both(
    "A generator makes images of a digit that it is told and of 64 random numbers, and a critic learns to tell them " +
      "from real images of that digit; each learns from the other's mistakes. Spectral normalisation bounds the " +
      "critic's slope, so that it always tells the generator in which direction to go. A LeNet, trained beside them " +
      "on real images, judges what the samples show.",
    "Генератор получает цифру и 64 случайных числа и делает из них изображение, а критик учится отличать его от " +
      "настоящих изображений этой цифры; каждый учится на ошибках другого. Спектральная нормировка ограничивает " +
      "крутизну критика, поэтому он всегда показывает генератору, куда двигаться. Что изображено на образцах, судит " +
      "LeNet, обученная рядом на настоящих изображениях.",
  ),
  source:
    "Goodfellow et al. 2014, Generative adversarial nets; Mirza & Osindero 2014, Conditional generative adversarial " +
    "nets; Radford, Metz & Chintala 2016, DCGAN; Miyato et al. 2018, Spectral normalization for GANs; inception " +
    "score: Salimans et al. 2016",
  data: digitData,
  defaults,
  expected: Object.entries(bounds).map(([metric, atLeast]) => ({ metric, atLeast, on: samples })),
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, learningRate = defaults.learningRate, onStage } = options;
    const loaded = await loadDigitImages(options);
    const [train, test] = tiny ? [loaded.train.take(100), loaded.test.take(50)] : [loaded.train, loaded.test];
    const judge = await trainJudge(train, test, options);
    // Larger sets are passed over less often: as many steps whatever the data.
    const epochs = Math.max(1, Math.round((defaults.epochs * 8000) / Math.max(8000, train.size)));
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 50 } : { ...defaults, epochs });
    onStage?.(both("Now the generator and its critic.", "Теперь генератор и его критик."));
    const model = makeModel(options);
    // The rates fall to a tenth, so that the two come to rest.
    const rateOf = (epoch: number): number => learningRate * (1 - (0.9 * epoch) / fit.epochs);
    const falling = callbacks.learningRateScheduler(rateOf);
    const criticsFalling = { onEpochBegin: (epoch: number) => model.forCritic.learningRate.assign(2 * rateOf(epoch)) };
    const history = await model.fit(train, { ...fit, callbacks: [falling, criticsFalling, ...fit.callbacks] });
    const count = isShort(options) ? 50 : 1000;
    const asked = Array.from({ length: count }, (_, i) => i % classes);
    const drawn = await drawDigits(model, asked, seed);
    const real = imagesOf(test.take(Math.min(count, test.size)));
    const naive = pixelByPixel(train, asked, seed);
    const [ofDrawn, ofReal, ofNaive] = await Promise.all([drawn, real.images, naive].map(judge.probabilities));
    // A digit is found if one sample in a hundred shows it.
    const found = readings(ofDrawn!).filter((n) => n >= count / 100).length;
    const references = [
      [both("real held-out digits", "настоящие отложенные цифры"), ofReal!],
      [both("each pixel drawn by itself", "каждый пиксель сам по себе"), ofNaive!],
    ] as const;
    return {
      model,
      history,
      evaluation: {
        classesFound: found,
        shareOfSure: shareOfSure(ofDrawn!),
        inceptionScore: inceptionScore(ofDrawn!),
        readAsAsked: shareAsAsked(ofDrawn!, asked),
        judgeAccuracy: judge.accuracy,
      },
      expected: tiny || digitSet(options) !== "digits" ? [] : recipe.expected,
      baselines: references.flatMap(([name, probabilities]) => [
        { metric: "shareOfSure", value: shareOfSure(probabilities), name },
        { metric: "inceptionScore", value: inceptionScore(probabilities), name },
      ]),
      async *ending(): AsyncIterable<Part> {
        const curve = (name: Text, key: "loss" | "criticLoss"): Series => ({
          name,
          points: history.epochs.map((epoch) => [epoch.epoch + 1, epoch[key] as number]),
        });
        yield {
          kind: "plot",
          title: both("The losses of the two networks", "Функции потерь обеих сетей"),
          x: both("epoch", "эпоха"),
          y: both("loss", "потери"),
          series: [curve(both("critic", "критик"), "criticLoss"), curve(both("generator", "генератор"), "loss")],
        };
        yield await samplesSheet(drawn.at([0, Math.min(count, 160)]), 20);
        const counts = [readings(ofDrawn!), readings(ofReal!)];
        yield {
          kind: "table",
          title: both(
            "How many images the judge reads as each digit",
            "Сколько изображений судья прочёл как каждую цифру",
          ),
          columns: [both("digit", "цифра"), both("drawn", "нарисовано"), both("real", "настоящие")],
          rows: counts[0]!.map((n, digit) => [train.classNames?.[digit] ?? String(digit), n, counts[1]![digit]!]),
        };
      },
    };
  },
  async *generate(model, { text: asked, seed, count = asked === undefined ? 10 : 1 }) {
    const digits = askedDigits(recipe.name, asked, count);
    const columns = Math.min(digits.length, Math.max(10, digits.length / count));
    yield await samplesSheet(await drawDigits(model, digits, seed), columns);
  },
};
