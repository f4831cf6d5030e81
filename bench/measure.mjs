// The method: every contender in its own process, one active at a time, measured in turn round by round.
import { Worker } from "./worker.mjs";
import { withoutChance } from "./workloads.mjs";

/** After so many steps a contender's loss must agree with the others', or it computes another function. */
const checkSteps = [3, 20];
/** A contender that needs more seconds for a step is checked at its first step only, and measured in fewer rounds. */
const slowStep = 2;
const roundsOfTheSlow = 2;
/** A contender that needs more seconds for a step is left out. */
const endlessStep = 10;
/** Relative. Rounding makes 1e-5 of it; where epsilon stands in Adam (PyTorch's form or Keras's), 3e-3 on mlp-wide. */
const lossTolerance = 5e-3;
/** The duration of one measurement, unless a single step takes longer. */
const secondsPerMeasurement = 0.35;
/** The most steps: beyond, the network has memorised the training set, and gradients become subnormal numbers. */
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
 * @property {number[]} [rounds] seconds per step; of a slow contender only those of the first rounds
 * @property {number} [secondsPerStep] their median
 * @property {Record<number, number>} [losses] after so many steps, from the initial weights; without dropout
 * @property {number} [loss] after `checkedAt` steps, the most that it was checked at
 * @property {number} [checkedAt]
 * @property {boolean} [lossAgrees]
 * @property {number} [ratio] how many times Nabla's time it takes: the median of the rounds' ratios
 */

/**
 * @param {import("./workloads.mjs").Workload} workload
 * @param {{ file: string, shapes: object }} data
 * @param {import("./contenders.mjs").Contender[]} contenders
 * @param {{ rounds: number, threads?: number, progress: (text: string) => void }} options
 * @returns {Promise<Result[]>}
 */
export async function benchWorkload(workload, data, contenders, { rounds, threads = 1, progress }) {
  const entrants = contenders.flatMap((contender) => entrantsOf(contender, threads));
  try {
    for (const entrant of entrants) {
      progress(`${workload.name}: preparing ${entrant.contender.label}`);
      await attempt(entrant, () => prepare(entrant, workload, data));
    }
    for (let round = 1; round <= rounds; round++) {
      progress(`${workload.name}: round ${round} of ${rounds}`);
      for (const entrant of entrants) {
        if (!entrant.slow || round <= roundsOfTheSlow) await attempt(entrant, () => measure(entrant));
      }
    }
  } finally {
    for (const { worker } of entrants) worker?.stop();
  }
  return compare(contenders.map((contender) => fastest(entrants.filter((e) => e.contender === contender))));
}

/** @typedef {Result & { worker?: Worker, slow?: boolean }} Entrant one form of one contender */

/** @returns {Entrant[]} */
function entrantsOf(/** @type {import("./contenders.mjs").Contender} */ contender, /** @type {number} */ threads) {
  try {
    return contender.launches(threads).map((launch) => ({ contender, worker: new Worker(launch), rounds: [] }));
  } catch (error) {
    return [{ contender, why: error.message }];
  }
}

/** Removes an entrant that fails, and notes the reason. */
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
  const measureSteps = (/** @type {number} */ steps) => worker.ask("measure", { steps });
  Object.assign(entrant, await worker.ask("hello"));
  const checked = withoutChance(workload);
  Object.assign(entrant, await worker.ask("prepare", { workload: checked, ...data }));
  const first = await measureSteps(1); // compiles, where there is something to compile
  if (first.secondsPerStep > endlessStep)
    throw new Error(`left out: its first step took ${Math.round(first.secondsPerStep)} s`);
  let secondsPerStep = await check(entrant, measureSteps);
  if (checked !== workload) {
    Object.assign(entrant, await worker.ask("prepare", { workload, ...data }));
    await measureSteps(1);
    ({ secondsPerStep } = await measureSteps(2));
  }
  entrant.slow = secondsPerStep > slowStep;
  const most = workload.optimizer?.name === "adam" ? mostStepsWithAdam : Infinity;
  entrant.steps = await calibrate(secondsPerStep, most, measureSteps);
}

/** Notes the losses that all must agree in. Gives the seconds per step. */
async function check(/** @type {Entrant} */ entrant, measureSteps) {
  let secondsPerStep = 0;
  entrant.losses = {};
  for (const steps of checkSteps) {
    if (secondsPerStep > slowStep) break;
    const answer = await measureSteps(steps);
    secondsPerStep = answer.secondsPerStep;
    if ("loss" in answer) entrant.losses[steps] = answer.loss ?? NaN; // JSON has no NaN
  }
  return secondsPerStep;
}

/**
 * The number of steps of one measurement. Tries longer and longer runs, because the first ones are slow.
 */
async function calibrate(secondsPerStep, most, measureSteps) {
  const stepsFor = (seconds) => Math.min(most, Math.max(1, Math.round(seconds / secondsPerStep)));
  let steps = 2;
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
  const results = ran.map(({ worker, slow, ...result }) => ({ ...result, secondsPerStep: median(result.rounds) }));
  return results.reduce((best, other) => (other.secondsPerStep < best.secondsPerStep ? other : best));
}

/** Adds the results of comparisons: ratios to Nabla, and losses that do not agree. */
export function compare(/** @type {Result[]} */ results) {
  const ran = results.filter((result) => !result.why);
  const nabla = ran.find(({ contender }) => contender.name === "nabla");
  for (const result of ran) {
    const checked = Object.keys(result.losses);
    if (checked.length > 0) {
      result.checkedAt = Math.max(...checked.map(Number));
      result.loss = result.losses[result.checkedAt];
      const middle = median(ran.map(({ losses }) => losses[result.checkedAt]).filter(Number.isFinite));
      result.lossAgrees = Math.abs(result.loss - middle) <= lossTolerance * Math.abs(middle);
    }
    if (nabla) result.ratio = median(pairs(result.rounds, nabla.rounds));
  }
  return results;
}

/** Quotients round by round, of the rounds in which both were measured. */
export function pairs(/** @type {number[]} */ a, /** @type {number[]} */ b) {
  return a.slice(0, b.length).map((seconds, round) => seconds / b[round]);
}

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
