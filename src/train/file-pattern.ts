// The names of files with measures in them: `{epoch}-{valLoss:.3f}.safetensors`.
import { ArgumentError, didYouMean } from "../errors.ts";

const field = /\{(\w+)(?::(?:0(\d+)d|\.(\d+)f))?\}/g;

/** The names in a pattern. */
export const namesIn = (pattern: string): string[] => [...pattern.matchAll(field)].map(([, name]) => name ?? "");

/**
 * The pattern with numbers for names: `{epoch}` as it is, `{epoch:03d}` padded to three digits, `{loss:.2f}` with two
 * decimals. Throws {@link ArgumentError} for a name without a number.
 */
export function fillPattern(where: string, pattern: string, values: Readonly<Record<string, number>>): string {
  return pattern.replace(field, (_, name: string, width?: string, decimals?: string) => {
    const value = values[name];
    if (value === undefined) {
      const known = Object.keys(values);
      throw new ArgumentError(
        `${where}: there is no "${name}" to put into "${pattern}".${didYouMean(name, known)} ` +
          `There is ${known.join(", ")}.`,
      );
    }
    return decimals === undefined ? String(value).padStart(Number(width ?? 0), "0") : value.toFixed(Number(decimals));
  });
}
