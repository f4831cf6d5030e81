// What the address keeps of the scene of Hebb's rule.
import { type Field, flag, number } from "../../../state/page-state.svelte.ts";

/** So many trials fit. */
export const mostTrials = 60;

const letters = (initial: string, form: RegExp): Field<string> => ({
  initial,
  write: (value) => value,
  read: (text) => (form.test(text) ? text : undefined),
});

export const hebbFields = {
  /** What came, one letter a trial: b the bell, f food, t both together. */
  trials: letters("", /^[bft]{0,60}$/),
  eta: number(0.25, 0.05, 1),
  theta: number(0.5, 0.05, 2),
  oja: flag(false),
  /** The given answers at (0, 0), (0, 1), (1, 0) and (1, 1), of which 0 stands for −1. */
  answers: letters("0001", /^[01]{4}$/),
};
