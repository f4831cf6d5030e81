// Formats quantities for people: counts, shares, times and sizes.

/** 60000 → `60,000` */
export const thousands = (n: number): string => Math.round(n).toLocaleString("en-US");

/** 0.9665 → `96.65 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A measure of a model: accuracies as percentages, anything else with four digits. */
export function formatMeasure(name: string, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return /accuracy/i.test(name) ? percent(value) : String(Number(value.toPrecision(4)));
}

/** 83 s → `1 min 23 s`, 0.004 s → `4 ms` */
export function formatDuration(seconds: number): string {
  if (seconds < 0.05) return `${Math.ceil(1000 * seconds)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A size in the binary unit that suits it: 407040 → `397.5 KiB` */
export function formatBytes(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && unit < 4; unit++) size /= 1024;
  return unit === 0 ? `${bytes} B` : `${size.toFixed(unit > 2 ? 2 : 1)} ${"KMGT"[unit - 1]}iB`;
}

/** A float32 as the shortest number that rounds to it: 0.8, where its double is 0.800000011920929. */
export function shortestFloat32(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return short;
  }
  return x;
}
