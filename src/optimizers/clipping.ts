// Clipping of gradients: by the norm of each parameter, by the norm of all, by element.
import { concatenate } from "../functions/array.ts";
import type { Segment } from "../nn/tree/store.ts";
import { asTensor, type Tensor } from "../tensor.ts";

/** The options of clipping; absent ones do nothing. */
export interface Clipping {
  readonly clipnorm?: number;
  readonly globalClipnorm?: number;
  readonly clipvalue?: number;
}

/** A gradient, flat or in the shape of its one parameter, and the parameters in it. */
interface SegmentedGradient {
  readonly gradient: Tensor;
  readonly segments: readonly Segment[];
}

const sumOfSquares = (x: Tensor): Tensor => x.square().sum();

/** g · c / max(‖g‖, c), where ‖g‖² is given. */
function scaleDown(gradient: Tensor, normSquared: Tensor, limit: number): Tensor {
  return gradient.mul(asTensor(limit).div(normSquared.sqrt().maximum(limit)));
}

/** The gradients after clipping, first by the norm of each parameter, then by the norm of all, then by element. */
export function clip(
  given: readonly SegmentedGradient[],
  { clipnorm, globalClipnorm, clipvalue }: Clipping,
): readonly Tensor[] {
  let clipped = given.map(({ gradient, segments }) =>
    clipnorm === undefined
      ? gradient
      : eachSegment(segments, [gradient], (own) => scaleDown(own!, sumOfSquares(own!), clipnorm)),
  );
  if (globalClipnorm !== undefined && clipped.length > 0) {
    const total = clipped.map(sumOfSquares).reduce((a, b) => a.add(b));
    clipped = clipped.map((gradient) => scaleDown(gradient, total, globalClipnorm));
  }
  if (clipvalue !== undefined) clipped = clipped.map((gradient) => gradient.maximum(-clipvalue).minimum(clipvalue));
  return clipped;
}

/** Applies a function to the parts of vectors that belong to each parameter, and joins what it gives for them. */
export function eachSegment(
  segments: readonly Segment[],
  vectors: readonly Tensor[],
  f: (...parts: Tensor[]) => Tensor,
): Tensor {
  if (segments.length === 1) return f(...vectors);
  return concatenate(
    segments.map(({ offset, size }) => f(...vectors.map((vector) => vector.at([offset, offset + size])))),
  );
}
