// `nabla train --data table.csv --target price`: a model out of data of a person's own.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BaselineName } from "../automatic/baselines.ts";
import { type ColumnUse, leftOutFirst } from "../automatic/column-use.ts";
import { confusionOf, type Figures, mainFigure } from "../automatic/figures.ts";
import { type LearnOptions, type Learnt, modelName } from "../automatic/learn.ts";
import { learnImages, learnSounds } from "../automatic/learn-folder.ts";
import { learnTable } from "../automatic/learn-table.ts";
import type { MemberProgress } from "../automatic/members.ts";
import { reportPage } from "../automatic/report/page.ts";
import { reportWords } from "../automatic/report/words.ts";
import type { SplitRule } from "../automatic/split.ts";
import type { Task } from "../automatic/target.ts";
import { spread, verdictOf } from "../automatic/verdict.ts";
import type { Table } from "../data/table/table.ts";
import { ArgumentError, FileError, printable, quote } from "../errors.ts";
import { writeFileAtomic } from "../io/files.ts";
import { formatDuration, percent, thousands } from "../quantities.ts";
import { backend } from "../runtime/device.ts";
import { LiveLine } from "../train/progress.ts";
import { confusionHeading, confusionTable } from "./confusion.ts";
import { languageOf } from "./course/words.ts";
import { UsageError } from "./failure.ts";
import { Interruption } from "./interrupt.ts";
import { checkWritable, prepareModelFile } from "./model-folder.ts";
import { kindOfData, type OwnKind, readOwnTable } from "./own-data.ts";
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

/** The baselines in words. */
const baselineWords: Readonly<Record<BaselineName, string>> = {
  majority: "always the most frequent class",
  mean: "always the mean",
  linear: "linear regression",
  logistic: "logistic regression",
  naiveBayes: "naive Bayes",
  persistence: "always the value before",
};

/** What examples are called. */
const words: Readonly<Record<OwnKind, string>> = {
  table: "rows",
  texts: "texts",
  images: "pictures",
  sounds: "recordings",
};

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
  if (report !== undefined) await prepareReport(report);
  const kind = kindOfData(data);
  const { about, notes, learnFrom } =
    kind === "images" || kind === "sounds" ? folderLearner(kind, options) : await tableLearner(options);
  const file = await prepareModelFile(out, fileName(data));
  backend();
  const stream = json ? process.stderr : process.stdout;
  const progress = quiet ? null : new MembersProgress(stream);
  const interruption = new Interruption({
    announce: (text) => say(text, process.stderr),
    quit: () => progress?.end(),
  });
  try {
    if (!quiet) say([about, ...notes.map((note) => printable(note, 400))].join("\n"), stream);
    const { seed = 1, split = 0.2, epochs, batchSize, learningRate } = options;
    const learnt = await learnFrom({
      ...{ seed, split, epochs, batchSize, learningRate, signal: interruption.signal },
      onProgress: (state) => {
        progress?.show(state);
        // What is there before the first epoch has learnt nothing, and must not replace a model that has.
        interruption.armed ||= state.epoch >= 1;
      },
      onColumns: (columns) => void (!quiet && columns.length > 0 && say(columnsText(columns), stream)),
    }).finally(() => progress?.end());
    await learnt.model.save(file, { includeOptimizer: false });
    if (report !== undefined) {
      const page = reportPage(learnt, { language, source: basename(data) });
      await writeFileAtomic(report, new TextEncoder().encode(page));
    }
    if (json) sayJson(answerOf(learnt, file));
    else if (!quiet) say(reportText(learnt, kind, data, file, report, paintFor(stream)));
  } finally {
    interruption.end();
  }
  process.exitCode = interruption.exitCode;
}

/** How columns were read, a line each; of many, those that are left out and the first others. */
function columnsText(columns: readonly ColumnUse[]): string {
  const shown = columns.length > mostRead ? leftOutFirst(columns).slice(0, mostRead) : columns;
  const rows = shown.map((one) => [printable(one.name, 40), reportWords.en.column(one, thousands)]);
  const rest = columns.filter((one) => !shown.includes(one));
  const areUsed = rest.every(({ use }) => use !== null);
  const more = rest.length > 0 ? `\n  and ${thousands(rest.length)} more${areUsed ? ", all of them used" : ""}` : "";
  return `${textTable(rows)}${more}`;
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
  readonly notes: readonly string[];
  learnFrom(options: LearnOptions): Promise<Learnt>;
}

async function tableLearner(options: TrainDataOptions): Promise<Learner> {
  const { data, task, time, group } = options;
  if (time !== undefined && group !== undefined) throw new UsageError("train: expected --time or --group, got both.");
  if (time !== undefined && task === "classification")
    throw new UsageError("train: --task: a forecast (--time) is a regression, got classification.");
  const table = await readOwnTable(data);
  const target = options.target ?? defaultTarget(table, time, group);
  for (const name of [target, time, group]) if (name !== undefined) table.column(name);
  const rows = `${thousands(table.size)} ${table.size === 1 ? "row" : "rows"}`;
  return {
    about: `${printable(target)} from ${rows} of ${printable(basename(data))}`,
    notes: table.notes,
    learnFrom: (run) => learnTable(table, { ...run, target, task, time, group }),
  };
}

function folderLearner(kind: "images" | "sounds", { data, group, ...options }: TrainDataOptions): Learner {
  const foreign = (["target", "task", "time"] as const).filter((name) => options[name] !== undefined);
  if (foreign.length > 0) throw new UsageError(`train: --${foreign.join(", --")}: for tables only, got a folder.`);
  const part = group === undefined ? undefined : Number(group);
  if (part !== undefined && !(Number.isInteger(part) && part > 0))
    throw new UsageError(
      `train: --group: for a folder expected the number of a part of the files' names, such as 2, got "${group}".`,
    );
  const learnFiles = kind === "images" ? learnImages : learnSounds;
  return {
    about: `classes of the ${words[kind]} in ${printable(basename(data))}`,
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
  readonly #line: LiveLine | null;
  #last: MemberProgress | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#line = stream.isTTY ? new LiveLine(stream) : null;
  }

  show(state: MemberProgress): void {
    if (!this.#line && this.#last && this.#last.member !== state.member) this.#say();
    this.#last = state;
    const { member, members, epoch, epochs } = state;
    this.#line?.show((member + epoch / epochs) / members, [this.#words(state), `network ${member + 1}/${members}`]);
  }

  end(): void {
    if (this.#last && !this.#line) this.#say();
    this.#line?.end();
    this.#last = null;
  }

  #say(): void {
    if (this.#last) say(this.#words(this.#last), this.#stream);
  }

  #words({ member, members, epoch, epochs, loss, valLoss }: MemberProgress): string {
    const parts = [`network ${member + 1}/${members}`, `epoch ${Math.min(epochs, Math.ceil(epoch))}/${epochs}`];
    parts.push(`loss ${loss.toPrecision(4)}`);
    if (valLoss !== undefined) parts.push(`validation ${valLoss.toPrecision(4)}`);
    return parts.join(" · ");
  }
}

const mainOf = (figures: Figures): number => ("accuracy" in figures ? figures.accuracy : figures.rmse);

/** A main figure in words: a share of right answers, or an error in the unit of the target. */
function formatMain(value: number, isClasses: boolean): string {
  if (isClasses) return percent(value);
  return Math.abs(value) >= 1000 ? thousands(value) : String(Number(value.toPrecision(4)));
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

function reportText(
  learnt: Learnt,
  kind: OwnKind,
  data: string,
  file: string,
  report: string | undefined,
  paint: Paint,
): string {
  const { info, split, rule, figures, baselines, foldFigures, importance, truths } = learnt;
  const isClasses = truths.classes > 0;
  const isFolder = kind === "images" || kind === "sounds";
  const name = mainFigure(truths.classes);
  const rows = [
    [paint("bold", "network"), paint("bold", formatMain(mainOf(figures), isClasses)), otherFigures(figures)],
    ...baselines.map((one) => [
      baselineWords[one.name],
      formatMain(mainOf(one.figures), isClasses),
      otherFigures(one.figures),
    ]),
  ];
  const [mean, deviation] = spread(foldFigures);
  const lines = [
    "",
    `${printable(info.name)}: a ${info.task}${isClasses ? ` of ${truths.classes} classes` : ""}, ` +
      `${thousands(split.train.length)} ${words[kind]} to train on, ` +
      `${thousands(split.test.length)} held out (${heldOutWords(rule)})`,
    ...skippedWords(learnt, words[kind]),
    takenWords(learnt, isFolder),
    "",
    `On the ${thousands(split.test.length)} ${words[kind]} that were held out ` +
      `(${isClasses ? "right answers" : "root of the mean squared error"}):`,
    textTable(rows, { right: [1] }),
    verdict(learnt, paint),
    `On ${plural(foldFigures.length, "other split")} (` +
      `each network on the ${words[kind]} it did not see): ${name} ` +
      `${formatMain(mean, isClasses)} ± ${formatMain(deviation, isClasses)}`,
  ];
  if (importance.length > 0) {
    const most = importance.slice(0, mostShown);
    const unit = isClasses ? "accuracy lost" : "error added";
    lines.push("", `What it needs (${unit} when the column is shuffled):`);
    lines.push(
      textTable(
        most.map((one) => [printable(one.name, 40), formatMain(one.change, isClasses)]),
        { right: [1] },
      ),
    );
    if (importance.length > most.length) lines.push(`  and ${importance.length - most.length} more that it needs less`);
  }
  if (isClasses && truths.classes <= mostClasses)
    lines.push("", confusionHeading, confusionTable(confusionOf(learnt.predictions, truths), info.classNames, paint));
  const [mistake] = learnt.worst;
  const asked = isFolder && mistake ? join(data, mistake.text) : data;
  const command = `npx nabla predict ${shellWord(file)} ${shellWord(asked)}`;
  if (report !== undefined) lines.push("", `The report is in ${paint("bold", report)}.`);
  lines.push("", `Saved as ${paint("bold", file)}. Next:`, `  ${command}`);
  return lines.join("\n");
}

/** By what rule the test part was chosen. */
function heldOutWords({ heldOut, inTime, groups, seed }: SplitRule): string {
  if (heldOut) return `the folder "${heldOut.name}"`;
  if (inTime) return "the last ones";
  return groups ? `whole groups, seed ${seed}` : `seed ${seed}`;
}

/** The number of files of which it is said why they were left out. */
const mostSkipped = 3;

/** The files that could not be read, a line each for the first ones. */
function skippedWords({ skipped, split }: Learnt, kind: string): string[] {
  if (skipped.length === 0) return [];
  const all = skipped.length + split.train.length + split.test.length;
  const lines = skipped.slice(0, mostSkipped).map(({ reason }) => `  ${printable(reason, 400)}`);
  const more = skipped.length > mostSkipped ? [`  and ${thousands(skipped.length - mostSkipped)} more`] : [];
  return [`left out: ${thousands(skipped.length)} of ${thousands(all)} ${kind}, not to be read`, ...lines, ...more];
}

function otherFigures(figures: Figures): string {
  if ("accuracy" in figures) return `crossentropy ${Number(figures.crossentropy.toPrecision(3))}`;
  const explained = Number.isNaN(figures.r2) ? "" : `, R² ${figures.r2.toFixed(3).replace(/^-(0\.0*)$/, "$1")}`;
  return `mean error ${formatMain(figures.mae, false)}${explained}`;
}

/** Says in one sentence what the network adds to the best baseline. */
function verdict(learnt: Learnt, paint: Paint): string {
  const { best, gain, isBetter } = verdictOf(learnt);
  const what = learnt.truths.classes > 0 ? "mistakes" : "error";
  const other = baselineWords[best.name];
  return isBetter
    ? `  ${paint("green", `The network earns its keep: ${what} ${(100 * gain).toFixed(0)} % below ${other}.`)}`
    : `  ${paint("yellow", `The network is no better than ${other} here: take the simpler one.`)}`;
}

/** When the networks are taken; before the first epoch they are what they began as. */
function takenWords({ epoch, settings, foldFigures, seconds }: Learnt, isFolder: boolean): string {
  const count = plural(foldFigures.length, "network");
  const upTo = `up to ${plural(settings.epochs, "epoch")}`;
  const taken =
    epoch > 0
      ? `taken after ${epoch} of ${upTo}`
      : `left as at the beginning${isFolder ? "" : ", which is the linear baseline"}: ` +
        `none of ${upTo} made a clear difference`;
  return `${count}, ${taken}, in ${formatDuration(seconds)}`;
}

const plural = (count: number, one: string): string => `${thousands(count)} ${one}${count === 1 ? "" : "s"}`;

/** A model's file has the name of the data, unless no file may be called so. */
function fileName(data: string): string {
  const name = basename(data).replace(/\.[^.]+(\.gz)?$/, "");
  const isValid = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._+()-]{0,99}$/u.test(name) && !/[ .]$/.test(name);
  return isValid ? name : modelName(name);
}
