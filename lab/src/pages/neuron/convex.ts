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
