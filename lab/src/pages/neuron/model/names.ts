// The models that one neuron can be, and the samples that they are shown, for the page and for its engine.
export const modelNames = ["linear", "tanh", "logistic", "poisson"] as const;
export type ModelName = (typeof modelNames)[number];

/** What y is: any number, a class (0 or 1; tanh is shown −1 or +1), or a count. */
export type Kind = "number" | "label" | "count";
export const kindOf = {
  linear: "number",
  tanh: "label",
  logistic: "label",
  poisson: "count",
} as const satisfies Record<ModelName, Kind>;

export const sampleNames = ["noise", "outlier", "far", "apart", "own"] as const;
export type SampleName = (typeof sampleNames)[number];
/** The samples that are drawn from a seed. */
export type DrawnSample = Exclude<SampleName, "own">;

/** Only classes can be parted. */
export const samplesOf = (kind: Kind): SampleName[] =>
  sampleNames.filter((name) => name !== "apart" || kind === "label");

/** The target that a model is shown for the y of a point. */
export const targetOf = (model: ModelName, y: number): number => (model === "tanh" ? 2 * y - 1 : y);

/** So many points fit, and so far they reach. */
export const mostPoints = 60;
export const xDomain = [-3, 3] as const;
/** The least and the greatest y of a point. */
export const ySpan = { number: [-6, 6], label: [0, 1], count: [0, 14] } as const satisfies Record<Kind, unknown>;

/** Descent takes so many steps at most. */
export const mostSteps = 1000;

/** Where descent starts in each model, and with which learning rate. */
export const beginnings = {
  linear: { from: [-1.5, 3], eta: 0.1 },
  tanh: { from: [-1.5, 1.5], eta: 0.5 },
  logistic: { from: [-1.5, 1.5], eta: 0.5 },
  poisson: { from: [-0.5, 1], eta: 0.05 },
} as const satisfies Record<ModelName, { from: readonly number[]; eta: number }>;
