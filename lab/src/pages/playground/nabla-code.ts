// The program of Nabla that does what the page does: with its points, to the same numbers.
import type { Data, FeatureName, Point } from "./data-sets.ts";
import { indexOf, pathOf } from "./edits.ts";
import { lossOf, type OptimizerChoice, outputActivation, type Settings, seedStride, targetsFor } from "./settings.ts";

const formulas: Readonly<Record<FeatureName, string>> = {
  x1: "x1",
  x2: "x2",
  x1x1: "x1 * x1",
  x2x2: "x2 * x2",
  x1x2: "x1 * x2",
  sin1: "Math.sin(x1)",
  sin2: "Math.sin(x2)",
};

const optimizer = (name: OptimizerChoice, rate: number): string => {
  if (name === "momentum") return `optimizers.sgd({ learningRate: ${rate}, momentum: 0.9 })`;
  if (name === "nesterov") return `optimizers.sgd({ learningRate: ${rate}, momentum: 0.9, nesterov: true })`;
  return `optimizers.${name}({ learningRate: ${rate} })`;
};

function kernelOptions({ init, penalty, penaltyRate }: Settings): string[] {
  const initializer =
    init === "glorotUniform"
      ? []
      : init === "large"
        ? ['kernelInitializer: { name: "randomNormal", config: { mean: 0, stddev: 3 } }']
        : [`kernelInitializer: "${init}"`];
  return [
    ...initializer,
    ...(penalty === "none" ? [] : [`kernelRegularizer: regularizers.${penalty}(${penaltyRate})`]),
  ];
}

const dense = (units: number, options: readonly string[]): string =>
  `layers.dense(${units}${options.length > 0 ? `, { ${options.join(", ")} }` : ""})`;

export const pointList = (points: readonly Point[]): string =>
  points.map((point) => `[${point.join(", ")}]`).join(", ");

/** The program that trains for so many epochs and prints the loss of the last one. */
export function nablaCode(settings: Settings, { task, outputs, train }: Data, epochs: number): string {
  const { features, layers, f, norm, dropout, batch, weightSeed: seed, penalty } = settings;
  const loss = lossOf(task, settings);
  const form = targetsFor(task, loss);
  const target = {
    classes: "label",
    zeroOne: "[label]",
    values: "[label]",
    signs: "[2 * label - 1]",
    oneHot: `Array.from({ length: ${outputs} }, (_, k) => Number(k === label))`,
  }[form];
  const kernel = kernelOptions(settings);
  const isPlain = norm === "none" && dropout === 0 && f !== "prelu";
  const activation =
    f === "prelu"
      ? 'layers.prelu({ alphaInitializer: { name: "constant", config: { value: 0.25 } } })'
      : `layers.activation("${f}")`;
  const hidden = layers.map((units) =>
    isPlain
      ? `  ${dense(units, [`activation: "${f}"`, ...kernel])},`
      : [
          dense(units, kernel),
          ...(norm === "none" ? [] : [`layers.${norm}Normalization()`]),
          activation,
          ...(dropout > 0 ? [`layers.dropout(${dropout})`] : []),
        ]
          .map((layer) => `  ${layer},`)
          .join("\n"),
  );
  const last = dense(outputs, [`activation: "${outputActivation(task, loss)}"`, ...kernel]);
  // The page begins each epoch of dropout with a seed of its own.
  const fit =
    dropout === 0
      ? `await model.fit(x, y, { epochs: ${epochs}, batchSize: ${batch}, seed: ${seed} });`
      : `for (let epoch = 0; epoch < ${epochs}; epoch++) {
  const seed = ${seed} + ${seedStride} * epoch;
  await model.fit(x, y, { initialEpoch: epoch, epochs: epoch + 1, batchSize: ${batch}, seed });
}`;
  const set = settings.edits.flatMap((edit) => {
    const index = indexOf(edit, settings, { outputs });
    return index === undefined ? [] : [`  ["${pathOf(edit)}", ${index}, ${edit[3]}],`];
  });
  const edits =
    set.length === 0
      ? ""
      : `
// Weights that were set by hand: the variable, the index in it, and the value.
for (const [name, index, value] of [
${set.join("\n")}
]) {
  const { data, shape } = (await model.getWeights())[name];
  model.setWeights({ [name]: tensor(data.with(index, value), { shape }) });
}`;
  const note =
    penalty === "none" ? "" : "// With the penalty of the weights, which the page leaves out of its figure.\n";
  const isOverlap = task === "two" && (loss === "dice" || loss === "tversky");
  const lossCode = isOverlap ? `losses.${loss}({ axis: [0, 1] })` : `"${loss}"`;
  const names = [
    "layers",
    ...(isOverlap ? ["losses"] : []),
    "optimizers",
    ...(penalty === "none" ? [] : ["regularizers"]),
    "sequential",
    ...(set.length > 0 ? ["tensor"] : []),
  ];
  return `import { ${names.join(", ")} } from "nabla";

const points = [${pointList(train)}];
const x = points.map(([x1, x2]) => [${features.map((name) => formulas[name]).join(", ")}]);
const y = points.map(([, , label]) => ${target});

const model = sequential([
${[...hidden, `  ${last},`].join("\n")}
], { inputShape: [${features.length}], seed: ${seed} });
model.compile({ optimizer: ${optimizer(settings.optimizer, settings.rate)}, loss: ${lossCode} });${edits}
${fit}
${note}console.log(await model.evaluate(x, y));
`;
}
