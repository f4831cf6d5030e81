// A report on what was learnt: one HTML page that needs no network and runs no script.

import type { Model } from "../../models/model.ts";
import { checkChoice, checkOptions } from "../../options.ts";
import { escapeXml } from "../../svg.ts";
import { leftOutFirst } from "../column-use.ts";
import { confusionOf, type Figures, greatest } from "../figures.ts";
import type { Learnt } from "../learn.ts";
import { spread, verdictOf } from "../verdict.ts";
import { pictureAddress } from "./picture.ts";
import { bars, plot, type Series } from "./plots.ts";
import { style } from "./style.ts";
import { type ReportLanguage, type ReportWords, reportLanguages, reportWords } from "./words.ts";

/** The options of {@link reportPage}. */
export interface ReportOptions {
  /** Default: "en". */
  readonly language?: ReportLanguage;
  /** The name of the data, under the title. Default: none. */
  readonly source?: string;
}

/** A table of more classes is wider than pages are. */
const mostClasses = 30;
const mostPoints = 2000;
const mostBars = 20;

const mainOf = (figures: Figures): number => ("accuracy" in figures ? figures.accuracy : figures.rmse);

/** Numbers in the words of a language. */
class Numbers {
  readonly #locale: string;
  constructor(locale: string) {
    this.#locale = locale;
  }

  count(n: number): string {
    return n.toLocaleString(this.#locale);
  }

  share(x: number, digits = 2): string {
    const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return `${(100 * x).toLocaleString(this.#locale, form)} %`;
  }

  plain(x: number): string {
    return x.toLocaleString(this.#locale, { maximumSignificantDigits: Math.abs(x) >= 1000 ? 6 : 4 });
  }

  main(x: number, isClasses: boolean): string {
    return isClasses ? this.share(x) : this.plain(x);
  }
}

/**
 * A report on a model that was learnt: its figure beside those of the baselines, the curves of training, which classes
 * are taken for which (or predicted and true values), the worst mistakes, with their pictures if they are pictures, and
 * what the network needs. One page in light and dark, without scripts, and without anything from elsewhere.
 *
 * @throws ArgumentError for another language
 * @example
 * const table = await parseTable("size,price\n1,10\n2,21\n3,29\n4,41\n5,50\n6,59\n7,70\n8,81\n9,90\n10,99\n");
 * const page = reportPage(await learnTable(table, { target: "price", epochs: 2 }), { language: "ru" });
 * page.startsWith("<!doctype html>"); // true
 */
export function reportPage(learnt: Learnt, options: ReportOptions = {}): string {
  checkOptions("reportPage", options, ["language", "source"]);
  const { language = "en", source } = options;
  const words = reportWords[checkChoice("reportPage", "language", language, reportLanguages)];
  const numbers = new Numbers(words.locale);
  const { info, split, truths, curves, stopped, model } = learnt;
  const isClasses = truths.classes > 0;
  const rows = numbers.count(split.train.length);
  const about = [source, words.tasks[info.task]].filter((part) => part !== undefined).join(" · ");
  const body = [
    `<h1>${escapeXml(words.title(info.name))}</h1><p class="dim">${escapeXml(about)}</p>`,
    headline(learnt, words, numbers),
    `<p class="dim">${escapeXml(words.train(rows, curves.length))}${stopped ? ` ${escapeXml(words.stopped)}` : ""}</p>`,
    compared(learnt, words, numbers),
    columns(learnt, words, numbers),
    skipped(learnt, words, numbers),
    isClasses ? confusion(learnt, words, numbers) : values(learnt, words),
    worst(learnt, words, numbers),
    importance(learnt, words, numbers),
    learning(learnt, words),
    layers(model, words),
  ];
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeXml(words.title(info.name))}</title><style>${style}</style></head>`,
    `<body><main>${body.join("\n")}</main></body></html>\n`,
  ].join("\n");
}

/** A part that is wider than a narrow page, which the keyboard can scroll too. */
const scrolled = (name: string, html: string): string =>
  `<div class="scroll" role="region" aria-label="${escapeXml(name)}" tabindex="0">${html}</div>`;

function headline({ figures, foldFigures, rule, split, truths }: Learnt, words: ReportWords, numbers: Numbers): string {
  const isClasses = truths.classes > 0;
  const chosen = rule.groups ? words.how.group : words.how.seed(rule.seed);
  const how = rule.heldOut ? words.how.folder(rule.heldOut.name) : rule.inTime ? words.how.time : chosen;
  const [mean, deviation] = spread(foldFigures);
  const held = `${isClasses ? words.accuracy : words.rmse} ${words.held(numbers.count(split.test.length), how)}`;
  const folds = words.folds(foldFigures.length, numbers.main(mean, isClasses), numbers.main(deviation, isClasses));
  return [
    `<p class="main">${numbers.main(mainOf(figures), isClasses)}</p>`,
    `<p>${escapeXml(held)}</p><p class="dim">${escapeXml(folds)}</p>`,
  ].join("");
}

function compared(learnt: Learnt, words: ReportWords, numbers: Numbers): string {
  const { figures, baselines, truths } = learnt;
  const isClasses = truths.classes > 0;
  const list = [
    { name: words.network, figures, isOwn: true },
    ...baselines.map((one) => ({ ...one, name: words.baselines[one.name] })),
  ];
  const { best, gain, isBetter } = verdictOf(learnt);
  const name = words.baselines[best.name];
  const verdict = isBetter ? words.better(numbers.share(gain, 0), name, isClasses) : words.worse(name);
  const rows = list.map((one) => {
    const value = mainOf(one.figures);
    return { name: one.name, value, text: numbers.main(value, isClasses), isOwn: "isOwn" in one };
  });
  return [
    `<h2>${escapeXml(words.compared)}</h2>${bars(rows)}`,
    `<p class="${isBetter ? "good" : "bad"}">${escapeXml(verdict)}</p>`,
  ].join("");
}

function columns({ columns }: Learnt, words: ReportWords, numbers: Numbers): string {
  if (columns.length === 0) return "";
  const shown = columns.length > mostBars ? leftOutFirst(columns).slice(0, mostBars) : columns;
  const lines = shown.map((one) => {
    const text = words.column(one, (n) => numbers.count(n));
    return `<tr><th scope="row">${escapeXml(one.name)}</th><td>${escapeXml(text)}</td></tr>`;
  });
  const rest = columns.length - shown.length;
  const table = `<table class="worst">${lines.join("")}</table>`;
  return `<h2>${escapeXml(words.columns)}</h2>${table}${rest > 0 ? `<p class="dim">… ${numbers.count(rest)}</p>` : ""}`;
}

function skipped({ skipped }: Learnt, words: ReportWords, numbers: Numbers): string {
  if (skipped.length === 0) return "";
  const lines = skipped.slice(0, mostBars).map(({ reason }) => `<li>${escapeXml(reason)}</li>`);
  const rest = skipped.length - lines.length;
  return [
    `<h2>${escapeXml(words.skipped)}</h2><ul>${lines.join("")}</ul>`,
    rest > 0 ? `<p class="dim">… ${numbers.count(rest)}</p>` : "",
  ].join("");
}

function layers(model: Model, words: ReportWords): string {
  // Line feeds are control characters, too.
  const text = model.summary().split("\n").map(escapeXml).join("\n");
  const scrolling = scrolled(words.layers, `<pre>${text}</pre>`);
  return `<details><summary>${escapeXml(words.layers)}</summary>${scrolling}</details>`;
}

function learning({ curves, epoch }: Learnt, words: ReportWords): string {
  const lines = curves.flatMap(({ loss, valLoss }): Series[] => [
    { points: loss.flatMap((y, x) => (y === null ? [] : [[x, y] as const])), colour: "faint" },
    { points: valLoss.map((y, x) => [x, y] as const), colour: "own" },
  ]);
  const picture = plot(lines, { title: words.curves, x: words.epoch, y: words.loss, mark: epoch });
  return `<h2>${escapeXml(words.curves)}</h2><p class="dim">${escapeXml(words.curvesText(epoch))}</p>${picture}`;
}

function confusion({ predictions, truths, info }: Learnt, words: ReportWords, numbers: Numbers): string {
  if (truths.classes > mostClasses) return "";
  const matrix = confusionOf(predictions, truths);
  const heads = info.classNames.map((name) => `<th scope="col">${escapeXml(name)}</th>`);
  const lines = matrix.map((row, i) => {
    const total = row.reduce((a, b) => a + b, 0);
    const cells = row.map((count) => {
      const depth = total > 0 ? (0.75 * count) / total : 0;
      const text = count === 0 ? "·" : numbers.count(count);
      return `<td style="background:rgb(var(--cell) / ${depth.toFixed(2)})">${text}</td>`;
    });
    const share = total > 0 ? numbers.share((row[i] ?? 0) / total, 1) : "";
    const name = `<th scope="row">${escapeXml(info.classNames[i]!)}</th>`;
    return `<tr>${name}${cells.join("")}<td class="dim">${share}</td></tr>`;
  });
  const head = `<tr><td></td>${heads.join("")}<th class="dim">${escapeXml(words.right)}</th></tr>`;
  return [
    `<h2>${escapeXml(words.confusion)}</h2><p class="dim">${escapeXml(words.confusionText)}</p>`,
    scrolled(words.confusion, `<table class="matrix">${head}${lines.join("")}</table>`),
  ].join("");
}

function values({ predictions, truths, rule }: Learnt, words: ReportWords): string {
  const pairs = predictions.map(([y = 0], i) => [truths.values[i]!, y] as const);
  if (rule.inTime) {
    const lines: Series[] = [
      { points: pairs.map(([truth], i) => [i + 1, truth] as const), colour: "faint" },
      { points: pairs.map(([, y], i) => [i + 1, y] as const), colour: "own" },
    ];
    const picture = plot(lines, { title: words.forecast, x: words.step, y: "" });
    return `<h2>${escapeXml(words.forecast)}</h2><p class="dim">${escapeXml(words.forecastText)}</p>${picture}`;
  }
  // Of very many points every n-th is drawn.
  const step = Math.ceil(pairs.length / mostPoints);
  const points = pairs.filter((_, i) => i % step === 0);
  const text = { title: words.residuals, x: words.truth, y: words.predicted, mark: "diagonal" } as const;
  return `<h2>${escapeXml(words.residuals)}</h2>${plot([{ points, colour: "own", isCloud: true }], text)}`;
}

function worst({ worst, predictions, truths, info, isSound }: Learnt, words: ReportWords, numbers: Numbers): string {
  if (worst.length === 0) return "";
  const isClasses = truths.classes > 0;
  const lines = worst.map(({ index, text, picture }) => {
    const row = predictions[index]!;
    const truth = truths.values[index]!;
    const best = greatest(row);
    const answer = isClasses ? `${info.classNames[best]!} (${numbers.share(row[best]!, 0)})` : numbers.plain(row[0]!);
    const image = picture ? `<td><img alt="" src="${pictureAddress(picture, isSound)}"></td>` : "";
    const cells = [isClasses ? info.classNames[truth]! : numbers.plain(truth), answer, text];
    return `<tr>${image}${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`;
  });
  const heads = [words.truth, words.answer, words.example].map((one) => `<th scope="col">${escapeXml(one)}</th>`);
  const head = `<tr>${worst[0]!.picture ? "<td></td>" : ""}${heads.join("")}</tr>`;
  const table = `<table class="worst">${head}${lines.join("")}</table>`;
  return `<h2>${escapeXml(words.worst)}</h2>${scrolled(words.worst, table)}`;
}

function importance({ importance, truths }: Learnt, words: ReportWords, numbers: Numbers): string {
  if (importance.length === 0) return "";
  const isClasses = truths.classes > 0;
  const shown = importance.slice(0, mostBars);
  const rows = shown.map(({ name, change }) => ({
    name,
    value: change,
    text: numbers.main(change, isClasses),
    isOwn: true,
  }));
  const rest = importance.length - shown.length;
  return [
    `<h2>${escapeXml(words.importance)}</h2>`,
    `<p class="dim">${escapeXml(words.importanceText(isClasses))}</p>${bars(rows)}`,
    rest > 0 ? `<p class="dim">${escapeXml(words.more(numbers.count(rest)))}</p>` : "",
  ].join("");
}
