// One neuron as a model, a = f(wx + b) with one input: its loss over (w, b), gradient descent, and the closed form.
import {
  clip,
  compile,
  cumsum,
  exp,
  gradients,
  hessian,
  linear,
  linspace,
  random,
  scan,
  sigmoid,
  softplus,
  stack,
  type Tensor,
  tanh,
  tensor,
} from "nabla";
import { type DrawnSample, type Kind, type ModelName, modelNames, mostSteps, targetOf } from "./names.ts";

interface Model {
  readonly f: (z: Tensor) => Tensor;
  /** The loss of each example by z = wx + b: with ln a written by z, no large sum becomes infinite. */
  readonly loss: (z: Tensor, y: Tensor) => Tensor;
}

const models: Readonly<Record<ModelName, Model>> = {
  linear: { f: linear, loss: (z, y) => z.sub(y).square() }, // (a − y)²
  tanh: { f: tanh, loss: (z, y) => tanh(z).sub(y).square() }, // (a − y)²
  logistic: { f: sigmoid, loss: (z, y) => softplus(z).sub(y.mul(z)) }, // −y ln a − (1 − y) ln(1 − a)
  poisson: { f: exp, loss: (z, y) => exp(z).sub(y.mul(z)) }, // a − y ln a
};

const eachModel = <T>(make: (model: Model) => T): Record<ModelName, T> =>
  Object.fromEntries(modelNames.map((name) => [name, make(models[name])])) as Record<ModelName, T>;

/** Points [x, y]; the y of a class is 0 or 1. */
export type Points = readonly (readonly number[])[];

const columns = (model: ModelName, points: Points): [x: Tensor, y: Tensor] => [
  tensor(points.map(([x]) => x!)),
  tensor(points.map(([, y]) => targetOf(model, y!))),
];

/** The laws by which the points are drawn, z = wx + b; the second ones where x is far from zero. */
const laws = {
  number: [
    { w: 1.5, b: 0.5 },
    { w: 1.5, b: 0.5 },
  ],
  label: [
    { w: 1.5, b: -0.3 },
    { w: 1.2, b: -2.4 },
  ],
  count: [
    { w: 0.7, b: 0.5 },
    { w: 0.5, b: 0.2 },
  ],
} as const;

/** The point far from all others of the sample "outlier". */
const outliers = { number: [2.6, -5], label: [2.8, 0], count: [-2.4, 12] } as const;

/** The points of a sample, in the order of x, with two decimals. */
export async function drawn(kind: Kind, sample: DrawnSample, seed: number): Promise<number[][]> {
  const n = kind === "number" ? 20 : 30;
  const key = (i: number): Tensor => random.foldIn(random.key(seed), i);
  const { w, b } = laws[kind][sample === "far" ? 1 : 0];
  const [from, to] = sample === "far" ? [0.9, 2.9] : [-2.5, 2.5];
  const gap = (to - from) / n;
  let x = linspace(from + gap / 2, to - gap / 2, n).add(random.uniform(key(0), [n], { min: -gap / 2, max: gap / 2 }));
  // Nothing lies between the classes.
  if (sample === "apart")
    x = clip(
      x.add(
        x
          .sub(-b / w)
          .sign()
          .mul(0.3),
      ),
      -2.9,
      2.9,
    );
  const z = x.mul(w).add(b);
  let y: Tensor;
  if (kind === "number") y = clip(z.add(random.normal(key(1), [n], { std: 0.8 })), -6, 6);
  else if (kind === "count") {
    // A Poisson number counts how many sums of exponential waiting times stay below the mean.
    const waits = cumsum(random.uniform(key(1), [n, 40], { min: 1e-7 }).log().neg(), 1);
    y = clip(
      waits
        .less(exp(z).reshape([n, 1]))
        .sum(1)
        .cast("float32"),
      0,
      14,
    );
  } else {
    const chance = sample === "apart" ? z.greater(0) : random.uniform(key(1), [n]).less(sigmoid(z));
    y = chance.cast("float32");
  }
  const [xs, ys] = [await x.array<1>(), await y.array<1>()];
  const points = xs.map((value, i) => [value, ys[i]!].map((v) => Math.round(v * 100) / 100));
  return sample === "outlier" ? [...points, [...outliers[kind]]] : points;
}

/** f(wx + b) for each x. */
const answering = eachModel(({ f }) => compile((x: Tensor, w: Tensor, b: Tensor) => f(x.mul(w).add(b))));

/** What the neuron answers at the points, and on a grid of x for its curve. */
export async function answers(
  model: ModelName,
  points: Points,
  w: number,
  b: number,
  [from, to, count]: readonly [from: number, to: number, count: number],
): Promise<{ curve: Float32Array; a: number[] }> {
  const answer = async (x: Tensor): Promise<Float32Array> =>
    (await (await answering[model](x, tensor(w), tensor(b))).data()) as Float32Array;
  const curve = await answer(linspace(from, to, count));
  return { curve, a: points.length === 0 ? [] : [...(await answer(tensor(points.map(([x]) => x!))))] };
}

/** The loss L(w, b) for many w and b: [side, side]. */
const surfaces = eachModel(({ loss }) =>
  compile((x: Tensor, y: Tensor, w: Tensor, b: Tensor) => {
    const z = w
      .reshape([1, -1, 1])
      .mul(x)
      .add(b.reshape([-1, 1, 1]));
    return loss(z, y).mean(-1);
  }),
);

/** The loss in side × side pixels over −reach … reach, row by row from the greatest b. */
export async function surface(model: ModelName, points: Points, reach: number, side: number): Promise<Float32Array> {
  const edge = reach - reach / side;
  const [x, y] = columns(model, points);
  const L = await surfaces[model](x, y, linspace(-edge, edge, side), linspace(edge, -edge, side));
  return (await L.data()) as Float32Array;
}

/** Descent has arrived where the gradient is shorter: what float32 leaves of zero where η is almost too large. */
const flatGradient = 3e-5;

const descents = eachModel(({ loss }) =>
  compile((x: Tensor, y: Tensor, start: Tensor, rate: Tensor) => {
    const step = ([w, b]: readonly [Tensor, Tensor]) => {
      const L = loss(x.mul(w).add(b), y).mean();
      const [dw, db] = gradients(L, [w, b]) as [Tensor, Tensor];
      const next = [w.sub(rate.mul(dw)), b.sub(rate.mul(db))] as const; // w ← w − η ∂L/∂w
      return [next, stack([w, b, L, dw, db])] as const;
    };
    return scan(step, [start.at(0), start.at(1)] as const, null, { length: mostSteps + 1 })[1];
  }),
);

export interface Descent {
  /** w, b, L, ∂L/∂w and ∂L/∂b at the start and after each step, one after the other. */
  readonly path: Float32Array;
  /**
   * "arrived": the gradient is zero; "flat": so is the curvature, as on a plateau or on the way to infinity; "away":
   * the loss grows without end; else there are more steps than were asked.
   */
  readonly end: "arrived" | "flat" | "away" | "limit";
}

type Matrix = readonly [readonly [number, number], readonly [number, number]];

/** The eigenvalues of a symmetric matrix, the least first. */
function eigenvalues([[p, q], [, r]]: Matrix): [number, number] {
  const [middle, reach] = [(p + r) / 2, Math.hypot((p - r) / 2, q)];
  return [middle - reach, middle + reach];
}

/** A loss with less curvature in all directions is flat: that of a minimum has a few hundredths at least. */
const flatCurvature = 1e-3;
const curvaturesAt = eachModel(({ loss }) =>
  compile((x: Tensor, y: Tensor, at: Tensor) =>
    hessian((wb: Tensor) => loss(x.mul(wb.at(0)).add(wb.at(1)), y).mean())(at),
  ),
);

/** Where a step left what a picture can show: the numbers are infinite, or a thousand times those of the start. */
function isAway([w, b, L]: Float32Array, atStart: number): boolean {
  if (!Number.isFinite(w) || !Number.isFinite(b) || !Number.isFinite(L)) return true;
  return L! > 1000 * (Math.abs(atStart) + 1) || Math.hypot(w!, b!) > 1e5;
}

/** Gradient descent on all points from (w, b), until it arrives or runs away. */
export async function descend(
  model: ModelName,
  points: Points,
  start: readonly number[],
  rate: number,
): Promise<Descent> {
  const [x, y] = columns(model, points);
  const path = (await (await descents[model](x, y, tensor(start), tensor(rate))).data()) as Float32Array;
  for (let k = 0; k <= mostSteps; k++) {
    const row = path.subarray(5 * k, 5 * k + 5);
    const flat = Math.hypot(row[3]!, row[4]!) < flatGradient;
    if (flat) {
      const H = await (await curvaturesAt[model](x, y, tensor([row[0]!, row[1]!]))).array<2>();
      const isFlat = eigenvalues(H as unknown as Matrix)[1] < flatCurvature;
      return { path: path.slice(0, 5 * k + 5), end: isFlat ? "flat" : "arrived" };
    }
    if (isAway(row, path[2]!)) return { path: path.slice(0, 5 * k + 5), end: "away" };
  }
  return { path, end: "limit" };
}

export interface ClosedForm {
  /** (XᵀX)⁻¹Xᵀy and its loss; undefined where XᵀX has no inverse. */
  readonly solution: { readonly w: number; readonly b: number; readonly loss: number } | undefined;
  /** The eigenvalues of the second derivatives of the loss, the least first. */
  readonly curvatures: readonly number[];
}

/** Linear regression without descent; in double precision, since x that lie close to each other leave few digits. */
export function closedForm(points: Points): ClosedForm {
  const mean = (of: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + of(x!, y!), 0) / points.length;
  const [mx, my, mxx] = [mean((x) => x), mean((_, y) => y), mean((x) => x * x)];
  const spread = mean((x) => (x - mx) ** 2);
  const curvatures = eigenvalues([
    [2 * mxx, 2 * mx],
    [2 * mx, 2],
  ]);
  // One x for all points, or one point: the loss is flat along a line.
  if (spread <= 1e-14 * mxx) return { solution: undefined, curvatures };
  const w = mean((x, y) => (x - mx) * (y - my)) / spread;
  const b = my - w * mx;
  return { solution: { w, b, loss: mean((x, y) => (w * x + b - y) ** 2) }, curvatures };
}
