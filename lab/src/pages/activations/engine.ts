// What the page of the activations computes, in the worker.
import {
  activation,
  compile,
  concatenate,
  cumsum,
  eye,
  gradients,
  jacrev,
  linalg,
  linspace,
  ones,
  outer,
  random,
  sigmoid,
  softmax,
  softplus,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "nabla";
import { definitions, slopeOf } from "./definitions.ts";
import { activationNames, type Between, betweenNames, type Name } from "./names.ts";

type Curves = (u: Tensor, p: Tensor) => Promise<{ f: Tensor; slope: Tensor; byHand: Tensor }>;

/**
 * One program for each function: f, its derivative by `grad` and by the formula; u and the parameters are arguments.
 */
const programs = Object.fromEntries(
  activationNames.map((name) => {
    const [{ f, byHand }, slope] = [definitions[name], slopeOf(name)];
    // Some formulas are constants, which take the form of u here.
    const compute = (u: Tensor, p: Tensor) => ({
      f: f(u, p),
      slope: slope(u, p),
      byHand: byHand(u, p).broadcastTo(u.shape),
    });
    return [name, compile(compute)];
  }),
) as unknown as Record<Name, Curves>;

export interface Asked {
  readonly name: Name;
  /** Four numbers, of which a function reads as many as it has parameters. */
  readonly parameters: readonly number[];
}

export interface Curve {
  readonly name: Name;
  /** f and f′ over the grid. */
  readonly f: Float32Array;
  readonly slope: Float32Array;
  /** Both at the point u. */
  readonly at: { readonly f: number; readonly slope: number; readonly byHand: number };
  /** The largest difference between the engine's derivative and the formula's, over the grid. */
  readonly difference: number;
}

/** The functions from −range to range at `count` numbers, and at the point u. */
export async function curves(
  asked: readonly Asked[],
  range: number,
  u: number,
  count = 481,
): Promise<{ readonly u: number; readonly grid: Float32Array; readonly curves: readonly Curve[] }> {
  const grid = linspace(-range, range, count);
  const all = concatenate([grid, tensor([u])]);
  const computed = asked.map(async ({ name, parameters }): Promise<Curve> => {
    const { f, slope, byHand } = await programs[name](all, tensor(parameters as number[]));
    const [fs, slopes, hands] = await Promise.all([f.data(), slope.data(), byHand.data()]);
    const difference = await slope.sub(byHand).abs().max().item();
    const at = { f: fs[count]!, slope: slopes[count]!, byHand: hands[count]! };
    return { name, f: fs.slice(0, count), slope: slopes.slice(0, count), at, difference } as Curve;
  });
  return { u, grid: (await grid.data()) as Float32Array, curves: await Promise.all(computed) };
}

const preluSlope = compile((u: Tensor, p: Tensor) => {
  const [slope] = gradients(definitions.prelu.f(u, p).sum(), [p]);
  return slope;
});

/** ∂f/∂a of PReLU at u. */
export async function preluGradient(u: number, a: number): Promise<number> {
  return await (await preluSlope(tensor([u]), tensor([a]))).at(0).item();
}

export interface SoftmaxTable {
  /** exp(z/T), or exp((z − max z)/T). */
  readonly powers: readonly number[];
  readonly sum: number;
  readonly p: readonly number[];
  /** ∂p/∂z by the engine, and the largest difference from the formula. */
  readonly jacobian: readonly (readonly number[])[];
  readonly difference: number;
}

const workedSoftmax = (shifted: boolean) =>
  compile((z: Tensor, temperature: Tensor) => {
    const probabilities = (at: Tensor): Tensor => softmax(at.div(temperature));
    const powers = (shifted ? z.sub(z.max()) : z).div(temperature).exp();
    const p = probabilities(z);
    const jacobian = jacrev(probabilities)(z);
    const byFormula = eye(z.shape[0]!).mul(p).sub(outer(p, p)).div(temperature); // pᵢ([i = j] − pⱼ)/T
    return { powers, sum: powers.sum(), p, jacobian, difference: jacobian.sub(byFormula).abs().max() };
  });
const softmaxPrograms = { plain: workedSoftmax(false), shifted: workedSoftmax(true) };

/** Softmax of z/T, worked through. */
export async function softmaxTable(z: readonly number[], temperature: number, shifted: boolean): Promise<SoftmaxTable> {
  const program = softmaxPrograms[shifted ? "shifted" : "plain"];
  const { powers, sum, p, jacobian, difference } = await program(tensor(z as number[]), tensor(temperature));
  return {
    powers: await powers.array<1>(),
    sum: await sum.item(),
    p: await p.array<1>(),
    jacobian: await jacobian.array<2>(),
    difference: await difference.item(),
  };
}

export interface SumOfSigmoids {
  readonly x: Float32Array;
  /** The sums of the first 1, 2, … `count` sigmoids, row by row. */
  readonly partial: Float32Array;
  readonly softplus: Float32Array;
  readonly relu: Float32Array;
  /** The largest differences from softplus and from ReLU for x from −5 to 5. */
  readonly toSoftplus: number;
  readonly toRelu: number;
}

/** σ(x + first) + σ(x + first − 1) + … against softplus(x + first + ½) and ReLU(x + first + ½). */
export async function sumOfSigmoids(
  first: number,
  count: number,
  from: number,
  to: number,
  points: number,
): Promise<SumOfSigmoids> {
  const shifts = tensor(Array.from({ length: count }, (_, k) => [first - k])); // [count, 1]
  const target = (x: Tensor): Tensor => x.add(first + 0.5);
  const x = linspace(from, to, points);
  const compared = linspace(-5, 5, 201);
  const total = sigmoid(compared.add(shifts)).sum(0);
  const difference = async (y: Tensor): Promise<number> => await total.sub(y).abs().max().item();
  return {
    x: (await x.data()) as Float32Array,
    partial: (await cumsum(sigmoid(x.add(shifts)), 0).data()) as Float32Array,
    softplus: (await softplus(target(x)).data()) as Float32Array,
    relu: (await target(x).relu().data()) as Float32Array,
    toSoftplus: await difference(softplus(target(compared))),
    toRelu: await difference(target(compared).relu()),
  };
}

export interface Collapse {
  /** The points after each layer (and its activation), x first: pairs of coordinates. */
  readonly stages: readonly Float32Array[];
  /** The one layer: the product of the layers, or the best that least squares can find. */
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
  /** The points after the one layer. */
  readonly one: Float32Array;
  /** The largest difference of a coordinate between the network and the one layer. */
  readonly difference: number;
  /** The share of the outputs' variance that the one layer leaves over. */
  readonly rest: number;
}

/** The best single layer for x → y: the columns of [W; b] by least squares, (XᵀX)⁻¹Xᵀy. */
const bestLayer = compile((x: Tensor, y: Tensor) => {
  const X = concatenate([x, ones([x.shape[0]!, 1])], 1);
  return linalg.solve(X.transpose().matmul(X), X.transpose().matmul(y));
});

/** The network over a batch of points, each stage of it, and the product of its layers; rows of weights as below. */
const networks = Object.fromEntries(
  betweenNames.map((between) => {
    const f = between === "none" ? (z: Tensor): Tensor => z : activation(between);
    return [
      between,
      compile((x: Tensor, weights: Tensor) => {
        const stages = [x];
        let product = { W: eye(2), b: zeros([2]) };
        const depth = weights.shape[0]!;
        for (let k = 0; k < depth; k++) {
          const [W, b] = [weights.at(k, [0, 4]).reshape([2, 2]), weights.at(k, [4, 6])];
          const z = stages[k]!.matmul(W).add(b); // z = hW + b
          stages.push(k < depth - 1 ? f(z) : z);
          product = { W: product.W.matmul(W), b: product.b.matmul(W).add(b) }; // W₁W₂…, b₁W₂ + b₂ …
        }
        return { stages: stack(stages), W: product.W, b: product.b };
      }),
    ];
  }),
) as unknown as Record<Between, (x: Tensor, weights: Tensor) => Promise<{ stages: Tensor; W: Tensor; b: Tensor }>>;

const compared = compile((x: Tensor, y: Tensor, W: Tensor, b: Tensor) => {
  const one = x.matmul(W).add(b);
  const left = y.sub(one);
  return { one, difference: left.abs().max(), left: left.square().sum(), spread: y.sub(y.mean(0)).square().sum() };
});

/**
 * Layers h ← f(hW + b) with f between them, against one layer.
 *
 * @param layers rows [w₁₁, w₁₂, w₂₁, w₂₂, b₁, b₂]
 * @param points pairs of coordinates
 */
export async function collapse(
  layers: readonly (readonly number[])[],
  between: Between,
  points: Float32Array,
): Promise<Collapse> {
  const x = tensor(points).reshape([-1, 2]);
  const { stages, ...product } = await networks[between](x, tensor(layers as number[][]));
  const y = stages.at(layers.length);
  let { W, b } = product;
  if (between !== "none") {
    const fitted = await bestLayer(x, y);
    [W, b] = [fitted.at([0, 2]), fitted.at(2)];
  }
  const { one, difference, left, spread } = await compared(x, y, W, b);
  const all = (await stages.data()) as Float32Array;
  return {
    stages: Array.from({ length: layers.length + 1 }, (_, k) => all.slice(k * points.length, (k + 1) * points.length)),
    W: await W.array<2>(),
    b: await b.array<1>(),
    one: (await one.data()) as Float32Array,
    difference: await difference.item(),
    rest: (await spread.item()) > 1e-9 ? (await left.item()) / (await spread.item()) : 0,
  };
}

/** Three random layers, rows [w₁₁, w₁₂, w₂₁, w₂₂, b₁, b₂], rounded to two decimals: the same for the same seed. */
export async function randomLayers(seed: number): Promise<number[][]> {
  const drawn = await random.normal(random.key(seed), [3, 6]).array<2>();
  return drawn.map((row) => row.map((value, j) => Math.round(100 * value * (j < 4 ? 0.9 : 0.4)) / 100));
}
