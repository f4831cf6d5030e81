// What the scene of Hebb's rule computes, in the worker.
import { compile, outer, stack, type Tensor, tensor, variable, where } from "nabla";

export type Rule = "hebb" | "oja";

export interface Trial {
  /** Food and bell, 0 or 1. */
  readonly x: readonly [number, number];
  /** w₁x₁ + w₂x₂ before the trial. */
  readonly z: number;
  readonly y: number;
  readonly change: readonly [number, number];
  /** w₁ and w₂ after it. */
  readonly weights: readonly [number, number];
}

export interface Conditioning {
  readonly trials: readonly Trial[];
  /** w₁ and w₂ now. */
  readonly weights: readonly [number, number];
  /** Whether it would now fire at food alone, and at the bell alone. */
  readonly food: boolean;
  readonly bell: boolean;
}

const inputs = { f: [1, 0], b: [0, 1], t: [1, 1] } as const;
/** The food makes the neuron fire from birth; the bell means nothing. */
const born = [1, 0] as const;

/** The sum is above the threshold by more than what rounding adds to it: 0.1 seven times is not above 0.7. */
const isAbove = (sum: Tensor, threshold: Tensor): Tensor => sum.sub(threshold).greater(1e-5);

function make(rule: Rule) {
  const w = variable([...born]);
  const learn = compile((x: Tensor, rate: Tensor, threshold: Tensor) => {
    const z = x.matmul(w);
    const fires = isAbove(z, threshold);
    // Hebb's neuron answers with 1; Oja's with the sum itself.
    const y = where(fires, rule === "hebb" ? 1 : z, 0);
    const pull = rule === "hebb" ? x.mul(y) : x.sub(w.value.mul(y)).mul(y);
    const change = pull.mul(rate);
    w.assignAdd(change);
    return { z, y, change };
  });
  return { w, learn };
}
const programs: Partial<Record<Rule, ReturnType<typeof make>>> = {};

const pair = async (of: Tensor): Promise<[number, number]> => (await of.array<1>()) as [number, number];

/** The trials one after the other, from birth. */
export async function conditioning(
  letters: string,
  rate: number,
  threshold: number,
  rule: Rule,
): Promise<Conditioning> {
  const { w, learn } = (programs[rule] ??= make(rule));
  w.assign(tensor([...born]));
  const [eta, theta] = [tensor(rate), tensor(threshold)];
  const trials: Trial[] = [];
  for (const letter of letters) {
    const x = inputs[letter as keyof typeof inputs];
    const { z, y, change } = await learn(tensor([...x]), eta, theta);
    trials.push({
      x,
      z: await z.item(),
      y: await y.item(),
      change: await pair(change),
      weights: await pair(w.value),
    });
  }
  // Of food alone the sum is w₁, of the bell alone w₂.
  const [food, bell] = await isAbove(w.value, theta).cast("float32").array<1>();
  return { trials, weights: await pair(w.value), food: food === 1, bell: bell === 1 };
}

export interface GivenAnswers {
  /** For each of the four examples x₀ = 1, x₁, x₂, which are −1 or 1, and what it adds to the weights. */
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly products: readonly (readonly number[])[];
  /** w₀, w₁, w₂. */
  readonly weights: readonly number[];
  /** ⟨w, x⟩. */
  readonly sums: readonly number[];
  readonly right: number;
}

/** Hebb's rule for given answers, in one pass: w = Σ x·y, with −1 in the place of 0. */
export async function givenAnswers(answers: readonly number[]): Promise<GivenAnswers> {
  const x = tensor([
    [1, -1, -1],
    [1, -1, 1],
    [1, 1, -1],
    [1, 1, 1],
  ]);
  const y = tensor(answers.map((answer) => 2 * answer - 1));
  const products = stack([0, 1, 2, 3].map((i) => outer(x.at(i), y.at([i, i + 1])).reshape([3])));
  const weights = products.sum(0);
  const sums = x.matmul(weights);
  return {
    x: await x.array<2>(),
    y: await y.array<1>(),
    products: await products.array<2>(),
    weights: await weights.array<1>(),
    sums: await sums.array<1>(),
    right: await sums.sign().equal(y).cast("float32").sum().item(),
  };
}
