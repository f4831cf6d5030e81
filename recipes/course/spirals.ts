// The points of L3 and L4: two spirals that wind around each other, which no line separates.
import { random, stack } from "nabla";

export interface Points {
  /** [count, 2] */
  readonly X: number[][];
  /** [count, 1], 0 or 1. */
  readonly Y: number[][];
}

export async function spirals(count: number, seed: number): Promise<Points> {
  const index = random.uniform(random.key(seed), [count]).mul(count).floor();
  const [side, r] = [index.mod(2), index.div(count)];
  const angle = r.mul(1.8 * Math.PI).add(side.mul(Math.PI));
  const exact = stack([r.mul(angle.cos()), r.mul(angle.sin())], 1).mul(2);
  const points = exact.add(random.normal(random.key(seed + 1), [count, 2], { std: 0.05 }));
  return { X: await points.array<2>(), Y: await side.expandDims(1).array<2>() };
}
