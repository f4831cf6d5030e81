// What the page of the neuron computes, in the worker.
import {
  type ActivationName,
  activation,
  clip,
  compile,
  linspace,
  stack,
  type Tensor,
  tensor,
  variable,
  where,
} from "nabla";
import { activationNames, type NeuronActivation } from "./activation-names.ts";

/** A plane's domain: the least and the greatest x₁, then those of x₂. */
export type Domain = readonly [number, number, number, number];

/** The course's step: 1 if z > 0, else 0. */
const step = (z: Tensor): Tensor => where(z.greater(0), 1, 0);

const apply = (name: NeuronActivation, z: Tensor): Tensor =>
  name === "step" ? step(z) : name === "sign" ? z.sign() : activation(name as ActivationName)(z);

/** Activations whose values lie between 0 and 1 are shown from −1 to 1. */
const asShade = (name: NeuronActivation, y: Tensor): Tensor =>
  name === "step" || name === "sigmoid" ? y.mul(2).sub(1) : clip(y, -1, 1);

const grids = new Map<string, { readonly x1: Tensor; readonly x2: Tensor }>();

/** The centres of side × side pixels over a domain, row by row from the top. */
function grid([left, right, bottom, top]: Domain, side: number): { readonly x1: Tensor; readonly x2: Tensor } {
  const key = `${left},${right},${bottom},${top},${side}`;
  let known = grids.get(key);
  if (!known) {
    const [dx, dy] = [(right - left) / side / 2, (top - bottom) / side / 2];
    const xs = linspace(left + dx, right - dx, side).reshape([1, -1]);
    const ys = linspace(top - dy, bottom + dy, side).reshape([-1, 1]);
    known = { x1: xs.broadcastTo([side, side]), x2: ys.broadcastTo([side, side]) };
    grids.set(key, known);
  }
  return known;
}

/** One program for each activation: z = b + w₁x₁ + w₂x₂ + w₁₂x₁x₂ and f(z), with the weights as an argument. */
const neurons = Object.fromEntries(
  activationNames.map((name) => [
    name,
    compile((x1: Tensor, x2: Tensor, weights: Tensor) => {
      const [w1, w2, b, w12] = [0, 1, 2, 3].map((i) => weights.at(i)) as [Tensor, Tensor, Tensor, Tensor];
      const z = x1.mul(w1).add(x2.mul(w2)).add(x1.mul(x2).mul(w12)).add(b);
      const y = apply(name, z);
      return { z, y, shade: asShade(name, y) };
    }),
  ]),
) as unknown as Record<
  NeuronActivation,
  (x1: Tensor, x2: Tensor, weights: Tensor) => Promise<{ z: Tensor; y: Tensor; shade: Tensor }>
>;

export interface Neuron {
  /** w₁, w₂, b, and w₁₂ for the product x₁x₂ (0 without that feature). */
  readonly weights: readonly [number, number, number, number];
  readonly activation: NeuronActivation;
}

/** The neuron's answer over the plane as shades from −1 to 1, and z and f(z) at the points. */
export async function neuron(
  { weights, activation: name }: Neuron,
  points: readonly (readonly number[])[],
  domain: Domain,
  side: number,
): Promise<{ shades: Float32Array; z: number[]; y: number[] }> {
  const w = tensor(weights);
  const { x1, x2 } = grid(domain, side);
  const shades = (await (await neurons[name](x1, x2, w)).shade.data()) as Float32Array;
  if (points.length === 0) return { shades, z: [], y: [] };
  const at = await neurons[name](tensor(points.map(([x]) => x!)), tensor(points.map(([, x]) => x!)), w);
  return { shades, z: await at.z.array<1>(), y: await at.y.array<1>() };
}

export interface RuleStep {
  readonly epoch: number;
  /** The index of the point that is shown. */
  readonly point: number;
  /** ⟨w, x⟩ + w₀ before the step. */
  readonly sum: number;
  readonly isWrong: boolean;
  /** w₁, w₂, w₀ after the step. */
  readonly weights: readonly [number, number, number];
}

/**
 * Rosenblatt's rule from w = 0: shows the points one after the other, until an epoch passes without a mistake or for
 * `most` steps.
 *
 * @param points x₁, x₂ and the class, 0 or 1, which stands for the answers −1 and +1.
 */
export async function perceptron(
  points: readonly (readonly number[])[],
  rate: number,
  hasBias: boolean,
  most: number,
): Promise<RuleStep[]> {
  const [w, w0] = [variable([0, 0]), variable(0)];
  const learn = compile((x: Tensor, y: Tensor) => {
    const sum = x.matmul(w).add(w0); // ⟨w, x⟩ + w₀
    const wrong = sum.sign().notEqual(y).cast("float32"); // a(x) = sign(⟨w, x⟩ + w₀)
    w.assignAdd(x.mul(y).mul(rate).mul(wrong)); // w ← w + ηyx, if a(x) ≠ y
    if (hasBias) w0.assignAdd(y.mul(rate).mul(wrong)); // w₀ ← w₀ + ηy, if a(x) ≠ y
    return { sum, wrong };
  });
  const steps: RuleStep[] = [];
  for (let epoch = 1; points.length > 0; epoch++) {
    let mistakes = 0;
    for (const [point, [x1, x2, label]] of points.entries()) {
      if (steps.length === most) return steps;
      const { sum, wrong } = await learn(tensor([x1!, x2!]), tensor(label === 1 ? 1 : -1));
      const isWrong = (await wrong.item()) === 1;
      const [w1, w2] = await w.array<1>();
      const last = { epoch, point, sum: await sum.item(), isWrong };
      steps.push({ ...last, weights: [w1!, w2!, Number(await w0.array())] });
      if (isWrong) mistakes++;
    }
    if (mistakes === 0) break;
  }
  return steps;
}

/** Two threshold neurons and one above them: f(c + v₁u₁ + v₂u₂) with uₖ = f(bₖ + wₖ₁x₁ + wₖ₂x₂). */
const twoLayers = compile((x1: Tensor, x2: Tensor, weights: Tensor) => {
  const at = (i: number, j: number): Tensor => weights.at(i, j);
  const u1 = step(
    x1
      .mul(at(0, 0))
      .add(x2.mul(at(0, 1)))
      .add(at(0, 2)),
  );
  const u2 = step(
    x1
      .mul(at(1, 0))
      .add(x2.mul(at(1, 1)))
      .add(at(1, 2)),
  );
  const y = step(
    u1
      .mul(at(2, 0))
      .add(u2.mul(at(2, 1)))
      .add(at(2, 2)),
  );
  return { u1, u2, y };
});

export interface TwoLayerAnswers {
  readonly shades: Float32Array;
  readonly outputShades: Float32Array;
  readonly u1: number[];
  readonly u2: number[];
  readonly y: number[];
}

/**
 * The network of two layers over the plane of (x₁, x₂), its upper neuron over the plane of (u₁, u₂), and both at the
 * points.
 *
 * @param weights the rows [w₁, w₂, b] of the two hidden neurons and of the upper one.
 */
export async function twoLayerNetwork(
  weights: readonly (readonly number[])[],
  points: readonly (readonly number[])[],
  domain: Domain,
  side: number,
): Promise<TwoLayerAnswers> {
  const w = tensor(weights as number[][]);
  const { x1, x2 } = grid(domain, side);
  const shades = (await (await twoLayers(x1, x2, w)).y.mul(2).sub(1).data()) as Float32Array;
  const [v1, v2, c] = weights[2] as [number, number, number];
  const upper = await neurons.step(x1, x2, tensor([v1, v2, c, 0]));
  const at = await twoLayers(tensor(points.map(([x]) => x!)), tensor(points.map(([, x]) => x!)), w);
  return {
    shades,
    outputShades: (await upper.shade.data()) as Float32Array,
    u1: await at.u1.array<1>(),
    u2: await at.u2.array<1>(),
    y: await at.y.array<1>(),
  };
}

/**
 * A convex polygon as two layers: a threshold neuron for each edge, whose weights point inwards, and an AND of them.
 * The shades tell how many of the m neurons fire: from −1 (none) up to 0, and 1 where all of them do.
 *
 * @param corners against the clock.
 */
export async function polygon(
  corners: readonly (readonly number[])[],
  domain: Domain,
  side: number,
): Promise<{ shades: Float32Array; edges: number[][]; share: number }> {
  const m = corners.length;
  // The edge from p to q has the inner side on its left: w = (p₂ − q₂, q₁ − p₁), b = −⟨w, p⟩.
  const edges = corners.map(([p1, p2], k) => {
    const [q1, q2] = corners[(k + 1) % m]!;
    const w = [p2! - q2!, q1! - p1!];
    return [...w, -(w[0]! * p1! + w[1]! * p2!)];
  });
  const { x1, x2 } = grid(domain, side);
  const x = stack([x1, x2], 2); // [side, side, 2]
  const u = step(
    x.matmul(tensor(edges.map((edge) => edge.slice(0, 2))).transpose()).add(tensor(edges.map((e) => e[2]!))),
  );
  const count = u.sum(-1);
  const y = step(count.add(0.5 - m));
  const shades = where(y.greater(0), 1, count.div(m).sub(1));
  return { shades: (await shades.data()) as Float32Array, edges, share: await y.mean().item() };
}
