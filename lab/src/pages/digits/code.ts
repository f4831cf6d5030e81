// The lines of Nabla that do what the page does, with its settings.
import type { Settings } from "./settings.ts";

const hidden = {
  linear: "  layers.flatten(),\n",
  mlp: `  layers.flatten(),
  layers.dense(128, { activation: "relu" }),
  layers.dense(64, { activation: "relu" }),
`,
  wide: '  layers.flatten(),\n  layers.dense(384, { activation: "relu" }),\n',
  cnn: `  layers.conv2d(8, 5, { activation: "relu" }),
  layers.maxPooling2d(),
  layers.conv2d(16, 5, { activation: "relu" }),
  layers.maxPooling2d(),
  layers.flatten(),
`,
} as const;

const optimizers = {
  sgd: (rate: number) => `optimizers.sgd({ learningRate: ${rate} })`,
  momentum: (rate: number) => `optimizers.sgd({ learningRate: ${rate}, momentum: 0.9 })`,
  rmsprop: (rate: number) => `optimizers.rmsprop({ learningRate: ${rate} })`,
  adam: (rate: number) => `optimizers.adam({ learningRate: ${rate} })`,
} as const;

const distortions = `  layers.randomRotation(0.04, { fillMode: "constant" }),
  layers.randomTranslation(0.07, 0.07, { fillMode: "constant", interpolation: "nearest" }),
`;

/** With the name of a file, the network of that file, trained on. */
export function digitsCode(settings: Settings, file = ""): string {
  const { net, epochs, batch, rate, optimizer, seed, distort } = settings;
  const image = distort || net === "cnn" ? "  layers.reshape([28, 28, 1]),\n" : "";
  const made = `sequential([
  layers.input([28, 28]),
${image}${distort ? distortions : ""}${hidden[net]}  layers.dense(10),
], { seed: ${seed} })`;
  return `import { ${file ? "loadModel, optimizers" : "layers, optimizers, sequential"}, softmax } from "nabla";
import { digits } from "nabla/data";

const { train, test } = await digits();
const model = ${file ? `(await loadModel(${JSON.stringify(file)}))` : made}.compile({
  optimizer: ${optimizers[optimizer](rate)},
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
await model.fit(train, { epochs: ${epochs}, batchSize: ${batch}, seed: ${seed} });
console.log(await model.evaluate(test));
const probabilities = softmax(await model.predict(test));
await model.save("digits.safetensors");
`;
}
