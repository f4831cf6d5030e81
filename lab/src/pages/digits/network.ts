// The networks of the page of digits, in Nabla: `code.ts` shows the same lines.
import { layers, type Model, optimizers, sequential } from "nabla";
import type { NetName, OptimizerName, Settings } from "./settings.ts";

const hidden: Readonly<Record<Exclude<NetName, "cnn">, readonly number[]>> = {
  linear: [],
  mlp: [128, 64],
  wide: [384],
};

const optimizer: Readonly<Record<OptimizerName, (rate: number) => ReturnType<typeof optimizers.sgd>>> = {
  sgd: (learningRate) => optimizers.sgd({ learningRate }),
  momentum: (learningRate) => optimizers.sgd({ learningRate, momentum: 0.9 }),
  rmsprop: (learningRate) => optimizers.rmsprop({ learningRate }),
  adam: (learningRate) => optimizers.adam({ learningRate }),
};

/** The network of these settings, with its first weights. */
export function makeNetwork({ net, seed, distort }: Settings): Model {
  const isImage = distort || net === "cnn";
  return sequential(
    [
      layers.input([28, 28]),
      ...(isImage ? [layers.reshape([28, 28, 1])] : []),
      ...(distort
        ? [
            layers.randomRotation(0.04, { fillMode: "constant" }),
            layers.randomTranslation(0.07, 0.07, { fillMode: "constant", interpolation: "nearest" }),
          ]
        : []),
      ...(net === "cnn"
        ? [
            layers.conv2d(8, 5, { activation: "relu" }),
            layers.maxPooling2d(),
            layers.conv2d(16, 5, { activation: "relu" }),
            layers.maxPooling2d(),
          ]
        : []),
      layers.flatten(),
      ...(net === "cnn" ? [] : hidden[net].map((units) => layers.dense(units, { activation: "relu" }))),
      layers.dense(10),
    ],
    { name: "digits", seed },
  );
}

/** Gives a network its loss and optimizer. The last layer's numbers are logits, of which the loss takes softmax. */
export function compileNetwork(model: Model, settings: Pick<Settings, "optimizer" | "rate">): Model {
  return model.compile({
    optimizer: optimizer[settings.optimizer](settings.rate),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
}
