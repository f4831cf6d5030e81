// The callback that lowers the learning rate when a measure no longer improves.
import { ArgumentError } from "../errors.ts";
import { checkCount, checkOptions, checkRange, describe } from "../options.ts";
import type { Callback } from "./callback.ts";
import { optimizerOf } from "./learning-rate-scheduler.ts";
import { checkMode, type Direction, directionOf, improves, type Monitor, monitored } from "./monitor.ts";

/** The options of {@link reduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** The measure that is watched, as the history names it. Default: "valLoss". */
  readonly monitor?: Monitor;
  /** The factor by which the rate is multiplied, above 0 and below 1. Default: 0.1. */
  readonly factor?: number;
  /** The number of epochs in a row without improvement after which the rate is lowered; 0 means 1. Default: 10. */
  readonly patience?: number;
  /** A change counts as an improvement if it is greater than this. Default: 1e-4. */
  readonly minDelta?: number;
  /** The number of epochs after a reduction in which nothing is counted. Default: 0. */
  readonly cooldown?: number;
  /** The least rate. Default: 0. */
  readonly minLr?: number;
  /** The direction in which the measure improves. Default: "auto": losses and errors downwards, scores upwards. */
  readonly mode?: Direction;
}

const optionNames = [
  "monitor",
  "factor",
  "patience",
  "minDelta",
  "cooldown",
  "minLr",
  "mode",
] as const satisfies readonly (keyof ReduceLROnPlateauOptions)[];

/**
 * Multiplies the learning rate by `factor` after `patience` epochs in a row that bring no improvement, down to `minLr`.
 * Nothing is compiled again, since the rate is a variable.
 *
 * @throws ArgumentError for a factor that does not lower the rate
 * @example
 * const reducing = callbacks.reduceLROnPlateau({ factor: 0.5, patience: 3 });
 * await model.fit(train, { epochs: 100, validationData: test, callbacks: [reducing] });
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const where = "callbacks.reduceLROnPlateau";
  checkOptions(where, options, optionNames);
  const { monitor = "valLoss", factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
  const asked = checkMode(where, options.mode);
  let mode: "min" | "max" = "min";
  if (!(typeof factor === "number" && factor > 0 && factor < 1))
    throw new ArgumentError(`${where}: expected factor to be a number above 0 and below 1, got ${describe(factor)}.`);
  checkCount(where, "patience", patience, 0);
  checkRange(where, "minDelta", minDelta, 0);
  checkCount(where, "cooldown", cooldown, 0);
  checkRange(where, "minLr", minLr, 0);
  let best: number | null = null;
  let waited = 0;
  let cooling = 0;
  return {
    name: `reduceLROnPlateau ${monitor}`,
    onTrainBegin({ model }) {
      mode = directionOf(where, monitor, asked, model?.training?.objectives ?? []);
      [best, waited, cooling] = [null, 0, 0];
    },
    state: () => ({ best, waited, cooling }),
    restore(state) {
      ({ best, waited, cooling } = state as { best: number | null; waited: number; cooling: number });
    },
    async onEpochEnd(record, run) {
      const value = monitored(where, record, monitor);
      if (cooling > 0) [cooling, waited] = [cooling - 1, 0];
      if (improves(value, best, mode, minDelta)) {
        [best, waited] = [value, 0];
      } else if (cooling === 0 && ++waited >= patience) {
        const optimizer = optimizerOf(where, run);
        const rate = await optimizer.currentLearningRate();
        if (rate <= minLr) return;
        optimizer.learningRate.assign(Math.max(rate * factor, minLr));
        [cooling, waited] = [cooldown, 0];
      }
    },
  };
}
