// The progress of downloads: a live line in a terminal, else a line for each file.
import type { Language } from "../../recipes/tools/part.ts";
import type { MnistProgress } from "../data/sets/mnist.ts";
import { LiveLine } from "../train/progress.ts";
import { recipeWords } from "./recipe-words.ts";
import { say } from "./terminal.ts";

/** Shows the progress of downloads. Call {@link end} even if one fails. */
export class DownloadProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #language: Language;
  #line: LiveLine | null = null;
  #file = "";

  constructor(stream: NodeJS.WriteStream, language: Language) {
    [this.#stream, this.#language] = [stream, language];
  }

  show({ file, received, total }: MnistProgress): void {
    const { downloading, megabytes } = recipeWords[this.#language];
    if (file !== this.#file) {
      this.end();
      this.#file = file;
      if (this.#stream.isTTY) this.#line = new LiveLine(this.#stream);
      else say(downloading(file), this.#stream);
    }
    const millions = (bytes: number): string => (bytes / 1e6).toFixed(1);
    const amount = megabytes(millions(received), total ? millions(total) : null);
    this.#line?.show(total ? Math.min(1, received / total) : 0, [`${file} · ${amount}`, amount]);
  }

  end(): void {
    this.#line?.end();
    this.#line = null;
  }
}
