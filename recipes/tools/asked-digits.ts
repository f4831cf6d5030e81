// The digits that a text asks a network to draw.
import { ArgumentError } from "nabla";

/** More images are nothing to look at, and fill the memory. */
const mostImages = 2000;

/** The digits of a text such as "2025", with spaces or without, so many times; all ten if there is no text. */
export function askedDigits(recipe: string, asked = "0123456789", count = 1): number[] {
  if (!/^[\d\s]{1,1000}$/.test(asked) || !/\d/.test(asked))
    throw new ArgumentError(`${recipe}: expected digits to draw, such as 7 or 2025, got "${asked.slice(0, 40)}".`);
  const digits = Array.from(asked.replaceAll(/\s/g, ""), Number);
  if (digits.length * count > mostImages)
    throw new ArgumentError(
      `${recipe}: expected at most ${mostImages} images, got ${digits.length} digits, ${count} times each: ` +
        "ask for fewer, and again with another seed.",
    );
  return Array.from({ length: count }, () => digits).flat();
}
