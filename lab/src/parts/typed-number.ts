// Numbers as a visitor types them into a field.

/** A number with a decimal point or comma and any minus sign; NaN for anything else. */
export const readNumber = (text: string): number =>
  text.trim() === "" ? Number.NaN : Number(text.trim().replace(",", ".").replace("−", "-"));

/** A number as a field shows it, ready to be copied, without the noise of binary fractions. */
export const typedNumber = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
