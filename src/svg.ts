// Text and numbers in SVG pictures.

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as XML holds it, in elements and attributes. Control characters, which XML lacks, become spaces. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => entities[letter] ?? "").replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " ");

/** A coordinate with at most one decimal. */
export const coordinate = (x: number): string => String(Math.round(10 * x) / 10);
