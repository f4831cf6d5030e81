// `nabla train --data table.csv --target price`: a model out of data of a person's own.
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ColumnUse, leftOutFirst } from "../automatic/column-use.ts";
import { confusionOf, type Figures } from "../automatic/figures.ts";
import { type LearnOptions, type Learnt, modelName } from "../automatic/learn.ts";
import { learnImages, learnSounds } from "../automatic/learn-folder.ts";
import { learnTable } from "../automatic/learn-table.ts";
import type { MemberProgress } from "../automatic/members.ts";
import { preparationOf } from "../automatic/preparation.ts";
import { reportPage } from "../automatic/report/page.ts";
import type { SplitRule } from "../automatic/split.ts";
import type { Task } from "../automatic/target.ts";
import { spread, verdictOf } from "../automatic/verdict.ts";
import type { TableNote } from "../data/table/row-block.ts";
import type { Table } from "../data/table/table.ts";
import { ArgumentError, FileError, printable, quote } from "../errors.ts";
import { writeFileAtomic } from "../io/files.ts";
import { formatDuration, percent, thousands } from "../quantities.ts";
import { backend } from "../runtime/device.ts";
import type { Shape } from "../shape.ts";
import { LiveLine } from "../train/progress.ts";
import { confusionTable } from "./confusion.ts";
import { languageOf } from "./course/words.ts";
import { UsageError } from "./failure.ts";
import { Interruption } from "./interrupt.ts";
import { checkWritable, prepareModelFile } from "./model-folder.ts";
import { kindOfData, type OwnKind, readOwnTable } from "./own-data.ts";
import { type OwnWords, ownWords } from "./own-words.ts";
import { table as textTable } from "./table.ts";
import { type Paint, paintFor, say, sayJson, shellWord } from "./terminal.ts";

/** The options of the command. */
export interface TrainDataOptions {
  readonly data: string;
  readonly target?: string;
  readonly task?: Task;
  readonly time?: string;
  readonly group?: string;
  readonly split?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly out: string;
  readonly report?: string;
  readonly language?: string;
  readonly quiet?: true;
  readonly json?: true;
}

/** More classes than this make a table wider than terminals are. */
const mostClasses = 20;
/** The number of columns whose importance is shown. */
const mostShown = 10;
/** The number of columns of which it is said how they were read. */
const mostRead = 16;

/** Reads the data, learns, and says how good the model is and what it has to beat. */
export async function trainData(options: TrainDataOptions): Promise<void> {
  const { data, out, json, quiet, report } = options;
  const language = languageOf(options.language);
  const words = ownWords[language];
  if (report !== undefined) await prepareReport(report);
  const kind = kindOfData(data);
  const { about, notes, learnFrom } =
    kind === "images" || kind === "sounds" ? folderLearner(kind, options, words) : await tableLearner(options, words);
  const file = await prepareModelFile(out, fileName(data));
  const isReplaced = existsSync(file);
  backend();
  const stream = json ? process.stderr : process.stdout;
  const progress = quiet ? null : new MembersProgress(stream, words);
  const interruption = new Interruption({
    words,
    announce: (text) => say(text, process.stderr),
    quit: () => progress?.end(),
  });
  try {
    if (!quiet) say([about, ...notes.map((note) => printable(words.note(note), 400))].join("\n"), stream);
    const { seed = 1, split = 0.2, epochs, batchSize, learningRate } = options;
    const learnt = await learnFrom({
      ...{ seed, split, epochs, batchSize, learningRate, signal: interruption.signal },
      onProgress: (state) => {
        progress?.show(state);
        // What is there before the first epoch has learnt nothing, and must not replace a model that has.
        interruption.armed ||= state.epoch >= 1;
      },
      onColumns: (columns) => void (!quiet && columns.length > 0 && say(columnsText(columns, words), stream)),
    }).finally(() => progress?.end());
    await learnt.model.save(file, { includeOptimizer: false });
    if (report !== undefined) {
      const page = reportPage(learnt, { language, source: basename(data) });
      await writeFileAtomic(report, new TextEncoder().encode(page));
    }
    if (json) sayJson(answerOf(learnt, file));
    else if (!quiet) say(reportText(learnt, { kind, data, file, report, isReplaced, words, paint: paintFor(stream) }));
  } finally {
    interruption.end();
  }
  process.exitCode = interruption.exitCode;
}

/** How columns were read, a line each; of many, those that are left out and the first others. */
function columnsText(columns: readonly ColumnUse[], { report, number, moreColumns }: OwnWords): string {
  const count = (n: number): string => number(thousands(n));
  const shown = columns.length > mostRead ? leftOutFirst(columns).slice(0, mostRead) : columns;
  const rows = shown.map((one) => [printable(one.name, 40), report.column(one, count)]);
  const rest = columns.filter((one) => !shown.includes(one));
  const areUsed = rest.every(({ use }) => use !== null);
  return `${textTable(rows)}${rest.length > 0 ? `\n  ${moreColumns(count(rest.length), areUsed)}` : ""}`;
}

/** Tests before the training that a report can be written. */
async function prepareReport(report: string): Promise<void> {
  if (!existsSync(dirname(report)))
    throw new FileError(`--report: expected a path in a folder that is there, got ${quote(report, 200)}.`);
  await checkWritable(report);
}

/** The data, ready to be learnt from. */
interface Learner {
  /** What is learnt from what, in a line. */
  readonly about: string;
  /** What to look at in the data, in sentences. */
  readonly notes: readonly TableNote[];
  learnFrom(options: LearnOptions): Promise<Learnt>;
}

async function tableLearner(options: TrainDataOptions, words: OwnWords): Promise<Learner> {
  const { data, task, time, group } = options;
  if (time !== undefined && group !== undefined) throw new UsageError("train: expected --time or --group, got both.");
  if (time !== undefined && task === "classification")
    throw new UsageError("train: --task: a forecast (--time) is a regression, got classification.");
  const table = await readOwnTable(data);
  const target = options.target ?? defaultTarget(table, time, group);
  for (const name of [target, time, group]) if (name !== undefined) table.column(name);
  const rows = words.number(thousands(table.size));
  return {
    about: words.aboutTable(printable(target), rows, printable(basename(data))),
    notes: table.notes,
    learnFrom: (run) => learnTable(table, { ...run, target, task, time, group }),
  };
}

function folderLearner(
  kind: "images" | "sounds",
  { data, group, ...options }: TrainDataOptions,
  words: OwnWords,
): Learner {
  const foreign = (["target", "task", "time"] as const).filter((name) => options[name] !== undefined);
  if (foreign.length > 0) throw new UsageError(`train: --${foreign.join(", --")}: for tables only, got a folder.`);
  const part = group === undefined ? undefined : Number(group);
  if (part !== undefined && !(Number.isInteger(part) && part > 0))
    throw new UsageError(
      `train: --group: for a folder expected the number of a part of the files' names, such as 2, got "${group}".`,
    );
  const learnFiles = kind === "images" ? learnImages : learnSounds;
  return {
    about: words.aboutFolder(kind, printable(basename(data))),
    notes: [],
    learnFrom: (run) => learnFiles(data, { ...run, group: part }),
  };
}

/** The last column that is neither of times nor of groups. */
function defaultTarget(table: Table, time: string | undefined, group: string | undefined): string {
  const name = table.names.filter((one) => one !== time && one !== group).at(-1);
  if (name !== undefined) return name;
  throw new ArgumentError("expected a column to predict (--target), got none beside those of --time and --group.");
}

/** A live line in a terminal, else a line for each member. */
class MembersProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #words: OwnWords;
  readonly #line: LiveLine | null;
  #last: MemberProgress | null = null;

  constructor(stream: NodeJS.WriteStream, words: OwnWords) {
    this.#stream = stream;
    this.#words = words;
    this.#line = stream.isTTY ? new LiveLine(stream) : null;
  }

  show(state: MemberProgress): void {
    if (!this.#line && this.#last && this.#last.member !== state.member) this.#say();
    this.#last = state;
    const { member, members, epoch, epochs } = state;
    const [network = "", ...rest] = this.#parts(state);
    this.#line?.show((member + epoch / epochs) / members, [[network, ...rest].join(" · "), network]);
  }

  end(): void {
    if (this.#last && !this.#line) this.#say();
    this.#line?.end();
    this.#last = null;
  }

  #say(): void {
    if (this.#last) say(this.#parts(this.#last).join(" · "), this.#stream);
  }

  #parts({ member, members, epoch, epochs, loss, valLoss }: MemberProgress): string[] {
    const { number, progress } = this.#words;
    const digits = (value: number): string => number(value.toPrecision(4));
    const done = `${Math.min(epochs, Math.ceil(epoch))}/${epochs}`;
    return progress(`${member + 1}/${members}`, done, digits(loss), valLoss === undefined ? null : digits(valLoss));
  }
}

const mainOf = (figures: Figures): number => ("accuracy" in figures ? figures.accuracy : figures.rmse);

/** A main figure in words: a share of right answers, or an error in the unit of the target. */
function formatMain(value: number, isClasses: boolean, { number }: OwnWords): string {
  if (isClasses) return number(percent(value));
  return number(Math.abs(value) >= 1000 ? thousands(value) : String(Number(value.toPrecision(4))));
}

function answerOf(learnt: Learnt, file: string) {
  const { info, split, settings, epoch, figures, baselines, foldFigures, importance, stopped, seconds, rule, skipped } =
    learnt;
  const [mean, deviation] = spread(foldFigures);
  return {
    ...{ model: file, target: info.name, task: info.task },
    ...(info.classNames.length > 0 && { classNames: info.classNames }),
    split: {
      ...{ train: split.train.length, test: split.test.length, seed: rule.seed, inTime: rule.inTime },
      ...(rule.heldOut && { part: rule.heldOut.name }),
    },
    columns: learnt.columns,
    ...(skipped.length > 0 && { skipped }),
    ...{ settings, epoch, stopped, seconds, figures, baselines },
    folds: { figures: foldFigures, mean, deviation },
    importance,
    ...(info.classNames.length > 0 && { confusion: confusionOf(learnt.predictions, learnt.truths) }),
  };
}

/** What is said of a model beside what was learnt. */
interface Told {
  readonly kind: OwnKind;
  readonly data: string;
  readonly file: string;
  readonly report: string | undefined;
  /** True if the file held another model before. */
  readonly isReplaced: boolean;
  readonly words: OwnWords;
  readonly paint: Paint;
}

function reportText(learnt: Learnt, { kind, data, file, report, isReplaced, words, paint }: Told): string {
  const { info, split, rule, figures, baselines, foldFigures, importance, truths, epoch, settings } = learnt;
  const isClasses = truths.classes > 0;
  const isFolder = kind === "images" || kind === "sounds";
  const { number } = words;
  const count = (n: number): string => number(thousands(n));
  const main = (value: number): string => formatMain(value, isClasses, words);
  const chosen = heldOutWords(rule, words);
  const held = count(split.test.length);
  const rows = [
    [paint("bold", words.network), paint("bold", main(mainOf(figures))), otherFigures(figures, words)],
    ...baselines.map((one) => [
      words.report.baselines[one.name],
      main(mainOf(one.figures)),
      otherFigures(one.figures, words),
    ]),
  ];
  const [mean, deviation] = spread(foldFigures);
  const time = words.duration(formatDuration(learnt.seconds));
  const lines = [
    "",
    words.task(printable(info.name), info.task, truths.classes, kind, count(split.train.length), held, chosen),
    ...formWords(learnt, words),
    ...skippedWords(learnt, kind, words),
    words.taken(count(foldFigures.length), epoch, count(settings.epochs), isFolder, time),
    "",
    words.held(held, kind, isClasses),
    textTable(rows, { right: [1] }),
    verdict(learnt, words, paint),
    words.folds(count(foldFigures.length), kind, isClasses ? "accuracy" : "rmse", main(mean), main(deviation)),
  ];
  if (importance.length > 0) {
    const most = importance.slice(0, mostShown);
    lines.push("", words.needs(isClasses));
    lines.push(
      textTable(
        most.map((one) => [printable(one.name, 40), main(one.change)]),
        { right: [1] },
      ),
    );
    if (importance.length > most.length) lines.push(`  ${words.needsLess(count(importance.length - most.length))}`);
  }
  if (isClasses && truths.classes <= mostClasses) {
    const confusion = confusionOf(learnt.predictions, truths);
    lines.push("", confusionTable(confusion, info.classNames, paint, words));
  }
  const [mistake] = learnt.worst;
  const asked = isFolder && mistake ? join(data, mistake.text) : data;
  const command = `npx nabla predict ${shellWord(file)} ${shellWord(asked)}`;
  if (report !== undefined) lines.push("", words.reportIn(paint("bold", report)));
  lines.push("", words.saved(paint("bold", file), isReplaced), `  ${command}`);
  return lines.join("\n");
}

/** By what rule the test part was chosen. */
function heldOutWords({ heldOut, inTime, groups, seed }: SplitRule, { how }: OwnWords): string {
  if (heldOut) return how.folder(heldOut.name);
  if (inTime) return how.time;
  return `${groups ? `${how.group}, ` : ""}${how.seed(seed)}`;
}

/** How files reach the network: what is left of a large picture or of a long recording. */
function formWords({ model }: Learnt, words: OwnWords): string[] {
  const preparation = preparationOf(model);
  if (preparation.kind === "image") return [words.pictures(preparation.form.size, preparation.form.channels === 1)];
  if (preparation.kind !== "sound") return [];
  const [frames = 0, bands = 0] = model.inputShape as Shape;
  return [words.recordings(frames, bands, words.number(String(Number(preparation.form.seconds.toPrecision(3)))))];
}

/** The number of files of which it is said why they were left out. */
const mostSkipped = 3;

/** The files that could not be read, a line each for the first ones. */
function skippedWords({ skipped, split }: Learnt, kind: OwnKind, { number, skipped: told, more }: OwnWords): string[] {
  if (skipped.length === 0) return [];
  const count = (n: number): string => number(thousands(n));
  const all = skipped.length + split.train.length + split.test.length;
  const lines = skipped.slice(0, mostSkipped).map(({ reason }) => `  ${printable(reason, 400)}`);
  const rest = skipped.length > mostSkipped ? [`  ${more(count(skipped.length - mostSkipped))}`] : [];
  return [told(count(skipped.length), count(all), kind), ...lines, ...rest];
}

function otherFigures(figures: Figures, words: OwnWords): string {
  const { number, crossentropy, meanError } = words;
  if ("accuracy" in figures) return crossentropy(number(String(Number(figures.crossentropy.toPrecision(3)))));
  const error = meanError(formatMain(figures.mae, false, words));
  return Number.isNaN(figures.r2) ? error : `${error}, R² ${number(figures.r2.toFixed(3).replace(/^-(0\.0*)$/, "$1"))}`;
}

/** Says in one sentence what the network adds to the best baseline. */
function verdict(learnt: Learnt, words: OwnWords, paint: Paint): string {
  const { best, gain, isBetter } = verdictOf(learnt);
  const other = words.report.baselines[best.name];
  const share = `${(100 * gain).toFixed(0)} %`;
  return isBetter
    ? `  ${paint("green", words.report.better(share, other, learnt.truths.classes > 0))}`
    : `  ${paint("yellow", words.report.worse(other))}`;
}

/**
 * A model's file has the name of the data, with the ending where the folder holds other data of that name (data.csv and
 * data.json), unless no file may be called so.
 */
function fileName(data: string): string {
  const name = basename(data);
  const stem = stemOf(name);
  const isOther = (entry: string): boolean => entry !== name && stemOf(entry) === stem && /\.[^.]+$/.test(entry);
  const isTaken = name !== stem && readdirSync(dirname(data)).some(isOther);
  const own = isTaken ? name : stem;
  const isValid = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._+()-]{0,99}$/u.test(own) && !/[ .]$/.test(own);
  return isValid ? own : modelName(own);
}

/** The name of data without the ending that says how they are written. */
const stemOf = (name: string): string => name.replace(/\.(csv|tsv|json|jsonl|ndjson|txt)(\.gz)?$/i, "");
