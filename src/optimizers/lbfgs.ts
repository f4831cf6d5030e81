// L-BFGS: a quasi-Newton method, which learns the curvature of the loss from its last moves.
import { concatenate, where } from "../functions/array.ts";
import { scan } from "../functions/scan.ts";
import { asTensor, type Tensor } from "../tensor.ts";
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link lbfgs}. */
export interface LbfgsOptions extends OptimizerOptions {
  /** Default: 1, as in PyTorch. */
  readonly learningRate?: number | Schedule;
  /** m, the number of moves that are remembered; each costs two numbers a parameter. Default: 100, as in PyTorch. */
  readonly historySize?: number;
  /** Nothing moves where no element of the gradient is greater. Default: 1e-7. */
  readonly toleranceGrad?: number;
  /** Nothing moves where the slope along the direction is flatter than this. Default: 1e-9. */
  readonly toleranceChange?: number;
}

/** A move is remembered if its curvature, s·y, is greater. */
const leastCurvature = 1e-10;

const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();

/** Rows without their first, and a last one. */
const pushed = (rows: Tensor, row: Tensor): Tensor => concatenate([rows.at([1, rows.shape[0]!]), row.expandDims(0)]);

/** −H·g by the two loops over the moves `s` and changes of the gradient `y`, `[m, n]`; unused rows are 0. */
function direction(gradient: Tensor, s: Tensor, y: Tensor, scale: Tensor): Tensor {
  const curvature = s.mul(y).sum(1);
  const inverse = where(curvature.greater(0), asTensor(1).div(curvature), 0);
  type Pair = { s: Tensor; y: Tensor; inverse: Tensor };
  const [q, alphas] = scan(
    (q: Tensor, pair: Pair): [Tensor, Tensor] => {
      const alpha = dot(pair.s, q).mul(pair.inverse);
      return [q.sub(pair.y.mul(alpha)), alpha];
    },
    gradient.neg(),
    { s, y, inverse },
    { reverse: true },
  );
  const [d] = scan(
    (r: Tensor, pair: Pair & { alpha: Tensor }): [Tensor, null] => {
      const beta = dot(pair.y, r).mul(pair.inverse);
      return [r.add(pair.s.mul(pair.alpha.sub(beta))), null];
    },
    q.mul(scale),
    { s, y, inverse, alpha: alphas },
  );
  return d;
}

/**
 * d = −H·g, θ ← θ + ηd. H, the inverse of the curvature, is made of the last m moves s and the changes y of the
 * gradient along them, by the two loops of Nocedal, 1980; Liu and Nocedal, 1989. The first step is
 * −min(1, 1/‖g‖₁)·ηg, and so is each until a move with positive curvature, s·y > 1e-10, is known.
 *
 * One call is one step, as PyTorch's `LBFGS` with `max_iter=1` and no line search. It needs the gradient of the same
 * loss at each step: all data in one batch, and no dropout. All parameters are seen together. A rate below 1 is
 * safer where the loss is far from a parabola.
 *
 * @example
 * const w = variable([3, -2]);
 * const optimizer = optimizers.lbfgs();
 * const loss = () => w.value.sub(1).square().mul([1, 100]).sum();
 * const step = compile(() => optimizer.applyGradients([[gradients(loss(), [w])[0], w]]));
 * await step.repeat(20);
 * await w.array(); // [1, 1]
 */
export function lbfgs(options: LbfgsOptions = {}): Optimizer {
  const defaults = { historySize: 100, toleranceGrad: 1e-7, toleranceChange: 1e-9 };
  return makeOptimizer(
    "lbfgs",
    options,
    defaults,
    ({ historySize, toleranceGrad, toleranceChange }) => ({
      joint: true,
      slots: {
        lastGradient: 0,
        lastMove: 0,
        moves: { first: 0, rows: historySize },
        changes: { first: 0, rows: historySize },
      },
      update: ({ value, gradient, slots, learningRate }) => {
        const [lastGradient, lastMove] = [slots["lastGradient"]!, slots["lastMove"]!];
        const isSteep = gradient.abs().max().greater(toleranceGrad);
        const change = gradient.sub(lastGradient);
        const isNew = isSteep.logicalAnd(dot(change, lastMove).greater(leastCurvature));
        const moves = where(isNew, pushed(slots["moves"]!, lastMove), slots["moves"]!);
        const changes = where(isNew, pushed(slots["changes"]!, change), slots["changes"]!);
        const [s, y] = [moves.at(-1), changes.at(-1)];
        const curvature = dot(s, y);
        const isKnown = curvature.greater(0);
        const scale = where(isKnown, curvature.div(dot(y, y)), 1);
        const d = direction(gradient, moves, changes, scale);
        const first = asTensor(1).div(gradient.abs().sum()).minimum(1);
        const isDownhill = isSteep.logicalAnd(dot(gradient, d).lessEqual(-toleranceChange));
        const move = where(isDownhill, d.mul(where(isKnown, 1, first)).mul(learningRate), 0);
        return {
          value: value.add(move),
          // A step that is not taken changes nothing, so that the next change is one along the last move.
          slots: {
            lastGradient: where(isSteep, gradient, lastGradient),
            lastMove: where(isSteep, move, lastMove),
            moves,
            changes,
          },
        };
      },
    }),
    { learningRate: 1 },
  );
}
