// What is predicted: the task that follows from a column, class numbers or standardised numbers.
import { type TableColumn, wordOf } from "../data/table/column.ts";
import { ArgumentError, quote } from "../errors.ts";
import { thousands } from "../quantities.ts";

export const tasks = ["classification", "regression"] as const;

/** What a network is asked for. */
export type Task = (typeof tasks)[number];

/** What is known of the target, for the model's file. */
export interface TargetInfo {
  readonly name: string;
  readonly task: Task;
  /** The names of the classes, in the order of their numbers; empty for regression. */
  readonly classNames: readonly string[];
  /** The target is raw = value · deviation + mean; 1 and 0 for classes. */
  readonly mean: number;
  readonly deviation: number;
}

/** The targets of some rows: class numbers; numbers as float32 in the form of a loss, as float64 in their unit. */
export interface Target {
  /** The number of classes; 0 for regression. */
  readonly classes: number;
  readonly values: Int32Array | Float32Array | Float64Array;
}

/** The rows of the answers that learning starts from: those where the target is known. */
export interface Answers {
  readonly name: string;
  readonly task: Task;
  readonly classNames: readonly string[];
  /** For each row the class number or the number itself; NaN where it is missing. */
  readonly values: Float64Array;
}

/** A class needs so many examples, so that each part has one. */
const leastOfClass = 3;
const mostClasses = 1000;
const greatestNumber = 1e30;
/** Integers of at most so many different values, each of which comes often, are taken for class numbers. */
const mostNumberedClasses = 20;
const leastOften = 5;

/**
 * The answers in a column, and the task. Categories and booleans are classes, numbers are regressed on, and integers
 * are classes if there are few of them; `task` decides otherwise.
 *
 * @throws ArgumentError for a column that cannot be predicted: of texts or dates, constant, or with a class of which
 *   there are fewer than three examples
 */
export function answersOf(column: TableColumn, task: Task | undefined): Answers {
  const { name } = column;
  const where = `target ${quote(name)}`;
  if (column.type === "date" || column.type === "text") {
    const hint =
      column.type === "date"
        ? "to forecast a series, name the column of numbers as the target and this one with --time"
        : `${thousands(new Set<unknown>(column.values).size)} different texts in ` +
          `${thousands(column.values.length)} rows; ` +
          `classes are at most ${thousands(mostClasses)} texts of few words, each of which comes more than once`;
    throw new ArgumentError(`${where}: expected numbers or classes, got a column of type ${column.type}: ${hint}.`);
  }
  const isWords = column.type === "category";
  const values = isWords
    ? Float64Array.from(column.values, (code) => (code < 0 ? NaN : code))
    : (column.values as Float64Array);
  const distinct = [...new Set(values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (distinct.length === 0) throw new ArgumentError(`${where}: expected numbers or classes, got no value at all.`);
  const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const looksNumbered =
    column.type === "integer" && distinct.length <= mostNumberedClasses && known >= leastOften * distinct.length;
  const decided = task ?? (isWords || column.type === "boolean" || looksNumbered ? "classification" : "regression");
  if (decided === "regression") {
    if (isWords)
      throw new ArgumentError(
        `${where}: expected numbers for a regression, got texts such as ${quote(column.categories[0]!)}.`,
      );
    if (distinct.length === 1)
      throw new ArgumentError(
        `${where}: expected different values, got ${distinct[0]} in every row: nothing is to learn.`,
      );
    checkSizes(where, values);
    return { name, task: decided, classNames: [], values };
  }
  const nameOf = (value: number): string =>
    column.type === "category"
      ? column.categories[value]!
      : column.type === "boolean"
        ? wordOf(column, value)
        : String(value);
  const classNames = distinct.map(nameOf);
  const numbers = new Map(distinct.map((value, i) => [value, i]));
  const codes = values.map((value) => numbers.get(value) ?? NaN);
  checkClasses(where, classNames, codes);
  return { name, task: decided, classNames, values: codes };
}

/** Throws {@link ArgumentError} for numbers near the bounds of float32, in which networks compute. */
export function checkSizes(where: string, values: Float64Array): void {
  const huge = values.find((value) => Math.abs(value) > greatestNumber);
  if (huge !== undefined)
    throw new ArgumentError(
      `${where}: expected numbers of at most ${greatestNumber} in size, got ${huge}: use a larger unit.`,
    );
}

/** Throws {@link ArgumentError} unless there are two to 1000 classes with three examples each. */
export function checkClasses(where: string, classNames: readonly string[], codes: Float64Array): void {
  if (classNames.length === 1)
    throw new ArgumentError(`${where}: expected at least two classes, got only ${quote(classNames[0]!)}.`);
  if (classNames.length > mostClasses)
    throw new ArgumentError(`${where}: expected at most ${mostClasses} classes, got ${classNames.length}.`);
  const counts = new Array<number>(classNames.length).fill(0);
  for (const code of codes) if (!Number.isNaN(code)) counts[code]!++;
  const rare = counts.findIndex((count) => count < leastOfClass);
  if (rare >= 0)
    throw new ArgumentError(
      `${where}: expected at least ${leastOfClass} examples of each class, got ${counts[rare]} of ` +
        `${quote(classNames[rare]!)}: add examples, or leave that class out.`,
    );
}

/** What is known of the target, with the mean and deviation of the rows that are trained on. */
export function targetInfo({ name, task, classNames, values }: Answers, rows: ArrayLike<number>): TargetInfo {
  if (task === "classification") return { name, task, classNames, mean: 0, deviation: 1 };
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
  const mean = sum / rows.length;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) squares += (values[rows[i]!]! - mean) ** 2;
  return { name, task, classNames, mean, deviation: Math.sqrt(squares / rows.length) || 1 };
}

/** The true answers of these rows: class numbers, or numbers in the unit of the target. */
export const truthsOf = ({ values, classNames }: Answers, rows: ArrayLike<number>): Target =>
  classNames.length > 0
    ? { classes: classNames.length, values: Int32Array.from(rows, (row) => values[row]!) }
    : { classes: 0, values: Float64Array.from(rows, (row) => values[row]!) };

/** The targets of these rows in the form of a loss. */
export function targetsOf({ values }: Answers, info: TargetInfo, rows: ArrayLike<number>): Target {
  const { task, mean, deviation, classNames } = info;
  if (task === "classification")
    return { classes: classNames.length, values: Int32Array.from(rows, (row) => values[row]!) };
  return { classes: 0, values: Float32Array.from(rows, (row) => (values[row]! - mean) / deviation) };
}

/** The targets of some rows. */
export function rowsOf({ classes, values }: Target, rows: Int32Array): Target {
  const taken = values.slice(0, rows.length);
  rows.forEach((row, i) => (taken[i] = values[row]!));
  return { classes, values: taken };
}
