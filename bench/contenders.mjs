// Who takes part, and how each one's process is started.
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ command: string, args: string[], env?: Record<string, string> }} Launch
 *
 * @typedef {object} Contender
 * @property {string} name for `--peers`
 * @property {string} label for the table
 * @property {boolean} [npm] whether it is one of bench/'s own npm dependencies
 * @property {() => Launch[]} launches forms of one contender; of several, the fastest on a workload counts. Throws an
 *   Error whose message says why there is none.
 */

/** @type {Contender[]} */
export const contenders = [
  { name: "nabla", label: "Nabla", launches: () => [node("nabla.mjs")] },
  { name: "jax-js", label: "jax-js, wasm", npm: true, launches: () => [node("jax-js.mjs")] },
  { name: "tfjs-wasm", label: "TensorFlow.js, wasm", npm: true, launches: () => [node("tfjs.mjs", "wasm")] },
  { name: "tfjs-cpu", label: "TensorFlow.js, cpu", npm: true, launches: () => [node("tfjs.mjs", "cpu")] },
  { name: "pytorch", label: "PyTorch, eager", launches: () => pytorch() },
];

const script = (/** @type {string} */ file) => fileURLToPath(new URL(`contenders/${file}`, import.meta.url));

/** @returns {Launch} */
function node(/** @type {string} */ file, /** @type {string[]} */ ...args) {
  return { command: process.execPath, args: [script(file), ...args] };
}

/** @returns {Launch[]} */
function pytorch() {
  const command = pythonWithTorch();
  if (!command) throw new Error("no python3 here can import torch (Debian: apt-get install python3-torch libopenblas0)");
  const counts = availableParallelism() > 1 ? ["1", "2"] : ["1"];
  return counts.map((threads) => ({
    command,
    args: [script("pytorch.py"), threads],
    env: { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads },
  }));
}

/** The first python3 of the PATH, and then of the usual folders, that has PyTorch. */
function pythonWithTorch() {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  const found = folders.map((folder) => join(folder, "python3")).filter((file) => existsSync(file));
  const distinct = new Map(found.map((file) => [realpathSync(file), file]));
  return [...distinct.values()].find((file) => {
    try {
      execFileSync(file, ["-c", "import torch"], { stdio: "ignore", timeout: 60_000 });
      return true;
    } catch {
      return false;
    }
  });
}
