// The progress of downloads: a live line in a terminal, else a line for each file.
import type { MnistProgress } from "../data/sets/mnist.ts";
import { LiveLine } from "../train/progress.ts";
import { say } from "./terminal.ts";

/** Shows the progress of downloads. Call {@link end} even if one fails. */
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
    const amount = `${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""}`;
    this.#line?.show(total ? Math.min(1, received / total) : 0, [`${file} · ${amount}`, amount]);
  }

  end(): void {
    this.#line?.end();
    this.#line = null;
  }
}
