// What a network says of sentences: praise or blame, and how surely.
import { FileError } from "nabla";
import { both, type Table, type Text } from "../part.ts";
import { readText } from "../text/corpus.ts";

/** Praise, if that is likelier. */
export const answer = (praise: number): Text => (praise > 0.5 ? both("praise", "похвала") : both("blame", "критика"));

/** A row for each sentence, with the probability that it praises. */
export const answerTable = (sentences: readonly string[], praise: readonly number[]): Table => ({
  kind: "table",
  columns: [both("sentence", "предложение"), both("answer", "ответ"), both("praise, %", "похвала, %")],
  rows: sentences.map((sentence, i) => [sentence, answer(praise[i]!), 100 * praise[i]!]),
  digits: 1,
});

/** The first 10,000 lines of a file that are not empty. */
export function readSentences(file: string): string[] {
  const lines = readText(file)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(0, 10_000);
  if (lines.length === 0) throw new FileError(`"${file}": expected a sentence in each line, got none.`);
  return lines;
}
