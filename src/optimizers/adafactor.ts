// Adafactor: Adam's mean square as the product of a column and a row, so that a matrix needs little memory.
import { concatenate } from "../functions/array.ts";
import type { Segment } from "../nn/tree/store.ts";
import type { Tensor } from "../tensor.ts";
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link adafactor}. */
export interface AdafactorOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number | Schedule;
  /** The decay of the mean squares is 1 − tᵖ with this p, up to 0. Default: −0.8. */
  readonly beta2Decay?: number;
  /** ε₁, added to the squares. Default: 1e-30. */
  readonly epsilon1?: number;
  /** ε₂, the least size of a parameter by which its step is scaled. Default: 0.001. */
  readonly epsilon2?: number;
  /** d: a step is scaled down where its root mean square is greater. Default: 1. */
  readonly clipThreshold?: number;
  /** Limits the learning rate to 1/√t at step t. Default: true. */
  readonly relativeStep?: boolean;
}

const rms = (x: Tensor): Tensor => x.square().mean().sqrt();

const isFactored = ({ shape }: Segment): boolean => shape.length >= 2;

/**
 * Of each kernel `[…, r, c]`, with β = 1 − t^(−0.8): R ← βR + (1−β)·mean of g² + ε₁ along each row,
 * C ← βC + (1−β)·mean along each column, v = R·C / mean R; of a bias v ← βv + (1−β)(g² + ε₁). Then u = g/√v and
 * θ ← θ − max(ε₂, rms θ) · min(η, 1/√t) · u / max(1, rms(u)/d). Shazeer and Stern, 2018, as in Keras, where the rate is
 * limited whatever `relative_step` says.
 *
 * @example model.compile({ optimizer: optimizers.adafactor({ learningRate: 0.01 }), loss: "mse" })
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  const defaults = { beta2Decay: -0.8, epsilon1: 1e-30, epsilon2: 1e-3, clipThreshold: 1, relativeStep: true };
  return makeOptimizer("adafactor", options, defaults, (own) => ({
    slots: {
      rowMeans: { first: 0, shape: (segment) => (isFactored(segment) ? segment.shape.slice(0, -1) : null) },
      columnMeans: {
        first: 0,
        shape: (segment) => (isFactored(segment) ? [...segment.shape.slice(0, -2), segment.shape.at(-1)!] : null),
      },
      secondMoment: { first: 0, shape: (segment) => (isFactored(segment) ? null : segment.shape) },
    },
    update: ({ value, gradient, slots, learningRate, step, segments }) => {
      const limited = own.relativeStep ? learningRate.minimum(step.pow(-0.5)) : learningRate;
      const fresh = step.pow(own.beta2Decay);
      const next: Record<string, Tensor[]> = { rowMeans: [], columnMeans: [], secondMoment: [] };
      const ends: Record<string, number> = {};
      /** The mean of a slot's next part and `x`, which is kept. */
      const mean = (name: string, x: Tensor): Tensor => {
        const from = ends[name] ?? 0;
        ends[name] = from + x.size;
        const before = slots[name]!.at([from, from + x.size]).reshape(x.shape);
        const after = before.add(x.sub(before).mul(fresh));
        next[name]!.push(after.reshape([-1]));
        return after;
      };
      const moved = segments.map((segment) => {
        const { offset, size, shape } = segment;
        const part = (x: Tensor): Tensor => (x.size === size ? x : x.reshape([-1]).at([offset, offset + size]));
        const [x, g] = [part(value), part(gradient).reshape(shape)];
        const squares = g.square().add(own.epsilon1);
        let u: Tensor;
        if (isFactored(segment)) {
          const rows = mean("rowMeans", squares.mean(-1));
          const columns = mean("columnMeans", squares.mean(-2));
          const shares = rows.div(rows.mean(-1, { keepDims: true }));
          // The product of both is below float32 where a row and a column of gradients are 0.
          u = g.div(shares.sqrt().expandDims(-1)).div(columns.sqrt().expandDims(-2));
        } else u = g.div(mean("secondMoment", squares).sqrt());
        const length = rms(u).div(own.clipThreshold).maximum(1);
        const rate = limited.ndim === 0 ? limited : part(limited);
        return x.sub(u.div(length).reshape(x.shape).mul(rms(x).maximum(own.epsilon2).mul(rate)));
      });
      const joined = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0]! : concatenate(parts));
      return {
        value: joined(moved),
        slots: Object.fromEntries(
          Object.entries(next).map(([name, parts]) => [name, parts.length === 0 ? slots[name]! : joined(parts)]),
        ),
      };
    },
  }));
}
