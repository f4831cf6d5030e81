// Text in a terminal: paragraphs that are broken into lines, and the live line that is drawn again and again.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { DownloadProgress } from "../src/cli/progress.ts";
import { recipeWords } from "../src/cli/recipe-words.ts";
import { wrap } from "../src/cli/terminal.ts";
import type { TrainingRun } from "../src/train/callback.ts";
import { type ProgressWords, TrainingProgress } from "../src/train/progress.ts";

/** A terminal that remembers what was written. */
function terminal(columns = 120): { stream: NodeJS.WriteStream; text: () => string } {
  let written = "";
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, hasColors: () => false });
  stream.on("data", (chunk) => (written += chunk));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written };
}

describe("a paragraph", () => {
  it("is broken between words, and each line keeps its indentation", () => {
    const { stream } = terminal(12);
    expect(wrap("one two three", stream)).toBe("one two\nthree");
    expect(wrap("  one two three four", stream)).toBe("  one two\n  three four");
    expect(wrap("exactly four", stream)).toBe("exactly four");
    expect(wrap("exactly fours", stream)).toBe("exactly\nfours");
  });

  it("keeps a word that is longer than a line", () => {
    expect(wrap("a incomprehensibilities b", terminal(12).stream)).toBe("a\nincomprehensibilities\nb");
  });

  it("has 80 columns where there is no terminal", () => {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream;
    expect(wrap(`${"x".repeat(40)} ${"y".repeat(39)}`, stream)).not.toContain("\n");
    expect(wrap(`${"x".repeat(40)} ${"y".repeat(40)}`, stream)).toContain("\n");
  });
});

describe("the live line", () => {
  /** Shows half of the second of four epochs, and the end. */
  async function shown(columns: number, words?: ProgressWords): Promise<string> {
    const { stream, text } = terminal(columns);
    const progress = new TrainingProgress(stream, () => undefined, words);
    const run = { model: { inputShape: [28, 28] }, initialEpoch: 0 } as unknown as TrainingRun;
    progress.onTrainBegin();
    progress.onProgress(
      {
        epoch: 1,
        epochs: 4,
        step: 50,
        steps: 100,
        loss: 0.25,
        metrics: { accuracy: 0.925 },
        examplesPerSecond: 31234,
        seconds: 1,
      },
      run,
    );
    progress.onTrainEnd({ epochs: [], stopped: null, seconds: 1 }, run);
    await new Promise(setImmediate);
    return text().replaceAll("\x1b[K", "<erase>");
  }

  it("shows epoch, loss, accuracy, speed and the time that is left", async () => {
    const text = await shown(120);
    expect(text).toContain(" 37 %  epoch 2/4 · loss 0.25 · accuracy 92.50 % · 31,200 images/s · ");
    expect(text).toMatch(/ left<erase>\r.* · [\d.]+ m?s<erase>\n$/);
  });

  it("speaks Russian", async () => {
    const text = await shown(120, recipeWords.ru.progress);
    expect(text).toContain(" 37 %  эпоха 2/4 · потери 0.25 · accuracy 92.50 % · 31,200 изображений/с · осталось ");
    expect(text).toMatch(/ м?с<erase>\r.* · [\d,]+ м?с<erase>\n$/);
  });

  it.each([
    [100, /^█{4}░{6} {2}37 % {2}epoch 2\/4 · loss 0\.25 · accuracy 92\.50 % · 31,200 images\/s · .* left$/],
    [80, /^█{4}░{6} {2}37 % {2}epoch 2\/4 · loss 0\.25 · accuracy 92\.50 % · [\d.]+ m?s left$/],
    [60, /^█{4}░{6} {2}37 % {2}epoch 2\/4 · loss 0\.25 · [\d.]+ m?s left$/],
    [36, /^epoch 2\/4 · loss 0\.25 · [\d.]+ m?s left$/],
    [20, /^epoch 2\/4 · loss 0\.$/],
  ])("keeps the time that is left in %i columns, and never wraps", async (columns, line) => {
    const first = (await shown(columns)).split(/\r|<erase>/)[1]!;
    expect(first).toMatch(line);
    expect(first.length).toBeLessThan(columns);
  });

  it("shows how far a download is", async () => {
    const { stream, text } = terminal();
    const progress = new DownloadProgress(stream, "en");
    progress.show({ file: "a.gz", received: 0, total: 4e6 });
    progress.show({ file: "a.gz", received: 1e6, total: 4e6 });
    progress.end();
    await new Promise(setImmediate);
    expect(text()).toContain(" 25 %  a.gz · 1.0 MB of 4.0 MB");
  });
});
