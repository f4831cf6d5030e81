// The random numbers of the weights and of the data: the same in every engine.

/** Tommy Ettinger's mulberry32: uniform in [0, 1). */
export function mulberry32(/** @type {number} */ state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const product = (/** @type {number[]} */ shape) => shape.reduce((size, n) => size * n, 1);

/** The limits of the uniform distributions around zero. */
const limits = {
  // Glorot and Bengio, 2010: the axes before the last two are a convolution's window.
  glorot: (shape) => Math.sqrt(6 / (product(shape.slice(0, -2)) * (shape.at(-2) + shape.at(-1)))),
  small: () => 0.02 * Math.sqrt(3),
};

/**
 * @typedef {"glorot" | "small" | "unit" | "zeros" | "ones"} Start how a parameter begins: `glorot` and `small` (a
 *   standard deviation of 0.02) are uniform around zero, `unit` is uniform in [0, 1)
 */

/**
 * The first values of one parameter.
 *
 * @param {{ shape: number[], start: Start }} parameter
 * @param {() => number} random
 * @returns {ArrayLike<number>}
 */
export function startValues({ shape, start }, random) {
  const length = product(shape);
  if (start === "zeros" || start === "ones") return new Float32Array(length).fill(start === "ones" ? 1 : 0);
  if (start === "unit") return Array.from({ length }, random);
  const limit = limits[start](shape);
  return Array.from({ length }, () => limit * (2 * random() - 1));
}
