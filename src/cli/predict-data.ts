// `nabla predict model.safetensors new.csv`: a model's answers to records or files, as CSV or JSON.
import { extname } from "node:path";
import { columnTypesOf, fileAnswers, mostSteps, predictRecords, type RecordAnswer } from "../automatic/predict.ts";
import { preparationOf } from "../automatic/preparation.ts";
import { filesIn } from "../data/folder/class-files.ts";
import { imageFiles } from "../data/folder/image-folder.ts";
import { soundFiles } from "../data/folder/sound-folder.ts";
import { type Cell, decimalIn, isLongInteger } from "../data/table/cells.ts";
import { dateText, type NumericColumn } from "../data/table/column.ts";
import type { Table } from "../data/table/table.ts";
import { FileError, printable, quote } from "../errors.ts";
import { writeFileAtomic } from "../io/files.ts";
import type { Model } from "../models/model.ts";
import { thousands } from "../quantities.ts";
import { languageOf } from "./course/words.ts";
import { report, UsageError } from "./failure.ts";
import { fileColumn, isFolder, type OwnRecords, readOwnRecords } from "./own-data.ts";
import { ownWords } from "./own-words.ts";
import { say, sayJson } from "./terminal.ts";

export const answerFormats = ["csv", "json"] as const;

/** The options of the command for records. */
export interface PredictDataOptions {
  readonly out?: string;
  readonly format?: (typeof answerFormats)[number];
  readonly steps?: number;
  readonly language?: string;
  readonly json?: true;
  readonly debug?: true;
}

type Row = Record<string, string | number | boolean | null | Readonly<Record<string, number>>>;

/** Prints or writes the answers to the records of one file: its rows, each with what the model predicts. */
export async function predictData(model: Model, files: readonly string[], options: PredictDataOptions): Promise<void> {
  const { kind } = preparationOf(model);
  checkEnding(options);
  if (kind === "image" || kind === "sound") return predictOwnFiles(model, files, options);
  const [file, ...others] = files;
  if (file === undefined || others.length > 0)
    throw new UsageError(`predict: expected one table after the model, got ${files.length} files.`);
  const { steps } = options;
  if (steps !== undefined && kind !== "series") throw new UsageError("predict: --steps: for forecasts only.");
  if (steps !== undefined && steps > mostSteps)
    throw new UsageError(`predict: --steps: expected at most ${mostSteps}, got ${steps}.`);
  const { target } = preparationOf(model);
  const words = ownWords[languageOf(options.language)];
  const records = await readOwnRecords(file, columnTypesOf(model));
  const { table } = records;
  const answers = await predictRecords(model, table, steps === undefined ? {} : { steps });
  if (answers.length === 0) say(words.noRows(quote(file, 200)), process.stderr);
  // Of texts in a folder the name of the file says enough.
  const names = isFolder(file) ? [fileColumn] : table.names;
  const own = kind === "series" ? forecastTimes(table, timeName(model), answers) : ownColumns(records, names);
  // The columns of the file stay as they are, also where they have the names of answers.
  const name = freeName(`predicted ${target.name}`, own.names);
  const [shares, share] = [freeName("probabilities", own.names), freeName("probability", own.names)];
  const rows = answers.map(
    ({ value, probabilities }, i): Row => ({
      ...own.row(i),
      [name]: typeof value === "number" ? Number(value.toPrecision(7)) : value,
      ...(probabilities && { [shares]: probabilities }),
    }),
  );
  // Numbers are written as the file writes its own: decimal commas need another delimiter.
  const decimal = decimalIn(records.cells.slice(0, 1000));
  await write(
    { ...own, predicted: name, share, rows, answers, decimal, hasClasses: target.classNames.length > 0 },
    options,
  );
}

/** What stands beside the answers. */
interface Beside {
  readonly names: readonly string[];
  /** The values of the i-th row as JSON has them. */
  readonly row: (i: number) => Row;
  /** Its cells as texts. */
  readonly cells: (i: number) => readonly string[];
}

/** Columns of the file, in CSV as it writes them; in JSON numbers are numbers, and dates as the file has them. */
function ownColumns({ table, cells }: OwnRecords, names: readonly string[]): Beside {
  const places = names.map((name) => table.names.indexOf(name));
  const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? "" : String(cell));
  const jsonValue = (row: ReturnType<Table["row"]>, name: string, cell: Cell | undefined) => {
    const value = row[name]!;
    return value instanceof Date || isLongInteger(cell ?? null) ? textOf(cell) : value;
  };
  return {
    names,
    row: (i) => {
      const row = table.row(i);
      return Object.fromEntries(names.map((name, k) => [name, jsonValue(row, name, cells[i]![places[k]!])]));
    },
    cells: (i) => places.map((place) => textOf(cells[i]![place])),
  };
}

/** The times of a forecast, written as the file writes its own. */
function forecastTimes(table: Table, name: string, answers: readonly RecordAnswer[]): Beside {
  const column = table.column(name) as NumericColumn;
  const timeOf = (i: number): string | number => {
    const time = answers[i]!.time!;
    return time instanceof Date ? dateText(column, time.getTime()) : time;
  };
  return { names: [name], row: (i) => ({ [name]: timeOf(i) }), cells: (i) => [String(timeOf(i))] };
}

/** The name, or with a number after it if there is such a column: "predicted price 2". */
function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let i = 2; taken.includes(free); i++) free = `${name} ${i}`;
  return free;
}

/** The endings that say in which form answers are written. */
const endings = answerFormats.map((format) => `.${format}`);

/** Throws {@link UsageError} for a file whose ending names another form than there is. */
function checkEnding({ out, format }: PredictDataOptions): void {
  if (out === undefined || format !== undefined || endings.includes(extname(out).toLowerCase())) return;
  throw new UsageError(`predict: --out: expected a file that ends in ${endings.join(" or ")}, got ${quote(out, 200)}.`);
}

/**
 * The answers to pictures or recordings, by the names of their files; of a folder, to all in it. A file that cannot be
 * read loses its own answer only, and sets the exit code.
 */
async function predictOwnFiles(model: Model, paths: readonly string[], options: PredictDataOptions): Promise<void> {
  if (options.steps !== undefined) throw new UsageError("predict: --steps: for forecasts only.");
  const { kind, target } = preparationOf(model);
  const files: string[] = [];
  for (const path of paths) {
    if (isFolder(path)) files.push(...(await filesIn(path, kind === "image" ? imageFiles : soundFiles)));
    else files.push(path);
  }
  const predicted = `predicted ${target.name}`;
  const rows: Row[] = [];
  const answers: RecordAnswer[] = [];
  let index = 0;
  for await (const answer of fileAnswers(model, files)) {
    const file = files[index++]!;
    if (answer instanceof FileError) {
      process.exitCode = report(answer, options.debug === true);
      continue;
    }
    const { value, probabilities = {} } = answer;
    rows.push({ file, [predicted]: value, probabilities });
    answers.push(answer);
  }
  if (rows.length === 0) return;
  const own: Beside = { names: ["file"], row: (i) => rows[i]!, cells: (i) => [String(rows[i]!["file"])] };
  await write({ ...own, predicted, share: "probability", rows, answers, decimal: ".", hasClasses: true }, options);
}

/** Answers with what they are answers to. */
interface Answered extends Beside {
  readonly predicted: string;
  /** The name of the column of the predicted class's probability. */
  readonly share: string;
  readonly rows: readonly Row[];
  readonly answers: readonly RecordAnswer[];
  readonly decimal: "." | ",";
  readonly hasClasses: boolean;
}

/** Prints answers as CSV or JSON, or writes them to a file in one piece. */
async function write(answered: Answered, { out, format, json, language }: PredictDataOptions): Promise<void> {
  const { rows } = answered;
  const isJson = (format ?? (json || extname(out ?? "").toLowerCase() === ".json" ? "json" : "csv")) === "json";
  const text = isJson ? null : csvText(answered);
  if (out === undefined) return text === null ? sayJson(rows) : say(text.trimEnd());
  await writeFileAtomic(out, new TextEncoder().encode(text ?? `${JSON.stringify(rows, null, 2)}\n`));
  const words = ownWords[languageOf(language)];
  say(words.answers(words.number(thousands(rows.length)), printable(out, 200)), process.stderr);
}

function timeName(model: Model): string {
  const preparation = preparationOf(model);
  return preparation.kind === "series" ? preparation.form.time : "time";
}

/** The rows as CSV (RFC 4180); the probability is that of the predicted class. With decimal commas ";" delimits. */
function csvText({ names, cells, predicted, share, rows, answers, decimal, hasClasses }: Answered): string {
  const delimiter = decimal === "," ? ";" : ",";
  const number = (value: number): string => String(value).replace(".", decimal);
  const lines = rows.map((row, i) => {
    const { value, probabilities } = answers[i]!;
    const answer = row[predicted];
    const own = [...cells(i), typeof answer === "number" ? number(answer) : String(answer)];
    return probabilities ? [...own, number(Number(probabilities[value as string]!.toFixed(4)))] : own;
  });
  const head = [...names, predicted, ...(hasClasses ? [share] : [])];
  return `${[head, ...lines].map((line) => line.map((cell) => csvCell(cell, delimiter)).join(delimiter)).join("\n")}\n`;
}

const csvCell = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
