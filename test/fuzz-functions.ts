// Steps of random programs that call the larger functions: convolution, pooling, sorting, normalization, attention.
import { scaledDotProductAttention } from "../src/functions/attention.ts";
import { conv1d, conv2d, convTranspose1d, convTranspose2d, depthwiseConv2d } from "../src/functions/convolution.ts";
import { cumprod, cumsum } from "../src/functions/cumulative.ts";
import { diag, diagonal, tril, triu } from "../src/functions/diagonals.ts";
import { einsum } from "../src/functions/einsum.ts";
import { clip } from "../src/functions/elementwise.ts";
import { batchNorm, groupNorm, l2Normalize, layerNorm, rmsNorm } from "../src/functions/normalization.ts";
import {
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
} from "../src/functions/pooling.ts";
import { moveaxis, repeat, roll, tile } from "../src/functions/rearrange.ts";
import { logsumexp } from "../src/functions/reductions.ts";
import { argsort, sort, takeAlongAxis, topK } from "../src/functions/sorting.ts";
import type { Tensor } from "../src/tensor.ts";
import { largest, type Pool } from "./fuzz-pool.ts";

/** One more step; false where the draw does not fit and another is to be made. */
export function growByFunction(g: Pool): boolean {
  const steps = [
    convolved,
    convolved,
    transposed,
    pooled,
    pooled,
    sorted,
    sorted,
    normalized,
    normalized,
    ran,
    attended,
    rearranged,
    rearranged,
    folded,
  ];
  return steps[g.random.below(steps.length)]!(g);
}

/** x as [batch, ...one or two spatial axes, channels]. */
function asImage(x: Tensor, rank: number): Tensor | null {
  if (x.size === 0 || x.size > largest / 4) return null;
  const wide = x.ndim < rank + 2 ? x.reshape([...new Array<number>(rank + 2 - x.ndim).fill(1), ...x.shape]) : x;
  return wide.reshape([-1, ...wide.shape.slice(wide.ndim - rank - 1)]);
}

const draw = (g: Pool, rank: number, most: number): number[] =>
  Array.from({ length: rank }, () => 1 + g.random.below(most));

function convolved(g: Pool): boolean {
  const rank = 1 + g.random.below(2);
  const { x: given, bound } = g.float();
  const x = asImage(given, rank);
  if (!x) return false;
  const channels = x.shape.at(-1)!;
  const groups = channels % 2 === 0 && g.random.below(3) === 0 ? 2 : 1;
  const sizes = draw(g, rank, 3);
  const options = {
    strides: draw(g, rank, 3),
    dilation: draw(g, rank, 2),
    padding: g.random.below(2) ? ("same" as const) : 4,
  };
  const terms = sizes.reduce((n, m) => n * m, channels / groups);
  if (channels > 40 || x.size * terms > 60_000) return false;
  if (rank === 2 && g.random.below(4) === 0)
    return g.keep(depthwiseConv2d(x, g.leaf([...sizes, channels, 2]), options).mul(groups / terms), bound, false);
  const y = (rank === 1 ? conv1d : conv2d)(x, g.leaf([...sizes, channels / groups, groups * (1 + g.random.below(3))]), {
    ...options,
    groups,
  });
  return y.size <= largest && g.keep(y.mul(1 / terms), bound, false);
}

function transposed(g: Pool): boolean {
  const rank = 1 + g.random.below(2);
  const { x: given, bound } = g.float();
  const x = asImage(given, rank);
  if (!x || x.shape.at(-1)! > 20) return false;
  const sizes = draw(g, rank, 3);
  const kernel = g.leaf([...sizes, 1 + g.random.below(3), x.shape.at(-1)!]);
  const y = (rank === 1 ? convTranspose1d : convTranspose2d)(x, kernel, {
    strides: draw(g, rank, 3),
    padding: g.random.below(2) ? "same" : "valid",
  });
  return y.size <= largest && g.keep(y.mul(1 / (9 * x.shape.at(-1)!)), bound, false);
}

function pooled(g: Pool): boolean {
  const rank = 1 + g.random.below(2);
  const { x: given, bound, exact } = g.float();
  const x = asImage(given, rank);
  if (!x) return false;
  if (g.random.below(6) === 0)
    return g.random.below(2) ? g.keep(globalMaxPool(x), bound, exact) : g.keep(globalAveragePool(x), bound, false);
  const options = { strides: draw(g, rank, 3), padding: "same" as const };
  const sizes = draw(g, rank, 3);
  if (g.random.below(2)) return g.keep((rank === 1 ? maxPool1d : maxPool2d)(x, sizes, options), bound, exact);
  return g.keep(
    (rank === 1 ? averagePool1d : averagePool2d)(x, sizes, g.random.below(2) ? options : { padding: "same" }),
    bound,
    false,
  );
}

/** Only what is held exactly has one order. */
function sorted(g: Pool): boolean {
  const entry = g.any((e) => e.exact);
  if (!entry || entry.x.ndim === 0 || entry.x.shape.includes(0)) return false;
  const { x, bound } = entry;
  const axis = g.random.below(x.ndim);
  const descending = g.random.below(2) === 0;
  switch (g.random.below(4)) {
    case 0:
      return g.keep(argsort(x, axis, { descending }), 0, true);
    case 1:
      return g.keep(topK(x, 1 + g.random.below(x.shape[axis]!), axis).values, bound, true);
    case 2:
      return g.keep(takeAlongAxis(x.flip(axis), argsort(x, axis, { descending }), axis), bound, true);
    default:
      return g.keep(sort(x, axis, { descending }), bound, true);
  }
}

function normalized(g: Pool): boolean {
  const { x, bound } = g.float();
  if (x.ndim === 0 || x.size === 0) return false;
  const axes = g.random.below(x.ndim);
  const channels = x.shape.at(-1)!;
  const limit = Math.max(3, 2 * bound);
  switch (g.random.below(5)) {
    case 0:
      return g.keep(
        layerNorm(x, { axes, epsilon: 0.5, ...(g.random.below(2) && { gamma: 0.5, beta: 1 }) }),
        limit,
        false,
      );
    case 1:
      return g.keep(rmsNorm(x, { axes, epsilon: 0.5 }), limit, false);
    case 2:
      return g.keep(batchNorm(x, { axis: axes, epsilon: 0.5, gamma: g.leaf([x.shape[axes]!]) }), limit, false);
    case 3:
      return x.ndim > 1 && g.keep(groupNorm(x, channels % 2 === 0 ? 2 : 1, { epsilon: 0.5 }), limit, false);
    default:
      return g.keep(l2Normalize(x, { axes, epsilon: 0.5 }), limit, false);
  }
}

function ran(g: Pool): boolean {
  const { x, bound } = g.float();
  if (x.ndim === 0 || x.size === 0) return false;
  const axis = g.random.below(x.ndim);
  const n = x.shape[axis]!;
  if (g.random.below(2) || n > 20) return g.keep(cumsum(x, axis).mul(1 / n), bound, false);
  return g.keep(cumprod(x.mul(0.1 / bound).add(1), axis), 8, false);
}

function attended(g: Pool): boolean {
  const { x: given, bound } = g.float();
  const x = given.ndim >= 2 ? given : given.reshape([-1, 1]);
  const [time, dim] = x.shape.slice(-2) as [number, number];
  if (x.size === 0 || x.size * time > 20_000) return false;
  const keys = g.leaf([1 + g.random.below(time), dim]);
  const values = g.random.below(2) ? keys.tanh() : g.leaf([keys.shape[0]!, 2]);
  return g.keep(
    scaledDotProductAttention(x, keys, values, { causal: g.random.below(2) === 0, scale: 0.5 / (bound * dim) }),
    1,
    false,
  );
}

function rearranged(g: Pool): boolean {
  const { x, bound, exact } = g.any((e) => e.exact) ?? g.float();
  if (x.ndim === 0) return false;
  const axis = g.random.below(x.ndim);
  const steps: (() => Tensor | null)[] = [
    () => roll(x, g.random.below(9) - 4, axis),
    () => moveaxis(x, axis, g.random.below(x.ndim)),
    () => repeat(x, 1 + g.random.below(3), axis),
    () => tile(x, [2, 1 + g.random.below(2)]),
    () => (x.ndim > 1 ? tril(x, g.random.below(3) - 1) : null),
    () => (x.ndim > 1 ? triu(x, g.random.below(3) - 1) : null),
    () => (x.ndim > 1 ? diagonal(x, g.random.below(3) - 1) : diag(x.size <= 40 ? x : x.at([0, 40]), 1)),
    () => (x.dtype === "float32" ? clip(x, -0.5 * bound, 0.25 * bound) : null),
  ];
  const y = steps[g.random.below(steps.length)]!();
  return y !== null && y.size <= largest && g.keep(y, bound, exact);
}

function folded(g: Pool): boolean {
  const { x, bound } = g.float();
  if (x.ndim === 0 || x.size === 0) return false;
  const last = x.shape.at(-1)!;
  switch (g.random.below(3)) {
    case 0:
      return g.keep(logsumexp(x, g.random.below(x.ndim)).mul(0.5), bound + 4, false);
    case 1:
      return g.keep(einsum("...i,ij,i->...j", x, g.leaf([last, 3]), g.leaf([last])).mul(1 / last), bound, false);
    default:
      return (
        last <= 60 && g.keep(einsum("...i,...j->ij", x, x).mul(1 / Math.max(1, x.size / last)), bound * bound, false)
      );
  }
}
