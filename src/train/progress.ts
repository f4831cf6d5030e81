// The progress of training as text: a live line in a terminal, or up to fifty lines elsewhere.
import { isShape, type Shapes } from "../nn/tree/tree.ts";
import { formatDuration, formatMeasure, thousands } from "../quantities.ts";
import type { Callback, EpochRecord, History, Progress, TrainingRun } from "./callback.ts";

/** The part of a terminal's output stream that a live line needs. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  /** The number of characters that fit on a line. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** The least time between two drawings of a live line, in milliseconds. */
const redraw = 100;
/** Longer runs print a line for every second, third … epoch where there is no terminal. */
const mostLines = 50;
/** The lengths of the bar, from a wide terminal to a narrow one. */
const barLengths = [24, 10];

/** One line of a terminal that is drawn again and again: a bar for the share that is done, and words beside it. */
export class LiveLine {
  readonly #terminal: Terminal;
  #drawn = -Infinity;
  /** A line that is not drawn yet, since the last drawing was too recent. */
  #pending: string | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /**
   * Shows the first of `variants` (the longest comes first) that fits beside a bar, or else as much of the last as
   * fits.
   */
  show(share: number, variants: readonly string[]): void {
    // A line that fills its last column would wrap in some terminals.
    const width = (this.#terminal.columns || 80) - 1;
    const percentage = `${Math.floor(100 * share)}`.padStart(3);
    const candidates = variants.flatMap((words) =>
      barLengths.map((length) => {
        const full = Math.round(share * length);
        return `${"█".repeat(full)}${"░".repeat(length - full)} ${percentage} %  ${words}`;
      }),
    );
    const fitting = [...candidates, ...variants].find((line) => line.length <= width);
    this.#pending = fitting ?? variants.at(-1)!.slice(0, width);
    if (performance.now() - this.#drawn >= redraw) this.#draw();
  }

  /** Replaces the line by a message; the live line goes on below. */
  interject(text: string): void {
    this.#terminal.write(`\r\x1b[K${text}\n`);
    this.#drawn = -Infinity;
  }

  /** Ends the line as it was shown last; later output begins on a new line. */
  end(): void {
    this.#draw();
    if (this.#drawn > -Infinity) this.#terminal.write("\n");
    this.#drawn = -Infinity;
  }

  #draw(): void {
    if (this.#pending === null) return;
    this.#terminal.write(`\r${this.#pending}\x1b[K`);
    [this.#drawn, this.#pending] = [performance.now(), null];
  }
}

/** Smaller squares are rather a few steps of as many measures. */
const leastSide = 8;

/** Examples are called images if inputs have rows, columns and channels, or as many rows as columns, 8 or more. */
export function examplesName(inputShape: Shapes | null): "images" | "examples" {
  if (inputShape === null || !isShape(inputShape)) return "examples";
  const [rows = 0, columns] = inputShape;
  return inputShape.length === 3 || (inputShape.length === 2 && rows === columns && rows >= leastSide)
    ? "images"
    : "examples";
}

/** The words of the lines. */
export interface ProgressWords {
  /** What a measure is called. */
  measure(name: string): string;
  epoch(number: string): string;
  speed(count: string, things: "images" | "examples"): string;
  left(time: string): string;
  /** A duration such as `1 min 23 s`. */
  duration(time: string): string;
}

/** What `fit` says. */
export const englishProgress: ProgressWords = {
  measure: (name) => name,
  epoch: (number) => `epoch ${number}`,
  speed: (count, things) => `${count} ${things}/s`,
  left: (time) => `${time} left`,
  duration: (time) => time,
};

/** Shows a run of `fit`. Call {@link end} even if the run fails. */
export class TrainingProgress implements Callback {
  readonly #line: LiveLine | null;
  readonly #print: (line: string) => void;
  readonly #words: ProgressWords;
  #start = 0;
  #last: Progress | null = null;
  /** The measures of the last epoch over the validation data. */
  #validated: readonly [string, number][] = [];

  /** With a terminal there is one live line for the whole run; without one, `print` is called for up to 50 epochs. */
  constructor(terminal: Terminal | null, print: (line: string) => void, words = englishProgress) {
    this.#line = terminal && new LiveLine(terminal);
    [this.#print, this.#words] = [print, words];
  }

  onTrainBegin(): void {
    this.#start = performance.now();
    [this.#last, this.#validated] = [null, []];
  }

  onProgress(progress: Progress, run: TrainingRun): void {
    this.#last = progress;
    this.#show(progress, run, false);
  }

  onEpochEnd(record: EpochRecord, { epochs }: TrainingRun): void {
    const { epoch, seconds, ...measures } = record;
    this.#validated = Object.entries(measures).filter(([name]) => /^val[A-Z]/.test(name));
    const every = Math.ceil(epochs / mostLines);
    if (this.#line || ((epoch + 1) % every !== 0 && epoch > 0 && epoch < epochs - 1)) return;
    const number = String(epoch + 1).padStart(String(epochs).length);
    const time = this.#words.duration(formatDuration(seconds));
    const parts = [this.#words.epoch(`${number}/${epochs}`), ...this.#measures(Object.entries(measures)), time];
    this.#print(parts.join(" · "));
  }

  onTrainEnd(_: History, run: TrainingRun): void {
    if (this.#last) this.#show(this.#last, run, true);
    this.end();
  }

  /** Shows a message while the run goes on. */
  interject(text: string): void {
    if (this.#line) this.#line.interject(text);
    else this.#print(text);
  }

  /** Ends the live line, if there is one. */
  end(): void {
    this.#line?.end();
    this.#last = null;
  }

  #show({ epoch, epochs, step, steps, loss, metrics, examplesPerSecond }: Progress, run: TrainingRun, over: boolean) {
    const share = (epoch - run.initialEpoch + step / steps) / (epochs - run.initialEpoch);
    const words = this.#words;
    const head = words.epoch(`${epoch + 1}/${epochs}`);
    const measures = this.#measures([["loss", loss], ...Object.entries(metrics), ...this.#validated]);
    const count = thousands(Number(examplesPerSecond.toPrecision(3)));
    const speed = words.speed(count, examplesName(run.model.inputShape));
    const seconds = (performance.now() - this.#start) / 1000;
    const duration = words.duration(formatDuration(over ? seconds : (seconds * (1 - share)) / share));
    const time = over ? duration : words.left(duration);
    // A short line drops the speed first, then the measures from the last one on; the time stays.
    const variants = measures.map((_, i) => [head, ...measures.slice(0, measures.length - i), time].join(" · "));
    this.#line?.show(share, [[head, ...measures, speed, time].join(" · "), ...variants]);
  }

  #measures(measures: readonly (readonly [string, number])[]): string[] {
    return measures.map(([name, value]) => `${this.#words.measure(name)} ${formatMeasure(name, value)}`);
  }
}
