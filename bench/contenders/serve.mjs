// The worker's side of the line protocol: one JSON request a line on stdin, one JSON answer a line on stdout.
//
//   {"command": "hello"}                                 → {"version": "4.22.0", "threads": 1}
//   {"command": "prepare", "workload", "file", "shapes"} → {}
//   {"command": "measure", "steps": 400}                 → {"loss": 1.234, "secondsPerStep": 0.0012}
//
// A measurement starts from the initial weights and ends when the loss of its last step has been read; putting the
// weights back is not timed. An answer without a "loss" is not compared with the others'. The first answer may carry a
// "note" to print, the second a "form" that was chosen for this workload. What fails answers {"error": "one sentence"}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { readTrainingData } from "../workloads.mjs";

/**
 * @typedef {object} Trainer one workload, ready to train
 * @property {() => void | Promise<void>} reset puts back the initial weights and a fresh optimizer
 * @property {(steps: number) => number | undefined | Promise<number | undefined>} train returns the loss that the last
 *   step computed
 *
 * @typedef {object} Contender
 * @property {() => Promise<{ version: string, threads: number }>} hello starts the library
 * @property {(workload: import("../workloads.mjs").Workload,
 *   data: import("../workloads.mjs").TrainingData) => Trainer | Promise<Trainer>} prepare
 *
 * @param {Contender} contender
 */
export async function serve(contender) {
  console.log = console.info = console.error; // stdout belongs to the protocol
  let trainer = /** @type {Trainer | undefined} */ (undefined);

  const commands = {
    hello: () => contender.hello(),
    prepare: async ({ workload, file, shapes }) => {
      trainer = await contender.prepare(workload, readTrainingData(file, shapes));
      return {};
    },
    measure: async ({ steps }) => {
      await trainer.reset();
      const start = performance.now();
      const loss = await trainer.train(steps);
      return { loss, secondsPerStep: (performance.now() - start) / 1000 / steps };
    },
  };

  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const answer = await Promise.resolve(request).then(commands[request.command]).catch(explain);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

function explain(/** @type {Error} */ error) {
  if (process.env.NABLA_DEBUG) console.error(error);
  return { error: String(error?.message ?? error).split("\n")[0] };
}

/** The version of a package of bench/node_modules; not every package exports its package.json. */
export function installedVersion(/** @type {string} */ name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}
