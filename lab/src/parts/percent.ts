// A share as a percentage, which stays in one line with its sign.
import { numeral } from "../../../recipes/tools/part.ts";

/** 0.116 as "11.6 %"; a dash for what is no number. */
export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${numeral(100 * share, digits)}\u00a0%` : "—";
