// What the address keeps of the scene of the kinds of perceptron.
import { choice, integer, number } from "../../../state/page-state.svelte.ts";
import { kindsSets } from "./names.ts";

/** Training that goes on by itself stops after each of so many epochs. */
export const lap = 500;
export const mostEpochs = 5000;

export const kindsFields = {
  set: choice("spirals", kindsSets),
  /** Neurons of each hidden layer. */
  width: integer(16, 1, 32),
  /** The seed of the weights: another draw of the fixed layers. */
  draw: integer(0, 0, 1e6),
  step: number(0.01, 1e-5, 10),
  epochs: integer(0, 0, mostEpochs),
};
