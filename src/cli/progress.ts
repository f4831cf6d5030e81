// The progress of training and of downloads: a live line where there is a terminal, else a line for each epoch.
import { SingleBar } from "cli-progress";
import type { MnistProgress } from "../data/mnist.ts";
import type { Callback, EpochRecord, Progress, TrainingRun } from "../train/callback.ts";
import { duration, measure, thousands } from "./table.ts";
import { say } from "./terminal.ts";

const glyphs = 24;

/** One live line: a share that is done, and words beside it. */
class LiveLine {
  readonly #bar: SingleBar;

  constructor(stream: NodeJS.WriteStream) {
    this.#bar = new SingleBar({
      stream,
      hideCursor: true,
      // Ctrl-C is the business of whoever trains.
      gracefulExit: false,
      format: (_, { progress }, { words }: { words: string }) => {
        const full = Math.round(progress * glyphs);
        return `${"█".repeat(full)}${"░".repeat(glyphs - full)} ${Math.floor(100 * progress)
          .toString()
          .padStart(3)} %  ${words}`;
      },
    });
    this.#bar.start(1, 0, { words: "" });
  }

  show(share: number, words: string): void {
    this.#bar.update(Math.min(1, share), { words });
  }

  /** Leaves the line as it stands and gives the cursor back. */
  end(): void {
    this.#bar.stop();
  }
}

/** What examples are called: images where inputs have rows and columns. */
export function examplesName(inputShape: readonly number[] | null): string {
  return inputShape !== null && inputShape.length > 1 ? "images" : "examples";
}

/** Shows how training comes along. Call {@link end} whatever happens. */
export class TrainingProgress implements Callback {
  readonly #stream: NodeJS.WriteStream;
  #line: LiveLine | null = null;
  #start = 0;
  /** What the line said last, without how long it takes. */
  #words = "";
  #share = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  onTrainBegin(): void {
    this.#start = performance.now();
    if (this.#stream.isTTY) this.#line = new LiveLine(this.#stream);
  }

  onProgress({ epoch, epochs, step, steps, loss, metrics, examplesPerSecond }: Progress, run: TrainingRun): void {
    if (!this.#line) return;
    const measures = Object.entries({ loss, ...metrics }).map(([name, value]) => `${name} ${measure(name, value)}`);
    const speed = `${thousands(Number(examplesPerSecond.toPrecision(3)))} ${examplesName(run.model.inputShape)}/s`;
    this.#words = [`epoch ${epoch + 1}/${epochs}`, ...measures, speed].join(" · ");
    this.#share = (epoch + step / steps) / epochs;
    const seconds = (performance.now() - this.#start) / 1000;
    this.#line.show(this.#share, `${this.#words} · ${duration((seconds * (1 - this.#share)) / this.#share)} left`);
  }

  onEpochEnd(record: EpochRecord, { epochs }: TrainingRun): void {
    if (!this.#line) say(epochLine(record, epochs), this.#stream);
  }

  onTrainEnd(): void {
    this.#line?.show(this.#share, `${this.#words} · ${duration((performance.now() - this.#start) / 1000)}`);
    this.end();
  }

  end(): void {
    this.#line?.end();
    this.#line = null;
  }
}

function epochLine({ epoch, seconds, ...measures }: EpochRecord, epochs: number): string {
  const parts = Object.entries(measures).map(([name, value]) => `${name} ${measure(name, value)}`);
  return `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs} · ${parts.join(" · ")} · ${duration(seconds)}`;
}

/** Shows how downloads come along. Call {@link end} whatever happens. */
export class DownloadProgress {
  readonly #stream: NodeJS.WriteStream;
  #line: LiveLine | null = null;
  #file = "";

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  show({ file, received, total }: MnistProgress): void {
    if (file !== this.#file) {
      this.end();
      this.#file = file;
      if (this.#stream.isTTY) this.#line = new LiveLine(this.#stream);
      else say(`downloading ${file}`, this.#stream);
    }
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    this.#line?.show(
      total ? received / total : 0,
      `${file} · ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`,
    );
  }

  end(): void {
    this.#line?.end();
    this.#line = null;
  }
}
