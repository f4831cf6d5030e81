// What a masked language model puts into the gaps of texts.
import { ArgumentError } from "nabla";
import type { Tokenizer } from "nabla/data";
import { both, type Part } from "../part.ts";
import { gap, type MaskedRows, piecesOf, tokenRows } from "./masking.ts";
import { randomNumbers } from "./windows.ts";

/** A network that fills gaps. */
export interface Filler {
  readonly tokenizer: Tokenizer;
  /** The greatest number of pieces of a text. */
  readonly length: number;
  /** The probabilities of all pieces, `[row][place][piece]`. */
  fill(inputs: MaskedRows["inputs"]): Promise<number[][][]>;
}

/** The likeliest pieces for each gap of a text, except those with less than half a percent. */
async function likeliest({ tokenizer, length, fill }: Filler, text: string, count: number): Promise<string[]> {
  const pieces = piecesOf(tokenizer, text).slice(0, length);
  const places = pieces.flatMap((piece, place) => (piece === gap ? [place] : []));
  if (places.length === 0)
    throw new ArgumentError(
      `expected a text with a gap, such as "the film was [MASK]", among its first ${length} pieces of words, got none.`,
    );
  const [found = []] = await fill({ pieces: tokenRows([pieces], length), places: tokenRows([places], places.length) });
  return found.map((probabilities) => {
    const ranked = [...probabilities.entries()].sort(([, a], [, b]) => b - a).slice(0, count);
    const shown = ranked.filter(([, p], i) => i === 0 || p >= 0.005);
    return shown.map(([piece, p]) => `${pieceName(tokenizer, piece)} ${Math.round(100 * p)} %`).join(", ");
  });
}

/** A piece for people: "-ing" for one that goes on with a word, and a word without the blank before it. */
function pieceName(tokenizer: Tokenizer, piece: number): string {
  const text = tokenizer.decode([piece], { skipSpecial: false });
  return /^[\p{L}\p{N}]/u.test(text) ? `-${text}` : text.trim();
}

/** A row for each gap of a text. */
export async function gapTable(filler: Filler, text: string, count: number): Promise<Part> {
  const gaps = await likeliest(filler, text, count);
  return {
    kind: "table",
    columns: [both("text", "текст"), both("likeliest in the gap", "вероятнее всего в пропуске")],
    rows: gaps.map((found) => [text, found]),
  };
}

/** Eight texts, in each of which one of the longer words becomes a gap. */
export async function gapExamples(filler: Filler, texts: readonly string[], seed: number): Promise<Part> {
  const random = randomNumbers(seed);
  const rows = [];
  for (const words of texts.map((text) => text.trim().split(/\s+/))) {
    if (words.length < 4 || words.length > 10) continue;
    const longer = words.flatMap((word, place) => (word.length > 3 ? [place] : []));
    if (longer.length === 0) continue;
    const place = longer[Math.floor(random() * longer.length)]!;
    const text = words.with(place, "[MASK]").join(" ");
    rows.push([text, words[place]!, (await likeliest(filler, text, 5))[0]!]);
    if (rows.length === 8) break;
  }
  return {
    kind: "table",
    title: both(
      "Held-out sentences with a gap: what stood there, and what is likeliest",
      "Отложенные предложения с пропуском: что там стояло и что вероятнее всего",
    ),
    columns: [both("sentence", "предложение"), both("stood there", "стояло"), both("likeliest", "вероятнее всего")],
    rows,
  };
}
