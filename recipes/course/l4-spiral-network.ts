// The network of L4's experiments: two hidden layers, trained on the spirals.
import { layers, type OptimizerLike, type regularizers, sequential } from "nabla";
import type { Points } from "./spirals.ts";

export type Layers = Parameters<typeof sequential>[0];

export interface NetworkOptions {
  readonly first?: Layers;
  readonly afterHidden?: () => Layers;
  readonly kernelRegularizer?: ReturnType<typeof regularizers.l2>;
}

/** Two hidden layers of 32, with what is put before and after them. */
export function network({ first = [], afterHidden = () => [], ...rest }: NetworkOptions = {}): Layers {
  const hidden = () => [layers.dense(32, { activation: "tanh", ...rest }), ...afterHidden()];
  return [...first, ...hidden(), ...hidden(), layers.dense(1, { activation: "sigmoid" })];
}

/** Trains on the spirals. `loss` is the mean loss of the last epoch. */
export async function train(net: Layers, optimizer: OptimizerLike, { X, Y }: Points, epochs: number, seed: number) {
  const model = sequential(net, { inputShape: [2], seed });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"] });
  const history = await model.fit(X, Y, { epochs, batchSize: 32, seed, verbose: 0 });
  return { model, loss: history.epochs.at(-1)!.loss };
}
