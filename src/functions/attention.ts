// Attention: a weighted mean of values, with weights that follow from how well their keys match a query.
import { ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkFinite, checkFlag, checkOptions } from "../options.ts";
import { broadcastShapes, formatShape } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { einsum } from "./einsum.ts";

/** The options of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /**
   * Broadcasts to [..., queries, keys]. A bool mask is true for the keys that a query attends to; a float mask is added
   * to the scores. Default: every query attends to every key.
   */
  readonly mask?: TensorLike;
  /** Lets query i attend to keys 0 … i only. Default: false. */
  readonly causal?: boolean;
  /** The factor of the scores. Default: 1 / √(length of a key). */
  readonly scale?: number;
}

/**
 * softmax(q · kᵀ · scale + mask) · v: queries [..., time, dim], keys [..., keys, dim], values [..., keys, width],
 * result [..., time, width]; leading axes (batch, heads) broadcast. A query that attends to no key gets zeros and no
 * gradient; a plain softmax of −∞ alone would give NaN. Vaswani and others, 2017.
 *
 * @throws ShapeError if queries, keys, values or the mask do not fit
 * @example
 * const x = random.normal(random.key(0), [4, 16, 8]); // 4 heads, 16 tokens, 8 numbers of each
 * scaledDotProductAttention(x, x, x, { causal: true }).shape; // [4, 16, 8]
 */
export function scaledDotProductAttention(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options: AttentionOptions = {},
): Tensor {
  const name = "scaledDotProductAttention";
  checkOptions(name, options, ["mask", "causal", "scale"]);
  const [queries, keys, values] = [asFloat(q), asFloat(k), asFloat(v)];
  const fail = (why: string): never => {
    throw new ShapeError(
      `${name}: queries ${formatShape(queries.shape)}, keys ${formatShape(keys.shape)} and values ` +
        `${formatShape(values.shape)} do not fit: ${why}.`,
    );
  };
  if (Math.min(queries.ndim, keys.ndim, values.ndim) < 2) fail("each has at least the axes [time, dim]");
  const dim = queries.shape.at(-1)!;
  if (keys.shape.at(-1) !== dim) fail(`a query has ${dim} numbers, and a key ${keys.shape.at(-1)}`);
  if (keys.shape.at(-2) !== values.shape.at(-2))
    fail(`there are ${keys.shape.at(-2)} keys, but ${values.shape.at(-2)} values`);
  const scale =
    options.scale === undefined ? 1 / Math.sqrt(Math.max(1, dim)) : checkFinite(name, "scale", options.scale);
  broadcastShapes(
    `${name}: leading axes`,
    queries.shape.slice(0, -2),
    keys.shape.slice(0, -2),
    values.shape.slice(0, -2),
  );
  const scores = einsum("...td,...sd->...ts", queries, keys).mul(scale);
  return attentionWeights(name, scores, options).matmul(values);
}

/** The softmax of scores `[..., queries, keys]` under a mask: zeros for a query that attends to no key. */
export function attentionWeights(
  name: string,
  scores: Tensor,
  options: Pick<AttentionOptions, "mask" | "causal">,
): Tensor {
  const masked = checkFlag(name, "causal", options.causal ?? false) || options.mask !== undefined;
  if (scores.shape.at(-1) === 0) return scores;
  const seen = masked ? hidden(name, scores, options) : scores;
  const top = seen.max(-1, { keepDims: true }).stopGradient();
  // For a row of −∞ alone, −∞ − (−∞) and the division by 0 are avoided: all its weights are 0.
  const powers = seen.sub(masked ? where(top.equal(-Infinity), 0, top) : top).exp();
  const total = powers.sum(-1, { keepDims: true });
  const weights = powers.div(masked ? where(total.equal(0), 1, total) : total);
  return new Tensor(ops.probabilities(seen.node, weights.node, seen.ndim - 1));
}

/** The scores with −∞ for the keys that a query does not attend to, or with the mask added. */
function hidden(name: string, scores: Tensor, { mask, causal = false }: AttentionOptions): Tensor {
  let y = scores;
  if (mask !== undefined) {
    const given = asTensor(mask);
    const shape = broadcastShapes(`${name}: mask`, scores.shape, given.shape);
    if (shape.length !== scores.ndim || shape.some((n, i) => n !== scores.shape[i])) {
      throw new ShapeError(
        `${name}: the mask ${formatShape(given.shape)} does not broadcast to the scores ` +
          `${formatShape(scores.shape)}, [..., queries, keys].`,
      );
    }
    y = given.dtype === "bool" ? where(given, y, -Infinity) : y.add(given);
  }
  if (!causal) return y;
  const table = scores.shape.slice(-2);
  return where(new Tensor(ops.lessEqual(ops.iota(table, 1, "int32"), ops.iota(table, 0, "int32"))), y, -Infinity);
}
