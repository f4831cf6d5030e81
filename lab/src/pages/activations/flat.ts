// The stretches of the plot where a function is nearly flat.

/** The intervals of the grid where |slope| < threshold; their ends are interpolated between the grid's points. */
export function flatIntervals(
  grid: ArrayLike<number>,
  slopes: ArrayLike<number>,
  threshold: number,
): readonly (readonly [from: number, to: number])[] {
  const excess = (i: number): number => Math.abs(slopes[i]!) - threshold;
  /** The crossing between grid points i and i + 1. */
  const crossing = (i: number): number => {
    const share = excess(i) / (excess(i) - excess(i + 1));
    return grid[i]! + share * (grid[i + 1]! - grid[i]!);
  };
  const intervals: [number, number][] = [];
  for (let i = 0; i < grid.length; i++) {
    if (excess(i) >= 0) continue;
    const from = i === 0 ? grid[0]! : crossing(i - 1);
    while (i + 1 < grid.length && excess(i + 1) < 0) i++;
    intervals.push([from, i + 1 < grid.length ? crossing(i) : grid[i]!]);
  }
  return intervals;
}
