// What recipes share and what can be worked out by hand: numerals, counts of letters, the adding problem, series.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { recipe as speech } from "../recipes/speech.ts";
import { askedDigits } from "../recipes/tools/asked-digits.ts";
import { StrangeWords, strangeThings, withNoise } from "../recipes/tools/bot/noise.ts";
import { heldOutFrames, heldOutThings, learntFrames, questionPairs, topics } from "../recipes/tools/bot/topics.ts";
import { bitsPerDimension, logVolume, pooled, toImages, toPoints } from "../recipes/tools/density/digit-points.ts";
import { bestMixture, fitMixture } from "../recipes/tools/density/mixture.ts";
import { moonsLogDensity } from "../recipes/tools/density/moons.ts";
import { readEach, throwFailures } from "../recipes/tools/each-file.ts";
import { text } from "../recipes/tools/part.ts";
import type { Recipe } from "../recipes/tools/recipe.ts";
import { addingProblem } from "../recipes/tools/recurrent/adding.ts";
import { loadOpinions } from "../recipes/tools/sentiment/opinions.ts";
import { persistence, seasonalNaive } from "../recipes/tools/series/forecasts.ts";
import { filledWords, seriesFrom, timeAt } from "../recipes/tools/series/series.ts";
import { bands, framesOf, joined, writeNormalised } from "../recipes/tools/speech/frames.ts";
import { levelled, levelsOf, meanLevels } from "../recipes/tools/speech/levels.ts";
import { nearestOf } from "../recipes/tools/speech/nearest.ts";
import { likeliest, lossesOf, probabilitiesOf, spelling } from "../recipes/tools/speech/spelling.ts";
import { readText } from "../recipes/tools/text/corpus.ts";
import { NGram } from "../recipes/tools/text/n-gram.ts";
import { languageWindows } from "../recipes/tools/text/windows.ts";
import { englishNumeral, russianNumeral } from "../recipes/tools/translation/numerals.ts";
import { filePairs } from "../recipes/tools/translation/pairs.ts";
import { linearScale } from "../src/cli/course/ticks.ts";
import { fileAnswers } from "../src/cli/file-answers.ts";
import { Dataset, Table } from "../src/data/index.ts";
import { concatenate, FileError, type Model, random, tensor } from "../src/index.ts";
import { wavFile } from "./wav-files.ts";

test.each([
  [0, "ноль", "zero"],
  [12, "двенадцать", "twelve"],
  [40, "сорок", "forty"],
  [1000, "одна тысяча", "one thousand"],
  [2002, "две тысячи два", "two thousand two"],
  [5118, "пять тысяч сто восемнадцать", "five thousand one hundred eighteen"],
  [11_001, "одиннадцать тысяч один", "eleven thousand one"],
  [121_342, "сто двадцать одна тысяча триста сорок два", "one hundred twenty-one thousand three hundred forty-two"],
  [212_000, "двести двенадцать тысяч", "two hundred twelve thousand"],
  [
    999_999,
    "девятьсот девяносто девять тысяч девятьсот девяносто девять",
    "nine hundred ninety-nine thousand nine hundred ninety-nine",
  ],
])("the numeral %i in words", (n, russian, english) => {
  expect([russianNumeral(n), englishNumeral(n)]).toEqual([russian, english]);
});

test("digits are asked for by a text, each so many times, and not more than can be looked at", () => {
  expect(askedDigits("gan", "20 25", 2)).toEqual([2, 0, 2, 5, 2, 0, 2, 5]);
  expect(askedDigits("gan", undefined)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(() => askedDigits("gan", "seven")).toThrow('expected digits to draw, such as 7 or 2025, got "seven"');
  expect(() => askedDigits("gan", undefined, 201)).toThrow("at most 2000 images, got 10 digits, 201 times each");
});

describe("5-grams", () => {
  test("give probabilities that sum to 1 after any context", async () => {
    const model = await new NGram(3, 5).fit("abracadabra");
    for (const context of [[], ["a"], ["a", "b"], ["z", "q"]])
      expect([..."abcdr"].reduce((sum, letter) => sum + model.probability(context, letter), 0)).toBeCloseTo(1, 12);
  });
  test("mix counts as Witten and Bell do", async () => {
    // "aab": after nothing a twice, b once, two kinds; after "a" one a and one b.
    const model = await new NGram(2, 4).fit("aab");
    const alone = (2 + 2 / 4) / (3 + 2);
    expect(model.probability([], "a")).toBeCloseTo(alone, 12);
    expect(model.probability(["a"], "a")).toBeCloseTo((1 + 2 * alone) / (2 + 2), 12);
  });
});

test("the adding problem asks for the sum of the two marked numbers", () => {
  const { inputs, targets } = addingProblem(3, 1, 10);
  for (let i = 0; i < 3; i++) {
    const rows = Array.from({ length: 10 }, (_, step) =>
      inputs.array.data.slice((i * 10 + step) * 2, (i * 10 + step) * 2 + 2),
    );
    const marked = rows.filter(([, mark]) => mark === 1);
    expect(marked.length).toBe(2);
    expect(targets.array.data[i]).toBeCloseTo(Number(marked[0]![0]) + Number(marked[1]![0]), 6);
  }
});

test("a series fills in a time that is missing, and counts its months by the calendar", () => {
  const day = (i: number): Date => new Date(Date.UTC(2024, 0, 1 + i));
  const rows = Array.from({ length: 20 }, (_, i) => ({ date: day(i), value: i })).filter((_, i) => i !== 7);
  const series = seriesFrom(Table.from(rows), ["value"], "x");
  expect([series.filled, series.values[7], series.period]).toEqual([1, 7, 365]);
  expect(new Date(timeAt(Date.UTC(2024, 0, 1), "month", 13)).toISOString()).toMatch(/^2025-02-01/);
  const backwards = Table.from(rows.toReversed());
  expect(() => seriesFrom(backwards, ["value"], "x")).toThrow(/expected dates that rise/);
});

test("a series says how many values it has filled in: rows that are missing, empty cells, Infinity", () => {
  const day = (i: number): Date => new Date(Date.UTC(2024, 0, 1 + i));
  const rows = Array.from({ length: 40 }, (_, i) => ({ date: day(i), value: i, wind: i === 3 ? Infinity : 1 }));
  expect(filledWords(seriesFrom(Table.from(rows.filter(({ wind }) => wind === 1)), ["value"], "x"))!.ru).toContain("2");
  expect(filledWords(seriesFrom(Table.from(rows), ["value"], "x"))!.en).toMatch(/no finite numbers: 1\./);
  expect(filledWords(seriesFrom(Table.from(rows.slice(4)), ["value"], "x"))).toBeNull();
});

test("values that differ in their last digits only have an axis with few ticks", () => {
  const { at, ticks } = linearScale([100 - 4e-14, 100, 100 + 4e-14], 5);
  expect(ticks.length).toBeLessThan(12);
  expect(at(100)).toBeCloseTo(0.5, 6);
  expect(linearScale([1e6, 1e6 + 1], 5).at(1e6 + 1)).toBe(1);
});

test("a text that comes to too few pieces is refused before training, with what was expected", () => {
  expect(() => languageWindows(new Int32Array(8), 8, "a.txt")).toThrow(/"a\.txt": expected at least 9 pieces .* got 8/);
  expect(languageWindows(new Int32Array(9), 8, "a.txt").size).toBe(1);
});

describe("strange words", () => {
  const pairs = questionPairs(learntFrames, topics);
  const known = new Set(pairs.flat().flatMap((sentence) => sentence.toLowerCase().match(/\p{L}{4,}/gu) ?? []));

  test("follow from a seed, are none of the bot's own, and stand around questions that stay as they are", () => {
    const words = new StrangeWords(pairs, 1);
    const drawn = [...words.draw("en", 300, 300), ...words.draw("ru", 300, 300)];
    expect(new StrangeWords(pairs, 1).draw("en", 300, 300)).toEqual(drawn.slice(0, 300));
    expect(drawn.slice(0, 300).join("")).toMatch(/^[a-z]+$/);
    expect(drawn.slice(300).join("")).toMatch(/^[а-яё]+$/);
    expect(drawn.filter((word) => known.has(word))).toEqual([]);
    withNoise(pairs, words).forEach(([question, answer], i) => {
      expect(` ${question} `).toContain(` ${pairs[i]![0]} `);
      expect(answer).toBe(pairs[i]![1]);
    });
  });

  test("name things that are no topics, as are those by which the bot is tested", () => {
    const names = topics.flatMap((topic) => [...topic.names.en, ...topic.names.ru]);
    const { en, ru } = strangeThings(new StrangeWords(pairs, 2), 100);
    expect([en.length, ru.length]).toEqual([100, 100]);
    expect([...en, ...ru, ...heldOutThings.en, ...heldOutThings.ru].filter((name) => names.includes(name))).toEqual([]);
    const learnt = new Set(questionPairs(learntFrames, topics).map(([question]) => question));
    expect(questionPairs(heldOutFrames, topics).filter(([question]) => learnt.has(question))).toEqual([]);
  });
});

describe("files of one's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-recipe-tools-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, name), lines.join("\n"));
    return join(folder, name);
  };
  const pairs = Array.from({ length: 200 }, (_, i) => `${i}\tnumber ${i}`);

  test("a line that is too long for a bot is named", () => {
    const long = file("long.tsv", [...pairs, `x\t${"y".repeat(2000)}`]);
    expect(() => filePairs(long, 1000)).toThrow(/line 201: expected at most 1000 letters, got 2002/);
    expect(filePairs(long)).toHaveLength(201);
  });
  test("lines that repeat one another do not count", () =>
    expect(() => filePairs(file("same.tsv", new Array(400).fill("a\tb")))).toThrow(/got 1 in 400 lines/));
  test("a folder is no text", () =>
    expect(() => readText(folder)).toThrow(/expected a file with a text, got a folder/));
  test("opinions need both classes", async () => {
    const one = file("one.txt", new Array(150).fill("fine film\t1"));
    await expect(loadOpinions({ data: one })).rejects.toThrow(/got none with 0/);
  });
});

test("files that cannot be read are named after the answers to the others", async () => {
  const ask = async (files: readonly string[], together: boolean) => {
    const failures: Error[] = [];
    const read = async (name: string): Promise<string> => {
      if (name.startsWith("bad")) throw new FileError(`"${name}": expected a picture.`);
      return name;
    };
    const recipe: Pick<Recipe, "predict" | "answersTogether"> = {
      ...(together && { answersTogether: true }),
      async *predict(_, { files: asked }) {
        if (together) {
          const { files: good, failures: bad } = await readEach(asked, read);
          yield text(good.join(), good.join());
          throwFailures(bad);
        } else for (const one of asked) yield text(await read(one), one);
      },
    };
    const parts: string[] = [];
    for await (const part of fileAnswers(recipe, {} as Model, files, failures))
      if (part.kind === "text") parts.push(part.text.en);
    return { parts, failures };
  };
  const apart = await ask(["bad1", "a", "bad2", "b"], false);
  expect(apart.parts).toEqual(["a", "b"]);
  expect(() => throwFailures(apart.failures)).toThrow('"bad1": expected a picture.\n"bad2": expected a picture.');
  const together = await ask(["bad1", "a", "bad2", "b"], true);
  expect(together.parts).toEqual(["a,b"]);
  expect(together.failures.map(({ message }) => message.split("\n").length)).toEqual([2]);
  expect((await ask(["bad1"], true)).failures).toHaveLength(1);
});

test("persistence and seasonal-naive look back as they say", () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(persistence(values, [5], 3)).toEqual([[5, 5, 5]]);
  expect(seasonalNaive(values, [5], 4, 3)).toEqual([[3, 4, 5, 3]]);
});

test("the likeliest word is that with most ways to spell it, not that of the likeliest steps", async () => {
  // In each of two steps nothing has 0.6 and "a" 0.4: nothing has 0.36, "a" has 1 - 0.36, "ab" and "b" have none.
  const step = [0.6, 0.4, 1e-9].map(Math.log);
  const logits = tensor([[step, step]]);
  expect(await spelling(logits, ["a", "b"])).toEqual([""]);
  const found = (await lossesOf(logits, ["", "ab", "b", "a"], ["a", "b"])).map(probabilitiesOf);
  expect(likeliest(found)).toEqual([3]);
  expect(found[0]).toEqual([0.36, 0, 0, 0.64].map((share) => expect.closeTo(share, 5)));
});

describe("what one speaker's utterances have in common", () => {
  // Band 3 is 6 dB louder than the others, and changes twice as much.
  const utterances = [0, 1, 2].map((word) => {
    const at = (t: number, b: number): number => (b === 3 ? 6 : 0) + (b === 3 ? 8 : 4) * ((t + b + word) % 2 ? 1 : -1);
    return {
      count: 6,
      values: Float32Array.from({ length: 6 * bands }, (_, i) => at(Math.floor(i / bands), i % bands)),
    };
  });
  const levels = levelsOf(utterances);
  const inBand = (frames: { values: Float32Array }, b: number): number[] =>
    [...frames.values].filter((_, i) => i % bands === b);

  test("is taken off", () => {
    const plain = levelled(utterances[0]!, levels);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
    expect(mean(inBand(plain, 3))).toBeCloseTo(mean(inBand(plain, 4)), 4);
    expect(spread(inBand(plain, 3))).toBeCloseTo(spread(inBand(plain, 4)), 4);
    expect(spread(inBand(utterances[0]!, 3))).toBeCloseTo(2 * spread(inBand(utterances[0]!, 4)), 4);
  });
  test("is near the usual where the utterances are few", () => {
    const usual = { means: new Array<number>(bands).fill(-2), variances: new Array<number>(bands).fill(9) };
    const own = levelsOf(utterances, usual);
    expect(own.means[3]).toBeCloseTo((levels.means[3]! - 2) / 2, 4);
    const many = levelsOf(
      Array.from({ length: 297 }, (_, i) => utterances[i % 3]!),
      usual,
    );
    expect(many.means[3]).toBeCloseTo(0.99 * levels.means[3]! - 0.02, 4);
    expect(meanLevels([levels, usual]).variances[3]).toBeCloseTo((levels.variances[3]! + 9) / 2, 4);
  });
});

test("the utterance that sounds most alike has the same tone, whatever its length", async () => {
  const utterances = Array.from({ length: 20 }, (_, i) => {
    const [tone, count] = [i % 2 ? 5 : 15, 9 + (i % 3)];
    const level = (b: number): number => (b === tone ? 24 : 0) + ((7 * b + i) % 5);
    return { count, values: Float32Array.from({ length: count * bands }, (_, at) => level(at % bands)) };
  });
  const found = await nearestOf(utterances.slice(0, 6), utterances.slice(6));
  expect(found.map((at) => at % 2)).toEqual([0, 1, 0, 1, 0, 1]);
  // Those whose number is greater by ten differ in their length alone.
  const same = await nearestOf(utterances, utterances);
  expect(same.map((at) => at % 10)).toEqual(utterances.map((_, i) => i % 10));
});

test("recordings of one speaker are heard together, and those that cannot be are named last", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nabla-speech-"));
  try {
    const record = (name: string, seconds: number): string => {
      const samples = Float32Array.from({ length: 8000 * seconds }, (_, i) => 8000 * Math.sin(i * (0.2 + i / 1e5)));
      writeFileSync(join(folder, name), wavFile({ samples: samples.map(Math.round) }));
      return join(folder, name);
    };
    const files = [record("a.wav", 0.4), join(folder, "none.wav"), record("b.wav", 0.6), record("long.wav", 3)];
    const model = speech.model({ tiny: true });
    const failures: Error[] = [];
    const answers = async (): Promise<string[]> => {
      const said: string[] = [];
      for await (const part of fileAnswers(speech, model, files, failures))
        if (part.kind === "text") said.push(part.text.en);
      return said;
    };
    expect(await answers()).toEqual([]);
    expect(failures.splice(0).map(({ message }) => message)).toEqual([
      expect.stringMatching(/run "nabla train speech"/),
    ]);
    const levels = { means: new Array(bands).fill(0), variances: new Array(bands).fill(100) };
    model.dataInfo = { about: { speech: { words: ["two", "one"], levels } } };
    expect(await answers()).toEqual([expect.stringMatching(/a\.wav: /), expect.stringMatching(/b\.wav: /)]);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^cannot read .*none\.wav.*\n.*long\.wav": expected one or two words, within 1\.6 s, got .* 3\.0 s/,
      ),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("frames of a sound have no silence at their ends, and are normalised over the utterance", async () => {
  // A tone of 500 Hz in the middle third of a second: some 33 frames, and those that lie half in it.
  const sound = Float32Array.from({ length: 8000 }, (_, i) => (i > 2667 && i < 5333 ? Math.sin((Math.PI * i) / 8) : 0));
  const [frames] = await framesOf([sound], 1);
  expect(frames!.count).toBeGreaterThanOrEqual(33);
  expect(frames!.count).toBeLessThanOrEqual(36);
  const both = joined([frames!, frames!], [10]);
  expect(both.count).toBe(2 * frames!.count + 10);
  const out = new Float32Array((both.count + 5) * bands);
  writeNormalised(both, out);
  expect(out.reduce((sum, value) => sum + value, 0) / (both.count * bands)).toBeCloseTo(0, 4);
  expect(out.slice(both.count * bands).every((value) => value === 0)).toBe(true);
});

describe("densities", () => {
  test("of the two moons sum to 1 over the plane", async () => {
    // A grid as fine as the noise: the rest of the plane holds next to nothing.
    const [step, columns, rows] = [0.02, 170, 95];
    const grid = Array.from({ length: columns * rows }, (_, i) => [
      -1.2 + step * (i % columns),
      -0.7 + step * Math.floor(i / columns),
    ]);
    const total = await moonsLogDensity(tensor(grid)).exp().sum().item();
    expect(total * step ** 2).toBeCloseTo(1, 3);
  });
  test("of a mixture are found by EM, which is chosen by other points, and points are drawn from it", async () => {
    const cloud = (seed: number, at: readonly number[], count: number) =>
      random.normal(random.key(seed), [count, 2]).mul(0.1).add(tensor(at));
    const draw = (seed: number) => concatenate([cloud(seed, [-3, 1], 300), cloud(seed + 1, [3, -1], 100)]);
    const [points, others] = [draw(1), draw(3)];
    const choices = [1, 2].map((components) => ({ components, seed: 1 }));
    const mixture = await bestMixture(points, others, choices);
    expect(mixture.components).toBe(2);
    // ln (weight · N(0; 0, 0.1²)) at the two centres.
    const peak = -Math.log(2 * Math.PI * 0.01);
    const [left, right] = await mixture
      .logDensity(
        tensor([
          [-3, 1],
          [3, -1],
        ]),
      )
      .array<1>();
    expect(left).toBeCloseTo(Math.log(0.75) + peak, 0);
    expect(right).toBeCloseTo(Math.log(0.25) + peak, 0);
    const drawn = await mixture.draw(2000, 1).array<2>();
    const onTheLeft = drawn.filter(([x = 0]) => x < 0);
    expect(onTheLeft.length / drawn.length).toBeCloseTo(0.75, 1);
    expect(onTheLeft.every(([x = 0, y = 0]) => Math.hypot(x + 3, y - 1) < 0.6)).toBe(true);
  });
  test("of few points with many dimensions are held by the spread that the components share", async () => {
    const points = random.normal(random.key(1), [24, 12]);
    const held = random.normal(random.key(2), [200, 12]);
    const likelihood = async (shared: number) =>
      (await fitMixture(points, { components: 2, shared, seed: 1 })).logDensity(held).mean().item();
    expect(await likelihood(50)).toBeGreaterThan((await likelihood(0)) + 10);
  });
  test("of digits are those of their levels, whatever lies between them", async () => {
    const data = Uint8Array.from({ length: 3 * 784 }, (_, i) => (i % 784 < 392 ? 0 : (i * 37) % 256));
    const images = { array: { data, shape: [3, 28, 28], dtype: "uint8" } as const };
    const { inputs } = pooled(new Dataset({ inputs: images, targets: images }));
    const levels = tensor(inputs.array.data, { shape: inputs.array.shape });
    const points = toPoints(levels, random.key(1));
    expect(points.shape).toEqual([3, 196]);
    const again = await toImages(points).mul(256).data();
    expect(Array.from(again, (x) => Math.floor(Number(x) + 1e-3))).toEqual(Array.from(inputs.array.data));
    const [row, column] = [9, 4];
    const four = [0, 1, 28, 29].map((step) => data[784 + 56 * row + 2 * column + step]!);
    expect(inputs.array.data[196 + 14 * row + column]).toBe(Math.round(four.reduce((a, b) => a + b) / 4));
    // d logit(v) / dx = 0.9 / (v (1 − v)) for v = 0.05 + 0.9 x.
    const x = await toImages(points).reshape([3, 196]).array<2>();
    const volumes = x.map((pixels) =>
      pixels.reduce((sum, p) => sum + Math.log(0.9 / ((0.05 + 0.9 * p) * (0.95 - 0.9 * p))), 0),
    );
    const found = await logVolume(points).array<1>();
    for (const [i, volume] of volumes.entries()) expect(found[i]).toBeCloseTo(volume, 2);
    // Pixels that are equally likely to be anything from 0 to 1 cost the eight bits of their level.
    expect(bitsPerDimension(0)).toBe(8);
    expect(bitsPerDimension(196 * Math.log(2))).toBeCloseTo(7, 12);
  });
});
