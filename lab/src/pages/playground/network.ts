// The network of an experiment, as Nabla trains it.
import {
  Dataset,
  type Layer,
  layers,
  losses,
  type Optimizer,
  optimizers,
  regularizers,
  type Sequential,
  sequential,
} from "nabla";
import { type Data, inputsAt, type Point, type Task } from "./data-sets.ts";
import {
  type InitializerChoice,
  type LossChoice,
  lossOf,
  type OptimizerChoice,
  outputActivation,
  type Settings,
  targetsFor,
} from "./settings.ts";

/** A dense layer with what follows it. */
export interface Block {
  readonly dense: Layer;
  /** The normalisation between the sum and the activation. */
  readonly norm: Layer | null;
  readonly activation: Layer;
}

export interface Network {
  readonly model: Sequential;
  readonly blocks: readonly Block[];
  readonly optimizer: Optimizer;
}

const makeOptimizer: Readonly<Record<OptimizerChoice, (learningRate: number) => Optimizer>> = {
  sgd: (learningRate) => optimizers.sgd({ learningRate }),
  momentum: (learningRate) => optimizers.sgd({ learningRate, momentum: 0.9 }),
  nesterov: (learningRate) => optimizers.sgd({ learningRate, momentum: 0.9, nesterov: true }),
  rmsprop: (learningRate) => optimizers.rmsprop({ learningRate }),
  adam: (learningRate) => optimizers.adam({ learningRate }),
  adamW: (learningRate) => optimizers.adamW({ learningRate }),
  nadam: (learningRate) => optimizers.nadam({ learningRate }),
  adamax: (learningRate) => optimizers.adamax({ learningRate }),
  adagrad: (learningRate) => optimizers.adagrad({ learningRate }),
  adadelta: (learningRate) => optimizers.adadelta({ learningRate }),
  adafactor: (learningRate) => optimizers.adafactor({ learningRate }),
  ftrl: (learningRate) => optimizers.ftrl({ learningRate }),
  lamb: (learningRate) => optimizers.lamb({ learningRate }),
  lbfgs: (learningRate) => optimizers.lbfgs({ learningRate }),
  lion: (learningRate) => optimizers.lion({ learningRate }),
  muon: (learningRate) => optimizers.muon({ learningRate }),
};

const initializer = (name: InitializerChoice) =>
  name === "large" ? ({ name: "randomNormal", config: { mean: 0, stddev: 3 } } as const) : name;

/** The slope at which PReLU begins: that of He and others (2015). */
const firstSlope = { name: "constant", config: { value: 0.25 } } as const;

/** Of one output, the overlap of regions is that of the whole batch: an example of class 0 alone has none. */
export const makeLoss = (task: Task, name: LossChoice) =>
  task === "two" && (name === "dice" || name === "tversky") ? losses[name]({ axis: [0, 1] }) : losses[name]();

/** Makes the network, with the first weights of the seed, and compiles it. */
export function makeNetwork(settings: Settings, { task, outputs }: Data): Network {
  const loss = lossOf(task, settings);
  const kernelInitializer = initializer(settings.init);
  const weigh = settings.penalty === "none" ? null : regularizers[settings.penalty](settings.penaltyRate);
  const kernel = { kernelInitializer, ...(weigh && { kernelRegularizer: weigh }) };
  const hidden = settings.layers.map((units) => ({
    dense: layers.dense(units, kernel),
    norm:
      settings.norm === "batch"
        ? layers.batchNormalization()
        : settings.norm === "layer"
          ? layers.layerNormalization()
          : null,
    activation: settings.f === "prelu" ? layers.prelu({ alphaInitializer: firstSlope }) : layers.activation(settings.f),
    dropout: settings.dropout > 0 ? layers.dropout(settings.dropout) : null,
  }));
  const last = {
    dense: layers.dense(outputs, kernel),
    norm: null,
    activation: layers.activation(outputActivation(task, loss)),
    dropout: null,
  };
  const blocks = [...hidden, last];
  const all = blocks.flatMap(({ dense, norm, activation, dropout }) =>
    [dense, norm, activation, dropout].filter((layer): layer is NonNullable<typeof layer> => layer !== null),
  );
  const model = sequential(all, { inputShape: [settings.features.length], seed: settings.weightSeed });
  const optimizer = makeOptimizer[settings.optimizer](settings.rate);
  model.compile({ optimizer, loss: makeLoss(task, loss) });
  return { model, blocks, optimizer };
}

/** The points as the network takes them, with targets in the form of its loss. */
export function datasetOf(settings: Settings, { task, outputs }: Data, points: readonly Point[]): Dataset {
  const form = targetsFor(task, lossOf(task, settings));
  const labels = points.map(([, , label]) => label);
  const targets =
    form === "classes"
      ? labels
      : form === "oneHot"
        ? labels.map((label) => Array.from({ length: outputs }, (_, k) => Number(k === label)))
        : labels.map((label) => [form === "signs" ? 2 * label - 1 : label]);
  return Dataset.from({ inputs: inputsAt(settings.features, points), targets });
}
