// The values of a series as examples: each is predicted from those before it.
import { dateText, type NumericColumn } from "../data/table/column.ts";
import type { Table } from "../data/table/table.ts";
import { ArgumentError, quote } from "../errors.ts";
import { columnUse } from "./column-use.ts";
import type { Examples } from "./learn.ts";
import { learnRowEncoder, RowEncoder } from "./row-encoder.ts";
import { lagsFor, otherNumbers, type SeriesForm, seriesOf, seriesTable } from "./series.ts";
import { checkSizes } from "./target.ts";

/** A series needs so many values. */
const leastValues = 20;

/**
 * The values of a series as examples. What is learnt is the change from the value before, so that a model that says 0
 * is the baseline "persistence".
 *
 * @throws ArgumentError for columns that hold no series, and for a series of fewer than 20 values
 */
export function seriesExamples(table: Table, time: string, target: string): Examples<Table> {
  const others = otherNumbers(table, time, target);
  const series = seriesOf(table, { time, target, others });
  const { values } = series;
  if (values.length < leastValues)
    throw new ArgumentError(`expected a series of at least ${leastValues} values, got ${values.length}.`);
  checkSizes(`target ${quote(target)}`, values);
  const form: SeriesForm = { time, target, lags: lagsFor(values.length), others };
  const rows = seriesTable(series, form);
  const known = new Set([time, target, ...others]);
  const ignored = table.columns
    .filter(({ name }) => !known.has(name))
    .map((column) => columnUse(column, Array.from(column.values.keys()), "notNumbers"));
  const lastValues = values.slice(form.lags - 1, -1);
  return {
    size: rows.size,
    answers: {
      name: target,
      task: "regression",
      classNames: [],
      values: values.slice(form.lags).map((value, i) => value - lastValues[i]!),
    },
    learnEncoder(chosen) {
      const { columns, uses } = learnRowEncoder(rows, rows.names, chosen);
      return new RowEncoder(columns, [...uses, ...ignored]);
    },
    take: (chosen) => rows.rows(chosen),
    groups: null,
    inTime: true,
    heldOut: null,
    skipped: [],
    lastValues,
    moves: null,
    describe(row) {
      const at = series.times[row + form.lags]!;
      return series.isDated ? dateText(table.column(time) as NumericColumn, at) : String(at);
    },
    json: { kind: "series", form: { ...form } },
  };
}
