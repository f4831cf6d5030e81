// The same experiment as programs of Keras and PyTorch. Their random numbers are others, so that their losses differ a
// little.
import type { Data, FeatureName } from "./data-sets.ts";
import { editedWeights } from "./edits.ts";
import { pointList } from "./nabla-code.ts";
import {
  type ActivationChoice,
  type InitializerChoice,
  type LossChoice,
  lossOf,
  type OptimizerChoice,
  outputActivation,
  type Settings,
  targetsFor,
} from "./settings.ts";

const features = (library: string): Readonly<Record<FeatureName, string>> => ({
  x1: "x1",
  x2: "x2",
  x1x1: "x1 * x1",
  x2x2: "x2 * x2",
  x1x2: "x1 * x2",
  sin1: `${library}.sin(x1)`,
  sin2: `${library}.sin(x2)`,
});

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Activations whose name in Keras is not that of Nabla in snake case. */
const kerasActivations: Partial<Record<ActivationChoice, string>> = {
  // Keras's own slope would be 0.2.
  leakyRelu: "lambda z: keras.ops.leaky_relu(z, 0.01)",
  gelu: "lambda z: keras.ops.gelu(z, approximate=False)",
  exp: '"exponential"',
  heaviside: "lambda z: (keras.ops.sign(z) + 1) / 2",
  sign: "keras.ops.sign",
};

/** An optimizer of a library: its name, the arguments whose defaults are not Nabla's, and what differs still. */
interface OptimizerCall {
  readonly name: string;
  readonly args?: string;
  readonly note?: string;
}

/** The line of its comment, and the call. */
const written = ({ name, args, note }: OptimizerCall, rate: string): { notes: string; call: string } => ({
  notes: note ? `# ${note}\n` : "",
  call: `${name}(${rate}${args ? `, ${args}` : ""})`,
});

const kerasAdamNote = "Keras adds epsilon before it corrects the moments: its first steps are a little shorter.";

/** The other defaults of Keras are those of Nabla. */
const kerasOptimizers: Readonly<Record<OptimizerChoice, OptimizerCall>> = {
  sgd: { name: "SGD" },
  momentum: { name: "SGD", args: "momentum=0.9" },
  nesterov: { name: "SGD", args: "momentum=0.9, nesterov=True" },
  rmsprop: {
    name: "RMSprop",
    args: "epsilon=1e-14",
    note: "Keras adds epsilon under the root: here the square of it.",
  },
  adam: { name: "Adam", note: kerasAdamNote },
  adamW: { name: "AdamW", note: kerasAdamNote },
  nadam: { name: "Nadam" },
  adamax: { name: "Adamax" },
  adagrad: { name: "Adagrad", note: "Keras adds its epsilon of 1e-7 under the root, not beside it." },
  adadelta: { name: "Adadelta" },
  adafactor: { name: "Adafactor" },
  ftrl: { name: "Ftrl" },
  lamb: { name: "Lamb" },
  lion: { name: "Lion" },
  muon: {
    name: "Muon",
    args: "weight_decay=0.1, adam_weight_decay=0.004, adam_lr_ratio=1, ns_steps=6, rms_rate=0.2",
    note: "The arguments are those of Keras 3.13; earlier ones have fewer.",
  },
  lbfgs: { name: "Adam", note: "Keras has no L-BFGS: Adam stands in its place." },
};

const kerasLosses: Partial<Record<LossChoice, string>> = {
  quadraticCost: "lambda y, p: keras.ops.sum(keras.ops.square(y - p), axis=-1) / 2",
  dice: "keras.losses.Dice()",
  tversky: "keras.losses.Tversky()",
  cosineSimilarity: "keras.losses.CosineSimilarity()",
};

/** The program of Keras 3. */
export function kerasCode(settings: Settings, { task, outputs, train }: Data, epochs: number): string {
  const { layers, f, norm, dropout, init, penalty, penaltyRate, batch, weightSeed: seed } = settings;
  const loss = lossOf(task, settings);
  const targets = {
    classes: 'label.astype("int32")',
    zeroOne: "label[:, None]",
    values: "label[:, None]",
    signs: "2 * label[:, None] - 1",
    oneHot: `keras.utils.to_categorical(label, ${outputs})`,
  }[targetsFor(task, loss)];
  const initializer = init === "large" ? "keras.initializers.RandomNormal(stddev=3)" : `"${snake(init)}"`;
  const kernel =
    (init === "glorotUniform" ? "" : `, kernel_initializer=${initializer}`) +
    (penalty === "none" ? "" : `, kernel_regularizer=keras.regularizers.${penalty.toUpperCase()}(${penaltyRate})`);
  const activation = kerasActivations[f] ?? `"${snake(f)}"`;
  const hidden = layers.flatMap((units) =>
    norm === "none" && dropout === 0 && f !== "prelu"
      ? [`keras.layers.Dense(${units}, activation=${activation}${kernel})`]
      : [
          `keras.layers.Dense(${units}${kernel})`,
          ...(norm === "none" ? [] : [`keras.layers.${norm === "batch" ? "Batch" : "Layer"}Normalization()`]),
          f === "prelu"
            ? "keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))"
            : `keras.layers.Activation(${activation})`,
          ...(dropout > 0 ? [`keras.layers.Dropout(${dropout})`] : []),
        ],
  );
  const all = [
    `keras.layers.Input([${settings.features.length}])`,
    ...hidden,
    `keras.layers.Dense(${outputs}, activation="${outputActivation(task, loss)}"${kernel})`,
  ];
  const { notes, call } = written(kerasOptimizers[settings.optimizer], `learning_rate=${settings.rate}`);
  const set = editedWeights(settings, { outputs }).map(({ layer, from, to, value }) =>
    from < 0 ? `    (${layer}, 1, ${to}, ${value}),` : `    (${layer}, 0, (${from}, ${to}), ${value}),`,
  );
  const edits =
    set.length === 0
      ? ""
      : `
# Weights that were set by hand: the dense layer, its kernel (0) or bias (1), the index in it, and the value.
dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
for i, part, index, value in [
${set.join("\n")}
]:
    weights = dense[i].get_weights()
    weights[part][index] = value
    dense[i].set_weights(weights)
`;
  return `import keras
import numpy as np

points = np.array([${pointList(train)}], dtype=np.float32)
x1, x2, label = points.T
x = np.stack([${settings.features.map((name) => features("np")[name]).join(", ")}], axis=1)
y = ${targets}

keras.utils.set_random_seed(${seed})
model = keras.Sequential([
${all.map((layer) => `    ${layer},`).join("\n")}
])
${edits}${notes}model.compile(optimizer=keras.optimizers.${call}, loss=${kerasLosses[loss] ?? `"${snake(loss)}"`})
model.fit(x, y, epochs=${epochs}, batch_size=${batch})
print(model.evaluate(x, y))
`;
}

const torchActivations: Readonly<Record<Exclude<ActivationChoice, "prelu">, string>> = {
  tanh: "nn.Tanh()",
  relu: "nn.ReLU()",
  sigmoid: "nn.Sigmoid()",
  linear: "nn.Identity()",
  leakyRelu: "nn.LeakyReLU(0.01)",
  elu: "nn.ELU()",
  selu: "nn.SELU()",
  gelu: "nn.GELU()",
  silu: "nn.SiLU()",
  softplus: "nn.Softplus()",
  softsign: "nn.Softsign()",
  mish: "nn.Mish()",
  celu: "nn.CELU()",
  relu6: "nn.ReLU6()",
  hardSigmoid: "nn.Hardsigmoid()",
  hardTanh: "nn.Hardtanh()",
  hardSilu: "nn.Hardswish()",
  tanhShrink: "nn.Tanhshrink()",
  logSigmoid: "nn.LogSigmoid()",
  hardShrink: "nn.Hardshrink()",
  softShrink: "nn.Softshrink()",
  squareplus: "Function(lambda z: (z + (z * z + 4).sqrt()) / 2)",
  sparsePlus: "Function(lambda z: torch.where(z > 1, z, (z + 1).clamp(min=0) ** 2 / 4))",
  sparseSigmoid: "Function(lambda z: ((z + 1) / 2).clamp(0, 1))",
  exp: "Function(torch.exp)",
  heaviside: "Function(lambda z: (z.sign() + 1) / 2)",
  sign: "Function(torch.sign)",
};

const noneInTorch = (name: string): OptimizerCall => {
  const note = `torch.optim has no ${name} of this form: Adam stands in its place.`;
  return { name: "Adam", args: "eps=1e-7", note };
};

/** PyTorch has other defaults than Nabla and Keras. */
const torchOptimizers: Readonly<Record<OptimizerChoice, OptimizerCall>> = {
  sgd: { name: "SGD" },
  momentum: { name: "SGD", args: "momentum=0.9" },
  nesterov: { name: "SGD", args: "momentum=0.9, nesterov=True" },
  rmsprop: { name: "RMSprop", args: "alpha=0.9, eps=1e-7" },
  adam: { name: "Adam", args: "eps=1e-7" },
  adamW: { name: "AdamW", args: "eps=1e-7, weight_decay=0.004" },
  nadam: { name: "NAdam", args: "eps=1e-7, momentum_decay=1" },
  adamax: {
    name: "Adamax",
    args: "eps=1e-7",
    note: "PyTorch adds epsilon to each gradient's size, not to the greatest of them.",
  },
  adagrad: { name: "Adagrad", args: "initial_accumulator_value=0.1, eps=1e-7" },
  adadelta: { name: "Adadelta", args: "rho=0.95, eps=1e-7" },
  lbfgs: { name: "LBFGS", args: "max_iter=1" },
  adafactor: noneInTorch("Adafactor"),
  ftrl: noneInTorch("FTRL"),
  lamb: noneInTorch("LAMB"),
  lion: noneInTorch("Lion"),
  muon: noneInTorch("Muon"),
};

const torchLosses: Readonly<Record<LossChoice, string>> = {
  binaryCrossentropy: "nn.BCELoss()",
  meanSquaredError: "nn.MSELoss()",
  meanAbsoluteError: "nn.L1Loss()",
  huber: "nn.HuberLoss()",
  logCosh: "lambda p, y: torch.log(torch.cosh(p - y)).mean()",
  quadraticCost: "lambda p, y: ((p - y) ** 2).sum(dim=1).mean() / 2",
  hinge: "lambda p, y: (1 - y * p).clamp(min=0).mean()",
  squaredHinge: "lambda p, y: ((1 - y * p).clamp(min=0) ** 2).mean()",
  binaryFocalCrossentropy:
    "lambda p, y: ((1 - torch.where(y > 0, p, 1 - p)) ** 2 * nn.functional.binary_cross_entropy(p, y, " +
    "reduction='none')).mean()",
  dice: "lambda p, y: 1 - (2 * (p * y).sum() + 1e-7) / (p.sum() + y.sum() + 1e-7)",
  tversky:
    "lambda p, y: 1 - ((p * y).sum() + 1e-7) / ((p * y).sum() + (p * (1 - y)).sum() / 2 + ((1 - p) * y).sum() / 2 " +
    "+ 1e-7)",
  poisson: "lambda p, y: (p - y * torch.log(p + 1e-7)).mean()",
  sparseCategoricalCrossentropy: "lambda p, y: nn.functional.nll_loss(torch.log(p + 1e-7), y)",
  categoricalCrossentropy: "lambda p, y: -(y * torch.log(p + 1e-7)).sum(dim=1).mean()",
  categoricalFocalCrossentropy: "lambda p, y: -(0.25 * (1 - p) ** 2 * y * torch.log(p + 1e-7)).sum(dim=1).mean()",
  categoricalHinge: "lambda p, y: (((1 - y) * p).amax(dim=1) - (y * p).sum(dim=1) + 1).clamp(min=0).mean()",
  klDivergence: "lambda p, y: (y * torch.log((y + 1e-7) / (p + 1e-7))).sum(dim=1).mean()",
  cosineSimilarity: "lambda p, y: -nn.functional.cosine_similarity(p, y).mean()",
};

const torchInitializers: Readonly<Record<InitializerChoice, string>> = {
  glorotUniform: "nn.init.xavier_uniform_(layer.weight)",
  heNormal: 'nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',
  lecunNormal: 'nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")',
  zeros: "nn.init.zeros_(layer.weight)",
  large: "nn.init.normal_(layer.weight, std=3)",
};

const functionClass = `

class Function(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, z):
        return self.f(z)
`;

const batchNormClass = `

class BatchNorm(nn.BatchNorm1d):
    """PyTorch's own layer refuses a batch of one, which there is here."""

    def forward(self, z):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = z.mean(dim=0), z.var(dim=0, unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var, self.momentum)
        return (z - mean) / (var + self.eps).sqrt() * self.weight + self.bias
`;

/** The program of PyTorch. */
export function torchCode(settings: Settings, { task, outputs, train }: Data, epochs: number): string {
  const { layers, f, norm, dropout, init, penalty, penaltyRate, batch, weightSeed: seed } = settings;
  const loss = lossOf(task, settings);
  const targets = {
    classes: "label.long()",
    zeroOne: "label[:, None]",
    values: "label[:, None]",
    signs: "2 * label[:, None] - 1",
    oneHot: `nn.functional.one_hot(label.long(), ${outputs}).float()`,
  }[targetsFor(task, loss)];
  const batchNorm = batch === 1 || train.length % batch === 1 ? "BatchNorm" : "nn.BatchNorm1d";
  let before = settings.features.length;
  const hidden = layers.flatMap((units) => {
    const own = [
      `nn.Linear(${before}, ${units})`,
      // Those of Keras and Nabla have a greater epsilon, and a slower running mean.
      ...(norm === "batch" ? [`${batchNorm}(${units}, eps=1e-3, momentum=0.01)`] : []),
      ...(norm === "layer" ? [`nn.LayerNorm(${units}, eps=1e-3)`] : []),
      f === "prelu" ? `nn.PReLU(${units})` : torchActivations[f],
      ...(dropout > 0 ? [`nn.Dropout(${dropout})`] : []),
    ];
    before = units;
    return own;
  });
  const last = { sigmoid: ["nn.Sigmoid()"], softmax: ["nn.Softmax(dim=1)"], linear: [] }[outputActivation(task, loss)];
  const all = [...hidden, `nn.Linear(${before}, ${outputs})`, ...last];
  const norms = penalty === "l1" ? "layer.weight.abs().sum()" : "(layer.weight ** 2).sum()";
  const weights =
    penalty === "none"
      ? ""
      : `\n        loss = loss + ${penaltyRate} * sum(${norms} for layer in model if isinstance(layer, nn.Linear))`;
  const normNote =
    norm === "batch" && layers.length > 0 && batchNorm !== "BatchNorm"
      ? "# For its running variance, PyTorch divides by n − 1, where Nabla and Keras divide by n.\n"
      : "";
  const classes = [
    ...(all.some((layer) => layer.startsWith("Function(")) ? [functionClass] : []),
    ...(all.some((layer) => layer.startsWith("BatchNorm(")) ? [batchNormClass] : []),
  ];
  const { notes, call } = written(torchOptimizers[settings.optimizer], `model.parameters(), lr=${settings.rate}`);
  const set = editedWeights(settings, { outputs }).map(({ layer, from, to, value }) => {
    const place = from < 0 ? `bias[${to}]` : `weight[${to}, ${from}]`;
    return `    dense[${layer}].${place} = ${value}`;
  });
  const edits =
    set.length === 0
      ? ""
      : `
# Weights that were set by hand: PyTorch names the neuron that a weight leads to first.
dense = [layer for layer in model if isinstance(layer, nn.Linear)]
with torch.no_grad():
${set.join("\n")}
`;
  // PyTorch asks L-BFGS for the loss by a function, which here has been computed already.
  const step = settings.optimizer === "lbfgs" ? "optimizer.step(lambda: loss)" : "optimizer.step()";
  return `import torch
from torch import nn
${classes.join("")}${classes.length > 0 ? "\n" : ""}
points = torch.tensor([${pointList(train)}], dtype=torch.float32)
x1, x2, label = points.T
x = torch.stack([${settings.features.map((name) => features("torch")[name]).join(", ")}], dim=1)
y = ${targets}

torch.manual_seed(${seed})
${normNote}model = nn.Sequential(
${all.map((layer) => `    ${layer},`).join("\n")}
)
for layer in model:
    if isinstance(layer, nn.Linear):
        ${torchInitializers[init]}
        nn.init.zeros_(layer.bias)
${edits}
loss_of = ${torchLosses[loss]}
${notes}optimizer = torch.optim.${call}
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=${batch}, shuffle=True)
for epoch in range(${epochs}):
    for xs, ys in data:
        loss = loss_of(model(xs), ys)${weights}
        optimizer.zero_grad()
        loss.backward()
        ${step}
model.eval()
print(loss_of(model(x), y).item())
`;
}
