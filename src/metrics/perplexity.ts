// How many words a language model wavers between.

import { ones, where } from "../functions/array.ts";
import { classNumbers } from "../losses/loss.ts";
import { sparseCategoricalCrossentropy } from "../losses/sparse-categorical-crossentropy.ts";
import { checkFlag } from "../options.ts";
import { type Metric, plus, quotient, spread } from "./metric.ts";
import { type Called, called, integer, optionsOf } from "./options.ts";

/** The options of {@link perplexity}. */
export interface PerplexityOptions {
  /** True if predictions are logits. Default: follows the model's loss, else false. */
  readonly fromLogits?: boolean;
  /** The token number of padding, which does not count. Default: none. */
  readonly maskTokenId?: number;
}

/**
 * e to the mean of −ln p over the tokens, where p is the probability of the right token; 0 if there are none. Tokens
 * `[batch, time]` and predictions `[batch, time, vocabulary]`; 1 is perfect, and the size of the vocabulary is chance.
 * What is masked does not count. Jelinek and others, 1977.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where tokens do not fit the predictions
 * @example
 * const metric = metrics.perplexity({ maskTokenId: 0 });
 * await metrics.figure(metric, [[1, 2, 0]], [[[0, 0.5, 0.5], [0.25, 0.25, 0.5], [0, 0, 1]]]).item(); // 2
 */
export function perplexity<const N extends string = "perplexity">(
  options: PerplexityOptions & Called<N> = {},
): Metric<NoInfer<N>> {
  const config = optionsOf<PerplexityOptions>("perplexity", options, {
    fromLogits: [null, checkFlag],
    maskTokenId: [null, integer],
  });
  const { maskTokenId } = config;
  const make = (fromLogits: boolean): Metric<NoInfer<N>> => ({
    ...called<N>("perplexity", config),
    state: () => ({ total: [], count: [] }),
    update({ total, count }, targets, predictions, weights) {
      const tokens = classNumbers("perplexity", targets, predictions);
      const losses = sparseCategoricalCrossentropy(tokens, predictions, { fromLogits });
      const given = weights ? spread(weights, tokens.shape) : ones(tokens.shape);
      const own = maskTokenId === undefined ? given : where(tokens.equal(maskTokenId), 0, given);
      // A loss that does not count may be NaN.
      const counted = where(own.equal(0), 0, losses.mul(own));
      return { total: plus(total, counted.sum()), count: plus(count, own.sum()) };
    },
    result: ({ total, count }) => where(plus(count, 0).equal(0), 0, quotient(total, count).exp()),
    forLoss: (loss) => make(config.fromLogits ?? loss.fromLogits === true),
  });
  return make(config.fromLogits === true);
}
