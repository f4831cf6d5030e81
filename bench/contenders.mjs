// The contenders, and the command that starts each one's process.
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
  { name: "nabla-layers", label: "Nabla, in layers", launches: (threads) => [layers(threads)] },
  { name: "nabla-128", label: "Nabla, 128-bit only", launches: (threads) => [narrow(threads)] },
  { name: "jax-js", label: "jax-js, wasm", npm: true, launches: () => [node("jax-js.mjs")] },
  { name: "tfjs-wasm", label: "TensorFlow.js, wasm", npm: true, launches: () => [node("tfjs.mjs", "wasm")] },
  { name: "tfjs-cpu", label: "TensorFlow.js, cpu", npm: true, launches: () => [node("tfjs.mjs", "cpu")] },
  { name: "pytorch", label: "PyTorch", launches: (threads) => pytorch(threads) },
];

/**
 * The limit of one thread of this machine with 128-bit vectors, for `matmul`. Not chosen with `--peers`. @type
 * {Contender[]}
 */
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
function layers(/** @type {number} */ threads) {
  return { ...node("nabla-layers.mjs"), env: { NABLA_THREADS: String(threads) } };
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

/** True if Nabla lets this Node join pairs of 128-bit vectors: see `joinPairs` in src/backends/wasm/run/device.ts. */
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

/**
 * Every PyTorch that is found, eager and compiled, on one thread and on as many as allowed.
 *
 * @returns {Launch[]}
 */
function pytorch(/** @type {number} */ threads) {
  const pythons = pythonsWithTorch();
  if (pythons.length === 0)
    throw new Error("no python3 here can import torch (Debian: apt-get install python3-torch libopenblas0)");
  const counts = threads > 1 ? ["1", String(threads)] : ["1"];
  return pythons.flatMap(({ words: [command, ...args], compiles }) =>
    counts.flatMap((count) =>
      (compiles ? ["eager", "compiled"] : ["eager"]).map((mode) => ({
        command,
        args: [...args, script("pytorch.py"), count, mode],
        env: { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count },
      })),
    ),
  );
}

/**
 * @typedef {{ words: string[], compiles: boolean }} Python a command line, and whether its PyTorch has `torch.compile`
 */

/** @type {Python[] | undefined} */
let pythons;

/**
 * Every different PyTorch among the python3 of the PATH and the usual folders, and those that NABLA_BENCH_PYTHON names.
 */
function pythonsWithTorch() {
  return (pythons ??= findPythons());
}

/** @returns {Python[]} */
function findPythons() {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  const files = folders.map((folder) => join(folder, "python3")).filter((file) => existsSync(file));
  const distinct = [...new Map(files.map((file) => [realpathSync(file), file])).values()];
  const named = (process.env.NABLA_BENCH_PYTHON ?? "").split(",").filter((command) => command.trim() !== "");
  const commands = [...named.map((command) => command.trim().split(/\s+/)), ...distinct.map((file) => [file])];
  return commands.flatMap((words) => {
    const compiles = tellsCompile(words);
    return compiles === null ? [] : [{ words, compiles }];
  });
}

/** True if this Python's PyTorch has `torch.compile`; null if it has no PyTorch. */
function tellsCompile(/** @type {string[]} */ [command, ...args]) {
  const question = "import torch; print(hasattr(torch, 'compile'))";
  try {
    const options = /** @type {const} */ ({ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 });
    return execFileSync(command, [...args, "-c", question], options).includes("True");
  } catch {
    return null;
  }
}
