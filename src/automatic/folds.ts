// The comparison of two choices by their losses on the folds of the training part.

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * True if losses are not clearly above others on the same folds: by no more than the standard error of the mean
 * difference, as Breiman and others (1984) choose among trees. Where data are few, the least mean is one by chance, and
 * the simpler of two such choices is the safer one.
 */
export function isNotAbove(losses: readonly number[], others: readonly number[]): boolean {
  const differences = losses.map((loss, i) => loss - others[i]!);
  const mean = meanOf(differences);
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / Math.max(1, losses.length - 1);
  return mean <= Math.sqrt(variance / losses.length);
}
