// The scale of a plot's axis: its range, where its ticks are, and how they are written.
import { numeral } from "../../../recipes/tools/part.ts";

export interface Scale {
  /** The share of the axis at which a value lies: 0 at its beginning, 1 at its end. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** The share of an axis that stays free at both ends where signs would lie on the border. */
export const roomForSigns = 0.04;

/**
 * An axis for these values with about `count` ticks at 1, 2 or 5 times a power of ten; `room` is the share of their
 * range that stays free at both ends. Ignores what is not finite.
 */
export function linearScale(values: readonly number[], count: number, room = 0): Scale {
  const [least, greatest] = rangeOf(values, room);
  const step = niceStep((greatest - least) / count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  // The sum with 0 is no −0.
  for (let i = Math.ceil(least / step - 1e-9) + 0; i * step <= greatest + 1e-9 * step; i++)
    ticks.push({ value: i * step, label: decimals > 4 ? numeral(i * step) : numeral(i * step, decimals) });
  return { at: (value) => (value - least) / (greatest - least), ticks };
}

/**
 * An axis on which each power of ten has the same length, with ticks at twice and five times the powers too where there
 * are few of these. Values that are not above 0 lie nowhere: NaN.
 */
export function logScale(values: readonly number[], count: number, room = 0): Scale {
  const [least, greatest] = rangeOf(values.filter((value) => value > 0).map(Math.log10), room);
  const every = Math.max(1, Math.ceil((greatest - least) / count));
  const factors = greatest - least < 2 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(least); power <= greatest + 1e-9; power++) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      const isOnAxis = Math.log10(value) >= least - 1e-9 && Math.log10(value) <= greatest + 1e-9;
      if (isOnAxis) ticks.push({ value, label: factor === 1 ? powerOfTen(power) : numeral(value) });
    }
  }
  return { at: (value) => (value > 0 ? (Math.log10(value) - least) / (greatest - least) : Number.NaN), ticks };
}

const powerOfTen = (power: number): string =>
  Math.abs(power) < 4 ? numeral(10 ** power, Math.max(0, -power)) : raise(power);
const raise = (power: number): string =>
  `10${String(power)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "")}`;

/** Values that differ by less, relative to their size, are shown as equal: steps between them would be no numbers. */
const leastSpread = 1e-9;

/** The least and the greatest of the finite values, with `room` at both ends, and with some where all are equal. */
function rangeOf(values: readonly number[], share: number): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (least > greatest) return [0, 1];
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  const free = greatest - least <= leastSpread * size ? 0.1 * size || 1 : share * (greatest - least);
  return [least - free, greatest + free];
}

function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10);
}
