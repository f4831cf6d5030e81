// The playground's sets of points: pure functions of a seed and a share of noise.

/** x₁, x₂, and the class (0, 1, …) or, for a regression, the value from −1 to 1. */
export type Point = readonly [x1: number, x2: number, label: number];

/** The plane reaches from −6 to 6 in both directions. */
export const reach = 6;

/** The most classes that points may have: each has a colour. */
export const mostClasses = 6;

/** Whether numbers are a point of the plane with the index of a class. */
export const isPoint = (row: readonly number[]): boolean => {
  const [x1 = Number.NaN, x2 = Number.NaN, label = Number.NaN] = row;
  const isInside = Math.abs(x1) <= reach && Math.abs(x2) <= reach;
  return row.length === 3 && isInside && Number.isInteger(label) && label >= 0 && label < mostClasses;
};

export type Task = "two" | "many" | "value";

interface DataSet {
  readonly task: Task;
  /** The number of classes, of a task "many". */
  readonly classes?: number;
  readonly make: (count: number, noise: number, random: () => number) => Point[];
}

/** Uniform numbers from 0 to below 1, by Tommy Ettinger's generator Mulberry32. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal number of mean 0 and deviation 1, after Box and Muller (1958). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const between = (random: () => number, least: number, most: number): number => least + random() * (most - least);
const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
const times = (count: number, make: (i: number) => Point): Point[] => Array.from({ length: count }, (_, i) => make(i));

/** Points of classes one after the other, each spread about a place that its index within the class gives. */
const byClass = (
  count: number,
  classes: number,
  place: (label: number, share: number) => readonly [number, number],
  spread: number,
  random: () => number,
): Point[] =>
  times(count, (i) => {
    const label = i % classes;
    const [x1, x2] = place(label, Math.floor(i / classes) / Math.max(1, Math.ceil(count / classes) - 1));
    return [x1 + spread * normal(random), x2 + spread * normal(random), label];
  });

const arms = (classes: number) => (count: number, noise: number, random: () => number) =>
  byClass(
    count,
    classes,
    (label, share) => {
      const [radius, angle] = [0.2 + 4.8 * share, 3.5 * Math.PI * share + (2 * Math.PI * label) / classes];
      return [radius * Math.sin(angle), radius * Math.cos(angle)];
    },
    0.05 + 0.9 * noise,
    random,
  );

const clouds = (classes: number) => (count: number, noise: number, random: () => number) =>
  byClass(
    count,
    classes,
    (label) => {
      const angle = Math.PI / 4 + (2 * Math.PI * label) / classes;
      return [2.9 * Math.cos(angle), 2.9 * Math.sin(angle)];
    },
    0.7 + 2 * noise,
    random,
  );

/** Uniform points whose class is that of the point after noise has moved it. */
const regions = (label: (x1: number, x2: number) => number) => (count: number, noise: number, random: () => number) =>
  times(count, () => {
    const [x1, x2] = [between(random, -5, 5), between(random, -5, 5)];
    const [dx, dy] = [between(random, -5, 5) * noise, between(random, -5, 5) * noise];
    return [x1, x2, label(x1 + dx, x2 + dy)];
  });

/** Uniform points and the value of a function there, with normal noise. */
const surface = (value: (x1: number, x2: number) => number) => (count: number, noise: number, random: () => number) =>
  times(count, () => {
    const [x1, x2] = [between(random, -6, 6), between(random, -6, 6)];
    return [x1, x2, clamp(value(x1, x2) + noise * normal(random), -1.5, 1.5)];
  });

const hills = [
  [-4, 2.5, 1],
  [0, 2.5, -1],
  [4, 2.5, 1],
  [-4, -2.5, -1],
  [0, -2.5, 1],
  [4, -2.5, -1],
] as const;

const ring = (count: number, noise: number, random: () => number): Point[] =>
  times(count, (i) => {
    const radius = i % 2 === 1 ? between(random, 0, 2.5) : between(random, 3.5, 5);
    const angle = between(random, 0, 2 * Math.PI);
    const [x1, x2] = [radius * Math.sin(angle), radius * Math.cos(angle)];
    const [dx, dy] = [between(random, -5, 5) * noise, between(random, -5, 5) * noise];
    return [x1, x2, Math.hypot(x1 + dx, x2 + dy) < 2.5 ? 1 : 0];
  });

const rings = (count: number, noise: number, random: () => number): Point[] =>
  byClass(
    count,
    3,
    (label) => {
      const [radius, angle] = [[0.6, 2.5, 4.5][label]!, between(random, 0, 2 * Math.PI)];
      return [radius * Math.sin(angle), radius * Math.cos(angle)];
    },
    0.3 + 1.2 * noise,
    random,
  );

const moons = (count: number, noise: number, random: () => number): Point[] =>
  byClass(
    count,
    2,
    (label, share) =>
      label === 0
        ? [3 * Math.cos(Math.PI * share) - 1.5, 3 * Math.sin(Math.PI * share) - 0.75]
        : [1.5 - 3 * Math.cos(Math.PI * share), 0.75 - 3 * Math.sin(Math.PI * share)],
    0.2 + 1.2 * noise,
    random,
  );

/** The sets by name, in the order in which they are offered. Some are those of the TensorFlow Playground (2016). */
export const dataSets = {
  circle: { task: "two", make: ring },
  xor: { task: "two", make: regions((x1, x2) => (x1 * x2 >= 0 ? 1 : 0)) },
  gaussian: { task: "two", make: clouds(2) },
  spiral: { task: "two", make: arms(2) },
  moons: { task: "two", make: moons },
  checks: {
    task: "two",
    make: regions((x1, x2) => (Math.floor((x1 + 5) / 2.5) + Math.floor((x2 + 5) / 2.5)) & 1),
  },
  clouds: { task: "many", classes: 4, make: clouds(4) },
  rings: { task: "many", classes: 3, make: rings },
  arms: { task: "many", classes: 3, make: arms(3) },
  plane: { task: "value", make: surface((x1, x2) => clamp((x1 + x2) / 10, -1, 1)) },
  hills: {
    task: "value",
    make: surface((x1, x2) => {
      let label = 0;
      for (const [c1, c2, sign] of hills) {
        const height = sign * clamp(1 - Math.hypot(x1 - c1, x2 - c2) / 2, 0, 1);
        if (Math.abs(height) > Math.abs(label)) label = height;
      }
      return label;
    }),
  },
  waves: { task: "value", make: surface((x1, x2) => Math.sin(x1) * Math.cos(x2)) },
} as const satisfies Readonly<Record<string, DataSet>>;

export type DataSetName = keyof typeof dataSets;
export const dataSetNames = Object.keys(dataSets) as DataSetName[];

/** Points with three decimals: what is shown, exported and trained on are the same numbers. */
const rounded = (points: readonly Point[]): Point[] =>
  points.map(([x1, x2, label]) => [
    Math.round(1e3 * x1) / 1e3,
    Math.round(1e3 * x2) / 1e3,
    Math.round(1e3 * label) / 1e3,
  ]);

/** Puts points into an order of chance (Fisher and Yates). */
function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}

export interface Data {
  readonly task: Task;
  /** The number of outputs: 1, or the number of classes of a task "many". */
  readonly outputs: number;
  readonly train: readonly Point[];
  readonly test: readonly Point[];
}

export interface DataChoice {
  readonly set: DataSetName | "own";
  /** The points of the set "own". */
  readonly points: readonly (readonly number[])[];
  readonly count: number;
  /** Percent. */
  readonly noise: number;
  /** The percentage that is trained on. */
  readonly share: number;
  readonly seed: number;
}

/** The points of a choice, parted into training and test. At least one point is trained on, if there are any. */
export function dataOf({ set, points, count, noise, share, seed }: DataChoice): Data {
  const random = uniforms(seed * 2 + 1);
  const own = points as unknown as readonly Point[];
  const all = shuffle(set === "own" ? own : rounded(dataSets[set].make(count, noise / 100, random)), random);
  const training = Math.max(Math.min(1, all.length), Math.round((all.length * share) / 100));
  const parts = { train: all.slice(0, training), test: all.slice(training) };
  if (set !== "own") {
    const { task, classes = 1 }: DataSet = dataSets[set];
    return { task, outputs: task === "many" ? classes : 1, ...parts };
  }
  const classes = own.reduce((most, [, , label]) => Math.max(most, label + 1), 2);
  return { task: classes > 2 ? "many" : "two", outputs: classes > 2 ? classes : 1, ...parts };
}

/** The inputs that a network may be given, each a function of x₁ and x₂. */
export const features = {
  x1: { symbol: "x₁", of: (x1: number, _x2: number): number => x1 },
  x2: { symbol: "x₂", of: (_x1: number, x2: number): number => x2 },
  x1x1: { symbol: "x₁²", of: (x1: number, _x2: number): number => x1 * x1 },
  x2x2: { symbol: "x₂²", of: (_x1: number, x2: number): number => x2 * x2 },
  x1x2: { symbol: "x₁x₂", of: (x1: number, x2: number): number => x1 * x2 },
  sin1: { symbol: "sin x₁", of: (x1: number, _x2: number): number => Math.sin(x1) },
  sin2: { symbol: "sin x₂", of: (_x1: number, x2: number): number => Math.sin(x2) },
} as const;

export type FeatureName = keyof typeof features;
export const featureNames = Object.keys(features) as FeatureName[];

/** The network's inputs at points. */
export const inputsAt = (names: readonly FeatureName[], points: readonly (readonly number[])[]): number[][] =>
  points.map(([x1, x2]) => names.map((name) => features[name].of(x1!, x2!)));
