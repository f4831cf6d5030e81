// `nabla predict model.safetensors new.csv`: a model's answers to records or files, as CSV or JSON.
import { extname } from "node:path";
import { columnTypesOf, fileAnswers, mostSteps, predictRecords, type RecordAnswer } from "../automatic/predict.ts";
import { preparationOf } from "../automatic/preparation.ts";
import { filesIn } from "../data/folder/class-files.ts";
import { imageFiles } from "../data/folder/image-folder.ts";
import { soundFiles } from "../data/folder/sound-folder.ts";
import type { Table, Value } from "../data/table/table.ts";
import { FileError, quote } from "../errors.ts";
import { writeFileAtomic } from "../io/files.ts";
import type { Model } from "../models/model.ts";
import { thousands } from "../quantities.ts";
import { report, UsageError } from "./failure.ts";
import { fileColumn, isFolder, readNewTable } from "./own-data.ts";
import { say, sayJson } from "./terminal.ts";

export const answerFormats = ["csv", "json"] as const;

/** The options of the command for records. */
export interface PredictDataOptions {
  readonly out?: string;
  readonly format?: (typeof answerFormats)[number];
  readonly steps?: number;
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
  const table = await readNewTable(file, columnTypesOf(model));
  const answers = await predictRecords(model, table, steps === undefined ? {} : { steps });
  // Of texts in a folder the name of the file says enough.
  const names = kind === "series" ? [timeName(model)] : isFolder(file) ? [fileColumn] : table.names;
  // The columns of the file stay as they are, also where they have the names of answers.
  const name = freeName(`predicted ${target.name}`, names);
  const [shares, share] = [freeName("probabilities", names), freeName("probability", names)];
  const rows = answers.map((answer, i): Row => {
    const { value, probabilities, time } = answer;
    const own = time === undefined ? plain(table, names, i) : { [timeName(model)]: plainValue(time) };
    return {
      ...own,
      [name]: typeof value === "number" ? Number(value.toPrecision(7)) : value,
      ...(probabilities && { [shares]: probabilities }),
    };
  });
  await write({ names, predicted: name, share, rows, answers }, options);
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
  if (rows.length > 0) await write({ names: ["file"], predicted, share: "probability", rows, answers }, options);
}

/** Answers with what they are answers to. */
interface Answered {
  readonly names: readonly string[];
  readonly predicted: string;
  /** The name of the column of the predicted class's probability. */
  readonly share: string;
  readonly rows: readonly Row[];
  readonly answers: readonly RecordAnswer[];
}

/** Prints answers as CSV or JSON, or writes them to a file in one piece. */
async function write(answered: Answered, { out, format, json }: PredictDataOptions): Promise<void> {
  const { rows } = answered;
  const isJson = (format ?? (json || extname(out ?? "").toLowerCase() === ".json" ? "json" : "csv")) === "json";
  const text = isJson ? null : csvText(answered);
  if (out === undefined) return text === null ? sayJson(rows) : say(text.trimEnd());
  await writeFileAtomic(out, new TextEncoder().encode(text ?? `${JSON.stringify(rows, null, 2)}\n`));
  say(`${thousands(rows.length)} ${rows.length === 1 ? "answer is" : "answers are"} in ${out}.`, process.stderr);
}

function timeName(model: Model): string {
  const preparation = preparationOf(model);
  return preparation.kind === "series" ? preparation.form.time : "time";
}

function plain(table: Table, names: readonly string[], index: number): Row {
  const row = table.row(index);
  return Object.fromEntries(names.map((name) => [name, plainValue(row[name]!)]));
}

/** A value as text or number; a date at midnight without the time. */
function plainValue(value: Value): string | number | boolean | null {
  return value instanceof Date ? value.toISOString().replace(/T00:00:00\.000Z$/, "") : value;
}

/** The rows as CSV (RFC 4180); the probability is that of the predicted class. */
function csvText({ names, predicted, share, rows, answers }: Answered): string {
  const hasClasses = answers[0]?.probabilities !== undefined;
  const head = [...names, predicted, ...(hasClasses ? [share] : [])];
  const lines = rows.map((row, i) => {
    const { value, probabilities } = answers[i]!;
    const cells = [...names.map((name) => row[name]), row[predicted]];
    if (probabilities) cells.push(Number(probabilities[value as string]!.toFixed(4)));
    return cells.map(csvCell).join(",");
  });
  return `${[head.map(csvCell).join(","), ...lines].join("\n")}\n`;
}

function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
