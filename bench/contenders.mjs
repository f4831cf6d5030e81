// Who takes part, and how each one's process is started.
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{ command: string, args: string[], env?: Record<string, string> }} Launch
 *
 * @typedef {object} Contender
 * @property {string} name for `--peers`
 * @property {string} label for the table
 * @property {boolean} [npm] whether it is one of bench/'s own npm dependencies
 * @property {(threads: number) => Launch[]} launches forms of one contender; of several, the fastest on a workload
 *   counts. `threads` is what it may use at most. Throws an Error whose message says why there is none.
 */

/** @type {Contender[]} */
export const contenders = [
  { name: "nabla", label: "Nabla", launches: (threads) => [nabla(threads)] },
  { name: "nabla-128", label: "Nabla, 128-bit only", launches: (threads) => [narrow(threads)] },
  { name: "jax-js", label: "jax-js, wasm", npm: true, launches: () => [node("jax-js.mjs")] },
  { name: "tfjs-wasm", label: "TensorFlow.js, wasm", npm: true, launches: () => [node("tfjs.mjs", "wasm")] },
  { name: "tfjs-cpu", label: "TensorFlow.js, cpu", npm: true, launches: () => [node("tfjs.mjs", "cpu")] },
  { name: "pytorch", label: "PyTorch, eager", launches: (threads) => pytorch(threads) },
];

/** What one thread of this machine can do with 128-bit vectors, for `matmul`. Not chosen with `--peers`. @type {Contender[]} */
export const limits = [
  { name: "limit", label: "limit: registers only", launches: () => [limit("registers")] },
  ...["4x8", "3x12", "6x8"].map((tile) => ({
    name: `limit-${tile}`,
    label: `limit: tiles of ${tile.replace("x", "×")}, cached`,
    launches: () => [limit(tile)],
  })),
];

const script = (/** @type {string} */ file) => fileURLToPath(new URL(`contenders/${file}`, import.meta.url));

/** @returns {Launch} */
function node(/** @type {string} */ file, /** @type {string[]} */ ...args) {
  return { command: process.execPath, args: [script(file), ...args] };
}

/** @returns {Launch} */
function nabla(/** @type {number} */ threads) {
  return { ...node("nabla.mjs"), env: { NABLA_THREADS: String(threads) } };
}

/** @returns {Launch} */
function narrow(/** @type {number} */ threads) {
  if (!joinsPairs())
    throw new Error(
      `Node ${process.versions.node} computes with 128 bits in any case (24 and later join pairs of vectors, on x64)`,
    );
  const launch = nabla(threads);
  return { ...launch, env: { ...launch.env, NABLA_REVECTORIZE: "0" } };
}

/** Whether Nabla lets this Node join pairs of 128-bit vectors: see `joinPairs` in src/backends/wasm/device.ts. */
const joinsPairs = () => process.arch === "x64" && Number.parseInt(process.versions.v8, 10) >= 13;

/** @returns {Launch} */
function limit(/** @type {string} */ loop) {
  // Node before 22 has relaxed SIMD behind a flag.
  const flag = "--experimental-wasm-relaxed-simd";
  const launch = node("limit.mjs", loop);
  return v8Options().includes(flag) ? { ...launch, args: [flag, ...launch.args] } : launch;
}

let options = "";

/** The flags of this Node's V8, as `node --v8-options` prints them. */
function v8Options() {
  return (options ||= execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" }));
}

/** @returns {Launch[]} */
function pytorch(/** @type {number} */ threads) {
  const command = pythonWithTorch();
  if (!command)
    throw new Error("no python3 here can import torch (Debian: apt-get install python3-torch libopenblas0)");
  const counts = threads > 1 ? ["1", String(threads)] : ["1"];
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
