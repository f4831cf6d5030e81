// The report on what was learnt, and models out of folders: pictures and recordings of made-up classes.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Learnt,
  learnImages,
  learnSounds,
  learnTable,
  predictFiles,
  predictRecords,
  reportPage,
} from "../src/automatic/index.ts";
import { verdictOf } from "../src/automatic/verdict.ts";
import { Table } from "../src/data/index.ts";
import { FileError, loadModel } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-folders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const random = hostRandom(3);
const draw = (): number => random.uint32() / 2 ** 32;
const tiny = { epochs: 2, members: 2 };

/** A WAV file of 0.3 s at 8 kHz, 16 bits, one channel. */
function wav(frequency: number): Uint8Array {
  const count = 2400;
  const bytes = new Uint8Array(44 + 2 * count);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * count, true);
  for (let i = 0; i < count; i++)
    view.setInt16(44 + 2 * i, 9000 * Math.sin((2 * Math.PI * frequency * i) / 8000) + 900 * (draw() - 0.5), true);
  return bytes;
}

/** A picture of 12 × 10 pixels, light or dark, with noise. */
const png = (isLight: boolean): Uint8Array =>
  encode({
    width: 12,
    height: 10,
    channels: 1,
    depth: 8,
    data: Uint8Array.from({ length: 120 }, () => (isLight ? 150 : 20) + 80 * draw()),
  });

beforeAll(() => {
  for (const name of ["dark", "light"]) {
    mkdirSync(join(folder, "pictures", name), { recursive: true });
    for (let i = 0; i < 12; i++) writeFileSync(join(folder, "pictures", name, `${i}.png`), png(name === "light"));
  }
  mkdirSync(join(folder, "sounds"));
  for (let i = 0; i < 24; i++) {
    const isHigh = i % 2 === 1;
    const file = `${isHigh ? "high" : "low"}_person${i % 3}_${i}.wav`;
    writeFileSync(join(folder, "sounds", file), wav((isHigh ? 2000 : 300) * (0.9 + 0.2 * draw())));
  }
});

describe("a folder of pictures", () => {
  let learnt: Learnt;
  beforeAll(async () => {
    learnt = await learnImages(join(folder, "pictures"), { epochs: 12, members: 2 });
  });

  test("is learnt from, in its own size and gray", () => {
    expect(learnt.model.inputShape).toEqual([10, 12, 1]);
    expect(learnt.info.classNames).toEqual(["dark", "light"]);
    expect([learnt.split.train.length, learnt.split.test.length]).toEqual([19, 5]);
    expect(learnt.figures).toMatchObject({ accuracy: 1 });
    expect(learnt.baselines.map(({ name }) => name)).toEqual(["majority", "logistic"]);
  });

  test("is answered by the saved model, from paths and bytes, in any size", async () => {
    const model = await loadModel(await learnt.model.toBytes({ includeOptimizer: false }));
    const path = join(folder, "pictures", "light", "3.png");
    const answers = await predictFiles(model, [path, readFileSync(path), join(folder, "pictures", "dark", "3.png")]);
    expect(answers.map(({ value }) => value)).toEqual(["light", "light", "dark"]);
    expect(answers[1]).toEqual(answers[0]);
    await expect(
      predictFiles(model, [join(folder, "sounds", readdirSync(join(folder, "sounds"))[0]!)]),
    ).rejects.toThrow(FileError);
    await expect(predictRecords(model, [{ x: 1 }])).rejects.toThrow(/predictFiles/);
  });

  test("with an empty class, one class, or none of them is refused", async () => {
    mkdirSync(join(folder, "empty", "a"), { recursive: true });
    await expect(learnImages(join(folder, "empty"))).rejects.toThrow(FileError);
    writeFileSync(join(folder, "empty", "a", "1.png"), png(true));
    await expect(learnImages(join(folder, "empty"))).rejects.toThrow(/at least two classes, got only "a"/);
    mkdirSync(join(folder, "empty", "b"));
    await expect(learnImages(join(folder, "empty"))).rejects.toThrow(/none in "b"/);
    await expect(learnImages({ a: [png(true), png(true)], b: [png(false)] })).rejects.toThrow(/at least 3 examples/);
  });
});

/** A folder of the pictures of "pictures", with others beside them. */
function picturesWith(name: string, others: Readonly<Record<string, Uint8Array>>): string {
  for (const [path, bytes] of Object.entries(others)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), bytes);
  }
  return join(folder, name);
}

describe("a folder of pictures with flaws", () => {
  const tones = (part: string, count: number) =>
    Object.fromEntries(
      ["dark", "light"].flatMap((name) =>
        Array.from({ length: count }, (_, i) => [`${part}${name}/${i}.png`, png(name === "light")] as const),
      ),
    );
  const tinier = { epochs: 1, members: 2 };

  test("is learnt from without the few that cannot be read, which are named", async () => {
    const pictures = tones("", 8);
    const path = picturesWith("flawed", { ...pictures, "dark/x.png": png(false).subarray(0, 30) });
    const learnt = await learnImages(path, tinier);
    expect(learnt.skipped).toEqual([{ path: "dark/x.png", reason: expect.stringMatching(/x\.png" .*cut short/) }]);
    expect(learnt.split.train.length + learnt.split.test.length).toBe(16);
    const whole = await learnImages(picturesWith("whole", pictures), tinier);
    expect(await learnt.model.toBytes()).toEqual(await whole.model.toBytes());
    expect(reportPage(learnt)).toMatch(/could not be read and were left out<\/h2><ul><li>&quot;dark\/x\.png&quot;/);
    picturesWith("flawed", { "dark/y.png": Uint8Array.of(1, 2), "light/z.png": Uint8Array.of() });
    await expect(learnImages(path, tinier)).rejects.toThrow(
      /^3 of 19 files cannot be read, such as this one: "dark\/x/,
    );
  });

  test("is measured on its own test part, if it has one", async () => {
    const path = picturesWith("parts", { ...tones("train/", 7), ...tones("test/", 3), "test/light/9.png": png(true) });
    const { split, rule, info } = await learnImages(path, tinier);
    expect(rule.heldOut?.name).toBe("test");
    expect([split.train.length, split.test.length]).toEqual([14, 7]);
    // In the order of the paths, those of "test" come before those of "train".
    expect(Array.from(split.test)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(info.classNames).toEqual(["dark", "light"]);
    picturesWith("parts", { "test/gray/1.png": png(true) });
    await expect(learnImages(path, tinier)).rejects.toThrow(/"train": expected at least 3 .* got 0 of "gray"/);
  });
});

describe("a folder of recordings", () => {
  test("is learnt from, the same bits each time, and answered", async () => {
    const [learnt, again] = [
      await learnSounds(join(folder, "sounds"), tiny),
      await learnSounds(join(folder, "sounds"), tiny),
    ];
    expect(learnt.info.classNames).toEqual(["high", "low"]);
    expect(await again.model.toBytes()).toEqual(await learnt.model.toBytes());
    const model = await loadModel(await learnt.model.toBytes({ includeOptimizer: false }));
    const [answer] = await predictFiles(model, [wav(2000)]);
    expect(Object.keys(answer!.probabilities!)).toEqual(["high", "low"]);
    expect(learnt.baselines[1]!.figures).toMatchObject({ accuracy: 1 });
  });

  test("is split by a part of the names", async () => {
    const { split } = await learnSounds(join(folder, "sounds"), { ...tiny, group: 2 });
    const names = readdirSync(join(folder, "sounds")).sort();
    const people = (rows: Int32Array) => new Set(Array.from(rows, (row) => names[row]!.split("_")[1]));
    const train = people(split.train);
    expect(people(split.test).size).toBe(1);
    expect([...people(split.test)].some((person) => train.has(person))).toBe(false);
    await expect(learnSounds(join(folder, "sounds"), { group: 9 })).rejects.toThrow(/a part 9/);
  });
});

describe("a report", () => {
  const nothingElsewhere = (page: string): void => {
    expect(page).not.toMatch(/<script|<link|<iframe|@import|url\(|javascript:|\son\w+=/i);
    for (const [, address] of page.matchAll(/\b(?:src|href|action)="([^"]*)"/g))
      expect(address).toMatch(/^data:image\/bmp;/);
    const text = page.replaceAll("http://www.w3.org/2000/svg", "").replace(/data:image\/bmp;base64,[^"]*/g, "");
    expect(text).not.toMatch(/https?:|\/\/\w/);
  };
  const table = Table.from(
    Array.from({ length: 60 }, (_, i) => ({
      "<b>size</b>": draw(),
      kind: i % 2 ? "a&b" : '"c"',
      price: (i % 7) + draw(),
    })),
  );

  test.each(["en", "ru"] as const)("on a regression needs nothing from elsewhere (%s)", async (language) => {
    const page = reportPage(await learnTable(table, { target: "price", ...tiny }), { language, source: "<i>.csv" });
    nothingElsewhere(page);
    expect(page).toContain(`<html lang="${language}">`);
    expect(page).toContain("&lt;b&gt;size&lt;/b&gt;");
    expect(page).not.toMatch(/<b>|<i>/);
    expect(page).toContain(language === "ru" ? "линейная регрессия" : "linear regression");
    expect(page.match(/<svg/g)!.length).toBe(2);
    expect(page).toContain("prefers-color-scheme: dark");
  });

  test("on classes has the confusion of the test part, and pictures where there are some", async () => {
    const classes = reportPage(await learnTable(table, { target: "kind", ...tiny }));
    nothingElsewhere(classes);
    expect(classes).toMatch(/<table class="matrix">.*a&amp;b/s);
    const sounds = await learnSounds(join(folder, "sounds"), { epochs: 1, members: 2, learningRate: 1e-9 });
    const page = reportPage(sounds);
    nothingElsewhere(page);
    expect(page.match(/<img/g)?.length ?? 0).toBe(sounds.worst.length);
  });

  test("on a series draws it", async () => {
    const series = Table.from(Array.from({ length: 60 }, (_, i) => ({ day: i, sold: Math.sin(i) })));
    nothingElsewhere(reportPage(await learnTable(series, { target: "sold", time: "day", ...tiny })));
  });

  test("shows the layers line by line, and can be read from the keyboard", async () => {
    const page = reportPage(await learnTable(table, { target: "kind", ...tiny }));
    expect(page).toMatch(/^Layer \(class\) +Output shape +Parameters$/m);
    expect(page.match(/<main>/g)).toHaveLength(1);
    expect(page).not.toMatch(/<div class="scroll">/);
  });

  test("in a language that there is not is refused", async () => {
    const learnt = await learnTable(table, { target: "kind", ...tiny });
    expect(() => reportPage(learnt, { language: "fr" as "en" })).toThrow(/expected/);
  });
});

test("a network is better than a baseline only by more than the spread over the splits", () => {
  const of = (rmse: number) => ({ rmse, mae: rmse, r2: 0 });
  const verdict = (own: number) =>
    verdictOf({ figures: of(own), baselines: [{ name: "linear", figures: of(10) }], foldFigures: [8, 10] }).isBetter;
  expect([9.9, 8.7, 8.5, 11].map(verdict)).toEqual([false, false, true, false]);
});
