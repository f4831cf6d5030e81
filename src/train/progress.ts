// The progress of training as text: a live line in a terminal, or a line for each epoch.
import { formatDuration, formatMeasure, thousands } from "../quantities.ts";
import type { Callback, EpochRecord, History, Progress, TrainingRun } from "./callback.ts";

/** The part of a terminal's output stream that a live line needs. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  /** How many characters fit on a line. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** How often a live line is drawn anew at most, in milliseconds. */
const redraw = 100;
/** The lengths of the bar, from a wide terminal to a narrow one. */
const barLengths = [24, 10];

/** One line of a terminal that is drawn over and over: a bar for the share that is done, and words beside it. */
export class LiveLine {
  readonly #terminal: Terminal;
  #drawn = -Infinity;
  /** A line that came too soon after the last one to be drawn. */
  #pending: string | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Shows the first of `variants`, the longest first, that fits into the line beside a bar; the last one in any case. */
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

  /** Erases the line, says something in its place, and leaves room for the line to go on below. */
  interject(text: string): void {
    this.#terminal.write(`\r\x1b[K${text}\n`);
    this.#drawn = -Infinity;
  }

  /** Leaves the line with what was shown last; whatever comes next begins on a new one. */
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

/** Examples are called images where inputs have rows and columns. */
export function examplesName(inputShape: readonly number[] | null): string {
  return inputShape !== null && inputShape.length > 1 ? "images" : "examples";
}

/** Shows a run of `fit`. Call {@link end} however the run ends. */
export class TrainingProgress implements Callback {
  readonly #line: LiveLine | null;
  readonly #print: (line: string) => void;
  #start = 0;
  #last: Progress | null = null;
  /** What the last epoch measured over the validation data. */
  #validated: readonly [string, number][] = [];

  /** With a terminal there is one live line for the whole run; without one, `print` gets a line for each epoch. */
  constructor(terminal: Terminal | null, print: (line: string) => void) {
    this.#line = terminal && new LiveLine(terminal);
    this.#print = print;
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
    if (this.#line) return;
    const number = String(epoch + 1).padStart(String(epochs).length);
    const parts = [`epoch ${number}/${epochs}`, ...measureWords(Object.entries(measures)), formatDuration(seconds)];
    this.#print(parts.join(" · "));
  }

  onTrainEnd(_: History, run: TrainingRun): void {
    if (this.#last) this.#show(this.#last, run, true);
    this.end();
  }

  /** Says something while the run goes on. */
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
    const head = `epoch ${epoch + 1}/${epochs}`;
    const measures = measureWords([["loss", loss], ...Object.entries(metrics), ...this.#validated]);
    const speed = `${thousands(Number(examplesPerSecond.toPrecision(3)))} ${examplesName(run.model.inputShape)}/s`;
    const seconds = (performance.now() - this.#start) / 1000;
    const time = over ? formatDuration(seconds) : `${formatDuration((seconds * (1 - share)) / share)} left`;
    // The speed goes first where the line is short, then the measures from the last one on; the time stays.
    const variants = measures.map((_, i) => [head, ...measures.slice(0, measures.length - i), time].join(" · "));
    this.#line?.show(share, [[head, ...measures, speed, time].join(" · "), ...variants]);
  }
}

const measureWords = (measures: readonly (readonly [string, number])[]): string[] =>
  measures.map(([name, value]) => `${name} ${formatMeasure(name, value)}`);
