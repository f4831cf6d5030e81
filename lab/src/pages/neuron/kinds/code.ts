// The lines of Nabla that train the four kinds of perceptron, with the numbers of the scene.
import { type KindsSet, pointCount } from "./names.ts";

const points: Readonly<Record<KindsSet, string>> = {
  xor: `const signs = Array.from({ length: ${pointCount} }, (_, i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1]);
const x = tensor(signs).mul(0.6).add(random.normal(key, [${pointCount}, 2], { std: 0.14 }));
const y = signs.map(([a, b]) => [a === b ? 0 : 1]);`,
  circle: `const y = Array.from({ length: ${pointCount} }, (_, i) => [i % 2]);
const [share, angle] = [0, 1].map((i) => random.uniform(random.foldIn(key, i), [${pointCount}]));
const inner = tensor(y).reshape([${pointCount}]).greater(0);
const radius = where(inner, share.sqrt().mul(0.5), share.mul(0.3).add(0.7));
const turn = angle.mul(2 * Math.PI);
const x = stack([turn.cos().mul(radius), turn.sin().mul(radius)], 1);`,
  moons: `const y = Array.from({ length: ${pointCount} }, (_, i) => [i % 2]);
const side = tensor(y.map(([label]) => 1 - 2 * label));
const angle = random.uniform(random.foldIn(key, 0), [${pointCount}]).mul(Math.PI);
const noise = random.normal(random.foldIn(key, 1), [${pointCount}, 2], { std: 0.07 });
const exact = [angle.cos().mul(0.6).sub(0.3).mul(side), angle.sin().mul(0.6).sub(0.15).mul(side)];
const x = stack(exact, 1).add(noise);`,
  spirals: `const radius = arange(1, ${pointCount / 2 + 1}).div(${pointCount / 2});
const angle = radius.mul(2 * Math.PI);
const arm = stack([angle.cos(), angle.sin()], 1).mul(radius.reshape([${pointCount / 2}, 1]));
const noise = random.normal(key, [2, ${pointCount / 2}, 2], { std: 0.02 });
const x = stack([arm, arm.neg()]).add(noise).reshape([${pointCount}, 2]);
const y = Array.from({ length: ${pointCount} }, (_, i) => [i < ${pointCount / 2} ? 0 : 1]);`,
};

const needed: Readonly<Record<KindsSet, readonly string[]>> = {
  xor: ["tensor"],
  circle: ["stack", "tensor", "where"],
  moons: ["stack", "tensor"],
  spirals: ["arange", "stack"],
};

interface Shown {
  readonly set: KindsSet;
  readonly width: number;
  readonly draw: number;
  readonly step: number;
}

export function kindsCode({ set, width, draw, step }: Shown, epochs: number): string {
  const names = ["Dataset", "initializers", "layers", "optimizers", "random", "sequential", ...needed[set]];
  const sorted = [...names].sort((a, b) => a.localeCompare(b));
  return `import { ${sorted.join(", ")} } from "nabla";

const key = random.foldIn(random.key(0), 0);
${points[set]}
const train = Dataset.from({ inputs: await x.array(), targets: y });

const normal = (stddev) => initializers.randomNormal({ stddev });
for (const [hidden, trainable] of [[0, true], [1, false], [3, false], [3, true]]) {
  const first = { activation: "tanh", trainable, kernelInitializer: normal(0.7), biasInitializer: normal(0.5) };
  const all = Array.from({ length: hidden }, () => layers.dense(${width}, first));
  const last = layers.dense(1, { activation: "sigmoid" });
  const model = sequential([layers.input([2]), ...all, last], { seed: ${draw} });
  const optimizer = optimizers.adam({ learningRate: ${step} });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  await model.fit(train, { epochs: ${epochs}, batchSize: 32, seed: ${draw}, verbose: 0 });
  console.log(await model.evaluate(train));
}
`;
}
