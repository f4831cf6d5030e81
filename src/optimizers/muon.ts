// Muon: momentum whose matrices are made orthogonal before each step; AdamW for all that is no matrix.
import { concatenate } from "../functions/array.ts";
import type { Segment } from "../nn/tree/store.ts";
import type { Tensor } from "../tensor.ts";
import { type PathChoice, pathChoice } from "./by-path.ts";
import { makeOptimizer } from "./factory.ts";
import { adamMove, decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";
import type { UpdateInput } from "./rule.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link muon}. */
export interface MuonOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number | Schedule;
  /** λ of the matrices. Default: 0.1. */
  readonly weightDecay?: number;
  /** λ of all other parameters. Default: 0.004. */
  readonly adamWeightDecay?: number;
  /** μ, the share of the momentum that is kept, from 0 to below 1. Default: 0.95. */
  readonly momentum?: number;
  /** Looks ahead along the momentum. Default: true. */
  readonly nesterov?: boolean;
  /** The number of Newton–Schulz steps. Default: 6. */
  readonly nsSteps?: number;
  /** a, b, c of a Newton–Schulz step. Default: 3.4445, −4.775, 2.0315. */
  readonly muonA?: number;
  readonly muonB?: number;
  readonly muonC?: number;
  /**
   * The length of a step: of a matrix `[r, c]` it is this times √max(r, c), so that an element moves about as far as
   * with Adam (Liu and others, 2025). Null: √max(1, r/c), as in the first description. Default: 0.2.
   */
  readonly rmsRate?: number | null;
  /** The learning rate of AdamW in units of that of the matrices. Default: 1. */
  readonly adamLrRatio?: number;
  /** β₁ of AdamW. Default: 0.9. */
  readonly adamBeta1?: number;
  /** β₂ of AdamW. Default: 0.999. */
  readonly adamBeta2?: number;
  /** ε of AdamW, and what keeps the norm of a matrix of zeros from 0. Default: 1e-7. */
  readonly epsilon?: number;
  /** Leaves parameters with "embedding" in their paths to AdamW. Default: true. */
  readonly excludeEmbeddings?: boolean;
  /** Leaves these parameters to AdamW too, by path; the output layer is best named here. Default: none. */
  readonly excludeLayers?: PathChoice;
}

/** Consecutive parameters that AdamW moves, or one matrix. */
interface Run {
  readonly matrix: Segment | null;
  readonly offset: number;
  readonly size: number;
}

function runsOf(segments: readonly Segment[], isMatrix: (segment: Segment) => boolean): readonly Run[] {
  const runs: Run[] = [];
  for (const segment of segments) {
    const { offset, size } = segment;
    const last = runs.at(-1);
    if (isMatrix(segment)) runs.push({ matrix: segment, offset, size });
    else if (last && !last.matrix) runs[runs.length - 1] = { ...last, size: last.size + size };
    else runs.push({ matrix: null, offset, size });
  }
  return runs;
}

/** The nearest matrix of orthonormal rows or columns, about: X ← aX + (bA + cA²)X with A = XXᵀ, from X = G/‖G‖ on. */
function orthogonalized(matrix: Tensor, steps: number, [a, b, c]: readonly number[], epsilon: number): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const isTall = rows > columns;
  let x = isTall ? matrix.transpose() : matrix;
  x = x.div(x.square().sum().sqrt().add(epsilon));
  for (let i = 0; i < steps; i++) {
    const gram = x.matmul(x.transpose());
    x = x.mul(a!).add(gram.mul(b!).add(gram.matmul(gram).mul(c!)).matmul(x));
  }
  return isTall ? x.transpose() : x;
}

/**
 * For each matrix `[r, c]`: m ← μm + g, G = g + μm (without look-ahead m), O = the nearest orthogonal matrix to G by
 * Newton–Schulz steps, θ ← θ − η·0.2·√max(r, c)·O. Jordan and others, 2024; the lengths of steps: Liu and others, 2025.
 * Parameters that are no matrices, embeddings and those that `excludeLayers` names are moved by {@link adamW}. The
 * matrices of hidden layers are what it is meant for: name the output layer in `excludeLayers`. Defaults as in Keras.
 *
 * @throws ArgumentError if an option is unknown or out of range
 * @example
 * const optimizer = optimizers.muon({ learningRate: 0.01, excludeLayers: ["logits"] });
 * model.compile({ optimizer, loss: "mse" });
 */
export function muon(options: MuonOptions = {}): Optimizer {
  const defaults = {
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamWeightDecay: 0.004,
    epsilon: 1e-7,
    excludeLayers: [] as PathChoice,
    excludeEmbeddings: true,
    muonA: 3.4445,
    muonB: -4.775,
    muonC: 2.0315,
    adamLrRatio: 1,
    momentum: 0.95,
    nsSteps: 6,
    nesterov: true,
    rmsRate: 0.2 as number | null,
  };
  const shared = { learningRate: 0.001, weightDecay: 0.1 };
  const rule = (own: typeof defaults) => {
    const { momentum, nesterov, nsSteps, rmsRate, adamLrRatio, epsilon, excludeEmbeddings } = own;
    const { weightDecay = shared.weightDecay } = options;
    const excluded = pathChoice("optimizers.muon", "excludeLayers", own.excludeLayers);
    const isMatrix = ({ shape, path }: Segment): boolean =>
      shape.length === 2 && !excluded.test(path) && !(excludeEmbeddings && /embedding/i.test(path));
    const coefficients = [own.muonA, own.muonB, own.muonC];
    const moments = { beta1: own.adamBeta1, beta2: own.adamBeta2, epsilon };
    const lengthOf = ([rows, columns]: readonly number[]): number =>
      rmsRate === null ? Math.max(1, rows! / columns!) ** 0.5 : rmsRate * Math.max(rows!, columns!) ** 0.5;
    return {
      config: { ...own, excludeLayers: excluded.json },
      weightDecay: (segment: Segment): number => (isMatrix(segment) ? weightDecay : own.adamWeightDecay),
      slots: {
        firstMoment: 0,
        secondMoment: { first: 0, shape: (segment: Segment) => (isMatrix(segment) ? null : segment.shape) },
      },
      update: ({ value, gradient, slots, learningRate, step, segments }: UpdateInput) => {
        const runs = runsOf(segments, isMatrix);
        let seen = 0;
        const parts = runs.map(({ matrix, offset, size }) => {
          const partOf = (x: Tensor): Tensor => (runs.length === 1 || x.ndim === 0 ? x : x.at([offset, offset + size]));
          const [x, g, m, rate] = [value, gradient, slots["firstMoment"]!, learningRate].map(partOf) as Tensor[];
          if (matrix) {
            const firstMoment = m!.mul(momentum).add(g!);
            const ahead = nesterov ? g!.add(firstMoment.mul(momentum)) : firstMoment;
            const move = orthogonalized(ahead.reshape(matrix.shape), nsSteps, coefficients, epsilon);
            const scaled = move.reshape(x!.shape).mul(rate!.mul(lengthOf(matrix.shape)));
            return { value: x!.sub(scaled), firstMoment, secondMoment: [] };
          }
          const v = slots["secondMoment"]!.at([seen, (seen += size)]).reshape(g!.shape);
          const firstMoment = decayedMean(m!, g!, moments.beta1);
          const secondMoment = decayedMean(v, g!.square(), moments.beta2);
          const move = adamMove({ firstMoment, secondMoment }, moments, rate!.mul(adamLrRatio), step);
          return { value: x!.sub(move), firstMoment, secondMoment: [secondMoment] };
        });
        const joined = (all: readonly Tensor[]): Tensor => (all.length === 1 ? all[0]! : concatenate(all));
        const second = parts.flatMap(({ secondMoment }) => secondMoment);
        return {
          value: joined(parts.map((part) => part.value)),
          slots: {
            firstMoment: joined(parts.map((part) => part.firstMoment)),
            secondMoment: second.length === 0 ? slots["secondMoment"]! : joined(second.map((v) => v.reshape([-1]))),
          },
        };
      },
    };
  };
  return makeOptimizer("muon", options, defaults, rule, shared);
}
