// Windows of a series, padded sequences and batches, labelled texts, and files of arrays.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIdx, readNpy, readNpz, saveNpy, saveNpz } from "../src/data/array-files.ts";
import { Dataset } from "../src/data/dataset.ts";
import { padSequences } from "../src/data/sequence/pad-sequences.ts";
import { paddedBatches } from "../src/data/sequence/padded-batches.ts";
import { windows } from "../src/data/sequence/windows.ts";
import { readLabelledLines, textFolder } from "../src/data/text/labelled-text.ts";
import { ArgumentError, FileError, ShapeError } from "../src/errors.ts";
import { layers, sequential, tensor } from "../src/index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-sequences-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nested = ({ inputs, targets }: Dataset): Promise<unknown[]> =>
  Promise.all([inputs, targets].map(({ array }) => tensor(array).array()));

describe("windows", () => {
  test("agree with Keras's timeseries_dataset_from_array", async () => {
    const series = Array.from({ length: 12 }, (_, i) => i);
    // timeseries_dataset_from_array(data, None, sequence_length=3, sequence_stride=2, sampling_rate=2), with room for a
    // target.
    const cut = windows(series, { length: 3, stride: 2, samplingRate: 2, horizon: 2 });
    expect(await nested(cut)).toEqual([
      [
        [0, 2, 4],
        [2, 4, 6],
      ],
      [
        [6, 8],
        [8, 10],
      ],
    ]);
  });

  test("take features, a gap, and chosen targets, and keep a scale", async () => {
    const series = { data: Uint8Array.from([0, 10, 1, 11, 2, 12, 3, 13, 4, 14]), shape: [5, 2], scale: 0.5 };
    const cut = windows(series, { length: 2, gap: 1, targets: [1] });
    expect(await nested(cut)).toEqual([
      [
        [
          [0, 10],
          [1, 11],
        ],
        [
          [1, 11],
          [2, 12],
        ],
      ],
      [[[13]], [[14]]],
    ]);
    expect([cut.inputs.scale, cut.targets.scale, cut.inputs.array.dtype]).toEqual([0.5, 0.5, "uint8"]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["a short series", () => windows([1, 2, 3], { length: 3 }), /at least 4 steps for one window, got 3/],
    ["no length", () => windows([1, 2], {} as never), /expected length to be an integer from 1 up, got undefined/],
    [
      "an image",
      () => windows([[[1]]], { length: 1 }),
      /expected a series \[time\] or \[time, features\], got \[1,1,1\]/,
    ],
    ["a missing target", () => windows([1, 2], { length: 1, targets: [1] }), /indices from 0 to 0, got \[1\]/],
    ["a text", () => windows("1,2" as never, { length: 1 }), /expected nested arrays of numbers/],
  ])("refuse %s", (_, use, message) => {
    expect(use).toThrow(message);
  });
});

describe("padSequences", () => {
  const lists = [[1, 2, 3], [4], []];
  test("fills up and cuts at either end", () => {
    const { data, lengths, mask } = padSequences(lists, { value: -1 });
    expect([data.shape, [...data.data]]).toEqual([
      [3, 3],
      [1, 2, 3, 4, -1, -1, -1, -1, -1],
    ]);
    expect([[...lengths.data], [...mask.data]]).toEqual([
      [3, 1, 0],
      [1, 1, 1, 1, 0, 0, 0, 0, 0],
    ]);
    const cut = padSequences(lists, { length: 2, padding: "pre", truncating: "pre" });
    expect([...cut.data.data]).toEqual([2, 3, 0, 4, 0, 0]);
    expect([...cut.mask.data]).toEqual([1, 1, 0, 1, 0, 0]);
    expect([...padSequences(lists, { length: 2 }).data.data]).toEqual([1, 2, 4, 0, 0, 0]);
    expect(padSequences(lists, { multipleOf: 4 }).data.shape).toEqual([3, 4]);
  });
  test("takes steps of several numbers, and typed arrays", () => {
    const { data } = padSequences([
      { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2] },
      { data: Int32Array.of(5, 6), shape: [1, 2] },
    ]);
    expect([data.dtype, data.shape, [...data.data]]).toEqual(["int32", [2, 2, 2], [1, 2, 3, 4, 5, 6, 0, 0]]);
  });
  test.each<[string, () => unknown, RegExp]>([
    ["nothing", () => padSequences([]), /at least one sequence/],
    ["a number", () => padSequences(5 as never), /expected a list of sequences, got 5/],
    [
      "steps that differ",
      () => padSequences([[[1, 2]], [[1]]]),
      /expected sequences \[time,2\] of float32, got float32\[1,1\] at 1/,
    ],
    ["dtypes that differ", () => padSequences([[1], Int32Array.of(1)]), /of float32, got int32\[1\] at 1/],
    ["a huge length", () => padSequences([[1]], { length: 2 ** 40 }), /at most 2 GiB/],
  ])("refuses %s", (_, use, message) => {
    expect(use).toThrow(message);
  });
});

describe("paddedBatches", () => {
  const sequences = Array.from({ length: 10 }, (_, i) => Array.from({ length: 1 + (i % 5) }, () => i));
  const targets = Array.from({ length: 10 }, (_, i) => i);
  const epoch = (batches: ReturnType<typeof paddedBatches>): number[][] =>
    Array.from(batches(), ({ x, y }) => {
      // Every row belongs to its target, and is filled up to the longest of its batch only.
      const length = x.shape[1]!;
      const rows = [...y.array.data];
      expect(length).toBe(Math.max(...rows.map((row) => 1 + (row % 5))));
      for (const [i, row] of rows.entries()) expect(x.data[i * length]).toBe(row);
      return rows;
    });

  test("give each example once, those of a length together, in another order each epoch", () => {
    const batches = paddedBatches(sequences, targets, { batchSize: 4, seed: 1 });
    const [first, second] = [epoch(batches), epoch(batches)];
    expect(first.flat().sort((a, b) => a - b)).toEqual(targets);
    expect(second).not.toEqual(first);
    expect(first.map((batch) => batch.length).sort()).toEqual([2, 4, 4]);
    expect(epoch(paddedBatches(sequences, targets, { batchSize: 4, seed: 1 }))).toEqual(first);
    expect(epoch(paddedBatches(sequences, targets, { batchSize: 4, shuffle: false }))[0]).toEqual([0, 1, 2, 3]);
  });

  test("train a model with a mask", async () => {
    const model = sequential([layers.embedding(11, 4, { maskZero: true }), layers.gru(4), layers.dense(1)]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const words = sequences.map((row) => row.map((v) => v + 1));
    const { epochs } = await model.fit(paddedBatches(words, targets, { batchSize: 4, multipleOf: 5 }), { epochs: 30 });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss);
  });

  test("refuse other numbers of targets", () => {
    expect(() => paddedBatches(sequences, [1], { batchSize: 2 })).toThrow(/got 10 sequences and 1 targets/);
    expect(() => paddedBatches([[1], [[1]]], [1, 2], { batchSize: 2 })).toThrow(ShapeError);
    expect(() => paddedBatches(sequences, targets, {} as never)).toThrow(/expected batchSize to be an integer/);
  });
});

describe("labelled texts", () => {
  const lines = (text: string | Uint8Array): Blob => new Blob([text as string]);
  test("come from lines, with the label on the side of fewer values", async () => {
    const last = await readLabelledLines(lines("\uFEFFGood.\tpos\r\nBad.\tneg\r\n\r\nWith a\ttab.\tpos\n"));
    expect([last.texts, [...last.labels], last.classNames]).toEqual([
      ["Good.", "Bad.", "With a\ttab."],
      [1, 0, 1],
      ["neg", "pos"],
    ]);
    const first = await readLabelledLines(lines("ham\tHello\tyou\nspam\tBuy\nham\tBye"));
    expect([first.texts, first.classNames]).toEqual([
      ["Hello\tyou", "Buy", "Bye"],
      ["ham", "spam"],
    ]);
    const own = await readLabelledLines(lines("a;1\nb;10\nc;9"), { separator: ";", label: "last" });
    expect([own.classNames, [...own.labels]]).toEqual([
      ["1", "9", "10"],
      [0, 2, 1],
    ]);
    const utf16 = await readLabelledLines(lines(Uint8Array.from(Buffer.from("\uFEFFда\t1\nнет\t0\n", "utf16le"))));
    expect(utf16.texts).toEqual(["да", "нет"]);
    const packed = join(folder, "lines.txt.gz");
    writeFileSync(packed, gzipSync("x\t1"));
    expect((await readLabelledLines(packed)).texts).toEqual(["x"]);
  });
  test.each<[string, string | Uint8Array, RegExp]>([
    ["a line without a label", "a\t1\nb\n", /line 2: expected a text and a label with a tabulator between, got none/],
    ["an empty label", "a\t1\nb\t\n", /line 2: expected a text and a label, got an empty label/],
    ["an empty text", "a\t1\n\t1\n", /line 2: expected a text and a label, got an empty text/],
    ["no line", "\n\n", /expected lines of texts with labels, got none/],
    ["bytes", Uint8Array.of(0x80, 9, 0x31), /expected text in UTF-8, got other bytes/],
    ["zeros", "a\0\t1", /expected text in UTF-8/],
  ])("refuse %s", async (_, text, message) => {
    await expect(readLabelledLines(lines(text))).rejects.toThrow(FileError);
    await expect(readLabelledLines(lines(text))).rejects.toThrow(message);
  });
  test("come from folders", async () => {
    const files = { good: [lines("Well done."), lines("Fine.")], bad: [lines("Oh no.")] };
    const { texts, labels, classNames } = await textFolder(files);
    expect([texts, [...labels], classNames]).toEqual([
      ["Well done.", "Fine.", "Oh no."],
      [1, 1, 0],
      ["bad", "good"],
    ]);
    await expect(textFolder({ a: [lines(Uint8Array.of(0xff, 1))] })).rejects.toThrow(/"a\/0": expected text in UTF-8/);
  });
});

describe("files of arrays", () => {
  const array = { data: Float32Array.of(1, 2, 3), shape: [3], dtype: "float32" } as const;
  test("are written and read, gzipped too", async () => {
    const path = join(folder, "a.npy");
    await saveNpy(path, array);
    expect(await readNpy(path)).toEqual(array);
    await saveNpz(join(folder, "a.npz"), { array });
    expect(await readNpz(join(folder, "a.npz"))).toEqual({ array });
    const set = Dataset.from({ inputs: await readNpy(path), targets: [1, 2, 3] });
    expect(set.size).toBe(3);
    const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6);
    expect([...(await readIdx(gzipSync(idx))).data]).toEqual([5, 6]);
  });
  test("that are missing are named", async () => {
    await expect(readNpy(join(folder, "none.npy"))).rejects.toThrow(/cannot read ".*none.npy": there is no such file/);
    await expect(readNpz(new Blob(["text of no archive"]))).rejects.toThrow(/it is plain text/);
    await expect(saveNpy(join(folder, "x.npy"), {} as never)).rejects.toThrow(ArgumentError);
  });
});
