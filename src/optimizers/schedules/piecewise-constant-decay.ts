// Rates that are constant between given steps.
import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { makeSchedule, type Schedule, scalar } from "./schedule.ts";

/** The options of {@link piecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** Numbers of steps, rising. */
  readonly boundaries: readonly number[];
  /** The rates up to each boundary, and the last one for ever: one more than there are boundaries. */
  readonly values: readonly number[];
}

/**
 * The i-th rate while t ≤ the i-th boundary, and the last rate after all of them, as Keras's `PiecewiseConstantDecay`.
 *
 * @throws ArgumentError if the boundaries do not rise, or there is not one more rate than there are boundaries
 * @example
 * const steps = schedules.piecewiseConstantDecay({ boundaries: [100, 200], values: [0.1, 0.01, 0.001] });
 * await steps.rate(tensor(150)).item(); // 0.01
 */
export const piecewiseConstantDecay = (options: PiecewiseConstantDecayOptions): Schedule =>
  makeSchedule<PiecewiseConstantDecayOptions>(
    "piecewiseConstantDecay",
    options,
    ["boundaries", "values"],
    {},
    ({ boundaries, values }, step) =>
      boundaries.reduceRight(
        (later, boundary, i) => where(step.lessEqual(boundary), values[i]!, later),
        scalar(values.at(-1)!),
      ),
    (at, { boundaries, values }) => {
      if (values.length !== boundaries.length + 1)
        throw new ArgumentError(
          `${at}: expected one more value than there are boundaries, ${boundaries.length + 1}, got ${values.length}.`,
        );
      const falling = boundaries.findIndex((boundary, i) => i > 0 && !(boundary > boundaries[i - 1]!));
      if (falling >= 0)
        throw new ArgumentError(
          `${at}: expected boundaries that rise, got ${boundaries[falling]} after ${boundaries[falling - 1]}.`,
        );
    },
  );
