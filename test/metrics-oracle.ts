// Keras's documented formulas of metrics, in float64 and in plain loops over examples.

/** One example: targets and predictions (rows of numbers), and its weight. */
export interface Example {
  readonly t: readonly number[];
  readonly p: readonly number[];
  readonly w: number;
}

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const over = (a: number, b: number): number => (b === 0 ? 0 : a / b);
const mean = (xs: readonly number[]): number => sum(xs) / xs.length;
const greatest = (xs: readonly number[]): number => xs.indexOf(Math.max(...xs));

/** Σ w·value / Σ w over the examples. */
export const meanOf =
  (value: (t: readonly number[], p: readonly number[]) => number) =>
  (data: readonly Example[]): number =>
    over(sum(data.map(({ t, p, w }) => w * value(t, p))), sum(data.map(({ w }) => w)));

/** Summed weights of the four kinds of answers, of the labels that count. */
export function cellsOf(data: readonly Example[], isYes: (p: number) => boolean, labels?: readonly number[]) {
  const cells = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (const { t, p, w } of data)
    t.forEach((truth, i) => {
      if (labels && !labels.includes(i)) return;
      const key = `${truth > 0 === isYes(p[i]!) ? "t" : "f"}${isYes(p[i]!) ? "p" : "n"}` as keyof typeof cells;
      cells[key] += w;
    });
  return cells;
}

/** Only the k greatest keep their value. */
export const topOf = (data: readonly Example[], k: number): readonly Example[] =>
  data.map((example) => {
    const { p } = example;
    const ahead = (i: number): number => p.filter((x, j) => x > p[i]! || (x === p[i] && j < i)).length;
    return { ...example, p: p.map((x, i) => (ahead(i) < k ? x : -Infinity)) };
  });

export const precisionOf = ({ tp, fp }: { tp: number; fp: number }): number => over(tp, tp + fp);
export const recallOf = ({ tp, fn }: { tp: number; fn: number }): number => over(tp, tp + fn);

export function fBetaOf(
  data: readonly Example[],
  beta: number,
  average: "micro" | "macro" | "weighted",
  threshold?: number,
): number {
  const answers = data.map((example) => {
    const most = Math.max(...example.p);
    return { ...example, p: example.p.map((x) => Number(threshold === undefined ? x === most : x > threshold)) };
  });
  const score = (labels?: readonly number[]): number => {
    const cells = cellsOf(answers, (p) => p === 1, labels);
    const [P, R] = [precisionOf(cells), recallOf(cells)];
    return over((1 + beta ** 2) * P * R, beta ** 2 * P + R);
  };
  if (average === "micro") return score();
  const scores = data[0]!.t.map((_, i) => score([i]));
  const there = scores.map((_, i) => sum(data.map(({ t, w }) => w * t[i]!)));
  return average === "macro" ? mean(scores) : sum(scores.map((s, i) => (s * there[i]!) / sum(there)));
}

export type Method = "interpolation" | "minoring" | "majoring";

export function aucOf(
  data: readonly Example[],
  curve: "ROC" | "PR",
  method: Method,
  thresholds: readonly number[] = Array.from({ length: 200 }, (_, i) =>
    i === 0 ? -1e-7 : i === 199 ? 1 + 1e-7 : Math.fround(i / 199),
  ),
  labels?: readonly number[],
): number {
  const points = thresholds.map((threshold) => cellsOf(data, (p) => p > threshold, labels));
  let area = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b] = [points[i]!, points[i + 1]!];
    if (curve === "PR" && method === "interpolation") {
      const [pa, pb] = [a.tp + a.fp, b.tp + b.fp];
      const slope = over(a.tp - b.tp, Math.max(pa - pb, 0));
      const intercept = b.tp - slope * pb;
      const ratio = pa > 0 && pb > 0 ? pa / pb : 1;
      area += over(slope * (a.tp - b.tp + intercept * Math.log(ratio)), b.tp + b.fn);
      continue;
    }
    const [xa, xb] = [a, b].map((c) => (curve === "ROC" ? over(c.fp, c.fp + c.tn) : recallOf(c))) as [number, number];
    const [ya, yb] = [a, b].map((c) => (curve === "ROC" ? recallOf(c) : precisionOf(c))) as [number, number];
    const height = { interpolation: (ya + yb) / 2, minoring: Math.min(ya, yb), majoring: Math.max(ya, yb) }[method];
    area += (xa - xb) * height;
  }
  return area;
}

/** The share of pairs of a positive and a negative that are in order; those that are equal count half. */
export function rankedPairs(data: readonly Example[]): number {
  const of = (value: number) => data.filter(({ t }) => t[0] === value);
  const pairs = of(1).flatMap((a) => of(0).map((b) => ({ w: a.w * b.w, d: a.p[0]! - b.p[0]! })));
  return over(sum(pairs.map(({ w, d }) => w * (d > 0 ? 1 : d === 0 ? 0.5 : 0))), sum(pairs.map(({ w }) => w)));
}

type Cells = ReturnType<typeof cellsOf>;

/** The greatest of a rate among 200 thresholds where another is at least `least`. */
export function bestOf(
  data: readonly Example[],
  wanted: (cells: Cells) => number,
  held: (cells: Cells) => number,
  least: number,
): number {
  const all = Array.from({ length: 200 }, (_, i) => cellsOf(data, (p) => p > Math.fround(i / 199)));
  return Math.max(0, ...all.filter((cells) => held(cells) >= least).map(wanted));
}
export const specificityOf = ({ tn, fp }: Cells): number => over(tn, tn + fp);

/** Weights by class of target and prediction, from pairs of class numbers. */
export function matrixOf(pairs: readonly (readonly [t: number, p: number, w: number])[], classes: number): number[][] {
  const m = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [t, p, w] of pairs) if (t >= 0 && t < classes) m[t]![p]! += w;
  return m;
}
export const pairsOf = (data: readonly Example[]): [number, number, number][] =>
  data.map(({ t, p, w }) => [greatest(t), greatest(p), w]);

export function ioUOf(m: readonly number[][], ids: readonly number[]): number {
  const scores = ids
    .map((i) => [m[i]![i]!, sum(m[i]!) + sum(m.map((row) => row[i]!)) - m[i]![i]!] as const)
    .filter(([, union]) => union > 0);
  return over(sum(scores.map(([right, union]) => right / union)), scores.length);
}

/** The correlation of the indicators of classes (Gorodkin's R_K), from the examples themselves. */
export function correlationOf(pairs: readonly (readonly [number, number, number])[], classes: number): number {
  const total = sum(pairs.map(([, , w]) => w));
  const covariance = (a: 0 | 1, b: 0 | 1): number => {
    let all = 0;
    for (let k = 0; k < classes; k++) {
      const share = (side: 0 | 1) => sum(pairs.map((pair) => (pair[side] === k ? pair[2] : 0))) / total;
      const [ma, mb] = [share(a), share(b)];
      all += sum(pairs.map((pair) => pair[2] * (Number(pair[a] === k) - ma) * (Number(pair[b] === k) - mb)));
    }
    return all;
  };
  return over(covariance(0, 1), Math.sqrt(covariance(0, 0) * covariance(1, 1)));
}

export function kappaOf(m: readonly number[][], cost: (i: number, j: number) => number): number {
  const n = sum(m.flat());
  const [rows, columns] = [m.map(sum), m.map((_, j) => sum(m.map((row) => row[j]!)))];
  const each = (value: (i: number, j: number) => number): number =>
    sum(m.flatMap((row, i) => row.map((_, j) => cost(i, j) * value(i, j))));
  const chance = each((i, j) => (rows[i]! * columns[j]!) / n);
  return chance === 0 ? 0 : 1 - each((i, j) => m[i]![j]!) / chance;
}

export function r2Of(data: readonly Example[], aggregation = "uniformAverage", regressors = 0): number {
  const parts = data[0]!.t.map((_, i) => {
    const centre = over(sum(data.map(({ t, w }) => w * t[i]!)), sum(data.map(({ w }) => w)));
    const total = sum(data.map(({ t, w }) => w * (t[i]! - centre) ** 2));
    const left = sum(data.map(({ t, p, w }) => w * (t[i]! - p[i]!) ** 2));
    return { total, score: 1 - left / total };
  });
  const score =
    aggregation === "uniformAverage"
      ? mean(parts.map((part) => part.score))
      : sum(parts.map((part) => part.score * part.total)) / sum(parts.map(({ total }) => total));
  const n = data.length;
  return regressors === 0 ? score : 1 - ((1 - score) * (n - 1)) / (n - regressors - 1);
}
