// Numbers as the pictures and the formulas of the page write them.
import { numeral } from "../../../../recipes/tools/part.ts";

/** Three significant digits, for the narrow fields of a picture. */
export const short = (value: number): string =>
  Number.isFinite(value) ? numeral(Number(value.toPrecision(3))) : numeral(value);

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number as TeX: "-1.5", "1.5\cdot 10^{-8}". */
export function texNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "\\mathrm{NaN}" : value > 0 ? "\\infty" : "-\\infty";
  return numeral(value)
    .replaceAll("−", "-")
    .replace(/·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, exponent: string) => {
      const digits = Array.from(exponent, (c) => (c === "⁻" ? "-" : String(superscripts.indexOf(c)))).join("");
      return `\\cdot 10^{${digits}}`;
    });
}

/** A number as an operand: in parentheses if it is negative or written as a product. */
export const texOperand = (value: number): string => {
  const tex = texNumber(value);
  return tex.startsWith("-") || tex.includes("\\cdot") ? `(${tex})` : tex;
};
