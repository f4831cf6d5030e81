// What makes a network of the page of digits and its training.

export const netNames = ["linear", "mlp", "wide", "cnn"] as const;
export type NetName = (typeof netNames)[number];

export const optimizerNames = ["sgd", "momentum", "rmsprop", "adam"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export const rates = [
  ...["0.0001", "0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05"],
  ...["0.1", "0.2", "0.5", "1", "2", "5", "10"],
] as const;

export const batchSizes = ["16", "32", "64", "128", "256", "1000"] as const;

/** The same settings give the same weights, to the last bit. */
export interface Settings {
  readonly net: NetName;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly optimizer: OptimizerName;
  readonly seed: number;
  /** The training images are turned and shifted at random. */
  readonly distort: boolean;
}

/** Two settings make the same network and train it in the same way, for as long as either does. */
export const isSameRun = (a: Settings, b: Settings): boolean =>
  JSON.stringify({ ...a, epochs: 0 }) === JSON.stringify({ ...b, epochs: 0 });
