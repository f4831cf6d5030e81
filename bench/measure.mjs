// The method: every contender in its own process, one active at a time, measured in turn round by round.
import { Worker } from "./worker.mjs";

/** A contender's loss after this many steps must agree with the others', or it computes something else. */
export const checkSteps = 20;
/** Relative. Rounding makes 1e-5 of it; where epsilon stands in Adam (PyTorch's form or Keras's), 3e-3 on mlp-wide. */
const lossTolerance = 5e-3;
/** How long one measurement lasts, if a step is not longer. */
const secondsPerMeasurement = 0.35;
/** Further than that, the training set is learnt by heart, and gradients fade towards subnormal numbers. */
const mostStepsWithAdam = 1000;

/**
 * @typedef {object} Result one contender on one workload
 * @property {import("./contenders.mjs").Contender} contender
 * @property {string} [why] it took no part; nothing below is there then
 * @property {string} [version]
 * @property {number} [threads]
 * @property {string} [note] what it says about itself
 * @property {string} [form] which of several forms it chose for this workload
 * @property {number} [steps] of one measurement
 * @property {number[]} [rounds] seconds per step
 * @property {number} [secondsPerStep] their median
 * @property {number} [loss] after `checkSteps` steps
 * @property {boolean} [lossAgrees]
 * @property {number} [ratio] how many times Nabla's time it takes: the median of the rounds' ratios
 */

/**
 * @param {import("./workloads.mjs").Workload} workload
 * @param {{ file: string, shapes: object }} data
 * @param {import("./contenders.mjs").Contender[]} contenders
 * @param {{ rounds: number, progress: (text: string) => void }} options
 * @returns {Promise<Result[]>}
 */
export async function benchWorkload(workload, data, contenders, { rounds, progress }) {
  const entrants = contenders.flatMap(entrantsOf);
  try {
    for (const entrant of entrants) {
      progress(`${workload.name}: preparing ${entrant.contender.label}`);
      await attempt(entrant, () => prepare(entrant, workload, data));
    }
    for (let round = 1; round <= rounds; round++) {
      progress(`${workload.name}: round ${round} of ${rounds}`);
      for (const entrant of entrants) await attempt(entrant, () => measure(entrant));
    }
  } finally {
    for (const { worker } of entrants) worker?.stop();
  }
  return compare(contenders.map((contender) => fastest(entrants.filter((e) => e.contender === contender))));
}

/** @typedef {Result & { worker?: Worker }} Entrant one form of one contender */

/** @returns {Entrant[]} */
function entrantsOf(/** @type {import("./contenders.mjs").Contender} */ contender) {
  try {
    return contender.launches().map((launch) => ({ contender, worker: new Worker(launch), rounds: [] }));
  } catch (error) {
    return [{ contender, why: error.message }];
  }
}

/** Goes on without an entrant that fails, and remembers why. */
async function attempt(/** @type {Entrant} */ entrant, /** @type {() => Promise<void>} */ work) {
  if (entrant.why) return;
  try {
    await work();
  } catch (error) {
    entrant.why = error.message;
  }
}

async function prepare(/** @type {Entrant} */ entrant, workload, data) {
  const { worker } = entrant;
  const hello = await worker.ask("hello");
  const prepared = await worker.ask("prepare", { workload, ...data });
  const check = await worker.ask("measure", { steps: checkSteps });
  const most = workload.optimizer.name === "adam" ? mostStepsWithAdam : Infinity;
  Object.assign(entrant, hello, prepared, { loss: check.loss });
  entrant.steps = await calibrate(check.secondsPerStep, most, (steps) => worker.ask("measure", { steps }));
}

/** How many steps fill one measurement. Tries ever longer runs, since the first ones are slow: code is still warming up. */
async function calibrate(secondsPerStep, most, measureSteps) {
  const stepsFor = (seconds) => Math.min(most, Math.max(1, Math.round(seconds / secondsPerStep)));
  let steps = checkSteps;
  while (steps * secondsPerStep < secondsPerMeasurement / 2 && steps < most) {
    steps = Math.min(most, Math.max(2 * steps, stepsFor(secondsPerMeasurement)));
    secondsPerStep = (await measureSteps(steps)).secondsPerStep;
  }
  return stepsFor(secondsPerMeasurement);
}

async function measure(/** @type {Entrant} */ { worker, steps, rounds }) {
  const { secondsPerStep } = await worker.ask("measure", { steps });
  rounds.push(secondsPerStep);
}

/** @returns {Result} */
function fastest(/** @type {Entrant[]} */ forms) {
  const ran = forms.filter((form) => !form.why);
  if (ran.length === 0) return { contender: forms[0].contender, why: forms[0].why };
  const results = ran.map(({ worker, ...result }) => ({ ...result, secondsPerStep: median(result.rounds) }));
  return results.reduce((best, other) => (other.secondsPerStep < best.secondsPerStep ? other : best));
}

/** Adds what can only be said side by side: ratios to Nabla, and whether the losses agree. */
export function compare(/** @type {Result[]} */ results) {
  const ran = results.filter((result) => !result.why);
  const nabla = ran.find(({ contender }) => contender.name === "nabla");
  const middle = median(ran.map(({ loss }) => loss));
  for (const result of ran) {
    result.lossAgrees = Math.abs(result.loss - middle) <= lossTolerance * Math.abs(middle);
    if (nabla) result.ratio = median(result.rounds.map((seconds, round) => seconds / nabla.rounds[round]));
  }
  return results;
}

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
