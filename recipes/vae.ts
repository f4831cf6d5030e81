// S6. A variational autoencoder: digits become normal distributions over 20 numbers, from which new ones are drawn.
import {
  type CallContext,
  callbacks,
  concatenate,
  layers,
  Model,
  type ModelOptions,
  optimizers,
  random,
  registerLayer,
  sequential,
  sigmoid,
  softplus,
  type Tensor,
  tensor,
} from "nabla";
import { Dataset } from "nabla/data";
import { digitData, digitSet, loadDigitImages } from "./tools/digit-images.ts";
import { both, type Part } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { fitOptions, type Recipe, type RecipeOptions, type RecipeSettings } from "./tools/recipe.ts";
import { reconstructions } from "./tools/reconstructions.ts";

const defaults = { epochs: 50, batchSize: 64, learningRate: 0.002 };

/** The larger sets need fewer passes. */
const settings = (options: RecipeOptions): RecipeSettings =>
  digitSet(options) === "digits" ? defaults : { ...defaults, epochs: 15 };

const onDigits = both("2,000 digits held out, binarised", "2000 отложенных цифр, бинаризованных");
const onMnist = both("MNIST's 10,000 test images, binarised", "10 000 проверочных изображений MNIST, бинаризованных");
const expected = [
  { metric: "elbo", atLeast: -105, on: onDigits },
  { metric: "elbo", atLeast: -105, on: onMnist },
];

/** Pixels that are 1 with the probability that their grey says. */
const binarised = (key: Tensor, x: Tensor): Tensor => random.bernoulli(key, x.shape, x).cast("float32");

/** The parts of the evidence lower bound for images [count, 784], each [count], in nats. */
interface Bound {
  /** log p(x | z) for a z drawn from q(z | x). */
  readonly reconstruction: Tensor;
  /** The divergence of q(z | x) from the prior, a standard normal distribution. */
  readonly divergence: Tensor;
}

/**
 * The encoder gives the mean and the logarithm of the variance of q(z | x), the decoder the logits of p(x | z). Both
 * are trained on the evidence lower bound log p(x) ≥ E log p(x | z) − KL(q(z | x) ‖ p(z)), with
 * z = μ + σε, ε ~ N(0, 1).
 */
export class VariationalAutoencoder extends Model<any, Tensor, Tensor> {
  override readonly className = "VariationalAutoencoder";
  readonly latent: number;
  readonly widths: readonly number[];
  readonly encoder: Model<any, Tensor, Tensor>;
  readonly decoder: Model<any, Tensor, Tensor>;

  constructor(options: ModelOptions & { readonly latent: number; readonly widths: readonly number[] }) {
    const { latent, widths, ...rest } = options;
    super(rest);
    const hidden = (units: number) => layers.dense(units, { activation: "relu" });
    this.latent = latent;
    this.widths = widths;
    this.encoder = sequential([...widths.map(hidden), layers.dense(2 * latent)]);
    this.decoder = sequential([...widths.toReversed().map(hidden), layers.dense(784)]);
  }

  /** The mean and the logarithm of the variance of q(z | x), [count, latent] each. */
  encode(x: Tensor): [mean: Tensor, logVariance: Tensor] {
    const code = this.encoder.apply(x);
    return [code.at([], [0, this.latent]), code.at([], [this.latent, 2 * this.latent])];
  }

  bound(x: Tensor, key: Tensor): Bound {
    const [mean, logVariance] = this.encode(x);
    const z = mean.add(logVariance.mul(0.5).exp().mul(random.normal(key, mean.shape)));
    const logits = this.decoder.apply(z);
    return {
      reconstruction: x.mul(logits).sub(softplus(logits)).sum(1), // log p(x | z), with p = σ(logits)
      divergence: mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum(1).mul(0.5),
    };
  }

  /** The image that the decoder makes of the mean of q(z | x). */
  call(images: Tensor, { training, key, addLoss }: CallContext): Tensor {
    const x = images.cast("float32").reshape([images.shape[0]!, 784]);
    // Without training there is no key, and one stands for all.
    const noise = (training ? key : null) ?? random.key(0);
    const { reconstruction, divergence } = this.bound(binarised(random.foldIn(noise, 0), x), random.foldIn(noise, 1));
    addLoss(divergence.sub(reconstruction).mean());
    const [mean] = this.encode(x);
    return sigmoid(this.decoder.apply(mean)).reshape(images.shape);
  }

  override config() {
    return { latent: this.latent, widths: this.widths, ...super.config() };
  }
}

registerLayer("VariationalAutoencoder", (config) => new VariationalAutoencoder(config));

function makeModel(options: RecipeOptions = {}): VariationalAutoencoder {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const model = new VariationalAutoencoder({ latent: 20, widths: tiny ? [16] : [400, 200], name: "vae", seed });
  model.compile({ optimizer: optimizers.adam({ learningRate }) });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model.build([28, 28]);
}

/** Images that are their own targets. */
async function loadData(options: RecipeOptions = {}) {
  const { train, test } = await loadDigitImages(options);
  const itself = ({ inputs, name }: Dataset) => new Dataset({ inputs, targets: inputs, name });
  return { train: itself(train), test: itself(test) };
}

const pointsOf = ({ inputs: { array } }: Dataset): Tensor =>
  tensor(array.data, { shape: [array.shape[0]!, 784] })
    .cast("float32")
    .div(255);

/** Images of codes drawn from the prior. */
const drawn = (model: VariationalAutoencoder, count: number, seed: number, temperature = 1): Tensor => {
  const z = random.normal(random.key(seed), [count, model.latent], { std: temperature });
  return sigmoid(model.decoder.apply(z)).reshape([count, 28, 28]);
};

export const recipe: Recipe = {
  name: "vae",
  items: ["S6"],
  title: both("A variational autoencoder draws digits", "Вариационный автокодировщик рисует цифры"),
  description: both(
    "An autoencoder whose codes are normal distributions that are pulled towards the standard one: numbers drawn " +
      "from that one decode to new digits. Trained on a lower bound of the log-likelihood (ELBO), which is " +
      "measured on binarised images held out.",
    "Автокодировщик, у которого код — нормальное распределение, притягиваемое к стандартному: числа, взятые из " +
      "стандартного, декодируются в новые цифры. Обучается максимизацией нижней оценки логарифма правдоподобия " +
      "(ELBO); она же измеряется на отложенных бинаризованных изображениях.",
  ),
  source: "Kingma & Welling 2013, Auto-encoding variational Bayes",
  data: digitData,
  defaults,
  expected,
  loadData,
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, learningRate = defaults.learningRate } = options;
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : settings(options));
    const { train, test } = await loadData(options);
    const model = makeModel(options);
    const falling = callbacks.learningRateScheduler(
      (epoch) => (learningRate / 2) * (1 + Math.cos((Math.PI * epoch) / fit.epochs)),
    );
    const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });

    const points = binarised(random.foldIn(random.key(seed), 0), pointsOf(test));
    const { reconstruction, divergence } = model.bound(points, random.foldIn(random.key(seed), 1));
    const [fits, kl] = [await reconstruction.mean().item(), await divergence.mean().item()];
    // The shares of ink at each pixel, kept away from 0 and 1.
    const share = pointsOf(train).mean(0).mul(0.99).add(0.005);
    const independent = points.mul(share.log()).add(points.neg().add(1).mul(share.neg().add(1).log()));
    const set = { digits: onDigits, mnist: onMnist, "fashion-mnist": null }[digitSet(options)];
    return {
      model,
      history,
      evaluation: { elbo: fits - kl, reconstruction: fits, divergence: kl },
      expected: tiny ? [] : expected.filter(({ on }) => on === set),
      baselines: [
        {
          metric: "elbo",
          value: await independent.sum(1).mean().item(),
          name: both("independent pixels, log-likelihood", "независимые пиксели, логарифм правдоподобия"),
        },
      ],
      train,
      test,
      async *ending() {
        yield lossCurves(history);
        yield* showDigits(model, test, seed);
      },
    };
  },
  answersTogether: true,
  async *predict(model, { files }) {
    yield* reconstructions(
      model,
      files,
      both("Pictures, and what the network makes of them", "Изображения и их восстановление сетью"),
    );
  },
  async *generate(model, { seed, count = 20, temperature = 1 }) {
    const pictures = drawn(model as VariationalAutoencoder, count, seed, temperature);
    yield await sheet(both("Digits that nobody wrote", "Цифры, которых никто не писал"), pictures, Math.min(count, 10));
  },
};

async function* showDigits(model: VariationalAutoencoder, test: Dataset, seed: number): AsyncIterable<Part> {
  const digits = pointsOf(test).at([0, 10]).reshape([-1, 28, 28]);
  const again = (await model.predict(digits)) as Tensor;
  yield await sheet(
    both("Digits held out, and what the network makes of them", "Отложенные цифры и их восстановление сетью"),
    concatenate([digits, again]),
    digits.shape[0]!,
  );
  yield await sheet(
    both(
      "Digits that nobody wrote: codes drawn from the prior",
      "Цифры, которых никто не писал: коды из априорного распределения",
    ),
    drawn(model, 100, seed),
    10,
  );
}
