// A column of a table: values of one type, of which some may be missing.
import { type DateForm, type DateOrder, formatDate, isoDay } from "../../formats/dates.ts";
import type { ColumnType } from "./cells.ts";

/**
 * Numbers, in float64. Missing ones are NaN; a boolean is 0 or 1, a date the milliseconds since 1970 in UTC.
 */
export interface NumericColumn {
  readonly name: string;
  readonly type: "number" | "integer" | "boolean" | "date";
  readonly values: Float64Array;
  /** The order in which a file writes day, month and year; of dates only. */
  readonly dates?: DateOrder;
  /** How a file writes its dates, by which others are written alike. */
  readonly form?: DateForm;
  /** How a file first writes false and true, such as No and Yes; undefined where it never does. Of booleans only. */
  readonly words?: BooleanWords;
}

/** The words for false and true. */
export type BooleanWords = readonly [no: string | undefined, yes: string | undefined];

/** Categories: their indices in the sorted list `categories`, −1 for a missing one. */
export interface CategoryColumn {
  readonly name: string;
  readonly type: "category";
  readonly values: Int32Array;
  readonly categories: readonly string[];
}

/** Texts; null for a missing one. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text";
  readonly values: readonly (string | null)[];
}

/** A column of a {@link Table}; its `type` tells what `values` hold. */
export type TableColumn = NumericColumn | CategoryColumn | TextColumn;

/** The type of a column, and how its cells are read. */
export interface ColumnInfo {
  readonly name: string;
  readonly type: ColumnType;
  /** The order of day, month and year in a column of dates. Default: "ymd". */
  readonly dates?: DateOrder;
  /** The categories, sorted. */
  readonly categories?: readonly string[];
}

/** The word of a boolean, 0 or 1: that of its file, else "false" or "true". */
export const wordOf = ({ words }: NumericColumn, value: number): string => words?.[value] ?? String(value === 1);

/** A date of a column as its file writes dates. */
export const dateText = ({ form = isoDay }: NumericColumn, time: number): string => formatDate(time, form);

/** Sorts texts by their UTF-16 code units, which is the same everywhere. */
export const sortTexts = (texts: Iterable<string>): string[] => [...texts].sort();
