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

/** How a file writes its dates. */
export interface DateForm {
  readonly order: DateOrder;
  readonly separator: string;
  /** True if months and days below 10 have a zero in front. */
  readonly isPadded: boolean;
  /** False for months, such as 2024-03. */
  readonly hasDay: boolean;
  /** Null for days without a time. */
  readonly clock: {
    /** What stands between day and time. */
    readonly joint: string;
    readonly hasSeconds: boolean;
    readonly fractionDigits: number;
    /** "Z", "+02:00", or "" where no zone is written. */
    readonly zone: string;
  } | null;
}

/** Days as ISO 8601 has them. */
export const isoDay: DateForm = { order: "ymd", separator: "-", isPadded: true, hasDay: true, clock: null };

/**
 * How dates are written, by the longest and the shortest text of many: the longest one has all parts, and the shortest
 * one tells if a zero stands in front of a month or day below 10.
 *
 * @example
 * formatDate(parseDate("2024-03", "ymd"), dateFormOf("1961-01", "1961-01", "ymd")); // "2024-03"
 * formatDate(0, dateFormOf("31.12.2024 10:30", "1.2.2024 5:06", "dmy")); // "1.1.1970 00:00"
 */
export function dateFormOf(longest: string, shortest: string, order: DateOrder): DateForm {
  const of = (text: string): RegExpExecArray | null => (order === "ymd" ? yearFirst : yearLast).exec(text);
  const [found, short] = [of(longest), of(shortest)];
  if (!found || !short) return isoDay;
  const [, a, separator, b, c, hour, , second, fraction = "", zone = ""] = found;
  const parts = (order === "ymd" ? [short[3], short[4]] : [short[1], short[3]]).filter((part) => part !== undefined);
  const isPadded = parts.every((part) => part.length === 2);
  const joint = hour === undefined ? "" : longest.includes("T") ? "T" : " ";
  const clock = { joint, hasSeconds: second !== undefined, fractionDigits: Math.min(3, fraction.length), zone };
  const hasDay = (order === "ymd" ? c : a && b && c) !== undefined;
  return { order, separator: separator!, isPadded, hasDay, clock: hour === undefined ? null : clock };
}

/** A date, in milliseconds since 1970, as a file writes it. */
export function formatDate(time: number, { order, separator, isPadded, hasDay, clock }: DateForm): string {
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(clock?.zone ?? "");
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (60 * Number(zone[2]) + Number(zone[3])) : 0;
  const iso = new Date(time + 60_000 * offset).toISOString();
  const [date = "", rest = ""] = iso.split("T");
  const [, year = "", ...others] = /^([+-]?\d+)-(\d\d)-(\d\d)$/.exec(date) ?? [];
  const [month = "", day = ""] = others.map((part) => (isPadded ? part : String(Number(part))));
  const parts = { ymd: hasDay ? [year, month, day] : [year, month], dmy: [day, month, year], mdy: [month, day, year] };
  if (!clock) return parts[order].join(separator);
  const { joint, hasSeconds, fractionDigits } = clock;
  const digits = hasSeconds ? (fractionDigits > 0 ? 9 + fractionDigits : 8) : 5;
  return `${parts[order].join(separator)}${joint}${rest.slice(0, digits)}${clock.zone}`;
}
