// A model out of a table: the task follows from the target's column.
import type { Table } from "../data/table/table.ts";
import { ArgumentError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { checkLearnOptions, type LearnOptions, type Learnt, learn, learnOptionNames } from "./learn.ts";
import { seriesExamples } from "./series-examples.ts";
import { type TableTask, tableExamples } from "./table-examples.ts";

/** The options of {@link learnTable}. */
export interface LearnTableOptions extends TableTask, LearnOptions {
  /** The column of times of a series, whose next value is forecast. */
  readonly time?: string | undefined;
}

/**
 * Learns to predict a column of a table from the others, without tuning by hand.
 *
 * Classes (categories, booleans, few integers) or numbers follow from the target's values; with `time` the table is a
 * series, whose next value is predicted from those before it. A fifth of the rows is held out first: of each class in
 * equal shares, whole groups with `group`, the last ones of a series. From the rest come the encoding (standardised
 * numbers, one-hot categories, words of texts, angles of dates) and five members: dense networks that begin as a linear
 * model, of classes with the penalty that these fifths choose, and see numbers cut into pieces, each trained without a
 * fifth of its own. They stop together at the epoch that
 * is best on average on these fifths. The model is the mean of their answers, and its figures are those of the part
 * that was held out, beside those of baselines.
 *
 * The same table and options give the same model, to the last bit. `model.save` keeps all that {@link predictRecords}
 * needs.
 *
 * @throws ArgumentError for a column that is not there or cannot be predicted, and for fewer than ten rows
 * @example
 * const table = await parseTable("size,price\n1,10\n2,21\n3,29\n4,41\n5,50\n6,59\n7,70\n8,81\n9,90\n10,99\n");
 * const { figures, baselines } = await learnTable(table, { target: "price", epochs: 2 });
 * baselines.map(({ name }) => name); // ["mean", "linear"]
 */
export function learnTable(table: Table, options: LearnTableOptions): Promise<Learnt> {
  checkOptions("learnTable", options, [...learnOptionNames, "target", "task", "group", "time"]);
  const { target, task, group, time, ...rest } = options;
  checkLearnOptions("learnTable", rest);
  if (time === undefined) return learn(tableExamples(table, { target, task, group }), rest);
  if (group !== undefined) throw new ArgumentError("learnTable: expected time or group, got both.");
  if (task === "classification")
    throw new ArgumentError("learnTable: expected a regression for a series, got the task classification.");
  return learn(seriesExamples(table, time, target), rest);
}
