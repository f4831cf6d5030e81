// Asks a model for the answers to records: rows of a table, by the names of their columns.

import type { Column } from "../data/dataset.ts";
import { decodePicture } from "../data/folder/image-folder.ts";
import { decodeSound } from "../data/folder/sound-folder.ts";
import type { ColumnType } from "../data/table/cells.ts";
import { Table, type Value } from "../data/table/table.ts";
import { allocate } from "../dtype.ts";
import { ArgumentError, FileError } from "../errors.ts";
import type { FileSource } from "../io/opened-file.ts";
import { readWhole } from "../io/whole-file.ts";
import type { Model } from "../models/model.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import { tensor } from "../tensor.ts";
import { greatest } from "./figures.ts";
import { soundInputs } from "./file-forms.ts";
import { predictRows } from "./learn.ts";
import { type Preparation, preparationOf } from "./preparation.ts";
import { nextTime, type Series, seriesOf, seriesTable } from "./series.ts";
import type { TargetInfo } from "./target.ts";

/** The answer to one record: the predicted value under the target's name, and the probability of each class. */
export interface RecordAnswer {
  /** The value of the target: a number or the name of a class. */
  readonly value: number | string;
  /** The probabilities by the names of the classes; absent for numbers. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** For a forecast, the time that it is for. */
  readonly time?: Date | number;
}

/** The options of {@link predictRecords}. */
export interface PredictRecordsOptions {
  /** The number of values after the last one that a forecast gives. Default: 1. */
  readonly steps?: number;
}

/** The greatest number of values that a forecast gives. */
export const mostSteps = 10_000;

/**
 * The answers of a model that was learnt from a table, to rows of the same columns: objects, or a {@link Table}. The
 * target may be absent. A category or word that was not in the training part counts as unknown, and so does a missing
 * value. For a forecast the rows are what has happened so far, and the answers are what comes after the last one.
 *
 * It needs no files, and so works in a page as it does in Node.
 *
 * @throws ArgumentError for a model that was not learnt from a table, for columns that are missing, and for values of
 *   another type than those that the model was trained on
 * @example
 * const table = await parseTable("size,price\n1,10\n2,21\n3,29\n4,41\n5,50\n6,59\n7,70\n8,81\n9,90\n10,99\n");
 * const { model } = await learnTable(table, { target: "price", epochs: 2 });
 * const [answer] = await predictRecords(model, [{ size: 5 }]);
 * Math.abs(answer.value - 50) < 5; // true
 */
export async function predictRecords(
  model: Model,
  records: Table | readonly Readonly<Record<string, Value | undefined>>[],
  options: PredictRecordsOptions = {},
): Promise<RecordAnswer[]> {
  checkOptions("predictRecords", options, ["steps"]);
  const { steps } = options;
  const preparation = preparationOf(model);
  if (preparation.kind === "image" || preparation.kind === "sound")
    throw new ArgumentError(
      `predictRecords: model ${model.name} takes ${preparation.kind}s: expected a call of predictFiles.`,
    );
  if (preparation.kind === "series") return forecast(model, preparation, asTable(records, preparation), steps ?? 1);
  if (steps !== undefined)
    throw new ArgumentError(
      `predictRecords: steps: expected them for a forecast only; model ${model.name} makes none.`,
    );
  const table = asTable(records, preparation);
  if (table.columns.length === 0) return [];
  const inputs = preparation.encoder.encode(table);
  return table.size === 0 ? [] : answersFrom(await predictRows(model, inputs), preparation.target);
}

/** The types of the columns that a model takes, by which a file of new records is read. */
export function columnTypesOf(model: Model): Readonly<Record<string, ColumnType>> {
  const preparation = preparationOf(model);
  if (preparation.kind !== "table") return {};
  return Object.fromEntries(preparation.encoder.columns.map(({ info: { name, type } }) => [name, loose(type)]));
}

/** Integers of the training part may be any numbers later. */
const loose = (type: ColumnType): ColumnType => (type === "integer" ? "number" : type);

function asTable(
  records: Table | readonly Readonly<Record<string, Value | undefined>>[],
  preparation: Extract<Preparation, { encoder: unknown }>,
): Table {
  if (records instanceof Table) return records;
  const table = Table.from(records);
  if (preparation.kind === "series") return table;
  // Types that few records do not show are those of the training part; a column that no record has stays missing.
  const known = preparation.encoder.columns.map(({ info }) => info).filter(({ name }) => table.has(name));
  return Table.from(
    records,
    known.map(({ name, type }) => ({ name, type: loose(type) })),
  );
}

function answersFrom(outputs: readonly (readonly number[])[], { classNames }: TargetInfo): RecordAnswer[] {
  return outputs.map((row) => {
    if (classNames.length === 0) return { value: row[0]! };
    const probabilities = Object.fromEntries(classNames.map((name, i) => [name, row[i]!]));
    return { value: classNames[greatest(row)]!, probabilities };
  });
}

/** The values after the last one: each is predicted from those before it, predicted ones too. */
async function forecast(
  model: Model,
  { form, encoder }: Extract<Preparation, { kind: "series" }>,
  table: Table,
  steps: number,
): Promise<RecordAnswer[]> {
  checkCount("predictRecords", "steps", steps);
  if (steps > mostSteps) throw new ArgumentError(`predictRecords: steps: expected at most ${mostSteps}, got ${steps}.`);
  let series: Series = seriesOf(table, form);
  if (series.values.length < form.lags)
    throw new ArgumentError(
      `expected the last ${form.lags} values of "${form.target}" to forecast from, got ${series.values.length}.`,
    );
  const answers: RecordAnswer[] = [];
  for (let step = 0; step < steps; step++) {
    const next = nextTime(series);
    const rows = seriesTable(series, form, next);
    const [[change = 0] = []] = await predictRows(model, encoder.encode(rows.slice(rows.size - 1)));
    const value = series.values.at(-1)! + change;
    answers.push({ value, time: series.isDated ? new Date(next) : next });
    series = {
      ...series,
      times: Float64Array.of(...series.times, next),
      values: Float64Array.of(...series.values, value),
      others: series.others.map((other) => Float64Array.of(...other, other.at(-1)!)),
    };
  }
  return answers;
}

/**
 * The answers of a model that was learnt from pictures or recordings to files: paths, in a page `File`s, or bytes.
 *
 * @throws ArgumentError for a model that takes no files; FileError for a file that is missing or cannot be decoded
 * @example
 * const [no, yes] = [Array(6).fill("words/no_1.wav"), Array(6).fill("words/yes_1.wav")];
 * const { model } = await learnSounds({ no, yes }, { epochs: 1 });
 * const [answer] = await predictFiles(model, ["words/no_1.wav"]);
 * Object.keys(answer.probabilities); // ["no", "yes"]
 */
export async function predictFiles(model: Model, sources: readonly FileSource[]): Promise<RecordAnswer[]> {
  if (!Array.isArray(sources))
    throw new ArgumentError(`predictFiles: expected a list of files, got ${describe(sources)}.`);
  const answers: RecordAnswer[] = [];
  for await (const answer of fileAnswers(model, sources)) {
    if (answer instanceof FileError) throw answer;
    answers.push(answer);
  }
  return answers;
}

const mostFileBytes = 2 ** 28;
/** The number of files that a model is asked for at a time. */
const atATime = 64;

/** The answer to each file in turn, or the reason why it cannot be read. */
export async function* fileAnswers(
  model: Model,
  sources: readonly FileSource[],
): AsyncGenerator<RecordAnswer | FileError> {
  const preparation = preparationOf(model);
  if (preparation.kind !== "image" && preparation.kind !== "sound")
    throw new ArgumentError(`predictFiles: model ${model.name} takes records: expected a call of predictRecords.`);
  for (let from = 0; from < sources.length; from += atATime) {
    const read: (Column | FileError)[] = [];
    for (const source of sources.slice(from, from + atATime)) {
      const input = await readWhole(source, mostFileBytes)
        .then(({ name, bytes }) => fileInputs(preparation, bytes, name))
        .catch((error: unknown) => {
          if (error instanceof FileError) return error;
          throw error;
        });
      read.push(input);
    }
    const columns = read.filter((input): input is Column => !(input instanceof FileError));
    const answers = columns.length > 0 ? await predictRows(model, stacked(columns)) : [];
    const rows = answersFrom(answers, preparation.target).values();
    for (const input of read) yield input instanceof FileError ? input : rows.next().value!;
  }
}

/** Columns of one row each as one column. */
function stacked(columns: readonly Column[]): Column {
  const [{ array, ...how }] = columns as readonly [Column];
  const data = allocate(array.dtype, columns.length * array.data.length);
  columns.forEach(({ array }, i) => data.set(array.data, i * array.data.length));
  return { ...how, array: { ...array, data, shape: [columns.length, ...array.shape.slice(1)] } };
}

async function fileInputs(
  preparation: Extract<Preparation, { kind: "image" | "sound" }>,
  bytes: Uint8Array,
  name: string,
): Promise<Column> {
  if (preparation.kind === "image") {
    const { data, shape, dtype } = await decodePicture(bytes, name, preparation.form);
    return { array: { data, shape: [1, ...shape], dtype }, scale: 1 / 255 };
  }
  const { sampleRate, seconds } = preparation.form;
  const { data, shape, dtype } = decodeSound(bytes, name, { sampleRate, seconds });
  const inputs = soundInputs(tensor({ data, shape: [1, ...shape], dtype }), preparation.form);
  return { array: { data: await inputs.data(), shape: inputs.shape, dtype: "float32" } };
}
