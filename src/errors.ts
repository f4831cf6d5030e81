// The errors that Nabla throws on purpose. Messages read "expected …, got …", and say where, and what to try.

/** Base of every error that Nabla throws on purpose. Anything else that escapes is a bug in Nabla. */
export class NablaError extends Error {
  override name = "NablaError";
}

/** Shapes do not fit an operation. The message names the operation and the shapes. */
export class ShapeError extends NablaError {
  override name = "ShapeError";
}

/** A value has a dtype that an operation does not take. */
export class DTypeError extends NablaError {
  override name = "DTypeError";
}

/** An argument is out of range or of the wrong kind. */
export class ArgumentError extends NablaError {
  override name = "ArgumentError";
}

/**
 * NaN or infinity where numbers were expected: in the data, in the loss, in a layer. Where the loss of `fit` is no
 * longer finite, the error has what the message says as numbers, for programs that tell it in words of their own:
 *
 * ```ts
 * await model.fit(x, y).catch((error) => {
 *   if (!(error instanceof NumericError) || error.epoch === undefined) throw error;
 *   console.log(`Stopped in epoch ${error.epoch}, step ${error.step}.`);
 * });
 * ```
 */
export class NumericError extends NablaError {
  override name = "NumericError";
  /** NaN or ±infinity: what the loss of `fit` became. Undefined in other errors. */
  readonly loss: number | undefined;
  /** The epoch in which it happened, counted from 1. Undefined in other errors. */
  readonly epoch: number | undefined;
  /** The step of the epoch, counted from 1; the last of the steps that the message names, if these are several. */
  readonly step: number | undefined;

  constructor(message: string, found?: { readonly loss: number; readonly epoch: number; readonly step: number }) {
    super(message);
    this.loss = found?.loss;
    this.epoch = found?.epoch;
    this.step = found?.step;
  }
}

/** A file, or the folder it belongs in, cannot be read or written, or does not hold what its format promises. */
export class FileError extends NablaError {
  override name = "FileError";
}

/**
 * Untrusted text in a form that a terminal can show: control characters, line breaks, unpaired surrogates and
 * characters that change the direction of writing are escaped, and text longer than `most` is cut.
 */
export function printable(text: string, most = 80): string {
  const short = text.length > most ? `${text.slice(0, most - 3)}...` : text;
  return short.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** {@link printable}, in quotation marks. */
export function quote(text: string, most?: number): string {
  return `"${printable(text, most)}"`;
}

/** A question that names the entry of `known` closest to a misspelt `name`; an empty string if none is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  if (name.length > 64) return "";
  let best = "";
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance <= mostEdits(name.length, candidate.length))
      [best, bestDistance] = [candidate, distance];
  }
  return best ? ` Did you mean "${best}"?` : "";
}

/** A slip changes two letters, or one of three, but at most half of a word: of one letter nothing would be left. */
const mostEdits = (letters: number, others: number): number =>
  Math.min(Math.max(2, Math.floor(letters / 3)), Math.floor(Math.max(letters, others) / 2));

/** Levenshtein's distance (1966): the fewest single-letter edits between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    let [left, diagonal] = [i + 1, i];
    const next = row.slice(1).map((above, j) => {
      left = Math.min(above + 1, left + 1, diagonal + (a[i] === b[j] ? 0 : 1));
      diagonal = above;
      return left;
    });
    row = [i + 1, ...next];
  }
  return row[b.length]!;
}
