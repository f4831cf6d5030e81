// The same experiment as programs of Keras and PyTorch. Their random numbers are others, so that their losses differ a
// little.
import type { Data, FeatureName } from "./data-sets.ts";
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

const kerasOptimizers: Readonly<Record<OptimizerChoice, string>> = {
  sgd: "SGD",
  momentum: "SGD",
  nesterov: "SGD",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamW: "AdamW",
  nadam: "Nadam",
  adamax: "Adamax",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  adafactor: "Adafactor",
  ftrl: "Ftrl",
  lamb: "Lamb",
  lion: "Lion",
  muon: "Muon",
  // Keras has no L-BFGS.
  lbfgs: "Adam",
};

const kerasLosses: Partial<Record<LossChoice, string>> = {
  quadraticCost: "lambda y, p: keras.ops.sum(keras.ops.square(y - p), axis=-1) / 2",
  dice: "keras.losses.Dice()",
  tversky: "keras.losses.Tversky()",
  cosineSimilarity: "keras.losses.CosineSimilarity()",
};

const momentum = (name: OptimizerChoice): string =>
  name === "momentum" ? ", momentum=0.9" : name === "nesterov" ? ", momentum=0.9, nesterov=True" : "";

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
  const missing = settings.optimizer === "lbfgs" ? "# Keras has no L-BFGS: Adam stands in its place.\n" : "";
  const rates = `learning_rate=${settings.rate}${momentum(settings.optimizer)}`;
  const optimizer = `keras.optimizers.${kerasOptimizers[settings.optimizer]}(${rates})`;
  return `import keras
import numpy as np

points = np.array([${pointList(train)}])
x1, x2, label = points.T
x = np.stack([${settings.features.map((name) => features("np")[name]).join(", ")}], axis=1)
y = ${targets}

keras.utils.set_random_seed(${seed})
model = keras.Sequential([
${all.map((layer) => `    ${layer},`).join("\n")}
])
${missing}model.compile(optimizer=${optimizer}, loss=${kerasLosses[loss] ?? `"${snake(loss)}"`})
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

const torchOptimizers: Partial<Record<OptimizerChoice, string>> = {
  sgd: "SGD",
  momentum: "SGD",
  nesterov: "SGD",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamW: "AdamW",
  nadam: "NAdam",
  adamax: "Adamax",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
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
  let before = settings.features.length;
  const hidden = layers.flatMap((units) => {
    const own = [
      `nn.Linear(${before}, ${units})`,
      // Those of Keras and Nabla have a greater epsilon, and a slower running mean.
      ...(norm === "batch" ? [`nn.BatchNorm1d(${units}, eps=1e-3, momentum=0.01)`] : []),
      ...(norm === "layer" ? [`nn.LayerNorm(${units}, eps=1e-3)`] : []),
      f === "prelu" ? `nn.PReLU(${units})` : torchActivations[f],
      ...(dropout > 0 ? [`nn.Dropout(${dropout})`] : []),
    ];
    before = units;
    return own;
  });
  const last = { sigmoid: ["nn.Sigmoid()"], softmax: ["nn.Softmax(dim=1)"], linear: [] }[outputActivation(task, loss)];
  const all = [...hidden, `nn.Linear(${before}, ${outputs})`, ...last];
  const known = torchOptimizers[settings.optimizer];
  const missing = known
    ? ""
    : `# torch.optim has no ${kerasOptimizers[settings.optimizer]} of this form: Adam stands in its place.\n`;
  const norms = penalty === "l1" ? "layer.weight.abs().sum()" : "(layer.weight ** 2).sum()";
  const weights =
    penalty === "none"
      ? ""
      : `\n        loss = loss + ${penaltyRate} * sum(${norms} for layer in model if isinstance(layer, nn.Linear))`;
  // PyTorch refuses to normalise a batch of one.
  const dropLast = norm === "batch" && layers.length > 0 && train.length % batch === 1 ? ", drop_last=True" : "";
  const needsClass = all.some((layer) => layer.startsWith("Function("));
  const rates = `lr=${settings.rate}${momentum(settings.optimizer)}`;
  return `import torch
from torch import nn
${needsClass ? `\n${functionClass}\n` : ""}
points = torch.tensor([${pointList(train)}])
x1, x2, label = points.T
x = torch.stack([${settings.features.map((name) => features("torch")[name]).join(", ")}], dim=1)
y = ${targets}

torch.manual_seed(${seed})
model = nn.Sequential(
${all.map((layer) => `    ${layer},`).join("\n")}
)
for layer in model:
    if isinstance(layer, nn.Linear):
        ${torchInitializers[init]}
        nn.init.zeros_(layer.bias)

loss_of = ${torchLosses[loss]}
${missing}optimizer = torch.optim.${known ?? "Adam"}(model.parameters(), ${rates})
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=${batch}, shuffle=True${dropLast})
for epoch in range(${epochs}):
    for xs, ys in data:
        loss = loss_of(model(xs), ys)${weights}
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
model.eval()
print(loss_of(model(x), y).item())
`;
}
