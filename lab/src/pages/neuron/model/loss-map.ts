// A loss over the plane as heights from 0 to 1, in which a narrow valley is seen as well as steep walls.

/**
 * ln(1 + (L − least)/s) as a share of the greatest, where s is what the lowest twentieth of the plane lies above the
 * least. What is infinite is the greatest.
 */
export function heightsOf(losses: Float32Array): Float32Array {
  const sorted = losses.filter(Number.isFinite).sort();
  const least = sorted[0] ?? 0;
  const unit = sorted[Math.floor(sorted.length / 20)]! - least || 1;
  const height = (L: number): number => Math.log1p((L - least) / unit);
  // The outermost hundredth is as high as what comes before it.
  const greatest = height(sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 1) || 1;
  return losses.map((L) => (Number.isFinite(L) ? Math.min(1, height(L) / greatest) : 1));
}

/** The heights at which lines are drawn. */
export const contourHeights = Array.from({ length: 11 }, (_, i) => (i + 1) / 12);
