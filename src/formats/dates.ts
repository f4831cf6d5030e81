// Dates and times as tables write them, as milliseconds since 1970 in UTC: the same number in every time zone.

/** The order of day, month and year. ISO 8601 and other forms that begin with the year are "ymd". */
export type DateOrder = "ymd" | "dmy" | "mdy";

export const dateOrders: readonly DateOrder[] = ["ymd", "dmy", "mdy"];

const time = String.raw`(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?${time}$`);
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${time}$`);

/**
 * Milliseconds since 1970-01-01 UTC of a date, NaN for any other text and for days that do not exist. A time without a
 * zone is taken for UTC.
 *
 * "ymd" reads `2024-03-01`, `2024/3/1`, `2024.03.01`, `2024-03` and each with a time, `2024-03-01T12:30:05.5+02:00`;
 * "dmy" reads `1.3.2024` and "mdy" `3/1/2024`, each with "-", "/" or ".".
 *
 * @example
 * parseDate("1970-01-02", "ymd"); // 86400000
 * parseDate("2.1.1970 00:00", "dmy"); // 86400000
 * parseDate("2023-02-29", "ymd"); // NaN
 */
export function parseDate(text: string, order: DateOrder): number {
  if (text.length < 6 || text.length > 40) return NaN;
  if (order === "ymd" && text.length === 10) {
    const day = plainDay(text);
    if (day === day) return day;
  }
  const found = (order === "ymd" ? yearFirst : yearLast).exec(text);
  if (!found) return NaN;
  const [, a, , b, c = "1", ...clock] = found;
  const [year, month, day] = order === "ymd" ? [a, b, c] : order === "dmy" ? [c, b, a] : [c, a, b];
  const start = dayOf(Number(year), Number(month), Number(day));
  return start + clockOf(clock);
}

/** The first millisecond of a day that is written as 2024-03-01, NaN for any other text: the usual form, read fast. */
function plainDay(text: string): number {
  const hyphen = 45;
  if (text.charCodeAt(4) !== hyphen || text.charCodeAt(7) !== hyphen) return NaN;
  const [year, month, day] = [digitsIn(text, 0, 4), digitsIn(text, 5, 7), digitsIn(text, 8, 10)];
  // Every month has 28 days; and Date.UTC takes the years 0 to 99 for those of the 20th century.
  return year > 99 && month > 0 && month < 13 && day > 0 && day < 29 ? Date.UTC(year, month - 1, day) : NaN;
}

/** The number that some digits say, NaN if one is none. */
function digitsIn(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = 10 * value + digit;
  }
  return value;
}

/** The first millisecond of a day; NaN where the month has no such day. */
function dayOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : NaN;
}

function clockOf([hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"]: readonly (
  | string
  | undefined
)[]): number {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 24 || m > 59 || s > 60 || (h === 24 && (m > 0 || s > 0))) return NaN;
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = zone === "Z" ? 0 : sign * (60 * Number(zone.slice(1, 3)) + Number(zone.slice(-2)));
  return 1000 * (60 * (60 * h + m - offset) + s) + Math.floor(1000 * Number(`0.${fraction}`));
}
