// Small data sets in the plane and on the line, made by formulas: those of TensorFlow Playground, two moons, a curve.
import { checkChoice, checkCount, checkOptions, checkRange } from "../../options.ts";
import { Dataset } from "../dataset.ts";
import { ElementRandom } from "../pipeline/element-random.ts";

/** How a toy set is made. */
export interface ToyOptions {
  /** The number of examples. Default 500. */
  readonly count?: number;
  /** How far examples stray, from 0 (not at all) up; TensorFlow Playground goes up to 0.5. Default 0. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** One example: its inputs and its target. */
type Made = readonly [inputs: readonly number[], target: number];

/** Makes the i-th of `count` examples. */
interface Toy {
  /** The number of classes; 0 for a regression. */
  readonly classes: 0 | 2;
  readonly make: (random: ElementRandom, noise: number, i: number, count: number) => Made;
}

/** A point strays by up to `radius · noise` in each direction where its class is told. */
const stray = (random: ElementRandom, radius: number, noise: number): number => noise * random.uniform(-radius, radius);

/** The first half of the examples has class 1, the second class 0; the index within its half follows. */
const halves = (i: number, count: number): [target: 0 | 1, index: number, length: number] => {
  const first = Math.ceil(count / 2);
  return i < first ? [1, i, first] : [0, i - first, count - first];
};

const bumps = [
  [-4, 2.5, 1],
  [0, 2.5, -1],
  [4, 2.5, 1],
  [-4, -2.5, -1],
  [0, -2.5, 1],
  [4, -2.5, -1],
] as const;

const toys = {
  circle: {
    classes: 2,
    make(random, noise, i, count) {
      const [isInner] = halves(i, count);
      const radius = isInner ? random.uniform(0, 2.5) : random.uniform(3.5, 5);
      const angle = random.uniform(0, 2 * Math.PI);
      const [x, y] = [radius * Math.sin(angle), radius * Math.cos(angle)];
      return [[x, y], Math.hypot(x + stray(random, 5, noise), y + stray(random, 5, noise)) < 2.5 ? 1 : 0];
    },
  },
  xor: {
    classes: 2,
    make(random, noise) {
      // A gap of 0.3 on both sides of the axes.
      const [x, y] = [random.uniform(-5, 5), random.uniform(-5, 5)].map((v) => v + (v > 0 ? 0.3 : -0.3)) as [
        number,
        number,
      ];
      return [[x, y], (x + stray(random, 5, noise)) * (y + stray(random, 5, noise)) >= 0 ? 1 : 0];
    },
  },
  gauss: {
    classes: 2,
    make(random, noise, i, count) {
      const [target] = halves(i, count);
      const [centre, deviation] = [target ? 2 : -2, Math.sqrt(0.5 + 7 * noise)];
      return [[random.normal(centre, deviation), random.normal(centre, deviation)], target];
    },
  },
  spiral: {
    classes: 2,
    make(random, noise, i, count) {
      const [target, k, length] = halves(i, count);
      const share = k / length;
      const angle = 1.75 * share * 2 * Math.PI + (target ? 0 : Math.PI);
      const x = 5 * share * Math.sin(angle) + stray(random, 1, noise);
      return [[x, 5 * share * Math.cos(angle) + stray(random, 1, noise)], target];
    },
  },
  moons: {
    classes: 2,
    make(random, noise, i, count) {
      const [target, k, length] = halves(i, count);
      const angle = (Math.PI * k) / Math.max(1, length - 1);
      const [x, y] = target ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)];
      return [[x + random.normal(0, noise), y + random.normal(0, noise)], target];
    },
  },
  plane: {
    classes: 0,
    make(random, noise) {
      const [x, y] = [random.uniform(-6, 6), random.uniform(-6, 6)];
      return [[x, y], (x + stray(random, 6, noise) + y + stray(random, 6, noise)) / 10];
    },
  },
  multiGauss: {
    classes: 0,
    make(random, noise) {
      const [x, y] = [random.uniform(-6, 6), random.uniform(-6, 6)];
      const [u, v] = [x + stray(random, 6, noise), y + stray(random, 6, noise)];
      const heights = bumps.map(([a, b, sign]) => sign * Math.max(0, 1 - Math.hypot(u - a, v - b) / 2));
      return [[x, y], heights.reduce((most, height) => (Math.abs(height) > Math.abs(most) ? height : most), 0)];
    },
  },
  curve: {
    classes: 0,
    make(random, noise) {
      const x = random.uniform();
      const y = 0.2 + 0.4 * x * x + 0.3 * x * Math.sin(15 * x) + 0.1 * Math.cos(50 * x);
      return [[x], y + random.normal(0, noise)];
    },
  },
} satisfies Readonly<Record<string, Toy>>;

/** The names of the toy sets. */
export type ToyName = keyof typeof toys;

/**
 * The names of all toy sets, in the order in which they are listed.
 *
 * @example
 * toyNames.includes("spiral"); // true
 */
export const toyNames: readonly ToyName[] = Object.keys(toys) as ToyName[];

/**
 * A small data set that is made by a formula. The same seed gives the same examples; `noise` moves each, or the point
 * at which its target is told.
 *
 * - "circle": a disc of radius 2.5 within a ring from 3.5 to 5. "xor": the quadrants, by the sign of x·y. "gauss":
 *   two clouds around (2, 2) and (−2, −2), of variance 0.5 + 7·noise. "spiral": two arms of 1.75 turns. Inputs
 *   `[count, 2]`, targets class numbers `[count]`, 0 or 1.
 * - "plane": (x + y) / 10. "multiGauss": six cones of height ±1 and radius 2. Inputs `[count, 2]` within ±6, targets
 *   `[count, 1]`. These six are the sets of TensorFlow Playground (Smilkov & Carter 2016), after its formulas.
 * - "moons": two half circles that interlock, (cos t, sin t) and (1 − cos t, ½ − sin t), with normal noise, as
 *   scikit-learn's make_moons.
 * - "curve": y = 0.2 + 0.4x² + 0.3x·sin(15x) + 0.1cos(50x) for x in [0, 1), with normal noise: what step neurons
 *   approximate in the course. Inputs and targets `[count, 1]`.
 *
 * The sets are free of rights: facts and formulas.
 *
 * @throws ArgumentError for an unknown name or option
 *
 * @example
 * const spiral = toySet("spiral", { count: 300, noise: 0.2, seed: 1 });
 * const [train, test] = spiral.split(0.8, { seed: 1 });
 * spiral.inputShape; // [2]
 */
export function toySet(name: ToyName, options: ToyOptions = {}): Dataset {
  checkChoice("toySet", "the name", name, toyNames);
  checkOptions("toySet", options, ["count", "noise", "seed"]);
  const { seed = 0 } = options;
  const count = checkCount("toySet", "count", options.count ?? 500);
  const noise = checkRange("toySet", "noise", options.noise ?? 0, 0);
  const { make, classes }: Toy = toys[name];
  const made = Array.from({ length: count }, (_, i) => make(new ElementRandom(seed, 0, i), noise, i, count));
  const inputs = { data: Float32Array.from(made.flatMap(([x]) => x)), shape: [count, made[0]![0].length] };
  const targets = made.map(([, target]) => target);
  if (classes === 0)
    return Dataset.from({ inputs, targets: { data: Float32Array.from(targets), shape: [count, 1] }, name });
  return Dataset.from({ inputs, targets: Uint8Array.from(targets), classNames: ["-1", "+1"], name });
}
