// Convex polygons: corners against the clock.
type Corners = readonly (readonly number[])[];

/** Twice the area of the triangle p, q, r: above zero if they go against the clock. */
const turn = (p: readonly number[], q: readonly number[], r: readonly number[]): number =>
  (q[0]! - p[0]!) * (r[1]! - p[1]!) - (q[1]! - p[1]!) * (r[0]! - p[0]!);

/** Every corner turns left by a little at least, and all turns make one round. */
export function isConvex(corners: Corners): boolean {
  const count = corners.length;
  let round = 0;
  for (let i = 0; i < count; i++) {
    const [p, q, r] = [corners[i]!, corners[(i + 1) % count]!, corners[(i + 2) % count]!];
    if (turn(p, q, r) < 1e-3) return false;
    const cosine = (q[0]! - p[0]!) * (r[0]! - q[0]!) + (q[1]! - p[1]!) * (r[1]! - q[1]!);
    round += Math.atan2(turn(p, q, r), cosine);
  }
  return count >= 3 && Math.abs(round - 2 * Math.PI) < 1e-6;
}

export function areaOf(corners: Corners): number {
  let twice = 0;
  for (const [i, [x, y]] of corners.entries()) {
    const next = corners[(i + 1) % corners.length]!;
    twice += x! * next[1]! - next[0]! * y!;
  }
  return twice / 2;
}

const lengthOf = ([p, q]: Corners): number => Math.hypot(q![0]! - p![0]!, q![1]! - p![1]!);
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** With a new corner in the middle of the longest edge that takes one, a little outside it; undefined if none does. */
export function withCorner(corners: Corners, isInside: (corner: readonly number[]) => boolean): Corners | undefined {
  const edges = corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]!]);
  const longestFirst = edges.map((_, i) => i).sort((i, j) => lengthOf(edges[j]!) - lengthOf(edges[i]!));
  for (const at of longestFirst)
    for (const out of [0.06, 0.03, 0.015]) {
      const [p, q] = edges[at]!;
      const corner = [
        rounded((p![0]! + q![0]!) / 2 + out * (q![1]! - p![1]!)),
        rounded((p![1]! + q![1]!) / 2 - out * (q![0]! - p![0]!)),
      ];
      const next = [...corners.slice(0, at + 1), corner, ...corners.slice(at + 1)];
      if (isInside(corner) && isConvex(next)) return next;
    }
  return undefined;
}

/** Without the corner that cuts off least. */
export function withoutCorner(corners: Corners): Corners {
  const left = corners.map((_, i) => corners.filter((_, j) => j !== i));
  return left.reduce((best, other) => (areaOf(other) > areaOf(best) ? other : best));
}
