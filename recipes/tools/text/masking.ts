// Texts with gaps, from which a masked language model learns.
import type { Tokenizer } from "nabla/data";
import { randomNumbers } from "./windows.ts";

/** The number of padding, and of the token that stands in a gap. */
export const [padding, gap] = [0, 1];
/** The special tokens, in the order of their numbers. */
export const special = ["<pad>", "[MASK]"];

/** Token numbers, a row for each text, filled up with padding. */
export interface TokenRows {
  readonly data: Int32Array;
  readonly shape: readonly [count: number, length: number];
}

/** Token lists as rows of one length; what is longer is cut. */
export function tokenRows(lists: readonly ArrayLike<number>[], length: number): TokenRows {
  const data = new Int32Array(lists.length * length);
  lists.forEach((list, i) => data.set(Array.from(list).slice(0, length), i * length));
  return { data, shape: [lists.length, length] };
}

/** Rows with gaps, the places of what is to be found, and what stood there: padding behind the last of a row. */
export interface MaskedRows {
  readonly inputs: { readonly pieces: TokenRows; readonly places: TokenRows };
  readonly targets: TokenRows;
}

/** The number of tokens that are chosen of so many. */
export const mostGaps = (length: number): number => Math.max(1, Math.round(0.15 * length));

/**
 * Chooses 15 % of the tokens of each row, at least one, which are to be found again; of these 80 % become gaps, 10 %
 * become any other token, and 10 % stay as they are, so that the network must know each token, and not the gaps only
 * (Devlin et al. 2019).
 */
export function masked({ data, shape }: TokenRows, vocabularySize: number, random: () => number): MaskedRows {
  const [count, length] = shape;
  const most = mostGaps(length);
  const [pieces, places, targets] = [data.slice(), new Int32Array(count * most), new Int32Array(count * most)];
  for (let row = 0; row < count; row++) {
    const whole = data.subarray(row * length, (row + 1) * length);
    const end = whole.indexOf(padding);
    const left = Array.from({ length: end < 0 ? length : end }, (_, place) => place);
    for (let i = 0, chosen = mostGaps(left.length); i < chosen && left.length > 0; i++) {
      const [place] = left.splice(Math.floor(random() * left.length), 1) as [number];
      places[row * most + i] = place;
      targets[row * most + i] = whole[place]!;
      const dice = random();
      if (dice < 0.8) pieces[row * length + place] = gap;
      else if (dice < 0.9)
        pieces[row * length + place] = special.length + Math.floor(random() * (vocabularySize - special.length));
    }
  }
  const chosen = [count, most] as const;
  return {
    inputs: { pieces: { data: pieces, shape }, places: { data: places, shape: chosen } },
    targets: { data: targets, shape: chosen },
  };
}

/** Batches of rows that are drawn by chance, with other gaps each time: for `fit`. */
export function maskedBatches(
  rows: TokenRows,
  settings: { batchSize: number; steps: number; vocabularySize: number; seed: number },
) {
  const { batchSize, steps, vocabularySize, seed } = settings;
  const [count, length] = rows.shape;
  return function* (epoch: number) {
    const random = randomNumbers(1000 * seed + epoch);
    for (let step = 0; step < steps; step++) {
      const data = new Int32Array(batchSize * length);
      for (let i = 0; i < batchSize; i++) {
        const start = Math.floor(random() * count) * length;
        data.set(rows.data.subarray(start, start + length), i * length);
      }
      const { inputs, targets } = masked({ data, shape: [batchSize, length] }, vocabularySize, random);
      yield [inputs, targets] as const;
    }
  };
}

/**
 * The pieces of a text in small letters, in which "[MASK]", or "__", is a gap. A blank is put before the text, so that
 * a word is the same piece wherever it stands.
 */
export function piecesOf(tokenizer: Tokenizer, text: string): number[] {
  const parts = ` ${text.trim().toLowerCase()}`.split(/ ?(?:\[mask\]|__+)/);
  return parts.flatMap((part, i) => [...(i === 0 ? [] : [gap]), ...tokenizer.encode(part)]);
}

/** The rows of texts. */
export const textRows = (tokenizer: Tokenizer, texts: readonly string[], length: number): TokenRows =>
  tokenRows(
    texts.map((text) => piecesOf(tokenizer, text)),
    length,
  );

/** The mean of −ln p of the targets by the frequencies of the tokens in the rows, of which each counts once more. */
export function natsByFrequency(rows: TokenRows, targets: TokenRows, vocabularySize: number): number {
  const counts = new Float64Array(vocabularySize).fill(1);
  for (const token of rows.data) if (token !== padding) counts[token]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const nats = [...targets.data].flatMap((token) => (token === padding ? [] : [-Math.log(counts[token]! / total)]));
  return nats.reduce((sum, x) => sum + x, 0) / nats.length;
}
