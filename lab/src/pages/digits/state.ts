// The state of the page of digits, as its address keeps it.
import { choice, type Field, flag, integer, type StateOf } from "../../state/page-state.svelte.ts";
import { batchSizes, netNames, optimizerNames, rates, type Settings } from "./settings.ts";
import { readStrokes, type Stroke, writeStrokes } from "./strokes.ts";

/** Lines that were drawn, in units of the pad's width. */
const strokes: Field<readonly Stroke[]> = { initial: [], write: writeStrokes, read: readStrokes };

export const fields = {
  net: choice("mlp", netNames),
  epochs: integer(5, 1, 60),
  batch: choice("64", batchSizes),
  rate: choice("0.002", rates),
  optimizer: choice("adam", optimizerNames),
  seed: integer(1, 0, 999_999),
  distort: flag(false),
  /** The epochs for which the network had been trained when the address was written; a link holds no weights. */
  trained: integer(0, 0, 60),
  /** The digit of the test data that lies on the pad, or −1. */
  digit: integer(0, -1, 1999),
  draw: strokes,
  /** The thickness of the pen, in hundredths of the pad's width. */
  pen: integer(8, 4, 14),
  /** Which mistakes are shown: 10 times what the digit is plus what was read, or −1 for the worst of all. */
  pair: integer(-1, -1, 99),
};

export type DigitsState = StateOf<typeof fields>;

export const settingsOf = (page: DigitsState): Settings => ({
  net: page.net,
  epochs: page.epochs,
  batch: Number(page.batch),
  rate: Number(page.rate),
  optimizer: page.optimizer,
  seed: page.seed,
  distort: page.distort,
});
