// Draws the next token from the scores of a language model.
import { random, type Tensor } from "nabla";

/**
 * A token by its probability softmax(scores / temperature), for each row of `[batch, vocabulary]`: int32 `[batch]`. The
 * greatest of the scores with noise of a Gumbel distribution added is distributed so (Gumbel 1954).
 */
export function drawToken(scores: Tensor, temperature: number, key: Tensor): Tensor {
  const uniform = random.uniform(key, scores.shape).maximum(1e-7);
  return scores.div(temperature).sub(uniform.log().neg().log()).argmax(-1);
}
