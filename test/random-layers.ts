// Layers with random options, for the models of random-models.ts: one entry for each layer class.
import { activations, constraints, initializers, type Layer, layers, regularizers } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";

/** Random choices that follow from a seed. */
export class Draw {
  readonly #random;
  /** The names of the layer classes that were drawn. */
  readonly classes = new Set<string>();

  constructor(seed: number) {
    this.#random = hostRandom(seed, 77);
  }
  below(n: number): number {
    return this.#random.below(n);
  }
  /** An integer from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }
  number(from: number, to: number): number {
    return from + ((to - from) * this.below(1000)) / 1000;
  }
  chance(share: number): boolean {
    return this.below(1000) < 1000 * share;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  /** Some of the options, each with probability one half. */
  some<T extends object>(options: T): Partial<T> {
    return Object.fromEntries(Object.entries(options).filter(() => this.chance(0.5))) as Partial<T>;
  }
}

const smooth = ["tanh", "sigmoid", "softplus", "gelu", "elu", "silu", "softsign", "linear", "relu", "selu"] as const;
const activation = (d: Draw) => d.pick(d.chance(0.2) ? (Object.keys(activations) as never[]) : smooth);

/** The options of a weight: initializer, regularizer, constraint, each with some probability. */
function weight(d: Draw, name: string, isMatrix = true): object {
  const first = isMatrix
    ? ["glorotUniform", "heNormal", "lecunUniform", "glorotNormal", "orthogonal", "randomNormal", "truncatedNormal"]
    : ["zeros", "ones", "randomUniform"];
  const options: Record<string, unknown> = {};
  if (d.chance(0.4)) options[`${name}Initializer`] = d.pick(first);
  if (d.chance(0.1)) options[`${name}Initializer`] = initializers.constant({ value: 0.1 });
  if (d.chance(0.15)) options[`${name}Regularizer`] = d.pick(["l1", "l2", "l1l2", regularizers.l2(0.03)]);
  if (d.chance(0.15))
    options[`${name}Constraint`] = d.pick(["nonNeg", "unitNorm", "minMaxNorm", constraints.maxNorm(1.5)]);
  return options;
}
const kernelAndBias = (d: Draw) => ({ ...weight(d, "kernel"), ...weight(d, "bias", false) });

const only = (rank: number) => (shape: Shape) => shape.length === rank;
const atLeast = (rank: number) => (shape: Shape) => shape.length >= rank;
const axis = (d: Draw, shape: Shape): number => (d.chance(0.5) ? -1 : d.int(1, shape.length));
const axes = (d: Draw, shape: Shape): number | number[] =>
  shape.length > 1 && d.chance(0.3) ? [shape.length - 1, shape.length] : axis(d, shape);

/** How one layer class is drawn: for which shapes of inputs, and with which options. */
export interface Entry {
  takes(shape: Shape): boolean;
  make(d: Draw, shape: Shape, options: object): Layer<any, any>;
}
const entry = (takes: Entry["takes"], make: Entry["make"]): Entry => ({ takes, make });

/** One number for all spatial axes, or one for each. */
const perAxis = (d: Draw, rank: number, from: number, to: number): number | number[] =>
  rank > 1 && d.chance(0.3) ? Array.from({ length: rank }, () => d.int(from, to)) : d.int(from, to);

function convolution(d: Draw, rank: number, shape: Shape, isCausal = false): any {
  const isWide = Math.min(...shape.slice(0, rank)) >= 3;
  const isDilated = d.chance(0.2);
  const kernelSize = isWide ? perAxis(d, rank, 1, isDilated ? 2 : 3) : 1;
  return {
    kernelSize,
    padding: d.pick(isCausal ? ["valid", "same", "causal"] : ["valid", "same"]),
    ...(isDilated ? { dilationRate: 2 } : { strides: perAxis(d, rank, 1, 2) }),
    ...d.some({ activation: activation(d), useBias: d.chance(0.5) }),
    ...weight(d, "bias", false),
  };
}

/** The number of filters, and of groups that divide both them and the channels. */
function filters(d: Draw, shape: Shape, isGrouped: boolean): { filters: number; groups?: number } {
  const groups = isGrouped && d.chance(0.2) && shape.at(-1)! % 2 === 0 ? 2 : 1;
  return { filters: groups * d.int(1, 3), ...(groups > 1 && { groups }) };
}

const pooling = (d: Draw, rank: number, shape: Shape): any => {
  const poolSize = Math.min(...shape.slice(0, rank)) >= 2 ? perAxis(d, rank, 1, 2) : 1;
  return { poolSize, ...d.some({ strides: d.int(1, 2), padding: d.pick(["valid", "same"] as const) }) };
};
const margins = (d: Draw, rank: number, most: number): any => {
  const one = (): number | [number, number] => (d.chance(0.5) ? d.int(0, most) : [d.int(0, most), d.int(0, most)]);
  return rank === 1 || d.chance(0.4) ? (rank === 1 ? one() : d.int(0, most)) : Array.from({ length: rank }, one);
};
const scaled = (d: Draw) => ({
  ...d.some({ epsilon: 0.01, center: d.chance(0.5), scale: d.chance(0.5) }),
  ...weight(d, "beta", false),
  ...weight(d, "gamma", false),
});
const rate = (d: Draw) => d.number(0, 0.6);

const recurrent = (d: Draw) => ({
  ...d.some({ activation: d.pick(["tanh", "sigmoid", "relu"] as const), useBias: d.chance(0.7) }),
  ...d.some({ recurrentInitializer: "glorotUniform" as const, kernelInitializer: "heNormal" as const }),
  ...(d.chance(0.3) && { dropout: rate(d), recurrentDropout: rate(d) }),
});
const sequences = (d: Draw) => ({ ...d.some({ returnSequences: d.chance(0.8), goBackwards: d.chance(0.5) }) });

/** A cell, alone or several in a list. */
function cell(d: Draw): any {
  const one = () => {
    const name = d.pick(["SimpleRNNCell", "LSTMCell", "GRUCell"] as const);
    d.classes.add(name);
    const units = d.int(1, 4);
    if (name === "SimpleRNNCell") return layers.simpleRNNCell(units, recurrent(d));
    return name === "LSTMCell" ? layers.lstmCell(units, recurrent(d)) : layers.gruCell(units, recurrent(d));
  };
  if (d.chance(0.5)) return one();
  d.classes.add("StackedRNNCells");
  const cells = Array.from({ length: d.int(1, 3) }, one);
  return d.chance(0.5) ? cells : layers.stackedRNNCells(cells);
}
function anyRecurrent(d: Draw, more: object): any {
  const name = d.pick(["SimpleRNN", "LSTM", "GRU", "RNN"] as const);
  d.classes.add(name);
  if (name === "RNN") return layers.rnn(cell(d), { ...sequences(d), ...more });
  const make: any = { SimpleRNN: layers.simpleRNN, LSTM: layers.lstm, GRU: layers.gru }[name];
  return make(d.int(1, 4), { ...recurrent(d), ...sequences(d), ...more });
}

export const heads = (d: Draw): any => ({
  ...d.some({ dropout: rate(d), useBias: d.chance(0.5), useCausalMask: d.chance(0.5) }),
  ...(d.chance(0.3) && { rotaryWavelength: 100 }),
});
export const plainAttention = (d: Draw): any =>
  d.some({ useScale: d.chance(0.5), dropout: rate(d), useCausalMask: d.chance(0.5) });
export const multiHead = (d: Draw, more: object): any => {
  const options = { ...heads(d), ...more };
  return layers.multiHeadAttention(d.int(1, 3), 2 * d.int(1, 2), { ...options, ...d.some({ valueDim: d.int(1, 3) }) });
};
export const groupedQuery = (d: Draw, more: object): any => {
  const groups = d.int(1, 2);
  return layers.groupedQueryAttention(2 * d.int(1, 2), groups * d.int(1, 2), groups, { ...heads(d), ...more });
};

function transformer(d: Draw, shape: Shape, make: (inner: number, heads: number, options: any) => Layer, o: object) {
  d.classes.add("FeedForward");
  const options = d.some({ dropout: rate(d), normalizeFirst: d.chance(0.5), activation: activation(d) });
  return make(d.int(1, 5), shape[1]! % 2 === 0 ? d.int(1, 2) : 1, { ...options, ...o });
}

/** A permutation of 1 … n. */
const permuted = (d: Draw, n: number): number[] => {
  const left = Array.from({ length: n }, (_, i) => i + 1);
  return Array.from({ length: n }, () => left.splice(d.below(left.length), 1)[0]!);
};
/** The same numbers in another shape. */
function otherShape(d: Draw, shape: Shape): number[] {
  const size = sizeOf(shape);
  const divisors = [1, 2, 3, 4, 5, 6].filter((n) => size % n === 0);
  const first = d.pick(divisors);
  return d.pick([[size], [first, size / first], [first, -1], [size / first, first, 1], [-1]]);
}

/** The layers that take one input. */
export const unary: Readonly<Record<string, Entry>> = {
  Activation: entry(atLeast(1), (d, _, o) => layers.activation(activation(d), o)),
  ActivityRegularization: entry(atLeast(1), (d, _, o) =>
    layers.activityRegularization({ ...d.some({ l1: 0.01, l2: 0.02 }), ...o }),
  ),
  AlphaDropout: entry(atLeast(1), (d, _, o) => layers.alphaDropout(rate(d), o)),
  AveragePooling1D: entry(only(2), (d, s, o) => layers.averagePooling1d({ ...pooling(d, 1, s), ...o })),
  AveragePooling2D: entry(only(3), (d, s, o) => layers.averagePooling2d({ ...pooling(d, 2, s), ...o })),
  AveragePooling3D: entry(only(4), (d, s, o) => layers.averagePooling3d({ ...pooling(d, 3, s), ...o })),
  BatchNormalization: entry(atLeast(1), (d, _, o) =>
    layers.batchNormalization({ ...scaled(d), ...d.some({ momentum: 0.8 }), ...o }),
  ),
  Bidirectional: entry(only(2), (d, _, o) =>
    layers.bidirectional(anyRecurrent(d, {}), { mergeMode: d.pick(["concat", "sum", "mul", "ave"] as const), ...o }),
  ),
  CenterCrop: entry(only(3), (d, s, o) => layers.centerCrop(d.int(1, s[0]!), d.int(1, s[1]!), o)),
  Conv1D: entry(only(2), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 1, s, true);
    const { filters: n, ...groups } = filters(d, s, true);
    return layers.conv1d(n, kernelSize, { ...rest, ...groups, ...weight(d, "kernel"), ...o });
  }),
  Conv1DTranspose: entry(only(2), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 1, s);
    return layers.conv1dTranspose(d.int(1, 3), kernelSize, { ...rest, ...weight(d, "kernel"), ...o });
  }),
  Conv2D: entry(only(3), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 2, s);
    const { filters: n, ...groups } = filters(d, s, true);
    return layers.conv2d(n, kernelSize, { ...rest, ...groups, ...weight(d, "kernel"), ...o });
  }),
  Conv2DTranspose: entry(only(3), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 2, s);
    return layers.conv2dTranspose(d.int(1, 3), kernelSize, { ...rest, ...weight(d, "kernel"), ...o });
  }),
  Conv3D: entry(only(4), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 3, s);
    const { filters: n, ...groups } = filters(d, s, true);
    return layers.conv3d(n, kernelSize, { ...rest, ...groups, ...weight(d, "kernel"), ...o });
  }),
  Conv3DTranspose: entry(only(4), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 3, s);
    return layers.conv3dTranspose(d.int(1, 2), kernelSize, { ...rest, ...weight(d, "kernel"), ...o });
  }),
  Cropping1D: entry(
    (s) => s.length === 2 && s[0]! > 2,
    (d, _, o) => layers.cropping1d(margins(d, 1, 1), o),
  ),
  Cropping2D: entry(
    (s) => s.length === 3 && Math.min(s[0]!, s[1]!) > 2,
    (d, _, o) => layers.cropping2d(margins(d, 2, 1), o),
  ),
  Cropping3D: entry(
    (s) => s.length === 4 && Math.min(s[0]!, s[1]!, s[2]!) > 2,
    (d, _, o) => layers.cropping3d(margins(d, 3, 1), o),
  ),
  Dense: entry(atLeast(1), (d, _, o) =>
    layers.dense(d.int(1, 5), {
      ...d.some({ activation: activation(d), useBias: d.chance(0.5) }),
      ...kernelAndBias(d),
      ...o,
    }),
  ),
  DepthwiseConv1D: entry(only(2), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 1, s);
    return layers.depthwiseConv1d(kernelSize, {
      ...rest,
      ...d.some({ depthMultiplier: 2 }),
      ...weight(d, "depthwise"),
      ...o,
    });
  }),
  DepthwiseConv2D: entry(only(3), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 2, s);
    return layers.depthwiseConv2d(kernelSize, {
      ...rest,
      ...d.some({ depthMultiplier: 2 }),
      ...weight(d, "depthwise"),
      ...o,
    });
  }),
  Dropout: entry(atLeast(1), (d, _, o) => layers.dropout(rate(d), o)),
  ELU: entry(atLeast(1), (d, _, o) => layers.elu({ ...d.some({ alpha: 0.5 }), ...o })),
  Flatten: entry(atLeast(1), (_, __, o) => layers.flatten(o)),
  GRU: entry(only(2), (d, _, o) => layers.gru(d.int(1, 4), { ...recurrent(d), ...sequences(d), ...o })),
  GaussianDropout: entry(atLeast(1), (d, _, o) => layers.gaussianDropout(rate(d), o)),
  GaussianNoise: entry(atLeast(1), (d, _, o) => layers.gaussianNoise(rate(d), o)),
  GlobalAveragePooling1D: entry(only(2), (d, _, o) =>
    layers.globalAveragePooling1d({ ...d.some({ keepDims: d.chance(0.5) }), ...o }),
  ),
  GlobalAveragePooling2D: entry(only(3), (d, _, o) =>
    layers.globalAveragePooling2d({ ...d.some({ keepDims: d.chance(0.5) }), ...o }),
  ),
  GlobalAveragePooling3D: entry(only(4), (_, __, o) => layers.globalAveragePooling3d(o)),
  GlobalMaxPooling1D: entry(only(2), (d, _, o) =>
    layers.globalMaxPooling1d({ ...d.some({ keepDims: d.chance(0.5) }), ...o }),
  ),
  GlobalMaxPooling2D: entry(only(3), (_, __, o) => layers.globalMaxPooling2d(o)),
  GlobalMaxPooling3D: entry(only(4), (d, _, o) =>
    layers.globalMaxPooling3d({ ...d.some({ keepDims: d.chance(0.5) }), ...o }),
  ),
  GroupNormalization: entry(atLeast(1), (d, s, o) =>
    layers.groupNormalization({ ...scaled(d), groups: s.at(-1)! % 2 === 0 ? d.pick([1, 2]) : d.pick([1, -1]), ...o }),
  ),
  GroupedQueryAttention: entry(only(2), (d, _, o) => groupedQuery(d, o)),
  Identity: entry(atLeast(1), (_, __, o) => layers.identity(o)),
  LSTM: entry(only(2), (d, _, o) => layers.lstm(d.int(1, 4), { ...recurrent(d), ...sequences(d), ...o })),
  Lambda: entry(atLeast(1), (_, __, o) => layers.lambda("random models: double", o)),
  LayerNormalization: entry(atLeast(1), (d, s, o) =>
    layers.layerNormalization({ ...scaled(d), axis: axes(d, s), ...o }),
  ),
  LeakyReLU: entry(atLeast(1), (d, _, o) => layers.leakyRelu({ ...d.some({ negativeSlope: 0.1 }), ...o })),
  Masking: entry(only(2), (d, _, o) => layers.masking({ ...d.some({ maskValue: 0.5 }), ...o })),
  MaxPooling1D: entry(only(2), (d, s, o) => layers.maxPooling1d({ ...pooling(d, 1, s), ...o })),
  MaxPooling2D: entry(only(3), (d, s, o) => layers.maxPooling2d({ ...pooling(d, 2, s), ...o })),
  MaxPooling3D: entry(only(4), (d, s, o) => layers.maxPooling3d({ ...pooling(d, 3, s), ...o })),
  Maxout: entry(atLeast(1), (d, _, o) => layers.maxout(d.int(1, 4), { ...d.some({ pieces: 3 }), ...o })),
  MultiHeadAttention: entry(only(2), (d, _, o) => multiHead(d, o)),
  Normalization: entry(atLeast(1), (d, _, o) => layers.normalization({ mean: 0.1, variance: d.pick([0.5, 2]), ...o })),
  PReLU: entry(atLeast(1), (d, s, o) =>
    layers.prelu({ ...d.some({ sharedAxes: [d.int(1, s.length)], alphaInitializer: "ones" as const }), ...o }),
  ),
  Permute: entry(atLeast(1), (d, s, o) => layers.permute(permuted(d, s.length), o)),
  PositionEmbedding: entry(only(2), (d, s, o) => layers.positionEmbedding(s[0]! + d.int(0, 2), o)),
  RMSNormalization: entry(atLeast(1), (d, s, o) => layers.rmsNormalization({ axis: axes(d, s), ...o })),
  RNN: entry(only(2), (d, _, o) => layers.rnn(cell(d), { ...sequences(d), ...o })),
  RandomBrightness: entry(only(3), (d, _, o) =>
    layers.randomBrightness(d.number(0, 0.3), { valueRange: [-1, 1], ...o }),
  ),
  RandomContrast: entry(only(3), (d, _, o) => layers.randomContrast(d.number(0.1, 0.5), { valueRange: [-1, 1], ...o })),
  RandomCrop: entry(only(3), (d, s, o) => layers.randomCrop(d.int(1, s[0]!), d.int(1, s[1]!), o)),
  RandomFlip: entry(only(3), (d, _, o) => layers.randomFlip(d.pick(["horizontal", "vertical"]), o)),
  RandomRotation: entry(only(3), (d, _, o) => layers.randomRotation(d.number(0, 0.3), o)),
  RandomTranslation: entry(only(3), (d, _, o) => layers.randomTranslation(d.number(0, 0.3), 0.1, o)),
  RandomZoom: entry(only(3), (d, _, o) => layers.randomZoom(d.number(0, 0.3), o)),
  ReLU: entry(atLeast(1), (_, __, o) => layers.relu(o)),
  RepeatVector: entry(only(1), (d, _, o) => layers.repeatVector(d.int(1, 4), o)),
  Rescaling: entry(atLeast(1), (d, _, o) => layers.rescaling(0.5, d.pick([0, 0.1]), o)),
  Reshape: entry(atLeast(1), (d, s, o) => layers.reshape(otherShape(d, s), o)),
  Resizing: entry(only(3), (d, _, o) => layers.resizing(d.int(1, 4), d.int(1, 4), o)),
  RotaryEmbedding: entry(
    (s) => s.length === 2 && s[1]! % 2 === 0,
    (d, _, o) => layers.rotaryEmbedding({ ...d.some({ maxWavelength: 50 }), ...o }),
  ),
  SeparableConv1D: entry(only(2), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 1, s, true);
    return layers.separableConv1d(d.int(1, 3), kernelSize, {
      ...rest,
      ...weight(d, "pointwise"),
      ...weight(d, "depthwise"),
      ...o,
    });
  }),
  SeparableConv2D: entry(only(3), (d, s, o) => {
    const { kernelSize, ...rest } = convolution(d, 2, s);
    return layers.separableConv2d(d.int(1, 3), kernelSize, {
      ...rest,
      ...weight(d, "pointwise"),
      ...weight(d, "depthwise"),
      ...o,
    });
  }),
  SimpleRNN: entry(only(2), (d, _, o) => layers.simpleRNN(d.int(1, 4), { ...recurrent(d), ...sequences(d), ...o })),
  SinePositionEncoding: entry(only(2), (d, _, o) =>
    layers.sinePositionEncoding({ ...d.some({ maxWavelength: 50 }), ...o }),
  ),
  Softmax: entry(atLeast(1), (d, s, o) => layers.softmax({ axis: axis(d, s), ...o })),
  SpatialDropout1D: entry(only(2), (d, _, o) => layers.spatialDropout1d(rate(d), o)),
  SpatialDropout2D: entry(only(3), (d, _, o) => layers.spatialDropout2d(rate(d), o)),
  SpatialDropout3D: entry(only(4), (d, _, o) => layers.spatialDropout3d(rate(d), o)),
  SpectralNormalization: entry(atLeast(1), (d, s, o) => {
    const inner = s.length === 3 && d.chance(0.5) ? layers.conv2d(2, 1) : layers.dense(d.int(1, 4));
    return layers.spectralNormalization(inner, { ...d.some({ powerIterations: 2 }), ...o });
  }),
  TimeDistributed: entry(atLeast(2), (d, s, o) => layers.timeDistributed(oneInput(d, s.slice(1)), o)),
  TransformerDecoder: entry(only(2), (d, s, o) => transformer(d, s, layers.transformerDecoder, o)),
  TransformerEncoder: entry(only(2), (d, s, o) => transformer(d, s, layers.transformerEncoder, o)),
  UnitNormalization: entry(atLeast(1), (d, s, o) => layers.unitNormalization({ axis: axes(d, s), ...o })),
  UpSampling1D: entry(
    (s) => s.length === 2 && sizeOf(s) < 60,
    (d, _, o) => layers.upSampling1d({ ...d.some({ size: d.int(1, 3) }), ...o }),
  ),
  UpSampling2D: entry(
    (s) => s.length === 3 && sizeOf(s) < 60,
    (d, _, o) =>
      layers.upSampling2d({ size: perAxis(d, 2, 1, 2), interpolation: d.pick(["nearest", "bilinear"]), ...o }),
  ),
  UpSampling3D: entry(
    (s) => s.length === 4 && sizeOf(s) < 60,
    (d, _, o) => layers.upSampling3d({ size: perAxis(d, 3, 1, 2), ...o }),
  ),
  ZeroPadding1D: entry(only(2), (d, _, o) => layers.zeroPadding1d(margins(d, 1, 2), o)),
  ZeroPadding2D: entry(only(3), (d, _, o) => layers.zeroPadding2d(margins(d, 2, 1), o)),
  ZeroPadding3D: entry(
    (s) => s.length === 4 && sizeOf(s) < 60,
    (d, _, o) => layers.zeroPadding3d(margins(d, 3, 1), o),
  ),
};

/** A random layer for one input of this shape. */
export function oneInput(d: Draw, shape: Shape, options: object = {}): Layer<any, any> {
  const name = d.pick(Object.keys(unary).filter((key) => unary[key]!.takes(shape)));
  d.classes.add(name);
  return unary[name]!.make(d, shape, options);
}
