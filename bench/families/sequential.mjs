// Layers one after another: multilayer perceptrons and convolutional networks. Parameters: kernel and bias of each
// layer.

/**
 * @typedef {{ kind: "dense", units: number } | { kind: "conv", filters: number, size: number, padding: "same" | "valid"
 * } |
 *   { kind: "maxPool", size: number } | { kind: "dropout", rate: number } | { kind: "relu" | "tanh" | "flatten" }} Layer
 *
 * @typedef {import("../workloads.mjs").Workload & { input: number[], layers: Layer[] }} Sequential images are
 *   `[height, width, channels]`, strides of convolutions are 1, pooled windows do not overlap
 */

/** @returns {Layer} */
export const dense = (/** @type {number} */ units) => ({ kind: "dense", units });
/** @returns {Layer} */
export const conv = (
  /** @type {number} */ filters,
  /** @type {number} */ size,
  /** @type {"same" | "valid"} */ padding,
) => ({ kind: "conv", filters, size, padding });
/** @returns {Layer} */
export const maxPool = (/** @type {number} */ size) => ({ kind: "maxPool", size });
/** @returns {Layer} */
export const dropout = (/** @type {number} */ rate) => ({ kind: "dropout", rate });
export const relu = /** @type {Layer} */ ({ kind: "relu" });
export const tanh = /** @type {Layer} */ ({ kind: "tanh" });
export const flatten = /** @type {Layer} */ ({ kind: "flatten" });

const product = (/** @type {number[]} */ shape) => shape.reduce((size, n) => size * n, 1);

/** The shape of one sample's output, by kind of layer. */
const outputShape = {
  dense: ({ units }) => [units],
  conv: ({ filters, size, padding }, [height, width]) => {
    const lost = padding === "same" ? 0 : size - 1;
    return [height - lost, width - lost, filters];
  },
  maxPool: ({ size }, [height, width, channels]) => [Math.floor(height / size), Math.floor(width / size), channels],
  flatten: (_, shape) => [product(shape)],
};

/** Each layer with the shape that enters it and the one that leaves it, both of one sample. */
export function stages(/** @type {Sequential} */ { input, layers }) {
  let shape = input;
  return layers.map((layer) => {
    const before = shape;
    shape = outputShape[layer.kind]?.(layer, before) ?? before;
    return { layer, before, after: shape };
  });
}

const kernelShape = {
  dense: ({ units }, [inputs]) => [inputs, units],
  conv: ({ filters, size }, [, , channels]) => [size, size, channels, filters],
};

const word = {
  dense: ({ units }) => `dense ${units}`,
  conv: ({ filters, size, padding }) => `conv ${filters}@${size}×${size} ${padding}`,
  maxPool: ({ size }) => `max pool ${size}`,
  dropout: ({ rate }) => `dropout ${rate}`,
};

/** @satisfies {import("../workloads.mjs").Family} */
export const sequential = {
  describe: ({ input, layers }) =>
    [input.join("×"), ...layers.map((layer) => word[layer.kind]?.(layer) ?? layer.kind)].join(", "),

  parameters: (workload) =>
    stages(workload).flatMap(({ layer, before }) => {
      const shape = kernelShape[layer.kind]?.(layer, before);
      return shape
        ? [
            { shape, start: "glorot" },
            { shape: [shape.at(-1)], start: "zeros" },
          ]
        : [];
    }),

  batchShapes: (workload) => {
    const { input, batch, loss } = workload;
    return { x: [batch, ...input], y: loss === "crossEntropy" ? [batch] : [batch, ...stages(workload).at(-1).after] };
  },

  indices: () => false,

  sampler: (workload, random) =>
    workload.loss === "crossEntropy"
      ? digitSampler(product(workload.input), stages(workload).at(-1).after[0], random)
      : xorSampler(),
};

/** The four rows of exclusive or, in turn. */
function xorSampler() {
  let row = 0;
  return () => {
    const [a, b] = [row & 1, (row++ >> 1) & 1];
    return { x: [a, b], y: [a ^ b] };
  };
}

/**
 * Noisy patterns, one for each class, a fifth of the pixels bright, as in handwritten digits. One label in ten is
 * wrong, so that the loss stays away from zero: gradients that become subnormal numbers would slow down the contender
 * that trains longest.
 */
function digitSampler(/** @type {number} */ pixels, /** @type {number} */ classes, /** @type {() => number} */ random) {
  const patterns = Array.from({ length: classes }, () => Array.from({ length: pixels }, () => random() < 0.2));
  return () => {
    const label = Math.floor(random() * classes);
    const x = patterns[label].map((bright) => (random() < 0.5 ? 0 : random() * (bright ? 0.6 : 0.3)));
    return { x, y: [random() < 0.1 ? Math.floor(random() * classes) : label] };
  };
}
