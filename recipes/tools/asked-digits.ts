// The digits that a text asks a network to draw.
import { ArgumentError } from "nabla";

/** The digits of a text such as "2025", with spaces or without; all ten if there is no text. */
export function askedDigits(recipe: string, asked: string | undefined): number[] {
  if (asked === undefined) return Array.from({ length: 10 }, (_, digit) => digit);
  if (!/^[\d\s]{1,1000}$/.test(asked) || !/\d/.test(asked))
    throw new ArgumentError(`${recipe}: expected digits to draw, such as 7 or 2025, got "${asked.slice(0, 40)}".`);
  return Array.from(asked.replaceAll(/\s/g, ""), Number);
}
