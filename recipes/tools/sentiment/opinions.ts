// Opinions in sentences: drawn by a generator, or read from files of sentences with 0 or 1 behind them.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "nabla";
import { readLabelledLines } from "nabla/data";
import { both } from "../part.ts";
import type { RecipeOptions } from "../recipe.ts";
import { randomNumbers } from "../text/windows.ts";
import { shuffled } from "../translation/pairs.ts";

/** What `--data` takes, in the words of a recipe. */
export const opinionData = both(
  "4,000 sentences drawn by a generator, in which negations and turns (“not bad at all”, “boring at first, then " +
    "wonderful”) decide, 1,000 of them held out; --data: a file of lines “sentence TAB 0 or 1”, or a folder of such " +
    "files, a fifth held out, drawn by the seed",
  "4000 предложений, составленных генератором: в них решают отрицания и повороты («not bad at all», «boring at " +
    "first, " +
    "then wonderful»), 1000 отложены; --data: файл со строками «предложение TAB 0 или 1» или папка с такими файлами, " +
    "пятая часть, случайная по seed, отложена",
);

/** A sentence, and 1 if it praises, 0 if it blames. */
export interface Opinion {
  readonly text: string;
  readonly label: number;
}

const least = 100;

/** The opinions of a run. A seed draws the quarter, or of a file the fifth, that is held out. */
export async function loadOpinions(options: RecipeOptions): Promise<{ train: Opinion[]; test: Opinion[] }> {
  const { data, tiny = false, seed = 1 } = options;
  const all = data === undefined ? drawOpinions(tiny ? 80 : 4000, seed) : shuffled(await readOpinions(data), seed);
  const held = data === undefined ? Math.floor(all.length / 4) : Math.floor(all.length / 5);
  return { test: all.slice(0, held), train: all.slice(held) };
}

/** Sentences without labels: of the training data, and the generator's up to 20,000, none of which is held out. */
export function sentencesWithoutLabels(
  train: readonly Opinion[],
  test: readonly Opinion[],
  { data, tiny = false, seed = 1 }: RecipeOptions,
): string[] {
  const own = train.map(({ text }) => text);
  if (data !== undefined || tiny) return own;
  const held = new Set(test.map(({ text }) => text));
  const more = drawOpinions(20_000 - own.length, seed + 1_000_000).map(({ text }) => text);
  return [...own, ...more].filter((text) => !held.has(text));
}

async function readOpinions(path: string): Promise<Opinion[]> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new FileError(`"${path}": expected a file or a folder, got nothing of that name.`);
  }
  const files = isFolder
    ? readdirSync(path)
        .filter((name) => /labell?ed.*\.(txt|tsv)$/i.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const opinions: Opinion[] = [];
  for (const file of files) {
    const { texts, labels, classNames } = await readLabelledLines(file, { label: "last" });
    const missing = ["0", "1"].filter((name) => !classNames.includes(name));
    if (classNames.length === 1 && missing.length === 1)
      throw new FileError(
        `"${file}": expected 0 behind some sentences and 1 behind others, got none with ${missing[0]}.`,
      );
    if (classNames.join() !== "0,1")
      throw new FileError(`"${file}": expected 0 or 1 behind each sentence, got ${classNames.slice(0, 5).join(", ")}.`);
    texts.forEach((text, i) => opinions.push({ text, label: labels[i]! }));
  }
  if (opinions.length < least)
    throw new FileError(
      `"${path}": expected at least ${least} sentences in a file, or in files *labelled*.txt of a folder, ` +
        `got ${opinions.length}.`,
    );
  return opinions;
}

const things = (
  "film movie book phone restaurant meal hotel room battery screen plot cast service staff soup pizza camera case " +
  "song " +
  "show game story ending waiter sound price seat coffee concert cable"
).split(" ");
const praise = (
  "good great wonderful excellent lovely superb delightful charming brilliant perfect fresh funny gripping reliable " +
  "pleasant splendid"
).split(" ");
const blame = (
  "bad terrible awful boring dreadful poor disappointing ugly dull horrible bland annoying broken weak unpleasant " +
  "tedious"
).split(" ");

/**
 * Sentences in which the same words praise and blame: what counts is whether they are negated, and which comes last. A
 * bag of words can hardly tell them apart.
 */
export function drawOpinions(count: number, seed: number): Opinion[] {
  const random = randomNumbers(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, () => {
    const label = Math.floor(random() * 2);
    // The word that says it, its opposite, and a second thing.
    const [a, b] = label === 1 ? [praise, blame] : [blame, praise];
    const [x, y, thing, other] = [pick(a), pick(b), pick(things), pick(things)];
    const patterns = [
      `the ${thing} was ${x} and the ${other} was ${pick(a)}`,
      `what a ${x} ${thing}`,
      `the ${thing} was not ${y} at all`,
      `i thought the ${thing} would be ${y} but it was ${x}`,
      `the ${thing} was never ${y} , the ${other} was ${x} too`,
      `${y} at first , then the ${thing} turned out ${x}`,
      `nobody can call this ${thing} ${y}`,
      `they promised a ${y} ${thing} and we got a ${x} one`,
      `the ${thing} was ${x} , although the ${other} was ${y}`,
      `not a ${y} ${thing} , and not a ${pick(b)} ${other}`,
      `it is hard to find a ${thing} that is less ${y}`,
      `far from ${y} , this ${thing} is ${x}`,
    ];
    return { text: pick(patterns), label };
  });
}
