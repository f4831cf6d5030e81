// Words as letters: what a network spells, and which of the known words it most likely heard.
import { losses, type Tensor, tensor } from "nabla";

/** The letters of some words, in order. Letter i is a network's class i + 1; class 0 is no letter. */
export const lettersOf = (words: readonly string[]): string[] => [...new Set(words.join(""))].sort();

/** The classes that spell a text. */
export const spelled = (text: string, letters: readonly string[]): number[] =>
  [...text].map((letter) => letters.indexOf(letter) + 1);

/**
 * The CTC loss of each of some texts for each row of logits `[rows, steps, classes]`, as `[row][text]`: −ln of the
 * probability that the network spells the text, however it spreads the letters over the steps.
 */
export async function lossesOf(
  logits: Tensor,
  texts: readonly string[],
  letters: readonly string[],
): Promise<number[][]> {
  const rows = logits.shape[0]!;
  const most = Math.max(...texts.map((text) => text.length));
  const all: number[][] = Array.from({ length: rows }, () => []);
  for (const text of texts) {
    // Texts of one length for all: one program computes them.
    const labels = new Int32Array(rows * most);
    for (let row = 0; row < rows; row++) labels.set(spelled(text, letters), row * most);
    const found = await losses
      .ctc()
      .call(tensor(labels, { shape: [rows, most] }), logits)
      .data();
    all.forEach((own, row) => void own.push(Number(found[row])));
  }
  return all;
}

/** The probability of each text, if it is one of them: softmax of −loss. */
export function probabilitiesOf(ofTexts: readonly number[]): number[] {
  const least = Math.min(...ofTexts);
  const shares = ofTexts.map((loss) => Math.exp(least - loss));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** The index of the greatest value, for each row. */
export const likeliest = (rows: readonly (readonly number[])[]): number[] =>
  rows.map((row) => row.reduce((best, value, i) => (value > row[best]! ? i : best), 0));

/** What the likeliest class of each step spells: a class that is repeated is one letter. */
export async function spelling(logits: Tensor, letters: readonly string[]): Promise<string[]> {
  const best = await logits.argmax(-1).array<2>();
  return best.map((classes) =>
    classes
      .filter((one, t) => one !== 0 && one !== classes[t - 1])
      .map((one) => letters[one - 1])
      .join(""),
  );
}
