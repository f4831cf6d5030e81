// Pairs of texts that mean the same: numerals in Russian and English, or the lines of a file.
import { FileError } from "nabla";
import { bytePairTokenizer, type Tokenizer } from "nabla/data";
import { both } from "../part.ts";
import type { RecipeOptions } from "../recipe.ts";
import { readText } from "../text/corpus.ts";
import { randomNumbers } from "../text/windows.ts";
import { englishNumeral, greatestNumeral, russianNumeral } from "./numerals.ts";

/** What `--data` takes, in the words of a recipe. */
export const pairData = both(
  "numerals from 0 to 999,999 in words, Russian to English and back, made by a generator; 500 numbers that are not " +
    'among those learnt are held out; --data: a text with a pair in each line, "source TAB target", at least 200 lines',
  "числительные от 0 до 999 999 словами, с русского на английский и обратно, их составляет генератор; 500 чисел, " +
    "которых нет среди выученных, отложены; --data: текст, в каждой строке пара «исходный текст TAB перевод», не " +
    "меньше 200 строк",
);

/** A text and its translation. */
export type Pair = readonly [source: string, target: string];

/** Pairs to learn from, and pairs that are held out. */
export interface Pairs {
  readonly train: readonly Pair[];
  readonly test: readonly Pair[];
}

const leastPairs = 200;
const mostPairs = 200_000;
const numerals = { train: 12_000, test: 500 };

/** The pairs of a run: few if tiny. */
export function loadPairs({ data, tiny = false, seed = 1 }: RecipeOptions): Pairs {
  if (data !== undefined) {
    const all = shuffled(filePairs(data), 7);
    const test = Math.min(500, Math.floor(all.length / 10));
    return tiny
      ? { train: all.slice(20, 60), test: all.slice(0, 4) }
      : { train: all.slice(test), test: all.slice(0, test) };
  }
  const count = tiny ? { train: 30, test: 4 } : numerals;
  const random = randomNumbers(seed);
  const numbers = new Set<number>();
  // Half of the numbers have few digits, or hardly any of them would.
  while (numbers.size < count.train + count.test)
    numbers.add(Math.floor(random() < 0.5 ? (greatestNumeral + 1) ** random() : random() * (greatestNumeral + 1)));
  const drawn = shuffled([...numbers], seed);
  const bothWays = (n: number): Pair[] => {
    const [russian, english] = [russianNumeral(n), englishNumeral(n)];
    return [
      [russian, english],
      [english, russian],
    ];
  };
  return {
    train: drawn.slice(count.test).flatMap(bothWays),
    test: drawn.slice(0, count.test).flatMap(bothWays),
  };
}

/**
 * The pairs in the lines of a file, which has a translation for each source.
 *
 * @throws FileError for a line without both parts or of more than `mostLetters`, and for too few or too many sources
 */
export function filePairs(file: string, mostLetters = Infinity): Pair[] {
  const pairs = new Map<string, Pair>();
  let lines = 0;
  for (const [i, line] of readText(file).split("\n").entries()) {
    if (line.trim() === "") continue;
    lines++;
    if (line.length > mostLetters)
      throw new FileError(
        `"${file}": line ${i + 1}: expected at most ${mostLetters} letters, got ${line.length}: shorten it, or leave ` +
          "it out.",
      );
    const [source = "", target = ""] = line.split("\t").map((part) => part.trim());
    if (source === "" || target === "")
      throw new FileError(
        `"${file}": line ${i + 1}: expected "source TAB target", got ${JSON.stringify(line.slice(0, 60))}.`,
      );
    // A source with several translations keeps the first: an answer is right if it is the same.
    if (!pairs.has(source)) pairs.set(source, [source, target]);
  }
  if (pairs.size < leastPairs || pairs.size > mostPairs) {
    const got = lines === pairs.size ? String(lines) : `${pairs.size} in ${lines} lines: the others repeat them`;
    throw new FileError(
      `"${file}": expected from ${leastPairs} to ${mostPairs} lines with different texts before the TAB, got ${got}.`,
    );
  }
  return [...pairs.values()];
}

/** A list in a random order that follows from the seed. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}

/** The numbers of the special tokens. */
export const [padding, start, end] = [0, 1, 2];
const special = ["<pad>", "<start>", "<end>"];

/** Pieces are known after so many pairs; the rest would only cost time. */
const mostForPieces = 50_000;

/** Learns pieces of words. A blank stands before each text, so that a word is the same piece wherever it stands. */
export const learnPieces = (pairs: readonly Pair[], vocabularySize: number): Tokenizer =>
  bytePairTokenizer({ vocabularySize, special }).fit(
    pairs
      .slice(0, mostForPieces)
      .flat()
      .map((text) => ` ${text}`),
  );

/** The pieces of a text. */
export const piecesOf = (tokenizer: Tokenizer, text: string): number[] => [...tokenizer.encode(` ${text}`)];

/** The text of pieces, up to the end token. */
export function textOf(tokenizer: Tokenizer, pieces: ArrayLike<number>): string {
  const list = Array.from(pieces);
  const last = list.indexOf(end);
  return tokenizer.decode(last < 0 ? list : list.slice(0, last)).trim();
}

/** Token numbers `[count, length]`, filled up with padding. */
export function padded(rows: readonly (readonly number[])[], length: number): { data: Int32Array; shape: number[] } {
  const data = new Int32Array(rows.length * length);
  rows.forEach((row, i) => data.set(row, i * length));
  return { data, shape: [rows.length, length] };
}
