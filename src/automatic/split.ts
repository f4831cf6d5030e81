// Splits rows into a training part, a test part and the folds of the training part.

import type { CategoryColumn } from "../data/table/column.ts";
import { splitRows } from "../data/table/split-rows.ts";
import { Table } from "../data/table/table.ts";
import { ArgumentError } from "../errors.ts";
import type { Answers } from "./target.ts";

/** Rows that somebody has held out: those of a folder "test". */
export interface HeldOut {
  readonly name: string;
  readonly rows: Int32Array;
}

/** What decides in which part a row comes. */
export interface SplitRule {
  /** The share of the test part. */
  readonly share: number;
  readonly seed: number;
  /** For each row the number of the group that stays together, or null where rows are independent. */
  readonly groups: Int32Array | null;
  /** True for rows in the order of time: the last ones are the test part. */
  readonly inTime: boolean;
  /** The rows of the test part where the data name them, whatever the share; else null. */
  readonly heldOut: HeldOut | null;
}

/** The parts of the rows. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Indices into `train`: each member of the ensemble is trained without one of them. */
  readonly folds: readonly Int32Array[];
}

/** The folds of the training part keep groups together from so many groups on. */
const fewestGroups = 8;

/** A column of class or group numbers, by which rows are split. */
function codes(name: string, values: Int32Array): CategoryColumn {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return { name, type: "category", values, categories: Array.from({ length: most + 1 }, (_, i) => String(i)) };
}

/** Cuts rows, given as indices, by shares; the parts are indices into `rows`. */
function cut(
  rows: Int32Array,
  shares: readonly number[],
  answers: Answers,
  { groups, inTime }: SplitRule,
  seed: number,
) {
  if (inTime) {
    let sum = 0;
    return shares.map((share) => {
      const from = Math.round(sum * rows.length);
      sum += share;
      return Int32Array.from({ length: Math.round(sum * rows.length) - from }, (_, i) => from + i);
    });
  }
  const by = groups ?? (answers.task === "classification" ? answers.values : null);
  const table = new Table([
    codes(
      "by",
      Int32Array.from(rows, (row) => by?.[row] ?? 0),
    ),
  ]);
  return splitRows(table, shares, { seed, ...(by && (groups ? { group: "by" } : { stratify: "by" })) });
}

/** The rows that are not held out, and those that are. */
function parted(rows: Int32Array, heldOut: Int32Array): [train: Int32Array, test: Int32Array] {
  const held = new Set(heldOut);
  return [rows.filter((row) => !held.has(row)), rows.filter((row) => held.has(row))];
}

/**
 * The parts of `rows`. Rows of a class come in each part in equal shares, groups stay together, and a series is cut
 * where the last share begins.
 *
 * @throws ArgumentError if there are too few rows or groups
 */
export function splitParts(rows: Int32Array, answers: Answers, folds: number, rule: SplitRule): Split {
  if (rows.length < 10)
    throw new ArgumentError(`expected at least 10 rows with a value of the target, got ${rows.length}.`);
  const { groups, share, seed, heldOut } = rule;
  const kinds = groups ? new Set(Array.from(rows, (row) => groups[row])).size : Infinity;
  if (kinds < 3 && !heldOut)
    throw new ArgumentError(`expected at least 3 groups, of which one is held out, got ${kinds}.`);
  const pick = (part: Int32Array): Int32Array => part.map((i) => rows[i]!);
  const [train, test] = heldOut
    ? parted(rows, heldOut.rows)
    : (cut(rows, [1 - share, share], answers, rule, seed).map(pick) as [Int32Array, Int32Array]);
  if (train.length < 5 || test.length < 1)
    throw new ArgumentError(
      `expected a split that leaves rows on both sides, got ${train.length} to train on and ${test.length} held out.`,
    );
  const left = groups ? new Set(Array.from(train, (row) => groups[row])).size : 0;
  const count = Math.min(folds, train.length);
  const shares = new Array<number>(count).fill(1 / count);
  // Of few groups a member needs them all: it would learn too little if one were left out to stop it.
  const inner = left >= fewestGroups ? rule : { ...rule, groups: null };
  const parts = cut(train, shares, answers, inner, seed + 1).filter((part) => part.length > 0);
  return { train, test, folds: parts };
}
