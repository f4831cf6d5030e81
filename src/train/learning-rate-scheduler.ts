// The callback that changes the learning rate from epoch to epoch.
import { ArgumentError, NablaError } from "../errors.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { checkNotAsync, checkRange, describe } from "../options.ts";
import type { Callback, TrainingRun } from "./callback.ts";

/** The optimizer of the model that is trained, whose rate a callback sets. */
export function optimizerOf(where: string, { model }: TrainingRun): Optimizer {
  const optimizer: Optimizer | undefined = model.training?.optimizer;
  if (!optimizer) throw new NablaError(`${where}: the model has no optimizer.`);
  if (!optimizer.schedule) return optimizer;
  throw new ArgumentError(
    `${where}: the optimizer has a schedule, which alone sets its rate; give it a number instead.`,
  );
}

/**
 * Sets the learning rate before each epoch to `schedule(epoch, learningRate)`, where epochs count from 0 and the second
 * argument is the present rate. Nothing is compiled again, since the rate is a variable.
 *
 * @throws ArgumentError if the schedule returns anything but a finite number from 0 up
 * @example callbacks.learningRateScheduler((epoch) => 0.01 * 0.5 ** Math.floor(epoch / 10))
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  const where = "callbacks.learningRateScheduler";
  if (typeof schedule !== "function")
    throw new ArgumentError(
      `${where}: expected a function of the epoch and the learning rate, got ${describe(schedule)}.`,
    );
  return {
    async onEpochBegin(epoch, run) {
      const optimizer = optimizerOf(where, run);
      const rate = schedule(epoch, await optimizer.currentLearningRate());
      checkNotAsync(where, rate, "the epoch begins with its answer");
      optimizer.learningRate.assign(checkRange(where, `the rate of epoch ${epoch}`, rate, 0));
    },
  };
}
