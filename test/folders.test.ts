// Folders of images and sounds: classes, parts, lazy reading, resizing, what cannot be read, and training from a
// stream.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FolderSource } from "../src/data/folder/class-files.ts";
import { decodePicture, imageFolder } from "../src/data/folder/image-folder.ts";
import { resizePicture } from "../src/data/folder/resize-picture.ts";
import { decodeSound, soundFolder } from "../src/data/folder/sound-folder.ts";
import { ArgumentError, FileError, ShapeError } from "../src/errors.ts";
import type { Picture } from "../src/formats/picture.ts";
import { logMel } from "../src/functions/spectra.ts";
import { layers, sequential } from "../src/index.ts";
import { wavFile } from "./wav-files.ts";
import { encodeWebp } from "./webp-files.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "nabla-folders-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes files into a new folder. */
function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(root, "f-"));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** A picture of one brightness. */
const flat = (value: number, width = 6, height = 4): Uint8Array =>
  encodePng({ width, height, data: new Uint8Array(width * height).fill(value), channels: 1 });
/** A File as a page has it, within the folder that was chosen. */
function pageFile(path: string, bytes: Uint8Array): File {
  const file = new File([bytes as Uint8Array<ArrayBuffer>], path.slice(path.lastIndexOf("/") + 1));
  Object.defineProperty(file, "webkitRelativePath", { value: `chosen/${path}` });
  return file;
}

describe("resizePicture", () => {
  interface Case {
    readonly channels: 1 | 3;
    readonly size: readonly [number, number];
    readonly to: readonly [number, number];
    readonly data: readonly number[];
    readonly expected: readonly number[];
  }
  const golden = JSON.parse(readFileSync(new URL("goldens/resize.json", import.meta.url), "utf8")) as Case[];
  test.each(golden)("agrees with PyTorch: $size to $to", ({ channels, size: [height, width], to, data, expected }) => {
    const picture: Picture = { width, height, channels, data: Uint8Array.from(data), opacity: undefined };
    const small = resizePicture(picture, to, "stretch");
    expect([small.height, small.width]).toEqual(to);
    // Half a step of rounding.
    expect(Math.max(...expected.map((v, i) => Math.abs(v - small.data[i]!)))).toBeLessThan(0.501);
  });

  const wide: Picture = {
    ...{ width: 8, height: 4, channels: 1, opacity: undefined },
    data: Uint8Array.from({ length: 32 }, (_, i) => (i % 8 < 2 || i % 8 > 5 ? 0 : 200)),
  };
  test("crops the middle, fits the whole, or stretches", () => {
    expect([...resizePicture(wide, [4, 4], "crop").data]).toEqual(new Array(16).fill(200));
    const fitted = resizePicture(wide, [4, 4], "fit", 9).data;
    expect([...fitted.subarray(0, 4), ...fitted.subarray(12)]).toEqual(new Array(8).fill(9));
    expect(fitted[4]).toBeLessThan(fitted[5]!);
    expect([...resizePicture(wide, [1, 8], "stretch").data]).toEqual([...wide.data.subarray(0, 8)]);
    expect(resizePicture(wide, [4, 8])).toBe(wide);
  });
});

describe("imageFolder", () => {
  const files = { "dog/b.png": flat(20), "dog/a.PNG": flat(10), "cat/deep/x.png": flat(30), "cat/.hidden.png": "x" };

  test("takes folders as classes, in order, and loads them", async () => {
    const images = await imageFolder(folderOf({ ...files, "cat/notes.txt": "no image" }), { channels: 1 });
    expect(images.classNames).toEqual(["cat", "dog"]);
    expect(images.paths).toEqual(["cat/deep/x.png", "dog/a.PNG", "dog/b.png"]);
    const { inputs, targets, classNames, inputShape } = await images.load();
    expect([inputShape, inputs.scale, classNames]).toEqual([[4, 6, 1], 1 / 255, ["cat", "dog"]]);
    expect([...targets.array.data]).toEqual([0, 1, 1]);
    expect([0, 24, 48].map((i) => inputs.array.data[i])).toEqual([30, 10, 20]);
    expect((await images.at(1)).input.data[0]).toBe(10);
  });

  test("reads PNG, JPEG and WebP in one folder, gray and in colour, in one size", async () => {
    const noise = { width: 20, height: 10, data: Uint8Array.from({ length: 800 }, (_, i) => (i % 4 === 3 ? 255 : i)) };
    const { encode: encodeJpeg } = await import("jpeg-js");
    const folder = folderOf({
      "a/1.png": flat(7),
      "a/2.webp": await encodeWebp(noise, { lossless: 1 }),
      "b/3.jpg": encodeJpeg(noise, 90).data,
    });
    const { inputs } = await (await imageFolder(folder, { size: [8, 9] })).load();
    expect(inputs.array.shape).toEqual([3, 8, 9, 3]);
    expect(inputs.array.data[0]).toBe(7);
    const gray = await (await imageFolder(folder, { size: 5, channels: 1, resize: "fit" })).load();
    expect(gray.inputShape).toEqual([5, 5, 1]);
  });

  test("lays transparent parts on paper", async () => {
    const clear = encodePng({ width: 1, height: 1, data: Uint8Array.of(100, 0), channels: 2 });
    expect([...(await decodePicture(clear, "x", { channels: 1 })).data]).toEqual([255]);
    expect([...(await decodePicture(clear, "x", { channels: 1, paper: 0 })).data]).toEqual([0]);
  });

  test("takes parts, prefixes, a function, and numbers in their order", async () => {
    const parts = await imageFolder(
      folderOf({ "Train/b/1.png": flat(1), "val/a/2.png": flat(2), "test/a/3.png": flat(3), "train/a/4.png": flat(4) }),
    );
    expect(parts.hasParts).toBe(true);
    expect(parts.part("train").paths).toEqual(["Train/b/1.png", "train/a/4.png"]);
    expect([...parts.part("train").labels]).toEqual([1, 0]);
    expect(parts.part("validation").paths).toEqual(["val/a/2.png"]);
    const prefixes = await imageFolder(folderOf({ "10_a.png": flat(1), "9_b.png": flat(2), "9-c.png": flat(2) }));
    expect(prefixes.classNames).toEqual(["9", "10"]);
    expect(() => prefixes.part("test")).toThrow(/expected a folder "test" at the top/);
    const own = await imageFolder(folderOf({ "x/1.png": flat(1), "x/2.png": flat(2) }), {
      class: (path) => path.slice(2, 3),
    });
    expect(own.classNames).toEqual(["1", "2"]);
  });

  test("takes the Files of a page, and lists by class", async () => {
    const list = [pageFile("dog/b.png", flat(20)), pageFile("cat/a.png", flat(30)), pageFile("cat/.DS_Store", flat(1))];
    const images = await imageFolder(list);
    expect([images.classNames, images.paths]).toEqual([
      ["cat", "dog"],
      ["cat/a.png", "dog/b.png"],
    ]);
    expect((await images.load()).inputs.array.data[0]).toBe(30);
    const path = join(folderOf({ "x.bin": flat(50) }), "x.bin");
    const listed = await imageFolder({ one: [path], two: [flat(60), new Blob([flat(70) as Uint8Array<ArrayBuffer>])] });
    expect([...listed.labels]).toEqual([0, 1, 1]);
    expect((await listed.load()).inputs.array.data[72]).toBe(60);
  });

  test("names what cannot be read, or passes it over", async () => {
    const folder = folderOf({
      ...files,
      "cat/broken.jpg": "this is no image at all",
      "dog/late.png": flat(1).subarray(0, 40),
    });
    symlinkSync(join(folder, "nowhere"), join(folder, "cat", "link.png"));
    const strict = await imageFolder(folder);
    await expect(strict.load()).rejects.toThrow(FileError);
    await expect(strict.load()).rejects.toThrow(
      /^"cat\/broken\.jpg" is not an image that Nabla can read: it is plain text/,
    );
    const lenient = await imageFolder(folder, { onError: "skip" });
    expect((await lenient.load()).size).toBe(3);
    expect(lenient.skipped.map(({ path }) => path)).toEqual(["cat/broken.jpg", "cat/link.png", "dog/late.png"]);
    expect(lenient.skipped[2]!.reason).toMatch(/cut short/);
    await expect((await imageFolder({ a: ["https://127.0.0.1:9/x.png"] })).load()).rejects.toThrow(
      /cannot read "https/,
    );
    await expect(
      (await imageFolder(folderOf({ "a/b.png": "text of no image" }), { onError: "skip" })).load(),
    ).rejects.toThrow(/expected at least one file that can be read, got none of 1/);
  });

  test.each<[string, () => Promise<unknown>, RegExp, new (message: string) => Error]>([
    [
      "a missing folder",
      () => imageFolder(join(root, "none")),
      /cannot read the folder ".*none": there is no such file/,
      FileError,
    ],
    [
      "an empty one",
      () => imageFolder(folderOf({ "a.txt": "" })),
      /expected images \(png, jpg, .*\), got none\.$/,
      FileError,
    ],
    ["an empty class", () => imageFolder(folderOf({ ...files, "bird/x.txt": "" })), /got none in "bird"/, FileError],
    [
      "an empty class of a part",
      () => imageFolder(folderOf({ "train/a/1.png": flat(1), "train/b/x.txt": "" })),
      /none in "train\/b"/,
      FileError,
    ],
    [
      "a file without a class",
      () => imageFolder(folderOf({ ...files, "x.png": flat(1) })),
      /the class of "x.png" is not known: it lies beside the folders of classes/,
      FileError,
    ],
    [
      "sizes that differ",
      async () => (await imageFolder(folderOf({ "a/1.png": flat(1), "a/2.png": flat(1, 5) }))).load(),
      /expected shape \[4,6,3\], as the first has, got \[4,5,3\] for "a\/2.png"; give a size/,
      ShapeError,
    ],
    [
      "an address of a folder",
      () => imageFolder("https://example.org/images"),
      /expected the path of a folder, or a list of addresses for each class, got "https/,
      ArgumentError,
    ],
    [
      "a number",
      () => imageFolder(5 as never),
      /expected a folder's path, a list of Files or lists by class, got 5/,
      ArgumentError,
    ],
    ["a list of texts", () => imageFolder(["a"] as never), /expected a list of Files, got "a" at 0/, ArgumentError],
    ["an empty list of a class", () => imageFolder({ a: [] }), /expected a list of files for class "a"/, ArgumentError],
    [
      "a size of 0",
      () => imageFolder(folderOf(files), { size: 0 }),
      /expected size to be an integer from 1 up, got 0/,
      ArgumentError,
    ],
    [
      "two channels",
      () => imageFolder(folderOf(files), { channels: 2 as never }),
      /expected channels to be 1 or 3, got 2/,
      ArgumentError,
    ],
    [
      "an unknown option",
      () => imageFolder(folderOf(files), { sizes: 3 } as never),
      /Did you mean "size"/,
      ArgumentError,
    ],
    [
      "a class without a name",
      () => imageFolder(folderOf(files), { class: () => "" }),
      /expected class to give a name for/,
      ArgumentError,
    ],
  ])("refuses %s", async (_, use, message, kind) => {
    const error = await use().then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/^[^\n]*\.$/);
  });

  test("splits without overlap, with equal shares of the classes, or whole groups", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${i % 4 ? "a" : "b"}/${i % 5}_${i}.png`, flat(i)]),
    );
    const images = await imageFolder(folderOf(many));
    const [train, held] = images.split([0.75, 0.25], { seed: 2 }) as [typeof images, typeof images];
    expect([train.size, held.size]).toEqual([30, 10]);
    expect(new Set([...train.paths, ...held.paths]).size).toBe(40);
    expect([...held.labels].filter((label) => label === 1).length).toBeGreaterThan(1);
    expect(images.split([0.75, 0.25], { seed: 2 })[1]!.paths).toEqual(held.paths);
    const groupOf = (path: string): string => path.split("/")[1]!.split("_")[0]!;
    const [one, two] = images.split([0.8, 0.2], { group: groupOf }) as [typeof images, typeof images];
    const shared = new Set(one.paths.map(groupOf));
    expect(two.paths.map(groupOf).filter((group) => shared.has(group))).toEqual([]);
    expect([one.size, two.size]).toEqual([32, 8]);
  });

  test("streams batches: each example once an epoch, in another order each time, the same for one seed", async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a/${i}.png`, flat(i, 2, 2)]));
    const images = await imageFolder(folderOf(many), { channels: 1 });
    const epoch = async (batches: ReturnType<typeof images.batches>): Promise<number[][]> => {
      const seen: number[][] = [];
      for await (const { x, y } of batches()) {
        expect(x.array.shape).toEqual([y.array.data.length, 2, 2, 1]);
        seen.push([...x.array.data].filter((_, i) => i % 4 === 0));
      }
      return seen;
    };
    const batches = images.batches(4, { seed: 3 });
    const [first, second] = [await epoch(batches), await epoch(batches)];
    expect(first.map((batch) => batch.length)).toEqual([4, 4, 3]);
    const inOrder = Array.from({ length: 11 }, (_, i) => i);
    expect(first.flat().sort((a, b) => a - b)).toEqual(inOrder);
    expect(second).not.toEqual(first);
    // An epoch is told by its index, too, as fit does it.
    const third: number[] = [];
    for await (const { x } of images.batches(4, { seed: 3 })(1))
      third.push(...x.array.data.filter((_, i) => i % 4 === 0));
    expect(third).toEqual(second.flat());
    const again = images.batches(4, { seed: 3 });
    expect([await epoch(again), await epoch(again)]).toEqual([first, second]);
    expect((await epoch(images.batches(11, { shuffle: false })))[0]).toEqual([0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("give a pipeline, shuffled and split exactly", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`${i % 3 ? "a" : "b"}/${i}.png`, flat(i, 2, 2)]),
    );
    const folder = folderOf(many);
    const images = await imageFolder(folder, { channels: 1 });
    const [batch] = await images.pipeline().batch(9).toArray();
    expect([batch!.x.shape, batch!.x.scale, Array.from(batch!.y.data)]).toEqual([
      [9, 2, 2, 1],
      1 / 255,
      [...images.labels],
    ]);
    const parts = await images.pipeline().split([2 / 3, 1 / 3], { stratify: ({ y }) => y });
    expect(parts.map(({ size }) => size)).toEqual([6, 3]);
    const seen = await Promise.all(parts.map((part) => part.shuffle({ seed: 1 }).toArray()));
    const first = seen.flat().map(({ x }) => x.data[0]!);
    expect(first.sort((a, b) => a - b)).toEqual(Array.from({ length: 9 }, (_, i) => i));
    writeFileSync(join(folder, "a", "broken.png"), "no image");
    const lenient = await imageFolder(folder, { channels: 1, onError: "skip" });
    expect((await lenient.pipeline().toArray()).length).toBe(9);
    expect(lenient.skipped.length).toBe(1);
    const model = sequential([layers.flatten(), layers.dense(2)], { inputShape: [2, 2, 1] });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    expect((await model.fit(images.pipeline().shuffle().batch(4), { epochs: 2 })).epochs.length).toBe(2);
  });

  test("a model learns from a stream of files", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 24 }, (_, i) => [`${i % 2 ? "light" : "dark"}/${i}.png`, flat(i % 2 ? 200 + i : i)]),
    );
    const images = await imageFolder(folderOf(many), { size: 4, channels: 1 });
    const model = sequential([layers.flatten(), layers.dense(2)], { inputShape: [4, 4, 1] });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    await model.fit(images.batches(8, { seed: 1 }), { epochs: 60 });
    expect((await model.evaluate(await images.load()))["accuracy"]).toBe(1);
  });
});

describe("soundFolder", () => {
  const tone = (hertz: number, length: number, sampleRate = 8000, channels = 1): Uint8Array =>
    wavFile({
      ...{ sampleRate, channels },
      samples: Array.from({ length: length * channels }, (_, i) =>
        Math.round(16000 * Math.sin((2 * Math.PI * hertz * Math.floor(i / channels)) / sampleRate)),
      ),
    });

  test("resamples, mixes, cuts and fills up", async () => {
    const folder = folderOf({
      "low_1.wav": tone(300, 4000),
      "low_2.wav": tone(300, 22_050, 44_100, 2),
      "high_1.WAV": tone(1500, 400),
    });
    const sounds = await soundFolder(folder, { sampleRate: 8000, seconds: 0.25 });
    expect(sounds.classNames).toEqual(["high", "low"]);
    const { inputs } = await sounds.load();
    expect(inputs.array.shape).toEqual([3, 2000]);
    const [high, low, other] = [0, 1, 2].map((i) => inputs.array.data.subarray(i * 2000, (i + 1) * 2000));
    expect([...high!.subarray(400)]).toEqual(new Array(1600).fill(0));
    // The same tone from another rate and two channels.
    expect(Math.max(...low!.slice(50, -50).map((v, i) => Math.abs(v - other![i + 50]!)))).toBeLessThan(0.003);
  });

  test("fills up to the longest where no length is given", async () => {
    const sounds = await soundFolder({ a: [tone(300, 100)], b: [tone(300, 160)] }, { sampleRate: 8000 });
    const { inputs, inputShape } = await sounds.load();
    expect(inputShape).toEqual([160]);
    expect(inputs.array.data[120]).toBe(0);
    expect((await sounds.at(0)).input.shape).toEqual([100]);
  });

  test("computes features of batches, the same as of all", async () => {
    const options = { sampleRate: 8000, fftLength: 64, melBins: 8 };
    const folder = folderOf({ "a/1.wav": tone(300, 400), "b/2.wav": tone(900, 300), "b/3.wav": tone(950, 350) });
    const sounds = await soundFolder(folder, { sampleRate: 8000, seconds: 0.05, features: (x) => logMel(x, options) });
    const { inputs } = await sounds.load();
    expect(inputs.array.shape).toEqual([3, 26, 8]);
    const streamed: number[] = [];
    for await (const { x } of sounds.batches(2, { shuffle: false })()) streamed.push(...x.array.data);
    expect(streamed).toEqual([...inputs.array.data]);
  });

  test("refuses what is no sound", async () => {
    await expect((await soundFolder(folderOf({ "a/x.wav": "text of no sound" }))).load()).rejects.toThrow(
      /^"a\/x\.wav" is not a WAV file that Nabla can read: it is plain text\.$/,
    );
    await expect(soundFolder(folderOf({ "a/x.mp3": "" }))).rejects.toThrow(/expected sounds \(wav, wave\)/);
    expect(() => decodeSound(tone(1, 10), "x", { seconds: 0 })).toThrow(/expected seconds to be/);
    expect(() => decodeSound(tone(1, 10), "x", { sampleRate: 1e9 })).toThrow(/expected sampleRate to be/);
  });
});

const shared = new URL("../../shared/data/", import.meta.url);
test.skipIf(!existsSync(shared))("reads real photographs", async () => {
  const path = (name: string): string => new URL(`photos/${name}`, shared).pathname;
  const source: FolderSource = { animal: [path("chelsea.png")], place: [path("china.jpg"), path("rocket.jpg")] };
  const { inputs } = await (await imageFolder(source, { size: 64 })).load();
  const mean = (from: number): number =>
    [...inputs.array.data.subarray(from, from + 12288)].reduce((a, b) => a + b) / 12288;
  expect([0, 1, 2].map((i) => Math.round(mean(i * 12288)))).toMatchInlineSnapshot(`
    [
      112,
      144,
      71,
    ]
  `);
});

test.skipIf(!existsSync(shared))("reads real recordings", async () => {
  const tar = gunzipSync(readFileSync(new URL("speech/spoken-digits.tar.gz", shared)));
  const files: File[] = [];
  for (let at = 0; at + 512 <= tar.length && files.length < 40; ) {
    const name = tar.toString("latin1", at, at + 100).replace(/\0.*$/s, "");
    const length = Number.parseInt(tar.toString("latin1", at + 124, at + 136), 8) || 0;
    if (name.endsWith(".wav")) files.push(new File([tar.subarray(at + 512, at + 512 + length)], name));
    at += 512 + 512 * Math.ceil(length / 512);
  }
  const sounds = await soundFolder(files, { sampleRate: 8000, seconds: 1 });
  expect(sounds.classNames).toEqual(["0"]);
  const { inputs, size } = await sounds.load();
  expect([size, inputs.array.shape]).toEqual([40, [40, 8000]]);
  expect(inputs.array.data.some((v) => v > 0.1)).toBe(true);
});
