// S18. A restricted Boltzmann machine that learns handwritten digits by contrastive divergence.
import {
  type Batch,
  callbacks,
  compile,
  concatenate,
  initializers,
  Layer,
  logsumexp,
  Model,
  type ModelOptions,
  optimizers,
  random,
  registerLayer,
  type Shape,
  type StepContext,
  sigmoid,
  softplus,
  type Tensor,
  tensor,
  variable,
} from "nabla";
import { Dataset } from "nabla/data";
import { digitData, digitSet, loadDigitImages } from "./tools/digit-images.ts";
import { both, type Part } from "./tools/part.ts";
import { lossCurves, sheet } from "./tools/pictures.ts";
import { fitOptions, isShort, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { reconstructions } from "./tools/reconstructions.ts";

const defaults = { epochs: 20, batchSize: 32, learningRate: 0.05 };

const expected = [
  { metric: "logLikelihood", atLeast: -112, on: both("2,000 digits held out", "2000 отложенных цифр") },
];

/** Numbers that are 1 with the given probabilities, and 0 otherwise. */
const sample = (key: Tensor, p: Tensor): Tensor => random.bernoulli(key, p.shape, p).cast("float32");

/**
 * Visible units v and hidden units h of 0 and 1 with the energy E(v, h) = −vᵀWh − aᵀv − bᵀh, and so the probability
 * e^−E / Z. No connection within a side: given one side, the units of the other are independent. Smolensky, 1986.
 */
class BoltzmannUnits extends Layer<Tensor, Tensor> {
  override readonly className = "BoltzmannUnits";
  readonly hidden: number;
  /** The number of chains of samples that go on from step to step. */
  readonly chains: number;

  constructor({ hidden, chains }: { readonly hidden: number; readonly chains: number }) {
    super("boltzmannUnits");
    this.hidden = hidden;
    this.chains = chains;
  }

  override build([visible = 0]: Shape): void {
    this.addParameter("kernel", [visible, this.hidden], initializers.randomNormal({ stddev: 0.01 }));
    this.addParameter("visibleBias", [visible], "zeros");
    this.addParameter("hiddenBias", [this.hidden], "zeros");
    if (this.chains > 0) this.addParameter("chains", [this.chains, visible], "zeros", { trainable: false });
  }

  /** W, a and b. */
  get weights() {
    return {
      kernel: this.parameter("kernel"),
      visibleBias: this.parameter("visibleBias"),
      hiddenBias: this.parameter("hiddenBias"),
    };
  }

  /** P(h = 1 | v) = σ(vW + b) */
  call(v: Tensor): Tensor {
    return sigmoid(v.matmul(this.weights.kernel).add(this.weights.hiddenBias));
  }

  /** P(v = 1 | h) = σ(hWᵀ + a) */
  visible(h: Tensor): Tensor {
    return sigmoid(h.matmul(this.weights.kernel.transpose()).add(this.weights.visibleBias));
  }

  /** A step of Gibbs sampling. */
  step(v: Tensor, key: Tensor): Tensor {
    return sample(random.foldIn(key, 0), this.visible(sample(random.foldIn(key, 1), this.apply(v))));
  }

  /** The chains after a step of each. */
  advance(key: Tensor): Tensor {
    const next = this.step(this.parameter("chains"), key);
    this.assignParameter("chains", next);
    return next;
  }

  override config() {
    return { hidden: this.hidden, chains: this.chains };
  }
}

type MachineOptions = ModelOptions & { readonly hidden: number; readonly chains?: number };

/** A restricted Boltzmann machine over examples of any shape, which it makes again from its hidden units. */
export class BoltzmannMachine extends Model<any, Tensor, Tensor> {
  override readonly className = "BoltzmannMachine";
  readonly units: BoltzmannUnits;

  constructor({ hidden, chains = 0, ...options }: MachineOptions) {
    super(options);
    this.units = new BoltzmannUnits({ hidden, chains });
  }

  call(x: Tensor): Tensor {
    const v = x.cast("float32").reshape([x.shape[0]!, -1]);
    return this.units.visible(this.units.apply(v)).reshape(x.shape);
  }

  /**
   * The gradient of the log-likelihood by W is ⟨vhᵀ⟩ under the data less ⟨vhᵀ⟩ under the model. For the second,
   * contrastive divergence (Hinton, 2002) takes one step of sampling that starts at the data; with `chains`, samples
   * that go on from step to step while the model changes (Tieleman, 2008), which also find what the model holds
   * probable far from all data.
   */
  trainStep({ inputs }: Batch<Tensor>, { key, update }: StepContext): Readonly<Record<string, Tensor>> {
    const given = inputs.cast("float32").reshape([inputs.shape[0]!, -1]);
    const v = sample(random.foldIn(key, 0), given);
    const h = this.units.apply(v);
    const next = random.foldIn(key, 1);
    const fantasy = this.units.chains > 0 ? this.units.advance(next) : this.units.step(v, next);
    const dreamt = this.units.apply(fantasy);
    const product = (visible: Tensor, hidden: Tensor): Tensor =>
      visible.transpose().matmul(hidden).div(visible.shape[0]!);
    if (this.training)
      update(
        {
          kernel: product(fantasy, dreamt).sub(product(v, h)),
          visibleBias: fantasy.mean(0).sub(v.mean(0)),
          hiddenBias: dreamt.mean(0).sub(h.mean(0)),
        },
        this.units,
        this.training.optimizer,
      );
    return { loss: this.units.visible(h).sub(given).square().mean() };
  }

  override config() {
    return { hidden: this.units.hidden, chains: this.units.chains, ...super.config() };
  }
}

registerLayer("BoltzmannUnits", (config) => new BoltzmannUnits(config));
registerLayer("BoltzmannMachine", (config) => new BoltzmannMachine(config));

function makeModel(options: RecipeOptions = {}): BoltzmannMachine {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false, variant } = options;
  const chains = variant === "restart" ? 0 : tiny ? 4 : 100;
  const model = new BoltzmannMachine({ hidden: tiny ? 16 : 256, chains, name: "rbm", seed });
  model.compile({ optimizer: optimizers.sgd({ learningRate, momentum: 0.5 }), loss: "meanSquaredError" });
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  return model.build([28, 28]);
}

const pointsOf = ({ inputs: { array } }: Dataset): Tensor =>
  tensor(array.data, { shape: [array.shape[0]!, 784] })
    .cast("float32")
    .div(255);

/**
 * The mean log-likelihood of binary points in nats, with Z estimated by annealed importance sampling (Salakhutdinov and
 * Murray, 2008): chains go from independent pixels, whose Z is known, to the machine through `steps` machines between
 * them. The estimate of Z errs downwards, if at all.
 */
async function logLikelihood(model: BoltzmannMachine, points: Tensor, base: Tensor, steps: number, chains: number) {
  const { kernel, visibleBias, hiddenBias } = model.units.weights;
  const hidden = hiddenBias.size;
  /** log p* of the machine at β, summed over its hidden units, without the constant. */
  const unnormalised = (v: Tensor, beta: Tensor | number): Tensor =>
    v
      .matmul(base.mul(tensor(1).sub(beta)).add(visibleBias.mul(beta)))
      .add(softplus(v.matmul(kernel).add(hiddenBias).mul(beta)).sum(1));
  const v = variable(sample(random.key(1), sigmoid(base).broadcastTo([chains, base.size])));
  const [logWeight, done] = [variable(base.mul(0).sum().broadcastTo([chains])), variable(0)];
  const anneal = compile(() => {
    const [before, beta] = [done.value.div(steps), done.value.add(1).div(steps)];
    logWeight.assignAdd(unnormalised(v.value, beta).sub(unnormalised(v.value, before)));
    const key = random.foldIn(random.key(2), done.value.cast("int32"));
    const h = sample(random.foldIn(key, 0), sigmoid(v.value.matmul(kernel).add(hiddenBias).mul(beta)));
    const field = base.mul(tensor(1).sub(beta)).add(h.matmul(kernel.transpose()).add(visibleBias).mul(beta));
    v.assign(sample(random.foldIn(key, 1), sigmoid(field)));
    done.assignAdd(1);
  });
  await anneal.repeat(steps);
  const logZ = logsumexp(logWeight.value)
    .sub(Math.log(chains))
    .add(softplus(base).sum())
    .add(hidden * Math.LN2);
  return unnormalised(points, 1).mean().sub(logZ).item();
}

/** What the machine dreams: chains of samples, begun at given images, [count, 28, 28]. */
async function dream(model: BoltzmannMachine, start: Tensor, steps: number, seed: number): Promise<Tensor> {
  const [state, done] = [variable(start), variable(0)];
  const step = compile(() => {
    const key = random.foldIn(random.key(seed), done.value.cast("int32"));
    state.assign(model.units.step(state.value, key));
    done.assignAdd(1);
  });
  await step.repeat(steps);
  // Probabilities in the place of a last sample show shades of grey.
  return model.units.visible(model.units.apply(state.value)).reshape([-1, 28, 28]);
}

export const recipe: Recipe = {
  name: "rbm",
  items: ["S18"],
  title: both("A restricted Boltzmann machine of digits", "Ограниченная машина Больцмана: цифры"),
  description: both(
    "784 visible and 256 hidden units of 0 and 1 learn, without labels, which images are probable. Contrastive " +
      "divergence compares the digits with samples of the machine itself, here of chains that go on from step to " +
      "step. The likelihood of digits held out is estimated by annealed importance sampling.",
    "784 видимых и 256 скрытых двоичных нейронов без меток учатся тому, какие изображения вероятны. Контрастивная " +
      "дивергенция сравнивает цифры с выборкой из самой машины: здесь это цепи, которые продолжаются от шага к шагу. " +
      "Правдоподобие отложенных цифр оценивается выборкой по значимости с отжигом.",
  ),
  source:
    "Smolensky 1986; Hinton 2002, Training products of experts by minimizing contrastive divergence; Tieleman 2008",
  data: digitData,
  defaults,
  expected,
  variants: {
    restart: both(
      "contrastive divergence of 2002: sampling starts at the data each time",
      "контрастивная дивергенция 2002 года: выборка каждый раз начинается с данных",
    ),
  },
  async loadData(options = {}) {
    const { train, test } = await loadDigitImages(options);
    const itself = ({ inputs, name }: Dataset) => new Dataset({ inputs, targets: inputs, name });
    return { train: itself(train), test: itself(test) };
  },
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, seed = 1, learningRate = defaults.learningRate } = options;
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1 } : defaults);
    const { train, test } = await recipe.loadData!(options);
    const model = makeModel(options);
    const falling = callbacks.learningRateScheduler((epoch) => learningRate * (1 - epoch / fit.epochs));
    const history = await model.fit(train, { ...fit, callbacks: [falling, ...fit.callbacks] });
    options.onStage?.(both("Estimating the likelihood", "Оценка правдоподобия"));
    // The shares of ink at each pixel, kept away from 0 and 1.
    const share = pointsOf(train).mean(0).mul(0.99).add(0.005);
    const base = share.log().sub(share.neg().add(1).log());
    const points = sample(random.key(seed), pointsOf(test));
    const [steps, chains] = tiny ? [10, 4] : isShort(options) ? [100, 20] : [1000, 100];
    const independent = await points.matmul(base).sub(softplus(base).sum()).mean().item();
    return {
      model,
      history,
      evaluation: {
        ...(await model.evaluate(test)),
        logLikelihood: await logLikelihood(model, points, base, steps, chains),
      },
      expected: tiny || digitSet(options) !== "digits" || options.variant !== undefined ? [] : expected,
      baselines: [
        {
          metric: "loss",
          value: await pointsOf(test).sub(pointsOf(train).mean(0)).square().mean().item(),
          name: both("the mean image", "среднее изображение"),
        },
        { metric: "logLikelihood", value: independent, name: both("independent pixels", "независимые пиксели") },
      ],
      train,
      test,
      async *ending() {
        yield lossCurves(history);
        yield* showMachine(model, test, tiny ? 2 : isShort(options) ? 100 : 1000, seed);
      },
    };
  },
  answersTogether: true,
  async *predict(model, { files }) {
    yield* reconstructions(
      model,
      files,
      both("Pictures, and what the machine makes of them", "Изображения и их восстановление машиной"),
    );
  },
  async *generate(model, { seed, count = 20 }) {
    const noise = random.uniform(random.key(seed), [count, 784]);
    const dreamt = await dream(model as BoltzmannMachine, noise, 1000, seed);
    yield await sheet(both("Dreams that begin with noise", "Выборка, начатая с шума"), dreamt, Math.min(count, 10));
  },
};

/** The weights of hidden units, and what the machine dreams from digits on. */
async function* showMachine(model: BoltzmannMachine, test: Dataset, steps: number, seed: number): AsyncIterable<Part> {
  const shown = Math.min(40, model.units.hidden);
  const filters = model.units.weights.kernel.at([], [0, shown]).transpose();
  const most = filters.abs().max(1, { keepDims: true }).maximum(1e-6);
  yield await sheet(
    both("The weights of some hidden units", "Веса нескольких скрытых нейронов"),
    filters.div(most).reshape([-1, 28, 28]),
    10,
    [-1, 1],
  );
  const start = pointsOf(test).at([0, 10]);
  const dreamt = await dream(model, start, steps, seed);
  yield await sheet(
    both(
      `Digits, and dreams that began with them ${steps} steps ago`,
      `Цифры и выборка, начатая с них: шагов — ${steps}`,
    ),
    concatenate([start.reshape([-1, 28, 28]), dreamt]),
    start.shape[0]!,
  );
}
