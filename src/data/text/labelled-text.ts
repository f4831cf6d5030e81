// Texts with a class each: lines of a file with a label, or a file a text and a folder a class.
import { ArgumentError, FileError, quote } from "../../errors.ts";
import type { FileSource } from "../../io/opened-file.ts";
import { readWhole } from "../../io/whole-file.ts";
import { checkChoice, checkOptions, describe } from "../../options.ts";
import { type ClassOf, classFiles, type FolderSource, namesInOrder } from "../folder/class-files.ts";

/** Texts with a class each. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  /** The class number of each text. */
  readonly labels: Int32Array;
  /** The names of the classes, by class number. */
  readonly classNames: readonly string[];
}

/** The options of {@link readLabelledLines}. */
export interface LabelledLinesOptions {
  /** What stands between text and label. Default: a tabulator. */
  readonly separator?: string;
  /** The side of the label. Default: the side that has fewer different values. */
  readonly label?: "first" | "last";
}

/** The options of {@link textFolder}. */
export interface TextFolderOptions {
  /** What a file's class is. Default: "folder" if there are folders, else "prefix". */
  readonly class?: ClassOf;
}

/** What files of texts are called, and how their names end. */
export const textFiles = { kind: "texts", extensions: ["txt"] } as const;
const maxBytes = 2 ** 29;
const mostClasses = 2 ** 16;

/**
 * Texts and labels from the lines of a file in UTF-8, `text<TAB>label` or `label<TAB>text`. Blank lines are left out.
 * `source` is a path, in a page an address, else a URL, a `File` or bytes; gzip is unpacked.
 *
 * @throws FileError for a file that is missing, larger than 512 MiB or no text, and for a line without a label or text,
 *   which it names; ArgumentError for other options
 *
 * @example
 * const file = new Blob(["Good case.\t1\nToo small.\t0\nGreat!\t1\n"]);
 * const { texts, labels, classNames } = await readLabelledLines(file);
 * texts[1]; // "Too small."
 * labels; // [1, 0, 1]
 * classNames; // ["0", "1"]
 */
export async function readLabelledLines(
  source: FileSource,
  options: LabelledLinesOptions = {},
): Promise<LabelledTexts> {
  const where = "readLabelledLines";
  checkOptions(where, options, ["separator", "label"]);
  const { separator = "\t", label } = options;
  if (typeof separator !== "string" || separator === "")
    throw new ArgumentError(`${where}: expected separator to be a text, got ${describe(separator)}.`);
  if (label !== undefined) checkChoice(where, "label", label, ["first", "last"]);
  const { name, bytes } = await readWhole(source, maxBytes);
  const rows: { line: number; first: [string, string]; last: [string, string] }[] = [];
  decodeText(bytes, name)
    .split(/\r\n|\n|\r/)
    .forEach((line, i) => {
      if (line.trim() === "") return;
      const [start, end] = [line.indexOf(separator), line.lastIndexOf(separator)];
      if (start < 0)
        throw new FileError(
          `${quote(name, 200)}: line ${i + 1}: expected a text and a label with ${show(separator)} between, got none.`,
        );
      const parts = (at: number): [string, string] => [
        line.slice(0, at).trim(),
        line.slice(at + separator.length).trim(),
      ];
      rows.push({ line: i + 1, first: parts(start), last: parts(end) });
    });
  if (rows.length === 0) throw new FileError(`${quote(name, 200)}: expected lines of texts with labels, got none.`);
  const different = (values: string[]): number => new Set(values).size;
  const isFirst = label
    ? label === "first"
    : different(rows.map(({ first }) => first[0])) < different(rows.map(({ last }) => last[1]));
  const pairs = rows.map(({ line, first, last }) => {
    const [text, className] = isFirst ? [first[1], first[0]] : last;
    const missing = text === "" ? "text" : className === "" ? "label" : undefined;
    if (missing)
      throw new FileError(`${quote(name, 200)}: line ${line}: expected a text and a label, got an empty ${missing}.`);
    return { text, className };
  });
  return labelled(name, pairs);
}

const show = (separator: string): string => (separator === "\t" ? "a tabulator" : quote(separator, 20));

/**
 * Texts from files in UTF-8 (.txt), one text a file, with a class each: a folder is a class, or the name's part before
 * the first "_" where there are none. `source` is as for {@link imageFolder}.
 *
 * @throws FileError for a folder that is missing or has no texts, for a class without any, and for a file that is no
 *   text; ArgumentError for other options
 *
 * @example
 * const { texts, classNames } = await textFolder({ good: [new Blob(["Well done."])], bad: [new Blob(["Oh no."])] });
 * texts; // ["Well done.", "Oh no."]
 * classNames; // ["bad", "good"]
 */
export async function textFolder(source: FolderSource, options: TextFolderOptions = {}): Promise<LabelledTexts> {
  checkOptions("textFolder", options, ["class"]);
  const files = await classFiles("textFolder", source, { ...textFiles, classOf: options.class });
  const pairs: { text: string; className: string }[] = [];
  let length = 0;
  for (const { source: file, path, className } of files) {
    const { bytes } = await readWhole(file, maxBytes);
    length += bytes.length;
    if (length > maxBytes)
      throw new FileError(
        `textFolder: expected texts of at most 512 MiB together, got more up to ${quote(path, 200)}.`,
      );
    pairs.push({ text: decodeText(bytes, path), className });
  }
  return labelled("textFolder", pairs);
}

/** Text in UTF-8, or in UTF-16 with a mark of its byte order. Throws {@link FileError} for other bytes. */
export function decodeText(bytes: Uint8Array, name: string): string {
  const is16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = is16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {}
  throw new FileError(`${quote(name, 200)}: expected text in UTF-8, got other bytes.`);
}

function labelled(where: string, pairs: readonly { text: string; className: string }[]): LabelledTexts {
  const classNames = namesInOrder(pairs.map(({ className }) => className));
  if (classNames.length > mostClasses)
    throw new FileError(
      `${quote(where, 200)}: expected at most ${mostClasses} different labels, got ${classNames.length}.`,
    );
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  return {
    texts: pairs.map(({ text }) => text),
    labels: Int32Array.from(pairs, ({ className }) => numbers.get(className)!),
    classNames,
  };
}
